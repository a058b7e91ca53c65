"""The query of decision 18, as it stands there, over entries in the form of DynamoDB's export.
SQLite stands in for Athena: the query is run word by word; of the view only how it reaches into an
item is put in SQLite's words. What Athena itself makes of the table's definition, this doesn't
show."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from farechance.ledger import Account, Entry, Kind
from farechance.reports.movements import Movement, movements
from farechance.store import keys

DECISION = Path(__file__).parents[2] / (
    "infra/decisions/0018-reports-at-a-hundred-million-entries.md"
)
TABLE, VIEW, QUERY = re.findall(r"```sql\n(.*?);\n```", DECISION.read_text("utf-8"), re.DOTALL)
PROGRAM, MONTH = "prg_…", "2019-03"
COLUMNS = {
    "funded": {Movement.FUND},
    "defunded": {Movement.DEFUND},
    "allotted": {Movement.ALLOT},
    "unallotted": {Movement.UNALLOT},
    "minted": {Movement.MINT, Movement.MINT_IN_BATCH},
    "captured": {
        Movement.CAPTURE,
        Movement.CAPTURE_AVAILABLE,
        Movement.FEE,
        Movement.FEE_AVAILABLE,
    },
    "fees": {Movement.FEE, Movement.FEE_AVAILABLE},
    "refunded": {Movement.REFUND},
    "returned": {Movement.RETURN},
    "accepted": {Movement.ACCEPT_OVERAGE, Movement.ACCEPT_SHORTFALL},
    "written_off": {Movement.WRITE_OFF},
    "paid": {Movement.PAYMENT},
    "shortfalls": {Movement.SHORTFALL},
    "overage_of_program": {Movement.OVERAGE_OF_PROGRAM},
    "overage_of_rider": {Movement.OVERAGE_OF_RIDER},
    "tips": {Movement.TIP},
}


def entry(number: int, kind: Kind, changes: dict[Account, int], **facts: Any) -> Entry:
    """One line of the ledger, in the month unless it is said otherwise."""
    return Entry(
        account=f"voucher#{number}",
        identity="something",
        sequence=1,
        kind=kind,
        changes=changes,
        recorded_at=datetime(2019, 3, 5, tzinfo=UTC),
        **{"program_id": PROGRAM, "month": MONTH, **facts},
    )


def some_entries() -> list[Entry]:
    """One of each movement of money and of each thing that is said beside; some twice, by two ride
    companies; and what isn't of the month or of the programme."""
    one = {"provider_id": "pvd_one", "ride_day": date(2019, 3, 4)}
    two = {"provider_id": "pvd_two", "ride_day": date(2019, 3, 4)}
    held, free, spent = Account.HELD, Account.AVAILABLE, Account.SPENT
    outside, unallotted, allotted = Account.OUTSIDE, Account.UNALLOTTED, Account.ALLOTTED
    rows: list[tuple[Kind, dict[Account, int], dict[str, Any]]] = [
        (Kind.PROGRAM_FUNDED, {outside: -90_000, unallotted: 90_000}, {}),
        (Kind.PROGRAM_DEFUNDED, {outside: 1_000, unallotted: -1_000}, {}),
        (Kind.PROGRAM_ALLOTTED, {unallotted: -50_000, allotted: 50_000}, {}),
        (Kind.PROGRAM_UNALLOTTED, {unallotted: 700, allotted: -700}, {}),
        (Kind.VOUCHER_MINTED, {allotted: -8_000, free: 8_000}, {}),
        (Kind.VOUCHER_MINTED, {Account.RESERVED: -6_000, free: 6_000}, {}),
        (Kind.RIDE_REQUESTED, {free: -1_500, held: 1_500}, {"fare_cents": 1_500, **one}),
        (Kind.RIDE_COMPLETED, {held: -1_500, free: 100, spent: 1_400}, {"tip_cents": 90, **one}),
        (Kind.RIDE_COMPLETED, {held: -900, free: -50, spent: 950}, {"tip_cents": 30, **two}),
        (Kind.RIDE_CONFLICT, {}, {"tip_cents": 90, "reason": "event_conflict", **one}),
        (Kind.RIDE_COMPLETED, {}, {"tip_cents": 5, "reason": "ride_cancelled", **one}),
        (
            Kind.RIDE_CANCELLED,
            {held: -800, free: 300, spent: 500},
            {"overage_cents": 200, "overage_owed_by": "program", **one},
        ),
        (Kind.RIDE_ADJUSTED, {spent: -250, free: 250}, one),
        (Kind.RIDE_ADJUSTED, {spent: 300, free: -300}, two),
        (Kind.RIDE_ADJUSTED, {spent: 70, free: -70}, {"of_fee": True, **two}),
        (
            Kind.RIDE_COMPLETED,
            {held: -700, spent: 700},
            {"overage_cents": 40, "overage_owed_by": "rider", "shortfall_cents": 60, **two},
        ),
        (Kind.HOLD_LAPSED, {held: -400, free: 400}, {"provider_id": "pvd_one"}),
        (Kind.VOUCHER_REVOKED, {free: -600, allotted: 600}, {}),
        (Kind.VOUCHER_RETURNED, {free: -900, allotted: 900}, {}),
        (Kind.VOUCHER_RETURNED, {free: -70, Account.TRANSFER: 70}, {}),
        (Kind.VOUCHER_SUCCEEDED, {free: 70, Account.TRANSFER: -70}, {}),
        (
            Kind.SHORTFALL_ACCEPTED,
            {unallotted: -60, Account.PAID_DIRECT: 60},
            {"provider_id": "pvd_two", "decided_cents": 60},
        ),
        (Kind.WRITTEN_OFF, {}, {"provider_id": "pvd_one", "decided_cents": 200}),
        (Kind.PAYMENT_RECORDED, {}, {"provider_id": "pvd_one", "paid_cents": 630}),
        (Kind.PROGRAM_FUNDED, {outside: -5, unallotted: 5}, {"month": "2019-04"}),
        (Kind.PROGRAM_FUNDED, {outside: -7, unallotted: 7}, {"program_id": "prg_other"}),
    ]
    return [entry(number, kind, moved, **facts) for number, (kind, moved, facts) in enumerate(rows)]


def exported(entries: Iterable[Entry]) -> list[str]:
    """Lines of an export in DynamoDB JSON."""
    to_item = TypeSerializer()
    return [
        json.dumps({"Item": {k: to_item.serialize(v) for k, v in keys.stored(one).items()}})
        for one in entries
    ]


def asked(lines: list[str]) -> dict[str | None, dict[str, Any]]:
    """What the query says of each ride company."""
    with sqlite3.connect(":memory:") as database:
        database.row_factory = sqlite3.Row
        database.execute("CREATE TABLE ledger_export (line text)")
        database.executemany("INSERT INTO ledger_export VALUES (?)", [(line,) for line in lines])
        database.execute(_for_sqlite(VIEW))
        return {row["ride_company"]: dict(row) for row in database.execute(QUERY)}


def _for_sqlite(view: str) -> str:
    """The view, with what it takes out of an item in SQLite's words."""
    view = re.sub(
        r"element_at\(item\.changes\.m, '([\w.]+)'\)\.n",
        r"""json_extract(line, '$.Item.changes.M."\1".N')""",
        view,
    )
    return re.sub(
        r"item\.(\w+)\.(s|n|bool)\b",
        lambda it: f"json_extract(line, '$.Item.{it[1]}.{it[2].upper()}')",
        view,
    )


def test_the_query_adds_up_what_the_report_does_by_movement_and_ride_company() -> None:
    entries = some_entries()
    expected: Counter[tuple[str | None, Movement]] = Counter()
    of_the_month = [one for one in entries if (one.program_id, one.month) == (PROGRAM, MONTH)]
    for one in of_the_month:
        for movement, cents in movements(one):
            expected[one.provider_id, movement] += cents

    rows = asked(exported(entries))

    assert rows.keys() == {None, "pvd_one", "pvd_two"}
    assert sum(row["entries"] for row in rows.values()) == len(of_the_month)
    for company, row in rows.items():
        for column, kinds in COLUMNS.items():
            told = sum(expected[company, kind] for kind in kinds)
            assert row[column] == told, (company, column)
    # Each column was tried with something in it.
    assert all(any(row[column] for row in rows.values()) for column in COLUMNS)


def test_the_table_holds_all_that_the_view_takes_out_of_an_item() -> None:
    taken = set(re.findall(r"item\.(\w+)\.(s|m|n|bool)\b", VIEW))

    defined = set(re.findall(r"`?(\w+)`?:struct<(s|m|n|bool):", TABLE))

    assert taken == defined
    assert {name for name, _ in taken} <= Entry.model_fields.keys()
