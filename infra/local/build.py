"""`make build`: builds the functions for AWS, into `.aws-sam/build`, where `sam deploy` looks.

For arm64, the template's default, on whatever machine: the packages' wheels are fetched, not made.
"""

import sys

from infra.local import stack


def main() -> int:
    """Returns 1, with the end of the build's output on stderr, if it fails."""
    try:
        stack.build(stack.BUILD_FOR_AWS, "arm64")
    except stack.NotUp as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    print(f"built {stack.BUILD_FOR_AWS.relative_to(stack.ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
