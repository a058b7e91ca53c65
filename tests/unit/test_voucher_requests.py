"""Whether a voucher pays a ride that is asked for: every reason against it in the order of
domain.md, each boundary to the cent and the millisecond, and which dead holds are let go."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

import builders
from builders import NOON, PROVIDER, hold
from farechance.programs import PartnerStatus, Rules, Status
from farechance.ride_table import Case, decide
from farechance.rides import RideState
from farechance.vouchers import (
    Approval,
    ClosedReason,
    Hold,
    Reason,
    Terms,
    Voucher,
    VoucherState,
    judge_request,
)

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


def judged(
    voucher: Voucher | None = None,
    cents: int = 1_500,
    *,
    terms: Terms | None = None,
    pickup_at: datetime | None = None,
    now: datetime = NOON,
) -> Approval | Reason:
    return judge_request(
        voucher or builders.voucher(), terms or builders.terms(), cents, pickup_at, now
    )


def approved(judgement: Approval | Reason) -> Approval:
    assert isinstance(judgement, Approval), judgement
    return judgement


def with_holds(holds: dict[str, Hold], **changes: Any) -> Voucher:
    """A voucher with these open holds beside what is available."""
    fields = {"holds": holds, "held_cents": sum(one.cents for one in holds.values())}
    return builders.voucher(**{**fields, **changes})


def test_a_new_voucher_pays_a_ride_within_its_cap() -> None:
    assert judged() == Approval(
        hold_cents=1_500, hold_expires_at=NOON + timedelta(hours=24), let_go=()
    )


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
        terms=Terms(builders.rules(), Status.PAUSED, PartnerStatus.SUSPENDED),
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
    assert told() == "voucher_blocked"
    fields["state"] = VoucherState.ACTIVE
    assert told() == "voucher_closed"
    fields["expires_at"] = NOON + DAY
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
    judgement = judged(builders.voucher(**fields))

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
    judgement = judged(terms=Terms(builders.rules(), program, partner))

    assert judgement == reason or (reason is None and isinstance(judgement, Approval))


def test_past_its_return_a_voucher_counts_as_closed_whether_or_not_anybody_closed_it() -> None:
    # On the way home expiry doesn't count, so that the return alone decides.
    expired = builders.voucher(expires_at=NOON - 7 * DAY, last_captured_at=NOON)

    assert judged(expired, now=NOON - MILLISECOND) != Reason.VOUCHER_CLOSED
    assert judged(expired, now=NOON) == Reason.VOUCHER_CLOSED


def test_the_way_home_is_not_declined_for_expiry() -> None:
    rode = {"rides_counted": 1, "available_cents": 2_000, "spent_cents": 2_000}
    voucher = builders.voucher(expires_at=NOON, last_captured_at=NOON - timedelta(hours=1), **rode)
    last = NOON + timedelta(hours=11)

    assert isinstance(judged(voucher), Approval)
    assert isinstance(judged(voucher, now=last), Approval)
    assert judged(voucher, now=last + MILLISECOND) == Reason.VOUCHER_EXPIRED


def test_the_way_home_opens_nothing_but_expiry() -> None:
    home = {"expires_at": NOON, "last_captured_at": NOON}

    assert judged(builders.voucher(**home, rides_counted=2)) == Reason.NO_RIDES_LEFT
    assert judged(builders.voucher(**home, available_cents=0)) == Reason.INSUFFICIENT_BALANCE
    blocked = builders.voucher(**home, state=VoucherState.BLOCKED)
    assert judged(blocked) == Reason.VOUCHER_BLOCKED


def test_a_ride_that_is_booked_ahead_is_judged_at_its_pickup() -> None:
    later = NOON + 3 * DAY
    starts = builders.voucher(valid_from=later)
    ends = builders.voucher(expires_at=later)

    assert judged(starts) == Reason.VOUCHER_NOT_STARTED
    assert judged(starts, pickup_at=later - MILLISECOND) == Reason.VOUCHER_NOT_STARTED
    assert isinstance(judged(starts, pickup_at=later), Approval)
    assert isinstance(judged(ends), Approval)
    assert isinstance(judged(ends, pickup_at=later - MILLISECOND), Approval)
    assert judged(ends, pickup_at=later) == Reason.VOUCHER_EXPIRED


def test_the_way_home_too_is_judged_at_the_pickup() -> None:
    voucher = builders.voucher(expires_at=NOON, last_captured_at=NOON)
    last = NOON + timedelta(hours=12)

    assert isinstance(judged(voucher, pickup_at=last), Approval)
    assert judged(voucher, pickup_at=last + MILLISECOND) == Reason.VOUCHER_EXPIRED


def test_the_hold_of_a_ride_that_is_booked_ahead_lasts_from_its_pickup() -> None:
    terms = builders.terms(hold_seconds=3_600)
    later = NOON + 3 * DAY

    now = approved(judged(terms=terms))
    ahead = approved(judged(terms=terms, pickup_at=later))

    assert now.hold_expires_at == NOON + timedelta(hours=1)
    assert ahead.hold_expires_at == later + timedelta(hours=1)


def test_a_pickup_in_the_past_counts_as_now() -> None:
    yesterday = NOON - DAY
    expired, new = builders.voucher(expires_at=NOON), builders.voucher(valid_from=NOON)

    assert judged(expired, pickup_at=yesterday) == Reason.VOUCHER_EXPIRED
    assert judged(new, pickup_at=yesterday) == judged(new)


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

    judgement = judged(voucher, cents, terms=builders.terms(overage=overage))

    if isinstance(expected, Reason):
        assert judgement == expected
    else:
        assert approved(judgement).hold_cents == expected


@pytest.mark.parametrize("count", [3, 4])
def test_a_voucher_has_four_open_holds_at_once_and_no_more(count: int) -> None:
    voucher = with_holds({f"ride-{n}": hold(1) for n in range(count)}, max_rides=50)

    judgement = judged(voucher)

    if count < 4:
        assert approved(judgement).hold_cents == 1_500
    else:
        assert judgement == Reason.TOO_MANY_OPEN_RIDES


def test_the_last_ride_is_under_way_and_takes_its_place() -> None:
    voucher = with_holds({"ride-0": hold(1_000)}, rides_counted=1)

    assert judged(voucher) == Reason.NO_RIDES_LEFT


@pytest.mark.parametrize(
    ("hours", "is_dead"), [(1, False), (1 / 3_600_000, False), (0, True), (-1, True)]
)
def test_a_hold_is_dead_once_its_time_has_come(hours: float, is_dead: bool) -> None:
    voucher = with_holds({"ride-0": hold(1_500, hours=hours)}, available_cents=0)

    judgement = judged(voucher)

    if is_dead:
        assert approved(judgement).let_go == ("ride-0",)
    else:
        assert judgement == Reason.INSUFFICIENT_BALANCE


@every_overage
def test_dead_holds_are_kept_while_nothing_of_theirs_is_needed(overage: Overage) -> None:
    voucher = with_holds(
        {"ride-0": hold(500, hours=-1)}, available_cents=1_500, max_rides=3, rides_counted=1
    )

    judgement = approved(judged(voucher, terms=builders.terms(overage=overage)))

    assert judgement.let_go == ()
    assert judgement.hold_cents == 1_500


@every_overage
def test_dead_holds_are_let_go_the_oldest_first_and_no_more_than_are_needed(
    overage: Overage,
) -> None:
    dead = {
        "young": hold(1_000, hours=-1),
        "oldest": hold(300, hours=-3),
        "old": hold(700, hours=-2),
    }
    voucher = with_holds(dead, available_cents=500, max_rides=9)
    terms = builders.terms(overage=overage)

    for cents, let_go in (
        (500, ()),
        (501, ("oldest",)),
        (800, ("oldest",)),
        (801, ("oldest", "old")),
        (1_500, ("oldest", "old")),
        (1_501, ("oldest", "old", "young")),
        (2_000, ("oldest", "old", "young")),
    ):
        judgement = approved(judged(voucher, cents, terms=terms))
        assert judgement.let_go == let_go, cents
        assert judgement.hold_cents == cents


@pytest.mark.parametrize("overage", ["rider_pays", "program_pays"])
def test_dead_holds_are_let_go_until_the_cap_is_covered_and_not_the_fare(overage: Overage) -> None:
    dead = {"oldest": hold(1_500, hours=-2), "old": hold(1_500, hours=-1)}
    voucher = with_holds(dead, available_cents=500, max_rides=9)

    judgement = approved(judged(voucher, 9_000, terms=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest",)
    assert judgement.hold_cents == 2_000


@pytest.mark.parametrize("overage", ["rider_pays", "program_pays"])
def test_where_a_part_is_enough_all_dead_holds_are_still_let_go_for_the_rest(
    overage: Overage,
) -> None:
    dead = {"oldest": hold(100, hours=-2), "old": hold(200, hours=-1)}
    voucher = with_holds(dead, available_cents=1, max_rides=9)

    judgement = approved(judged(voucher, 1_500, terms=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest", "old")
    assert judgement.hold_cents == 301


@every_overage
def test_a_dead_hold_is_let_go_for_its_ride(overage: Overage) -> None:
    dead = {"old": hold(100, hours=-1), "oldest": hold(100, hours=-2)}
    voucher = with_holds(dead, available_cents=2_000, max_rides=2)

    judgement = approved(judged(voucher, terms=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest",)


@every_overage
def test_a_dead_hold_is_let_go_for_its_place_among_four(overage: Overage) -> None:
    holds = {f"live-{n}": hold(100) for n in range(3)} | {"dead": hold(100, hours=-1)}
    voucher = with_holds(holds, available_cents=2_000, max_rides=50)

    judgement = approved(judged(voucher, terms=builders.terms(overage=overage)))

    assert judgement.let_go == ("dead",)


@every_overage
def test_live_holds_are_never_let_go(overage: Overage) -> None:
    holds = {"live": hold(1_500, hours=1), "dead": hold(200, hours=-1)}
    voucher = with_holds(holds, available_cents=0, max_rides=9)

    judgement = judged(voucher, terms=builders.terms(overage=overage))

    if overage == "decline":
        assert judgement == Reason.INSUFFICIENT_BALANCE
    else:
        assert approved(judgement).hold_cents == 200
        assert approved(judgement).let_go == ("dead",)


def test_insufficient_is_said_only_if_the_balance_is_that_with_every_dead_hold_let_go() -> None:
    dead = {"oldest": hold(700, hours=-2), "old": hold(700, hours=-1)}
    enough = with_holds(dead, available_cents=100, max_rides=9)
    too_little = with_holds(dead, available_cents=99, max_rides=9)

    assert isinstance(judged(enough), Approval)
    assert judged(too_little) == Reason.INSUFFICIENT_BALANCE


def test_the_rules_of_the_voucher_say_how_long_a_hold_lasts() -> None:
    longest = 31 * 86_400

    judgement = approved(judged(terms=builders.terms(hold_seconds=longest)))

    assert judgement.hold_expires_at == NOON + 31 * DAY
    assert Rules.model_fields["hold_seconds"].default == 86_400
