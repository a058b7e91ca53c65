"""Accounts as both sides see them: what the model says is in each, and what is stored, in one form
that can be compared. An account is named by its kind and the model's name of it. It owns this form;
it must never read a table or change anything."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from farechance.participants import Participant
from farechance.programs import Allotment, Program
from farechance.rides import Ride
from farechance.vouchers import Voucher
from model.state import Books, month_of

type Balances = tuple[Any, ...]


def by_the_model(books: Books, now: datetime) -> dict[str, Balances]:
    """Every account."""
    found: dict[str, Balances] = {
        "program": (books.funded, books.unallotted, books.paid_direct, books.status)
    }
    for partner, cents in books.allotted.items():
        found[f"allotment {partner}"] = (cents, books.status, partner in books.suspended)
    for name, one in books.vouchers.items():
        found[f"voucher {name}"] = (
            (one.available, one.held, one.spent, one.counted, dict(one.holds)),
            (one.state, one.closed_reason, one.closed_at),
            (one.last_hold_until, one.last_counted_at),
            (one.value, one.cap, one.rides, one.valid_from, one.expires_at),
            one.person is not None,
        )
    for key, ride in books.rides.items():
        held = ride.held if ride.state == "held" else None
        promised = ride.promised if ride.state in ("lapsed", "captured") else None
        found[f"ride {key}"] = (
            (ride.voucher, ride.state, held, promised, ride.captured, ride.counted),
            (ride.shortfall, ride.overage, ride.overage_by, ride.refused),
            (ride.accepted, ride.written_off),
            ride.fare if ride.state == "captured" else None,
        )
    for name, person in books.people.items():
        if not person.is_erased:
            found[f"person {name}"] = (person.by_month[month_of(now)],)
    return found


def as_stored(item: Any, now: datetime, name_of: Callable[[str], str]) -> Balances | None:
    """One account; `name_of` gives the model's name of a voucher's key. None if it isn't there."""
    match item:
        case Program():
            money = (item.funded_cents, item.unallotted_cents, item.paid_direct_cents)
            return (*money, item.status.value)
        case Allotment():
            is_suspended = item.partner_status.value == "suspended"
            return (item.available_cents, item.status.value, is_suspended)
        case Voucher():
            return _voucher(item)
        case Ride():
            return _ride(item, name_of(item.voucher_key))
        case Participant():
            return (item.minted_in(month_of(now)),)
        case _:
            return None


def _voucher(item: Voucher) -> Balances:
    holds = {key: (hold.cents, hold.expires_at) for key, hold in item.holds.items()}
    money = (item.available_cents, item.held_cents, item.spent_cents)
    bounds = (item.value_cents, item.cap_cents, item.max_rides)
    return (
        (*money, item.rides_counted, holds),
        (item.state.value, item.closed_reason, item.closed_at),
        (item.last_hold_expires_at, item.last_captured_at),
        (*bounds, item.valid_from, item.expires_at),
        item.subject_id is not None,
    )


def _ride(item: Ride, voucher: str) -> Balances:
    state = item.state.value
    held = item.hold_cents if state == "held" else None
    promised = item.promised_cents if state in ("lapsed", "captured") else None
    owed = (item.shortfall_cents, item.overage_cents, item.overage_owed_by, item.refused_cents)
    return (
        (voucher, state, held, promised, item.captured_cents, item.counted),
        owed,
        (item.accepted_cents, item.written_off_cents),
        item.fare_cents if state == "captured" else None,
    )
