"""`make e2e` runs the end-to-end tests on the local stack, and stops it if it ran only for them."""

import os
import subprocess
import sys

from infra.local import chromium, emulator, stack

# iam_check runs the same.
COMMAND = [sys.executable, "-m", "pytest", "tests/e2e"]
# With a browser, which not every machine has; what iam_check shows needs none.
BROWSER = "tests/browser"


def main(arguments: list[str]) -> int:
    """Returns what pytest returned, of all end-to-end tests or of those that are named. The stack
    has the code as it is now, and maybe older data."""
    was_running = emulator.endpoint() is not None
    are_named = any(argument.startswith("tests/") for argument in arguments)
    lacking = None if are_named else chromium.whats_missing()
    if lacking:
        print(f"*** {BROWSER} CAN'T RUN: {lacking} ***", flush=True)
        if os.environ.get("CI"):
            return 1
    try:
        stack.ensure_up()
        all_of_them = COMMAND if lacking else [*COMMAND, BROWSER]
        command = [*(COMMAND[:-1] if are_named else all_of_them), *arguments]
        return subprocess.run(command, cwd=stack.ROOT, check=False).returncode
    finally:
        if lacking:
            print(f"*** {BROWSER} WERE NOT RUN: {lacking} ***", flush=True)
        if not was_running:
            stack.down()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
