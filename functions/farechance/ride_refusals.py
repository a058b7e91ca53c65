"""Refusals: what is told of an event that changes no money, and what is recorded of a fare that was
driven and isn't paid. It owns the ride table's rules that refuse; it must never capture."""

from farechance.ride_case import Case, Outcome, Rule, Takes, amounts, ride_after
from farechance.ride_fares import adjustment_of, is_latest, own_fare, waiting_adjustment
from farechance.rides import EventKind, Ride, RideState
from farechance.vouchers import Reason

NEVER_COVERED = frozenset({"tip", "damage"})
"""Why of adjustments that never take from a voucher."""


def refuses(reason: Reason, *, owes_the_fare: bool = False) -> Rule:
    """The rule that refuses an event for a fixed reason and leaves the ride as it is; where a fare
    was driven, it is recorded as a shortfall."""
    return lambda case: refused(case, reason, owes_the_fare=owes_the_fare)


def refused(
    case: Case, reason: Reason, *, owes_the_fare: bool = False, takes: Takes = "identity"
) -> Outcome:
    """An event that changes nothing."""
    missing = own_fare(case) if owes_the_fare else 0
    ride = case.known_ride
    if missing:
        ride = ride_after(case, ride.state, refused_cents=ride.refused_cents + missing)
    return Outcome(
        voucher=case.voucher.after(),
        ride=ride,
        reason=reason,
        shortfall_cents=missing,
        takes=takes,
        answer=amounts(case, "refused", reason=reason, shortfall_cents=missing),
    )


def refuse_voided(case: Case) -> Outcome:
    """voided completed or adjusted: refused; the fare as last stated is recorded as a shortfall, so
    that it is the same in whichever order a ride's events come."""
    if case.event.kind is EventKind.COMPLETED:
        return refused_fare(case, Reason.RIDE_CANCELLED, RideState.VOIDED)
    if case.event.why in NEVER_COVERED or not is_latest(case.event, case.known_ride):
        return refused(case, Reason.RIDE_CANCELLED)
    return refused_amount(
        case,
        Reason.RIDE_CANCELLED,
        case.event.fare_cents,
        ride_after(case, RideState.VOIDED, adjustment=adjustment_of(case)),
    )


def refused_fare(case: Case, reason: Reason, state: RideState) -> Outcome:
    """A ride that was driven and isn't paid; an adjustment that waited says what it cost."""
    waiting = waiting_adjustment(case)
    fare_cents = own_fare(case) if waiting is None else waiting.fare_cents
    ride = ride_after(
        case, state, fare_cents=fare_cents, completed_at=case.event.at, adjustment=waiting
    )
    return refused_amount(case, reason, fare_cents, ride)


def refused_amount(case: Case, reason: Reason, fare_cents: int, ride: Ride) -> Outcome:
    """The ride's refused fare becomes `fare_cents`."""
    return Outcome(
        voucher=case.voucher.after(),
        ride=ride.model_copy(update={"refused_cents": fare_cents}),
        reason=reason,
        fare_cents=fare_cents,
        shortfall_cents=fare_cents - ride.refused_cents,
        answer=amounts(case, "refused", reason=reason, shortfall_cents=fare_cents),
    )
