"""`make down` stops the stack on this machine and keeps its state; `--forget` throws that away."""

import sys

from infra.local import stack


def main(arguments: list[str]) -> int:
    """Returns 2 if an argument isn't known."""
    if arguments not in ([], ["--forget"]):
        print(f"down: unknown arguments {arguments}; there is only --forget", file=sys.stderr)
        return 2
    print("down: stopped" if stack.down() else "down: it wasn't running")
    if arguments:
        stack.forget()
        print("down: its state is gone")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
