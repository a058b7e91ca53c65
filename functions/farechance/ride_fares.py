"""Fares: what a ride costs as its provider last stated it, and who pays what of it. It owns the one
rule of domain.md ('A ride's life') and which statement counts; it must never move money."""

from copy import replace
from typing import NamedTuple

from farechance.money import covered, shortfall
from farechance.ride_case import Case, owed_by, ride_after
from farechance.rides import Adjustment, Ride, RideEvent, RideState
from farechance.vouchers import Voucher


class Split(NamedTuple):
    """Who pays what of a fare."""

    fare_cents: int
    paid_cents: int
    shortfall_cents: int

    @property
    def overage_cents(self) -> int:
        """What neither the voucher pays nor a hold had promised."""
        return self.fare_cents - self.paid_cents - self.shortfall_cents


def split_fare(
    voucher: Voucher, ride: Ride, fare_cents: int, own_cents: int, free_cents: int
) -> Split:
    """The one rule of domain.md: covered, then shortfall, then overage. What was accepted of this
    fare is paid from the programme's own money, and not by the voucher too."""
    cap_cents = min(voucher.cap_cents, _or_any(ride.fee_cap_cents, voucher.cap_cents))
    paid_cents = covered(fare_cents, cap_cents, own_cents, free_cents)
    paid_cents = min(paid_cents, _or_any(ride.ceiling_cents, paid_cents))
    paid_cents = min(paid_cents, max(0, fare_cents - ride.accepted_of_fare_cents))
    missing = shortfall(fare_cents, cap_cents, ride.promised_cents, paid_cents)
    return Split(fare_cents, paid_cents, missing)


def own_fare(case: Case) -> int:
    """The rule's fare: a tip isn't part of it."""
    return case.event.fare_cents - case.event.tip_cents


def waiting_adjustment(case: Case) -> Adjustment | None:
    """The adjustment that came before the fare that it adjusts, if it counts."""
    waiting = case.known_ride.adjustment
    return waiting if waiting is not None and waiting.adjusted_at >= case.event.at else None


def is_latest(event: RideEvent, ride: Ride) -> bool:
    """The latest adjusted_at counts, then the greater adjustment_id; one that is earlier than the
    completion is superseded, and at equal times wins."""
    last = ride.adjustment
    if ride.completed_at is not None and event.at < ride.completed_at:
        return False
    if last is None:
        return True
    return (event.at, event.adjustment_id or "") > (last.adjusted_at, last.adjustment_id)


def adjustment_of(case: Case) -> Adjustment:
    """An adjustment as the ride keeps it."""
    return Adjustment(
        adjustment_id=case.event.adjustment_id or "",
        adjusted_at=case.event.at,
        fare_cents=case.event.fare_cents,
    )


def captured_ride(case: Case, ride: Ride, split: Split, **changes: object) -> Ride:
    """The ride with its fare divided, and what else changes."""
    return ride_after(
        replace(case, ride=ride),
        RideState.CAPTURED,
        fare_cents=split.fare_cents,
        captured_cents=split.paid_cents,
        overage_cents=split.overage_cents,
        overage_owed_by=owed_by(case, split.overage_cents),
        shortfall_cents=split.shortfall_cents,
        **changes,
    )


def _or_any(limit_cents: int | None, otherwise: int) -> int:
    return otherwise if limit_cents is None else limit_cents
