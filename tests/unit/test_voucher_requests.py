"""Whether a voucher pays a ride that is asked for: every reason against it in the order of
domain.md, and each boundary to the cent and the millisecond."""

from copy import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

import builders
from builders import NOON, PROVIDER, approved, hold
from farechance.places import Trip
from farechance.programs import PartnerStatus, Rules, Status
from farechance.ride_case import Case
from farechance.ride_table import decide
from farechance.rides import RideState
from farechance.vouchers import (
    Approval,
    ClosedReason,
    Reason,
    Terms,
    VoucherState,
    judge_request,
)

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)

Overage = Literal["decline", "rider_pays", "program_pays"]


def test_a_new_voucher_pays_a_ride_within_its_cap() -> None:
    assert builders.judged() == Approval(
        hold_cents=1_500, hold_expires_at=NOON + timedelta(hours=24), let_go=()
    )


def test_from_its_return_at_on_a_blocked_voucher_counts_as_closed_and_not_before() -> None:
    blocked = builders.voucher(state=VoucherState.BLOCKED, expires_at=NOON)
    long_way_home = builders.terms(return_hours=48)
    home = blocked.after(last_captured_at=blocked.return_at - DAY)

    def told(now: datetime) -> Approval | Reason:
        return judge_request(home, long_way_home, 1_500, None, now)

    assert told(home.return_at - MILLISECOND) is Reason.VOUCHER_BLOCKED
    assert told(home.return_at) is Reason.VOUCHER_CLOSED


def test_of_all_reasons_that_apply_the_first_is_told() -> None:
    # Given a request against which everything speaks that can.
    fields: dict[str, Any] = {
        "holds": {f"{PROVIDER}#{number}": hold(1) for number in range(4)},
        "held_cents": 4,
        "available_cents": 0,
        "cap_cents": 2_000,
        "max_rides": 4,
        "state": VoucherState.BLOCKED,
        "valid_from": NOON + DAY,
        "expires_at": NOON - 8 * DAY,
    }
    case = Case(
        voucher=builders.voucher(**fields),
        ride=builders.ride(state=RideState.VOIDED),
        event=replace(
            builders.requested(NOON - timedelta(minutes=6)), fare_cents=2_500, currency="EUR"
        ),
        terms=Terms(
            builders.rules(
                service_areas=(builders.area(),),
                weekly_hours=(builders.hours("sunday", "00:00", "24:00"),),
            ),
            Status.PAUSED,
            PartnerStatus.SUSPENDED,
        ),
        now=NOON,
    )

    def told() -> str | None:
        reason = decide(replace(case, voucher=builders.voucher(**fields))).reason
        return reason and reason.value

    # When they are put right one by one, then the next one is told each time.
    assert told() == "currency_mismatch"
    case = replace(case, event=replace(case.event, currency="USD"))
    assert told() == "ride_cancelled"
    case = replace(case, ride=builders.ride(state=RideState.CAPTURED))
    assert told() == "ride_already_settled"
    case = replace(case, ride=None)
    assert told() == "request_too_old"
    case = replace(case, event=replace(case.event, at=NOON))
    assert told() == "voucher_not_started"
    fields["valid_from"] = NOON - 20 * DAY
    assert told() == "voucher_expired"
    fields["last_captured_at"] = NOON - timedelta(hours=1)
    # Past its return_at it counts as closed, and no longer as blocked.
    assert told() == "voucher_closed"
    fields["expires_at"] = NOON + DAY
    assert told() == "voucher_blocked"
    fields["state"] = VoucherState.ACTIVE
    assert told() == "program_paused"
    case = replace(case, terms=replace(case.terms, program_status=Status.CLOSED))
    assert told() == "program_closed"
    case = replace(case, terms=replace(case.terms, program_status=Status.ACTIVE))
    assert told() == "partner_suspended"
    case = replace(case, terms=replace(case.terms, partner_status=PartnerStatus.ACTIVE))
    assert told() == "no_rides_left"
    fields["max_rides"] = 9
    assert told() == "too_many_open_rides"
    fields |= {"holds": {}, "held_cents": 0}
    assert told() == "location_missing"
    case = replace(case, event=replace(case.event, trip=Trip(builders.north(5_001))))
    assert told() == "outside_service_area"
    case = replace(case, event=replace(case.event, trip=Trip(builders.north(5_000))))
    # An hour after a ride it is the way home, which is paid at any hour.
    assert told() == "insufficient_balance"
    fields["last_captured_at"] = None
    assert told() == "outside_hours"
    case = replace(case, terms=replace(case.terms, rules=builders.rules()))
    assert told() == "insufficient_balance"
    fields["available_cents"] = 4_000
    assert told() == "over_ride_cap"
    case = replace(case, event=replace(case.event, fare_cents=2_000))
    assert told() is None


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(0), None),
        (timedelta(minutes=5), None),
        (timedelta(minutes=5, milliseconds=1), Reason.REQUEST_TOO_OLD),
        (timedelta(days=3), Reason.REQUEST_TOO_OLD),
        (timedelta(minutes=-5), None),
    ],
)
def test_a_request_that_was_made_more_than_five_minutes_ago_is_too_old(
    age: timedelta, reason: Reason | None
) -> None:
    case = Case(builders.voucher(), None, builders.requested(NOON - age), builders.terms(), NOON)

    assert decide(case).reason == reason


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        pytest.param({"valid_from": NOON}, None, id="valid from now on"),
        pytest.param(
            {"valid_from": NOON + MILLISECOND}, Reason.VOUCHER_NOT_STARTED, id="from a moment on"
        ),
        pytest.param({"expires_at": NOON + MILLISECOND}, None, id="a moment before it expires"),
        pytest.param({"expires_at": NOON}, Reason.VOUCHER_EXPIRED, id="when it expires"),
        pytest.param({"state": VoucherState.BLOCKED}, Reason.VOUCHER_BLOCKED, id="blocked"),
        pytest.param(
            {
                "state": VoucherState.CLOSED,
                "closed_reason": ClosedReason.REVOKED,
                "closed_at": NOON - DAY,
            },
            Reason.VOUCHER_CLOSED,
            id="closed",
        ),
        pytest.param({"rides_counted": 1}, None, id="a ride is left"),
        pytest.param({"rides_counted": 2}, Reason.NO_RIDES_LEFT, id="no ride is left"),
        pytest.param({"available_cents": 1_500}, None, id="just enough"),
        pytest.param({"available_cents": 1_499}, Reason.INSUFFICIENT_BALANCE, id="a cent less"),
        pytest.param({"cap_cents": 1_500}, None, id="just the cap"),
        pytest.param({"cap_cents": 1_499}, Reason.OVER_RIDE_CAP, id="a cent above the cap"),
        pytest.param(
            {"cap_cents": 1_000, "available_cents": 999},
            Reason.INSUFFICIENT_BALANCE,
            id="less than even the cap",
        ),
        pytest.param(
            {"cap_cents": 1_000, "available_cents": 1_000},
            Reason.OVER_RIDE_CAP,
            id="just the cap's",
        ),
    ],
)
def test_each_boundary_of_a_voucher_holds_to_the_cent_and_the_millisecond(
    fields: dict[str, Any], reason: Reason | None
) -> None:
    judgement = builders.judged(builders.voucher(**fields))

    assert judgement == reason or (reason is None and isinstance(judgement, Approval))


@pytest.mark.parametrize(
    ("program", "partner", "reason"),
    [
        (Status.ACTIVE, PartnerStatus.ACTIVE, None),
        (Status.DRAFT, PartnerStatus.ACTIVE, Reason.PROGRAM_PAUSED),
        (Status.PAUSED, PartnerStatus.ACTIVE, Reason.PROGRAM_PAUSED),
        (Status.CLOSED, PartnerStatus.ACTIVE, Reason.PROGRAM_CLOSED),
        (Status.ACTIVE, PartnerStatus.SUSPENDED, Reason.PARTNER_SUSPENDED),
        (Status.PAUSED, PartnerStatus.SUSPENDED, Reason.PROGRAM_PAUSED),
    ],
)
def test_a_programme_or_partner_that_is_stopped_authorizes_nothing(
    program: Status, partner: PartnerStatus, reason: Reason | None
) -> None:
    judgement = builders.judged(terms_now=Terms(builders.rules(), program, partner))

    assert judgement == reason or (reason is None and isinstance(judgement, Approval))


def test_past_its_return_a_voucher_counts_as_closed_whether_or_not_anybody_closed_it() -> None:
    # On the way home expiry doesn't count, so that the return alone decides.
    expired = builders.voucher(expires_at=NOON - 7 * DAY, last_captured_at=NOON)

    assert builders.judged(expired, now=NOON - MILLISECOND) != Reason.VOUCHER_CLOSED
    assert builders.judged(expired, now=NOON) == Reason.VOUCHER_CLOSED


def test_the_way_home_is_not_declined_for_expiry() -> None:
    rode = {"rides_counted": 1, "available_cents": 2_000, "spent_cents": 2_000}
    voucher = builders.voucher(expires_at=NOON, last_captured_at=NOON - timedelta(hours=1), **rode)
    last = NOON + timedelta(hours=11)

    assert isinstance(builders.judged(voucher), Approval)
    assert isinstance(builders.judged(voucher, now=last), Approval)
    assert builders.judged(voucher, now=last + MILLISECOND) == Reason.VOUCHER_EXPIRED


def test_the_way_home_opens_nothing_but_expiry() -> None:
    home = {"expires_at": NOON, "last_captured_at": NOON}

    assert builders.judged(builders.voucher(**home, rides_counted=2)) == Reason.NO_RIDES_LEFT
    assert (
        builders.judged(builders.voucher(**home, available_cents=0)) == Reason.INSUFFICIENT_BALANCE
    )
    blocked = builders.voucher(**home, state=VoucherState.BLOCKED)
    assert builders.judged(blocked) == Reason.VOUCHER_BLOCKED


def test_a_ride_that_is_booked_ahead_is_judged_at_its_pickup() -> None:
    later = NOON + 3 * DAY
    starts = builders.voucher(valid_from=later)
    ends = builders.voucher(expires_at=later)

    assert builders.judged(starts) == Reason.VOUCHER_NOT_STARTED
    assert builders.judged(starts, pickup_at=later - MILLISECOND) == Reason.VOUCHER_NOT_STARTED
    assert isinstance(builders.judged(starts, pickup_at=later), Approval)
    assert isinstance(builders.judged(ends), Approval)
    assert isinstance(builders.judged(ends, pickup_at=later - MILLISECOND), Approval)
    assert builders.judged(ends, pickup_at=later) == Reason.VOUCHER_EXPIRED


def test_the_way_home_too_is_judged_at_the_pickup() -> None:
    voucher = builders.voucher(expires_at=NOON, last_captured_at=NOON)
    last = NOON + timedelta(hours=12)

    assert isinstance(builders.judged(voucher, pickup_at=last), Approval)
    assert builders.judged(voucher, pickup_at=last + MILLISECOND) == Reason.VOUCHER_EXPIRED


def test_the_hold_of_a_ride_that_is_booked_ahead_lasts_from_its_pickup() -> None:
    terms = builders.terms(hold_seconds=3_600)
    later = NOON + 3 * DAY

    now = approved(builders.judged(terms_now=terms))
    ahead = approved(builders.judged(terms_now=terms, pickup_at=later))

    assert now.hold_expires_at == NOON + timedelta(hours=1)
    assert ahead.hold_expires_at == later + timedelta(hours=1)


def test_a_pickup_in_the_past_counts_as_now() -> None:
    yesterday = NOON - DAY
    expired, new = builders.voucher(expires_at=NOON), builders.voucher(valid_from=NOON)

    assert builders.judged(expired, pickup_at=yesterday) == Reason.VOUCHER_EXPIRED
    assert builders.judged(new, pickup_at=yesterday) == builders.judged(new)


@pytest.mark.parametrize(
    ("overage", "cents", "available", "expected"),
    [
        ("decline", 2_000, 4_000, 2_000),
        ("decline", 2_001, 4_000, Reason.OVER_RIDE_CAP),
        ("decline", 2_001, 2_000, Reason.OVER_RIDE_CAP),
        ("decline", 2_001, 1_999, Reason.INSUFFICIENT_BALANCE),
        ("decline", 1_500, 1_499, Reason.INSUFFICIENT_BALANCE),
        ("decline", 1, 0, Reason.INSUFFICIENT_BALANCE),
        ("rider_pays", 2_001, 4_000, 2_000),
        ("rider_pays", 1_500, 1_499, 1_499),
        ("rider_pays", 9_999, 1, 1),
        ("rider_pays", 1_500, 0, Reason.INSUFFICIENT_BALANCE),
        ("program_pays", 2_001, 4_000, 2_000),
        ("program_pays", 1_500, 1_499, 1_499),
        ("program_pays", 9_999, 1, 1),
        ("program_pays", 1_500, 0, Reason.INSUFFICIENT_BALANCE),
    ],
)
def test_an_estimate_is_covered_wholly_or_in_part_as_the_overage_rule_says(
    overage: Overage, cents: int, available: int, expected: int | Reason
) -> None:
    voucher = builders.voucher(available_cents=available)

    judgement = builders.judged(voucher, cents, terms_now=builders.terms(overage=overage))

    if isinstance(expected, Reason):
        assert judgement == expected
    else:
        assert approved(judgement).hold_cents == expected


@pytest.mark.parametrize("count", [3, 4])
def test_a_voucher_has_four_open_holds_at_once_and_no_more(count: int) -> None:
    voucher = builders.voucher_with_holds(
        {f"ride-{n}": hold(1) for n in range(count)}, max_rides=50
    )

    judgement = builders.judged(voucher)

    if count < 4:
        assert approved(judgement).hold_cents == 1_500
    else:
        assert judgement == Reason.TOO_MANY_OPEN_RIDES


def test_the_last_ride_is_under_way_and_takes_its_place() -> None:
    voucher = builders.voucher_with_holds({"ride-0": hold(1_000)}, rides_counted=1)

    assert builders.judged(voucher) == Reason.NO_RIDES_LEFT


def test_the_rules_of_the_voucher_say_how_long_a_hold_lasts() -> None:
    longest = 31 * 86_400

    judgement = approved(builders.judged(terms_now=builders.terms(hold_seconds=longest)))

    assert judgement.hold_expires_at == NOON + 31 * DAY
    assert Rules.model_fields["hold_seconds"].default == 86_400


def test_a_request_is_judged_and_held_by_its_pickup() -> None:
    pickup_at = NOON + timedelta(days=2)

    outcome = builders.decided(builders.requested(pickup_at=pickup_at))

    (held,) = outcome.voucher.holds.values()
    assert held.expires_at == pickup_at + timedelta(hours=24)
