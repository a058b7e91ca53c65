"""Adjustments: a ride's new total fare, after its capture or before it. It owns the ride table's
rules that apply one or keep it; it must never count a ride."""

from copy import replace

from farechance.ledger import Account
from farechance.ride_case import Case, Outcome, amounts, ride_after
from farechance.ride_fares import adjustment_of, captured_ride, is_latest, split_fare
from farechance.ride_refusals import NEVER_COVERED, refused
from farechance.rides import RideState
from farechance.vouchers import Reason


def adjust_captured(case: Case) -> Outcome:
    """captured adjusted: to covered(new fare), more or less than before. A ride that isn't counted
    never rises above what it was captured at; past return_at nothing more can be taken."""
    event, ride, voucher = case.event, case.known_ride, case.voucher
    if event.why in NEVER_COVERED:
        return refused(case, Reason.NOT_COVERED)
    if not is_latest(case.event, ride):
        return _unchanged(case, "superseded")
    free_cents = voucher.available_cents if case.now < voucher.return_at else 0
    split = split_fare(voucher, ride, event.fare_cents, ride.captured_cents, free_cents)
    more_cents = split.paid_cents - ride.captured_cents
    return Outcome(
        voucher=voucher.after(
            available_cents=voucher.available_cents - more_cents,
            spent_cents=voucher.spent_cents + more_cents,
        ),
        ride=captured_ride(case, ride, split, adjustment=adjustment_of(case)),
        changes={Account.AVAILABLE: -more_cents, Account.SPENT: more_cents} if more_cents else {},
        shortfall_cents=split.shortfall_cents - ride.shortfall_cents,
        overage_cents=split.overage_cents - ride.overage_cents,
        answer=amounts(
            case,
            "captured" if more_cents > 0 else "refunded" if more_cents < 0 else "unchanged",
            captured_cents=max(0, more_cents),
            refunded_cents=max(0, -more_cents),
            overage_cents=split.overage_cents,
            shortfall_cents=split.shortfall_cents,
        ),
    )


def keep_adjustment(case: Case) -> Outcome:
    """–, held or lapsed adjusted: the latest is kept with the ride and applied at its capture."""
    if case.event.why in NEVER_COVERED:
        told = refused(case, Reason.NOT_COVERED)
        # A ride that is heard of for the first time is stored with its entry: it names its voucher
        # from then on, and a repeat finds both.
        return told if case.ride else replace(told, ride=ride_after(case, RideState.NONE))
    if not is_latest(case.event, case.known_ride):
        return _unchanged(case, "superseded")
    return replace(
        _unchanged(case, "pending"),
        ride=ride_after(case, case.known_ride.state, adjustment=adjustment_of(case)),
    )


def _unchanged(case: Case, outcome: str) -> Outcome:
    """An adjustment that moves no money; the totals are the ride's."""
    ride = case.known_ride
    return Outcome(
        voucher=case.voucher.after(),
        ride=ride,
        answer=amounts(
            case,
            outcome,
            refunded_cents=0,
            overage_cents=ride.overage_cents,
            shortfall_cents=ride.shortfall_cents,
        ),
    )
