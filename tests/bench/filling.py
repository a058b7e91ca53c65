"""A month of one programme with as many entries as one likes: real entries of the ledger, as its
table holds them. They have no chains (a month is added up without them), and their money is whole:
what was funded is allotted, minted, held, spent, refunded and returned."""

import uuid
import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from typing import Any

from boto3.dynamodb.types import TypeSerializer

from farechance.ledger import MONTH_SHARDS, Account, Entry, Kind
from farechance.programs import Program, PurposeRule, Rules, Status
from farechance.store import keys, writes

PROGRAM, PARTNER, PROVIDER, MONTH = "prg_scale", "org_scale", "pvd_scale", "2026-03"
BEGINS = datetime(2026, 3, 1, 5, tzinfo=UTC)
VALUE_CENTS = 4_000
FUNDED_CENTS = 9_000_000_000
PATTERNS = 200
"""So many vouchers are made as models; the others have their entries under other names."""

type Item = dict[str, Any]

RULES = Rules(
    time_zone="America/New_York",
    starts_on=date(2026, 1, 1),
    ends_on=date(2026, 12, 31),
    max_value_cents=10_000,
    valid_days=7,
    purposes=(PurposeRule(name="job"),),
    provider_ids=(PROVIDER,),
    rider_facing_name="City Rides",
)


def items(entries: int) -> Iterator[Item]:
    """So many entries, as the ledger's table holds them: first the programme's own."""
    return islice(_all_items([*_stored_entries(_of_program())]), entries)


def program_items() -> dict[str, Item]:
    """The programme, by its key."""
    program = Program(
        program_id=PROGRAM,
        name="A large programme",
        funder="A foundation",
        status=Status.ACTIVE,
        rules_version=1,
        time_zone=RULES.time_zone,
        funded_cents=FUNDED_CENTS,
    )
    key = keys.program(PROGRAM)
    return {key.pk: _serialized({**writes.key_attributes(key), **keys.stored(program)})}


def _all_items(first: list[Item]) -> Iterator[Item]:
    yield from first
    patterns = [[*_stored_entries(_of_voucher(number))] for number in range(PATTERNS)]
    for number in count():
        yield from _renamed(patterns[number % PATTERNS], number)


def _renamed(pattern: list[Item], number: int) -> Iterator[Item]:
    """The entries of another voucher, of somebody who has five."""
    account = keys.voucher_account(f"{number:032d}")
    shard = f"{PROGRAM}#{MONTH}#{zlib.crc32(account.encode()) % MONTH_SHARDS}"
    person = uuid.UUID(int=number // 5).hex
    for item in pattern:
        changed = {
            **item,
            "pk": {"S": account},
            "month_shard": {"S": shard},
            "voucher_id": {"S": f"vch_1{number:025d}"},
        }
        if "subject_id" in item:
            changed["subject_id"] = {"S": f"sub_{person}"}
        yield changed


def _of_program() -> Iterator[Entry]:
    moved = ((Account.OUTSIDE, Account.UNALLOTTED), (Account.UNALLOTTED, Account.ALLOTTED))
    kinds = (Kind.PROGRAM_FUNDED, Kind.PROGRAM_ALLOTTED)
    for sequence, (kind, (giver, taker)) in enumerate(zip(kinds, moved, strict=True), start=1):
        yield Entry(
            account=keys.program_account(PROGRAM),
            identity=f"command#{kind}",
            sequence=sequence,
            kind=kind,
            program_id=PROGRAM,
            recorded_at=BEGINS,
            month=MONTH,
            partner_id=PARTNER if kind is Kind.PROGRAM_ALLOTTED else None,
            changes={giver: -FUNDED_CENTS, taker: FUNDED_CENTS},
            command_id=kind.value,
        )


def _of_voucher(number: int) -> Iterator[Entry]:
    """Eight or nine entries: minted, two rides of which every tenth is cancelled, a decline, every
    twentieth a refund, and what is left goes back."""
    at = BEGINS + timedelta(hours=number * 3 % 480)
    numbers = count(1)
    left_cents = VALUE_CENTS

    def entry(
        kind: Kind, identity: str, hours: int, changes: dict[Account, int], **facts: Any
    ) -> Entry:
        return Entry(
            account=keys.voucher_account(f"{number:032d}"),
            identity=identity,
            sequence=next(numbers),
            previous_digest="d" * 43,
            kind=kind,
            program_id=PROGRAM,
            recorded_at=at + timedelta(hours=hours),
            month=MONTH,
            partner_id=PARTNER,
            voucher_id=f"vch_1{number:025d}",
            subject_id=None if number % 10 == 0 else f"sub_{number:032d}",
            purpose="job",
            changes=changes,
            content_digest="d" * 43,
            **facts,
        )

    yield entry(
        Kind.VOUCHER_MINTED,
        "minted",
        0,
        {Account.ALLOTTED: -VALUE_CENTS, Account.AVAILABLE: VALUE_CENTS},
    )
    for ride in (1, 2):
        hours, fare_cents = 24 * ride, 900 + number * 37 % 800
        name, hold_cents = f"ride#{PROVIDER}#ride-{ride}", fare_cents + 50
        about = {"provider_id": PROVIDER, "ride_day": (at + timedelta(hours=hours)).date()}
        yield entry(
            Kind.RIDE_REQUESTED,
            f"{name}#requested",
            hours,
            {Account.AVAILABLE: -hold_cents, Account.HELD: hold_cents},
            fare_cents=hold_cents,
            answer={"decision": "approved", "held_cents": hold_cents},
            **about,
        )
        if (number + ride) % 10 == 0:
            yield entry(
                Kind.RIDE_CANCELLED,
                f"{name}#cancelled",
                hours,
                {Account.HELD: -hold_cents, Account.AVAILABLE: hold_cents},
                answer={"outcome": "voided", "captured_cents": 0, "released_cents": hold_cents},
                **about,
            )
            continue
        left_cents -= fare_cents
        yield entry(
            Kind.RIDE_COMPLETED,
            f"{name}#completed",
            hours,
            {Account.HELD: -hold_cents, Account.AVAILABLE: 50, Account.SPENT: fare_cents},
            fare_cents=fare_cents,
            tip_cents=100,
            counted=True,
            answer={"outcome": "captured", "captured_cents": fare_cents, "released_cents": 50},
            **about,
        )
        if ride == 1 and number % 20 == 3:
            left_cents += 200
            yield entry(
                Kind.RIDE_ADJUSTED,
                f"{name}#adjusted#1",
                hours + 1,
                {Account.SPENT: -200, Account.AVAILABLE: 200},
                fare_cents=fare_cents - 200,
                answer={"outcome": "refunded", "captured_cents": 0, "refunded_cents": 200},
                **about,
            )
    yield entry(
        Kind.RIDE_REQUESTED,
        f"ride#{PROVIDER}#ride-3#requested",
        72,
        {},
        provider_id=PROVIDER,
        ride_day=(at + timedelta(hours=72)).date(),
        reason="no_rides_left",
        fare_cents=1_500,
        answer={"decision": "declined", "reason": "no_rides_left"},
    )
    yield entry(
        Kind.VOUCHER_RETURNED,
        "returned#8",
        200,
        {Account.AVAILABLE: -left_cents, Account.ALLOTTED: left_cents},
    )


def _stored_entries(entries: Iterator[Entry]) -> Iterator[Item]:
    for entry in entries:
        key = keys.entry(entry.account, entry.identity)
        yield _serialized({**writes.key_attributes(key), **keys.stored(entry)})


def _serialized(plain: Item) -> Item:
    to_item = TypeSerializer()
    return {name: to_item.serialize(value) for name, value in plain.items()}
