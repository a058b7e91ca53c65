"""The contract as it was published last: what callers have built on. `make contract-published`
takes the present one in its place, unless that would break them.

There is one for each stage: a contract that has to break gets a stage of its own, such as `v2`, and
with it a file of its own here.
"""

import json
import sys
from pathlib import Path
from typing import Any

from infra.contract import document
from infra.contract.breaks import breaks

FOLDER = Path(__file__).with_name("published")


def file_of(contract: dict[str, Any]) -> Path:
    """Where the published contract of the same stage lies."""
    stage = contract["servers"][0]["url"].rpartition("/")[2]
    return FOLDER / f"{stage}.json"


def breaks_of(contract: dict[str, Any]) -> list[str]:
    """What in this contract breaks the callers of the published one of its stage."""
    published = json.loads(file_of(contract).read_text(encoding="utf-8"))
    return breaks(published, contract)


def main() -> int:
    """Returns 1, and says why, if callers would stumble."""
    present = document.document()
    file = file_of(present)
    found = breaks_of(present) if file.exists() else []
    for one in found:
        print(f"contract: {one}", file=sys.stderr)
    if found:
        print("contract: not published; see infra/decisions/0022", file=sys.stderr)
        return 1
    file.write_text(document.text(), encoding="utf-8")
    print(f"{file.relative_to(document.ROOT)} is written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
