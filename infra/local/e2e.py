"""`make e2e` runs the end-to-end tests on the local stack, and stops it if it ran only for them."""

import subprocess
import sys

from infra.local import emulator, stack

# iam_check runs the same.
COMMAND = [sys.executable, "-m", "pytest", "tests/e2e"]


def main(arguments: list[str]) -> int:
    """Returns what pytest returned, of all end-to-end tests or of those that are named. The stack
    has the code as it is now, and maybe older data."""
    was_running = emulator.endpoint() is not None
    try:
        stack.ensure_up()
        are_named = any(argument.startswith("tests/") for argument in arguments)
        command = [*(COMMAND[:-1] if are_named else COMMAND), *arguments]
        return subprocess.run(command, cwd=stack.ROOT, check=False).returncode
    finally:
        if not was_running:
            stack.down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
