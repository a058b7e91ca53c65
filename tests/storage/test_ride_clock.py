"""What the clock decides about rides: expiry, the way home, dead holds and late facts."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import builders
from builders import NOON
from farechance.rides import RideState
from farechance.vouchers import Reason
from world import World

DAY = timedelta(days=1)


@pytest.fixture
def roomy(worlds: Callable[..., World]) -> World:
    """A programme whose rules allow ten rides of 20.00 each, whatever the voucher's value."""
    return worlds().with_program(rules=builders.rules(max_rides=10, cap_cents=2_000))


def test_a_voucher_rides_until_the_moment_it_expires_and_not_at_it(world: World) -> None:
    code = world.code(expires_at=NOON + DAY)

    world.clock.now = NOON + DAY - timedelta(milliseconds=1)
    before = world.request(code, "ride-1")
    world.clock.now = NOON + DAY
    at = world.request(code, "ride-2")

    assert before.answer["decision"] == "approved"
    assert (at.answer["decision"], at.answer["reason"]) == ("declined", "voucher_expired")
    assert len(world.voucher(code).holds) == 1


def test_a_voucher_does_not_ride_before_it_starts(world: World) -> None:
    code = world.code(valid_from=NOON + DAY)

    early = world.request(code, "ride-1")
    for_later = world.request(code, "ride-2", pickup_at=NOON + DAY)

    assert early.answer["reason"] == "voucher_not_started"
    assert for_later.answer["decision"] == "approved"
    assert list(world.voucher(code).holds) == [f"{world.provider_id}#ride-2"]


def test_the_way_home_is_paid_after_the_voucher_has_expired(world: World) -> None:
    code = world.code(expires_at=NOON + timedelta(hours=1))
    world.request(code, "there")
    world.complete(code, "there")

    world.clock.passes(hours=12)
    back = world.request(code, "back")

    assert back.answer["decision"] == "approved"
    assert world.voucher(code).held_cents == 1_500


def test_the_way_home_ends_after_the_hours_of_the_rules(world: World) -> None:
    code = world.code(expires_at=NOON + timedelta(hours=1))
    world.request(code, "there")
    world.complete(code, "there")

    world.clock.passes(hours=12, seconds=1)
    back = world.request(code, "back")

    assert back.answer["reason"] == "voucher_expired"
    assert world.voucher(code).held_cents == 0


def test_a_ride_approved_before_the_expiry_is_paid_after_it(world: World) -> None:
    code = world.code(expires_at=NOON + timedelta(hours=1))
    world.request(code)

    world.clock.passes(days=7)
    told = world.complete(code)

    assert (told.answer["outcome"], told.answer["captured_cents"]) == ("captured", 1_500)
    assert world.voucher(code).spent_cents == 1_500


def test_past_return_at_the_money_can_no_longer_pay_and_the_promise_is_a_shortfall(
    world: World,
) -> None:
    code = world.code(expires_at=NOON + DAY)
    world.request(code)

    world.clock.now = world.voucher(code).return_at
    told = world.complete(code)

    assert (told.answer["captured_cents"], told.answer["shortfall_cents"]) == (0, 1_500)
    voucher = world.voucher(code)
    assert (voucher.available_cents, voucher.held_cents, voucher.spent_cents) == (4_000, 0, 0)
    assert world.entries(code)[-1].shortfall_cents == 1_500


def test_a_request_that_was_made_long_ago_is_declined(world: World) -> None:
    code = world.code()
    at = world.clock.now

    world.clock.passes(minutes=5)
    in_time = world.request(code, "ride-1", requested_at=at)
    world.clock.passes(seconds=1)
    too_late = world.request(code, "ride-2", requested_at=at)

    assert in_time.answer["decision"] == "approved"
    assert too_late.answer["reason"] == "request_too_old"
    assert len(world.voucher(code).holds) == 1


def test_a_dead_hold_is_let_go_for_a_ride_that_needs_its_money(roomy: World) -> None:
    code = roomy.code(value_cents=3_000)
    roomy.request(code, "first", cents=2_000)

    roomy.clock.passes(days=1)
    told = roomy.request(code, "second", cents=2_000)

    assert told.answer["held_cents"] == 2_000
    first = roomy.ride("first")
    assert first is not None
    assert (first.state, first.promised_cents, first.hold_cents) == (RideState.LAPSED, 2_000, 0)
    assert roomy.kinds(code)[1:] == ["ride.requested", "hold.lapsed", "ride.requested"]
    assert roomy.voucher(code).available_cents == 1_000


def test_a_dead_hold_that_nobody_needs_stays(world: World) -> None:
    code = world.code()
    world.request(code, "first", cents=1_500)

    world.clock.passes(days=2)
    world.request(code, "second", cents=1_500)
    told = world.complete(code, "first", cents=1_500)

    assert told.answer["captured_cents"] == 1_500
    assert "hold.lapsed" not in world.kinds(code)
    assert world.voucher(code).spent_cents == 1_500


def test_a_living_hold_is_never_let_go(roomy: World) -> None:
    code = roomy.code(value_cents=3_000)
    roomy.request(code, "first", cents=2_000)

    roomy.clock.passes(days=1, seconds=-1)
    told = roomy.request(code, "second", cents=2_000)

    assert told.answer["reason"] == "insufficient_balance"
    assert roomy.voucher(code).held_cents == 2_000


def test_a_lapsed_ride_that_comes_after_all_is_paid_from_what_is_left(roomy: World) -> None:
    code = roomy.code(value_cents=3_000)
    roomy.request(code, "first", cents=2_000)
    roomy.clock.passes(days=1)
    roomy.request(code, "second", cents=1_500)
    roomy.cancel(code, "second")

    told = roomy.complete(code, "first", cents=1_800)

    assert (told.answer["captured_cents"], told.answer["shortfall_cents"]) == (1_800, 0)
    assert roomy.voucher(code).available_cents == 1_200


def test_a_lapsed_ride_that_cannot_be_paid_any_more_is_a_shortfall(world: World) -> None:
    code = world.code()
    world.request(code, "first", cents=1_500)
    world.clock.passes(days=1)
    world.request(code, "second", cents=2_000)
    world.request(code, "third", cents=2_000)

    told = world.complete(code, "first", cents=1_700)

    assert (told.answer["outcome"], told.answer["captured_cents"]) == ("captured", 0)
    assert (told.answer["shortfall_cents"], told.answer["overage_cents"]) == (1_500, 200)
    ride = world.ride("first")
    assert ride is not None
    assert (ride.state, ride.counted, ride.shortfall_cents) == (RideState.CAPTURED, False, 1_500)
    assert world.voucher(code).held_cents == 4_000
    assert world.entries(code)[-1].shortfall_cents == 1_500


def test_dead_holds_are_let_go_the_oldest_first_and_no_more_than_needed(
    roomy: World,
) -> None:
    code = roomy.code()
    for number in range(4):
        roomy.request(code, f"ride-{number}", cents=1_000)
        roomy.clock.passes(seconds=1)

    roomy.clock.passes(days=1)
    told = roomy.request(code, "new", cents=2_000)

    assert told.answer["held_cents"] == 2_000
    states = [ride.state for number in range(4) if (ride := roomy.ride(f"ride-{number}"))]
    assert states == [RideState.LAPSED, RideState.LAPSED, RideState.HELD, RideState.HELD]
    assert roomy.voucher(code).available_cents == 0


def test_an_entry_is_never_earlier_than_the_one_before_it(world: World) -> None:
    code = world.code()
    world.request(code)

    world.clock.passes(hours=-1)
    world.cancel(code)

    times = [entry.recorded_at for entry in world.entries(code)]
    assert times == sorted(times)
    assert world.voucher(code).held_cents == 0


def test_a_pause_reaches_requests_within_a_minute_and_never_an_approved_ride(
    world: World,
) -> None:
    code = world.code()
    world.request(code, "before")
    world.administer("pause_program", program_id=world.program_id)

    world.clock.passes(seconds=59)
    within = world.request(code, "within")
    world.clock.passes(seconds=1)
    after = world.request(code, "after")
    captured = world.complete(code, "before")

    assert within.answer["decision"] == "approved"
    assert (after.answer["reason"], after.reason) == ("voucher_not_usable", Reason.PROGRAM_PAUSED)
    assert captured.answer["outcome"] == "captured"
    decline = world.voucher(code).last_decline
    assert decline is not None
    assert decline.reason is Reason.PROGRAM_PAUSED
    assert world.entries(code)[-2].reason == "program_paused"


def test_a_function_that_starts_after_a_pause_knows_it(world: World) -> None:
    code = world.code()
    world.administer("pause_program", program_id=world.program_id)

    told = world.another().request(code)

    assert told.answer["reason"] == "voucher_not_usable"
    assert world.voucher(code).held_cents == 0
