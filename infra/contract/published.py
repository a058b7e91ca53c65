"""The contracts as they were published last: what callers have built on. `make contract-published`
takes what is served now in their place, unless that would break somebody; a release is refused
until that is done.

There is one for each stage: a contract that has to break gets a stage of its own, such as `v2`, and
with it a file of its own here. The file of a stage goes when the stage isn't served any more.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from infra.contract import document
from infra.contract.breaks import breaks

type Contracts = Mapping[str, dict[str, Any]]

FOLDER = Path(__file__).with_name("published")


def served() -> Contracts:
    """Each contract that is served, by its stage."""
    present = document.document()
    return {present["servers"][0]["url"].rpartition("/")[2]: present}


def breaks_of(contracts: Contracts) -> list[str]:
    """What breaks the callers of a published contract: each is compared with that of its stage, and
    one of a stage that isn't among these is broken as a whole."""
    found = []
    for stage, published in _published().items():
        if stage in contracts:
            found += [f"{stage}, {one}" for one in breaks(published, contracts[stage])]
        else:
            found.append(f"{stage}: is published and isn't served")
    return found


def unpublished(contracts: Contracts) -> list[str]:
    """The stages of those contracts that aren't published as they are."""
    published = _published()
    return [stage for stage, one in contracts.items() if published.get(stage) != one]


def main() -> int:
    """Returns 1, and says why, if callers would stumble."""
    contracts = served()
    found = breaks_of(contracts)
    for one in found:
        print(f"contract: {one}", file=sys.stderr)
    if found:
        print("contract: not published; see infra/decisions/0022", file=sys.stderr)
        return 1
    for stage, contract in contracts.items():
        file = FOLDER / f"{stage}.json"
        file.write_text(document.written(contract), encoding="utf-8")
        print(f"{file.name} is written.")
    return 0


def _published() -> Contracts:
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.json"))
    }


if __name__ == "__main__":
    sys.exit(main())
