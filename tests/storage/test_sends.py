"""Sends of a code: counted before they are made, by many at once, over a midnight, and after every
crash. Never more than three a day, and nothing kept of a number."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

import wire
from farechance.errors import Busy, StateForbids
from operations.send_code import send_code
from wire import Wire
from world import PHONE_NUMBER, World


def _send(world: World, code: str, key: str = "") -> Any:
    return send_code(world.send_call(code, key), world.send_tools)


def _tried(world: World, code: str, key: str = "") -> str:
    try:
        _send(world, code, key)
    except (StateForbids, Busy) as refused:
        return getattr(refused, "reason", "busy")
    return "sent"


def test_what_is_kept_of_a_send_is_ids_a_day_and_a_count(world: World) -> None:
    code = world.code_of_a_person_who_agreed()
    before = world.items("ledger")

    _send(world, code, "a-key")

    kept = [item for item in world.items("vouchers") if item["pk"]["S"].startswith("send#")]
    assert [sorted(item) for item in kept] == [
        ["count", "pk", "version"],
        ["counted_at", "day", "is_sent", "pk", "version"],
    ]
    assert world.messenger.sent[0][0] == PHONE_NUMBER
    assert PHONE_NUMBER[2:] not in str(world.everything())
    assert world.items("ledger") == before


def test_a_voucher_has_three_sends_a_day_by_the_programmes_midnight(world: World) -> None:
    code = world.code_of_a_person_who_agreed()
    # A minute before midnight in New York, when it is the next day in UTC already.
    world.clock.now = datetime(2026, 3, 4, 4, 59, tzinfo=UTC)
    first_day = [_tried(world, code) for _ in range(4)]
    world.clock.passes(seconds=59)
    still = _tried(world, code)
    world.clock.passes(seconds=1)
    next_day = [_tried(world, code) for _ in range(4)]

    assert first_day == ["sent", "sent", "sent", "too_many_sends"]
    assert still == "too_many_sends"
    assert next_day == ["sent", "sent", "sent", "too_many_sends"]
    assert len(world.messenger.sent) == 6


def test_each_voucher_has_a_count_of_its_own(world: World) -> None:
    one, other = world.code_of_a_person_who_agreed(), world.code_of_a_person_who_agreed()

    told = [_tried(world, code) for code in (one, one, one, other, one)]

    assert told == ["sent", "sent", "sent", "sent", "too_many_sends"]


def test_of_many_at_once_three_are_sent(world: World) -> None:
    code = world.code_of_a_person_who_agreed()
    worlds = [world.another() for _ in range(8)]

    with ThreadPoolExecutor(len(worlds)) as threads:
        told = list(threads.map(lambda one: _tried(one, code), worlds))

    assert told.count("sent") == len(world.messenger.sent) <= 3
    assert set(told) <= {"sent", "too_many_sends", "busy"}
    # Who was told to try again does, and three are reached.
    while len(world.messenger.sent) < 3:
        assert _tried(world, code) == "sent"
    assert _tried(world, code) == "too_many_sends"


@pytest.mark.parametrize(
    "fault", [wire.lost_before_sending, wire.answer_lost, wire.failed_after_it_was_done]
)
@pytest.mark.parametrize("at", [0, 1])
def test_a_crash_never_sends_more_than_three(world: World, fault: Any, at: int) -> None:
    code = world.code_of_a_person_who_agreed()

    for _ in range(5):
        with Wire(world.client) as line:
            line.disturb(fault, "TransactWriteItems", at=at, times=1)
            _tried(world, code, "the same key")

    days = [item for item in world.items("vouchers") if "#day#" in item["pk"]["S"]]
    assert len(world.messenger.sent) <= sum(int(day["count"]["N"]) for day in days) <= 3


def test_a_crash_before_the_message_loses_at_most_the_count(world: World) -> None:
    code = world.code_of_a_person_who_agreed()
    with Wire(world.client) as line:
        line.disturb(wire.answer_lost, "TransactWriteItems", at=0, times=1)
        assert _tried(world, code, "one key") == "busy"
    assert world.messenger.sent == []

    told = [_tried(world, code, key) for key in ("one key", "one key", "other", "third")]

    assert told == ["sent", "sent", "sent", "too_many_sends"]
    assert len(world.messenger.sent) == 2


def test_consent_is_asked_for_at_each_send(world: World) -> None:
    agreed = world.code_of_a_person_who_agreed()
    only_enrolled = world.code_of_a_person_who_agreed("outcomes")
    nobodys = world.code()

    told = [_tried(world, code) for code in (agreed, only_enrolled, nobodys)]

    assert told == ["sent", "sms_not_consented", "sms_not_consented"]


def test_once_sent_a_repeat_needs_nothing_any_more(world: World) -> None:
    code = world.code_of_a_person_who_agreed()
    first, _ = _send(world, code, "one key")
    world.revoke(code)
    world.clock.passes(days=3)

    again, is_replay = _send(world, code, "one key")

    assert (again, is_replay) == (first, True)
    assert len(world.messenger.sent) == 1
