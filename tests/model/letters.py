"""Letters between the model and the system: the model's events as the callbacks that a provider
sends, and what the system answers in the model's form. It owns this translation; it must never
judge what it translates."""

from collections.abc import Mapping
from copy import replace
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance.callbacks import (
    RideAdjusted,
    RideCallback,
    RideCancelled,
    RideCompleted,
    RideRequested,
)
from farechance.rides import authorization_id
from farechance.times import instant_text
from farechance.told import Told as ToldByUs
from model.state import NO_VOUCHER, Event, Told


@dataclass(frozen=True)
class Card:
    """How the world knows a voucher of the model."""

    code: str
    voucher_id: str
    voucher_key: str


def callback(event: Event, cards: Mapping[str, Card], unknown_code: str) -> RideCallback:
    """What the provider sends."""
    fields: dict[str, Any] = {"ride_id": event.ride}
    if event.code_of is not None:
        fields["voucher_code"] = _code(event, cards, unknown_code)
    if event.authorization_of is not None:
        fields["authorization_id"] = _authorization(event, cards)
    match event.kind:
        case "requested":
            return RideRequested(
                **fields,
                estimated_fare_cents=event.fare,
                currency=event.currency or "",
                requested_at=event.at,
                pickup_at=event.pickup_at,
                replaces_ride_id=event.replaces,
            )
        case "completed":
            return RideCompleted(
                **fields,
                fare_cents=event.fare,
                tip_cents=event.tip,
                currency=event.currency or "",
                completed_at=event.at,
                requested_at=event.requested_at,
            )
        case "cancelled":
            return RideCancelled(**fields, cancelled_at=event.at, cancellation_fee_cents=event.fare)
        case _:
            return RideAdjusted(
                **fields,
                adjustment_id=event.adjustment_id or "",
                fare_cents=event.fare,
                adjusted_at=event.at,
                why=event.why,  # type: ignore[arg-type]
            )


def _code(event: Event, cards: Mapping[str, Card], unknown_code: str) -> str:
    if event.code_of != NO_VOUCHER:
        return cards[event.code_of or ""].code
    if event.fare % 2 or not cards:
        return unknown_code
    # A right code but for its check symbol.
    code = next(iter(cards.values())).code
    return code[:-1] + ("0" if code[-1] != "0" else "1")


def _authorization(event: Event, cards: Mapping[str, Card]) -> str:
    if event.authorization_of == NO_VOUCHER:
        # One that was given for another ride.
        key = next(iter(cards.values())).voucher_key
        return authorization_id(key, f"{event.ride_key}-another")
    return authorization_id(cards[event.authorization_of or ""].voucher_key, event.ride_key)


def answer(told: ToldByUs) -> Told:
    """What the system answered, without what is 0 and what is said for people."""
    skipped = ("rider_message", "authorization_id", "voucher_id")
    words = {name: value for name, value in told.answer.items() if value and name not in skipped}
    if "hold_expires_at" in words:
        words["hold_expires_at"] = datetime.fromisoformat(words["hold_expires_at"])
    found = Told(words, told.reason.value if told.reason else None)
    if not told.is_replay:
        return found
    ride_now = (told.ride.state.value, told.ride.captured_cents) if told.ride else ("none", 0)
    return replace(found, replayed=True, ride_now=ride_now)


def in_words(event: Event) -> str:
    """For the script of a play."""
    values = {name: getattr(event, name) for name in Event.__dataclass_fields__}
    said = {
        name: instant_text(value) if isinstance(value, datetime) else value
        for name, value in values.items()
        if value not in (None, 0) and name not in ("kind", "ride", "at")
    }
    return f"{event.ride} {event.kind} at {instant_text(event.at)} {said}"
