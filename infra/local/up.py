"""`make up`: has the stack running on this machine, with the code as it is now."""

import sys

from infra.local import emulator, stack


def main() -> int:
    """Returns 1, with the reason on stderr, if the stack doesn't come up."""
    try:
        stack.ensure_up()
    except (stack.NotUp, emulator.NotStarted) as error:
        print(f"up: {error}", file=sys.stderr)
        print("up: a stack that can't be updated is thrown away by `make forget`", file=sys.stderr)
        return 1
    print(f"addresses and secrets: {stack.FILE.relative_to(stack.ROOT)}; end it with `make down`")
    return 0


if __name__ == "__main__":
    sys.exit(main())
