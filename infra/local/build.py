"""`make build`: builds the functions as they are deployed, into `.aws-sam/build`."""

import sys

from infra.local import stack


def main() -> int:
    """Returns 1, with the end of the build's output on stderr, if it fails."""
    try:
        stack.build()
    except stack.NotUp as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    print(f"built {stack.BUILD.relative_to(stack.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
