"""Where and when a programme pays rides: service areas and weekly hours as a request, a ride that
is booked ahead, the way home and a direct capture meet them (domain.md, 'Rules a programme can
set')."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import builders
from builders import NOON, amounts, approved, area, decided, hours, north
from farechance.places import NOWHERE, Place, Trip
from farechance.ride_case import Outcome
from farechance.rides import RideState
from farechance.vouchers import Approval, Reason

MILLISECOND, SECOND = timedelta(milliseconds=1), timedelta(seconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

CITY = builders.terms(service_areas=(area(),))
# NOON is a Monday's, in New York.
MORNINGS = (hours("monday", "08:00", "12:00"), hours("tuesday", "08:00", "12:00"))
BY_DAY = builders.terms(weekly_hours=MORNINGS)
OUT_OF_TOWN = Trip(north(5_001), north(5_001))


def direct(
    *, asked_at: datetime | None = None, pickup: Place | None = None, **rules: Any
) -> Outcome:
    """What a direct capture does of a ride that ended at NOON."""
    event = builders.completed(NOON, requested_at=asked_at, pickup=pickup)
    voucher = builders.voucher(valid_from=NOON - DAY)
    return decided(event, voucher, terms_now=builders.terms(direct_capture=True, **rules))


@pytest.mark.parametrize(
    ("meters", "reason"),
    [
        (4_999, None),
        (5_000, None),
        (5_001, Reason.OUTSIDE_SERVICE_AREA),
        (None, Reason.LOCATION_MISSING),
    ],
)
def test_a_ride_begins_within_the_area_to_the_metre_and_fails_closed_without_a_place(
    meters: int | None, reason: Reason | None
) -> None:
    trip = NOWHERE if meters is None else Trip(pickup=north(meters))

    judgement = builders.judged(terms_now=CITY, trip=trip)

    assert judgement == reason or (reason is None and isinstance(judgement, Approval))


@pytest.mark.parametrize(
    ("now", "is_paid"),
    [
        (NOON - 4 * HOUR - SECOND, False),
        (NOON - 4 * HOUR, True),
        (NOON - SECOND, True),
        (NOON - MILLISECOND, True),
        (NOON, False),
    ],
)
def test_a_ride_begins_within_the_hours_to_the_second(now: datetime, *, is_paid: bool) -> None:
    voucher = builders.voucher(valid_from=NOON - DAY)

    judgement = builders.judged(voucher, terms_now=BY_DAY, now=now)

    assert isinstance(judgement, Approval) is is_paid
    assert is_paid or judgement == Reason.OUTSIDE_HOURS


def test_hours_are_judged_when_the_ride_begins_and_not_when_it_is_booked() -> None:
    in_the_morning, in_the_evening = NOON + 23 * HOUR, NOON + 32 * HOUR

    booked_ahead = builders.judged(terms_now=BY_DAY, pickup_at=in_the_morning)
    too_late = builders.judged(terms_now=BY_DAY, pickup_at=in_the_evening, now=NOON)
    past = builders.judged(terms_now=BY_DAY, pickup_at=NOON - HOUR)

    assert approved(booked_ahead).hold_expires_at == in_the_morning + DAY
    assert too_late == Reason.OUTSIDE_HOURS
    # A pick-up that is past counts as now.
    assert past == Reason.OUTSIDE_HOURS


@pytest.mark.parametrize(
    ("pickup_at", "is_paid"),
    [
        pytest.param(datetime(2026, 3, 8, 6, 59, 59, tzinfo=UTC), True, id="01:59:59"),
        pytest.param(datetime(2026, 3, 8, 7, tzinfo=UTC), False, id="03:00:00, an hour is skipped"),
        pytest.param(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), True, id="01:30 the first time"),
        pytest.param(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), True, id="01:30 the second time"),
        pytest.param(datetime(2026, 11, 1, 7, 59, 59, tzinfo=UTC), True, id="02:59:59"),
        pytest.param(datetime(2026, 11, 1, 8, tzinfo=UTC), False, id="03:00:00"),
    ],
)
def test_hours_are_right_on_both_nights_on_which_the_clock_changes(
    pickup_at: datetime, *, is_paid: bool
) -> None:
    terms = builders.terms(weekly_hours=(hours("sunday", "01:00", "03:00"),))
    voucher = builders.voucher(expires_at=NOON + 300 * DAY)

    judgement = builders.judged(voucher, terms_now=terms, pickup_at=pickup_at)

    assert isinstance(judgement, Approval) is is_paid
    assert is_paid or judgement == Reason.OUTSIDE_HOURS


def test_the_way_home_is_paid_at_any_hour_until_its_time_is_over() -> None:
    rode = builders.voucher(last_captured_at=NOON - HOUR)
    last = NOON + 11 * HOUR

    assert builders.judged(terms_now=BY_DAY) == Reason.OUTSIDE_HOURS
    assert isinstance(builders.judged(rode, terms_now=BY_DAY), Approval)
    assert isinstance(builders.judged(rode, terms_now=BY_DAY, pickup_at=last), Approval)
    too_late = builders.judged(rode, terms_now=BY_DAY, pickup_at=last + MILLISECOND)
    assert too_late == Reason.OUTSIDE_HOURS


def test_the_way_home_waives_expiry_and_hours_at_once() -> None:
    over = builders.voucher(expires_at=NOON - HOUR, last_captured_at=NOON - HOUR)

    assert isinstance(builders.judged(over, terms_now=BY_DAY), Approval)


def test_without_hours_for_the_way_home_there_is_none() -> None:
    terms = builders.terms(weekly_hours=MORNINGS, return_hours=0)
    rode = builders.voucher(last_captured_at=NOON - MILLISECOND)

    assert builders.judged(rode, terms_now=terms) == Reason.OUTSIDE_HOURS


def test_the_way_home_leads_nowhere_else_than_other_rides() -> None:
    rode = builders.voucher(last_captured_at=NOON - HOUR)

    assert builders.judged(rode, terms_now=CITY, trip=OUT_OF_TOWN) == Reason.OUTSIDE_SERVICE_AREA
    assert builders.judged(rode, terms_now=CITY) == Reason.LOCATION_MISSING


def test_a_decline_for_place_or_hour_changes_no_money_and_is_kept_without_the_place() -> None:
    for terms, reason in ((CITY, "outside_service_area"), (BY_DAY, "outside_hours")):
        event = builders.requested(pickup=north(5_001), dropoff=north(0))
        outcome = decided(event, terms_now=terms)

        assert outcome.answer == {"decision": "declined", "reason": reason}
        assert outcome.changes == {}
        assert outcome.ride.state is RideState.DECLINED
        assert outcome.voucher.last_decline is not None
        assert outcome.voucher.last_decline.reason == reason
        kept = outcome.voucher.model_dump_json() + outcome.ride.model_dump_json()
        assert "40.7" not in kept
        assert "latitude" not in kept


def test_a_decline_for_place_or_hour_lets_no_dead_hold_go() -> None:
    dead = builders.voucher_with_holds(
        {"dead": builders.hold(3_000, hours=-1)}, available_cents=1_000
    )

    outcome = decided(builders.requested(), dead, terms_now=BY_DAY)

    assert outcome.reason == Reason.OUTSIDE_HOURS
    assert outcome.let_go == ()
    assert outcome.voucher.holds == dead.holds


@pytest.mark.parametrize(
    ("asked_at", "reason"),
    [
        pytest.param(NOON - SECOND, None, id="asked for within the hours"),
        pytest.param(NOON, "outside_hours", id="asked for at their end"),
        pytest.param(None, "outside_hours", id="no time of asking: when it ended"),
        pytest.param(NOON - 4 * HOUR - SECOND, "outside_hours", id="asked for before they begin"),
    ],
)
def test_a_direct_capture_is_judged_by_the_hours_when_it_was_asked_for(
    asked_at: datetime | None, reason: str | None
) -> None:
    outcome = direct(asked_at=asked_at, weekly_hours=MORNINGS)

    assert outcome.reason == reason
    assert amounts(outcome) == ({"shortfall_cents" if reason else "captured_cents": 1_500})
    assert outcome.ride.refused_cents == (1_500 if reason else 0)


@pytest.mark.parametrize(
    ("pickup", "reason"),
    [
        (north(5_000), None),
        (north(5_001), "outside_service_area"),
        (None, "location_missing"),
    ],
    ids=["inside", "outside", "missing"],
)
def test_a_direct_capture_too_must_lie_within_the_area(
    pickup: Place | None, reason: str | None
) -> None:
    outcome = direct(pickup=pickup, service_areas=(area(),))

    assert outcome.reason == reason
    assert amounts(outcome) == ({"shortfall_cents" if reason else "captured_cents": 1_500})
    assert outcome.ride.state is (RideState.REFUSED if reason else RideState.CAPTURED)


def test_what_was_approved_is_paid_wherever_and_whenever_it_ends() -> None:
    voucher, ride = builders.held()
    at_night = NOON + 12 * HOUR

    for terms in (CITY, BY_DAY):
        event = builders.completed(at_night, pickup=north(9_000), dropoff=north(9_000))
        outcome = decided(event, voucher, ride, now=at_night, terms_now=terms)
        assert amounts(outcome) == {"captured_cents": 1_500}
