"""Holds whose time is over: they pay until the money returns, are let go for another ride that
needs them, and what they promised and can no longer pay is short, never dropped."""

from datetime import timedelta
from typing import Literal

import pytest

import builders
from builders import NOON, RIDE_KEY, amounts, hold
from farechance.ledger import Account
from farechance.rides import RideState

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


def test_a_hold_whose_time_is_over_still_pays_until_the_money_returns() -> None:
    voucher, ride = builders.held(1_500, hours=-1)
    assert voucher.return_at == NOON + 14 * DAY

    outcome = builders.decided(
        builders.completed(fare_cents=1_600),
        voucher,
        ride,
        now=voucher.return_at - MILLISECOND,
    )

    assert amounts(outcome) == {"captured_cents": 1_600}
    assert outcome.ride.counted


def test_past_the_return_nothing_pays_and_what_the_hold_promised_is_short() -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(
        builders.completed(fare_cents=1_800, tip_cents=100), voucher, ride, now=voucher.return_at
    )

    assert outcome.answer["outcome"] == "captured"
    # Told as of a hold that has lapsed, whether or not housekeeping has come by.
    assert amounts(outcome) == {"shortfall_cents": 1_500, "overage_cents": 200}
    assert outcome.shortfall_cents == outcome.ride.shortfall_cents == 1_500
    assert not outcome.ride.counted
    assert outcome.voucher.rides_counted == 0
    assert outcome.voucher.spent_cents == 0
    assert outcome.voucher.available_cents == 4_000
    assert outcome.voucher.last_captured_at is None
    assert {account: cents for account, cents in outcome.changes.items() if cents} == {
        Account.HELD: -1_500,
        Account.AVAILABLE: 1_500,
    }


def test_past_the_return_a_cancelled_hold_is_still_given_back() -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.cancelled(), voucher, ride, now=voucher.return_at)

    assert outcome.ride.state is RideState.VOIDED
    assert outcome.voucher.available_cents == 4_000
    assert outcome.answer["released_cents"] == 0


@pytest.mark.parametrize(
    ("available", "fare", "told"),
    [
        pytest.param(4_000, 1_500, {"captured_cents": 1_500}, id="all of it is there"),
        pytest.param(
            400, 1_500, {"captured_cents": 400, "shortfall_cents": 1_100}, id="a part is there"
        ),
        pytest.param(0, 1_500, {"shortfall_cents": 1_500}, id="nothing is there"),
        pytest.param(
            400,
            1_900,
            {"captured_cents": 400, "shortfall_cents": 1_100, "overage_cents": 400},
            id="more than was promised is overage",
        ),
        pytest.param(
            400, 1_000, {"captured_cents": 400, "shortfall_cents": 600}, id="less than was promised"
        ),
        pytest.param(
            4_000,
            2_500,
            {"captured_cents": 2_000, "overage_cents": 500},
            id="more than was promised, and it is there",
        ),
    ],
)
def test_a_lapsed_ride_is_paid_from_what_is_available_and_the_rest_of_its_promise_is_short(
    available: int, fare: int, told: dict[str, int]
) -> None:
    voucher, ride = builders.lapsed(1_500, available_cents=available)

    outcome = builders.decided(builders.completed(fare_cents=fare), voucher, ride)

    assert outcome.answer["outcome"] == "captured"
    assert amounts(outcome) == told
    assert outcome.ride.shortfall_cents == told.get("shortfall_cents", 0)
    assert outcome.ride.counted
    assert outcome.voucher.rides_counted == 1


def test_a_lapsed_ride_takes_the_last_ride_that_is_left() -> None:
    voucher, ride = builders.lapsed(1_500, rides_counted=1)

    outcome = builders.decided(builders.completed(), voucher, ride)

    assert voucher.rides_left == 1
    assert amounts(outcome) == {"captured_cents": 1_500}
    assert outcome.voucher.rides_counted == 2


def test_a_lapsed_ride_whose_place_was_taken_pays_nothing_and_is_short() -> None:
    other = {"holds": {"other": hold(1_000)}, "held_cents": 1_000, "available_cents": 3_000}
    voucher, ride = builders.lapsed(1_500, rides_counted=1, **other)

    outcome = builders.decided(builders.completed(fare_cents=1_500), voucher, ride)

    assert amounts(outcome) == {"shortfall_cents": 1_500}
    assert not outcome.ride.counted
    assert outcome.voucher.rides_counted == 1
    assert outcome.voucher.available_cents == 3_000


def test_a_lapsed_ride_past_the_return_pays_nothing_and_is_short() -> None:
    voucher, ride = builders.lapsed(1_500)

    before = builders.decided(
        builders.completed(), voucher, ride, now=voucher.return_at - MILLISECOND
    )
    past = builders.decided(builders.completed(), voucher, ride, now=voucher.return_at)

    assert amounts(before) == {"captured_cents": 1_500}
    assert amounts(past) == {"shortfall_cents": 1_500}
    assert not past.ride.counted


def test_a_lapsed_ride_that_is_cancelled_moves_nothing() -> None:
    voucher, ride = builders.lapsed(1_500)

    outcome = builders.decided(builders.cancelled(), voucher, ride)

    assert outcome.ride.state is RideState.VOIDED
    assert amounts(outcome) == {}
    assert outcome.changes == {}


@every_overage
def test_dead_holds_are_let_go_for_a_new_ride_before_its_money_is_held(overage: Overage) -> None:
    holds = {
        "oldest": hold(1_000, hours=-2),
        "old": hold(1_000, hours=-1),
        "live": hold(1_000, hours=1),
    }
    voucher = builders.voucher(available_cents=1_000, held_cents=3_000, holds=holds, max_rides=9)

    outcome = builders.decided(
        builders.requested(estimated_fare_cents=1_800), voucher, overage=overage
    )

    assert outcome.let_go == ("oldest",)
    assert outcome.changes == {Account.AVAILABLE: -1_800, Account.HELD: 1_800}
    assert outcome.voucher.available_cents == 200
    assert outcome.voucher.held_cents == 3_800
    assert set(outcome.voucher.holds) == {"old", "live", RIDE_KEY}


def test_a_declined_request_lets_no_dead_hold_go() -> None:
    holds = {"dead": hold(1_000, hours=-1)}
    voucher = builders.voucher(available_cents=0, held_cents=1_000, holds=holds)

    outcome = builders.decided(builders.requested(estimated_fare_cents=1_500), voucher)

    assert outcome.answer["decision"] == "declined"
    assert outcome.let_go == ()
    assert outcome.voucher.holds == holds


@pytest.mark.parametrize("fare", [0, 900, 1_500, 1_900, 2_600])
def test_letting_a_dead_hold_go_early_changes_no_captured_cent(fare: int) -> None:
    voucher, ride = builders.held(1_500, hours=-1)
    let_go = voucher.after(available_cents=4_000, held_cents=0, holds={})
    gone = ride.model_copy(
        update={"state": RideState.LAPSED, "promised_cents": 1_500, "hold_cents": 0}
    )

    kept = builders.decided(builders.completed(fare_cents=fare), voucher, ride)
    early = builders.decided(builders.completed(fare_cents=fare), let_go, gone)

    for outcome in (kept, early):
        assert outcome.answer["captured_cents"] == min(fare, 2_000)
        assert outcome.answer["shortfall_cents"] == 0
        assert outcome.voucher.rides_counted == 1
    assert kept.voucher.available_cents == early.voucher.available_cents
