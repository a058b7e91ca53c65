"""What runs without being asked: housekeeping, the daily audit, and the watch over the ledger. What
each does, what it answers to who invokes it by hand, and what it logs and counts, on which alarms
stand (infra/monitoring.yaml)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

import builders
import wire
from builders import PARTNER, PROGRAM
from farechance.store import Remembered, keys
from farechance.telemetry import Event
from farechance.times import local_month, report_runs_at
from functional.saved_events import event
from functional.stack import Stack
from operations.audit_programs import audit_programs
from wire import Wire
from world import World

LONG_AGO = timedelta(days=20)
NO_TIME = 9.9
"""Seconds: less than the reserve within which a step ends."""


# ── housekeeping ─────────────────────────────────────────────────────────────────────────────────


def test_housekeeping_returns_what_is_due_and_says_how_much(stack: Stack) -> None:
    codes = [_due_voucher(stack), _due_voucher(stack)]
    stack.world.code()

    answer = stack.job("housekeeping")

    assert answer == {"returned": 2, "erased": 0, "paused": [], "failed": 0, "is_complete": True}
    assert [stack.world.voucher(code).closed_reason for code in codes] == ["expired", "expired"]
    assert stack.world.allotment().available_cents == 50_000 - 4_000
    assert stack.counted() == {"VoucherReturned": 2, "HouseKept": 1}
    (line,) = _told(stack, Event.HOUSE_KEPT)
    assert (line["returned"], line["is_complete"], line["level"]) == (2, True, "INFO")
    assert line["request_id"] == "an-invocation"


def test_housekeeping_that_has_no_time_does_nothing_and_isnt_counted_as_done(stack: Stack) -> None:
    _due_voucher(stack)

    with stack.unchanged():
        answer = stack.job("housekeeping", seconds_left=NO_TIME)

    assert answer == {
        "returned": 0,
        "erased": 0,
        "paused": [],
        "failed": 0,
        "is_complete": False,
    }
    assert "HouseKept" not in stack.counted()
    (line,) = _told(stack, Event.HOUSE_KEPT)
    assert line["is_complete"] is False


def test_a_voucher_that_cannot_be_read_holds_up_no_other_and_is_named(stack: Stack) -> None:
    broken, other = _due_voucher(stack), _due_voucher(stack)
    pk = f"voucher#{stack.world.voucher_key(broken)}"

    with _broken(stack, "vouchers", {"pk": {"S": pk}}, "available_cents"):
        answer = stack.job("housekeeping")

    assert (answer["returned"], answer["failed"], answer["is_complete"]) == (1, 1, True)
    assert stack.world.voucher(other).closed_reason == "expired"
    assert stack.world.voucher(broken).closed_reason is None
    assert stack.counted() == {"VoucherReturned": 1, "HousekeepingFailed": 1, "HouseKept": 1}
    (line,) = _told(stack, Event.HOUSEKEEPING_FAILED)
    assert (line["what"], line["error"], line["level"]) == (pk, "ValidationError", "ERROR")


@pytest.mark.parametrize(
    ("overage", "near", "reached"),
    [(799, 0, 0), (800, 1, 0), (999, 1, 0), (1_000, 1, 1)],
)
def test_what_is_owed_is_told_from_four_fifths_on_and_pauses_at_the_limit(
    stack: Stack, overage: int, near: int, reached: int
) -> None:
    _limit_owed(stack, 1_000)
    code = stack.world.code()
    stack.world.request(code, cents=1_000)
    stack.world.complete(code, cents=2_000 + overage)

    answer = stack.job("housekeeping")

    assert answer["paused"] == [PROGRAM][:reached]
    assert stack.world.program().status == ("paused" if reached else "active")
    assert stack.world.allotment().status == ("paused" if reached else "active")
    counted = stack.counted()
    assert (counted.get("OwedNear", 0), counted.get("OwedReached", 0)) == (near, reached)
    told = [
        (line["program_id"], line["owed_cents"], line["max_owed_cents"], line["was_paused"])
        for line in _told(stack, Event.OWED_NEAR)
    ]
    assert told == [(PROGRAM, overage, 1_000, bool(reached))] * near


def test_a_programme_that_stays_at_its_limit_is_paused_once_and_told_each_time(
    stack: Stack,
) -> None:
    _limit_owed(stack, 500)
    code = stack.world.code()
    stack.world.request(code, cents=1_000)
    stack.world.complete(code, cents=2_600)

    first, second = stack.job("housekeeping"), stack.job("housekeeping")

    assert (first["paused"], second["paused"]) == ([PROGRAM], [])
    assert stack.counted()["OwedReached"] == 2


def test_a_partner_that_will_soon_have_nothing_to_mint_from_is_told(stack: Stack) -> None:
    given = stack.world.allotment().available_cents
    while stack.world.allotment().available_cents * 10 >= given:
        stack.world.code()

    stack.job("housekeeping")

    assert stack.counted() == {"AllotmentLow": 1, "HouseKept": 1}
    (line,) = _told(stack, Event.ALLOTMENT_LOW)
    left = stack.world.allotment().available_cents
    assert (line["program_id"], line["partner_id"], line["level"]) == (PROGRAM, PARTNER, "WARNING")
    assert (line["available_cents"], line["given_cents"]) == (left, given)


def test_a_report_that_should_have_been_there_for_a_day_is_missed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.handler("housekeeping")
    month = local_month(datetime.now(UTC), ZoneInfo(stack.world.program().time_zone))
    on_the_3rd = report_runs_at(month) + timedelta(days=2)
    monkeypatch.setattr(sys.modules["housekeeping.app"], "utc_now", lambda: on_the_3rd)

    stack.job("housekeeping")

    assert stack.counted() == {"ReportMissing": 1, "HouseKept": 1}
    (line,) = _told(stack, Event.REPORT_MISSING)
    assert (line["program_id"], line["month"], line["level"]) == (PROGRAM, month, "ERROR")


def test_housekeeping_that_fails_as_a_whole_is_raised_and_what_it_counted_is_sent(
    stack: Stack,
) -> None:
    stack.handler("housekeeping")

    with Wire(_client("housekeeping")) as line:
        line.disturb(wire.refused_with("AccessDeniedException"), "Query", times=100)
        with pytest.raises(ClientError):
            stack.job("housekeeping")

    assert stack.counted() == {}


# ── the audit ────────────────────────────────────────────────────────────────────────────────────


def test_the_audit_checks_every_programme_and_changes_nothing(stack: Stack) -> None:
    stack.world.code()
    _second_program(stack)

    with stack.unchanged():
        answer = stack.job("auditing")

    assert answer == {"books_checked": 2}
    assert stack.counted() == {"BooksChecked": 2, "BooksAudited": 1}
    told = {line["program_id"]: line["vouchers"] for line in _told(stack, Event.BOOKS_CHECKED)}
    assert told == {PROGRAM: 1, "prg_second": 0}


def test_a_balance_that_differs_is_named_and_the_other_programmes_are_checked(
    stack: Stack,
) -> None:
    _second_program(stack)
    allotment = {"pk": {"S": f"allotment#{PROGRAM}"}, "sk": {"S": PARTNER}}

    with _changed(stack, "programs", allotment, {"available_cents": {"N": "50001"}}):
        answer = _audited(stack)

    assert answer == {"books_differ": 1, "books_checked": 1}
    assert stack.counted() == {"BooksDiffer": 1, "BooksChecked": 1, "BooksAudited": 1}
    (line,) = _told(stack, Event.BOOKS_DIFFER)
    assert (line["program_id"], line["level"]) == (PROGRAM, "ERROR")
    assert (line["found_cents"], line["funded_cents"]) == (100_001, 100_000)
    assert line["differences"] == [
        f"allotment of {PARTNER}: 50001 is stored, the ledger says 50000"
    ]


def test_a_check_by_hand_that_finds_a_difference_raises_the_same_alarm(stack: Stack) -> None:
    program = {"pk": {"S": f"program#{PROGRAM}"}, "sk": {"S": "program"}}
    stack.handler("administration")
    sys.modules["administration.app"].tools.store.pause = lambda _: None

    with _changed(stack, "programs", program, {"unallotted_cents": {"N": "1"}}):
        answer = stack.command(event("check_books", program_id=PROGRAM))
    again = stack.command(event("check_books", program_id=PROGRAM))

    assert (answer["differ"], again["differ"]) == (True, False)
    assert stack.counted()["BooksDiffer"] == 1


def test_each_day_another_programme_is_checked_first(stack: Stack) -> None:
    _second_program(stack)
    today = datetime.now(UTC)

    def first(days: int) -> str:
        found = audit_programs(
            store=stack.world.store,
            clock=lambda: today + timedelta(days=days),
            has_time=lambda: False,
        )
        return next(found).program_id

    names = [first(0), first(1), first(2)]

    assert {names[0], names[1]} == {PROGRAM, "prg_second"}
    assert names[0] == names[2]


def test_a_programme_that_cannot_be_read_is_told_and_the_others_are_checked(stack: Stack) -> None:
    _second_program(stack)
    program = {"pk": {"S": f"program#{PROGRAM}"}, "sk": {"S": "program"}}

    with _broken(stack, "programs", program, "funded_cents"):
        answer = _audited(stack)

    assert answer == {"books_not_checked": 1, "books_checked": 1}
    assert stack.counted() == {"BooksNotChecked": 1, "BooksChecked": 1, "BooksAudited": 1}
    (line,) = _told(stack, Event.BOOKS_NOT_CHECKED)
    assert (line["program_id"], line["error"]) == (PROGRAM, "ValidationError")


def test_what_there_is_no_time_for_is_told(stack: Stack) -> None:
    stack.world.code()

    answer = stack.job("auditing", seconds_left=NO_TIME)

    assert answer == {"books_not_checked": 1}
    assert stack.counted() == {"BooksNotChecked": 1, "BooksAudited": 1}
    (line,) = _told(stack, Event.BOOKS_NOT_CHECKED)
    assert (line["program_id"], line["error"]) == (PROGRAM, "no_time")


def test_a_stack_without_a_programme_is_audited_too(stack: Stack) -> None:
    stack.take_everything_out()

    answer = stack.job("auditing")

    assert answer == {}
    assert stack.counted() == {"BooksAudited": 1}


def test_an_audit_that_fails_as_a_whole_is_raised_and_isnt_counted_as_made(stack: Stack) -> None:
    stack.handler("auditing")

    with Wire(_client("auditing")) as line:
        line.disturb(wire.refused_with("AccessDeniedException"), "Query", times=100)
        with pytest.raises(ClientError):
            stack.job("auditing")

    assert stack.counted() == {}


# ── the watch ────────────────────────────────────────────────────────────────────────────────────


def test_the_watch_names_each_entry_that_was_changed_or_removed(stack: Stack) -> None:
    records = [
        _record("MODIFY", "voucher#a", "ride#pvd_city_cabs#1#completed"),
        _record("REMOVE", "program#prg_harbor", "command#fund-1"),
    ]

    with stack.unchanged():
        stack.job("watching", {"Records": records})

    told = [
        (line["what"], line["account"], line["identity"], line["level"])
        for line in _told(stack, Event.LEDGER_OVERWRITTEN)
    ]
    assert told == [
        ("MODIFY", "voucher#a", "ride#pvd_city_cabs#1#completed", "ERROR"),
        ("REMOVE", "program#prg_harbor", "command#fund-1", "ERROR"),
    ]
    assert stack.counted() == {"LedgerOverwritten": 2}


def test_a_record_that_comes_again_is_told_again(stack: Stack) -> None:
    record = _record("MODIFY", "voucher#a", "minted")

    stack.job("watching", {"Records": [record]})
    stack.job("watching", {"Records": [record]})

    assert stack.counted() == {"LedgerOverwritten": 2}


def test_the_watch_has_the_name_of_no_table(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    # As on AWS: it starts and works with what the template gives it, and nothing else.
    for name in ("PROGRAMS_TABLE", "VOUCHERS_TABLE", "PEOPLE_TABLE", "LEDGER_TABLE"):
        monkeypatch.delenv(name, raising=False)

    stack.job("watching", {"Records": [_record("MODIFY", "voucher#a", "minted")]})

    assert len(_told(stack, Event.LEDGER_OVERWRITTEN)) == 1


# ── what these tests are made of ─────────────────────────────────────────────────────────────────


def _due_voucher(stack: Stack) -> str:
    """A voucher of 40.00, minted so long ago that its return is due, with a hold that died."""
    code = _world_of(stack, LONG_AGO).code()
    _world_of(stack, LONG_AGO).request(code, f"ride-of-{code[-4:]}")
    assert stack.world.voucher(code).return_at < stack.world.clock.now
    return code


def _world_of(stack: Stack, ago: timedelta) -> World:
    """The tables as use cases saw them some time ago."""
    world = stack.world
    world.clock.now -= ago
    return world


def _second_program(stack: Stack) -> None:
    stack.world.another(program_id="prg_second").administer(
        "create_program",
        program_id="prg_second",
        name="Second",
        funder="Harbor Foundation",
        rules=builders.rules(),
    )


def _limit_owed(stack: Stack, cents: int) -> None:
    """Rules for vouchers to come, under which no more than this may be owed beyond them."""
    key = keys.rules(PROGRAM, 1)
    rules = stack.world.store.read(key)[key]
    assert rules is not None
    stack.world.administer(
        "set_rules",
        program_id=PROGRAM,
        rules=rules.model_copy(update={"max_owed_cents": cents}).model_dump(),
    )
    # A function remembers a programme for a minute, and with it the version of its rules.
    stack.world.remembered = Remembered(stack.world.store)


def _audited(stack: Stack) -> Any:
    """The answer of an audit a minute later, that doesn't wait before it looks again."""
    stack.handler("auditing")
    module = sys.modules["auditing.app"]
    module.store.pause = lambda _: None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "utc_now", lambda: datetime.now(UTC) + timedelta(minutes=1))
        return stack.job("auditing")


def _client(folder: str) -> Any:
    return sys.modules[f"{folder}.app"].store._client


@contextmanager
def _broken(stack: Stack, table: str, key: dict[str, Any], name: str) -> Iterator[None]:
    """An item with a number that isn't one."""
    with _changed(stack, table, key, {name: {"S": "broken"}}):
        yield


@contextmanager
def _changed(
    stack: Stack, table: str, key: dict[str, Any], attributes: dict[str, Any]
) -> Iterator[None]:
    """An item with other attributes, behind the back of everything; put right at the end."""
    client, table_name = stack.world.client, stack.world.tables[table]
    item = client.get_item(TableName=table_name, Key=key, ConsistentRead=True)["Item"]
    client.put_item(TableName=table_name, Item={**item, **attributes})
    try:
        yield
    finally:
        client.put_item(TableName=table_name, Item=item)


def _record(what: str, account: str, identity: str) -> dict[str, Any]:
    """One record of a stream that holds keys alone (DynamoDB API reference, 'Record')."""
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": what,
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"pk": {"S": account}, "sk": {"S": identity}},
            "SequenceNumber": "4421584500000000017450439091",
            "StreamViewType": "KEYS_ONLY",
        },
    }


def _told(stack: Stack, event: Event) -> list[dict[str, Any]]:
    return [line for line in stack.lines() if line.get("message") == event.value]
