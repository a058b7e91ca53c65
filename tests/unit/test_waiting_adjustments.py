"""Adjustments that come before the capture of their ride: they wait, and are applied in the
capture's own entry (domain.md, 'A ride's life')."""

from datetime import timedelta

import pytest

import builders
from builders import NOON, adjusted, amounts, decided, in_turn, moved
from farechance.ledger import Account
from farechance.rides import Adjustment, Ride, RideState
from farechance.vouchers import Voucher

MILLISECOND = timedelta(milliseconds=1)
SPENT = Account.SPENT


@pytest.mark.parametrize("state", ["none", "held", "lapsed"])
def test_an_adjustment_that_comes_before_its_ride_is_kept_and_moves_nothing(state: str) -> None:
    voucher, ride = _before_capture(state)

    outcome = decided(adjusted(fare_cents=1_700), voucher, ride)

    assert outcome.answer == {
        "outcome": "pending",
        "captured_cents": 0,
        "refunded_cents": 0,
        "overage_cents": 0,
        "shortfall_cents": 0,
    }
    assert outcome.changes == {}
    assert outcome.ride.state.value == state
    assert outcome.ride.adjustment == Adjustment(
        adjustment_id="adjustment-1", adjusted_at=NOON, fare_cents=1_700
    )
    # A ride of which nothing was known is stored, so that it names its voucher.
    assert outcome.ride.version == (ride.version + 1 if ride else 1)
    assert outcome.voucher.available_cents == voucher.available_cents
    assert outcome.voucher.holds == voucher.holds


@pytest.mark.parametrize("state", ["none", "held", "lapsed"])
def test_of_the_adjustments_that_wait_the_latest_is_kept(state: str) -> None:
    voucher, ride = _before_capture(state)
    first = decided(adjusted(NOON, adjustment_id="m"), voucher, ride)

    earlier = decided(adjusted(NOON, adjustment_id="a"), first.voucher, first.ride)
    later = decided(adjusted(NOON, adjustment_id="n"), first.voucher, first.ride)

    assert earlier.answer["outcome"] == "superseded"
    assert earlier.ride == first.ride
    assert later.answer["outcome"] == "pending"
    assert later.ride.adjustment is not None
    assert later.ride.adjustment.adjustment_id == "n"


@pytest.mark.parametrize("state", ["held", "lapsed"])
def test_an_adjustment_that_waited_is_applied_at_the_capture_in_one_entry(state: str) -> None:
    voucher, ride = _before_capture(state)
    assert ride is not None

    outcome = in_turn(
        voucher,
        ride,
        adjusted(NOON + MILLISECOND, fare_cents=2_300),
        builders.completed(NOON, fare_cents=900, tip_cents=100),
    )

    assert outcome.answer["outcome"] == "captured"
    assert amounts(outcome) == {"captured_cents": 2_000, "overage_cents": 300}
    assert moved(outcome)[SPENT] == 2_000
    assert outcome.fare_cents == outcome.ride.fare_cents == 2_300
    assert outcome.overage_cents == 300
    assert outcome.ride.counted


def test_an_adjustment_that_waited_survives_the_request_that_it_overtook() -> None:
    early = decided(adjusted(fare_cents=1_900))
    held = decided(builders.requested(), early.voucher, early.ride)

    outcome = decided(builders.completed(fare_cents=1_500), held.voucher, held.ride)

    assert held.answer["decision"] == "approved"
    assert outcome.ride.captured_cents == 1_900


def test_a_request_that_is_declined_ends_a_ride_of_which_an_adjustment_waited() -> None:
    voucher, _ = _before_capture("none")
    waiting = decided(adjusted(fare_cents=1_700), voucher, None)
    late = builders.requested(NOON - timedelta(minutes=6))

    outcome = decided(late, waiting.voucher, waiting.ride)

    assert outcome.answer["decision"] == "declined"
    assert outcome.ride.state is RideState.DECLINED
    assert outcome.ride.version == waiting.ride.version + 1


def test_a_cancellation_records_the_adjustment_that_waited_as_a_fare_that_is_not_paid() -> None:
    voucher, ride = builders.held(1_500)

    outcome = in_turn(voucher, ride, adjusted(fare_cents=1_700), builders.cancelled())

    assert outcome.ride.state is RideState.VOIDED
    assert amounts(outcome) == {"released_cents": 1_500, "shortfall_cents": 1_700}
    assert outcome.ride.refused_cents == outcome.shortfall_cents == 1_700


@pytest.mark.parametrize("fare", [1_000, 1_500, 1_900])
def test_an_adjustment_that_waited_lifts_an_uncounted_ride_no_higher_either(fare: int) -> None:
    voucher, ride = builders.held(1_500)
    waiting = decided(adjusted(fare_cents=fare), voucher, ride)

    outcome = decided(
        builders.cancelled(cancellation_fee_cents=400),
        waiting.voucher,
        waiting.ride,
        max_cancellation_fee_cents=5_000,
    )

    assert outcome.ride.captured_cents == 400
    assert outcome.ride.overage_cents == fare - 400


@pytest.mark.parametrize("why", ["tip", "damage"])
@pytest.mark.parametrize("state", ["none", "held", "lapsed"])
def test_a_tip_or_damage_before_the_capture_is_refused_and_does_not_wait(
    state: str, why: str
) -> None:
    voucher, ride = _before_capture(state)

    outcome = decided(adjusted(fare_cents=5_000, why=why), voucher, ride)

    assert outcome.answer["outcome"] == "refused"
    assert outcome.answer["reason"] == "not_covered"
    assert amounts(outcome) == {}
    assert outcome.changes == {}
    assert outcome.shortfall_cents == outcome.overage_cents == 0
    if ride is None:
        # Its entry is stored, and with it the ride, which names its voucher from then on.
        assert outcome.ride == builders.ride(version=1)
    else:
        assert outcome.ride == ride
    assert outcome.voucher.available_cents == voucher.available_cents


def _before_capture(state: str) -> tuple[Voucher, Ride | None]:
    if state == "none":
        return builders.voucher(), None
    return builders.held(1_500) if state == "held" else builders.lapsed(1_500)
