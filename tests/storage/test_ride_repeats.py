"""One effect per event, for ever: repeats get the first answer, other content is a conflict."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from farechance.told import Told
from farechance.vouchers import Reason
from world import World

Event = Callable[[World, str], Told]


def _request(world: World, code: str) -> Told:
    return world.request(code)


def _complete(world: World, code: str) -> Told:
    return world.complete(code, cents=1_200)


def _cancel(world: World, code: str) -> Told:
    return world.cancel(code)


def _tip(world: World, code: str) -> Told:
    return world.adjust(code, adjustment_id="tip-1", why="tip")


@pytest.mark.parametrize(
    ("events", "state", "captured_cents"),
    [
        ([_request], "held", 0),
        ([_request, _complete], "captured", 1_200),
        ([_request, _cancel], "voided", 0),
        ([_cancel], "voided", 0),
        ([_complete], "refused", 0),
        ([_tip], "none", 0),
    ],
    ids=["request", "completion", "cancellation", "tombstone", "refusal", "tip before all else"],
)
def test_a_repeat_gets_the_first_answer_and_changes_nothing(
    world: World, events: list[Event], state: str, captured_cents: int
) -> None:
    code = world.code()
    first = [event(world, code) for event in events]
    before = world.everything()

    again = [event(world.another(), code) for event in events]

    assert [told.answer for told in again] == [told.answer for told in first]
    assert all(told.full()["replayed"] is True for told in again)
    assert all(told.full()["replayed"] is False for told in first)
    assert [told.full()["ride"] for told in again] == [
        {"state": state, "captured_cents": captured_cents}
    ] * len(events)
    assert world.everything() == before


def test_a_repeat_is_known_after_years(world: World) -> None:
    code = world.code()
    at = world.clock.now
    first = [world.request(code), world.complete(code)]
    before = world.everything()

    world.clock.passes(days=700)
    again = [world.request(code, requested_at=at), world.complete(code, completed_at=at)]

    assert [told.answer for told in again] == [told.answer for told in first]
    assert all(told.is_replay for told in again)
    assert world.everything() == before


def test_a_repeat_may_name_the_voucher_in_the_other_way(world: World) -> None:
    code = world.code()
    authorization = world.request(code).answer["authorization_id"]
    first = world.complete(code)

    again = world.complete(code, voucher_code=None, authorization_id=authorization)

    assert again.is_replay
    assert again.answer == first.answer


def test_a_repeat_may_write_the_same_moment_in_another_zone_and_the_code_by_hand(
    world: World,
) -> None:
    code = world.code()
    world.request(code)
    first = world.complete(code)

    moment = world.clock.now.astimezone().isoformat()
    by_hand = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    again = world.complete(by_hand, completed_at=moment)

    assert again.is_replay
    assert again.answer == first.answer


@pytest.mark.parametrize(
    "other",
    [
        lambda world, code: world.request(code, cents=1_600),
        lambda world, code: world.request(
            code, requested_at=world.clock.now - timedelta(minutes=1)
        ),
        lambda world, code: world.request(code, pickup_at=world.clock.now + timedelta(hours=1)),
        lambda world, code: world.request(code, replaces_ride_id="ride-0"),
    ],
    ids=["another estimate", "another time", "a pick-up", "a replacement"],
)
def test_a_request_with_other_content_is_a_conflict(world: World, other: Event) -> None:
    code = world.code()
    world.request(code)
    balances = world.voucher(code).available_cents

    told = other(world, code)
    stored = world.everything()
    again = other(world, code)

    assert (told.answer["decision"], told.answer["reason"]) == ("declined", "event_conflict")
    assert told.answer["rider_message"]["text"]
    assert (again.is_replay, again.answer) == (True, told.answer)
    assert world.voucher(code).available_cents == balances
    assert world.kinds(code)[-1] == "ride.conflict"
    assert world.everything() == stored


@pytest.mark.parametrize(
    "other",
    [
        lambda world, code: world.complete(code, cents=1_300),
        lambda world, code: world.complete(code, cents=1_200, tip_cents=100),
        lambda world, code: world.complete(
            code, cents=1_200, completed_at=world.clock.now - timedelta(seconds=1)
        ),
    ],
    ids=["another fare", "another tip", "another time"],
)
def test_a_completion_with_other_content_is_a_conflict(world: World, other: Event) -> None:
    code = world.code()
    world.request(code)
    first = world.complete(code, cents=1_200)

    told = other(world, code)
    again = other(world, code)
    original = world.complete(code, cents=1_200)

    assert (told.answer["outcome"], told.answer["reason"]) == ("refused", "event_conflict")
    assert told.answer["captured_cents"] == 0
    assert (again.is_replay, again.answer) == (True, told.answer)
    assert (original.is_replay, original.answer) == (True, first.answer)
    assert world.voucher(code).spent_cents == 1_200
    assert world.kinds(code)[-1] == "ride.conflict"


def test_each_content_of_a_conflict_is_on_record_once(world: World) -> None:
    code = world.code()
    world.request(code)

    for cents in (1_600, 1_700, 1_600, 1_700):
        world.request(code, cents=cents)

    conflicts = [entry for entry in world.entries(code) if entry.kind == "ride.conflict"]
    assert [entry.fare_cents for entry in conflicts] == [1_600, 1_700]
    assert all(entry.reason == Reason.EVENT_CONFLICT for entry in conflicts)
    assert all(not entry.changes for entry in conflicts)


def test_a_conflict_with_a_refused_event_is_not_answered_as_applied(world: World) -> None:
    code = world.code()
    world.complete(code, cents=1_200)

    told = world.complete(code, cents=1_300)
    again = world.complete(code, cents=1_200)

    assert told.answer["reason"] == "event_conflict"
    assert again.answer["outcome"] == "refused"
    assert again.answer["reason"] == "direct_capture_not_allowed"
    assert world.voucher(code).spent_cents == 0


def test_where_a_ride_went_is_no_part_of_its_content(world: World) -> None:
    code = world.code()
    world.request(code, pickup={"latitude": 40.7, "longitude": -74.0})

    again = world.request(code, pickup={"latitude": 41.7, "longitude": -75.0})

    assert again.is_replay
    stored = str(world.everything())
    assert "40.7" not in stored
    assert "latitude" not in stored
