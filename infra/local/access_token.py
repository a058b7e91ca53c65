"""Prints an access token of a partner of the running stack, for a `curl` line.

`python -m infra.local.access_token [partner_id]`; without an id, of the first that there is.
"""

import sys

from infra.local import stack
from infra.local.client import PartnerApp, Refused


def main(arguments: list[str]) -> int:
    """Returns 1, with the reason on stderr, if there is no such partner or no stack."""
    try:
        running = stack.load()
        partner = next(
            one for one in running.partners if not arguments or one["partner_id"] == arguments[0]
        )
        print(PartnerApp(running, partner["client_id"], partner["client_secret"]).token())
    except (FileNotFoundError, StopIteration):
        print("access_token: no such partner yet; `make demo` makes some", file=sys.stderr)
        return 1
    except (OSError, Refused) as error:
        print(f"access_token: {error}; is the stack up (`make up`)?", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
