"""`make send-event EVENT=block_voucher`: sends one of the events that `make demo` has made ready to
this machine's stack, as it stands, and shows the answer.

It goes to the function of the least role that carries it out. Nothing here knows what a command
means.
"""

import json
import sys
from pathlib import Path
from typing import Any

from farechance.roles import Role, may_carry_out
from infra.local import emulator, ready_events, stack
from infra.local.client import Refused, invoke
from infra.local.share_events import FUNCTIONS


def main(arguments: list[str]) -> int:
    """Returns 2 without the name of an event that is there, and 1, with the reason on stderr, if
    it wasn't done."""
    ready = {file.stem: file for file in sorted(ready_events.FOLDER.glob("*.json"))}
    if not ready:
        print("send-event: no event is ready yet; `make demo` writes them", file=sys.stderr)
        return 2
    if len(arguments) != 1 or arguments[0] not in ready:
        print(f"which event? make send-event EVENT=… of {', '.join(ready)}", file=sys.stderr)
        return 2
    try:
        answer = send(stack.ensure_up(quiet=True), ready[arguments[0]])
    except (stack.NotUp, emulator.NotStarted, Refused, OSError) as error:
        print(f"send-event: {error}", file=sys.stderr)
        return 1
    print(json.dumps(answer, indent=2))
    return 0 if answer["done"] else 1


def send(running: stack.Stack, file: Path) -> dict[str, Any]:
    """What the file is answered. Raises client.Refused if the function failed."""
    event = json.loads(file.read_text(encoding="utf-8"))
    return invoke(running, running.physical_id(FUNCTIONS[_least_role(event["command"])]), event)


def _least_role(command: str) -> Role:
    """The first of those that carry it out, from the least to the greatest."""
    return next(role for role in FUNCTIONS if may_carry_out(role, command))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
