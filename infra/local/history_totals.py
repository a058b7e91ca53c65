"""Adds up the history of March 2019 a second time, from the raw rides alone, and compares.

`python -m infra.local.history_totals` reads `.local/history`, the published report and its lines,
and says both sums of every figure; it returns 1 if one differs. It shares nothing with the system
or with the player but the reader of the rides: the plan is that of the text in `history_plan.py`,
and the rules of vouchers are those of domain.md, written down here once more and as plainly as they
are said there.
"""

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.local.history_sums import MONTH, totals
from infra.local.rides import read_month

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "history"
# Which lines of entries.csv make up a figure of money.
LINES = {
    "captured": ("capture", "capture_available", "fee", "fee_available"),
    "fees in cents": ("fee", "fee_available"),
    "refunded": ("refund",),
    "tips": ("tip",),
    "overage of the programme": ("overage_of_program",),
    "shortfalls": ("shortfall",),
    "accepted": ("accept_shortfall", "accept_overage"),
    "written off": ("write_off",),
    "minted in cents": ("mint", "mint_in_batch"),
    "paid": ("payment",),
}


def main() -> int:
    """Returns 1 if a figure differs, 2 if there is no report."""
    try:
        report = json.loads((FOLDER / "report.json").read_text(encoding="utf-8"))
        with (FOLDER / "entries.csv").open(encoding="utf-8", newline="") as lines:
            sums = added_up(csv.DictReader(lines))
    except FileNotFoundError as missing:
        print(f"history_totals: {missing.filename} isn't there: `make demo-history`")
        return 2
    own = totals(read_month())
    wrong = differences(own[MONTH], published(report), sums, tell=print)
    compared = len(own[MONTH])
    print(
        f"\n   {len(wrong)} of these differ."
        if wrong
        else f"\n   All {compared} of them are the same, with those of each day."
    )
    return 1 if wrong else 0


def differences(
    own: Mapping[str, int],
    report: Mapping[str, int | None],
    lines: Mapping[str, int],
    tell: Any = lambda _: None,
    may_be_hidden: Container[str] = (),
) -> list[str]:
    """The figures that aren't the same everywhere. All are told in a row, but for those of a day,
    of which only the wrong ones are. A report hides a small count of people: None, which is wrong
    where it isn't expected."""
    wrong = []
    tell(f"   {'March 2019':<36}{'from the rides':>16}{'report.json':>16}{'entries.csv':>16}")
    for name in sorted(own.keys() | report.keys()):
        others = [report.get(name, 0)] + ([lines.get(name, 0)] if name in LINES else [])
        told = "".join(
            f"{'hidden':>16}" if number is None else f"{number:>16,}"
            for number in (own.get(name, 0), *others)
        )
        is_hidden = others[0] is None and name in may_be_hidden
        is_wrong = not is_hidden and any(other != own.get(name, 0) for other in others)
        if is_wrong or " on 20" not in name:
            tell(f"   {name:<36}{told}{'   DIFFERS' if is_wrong else ''}")
        if is_wrong:
            wrong.append(name)
    return wrong


def published(report: Mapping[str, Any]) -> dict[str, int | None]:
    """What a report says, under this script's own names. Money in cents."""
    money, rides, vouchers = report["money"], report["rides"], report["vouchers"]
    companies = money["ride_companies"]
    return {
        "captured": money["captured_cents"],
        "fees in cents": money["fees_cents"],
        "refunded": money["refunded_cents"],
        "tips": money["tips_cents"],
        "overage of the programme": money["overage_program_cents"],
        "shortfalls": money["shortfalls_cents"],
        "accepted": money["accepted_cents"],
        "written off": money["written_off_cents"],
        "minted in cents": vouchers["minted_cents"],
        "paid": sum(one["paid_cents"] for one in companies),
        "payable at the end": sum(one["closing_cents"] for one in companies),
        "rides asked for": rides["requested"],
        "rides approved": rides["approved"],
        "rides completed": rides["completed"],
        "rides on cards without a person": rides["on_unassigned_cards"],
        "rides wholly covered": rides["wholly_covered"],
        "rides cancelled": rides["cancelled"],
        "fees": rides["fees"],
        "conflicts": report["exceptions"]["conflicts"],
        "riders": report["people"]["riders"],
        **{f"vouchers {act}": vouchers[act] for act in ("minted", "revoked", "reissued")},
        **{f"vouchers {act}": vouchers[act] for act in ("blocked", "unblocked", "extended")},
        "vouchers assigned": vouchers["assigned_later"],
        **{f"declined {it['reason']}": it["times"] for it in rides["declined_by_reason"]},
        **{f"rides for {it['name']}": it["rides"] for it in rides["by_purpose"]},
        **{f"net for {it['name']}": it["net_cents"] for it in rides["by_purpose"]},
        **{f"rides on {it['day']}": it["rides"] for it in money["by_day"]},
        **{f"net on {it['day']}": it["net_cents"] for it in money["by_day"]},
    }


def added_up(lines: Iterator[Mapping[str, str]]) -> dict[str, int]:
    """The same figures of money from the lines of entries.csv. Raises ValueError for an amount that
    is none."""
    by_kind: defaultdict[str, int] = defaultdict(int)
    for line in lines:
        by_kind[line["kind"]] += int(line["amount_cents"].lstrip("'"))
    return {name: sum(by_kind[kind] for kind in kinds) for name, kinds in LINES.items()}


if __name__ == "__main__":
    sys.exit(main())
