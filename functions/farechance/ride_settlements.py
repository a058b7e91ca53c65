"""Settlements: what a voucher pays of a fare that was driven or of a fee, and what goes back when a
ride is off. It owns the ride table's rules that capture and void; it must never ask whether a ride
may begin, but for a direct capture, which asks as of then."""

from copy import replace
from datetime import timedelta

from farechance.ledger import Account
from farechance.ride_case import Case, Outcome, amounts, owed_by, ride_after
from farechance.ride_fares import captured_ride, own_fare, split_fare, waiting_adjustment
from farechance.ride_refusals import refused_fare
from farechance.rides import Ride, RideState
from farechance.vouchers import Reason, Voucher, judge_request

DIRECT_CAPTURE_MAX_AGE = timedelta(days=7)


def capture_held(case: Case) -> Outcome:
    """held completed: captured up to covered(fare), the rest of the hold set free. A dead hold
    still pays until return_at; past that it counts as lapsed."""
    ride = case.known_ride
    if case.now >= case.voucher.return_at:
        promised = max(ride.promised_cents, ride.hold_cents)
        unpayable = ride.model_copy(update={"promised_cents": promised})
        return _capture(case, unpayable, counts=False, payable=False)
    return _capture(case, ride, counts=True)


def capture_lapsed(case: Case) -> Outcome:
    """lapsed completed: from available, if a ride is left and return_at isn't past, else 0; what
    the hold had promised and is gone is a shortfall, never dropped."""
    payable = case.now < case.voucher.return_at and case.voucher.rides_left >= 1
    return _capture(case, case.known_ride, counts=payable, payable=payable)


def capture_directly(case: Case) -> Outcome:
    """– completed: for providers that ask nobody beforehand. The checks of a request as of then,
    but with the status of today; if one fails the ride is refused, its fare a shortfall."""
    event, fare_cents = case.event, own_fare(case)
    asked_at = event.requested_at or event.at
    reason: Reason | None = None
    let_go: tuple[str, ...] = ()
    if not case.rules.direct_capture:
        reason = Reason.DIRECT_CAPTURE_NOT_ALLOWED
    elif asked_at < case.now - DIRECT_CAPTURE_MAX_AGE:
        reason = Reason.REQUEST_TOO_OLD
    else:
        judgement = judge_request(
            case.voucher, case.terms, fare_cents, None, case.now, trip=event.trip, as_of=asked_at
        )
        if isinstance(judgement, Reason):
            reason = judgement
        else:
            let_go = judgement.let_go
    if reason is not None:
        return refused_fare(case, reason, RideState.REFUSED)
    freed = replace(case, voucher=case.voucher.without_holds(let_go))
    return replace(_capture(freed, case.known_ride, counts=True), let_go=let_go)


def cancel_held(case: Case) -> Outcome:
    """held cancelled: the hold goes back; where the programme covers fees, the fee is captured
    with the programme's maximum as a second cap, and isn't counted as a ride."""
    fee_cap, ride = case.rules.max_cancellation_fee_cents, case.known_ride
    if case.event.fare_cents == 0 or fee_cap == 0 or case.now >= case.voucher.return_at:
        return _void(case, fee_cents=case.event.fare_cents)
    fee = ride.model_copy(update={"fee_cap_cents": fee_cap})
    return _capture(case, fee, counts=False)


def cancel_lapsed(case: Case) -> Outcome:
    """lapsed cancelled: nothing is held any more."""
    return _void(case, fee_cents=case.event.fare_cents)


def entomb(case: Case) -> Outcome:
    """– cancelled: a tombstone, so that a request that was overtaken by its own cancellation never
    holds money. Nobody approved the ride, so nobody owes a fee."""
    return _void(case, fee_cents=0)


def stay_voided(case: Case) -> Outcome:
    """voided cancelled: a first one follows a replacement, which has voided the ride already."""
    return Outcome(
        voucher=case.voucher.after(), ride=case.known_ride, answer=amounts(case, "voided")
    )


def _capture(case: Case, ride: Ride, *, counts: bool, payable: bool = True) -> Outcome:
    """Takes what the voucher covers from the ride's own hold, then from available."""
    voucher = case.voucher
    freed, own_cents = _without_own_hold(case)
    own, free = (own_cents, voucher.available_cents) if payable else (0, 0)
    split = split_fare(voucher, ride, own_fare(case), own, free)
    if not counts:
        ride = ride.model_copy(update={"ceiling_cents": split.paid_cents})
    waiting = waiting_adjustment(case)
    if waiting is not None:
        split = split_fare(voucher, ride, waiting.fare_cents, own, free)
    paid_cents = split.paid_cents
    after = freed.after(
        available_cents=freed.available_cents - paid_cents,
        spent_cents=voucher.spent_cents + paid_cents,
        rides_counted=voucher.rides_counted + counts,
        last_captured_at=_last_captured_at(case) if counts else voucher.last_captured_at,
    )
    return Outcome(
        voucher=after,
        ride=captured_ride(
            case, ride, split, counted=counts, completed_at=case.event.at, adjustment=waiting
        ),
        changes={
            Account.HELD: -own_cents,
            Account.AVAILABLE: own_cents - paid_cents,
            Account.SPENT: paid_cents,
        },
        fare_cents=split.fare_cents,
        shortfall_cents=split.shortfall_cents,
        overage_cents=split.overage_cents,
        answer=amounts(
            case,
            "captured",
            captured_cents=paid_cents,
            released_cents=max(0, own - paid_cents),
            overage_cents=split.overage_cents,
            shortfall_cents=split.shortfall_cents,
        ),
    )


def _void(case: Case, *, fee_cents: int) -> Outcome:
    """What the ride holds goes back. A fee that isn't covered is overage; an adjustment that waited
    is a fare that is refused."""
    voucher, waiting = case.voucher, case.known_ride.adjustment
    freed, own_cents = _without_own_hold(case)
    missing = 0 if waiting is None else waiting.fare_cents
    # Past return_at the hold counts as lapsed, whether or not housekeeping has come by.
    released_cents = own_cents if case.now < voucher.return_at else 0
    return Outcome(
        voucher=freed.after(),
        ride=ride_after(
            case,
            RideState.VOIDED,
            overage_cents=fee_cents,
            overage_owed_by=owed_by(case, fee_cents),
            refused_cents=missing,
        ),
        changes={Account.HELD: -own_cents, Account.AVAILABLE: own_cents} if own_cents else {},
        shortfall_cents=missing,
        overage_cents=fee_cents,
        answer=amounts(
            case,
            "voided",
            released_cents=released_cents,
            overage_cents=fee_cents,
            shortfall_cents=missing,
        ),
    )


def _without_own_hold(case: Case) -> tuple[Voucher, int]:
    """The voucher with the ride's own hold back in `available`, and the cents of that hold."""
    own_ride = case.event.ride_key
    freed = case.voucher.without_holds([own_ride] if own_ride in case.voucher.holds else ())
    return freed, case.voucher.held_cents - freed.held_cents


def _last_captured_at(case: Case) -> object:
    completed_at = min(case.event.at, case.now)
    return max(completed_at, case.voucher.last_captured_at or completed_at)
