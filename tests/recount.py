"""An auditor's second count of a month, from the files that were handed out and nothing else: money
from `entries.csv`, all of it from `audit.csv`. It shares no arithmetic with the code that it
checks; its words for money are those of the files."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

PLACES = ("unallotted", "allotted", "reserved", "in_vouchers", "held", "in_transfer")

# From where to where each kind of line moves money; what isn't here moves none.
_MOVES: Mapping[str, tuple[str, str]] = {
    "fund": ("", "unallotted"),
    "defund": ("unallotted", ""),
    "allot": ("unallotted", "allotted"),
    "unallot": ("allotted", "unallotted"),
    "reserve": ("allotted", "reserved"),
    "release": ("reserved", "allotted"),
    "mint": ("allotted", "in_vouchers"),
    "mint_in_batch": ("reserved", "in_vouchers"),
    "authorize": ("in_vouchers", "held"),
    "void": ("held", "in_vouchers"),
    "lapse": ("held", "in_vouchers"),
    "capture": ("held", ""),
    "fee": ("held", ""),
    "capture_available": ("in_vouchers", ""),
    "fee_available": ("in_vouchers", ""),
    "refund": ("", "in_vouchers"),
    "return": ("in_vouchers", "allotted"),
    "reissue": ("in_vouchers", "in_transfer"),
    "inherit": ("in_transfer", "in_vouchers"),
    "accept_shortfall": ("unallotted", ""),
    "accept_overage": ("unallotted", ""),
}
_CAPTURED = ("capture", "capture_available", "fee", "fee_available")
_EVENTS = ("ride.completed", "ride.cancelled", "ride.adjusted")
_ACCEPTED = ("accept_shortfall", "accept_overage")


def money(entries_csv: Path) -> dict[str, Any]:
    """The money of a report, as its JSON says it, but for names and invoices."""
    lines = _read(entries_csv)
    sums: Counter[str] = Counter()
    of_company: dict[str, Counter[str]] = defaultdict(Counter)
    net: Counter[str] = Counter()
    for line in lines:
        kind, cents, company = line["kind"], int(line["amount_cents"]), line["ride_company"]
        sums[kind] += cents
        of_company[company][kind] += cents
        if kind in (*_CAPTURED, "refund"):
            net[line["day"]] += -cents if kind == "refund" else cents
    opening = {place: sums[f"opening_{place}"] for place in PLACES}
    closing = dict(opening)
    for kind, (giver, taker) in _MOVES.items():
        if giver:
            closing[giver] -= sums[kind]
        if taker:
            closing[taker] += sums[kind]
    return {
        "opening": {f"{place}_cents": cents for place, cents in opening.items()},
        "funded_cents": sums["fund"],
        "defunded_cents": sums["defund"],
        "captured_cents": sum(sums[one] for one in _CAPTURED),
        "refunded_cents": sums["refund"],
        "accepted_cents": sum(sums[one] for one in _ACCEPTED),
        "closing": {f"{place}_cents": cents for place, cents in closing.items()},
        "fees_cents": sums["fee"] + sums["fee_available"],
        "shortfalls_cents": sums["shortfall"],
        "overage_program_cents": sums["overage_of_program"],
        "overage_rider_cents": sums["overage_of_rider"],
        "written_off_cents": sums["write_off"],
        "undecided_cents": sums["opening_undecided"] + sums["undecided"],
        "tips_cents": sums["tip"],
        "ride_companies": [
            _company(name, of_company[name])
            for name in sorted(of_company)
            if name and any(of_company[name].values())
        ],
        "by_day": {day: cents for day, cents in net.items() if cents},
        "granted_cents": sums["opening_granted"] + sums["fund"] - sums["defund"],
    }


def _company(name: str, sums: Counter[str]) -> dict[str, Any]:
    captured = sum(sums[one] for one in _CAPTURED)
    accepted = sum(sums[one] for one in _ACCEPTED)
    opening = sums["opening_payable"]
    return {
        "provider_id": name,
        "opening_cents": opening,
        "captured_cents": captured,
        "refunded_cents": sums["refund"],
        "accepted_cents": accepted,
        "paid_cents": sums["payment"],
        "closing_cents": opening + captured - sums["refund"] + accepted - sums["payment"],
        "fees_cents": sums["fee"] + sums["fee_available"],
    }


def all_of_it(audit_csv: Path, zone: str, month: str) -> dict[str, Any]:
    """Vouchers, rides, people, exceptions and the closing balances of a report, as its JSON says
    them."""
    lines = _read(audit_csv)
    opening = [line for line in lines if line["kind"].startswith("opening")]
    whole = [line for line in opening if not line["partner_id"]]
    entries = [line for line in lines if not line["kind"].startswith("opening")]
    return {
        "entries": len(entries),
        "spent_cents": sum(int(line["voucher.spent"]) for line in entries),
        "fees_cents": sum(
            max(0, int(line["voucher.spent"]))
            for line in entries
            if line["kind"] == "ride.cancelled" or line["of_fee"] == "true"
        ),
        "closing": {
            name: sum(int(line[account] or 0) for line in (*whole, *entries))
            for name, account in (
                ("unallotted_cents", "program.unallotted"),
                ("allotted_cents", "allotment.available"),
                ("reserved_cents", "batch.reserved"),
                ("in_vouchers_cents", "voucher.available"),
                ("held_cents", "voucher.held"),
                ("in_transfer_cents", "voucher.transfer"),
            )
        },
        "vouchers": _vouchers(entries),
        "rides": _rides(entries, ZoneInfo(zone)),
        "people": _people(entries),
        "exceptions": _exceptions(entries, month),
        "payable": _payable((*whole, *entries)),
    }


def _vouchers(entries: list[dict[str, str]]) -> dict[str, int]:
    kinds = Counter(line["kind"] for line in entries)
    minted = [line for line in entries if line["kind"] == "voucher.minted"]
    returned = (
        int(line["allotment.available"])
        for line in entries
        if line["voucher"] and int(line["allotment.available"]) > 0
    )
    return {
        "minted": len(minted),
        "minted_cents": sum(int(line["voucher.available"]) for line in minted),
        "minted_unassigned": sum(not line["person"] for line in minted),
        "assigned_later": kinds["voucher.assigned"],
        "used": len(
            {line["voucher"] for line in _completed(entries) if int(line["voucher.spent"]) > 0}
        ),
        "used_up": len({line["voucher"] for line in entries if line["used_up"]}),
        "expired_unused": sum(bool(line["never_used"]) for line in entries),
        "revoked": kinds["voucher.revoked"],
        "reissued": kinds["voucher.reissued"],
        "blocked": kinds["voucher.blocked"],
        "unblocked": kinds["voucher.unblocked"],
        "extended": kinds["voucher.extended"],
        "returned_cents": sum(returned),
    }


def _rides(entries: list[dict[str, str]], zone: ZoneInfo) -> dict[str, Any]:
    requests = [line for line in entries if line["kind"] == "ride.requested"]
    made = _completed(entries)
    fares = [int(line["fare_cents"]) for line in made]
    paid = [int(line["voucher.spent"]) for line in made]
    cancelled = [
        line for line in entries if line["kind"] == "ride.cancelled" and not line["reason"]
    ]
    refused = [line["reason"] for line in entries if line["kind"] in _EVENTS and line["reason"]]
    hours = Counter(
        datetime.fromisoformat(line["recorded_at"]).astimezone(zone).hour
        for line in requests
        if not line["reason"]
    )
    return {
        "requested": len(requests),
        "approved": sum(not line["reason"] for line in requests),
        "declined": sum(bool(line["reason"]) for line in requests),
        "completed": len(made),
        "cancelled": sum(int(line["voucher.spent"]) == 0 for line in cancelled),
        "fees": sum(int(line["voucher.spent"]) > 0 for line in cancelled),
        "on_unassigned_cards": sum(not line["person"] for line in made),
        "mean_fare_cents": _half_up(sum(fares), len(fares)),
        "median_fare_cents": _half_up(int(2 * median(fares)), 2) if fares else None,
        "mean_covered_cents": _half_up(sum(paid), len(paid)),
        "wholly_covered": sum(a == b for a, b in zip(fares, paid, strict=True)),
        "declined_by_reason": dict(Counter(one["reason"] for one in requests if one["reason"])),
        "refused_by_reason": dict(Counter(refused)),
        "by_purpose": _shares(entries, lambda line: line["purpose"]),
        "by_week": _shares(entries, _monday),
        "by_hour": {f"{hour:02d}": times for hour, times in hours.items()},
    }


def _shares(entries: list[dict[str, str]], name: Any) -> dict[str, tuple[int, int]]:
    rides = Counter(name(line) for line in _completed(entries))
    net: Counter[str] = Counter()
    for line in entries:
        if int(line["voucher.spent"]):
            net[name(line)] += int(line["voucher.spent"])
    return {one: (rides[one], net[one]) for one in rides.keys() | net.keys()}


def _people(entries: list[dict[str, str]]) -> dict[str, int | None]:
    made = [line for line in _completed(entries) if line["person"]]
    riders = {line["person"] for line in made}
    returning = {line["person"] for line in made if line["rode_before"] == "true"}
    given = ("voucher.minted", "voucher.assigned")
    return {
        "riders": len(riders),
        "new_riders": len(riders - returning),
        "returning_riders": len(returning),
        "given_vouchers": len({line["person"] for line in entries if line["kind"] in given} - {""}),
        "rides_per_rider_hundredths": _half_up(100 * len(made), len(riders)),
    }


def _exceptions(entries: list[dict[str, str]], month: str) -> dict[str, Any]:
    late: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in entries:
        spent = int(line["voucher.spent"])
        changed = spent or line["overage_cents"] or line["shortfall_cents"]
        if (
            line["kind"] in _EVENTS
            and not line["reason"]
            and line["ride_day"][:7] < month
            and changed
        ):
            changes = (1, max(0, spent), max(0, -spent))
            late[line["ride_day"][:7]] = [
                a + b for a, b in zip(late[line["ride_day"][:7]], changes, strict=True)
            ]
    return {
        "shortfalls": sum(int(line["shortfall_cents"] or 0) > 0 for line in entries),
        "conflicts": sum(line["kind"] == "ride.conflict" for line in entries),
        "late_adjustments": dict(late),
    }


def _payable(lines: Iterable[dict[str, str]]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for line in lines:
        accepted = line["kind"] in ("shortfall.accepted", "overage.accepted")
        if line["provider_id"]:
            found[line["provider_id"]] += (
                int(line["voucher.spent"] or 0)
                + (int(line["decided_cents"]) if accepted else 0)
                - int(line["paid_cents"] or 0)
            )
    return {name: cents for name, cents in found.items() if cents}


def _completed(entries: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        line
        for line in entries
        if line["kind"] == "ride.completed" and line["counted"] and not line["reason"]
    ]


def _monday(line: dict[str, str]) -> str:
    day = date.fromisoformat(line["ride_day"])
    return (day - timedelta(days=day.weekday())).isoformat()


def _half_up(amount: int, parts: int) -> int | None:
    return (2 * amount + parts) // (2 * parts) if parts else None


def _read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def rows(file: Path) -> Iterator[dict[str, str]]:
    """The lines of a file, by the names of its columns."""
    yield from _read(file)
