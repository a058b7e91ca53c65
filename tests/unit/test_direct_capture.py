"""Direct captures, of ride companies that ask nobody beforehand: the checks of a request as of
then, with the fare as estimate and the statuses of today (domain.md, 'A ride's life')."""

from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

import builders
from builders import NOON, RIDE_KEY, adjusted, amounts, hold, moved
from farechance.ledger import Account
from farechance.programs import PartnerStatus, Status
from farechance.ride_case import Outcome
from farechance.rides import Ride, RideState
from farechance.vouchers import ClosedReason, Terms, Voucher, VoucherState

MILLISECOND = timedelta(milliseconds=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AVAILABLE, ON_HOLD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


def captured(
    voucher: Voucher | None = None,
    fare: int = 1_500,
    *,
    asked_at: datetime | None = None,
    now: datetime = NOON,
    ride: Ride | None = None,
    tip: int = 0,
    program: Status = Status.ACTIVE,
    partner: PartnerStatus = PartnerStatus.ACTIVE,
    **rules: Any,
) -> Outcome:
    """What a direct capture does where the programme allows it."""
    event = builders.completed(now, fare_cents=fare, tip_cents=tip, requested_at=asked_at)
    allowed = builders.rules(**{"direct_capture": True, **rules})
    terms = Terms(allowed, program, partner)
    return builders.decided(event, voucher, ride, now=now, terms_now=terms)


def check_refused(outcome: Outcome, reason: str, fare: int = 1_500) -> None:
    """It is refused, nothing moved, and the fare is on record."""
    assert outcome.reason is not None
    assert outcome.reason.value == reason
    assert outcome.answer["outcome"] == "refused"
    assert amounts(outcome) == {"shortfall_cents": fare}
    assert outcome.shortfall_cents == outcome.ride.refused_cents == fare
    assert outcome.ride.state is RideState.REFUSED
    assert outcome.ride.fare_cents == fare
    assert outcome.ride.captured_cents == 0
    assert not outcome.ride.counted
    assert outcome.changes == {}
    assert outcome.let_go == ()


def test_a_ride_that_nobody_was_asked_about_is_paid_and_counted() -> None:
    outcome = captured(fare=1_800, tip=300)

    assert outcome.answer == {
        "outcome": "captured",
        "captured_cents": 1_500,
        "released_cents": 0,
        "overage_cents": 0,
        "shortfall_cents": 0,
    }
    assert moved(outcome) == {AVAILABLE: -1_500, SPENT: 1_500}
    assert outcome.voucher.available_cents == 2_500
    assert outcome.voucher.spent_cents == outcome.ride.captured_cents == 1_500
    assert outcome.ride.state is RideState.CAPTURED
    assert outcome.ride.counted
    assert outcome.voucher.rides_counted == 1
    assert outcome.voucher.last_captured_at == NOON
    assert outcome.ride.completed_at == NOON


def test_where_it_is_not_allowed_it_is_refused_before_any_other_check() -> None:
    blocked = builders.voucher(state=VoucherState.BLOCKED, expires_at=NOON - DAY)

    outcome = captured(blocked, asked_at=NOON - 30 * DAY, direct_capture=False)

    check_refused(outcome, "direct_capture_not_allowed")
    assert outcome.answer["reason"] == "direct_capture_not_allowed"


@pytest.mark.parametrize(("before", "is_paid"), [(7 * DAY, True), (7 * DAY + MILLISECOND, False)])
def test_it_may_have_been_asked_for_seven_days_back_and_no_more(
    before: timedelta, is_paid: bool
) -> None:
    voucher = builders.voucher(valid_from=NOON - 30 * DAY)

    outcome = captured(voucher, asked_at=NOON - before)

    if is_paid:
        assert amounts(outcome) == {"captured_cents": 1_500}
    else:
        check_refused(outcome, "request_too_old")


def test_without_a_time_of_asking_its_completion_counts_as_one() -> None:
    expired = builders.voucher(expires_at=NOON + HOUR)

    in_time = captured(expired, now=NOON + HOUR - MILLISECOND)
    too_late = captured(expired, now=NOON + HOUR)

    assert amounts(in_time) == {"captured_cents": 1_500}
    check_refused(too_late, "voucher_expired")


@pytest.mark.parametrize(
    ("asked_at", "reason"),
    [
        pytest.param(NOON - HOUR - MILLISECOND, "voucher_not_started", id="not begun then"),
        pytest.param(NOON - HOUR, None, id="at its beginning"),
        pytest.param(NOON + HOUR - MILLISECOND, None, id="before its end, expired meanwhile"),
        pytest.param(NOON + HOUR, "voucher_expired", id="at its end"),
    ],
)
def test_dates_are_judged_as_of_the_time_of_asking(asked_at: datetime, reason: str | None) -> None:
    voucher = builders.voucher(valid_from=NOON - HOUR, expires_at=NOON + HOUR)

    outcome = captured(voucher, asked_at=asked_at, now=NOON + 3 * DAY)

    if reason is None:
        assert amounts(outcome) == {"captured_cents": 1_500}
    else:
        check_refused(outcome, reason)


@pytest.mark.parametrize(
    ("after", "is_paid"), [(12 * HOUR, True), (12 * HOUR + MILLISECOND, False)]
)
def test_the_way_home_is_judged_as_of_the_time_of_asking(after: timedelta, is_paid: bool) -> None:
    voucher = builders.voucher(
        expires_at=NOON + HOUR, rides_counted=1, last_captured_at=NOON, available_cents=2_000
    )

    outcome = captured(voucher, asked_at=NOON + after, now=NOON + 2 * DAY)

    if is_paid:
        assert amounts(outcome) == {"captured_cents": 1_500}
        assert outcome.voucher.rides_counted == 2
    else:
        check_refused(outcome, "voucher_expired")


@pytest.mark.parametrize(
    ("changes", "statuses", "reason"),
    [
        pytest.param({"state": VoucherState.BLOCKED}, {}, "voucher_blocked", id="blocked"),
        pytest.param(
            {
                "state": VoucherState.CLOSED,
                "closed_reason": ClosedReason.REVOKED,
                "closed_at": NOON,
            },
            {},
            "voucher_closed",
            id="closed",
        ),
        pytest.param({}, {"program": Status.PAUSED}, "program_paused", id="paused"),
        pytest.param({}, {"program": Status.CLOSED}, "program_closed", id="programme closed"),
        pytest.param({}, {"partner": PartnerStatus.SUSPENDED}, "partner_suspended", id="suspended"),
    ],
)
def test_what_stops_a_voucher_now_refuses_a_ride_of_before_and_is_hidden(
    changes: dict[str, Any], statuses: dict[str, Any], reason: str
) -> None:
    voucher = builders.voucher(**changes)

    outcome = captured(voucher, asked_at=NOON, now=NOON + HOUR, **statuses)

    check_refused(outcome, reason)
    assert outcome.answer["reason"] == "voucher_not_usable"


def test_past_the_return_nothing_pays_whenever_it_was_asked_for() -> None:
    voucher = builders.voucher(valid_from=NOON - 30 * DAY, expires_at=NOON)

    before = captured(voucher, asked_at=NOON - MILLISECOND, now=voucher.return_at - 2 * MILLISECOND)
    past = captured(voucher, asked_at=voucher.return_at - 7 * DAY, now=voucher.return_at)
    way_home = captured(
        voucher.after(last_captured_at=NOON - HOUR),
        asked_at=voucher.return_at - 7 * DAY,
        now=voucher.return_at,
    )

    assert amounts(before) == {"captured_cents": 1_500}
    check_refused(past, "voucher_expired")
    check_refused(way_home, "voucher_closed")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"rides_counted": 2}, "no_rides_left", id="no ride left"),
        pytest.param(
            {
                "max_rides": 9,
                "held_cents": 400,
                "holds": {f"other-{number}": hold(100) for number in range(4)},
            },
            "too_many_open_rides",
            id="four rides under way",
        ),
        pytest.param({"available_cents": 1_499}, "insufficient_balance", id="a cent too little"),
    ],
)
def test_a_ride_that_would_have_been_declined_is_refused_with_its_fare(
    changes: dict[str, Any], reason: str
) -> None:
    check_refused(captured(builders.voucher(**changes)), reason)


@pytest.mark.parametrize(("fare", "is_paid"), [(2_000, True), (2_001, False)])
def test_under_the_rule_that_declines_a_fare_above_the_cap_is_refused_as_a_whole(
    fare: int, is_paid: bool
) -> None:
    outcome = captured(fare=fare)

    if is_paid:
        assert amounts(outcome) == {"captured_cents": 2_000}
    else:
        check_refused(outcome, "over_ride_cap", fare)


@pytest.mark.parametrize(
    ("overage", "owed_by"), [("rider_pays", "rider"), ("program_pays", "program")]
)
@pytest.mark.parametrize(
    ("available", "fare", "paid"),
    [
        pytest.param(4_000, 2_600, 2_000, id="above the cap"),
        pytest.param(1, 1_500, 1, id="a cent is there"),
    ],
)
def test_under_the_other_rules_a_part_is_paid_and_the_rest_is_owed(
    overage: Overage, owed_by: str, available: int, fare: int, paid: int
) -> None:
    outcome = captured(builders.voucher(available_cents=available), fare, overage=overage)

    assert amounts(outcome) == {"captured_cents": paid, "overage_cents": fare - paid}
    assert outcome.answer["overage_owed_by"] == owed_by
    assert outcome.overage_cents == fare - paid


@pytest.mark.parametrize("overage", ["rider_pays", "program_pays"])
def test_under_the_other_rules_at_least_a_cent_must_be_covered(overage: Overage) -> None:
    outcome = captured(builders.voucher(available_cents=0), overage=overage)

    check_refused(outcome, "insufficient_balance")


def test_a_ride_that_cost_nothing_is_never_refused_for_the_balance() -> None:
    dead = {"dead": hold(1_000, hours=-1)}
    empty = builders.voucher_with_holds(dead, available_cents=0, max_rides=9)

    outcome = captured(empty, fare=300, tip=300)

    assert outcome.answer["outcome"] == "captured"
    assert amounts(outcome) == {}
    assert outcome.ride.counted
    assert outcome.let_go == ()


@every_overage
def test_dead_holds_are_let_go_for_it_the_oldest_first_and_no_more_than_are_needed(
    overage: Overage,
) -> None:
    holds = {
        "oldest": hold(1_000, hours=-2),
        "old": hold(1_000, hours=-1),
        "live": hold(1_000, hours=1),
    }
    voucher = builders.voucher_with_holds(holds, available_cents=600, max_rides=9)

    outcome = captured(voucher, fare=1_600, overage=overage)
    one_more = captured(voucher, fare=1_601, overage=overage)

    assert outcome.let_go == ("oldest",)
    assert moved(outcome) == {AVAILABLE: -1_600, SPENT: 1_600}
    assert outcome.voucher.available_cents == 0
    assert outcome.voucher.held_cents == 2_000
    assert set(outcome.voucher.holds) == {"old", "live"}
    assert one_more.let_go == ("oldest", "old")


def test_a_ride_that_is_refused_lets_no_dead_hold_go() -> None:
    dead = {"dead": hold(1_000, hours=-1)}
    voucher = builders.voucher_with_holds(dead, available_cents=0)

    outcome = captured(voucher, fare=1_500)

    check_refused(outcome, "insufficient_balance")
    assert outcome.voucher.holds == dead


@pytest.mark.parametrize(
    ("at", "paid"), [(NOON - MILLISECOND, 1_500), (NOON, 1_800), (NOON + MILLISECOND, 1_800)]
)
def test_an_adjustment_that_waited_is_applied_where_the_ride_is_paid(
    at: datetime, paid: int
) -> None:
    waiting = builders.decided(adjusted(at, fare_cents=1_800))

    outcome = captured(waiting.voucher, ride=waiting.ride)

    assert amounts(outcome) == {"captured_cents": paid}
    assert outcome.fare_cents == outcome.ride.fare_cents == paid
    assert outcome.ride.captured_cents == outcome.voucher.spent_cents == paid


def test_the_fare_is_the_estimate_whatever_adjustment_waits() -> None:
    dear = builders.decided(adjusted(fare_cents=2_600))
    cheap = builders.decided(adjusted(fare_cents=500))

    paid = captured(dear.voucher, 1_500, ride=dear.ride)
    refused = captured(cheap.voucher, 2_001, ride=cheap.ride)

    assert amounts(paid) == {"captured_cents": 2_000, "overage_cents": 600}
    check_refused(refused, "over_ride_cap", 500)


def test_where_the_ride_is_refused_its_fare_is_what_the_adjustment_said() -> None:
    waiting = builders.decided(adjusted(fare_cents=900))

    outcome = captured(waiting.voucher, ride=waiting.ride, direct_capture=False)

    check_refused(outcome, "direct_capture_not_allowed", 900)


def test_a_ride_under_way_keeps_its_hold_beside_a_direct_capture() -> None:
    other = {"other": hold(1_500)}
    voucher = builders.voucher_with_holds(other, available_cents=2_500)

    outcome = captured(voucher)

    assert outcome.voucher.holds == other
    assert RIDE_KEY not in outcome.voucher.holds
    assert outcome.voucher.held_cents == 1_500
    assert outcome.voucher.rides_left == 0
