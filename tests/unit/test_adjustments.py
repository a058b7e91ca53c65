"""Adjustments of a ride that was captured: its new total fare, up, down and to zero, whichever
comes last (domain.md, 'A ride's life'). What comes before it: `test_waiting_adjustments`."""

from datetime import datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import NOON, adjusted, amounts, decided, in_turn, moved
from farechance.ledger import Account
from farechance.rides import Adjustment, RideState
from farechance.vouchers import ClosedReason, VoucherState

MILLISECOND = timedelta(milliseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AVAILABLE, SPENT = Account.AVAILABLE, Account.SPENT

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])
never_covered = pytest.mark.parametrize("why", ["tip", "damage"])


@pytest.mark.parametrize(
    ("available", "fare", "more", "overage"),
    [
        pytest.param(2_500, 1_501, 1, 0, id="by a cent"),
        pytest.param(2_500, 2_000, 500, 0, id="to the cap"),
        pytest.param(2_500, 2_001, 500, 1, id="above the cap"),
        pytest.param(300, 1_800, 300, 0, id="all that is available"),
        pytest.param(300, 1_801, 300, 1, id="more than is available"),
        pytest.param(0, 1_800, 0, 300, id="nothing is available"),
    ],
)
def test_a_higher_fare_takes_more_up_to_cap_and_balance_and_the_rest_is_overage(
    available: int, fare: int, more: int, overage: int
) -> None:
    voucher, ride = builders.captured(1_500, available_cents=available)

    outcome = decided(adjusted(fare_cents=fare), voucher, ride)

    assert outcome.answer == {
        "outcome": "captured" if more else "unchanged",
        "captured_cents": more,
        "refunded_cents": 0,
        "overage_cents": overage,
        "shortfall_cents": 0,
        **({"overage_owed_by": "program"} if overage else {}),
    }
    assert moved(outcome) == ({AVAILABLE: -more, SPENT: more} if more else {})
    assert outcome.voucher.available_cents == available - more
    assert outcome.voucher.spent_cents == outcome.ride.captured_cents == 1_500 + more
    assert outcome.ride.overage_cents == outcome.overage_cents == overage
    assert outcome.ride.fare_cents == fare


@pytest.mark.parametrize("fare", [1_499, 700, 1, 0])
def test_a_lower_fare_is_refunded_to_the_voucher_and_the_ride_stays_counted(fare: int) -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(adjusted(fare_cents=fare), voucher, ride)

    less = 1_500 - fare
    assert outcome.answer == {
        "outcome": "refunded",
        "captured_cents": 0,
        "refunded_cents": less,
        "overage_cents": 0,
        "shortfall_cents": 0,
    }
    assert moved(outcome) == {AVAILABLE: less, SPENT: -less}
    assert outcome.voucher.available_cents == 2_500 + less
    assert outcome.voucher.spent_cents == outcome.ride.captured_cents == fare
    assert outcome.ride.state is RideState.CAPTURED
    assert outcome.ride.counted
    assert outcome.voucher.rides_counted == 1
    assert outcome.voucher.last_captured_at == NOON


def test_the_same_fare_again_moves_nothing_and_is_the_latest_from_then_on() -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(adjusted(NOON + HOUR, fare_cents=1_500), voucher, ride)

    assert outcome.answer["outcome"] == "unchanged"
    assert outcome.changes == {}
    assert outcome.ride.adjustment == Adjustment(
        adjustment_id="adjustment-1", adjusted_at=NOON + HOUR, fare_cents=1_500
    )
    assert outcome.voucher.spent_cents == 1_500


def test_overage_is_told_as_a_total_and_recorded_as_a_change() -> None:
    voucher, ride = builders.captured(1_500)
    above = decided(adjusted(fare_cents=2_600), voucher, ride)

    lower = decided(
        adjusted(NOON + HOUR, adjustment_id="2", fare_cents=2_200), above.voucher, above.ride
    )
    within = decided(
        adjusted(NOON + 2 * HOUR, adjustment_id="3", fare_cents=1_900), lower.voucher, lower.ride
    )

    assert [one.answer["overage_cents"] for one in (above, lower, within)] == [600, 200, 0]
    assert [one.overage_cents for one in (above, lower, within)] == [600, -400, -200]
    assert [one.ride.overage_owed_by for one in (above, lower, within)] == [
        "program",
        "program",
        None,
    ]


def test_a_refund_can_be_taken_again() -> None:
    voucher, ride = builders.captured(1_500)

    outcome = in_turn(
        voucher,
        ride,
        adjusted(NOON, adjustment_id="1", fare_cents=0),
        adjusted(NOON + HOUR, adjustment_id="2", fare_cents=1_800),
    )

    assert amounts(outcome) == {"captured_cents": 1_800}
    assert outcome.voucher.available_cents == 2_200
    assert outcome.voucher.rides_counted == 1


@pytest.mark.parametrize(
    ("at", "name", "counts"),
    [
        pytest.param(NOON + HOUR - MILLISECOND, "z", False, id="earlier, whatever its id"),
        pytest.param(NOON + HOUR, "a", False, id="at the same time, the lesser id"),
        pytest.param(NOON + HOUR, "z", True, id="at the same time, the greater id"),
        pytest.param(NOON + HOUR + MILLISECOND, "a", True, id="later, whatever its id"),
    ],
)
def test_the_latest_adjustment_counts_then_the_greater_id(
    at: datetime, name: str, counts: bool
) -> None:
    voucher, ride = builders.captured(1_500)
    first = decided(
        adjusted(NOON + HOUR, adjustment_id="m", fare_cents=1_800), voucher, ride, now=NOON + DAY
    )

    outcome = decided(
        adjusted(at, adjustment_id=name, fare_cents=1_000),
        first.voucher,
        first.ride,
        now=NOON + DAY,
    )

    if counts:
        assert amounts(outcome) == {"refunded_cents": 800}
        assert outcome.ride.fare_cents == 1_000
    else:
        assert outcome.answer["outcome"] == "superseded"
        assert outcome.reason is None
        assert amounts(outcome) == {}
        assert outcome.ride == first.ride
        assert outcome.changes == {}
        assert outcome.voucher.spent_cents == 1_800


def test_a_superseded_adjustment_is_told_what_the_ride_still_owes() -> None:
    voucher, ride = builders.captured(1_500)
    latest = decided(adjusted(NOON + HOUR, fare_cents=2_600), voucher, ride)

    outcome = decided(
        adjusted(NOON, adjustment_id="2", fare_cents=900), latest.voucher, latest.ride
    )

    assert outcome.answer == {
        "outcome": "superseded",
        "captured_cents": 0,
        "refunded_cents": 0,
        "overage_cents": 600,
        "overage_owed_by": "program",
        "shortfall_cents": 0,
    }
    assert outcome.overage_cents == 0


@pytest.mark.parametrize(
    ("at", "counts"), [(NOON - MILLISECOND, False), (NOON, True), (NOON + MILLISECOND, True)]
)
def test_an_adjustment_earlier_than_the_completion_is_superseded_and_one_as_late_wins(
    at: datetime, counts: bool
) -> None:
    voucher, ride = builders.captured(1_500)
    held_voucher, held_ride = builders.held(1_500)

    after = decided(adjusted(at, fare_cents=1_000), voucher, ride)
    before = in_turn(
        held_voucher, held_ride, adjusted(at, fare_cents=1_000), builders.completed(NOON)
    )

    for outcome in (after, before):
        assert outcome.ride.captured_cents == (1_000 if counts else 1_500)
        assert outcome.voucher.available_cents == (3_000 if counts else 2_500)
        assert (outcome.ride.adjustment is not None) is counts
    assert after.answer["outcome"] == ("refunded" if counts else "superseded")
    assert before.answer["outcome"] == "captured"


STOPPED = [
    pytest.param({"state": VoucherState.BLOCKED}, id="blocked"),
    pytest.param({"expires_at": NOON - MILLISECOND}, id="expired"),
    pytest.param(
        {"state": VoucherState.CLOSED, "closed_reason": ClosedReason.REVOKED, "closed_at": NOON},
        id="closed",
    ),
]


@pytest.mark.parametrize("stopped", STOPPED)
def test_before_the_return_a_voucher_that_was_stopped_pays_and_takes_refunds(
    stopped: dict[str, Any],
) -> None:
    voucher, ride = builders.captured(1_500, **stopped)

    up = decided(adjusted(fare_cents=1_900), voucher, ride, now=voucher.return_at - MILLISECOND)
    down = decided(adjusted(fare_cents=900), voucher, ride, now=voucher.return_at - MILLISECOND)

    assert amounts(up) == {"captured_cents": 400}
    assert amounts(down) == {"refunded_cents": 600}
    assert down.voucher.available_cents == 3_100
    assert down.voucher.state is voucher.state


@pytest.mark.parametrize("stopped", [pytest.param({}, id="active"), *STOPPED])
def test_past_the_return_nothing_more_is_taken_but_refunds_come_back(
    stopped: dict[str, Any],
) -> None:
    voucher, ride = builders.captured(1_500, **stopped)

    up = decided(adjusted(fare_cents=1_900), voucher, ride, now=voucher.return_at)
    down = decided(adjusted(fare_cents=900), voucher, ride, now=voucher.return_at)
    up_again = decided(
        adjusted(NOON + HOUR, adjustment_id="2", fare_cents=1_500),
        down.voucher,
        down.ride,
        now=voucher.return_at,
    )

    assert up.answer["outcome"] == "unchanged"
    assert amounts(up) == {"overage_cents": 400}
    assert up.voucher.available_cents == 2_500
    assert amounts(down) == {"refunded_cents": 600}
    assert down.voucher.available_cents == 3_100
    # What was refunded is the voucher's again, and past the return that no longer pays.
    assert amounts(up_again) == {"overage_cents": 600}
    assert up_again.voucher.spent_cents == 900


def test_what_a_closed_voucher_was_refunded_stays_in_it() -> None:
    closed = {"state": VoucherState.CLOSED, "closed_reason": ClosedReason.REISSUED}
    voucher, ride = builders.captured(1_500, available_cents=0, closed_at=NOON, **closed)

    outcome = decided(adjusted(fare_cents=0), voucher, ride)

    assert amounts(outcome) == {"refunded_cents": 1_500}
    assert outcome.voucher.available_cents == 1_500
    assert outcome.voucher.state is VoucherState.CLOSED


def test_a_lapsed_ride_whose_place_was_taken_never_rises_above_nothing() -> None:
    voucher, ride = builders.lapsed(1_500, rides_counted=2)
    captured = decided(builders.completed(fare_cents=1_000), voucher, ride)

    outcome = decided(adjusted(fare_cents=1_800), captured.voucher, captured.ride)

    assert not captured.ride.counted
    assert amounts(captured) == {"shortfall_cents": 1_000}
    assert amounts(outcome) == {"shortfall_cents": 1_500, "overage_cents": 300}
    assert outcome.shortfall_cents == 500
    assert outcome.voucher.available_cents == 4_000
    assert outcome.voucher.rides_counted == 2


def test_a_ride_that_is_not_counted_falls_and_rises_no_higher_than_it_was_captured_at() -> None:
    voucher, ride = builders.held(1_500)
    fee = decided(
        builders.cancelled(cancellation_fee_cents=400),
        voucher,
        ride,
        max_cancellation_fee_cents=1_000,
    )
    down = decided(adjusted(fare_cents=100), fee.voucher, fee.ride)

    up = decided(adjusted(NOON + HOUR, adjustment_id="2", fare_cents=900), down.voucher, down.ride)

    assert [one.ride.captured_cents for one in (fee, down, up)] == [400, 100, 400]
    assert amounts(up) == {"captured_cents": 300, "overage_cents": 500}
    assert up.voucher.available_cents == 3_600


def test_a_shortfall_follows_the_fare_down_and_never_exceeds_what_was_promised() -> None:
    voucher, ride = builders.lapsed(1_500, available_cents=400)
    captured = decided(builders.completed(fare_cents=1_400), voucher, ride)

    down = decided(adjusted(fare_cents=900), captured.voucher, captured.ride)
    up = decided(
        adjusted(NOON + HOUR, adjustment_id="2", fare_cents=2_600), down.voucher, down.ride
    )

    assert captured.ride.shortfall_cents == 1_000
    assert (down.answer["shortfall_cents"], down.shortfall_cents) == (500, -500)
    assert (up.answer["shortfall_cents"], up.shortfall_cents) == (1_100, 600)
    assert up.answer["overage_cents"] == 1_100
    assert up.ride.captured_cents == 400


@never_covered
@every_overage
def test_a_tip_or_damage_after_the_capture_takes_nothing_and_nobody_but_the_rider_owes_it(
    overage: Overage, why: str
) -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(adjusted(fare_cents=1_800, why=why), voucher, ride, overage=overage)

    assert outcome.answer["reason"] == "not_covered"
    assert "overage_owed_by" not in outcome.answer
    assert outcome.ride == ride
    assert outcome.changes == {}
    assert outcome.overage_cents == outcome.shortfall_cents == 0
    assert outcome.voucher.spent_cents == 1_500


@never_covered
def test_a_tip_or_damage_supersedes_nothing(why: str) -> None:
    voucher, ride = builders.captured(1_500)
    tip = decided(adjusted(NOON + DAY, fare_cents=9_000, why=why), voucher, ride)

    outcome = decided(
        adjusted(NOON + HOUR, adjustment_id="2", fare_cents=1_700), tip.voucher, tip.ride
    )

    assert amounts(outcome) == {"captured_cents": 200}


@never_covered
def test_a_tip_or_damage_of_a_cancelled_ride_is_no_fare_that_was_driven(why: str) -> None:
    outcome = decided(
        adjusted(fare_cents=1_700, why=why),
        builders.voucher(),
        builders.ride(state=RideState.VOIDED),
    )

    assert outcome.answer["reason"] == "ride_cancelled"
    assert outcome.shortfall_cents == outcome.ride.refused_cents == 0


@pytest.mark.parametrize("why", ["toll", "wait", "dispute", "correction", "refund"])
def test_every_other_why_counts(why: str) -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(adjusted(fare_cents=1_700, why=why), voucher, ride)

    assert amounts(outcome) == {"captured_cents": 200}


@every_overage
def test_a_higher_fare_is_owed_as_the_overage_rule_says(overage: Overage) -> None:
    voucher, ride = builders.captured(1_500)

    outcome = decided(adjusted(fare_cents=2_600), voucher, ride, overage=overage)

    owed_by = "rider" if overage == "rider_pays" else "program"
    assert amounts(outcome) == {"captured_cents": 500, "overage_cents": 600}
    assert outcome.answer["overage_owed_by"] == outcome.ride.overage_owed_by == owed_by


@given(
    fares=st.lists(st.integers(0, 5_000), min_size=1, max_size=5),
    paid=st.integers(0, 2_000),
    available=st.integers(0, 4_000),
)
def test_only_the_last_of_many_fares_decides_what_is_paid(
    fares: list[int], paid: int, available: int
) -> None:
    voucher, ride = builders.captured(paid, available_cents=available)
    events = [
        adjusted(NOON + step * MILLISECOND, adjustment_id=f"a-{step}", fare_cents=fare)
        for step, fare in enumerate(fares)
    ]

    outcome = in_turn(voucher, ride, *events)

    expected = min(fares[-1], 2_000, paid + available)
    assert outcome.ride.captured_cents == outcome.voucher.spent_cents == expected
    assert outcome.voucher.available_cents == paid + available - expected
    assert outcome.ride.overage_cents == fares[-1] - expected
    assert outcome.ride.shortfall_cents == 0


def test_a_superseded_adjustment_is_told_what_fell_short_as_it_stands() -> None:
    voucher, ride = builders.captured(1_500)
    ride = ride.model_copy(update={"shortfall_cents": 200, "overage_cents": 0})

    outcome = decided(adjusted(NOON - HOUR, fare_cents=100), voucher, ride)

    assert outcome.answer["outcome"] == "superseded"
    assert amounts(outcome) == {"shortfall_cents": 200}
    assert outcome.shortfall_cents == 0


@pytest.mark.parametrize(
    ("fare", "refused", "captured"),
    [
        pytest.param(1_500, 0, 1_100, id="the same fare"),
        pytest.param(1_900, 0, 1_500, id="a higher one"),
        pytest.param(400, 0, 0, id="what was accepted"),
        pytest.param(399, 0, 0, id="less than was accepted"),
        pytest.param(1_500, 300, 1_400, id="some of it was another fare, which was refused"),
    ],
)
def test_what_was_accepted_of_a_fare_is_not_taken_from_the_voucher_too(
    fare: int, refused: int, captured: int
) -> None:
    voucher, ride = builders.captured(1_500)
    ride = ride.model_copy(update={"accepted_cents": 400, "refused_cents": refused})

    outcome = decided(adjusted(NOON + HOUR, fare_cents=fare), voucher, ride)

    assert outcome.ride.captured_cents == outcome.voucher.spent_cents == captured


def test_a_refused_fare_of_a_voided_ride_is_the_latest_that_was_stated() -> None:
    voucher, ride = builders.voucher(), builders.ride(state=RideState.VOIDED)
    later = adjusted(NOON + HOUR, adjustment_id="2", fare_cents=900)
    first = decided(adjusted(NOON, adjustment_id="1", fare_cents=700), voucher, ride)
    second = decided(later, first.voucher, first.ride)

    third = decided(adjusted(NOON, adjustment_id="3", fare_cents=800), second.voucher, second.ride)

    assert [one.shortfall_cents for one in (first, second, third)] == [700, 200, 0]
    assert [one.fare_cents for one in (first, second)] == [700, 900]
    assert third.ride.refused_cents == second.ride.refused_cents == 900
    assert third.answer["reason"] == "ride_cancelled"


def test_a_fare_that_is_refused_keeps_the_adjustment_that_waited_for_it() -> None:
    voucher, ride = builders.voucher(), builders.ride(state=RideState.VOIDED)
    waiting = decided(adjusted(NOON + HOUR, fare_cents=700), voucher, ride)

    refused = decided(builders.completed(NOON, fare_cents=900), waiting.voucher, waiting.ride)

    assert refused.ride.adjustment == waiting.ride.adjustment
    assert refused.ride.refused_cents == 700
    assert refused.shortfall_cents == 0


def test_an_adjustment_from_before_the_refused_fare_is_forgotten() -> None:
    voucher, ride = builders.voucher(), builders.ride(state=RideState.VOIDED)
    waiting = decided(adjusted(NOON - HOUR, fare_cents=700), voucher, ride)

    refused = decided(builders.completed(NOON, fare_cents=900), waiting.voucher, waiting.ride)

    assert refused.ride.adjustment is None
    assert refused.ride.refused_cents == 900
