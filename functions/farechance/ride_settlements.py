"""Settlements: what a voucher pays of a fare that was driven, and what goes back when a ride is
off. It owns the rules of the ride table that capture, void and refuse; it must never ask whether
a ride may begin."""

from datetime import datetime

from farechance.ledger import Account
from farechance.money import covered, shortfall
from farechance.ride_case import Case, Outcome, Rule, Takes, amounts, owed_by, ride_after
from farechance.rides import RideState
from farechance.vouchers import Hold, Reason, Voucher


def capture_held(case: Case) -> Outcome:
    """held completed: captured up to covered(fare), the rest of the hold set free. A dead hold
    still pays until return_at; past that it counts as lapsed."""
    if case.now >= case.voucher.return_at:
        return _capture(case, own_cents=case.known_ride.hold_cents, payable=False)
    return _capture(case, own_cents=case.known_ride.hold_cents, payable=True)


def capture_lapsed(case: Case) -> Outcome:
    """lapsed completed: from available, if a ride is left and return_at isn't past, else 0; what
    the hold had promised and is gone is a shortfall, never dropped."""
    payable = case.now < case.voucher.return_at and case.voucher.rides_left >= 1
    return _capture(case, own_cents=0, payable=payable)


def _capture(case: Case, *, own_cents: int, payable: bool) -> Outcome:
    event, voucher, ride = case.event, case.voucher, case.known_ride
    fare_cents = event.fare_cents - event.tip_cents
    cap_cents = voucher.cap_cents
    paid = covered(fare_cents, cap_cents, own_cents, voucher.available_cents) if payable else 0
    promised = ride.promised_cents if payable else max(ride.promised_cents, own_cents)
    missing = shortfall(fare_cents, cap_cents, promised, paid)
    overage = fare_cents - paid - missing
    after = voucher.after(
        available_cents=voucher.available_cents + own_cents - paid,
        held_cents=voucher.held_cents - own_cents,
        spent_cents=voucher.spent_cents + paid,
        holds=_without(voucher, event.ride_key),
        rides_counted=voucher.rides_counted + payable,
        last_captured_at=_latest(voucher, min(event.at, case.now), counted=payable),
    )
    return Outcome(
        voucher=after,
        ride=ride_after(
            case,
            RideState.CAPTURED,
            fare_cents=fare_cents,
            captured_cents=paid,
            overage_cents=overage,
            overage_owed_by=owed_by(case, overage),
            shortfall_cents=missing,
            counted=payable,
            completed_at=event.at,
            promised_cents=promised,
        ),
        changes={
            Account.HELD: -own_cents,
            Account.AVAILABLE: own_cents - paid,
            Account.SPENT: paid,
        },
        shortfall_cents=missing,
        overage_cents=overage,
        answer=amounts(
            case,
            "captured",
            captured_cents=paid,
            released_cents=max(0, own_cents - paid),
            overage_cents=overage,
            shortfall_cents=missing,
        ),
    )


def void(case: Case) -> Outcome:
    """held or lapsed, cancelled: what is still held goes back. A fee isn't covered (programmes with
    covered fees are refused when they are made), so it is overage."""
    event, voucher, own_cents = case.event, case.voucher, case.known_ride.hold_cents
    return Outcome(
        voucher=voucher.after(
            available_cents=voucher.available_cents + own_cents,
            held_cents=voucher.held_cents - own_cents,
            holds=_without(voucher, event.ride_key),
        ),
        ride=ride_after(
            case,
            RideState.VOIDED,
            overage_cents=event.fare_cents,
            overage_owed_by=owed_by(case, event.fare_cents),
        ),
        changes={Account.HELD: -own_cents, Account.AVAILABLE: own_cents} if own_cents else {},
        overage_cents=event.fare_cents,
        answer=amounts(case, "voided", released_cents=own_cents, overage_cents=event.fare_cents),
    )


def entomb(case: Case) -> Outcome:
    """– cancelled: a tombstone, so that a request that was overtaken by its own cancellation never
    holds money. Nobody approved the ride, so nobody owes a fee."""
    return Outcome(
        voucher=case.voucher.after(),
        ride=ride_after(case, RideState.VOIDED),
        answer=amounts(case, "voided"),
    )


def stay_voided(case: Case) -> Outcome:
    """voided cancelled: a first one follows a replacement, which has voided the ride already."""
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        answer=amounts(case, "voided"),
    )


def refuse_direct_capture(case: Case) -> Outcome:
    """– completed: for providers that ask nobody beforehand. No programme allows it yet, so the
    ride is refused and its fare recorded as a shortfall."""
    outcome = refused(case, Reason.DIRECT_CAPTURE_NOT_ALLOWED, owes_the_fare=True)
    fare_cents = case.event.fare_cents - case.event.tip_cents
    return Outcome(
        voucher=outcome.voucher,
        ride=ride_after(
            case,
            RideState.REFUSED,
            fare_cents=fare_cents,
            shortfall_cents=fare_cents,
            completed_at=case.event.at,
        ),
        reason=outcome.reason,
        shortfall_cents=fare_cents,
        answer=outcome.answer,
    )


def refuses(reason: Reason, *, owes_the_fare: bool = False) -> Rule:
    """The rule that refuses an event for a fixed reason and leaves the ride as it is; where a fare
    was driven, it is recorded as a shortfall."""
    return lambda case: refused(case, reason, owes_the_fare=owes_the_fare)


def refused(
    case: Case,
    reason: Reason,
    *,
    owes_the_fare: bool = False,
    takes: Takes = "identity",
) -> Outcome:
    missing = case.event.fare_cents - case.event.tip_cents if owes_the_fare else 0
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        reason=reason,
        shortfall_cents=missing,
        takes=takes,
        answer=amounts(case, "refused", reason=reason, shortfall_cents=missing),
    )


def not_supported(case: Case) -> Outcome:
    """An adjustment cannot be applied yet: it is refused, leaves no trace, and may come again."""
    return refused(case, Reason.NOT_SUPPORTED, takes="nothing")


def _without(voucher: Voucher, ride_key: str) -> dict[str, Hold]:
    return {ride: hold for ride, hold in voucher.holds.items() if ride != ride_key}


def _latest(voucher: Voucher, completed_at: datetime, *, counted: bool) -> datetime | None:
    if not counted:
        return voucher.last_captured_at
    return max(completed_at, voucher.last_captured_at or completed_at)
