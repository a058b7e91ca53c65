"""Rides: one trip, paid by at most one voucher. It owns a ride's states, the events that a provider
sends about it and their identities; what an event does stands in `ride_table`."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from pydantic import BaseModel

from farechance.identifiers import ProviderId, RideId, VoucherId
from farechance.ledger import digest
from farechance.money import ProgramCents, RideCents
from farechance.places import NOWHERE, Trip
from farechance.strictness import STORED
from farechance.times import Instant, instant_text


class RideState(StrEnum):
    """Where a ride stands; `none` is a ride of which nothing is known."""

    NONE = "none"
    HELD = "held"
    CAPTURED = "captured"
    VOIDED = "voided"
    LAPSED = "lapsed"
    DECLINED = "declined"
    REFUSED = "refused"


class EventKind(StrEnum):
    """What a provider says about a ride."""

    REQUESTED = "requested"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    ADJUSTED = "adjusted"


OwedBy = Literal["program", "rider"]

_SIMULATED = "simulated-"


class Adjustment(BaseModel):
    """The latest adjustment of a ride: the one that counts, or one that waits for the capture."""

    model_config = STORED

    adjustment_id: str
    adjusted_at: Instant
    fare_cents: RideCents


class Ride(BaseModel):
    """The stored ride. It names its voucher, so that no ride is ever paid by two; `promised_cents`
    is a hold that lapsed; fares are the rule's (without the tip). `fee_cap_cents`: the ride is a
    cancellation fee, and this its second cap. `ceiling_cents`: the ride isn't counted, and never
    rises above what it was captured at. `refused_cents`: fares that were driven and refused;
    `accepted_cents` (of which `accepted_overage_cents` were overage) and `written_off_cents`: what
    an administrator decided of what is owed."""

    model_config = STORED

    provider_id: ProviderId
    ride_id: RideId
    voucher_key: str
    voucher_id: VoucherId
    state: RideState
    hold_cents: RideCents = 0
    hold_expires_at: Instant | None = None
    promised_cents: RideCents = 0
    fare_cents: RideCents = 0
    captured_cents: RideCents = 0
    overage_cents: RideCents = 0
    overage_owed_by: OwedBy | None = None
    shortfall_cents: RideCents = 0
    refused_cents: ProgramCents = 0
    accepted_cents: ProgramCents = 0
    accepted_overage_cents: ProgramCents = 0
    written_off_cents: ProgramCents = 0
    counted: bool = False
    fee_cap_cents: RideCents | None = None
    ceiling_cents: RideCents | None = None
    adjustment: Adjustment | None = None
    completed_at: Instant | None = None
    version: int = 1

    @property
    def ride_key(self) -> str:
        """Names the ride among all providers'. No id holds a '#'."""
        return f"{self.provider_id}#{self.ride_id}"

    @property
    def owed_cents(self) -> int:
        """What the programme may owe the ride company beyond the voucher, still undecided: the
        shortfall, refused fares, and overage that isn't the rider's."""
        owed = self.shortfall_cents + self.refused_cents + self.overage_owed_by_program_cents
        return max(0, owed - self.accepted_cents - self.written_off_cents)

    def replaced(self) -> Self:
        """Voided, since another car was sent. As of a cancellation, an adjustment that waited is a
        fare that is refused."""
        refused_cents = 0 if self.adjustment is None else self.adjustment.fare_cents
        return self.model_copy(
            update={
                "state": RideState.VOIDED,
                "hold_cents": 0,
                "refused_cents": refused_cents,
                "version": self.version + 1,
            }
        )

    @property
    def accepted_of_fare_cents(self) -> int:
        """What was accepted of the fare that was captured, and not of one that was refused."""
        return max(0, self.accepted_cents - self.refused_cents)

    @property
    def open_shortfall_cents(self) -> int:
        """What may still be accepted of the shortfall and of refused fares."""
        accepted = self.accepted_cents - self.accepted_overage_cents
        return min(self.owed_cents, max(0, self.shortfall_cents + self.refused_cents - accepted))

    @property
    def open_overage_cents(self) -> int:
        """What may still be accepted of the overage that isn't the rider's."""
        left = self.overage_owed_by_program_cents - self.accepted_overage_cents
        return min(self.owed_cents, max(0, left))

    @property
    def overage_owed_by_program_cents(self) -> int:
        """Overage that isn't the rider's."""
        return self.overage_cents if self.overage_owed_by == "program" else 0


class RideEvent(NamedTuple):
    """One event, as its provider stated it. `fare_cents` is the estimate, the fare with its tip,
    the cancellation fee or the adjusted total; `at` is the event's own time. `trip` is for the
    decision only: neither stored nor part of the content."""

    kind: EventKind
    provider_id: str
    ride_id: str
    at: datetime
    fare_cents: int
    tip_cents: int = 0
    currency: str | None = None
    authorization_id: str | None = None
    voucher_code: str | None = None
    requested_at: datetime | None = None
    pickup_at: datetime | None = None
    replaces_ride_id: str | None = None
    adjustment_id: str | None = None
    why: str | None = None
    trip: Trip = NOWHERE

    @property
    def ride_key(self) -> str:
        """Names the ride among all providers'. No id holds a '#'."""
        return f"{self.provider_id}#{self.ride_id}"

    @property
    def replaced_ride_key(self) -> str | None:
        """Names the ride that this one replaces; none replaces itself."""
        if self.replaces_ride_id in (None, self.ride_id):
            return None
        return f"{self.provider_id}#{self.replaces_ride_id}"

    @property
    def identity(self) -> str:
        """Names the event for ever: (provider, ride, kind, adjustment)."""
        adjustment = "" if self.adjustment_id is None else f"#{self.adjustment_id}"
        return f"{identity_of(self.ride_key, self.kind)}{adjustment}"

    @property
    def identity_of_content(self) -> str:
        """Names one content of the event: a conflict, or one that may still come put right."""
        return self.identity_with(self.content_digest)

    def identity_with(self, content_digest: str) -> str:
        """The same, of a digest that is known already."""
        return f"{self.identity}#{content_digest}"

    @property
    def content_digest(self) -> str:
        """Tells a repeat from a conflict: amounts, currency, times and why, as parsed values. How
        the voucher was named, and where the ride went, are no part of it."""
        return digest(
            {
                "at": instant_text(self.at),
                "fare_cents": self.fare_cents,
                "tip_cents": self.tip_cents,
                "currency": self.currency,
                "requested_at": self.requested_at and instant_text(self.requested_at),
                "pickup_at": self.pickup_at and instant_text(self.pickup_at),
                "replaces_ride_id": self.replaces_ride_id,
                "why": self.why,
            }
        )


def authorization_id(voucher_key: str, ride_key: str) -> str:
    """Carries the voucher's key, so that an event finds its voucher without another read, and a
    mark of the ride, so that it opens no other."""
    mark = hashlib.sha256(ride_key.encode()).hexdigest()[:12]
    return f"aut_{voucher_key}{mark}"


def voucher_key_of(authorization: str, ride_key: str) -> str | None:
    """The voucher's key in an authorization id, or None if that was not given for this ride."""
    voucher_key = authorization.removeprefix("aut_")[:-12]
    return voucher_key if authorization_id(voucher_key, ride_key) == authorization else None


def simulated_ride_id(command_id: str) -> str:
    """The id of the ride that an admin command plays on a trial stack: the same each time."""
    return _SIMULATED + hashlib.sha256(command_id.encode()).hexdigest()[:32]


def is_simulated(ride_id: str | None) -> bool:
    """Whether a ride of this id was played by an admin command."""
    return ride_id is not None and ride_id.startswith(_SIMULATED)


def identity_of(ride_key: str, kind: EventKind) -> str:
    """Names the event of a ride of which there is one of its kind, and begins the others'."""
    return f"ride#{ride_key}#{kind}"


def ride_id_of(identity: str) -> str | None:
    """The provider's id of the ride that an entry is about, from the identity of its event
    (`RideEvent.identity`), or None if the entry isn't of a provider's event."""
    parts = identity.split("#")
    return parts[2] if parts[0] == "ride" and len(parts) >= 4 else None
