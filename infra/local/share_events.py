"""`make share-events STACK=trial` (or production): shares the saved events of `infra/events` on
AWS, so that they stand in the Lambda console for whoever may invoke the function. Which stack that
is says `infra/samconfig.toml`, as for `make deploy`.

Each event goes to every function that carries its command out: an operator's also to the
administrator's function, since nobody invokes a function of another role. An event of the same name
is overwritten; what people saved under other names stays.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from farechance.roles import Role, may_carry_out
from infra import deploy
from infra.local import stack

FOLDER = stack.ROOT / "infra" / "events"
SAM = stack.LOCAL / "sam" / "bin" / "sam"
FUNCTIONS = {Role.OPERATOR: "OperatingFunction", Role.ADMINISTRATOR: "AdministrationFunction"}


def main(arguments: list[str]) -> int:
    """Returns 2 if it isn't said which stack, else what the first command line returned that
    failed, or 0."""
    if len(arguments) != 1 or arguments[0] not in deploy.STACKS:
        choices = " or ".join(f"STACK={one}" for one in deploy.STACKS)
        print(f"share-events: say which stack: {choices}", file=sys.stderr)
        return 2
    for line in command_lines(deploy.configured(arguments[0])["stack_name"]):
        print(" ".join(line[1:]))
        if failed := subprocess.run(line, check=False).returncode:
            return failed
    return 0


def command_lines(stack_name: str) -> Iterator[list[str]]:
    """One for each event and function."""
    for file in sorted(FOLDER.glob("*.json")):
        for role, function in FUNCTIONS.items():
            if may_carry_out(role, _command(file)):
                put = [str(SAM), "remote", "test-event", "put", function, "--force"]
                yield [*put, "--stack-name", stack_name, "--name", file.stem, "--file", str(file)]


def _command(file: Path) -> str:
    return str(json.loads(file.read_text(encoding="utf-8"))["command"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
