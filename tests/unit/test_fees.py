"""Cancellation fees: covered where the programme says so, up to its maximum; never a ride that
counts (domain.md, 'A ride's life')."""

from datetime import timedelta
from typing import Literal

import pytest

import builders
from builders import NOON, adjusted, amounts, cancelled, completed, decided, moved
from farechance.ledger import Account
from farechance.rides import RideState

MILLISECOND = timedelta(milliseconds=1)
AVAILABLE, ON_HOLD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


@pytest.mark.parametrize(
    ("fee", "most", "captured"),
    [
        pytest.param(1, 500, 1, id="a cent"),
        pytest.param(499, 500, 499, id="below the maximum"),
        pytest.param(500, 500, 500, id="at the maximum"),
        pytest.param(501, 500, 500, id="above the maximum"),
        pytest.param(1_500, 5_000, 1_500, id="as much as the hold"),
        pytest.param(1_800, 5_000, 1_800, id="more than the hold, from what is available"),
        pytest.param(2_600, 5_000, 2_000, id="above the cap of a ride, the first of two caps"),
    ],
)
def test_a_covered_fee_is_captured_up_to_both_caps_and_the_rest_of_the_hold_is_released(
    fee: int, most: int, captured: int
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = decided(
        cancelled(cancellation_fee_cents=fee), voucher, ride, max_cancellation_fee_cents=most
    )

    assert outcome.answer["outcome"] == "captured"
    assert outcome.answer["captured_cents"] == captured
    assert outcome.answer["released_cents"] == max(0, 1_500 - captured)
    assert outcome.answer["overage_cents"] == fee - captured
    assert outcome.answer["shortfall_cents"] == 0
    assert outcome.changes == {ON_HOLD: -1_500, AVAILABLE: 1_500 - captured, SPENT: captured}
    assert outcome.voucher.available_cents == 4_000 - captured
    assert outcome.voucher.spent_cents == outcome.ride.captured_cents == captured
    assert outcome.voucher.holds == {}
    assert outcome.ride.state is RideState.CAPTURED
    assert outcome.ride.fare_cents == fee


def test_a_fee_takes_no_more_than_the_voucher_has() -> None:
    voucher, ride = builders.held(300, available_cents=100)

    outcome = decided(
        cancelled(cancellation_fee_cents=500), voucher, ride, max_cancellation_fee_cents=1_000
    )

    assert amounts(outcome) == {"captured_cents": 400, "overage_cents": 100}
    assert outcome.voucher.available_cents == 0


def test_a_fee_is_no_ride_that_counts_and_opens_no_way_home() -> None:
    voucher, ride = builders.held(1_500)

    outcome = decided(
        cancelled(cancellation_fee_cents=300), voucher, ride, max_cancellation_fee_cents=500
    )

    assert not outcome.ride.counted
    assert outcome.voucher.rides_counted == 0
    assert outcome.voucher.rides_left == 2
    assert outcome.voucher.last_captured_at is None


@every_overage
@pytest.mark.parametrize("most", [0, 500])
def test_a_cancellation_without_a_fee_is_voided_whatever_the_programme_covers(
    overage: Overage, most: int
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = decided(cancelled(), voucher, ride, overage=overage, max_cancellation_fee_cents=most)

    assert outcome.ride.state is RideState.VOIDED
    assert amounts(outcome) == {"released_cents": 1_500}
    assert moved(outcome) == {ON_HOLD: -1_500, AVAILABLE: 1_500}
    assert "overage_owed_by" not in outcome.answer


@pytest.mark.parametrize(
    ("overage", "owed_by"),
    [("decline", "program"), ("rider_pays", "rider"), ("program_pays", "program")],
)
@pytest.mark.parametrize("most", [0, 500])
def test_what_of_a_fee_is_not_covered_is_owed_as_the_overage_rule_says(
    overage: Overage, owed_by: str, most: int
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = decided(
        cancelled(cancellation_fee_cents=700),
        voucher,
        ride,
        overage=overage,
        max_cancellation_fee_cents=most,
    )

    assert outcome.ride.state is (RideState.CAPTURED if most else RideState.VOIDED)
    assert outcome.answer["captured_cents"] == most
    assert outcome.answer["overage_cents"] == 700 - most
    assert outcome.answer["overage_owed_by"] == outcome.ride.overage_owed_by == owed_by
    assert outcome.overage_cents == outcome.ride.overage_cents == 700 - most
    assert outcome.voucher.spent_cents == most


def test_a_dead_hold_pays_a_fee_until_the_return_and_past_it_the_fee_is_overage() -> None:
    voucher, ride = builders.held(1_500, hours=-1)
    event = cancelled(cancellation_fee_cents=300)

    before = decided(
        event,
        voucher,
        ride,
        now=voucher.return_at - MILLISECOND,
        max_cancellation_fee_cents=500,
    )
    past = decided(event, voucher, ride, now=voucher.return_at, max_cancellation_fee_cents=500)

    assert before.ride.state is RideState.CAPTURED
    assert amounts(before) == {"captured_cents": 300, "released_cents": 1_200}
    assert past.ride.state is RideState.VOIDED
    assert amounts(past) == {"overage_cents": 300}
    assert past.voucher.available_cents == 4_000
    assert past.voucher.spent_cents == 0


def test_a_fee_of_a_lapsed_ride_is_overage_and_moves_nothing() -> None:
    voucher, ride = builders.lapsed(1_500)

    outcome = decided(
        cancelled(cancellation_fee_cents=300), voucher, ride, max_cancellation_fee_cents=500
    )

    assert outcome.ride.state is RideState.VOIDED
    assert amounts(outcome) == {"overage_cents": 300}
    assert outcome.changes == {}
    assert outcome.voucher.available_cents == 4_000


def test_a_ride_that_nobody_approved_owes_no_fee() -> None:
    outcome = decided(cancelled(cancellation_fee_cents=300), max_cancellation_fee_cents=500)

    assert outcome.ride.state is RideState.VOIDED
    assert amounts(outcome) == {}
    assert outcome.overage_cents == outcome.ride.overage_cents == 0


def test_a_ride_that_was_completed_after_its_fee_is_refused_and_its_fare_is_on_record() -> None:
    voucher, ride = builders.held(1_500)
    fee = decided(
        cancelled(cancellation_fee_cents=300), voucher, ride, max_cancellation_fee_cents=500
    )

    outcome = decided(completed(fare_cents=1_800, tip_cents=200), fee.voucher, fee.ride)

    assert outcome.answer["outcome"] == "refused"
    assert outcome.answer["reason"] == "ride_completed"
    assert amounts(outcome) == {"shortfall_cents": 1_600}
    assert outcome.shortfall_cents == outcome.ride.refused_cents == 1_600
    assert outcome.ride.captured_cents == outcome.voucher.spent_cents == 300
    assert outcome.voucher.rides_counted == 0


def test_a_fee_after_the_ride_was_completed_is_refused_and_on_record() -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(
        cancelled(cancellation_fee_cents=300), voucher, ride, max_cancellation_fee_cents=500
    )

    assert outcome.answer["reason"] == "ride_completed"
    assert amounts(outcome) == {"shortfall_cents": 300}
    assert outcome.ride.refused_cents == 300
    assert outcome.ride.captured_cents == outcome.voucher.spent_cents == 1_500


def test_a_cancellation_without_a_fee_after_the_ride_was_completed_owes_nothing() -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(cancelled(), voucher, ride)

    assert outcome.answer["reason"] == "ride_completed"
    assert amounts(outcome) == {}
    assert outcome.ride == ride


def test_the_programmes_maximum_stays_the_second_cap_of_an_adjusted_fee() -> None:
    voucher, ride = builders.held(1_500)
    waiting = decided(adjusted(fare_cents=900), voucher, ride)

    outcome = decided(
        cancelled(cancellation_fee_cents=2_000),
        waiting.voucher,
        waiting.ride,
        max_cancellation_fee_cents=500,
    )
    lower = decided(
        adjusted(NOON + MILLISECOND, adjustment_id="2", fare_cents=600),
        outcome.voucher,
        outcome.ride,
    )

    assert amounts(outcome) == {
        "captured_cents": 500,
        "released_cents": 1_000,
        "overage_cents": 400,
    }
    assert amounts(lower) == {"overage_cents": 100}
    assert lower.ride.captured_cents == 500
