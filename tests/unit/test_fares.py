"""The money of a ride: what is held, captured, released and above, who owes it, and what counts
(domain.md, 'A ride's life' and 'Overage rule')."""

from datetime import timedelta
from typing import Any, Literal

import pytest

import builders
from builders import NOON, RIDE_KEY, amounts, hold
from farechance.programs import PartnerStatus, Status
from farechance.rides import RideState
from farechance.times import instant_text
from farechance.vouchers import ClosedReason, Terms, VoucherState

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


def test_an_approved_ride_is_held_and_told_until_when() -> None:
    outcome = builders.decided(builders.requested(estimated_fare_cents=1_500))

    assert outcome.answer == {
        "decision": "approved",
        "held_cents": 1_500,
        "hold_expires_at": instant_text(NOON + DAY),
    }
    assert outcome.voucher.available_cents == 2_500
    assert outcome.voucher.held_cents == 1_500
    assert outcome.voucher.holds == {RIDE_KEY: hold(1_500)}
    assert outcome.ride.hold_cents == 1_500
    assert outcome.ride.hold_expires_at == NOON + DAY
    assert outcome.ride.fare_cents == 1_500


def test_a_voucher_remembers_when_the_last_of_its_holds_ends() -> None:
    later = NOON + 9 * DAY
    earlier = builders.decided(builders.requested(), builders.voucher(last_hold_expires_at=later))
    first = builders.decided(builders.requested())
    after = builders.decided(builders.requested(), builders.voucher(last_hold_expires_at=NOON))

    assert earlier.voucher.last_hold_expires_at == later
    assert first.voucher.last_hold_expires_at == NOON + DAY
    assert after.voucher.last_hold_expires_at == NOON + DAY


def test_a_declined_request_is_remembered_for_the_case_worker_and_takes_no_money() -> None:
    outcome = builders.decided(
        builders.requested(), builders.voucher(state=VoucherState.BLOCKED), now=NOON + MILLISECOND
    )

    assert outcome.answer == {"decision": "declined", "reason": "voucher_not_usable"}
    assert outcome.voucher.last_decline is not None
    assert outcome.voucher.last_decline.reason.value == "voucher_blocked"
    assert outcome.voucher.last_decline.at == NOON + MILLISECOND
    assert outcome.voucher.available_cents == 4_000
    assert outcome.voucher.holds == {}


@pytest.mark.parametrize(
    ("fare", "captured", "released"),
    [
        pytest.param(1_500, 1_500, 0, id="as estimated"),
        pytest.param(1_200, 1_200, 300, id="the rest is released"),
        pytest.param(0, 0, 1_500, id="a ride that cost nothing"),
        pytest.param(1_800, 1_800, 0, id="what the hold lacks is taken from what is available"),
        pytest.param(2_000, 2_000, 0, id="up to the cap"),
    ],
)
def test_a_completed_ride_is_captured_and_the_rest_of_its_hold_released(
    fare: int, captured: int, released: int
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.completed(fare_cents=fare), voucher, ride)

    assert outcome.answer["outcome"] == "captured"
    assert outcome.answer["captured_cents"] == captured
    assert outcome.answer["released_cents"] == released
    assert outcome.voucher.spent_cents == captured
    assert outcome.voucher.available_cents == 4_000 - captured
    assert outcome.voucher.held_cents == 0
    assert outcome.voucher.holds == {}
    assert outcome.ride.captured_cents == captured
    assert outcome.ride.fare_cents == fare


@pytest.mark.parametrize(
    ("overage", "owed_by"),
    [("decline", "program"), ("rider_pays", "rider"), ("program_pays", "program")],
)
def test_what_a_final_fare_has_above_is_owed_as_the_overage_rule_says(
    overage: Overage, owed_by: str
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.completed(fare_cents=2_600), voucher, ride, overage=overage)

    assert amounts(outcome) == {"captured_cents": 2_000, "overage_cents": 600}
    assert outcome.answer["overage_owed_by"] == owed_by
    assert outcome.overage_cents == outcome.ride.overage_cents == 600
    assert outcome.ride.overage_owed_by == owed_by


@every_overage
def test_nobody_owes_anything_where_all_is_covered(overage: Overage) -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.completed(fare_cents=1_500), voucher, ride, overage=overage)

    assert "overage_owed_by" not in outcome.answer
    assert outcome.ride.overage_owed_by is None


def test_a_capture_takes_no_more_than_the_voucher_has() -> None:
    voucher, ride = builders.held(1_500, available_cents=200)

    outcome = builders.decided(builders.completed(fare_cents=1_900), voucher, ride)

    assert amounts(outcome) == {"captured_cents": 1_700, "overage_cents": 200}
    assert outcome.voucher.available_cents == 0


def test_the_hold_of_another_ride_is_not_touched() -> None:
    holds = {RIDE_KEY: hold(1_000), "other": hold(2_000)}
    voucher, ride = builders.held(1_000, available_cents=0, held_cents=3_000, holds=holds)

    outcome = builders.decided(builders.completed(fare_cents=1_500), voucher, ride)

    assert outcome.answer["captured_cents"] == 1_000
    assert outcome.answer["overage_cents"] == 500
    assert outcome.voucher.holds == {"other": hold(2_000)}
    assert outcome.voucher.held_cents == 2_000


@every_overage
@pytest.mark.parametrize(
    ("fare", "tip", "captured", "overage_cents"),
    [
        pytest.param(1_800, 300, 1_500, 0, id="the fare without the tip"),
        pytest.param(1_500, 1_500, 0, 0, id="nothing but a tip"),
        pytest.param(2_600, 500, 2_000, 100, id="neither captured nor owed by the programme"),
    ],
)
def test_a_tip_is_never_covered(
    overage: Overage, fare: int, tip: int, captured: int, overage_cents: int
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(
        builders.completed(fare_cents=fare, tip_cents=tip), voucher, ride, overage=overage
    )

    assert outcome.answer["captured_cents"] == captured
    assert outcome.answer["overage_cents"] == overage_cents
    assert outcome.ride.fare_cents == fare - tip


def test_a_captured_ride_is_counted_and_opens_the_way_home() -> None:
    voucher, ride = builders.held(1_500, rides_counted=0)
    completed_at = NOON - timedelta(minutes=20)

    outcome = builders.decided(builders.completed(completed_at), voucher, ride)

    assert outcome.ride.counted
    assert outcome.voucher.rides_counted == 1
    assert outcome.voucher.rides_left == 1
    assert outcome.voucher.last_captured_at == completed_at
    assert outcome.ride.completed_at == completed_at


def test_a_ride_that_cost_nothing_is_counted_all_the_same() -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.completed(fare_cents=0), voucher, ride)

    assert outcome.ride.state is RideState.CAPTURED
    assert outcome.voucher.rides_counted == 1


def test_the_way_home_is_counted_from_now_at_the_latest() -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(
        builders.completed(NOON + timedelta(minutes=4)), voucher, ride, now=NOON
    )

    assert outcome.voucher.last_captured_at == NOON


def test_the_way_home_is_counted_from_the_latest_ride_however_late_its_news() -> None:
    latest = NOON - timedelta(minutes=1)
    voucher, ride = builders.held(1_500, last_captured_at=latest)

    outcome = builders.decided(builders.completed(NOON - timedelta(hours=3)), voucher, ride)

    assert outcome.voucher.last_captured_at == latest


def test_a_cancelled_ride_gives_its_hold_back_and_is_not_counted() -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(builders.cancelled(), voucher, ride)

    assert amounts(outcome) == {"released_cents": 1_500}
    assert outcome.voucher.available_cents == 4_000
    assert outcome.voucher.holds == {}
    assert outcome.voucher.rides_counted == 0
    assert outcome.voucher.rides_left == 2
    assert not outcome.ride.counted
    assert outcome.voucher.last_captured_at is None


@pytest.mark.parametrize(
    ("overage", "owed_by"),
    [("decline", "program"), ("rider_pays", "rider"), ("program_pays", "program")],
)
def test_a_fee_that_is_not_covered_takes_nothing_from_the_voucher(
    overage: Overage, owed_by: str
) -> None:
    voucher, ride = builders.held(1_500)

    outcome = builders.decided(
        builders.cancelled(cancellation_fee_cents=500), voucher, ride, overage=overage
    )

    assert amounts(outcome) == {"released_cents": 1_500, "overage_cents": 500}
    assert outcome.answer["overage_owed_by"] == owed_by
    assert outcome.voucher.spent_cents == 0
    assert outcome.ride.overage_cents == 500


@pytest.mark.parametrize(
    ("stopped", "terms"),
    [
        pytest.param({"expires_at": NOON - DAY}, {}, id="expired"),
        pytest.param({"state": VoucherState.BLOCKED}, {}, id="blocked"),
        pytest.param(
            {
                "state": VoucherState.CLOSED,
                "closed_reason": ClosedReason.REVOKED,
                "closed_at": NOON,
            },
            {},
            id="revoked",
        ),
        pytest.param({}, {"program_status": Status.PAUSED}, id="programme paused"),
        pytest.param({}, {"program_status": Status.CLOSED}, id="programme closed"),
        pytest.param({}, {"partner_status": PartnerStatus.SUSPENDED}, id="partner suspended"),
    ],
)
def test_an_approved_ride_is_paid_whatever_stops_the_voucher(
    stopped: dict[str, Any], terms: dict[str, Any]
) -> None:
    voucher, ride = builders.held(1_500, **stopped)
    active: dict[str, Any] = {
        "program_status": Status.ACTIVE,
        "partner_status": PartnerStatus.ACTIVE,
    }

    outcome = builders.decided(
        builders.completed(fare_cents=1_600),
        voucher,
        ride,
        terms_now=Terms(rules=builders.rules(), **{**active, **terms}),
    )

    assert outcome.answer["captured_cents"] == 1_600


def test_a_direct_capture_that_is_not_allowed_is_refused_with_its_fare_on_record() -> None:
    outcome = builders.decided(builders.completed(fare_cents=1_800, tip_cents=300))

    assert outcome.answer["reason"] == "direct_capture_not_allowed"
    assert amounts(outcome) == {"shortfall_cents": 1_500}
    assert outcome.ride.refused_cents == outcome.ride.fare_cents == 1_500
    assert outcome.shortfall_cents == 1_500
    assert outcome.ride.completed_at == NOON
    assert not outcome.ride.counted
    assert outcome.voucher.rides_counted == 0


def test_a_tombstone_declines_the_request_that_it_overtook() -> None:
    tombstone = builders.decided(builders.cancelled())

    outcome = builders.decided(builders.requested(), tombstone.voucher, tombstone.ride)

    assert tombstone.ride.state is RideState.VOIDED
    assert tombstone.changes == {}
    assert outcome.answer == {"decision": "declined", "reason": "ride_cancelled"}
    assert outcome.voucher.available_cents == 4_000
