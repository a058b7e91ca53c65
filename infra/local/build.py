"""`make build`: builds and packages the functions for AWS, and says how large they are.

It leaves them in `.aws-sam/build`, where `sam deploy` looks.

For arm64, the template's default, on whatever machine: the packages' wheels are fetched, not made.
"""

import sys

from infra.local import stack


def main() -> int:
    """Returns 1, with the end of the build's output on stderr, if it fails."""
    try:
        size = stack.build(stack.BUILD_FOR_AWS, "arm64")
    except stack.NotUp as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    print(f"built {stack.named(stack.BUILD_FOR_AWS)}\n{size}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
