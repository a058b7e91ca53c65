"""What a ride company sends. It owns the form of each callback and turns it into an event of the
domain; it must never decide anything. Fields that we don't know are dropped (a provider may add
to its payloads); places go no further than the decision: what isn't kept can't leak."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from farechance.errors import FieldErrors
from farechance.identifiers import Currency, ProviderReference, RideId
from farechance.money import PositiveRideCents, RideCents
from farechance.places import Place, Trip
from farechance.rides import EventKind, RideEvent
from farechance.strictness import RECEIVED
from farechance.times import AHEAD, Instant
from farechance.vouchers import MAX_DAYS_AHEAD

VoucherCode = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class AnyCallback(BaseModel):
    """All that is asked of a callback of a type that we don't know, or of `webhook.test`: whatever
    else it holds is answered 200 and ignored."""

    model_config = RECEIVED

    type: Annotated[str, StringConstraints(min_length=1, max_length=1_000)]


class Callback(BaseModel):
    """The envelope, as in Standard Webhooks: `type` says what `data` holds."""

    model_config = RECEIVED

    type: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    timestamp: Instant
    data: dict[str, Any]

    def check_times(self, now: datetime) -> None:
        """Raises FieldErrors for a time that cannot be."""
        _check_not_ahead("/timestamp", self.timestamp, now)


class VoucherChecked(BaseModel):
    """What would a request for a ride be told, were it made now? Changes nothing. Without an
    estimate: a ride as dear as the voucher now allows."""

    model_config = RECEIVED

    voucher_code: VoucherCode
    estimated_fare_cents: PositiveRideCents | None = None
    pickup_at: Instant | None = None
    pickup: Place | None = None
    dropoff: Place | None = None

    def check_times(self, now: datetime) -> None:
        """Raises FieldErrors for a time that cannot be."""
        _check_pickup(self.pickup_at, now)


class RideRequested(BaseModel):
    """May this ride begin, and up to which fare? The rider waits for the answer, so a request that
    was made more than 5 minutes ago is declined. `pickup_at` is for a ride that is booked ahead, by
    30 days at most. `replaces_ride_id` names the ride whose car this one replaces: if this one is
    approved, the other's hold is voided. Where the programme has a service area, `pickup` and
    `dropoff` are needed; they are looked at and not kept."""

    model_config = RECEIVED

    ride_id: RideId
    voucher_code: VoucherCode
    estimated_fare_cents: PositiveRideCents
    currency: Currency
    requested_at: Instant
    pickup_at: Instant | None = None
    pickup: Place | None = None
    dropoff: Place | None = None
    replaces_ride_id: RideId | None = None
    booked_by: Literal["rider", "staff"] | None = None

    def event(self, provider_id: str, now: datetime) -> RideEvent:
        """Raises FieldErrors for a time that cannot be."""
        _check_not_ahead("/data/requested_at", self.requested_at, now)
        _check_pickup(self.pickup_at, now)
        return RideEvent(
            kind=EventKind.REQUESTED,
            provider_id=provider_id,
            ride_id=self.ride_id,
            voucher_code=self.voucher_code,
            at=self.requested_at,
            fare_cents=self.estimated_fare_cents,
            currency=self.currency,
            pickup_at=self.pickup_at,
            replaces_ride_id=self.replaces_ride_id,
            trip=Trip(self.pickup, self.dropoff),
        )


class _Named(BaseModel):
    """A fact about a ride names its voucher by either of two ways."""

    model_config = RECEIVED

    ride_id: RideId
    authorization_id: ProviderReference | None = None
    voucher_code: VoucherCode | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.authorization_id is None and self.voucher_code is None:
            raise ValueError("authorization_id or voucher_code is needed")
        return self


class RideCompleted(_Named):
    """The ride was made. `fare_cents` is all in; the tip in it isn't covered. The voucher is named
    by `authorization_id`, by `voucher_code` or by both. A ride that was never requested is paid
    only where its programme allows direct capture: judged as of `requested_at`, at most 7 days
    back."""

    fare_cents: RideCents
    tip_cents: RideCents = 0
    currency: Currency
    completed_at: Instant
    requested_at: Instant | None = None
    pickup: Place | None = None
    dropoff: Place | None = None
    distance_meters: Annotated[int, Field(ge=0, le=10_000_000)] | None = None
    duration_seconds: Annotated[int, Field(ge=0, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _tip_is_in_the_fare(self) -> Self:
        if self.tip_cents > self.fare_cents:
            raise ValueError("tip_cents is part of fare_cents and cannot exceed it")
        return self

    def event(self, provider_id: str, now: datetime) -> RideEvent:
        """Raises FieldErrors for a time that cannot be."""
        _check_not_ahead("/data/completed_at", self.completed_at, now)
        if self.requested_at is not None:
            _check_not_ahead("/data/requested_at", self.requested_at, now)
        return RideEvent(
            kind=EventKind.COMPLETED,
            provider_id=provider_id,
            ride_id=self.ride_id,
            authorization_id=self.authorization_id,
            voucher_code=self.voucher_code,
            at=self.completed_at,
            fare_cents=self.fare_cents,
            tip_cents=self.tip_cents,
            currency=self.currency,
            requested_at=self.requested_at,
            trip=Trip(self.pickup, self.dropoff),
        )


class RideCancelled(_Named):
    """There will be no ride; also to be sent where no answer to the request arrived. The voucher is
    named by `authorization_id`, by `voucher_code` or by both. A fee is covered up to what the
    programme allows, else it is overage."""

    cancelled_at: Instant
    cancellation_fee_cents: RideCents = 0

    def event(self, provider_id: str, now: datetime) -> RideEvent:
        """Raises FieldErrors for a time that cannot be."""
        _check_not_ahead("/data/cancelled_at", self.cancelled_at, now)
        return RideEvent(
            kind=EventKind.CANCELLED,
            provider_id=provider_id,
            ride_id=self.ride_id,
            authorization_id=self.authorization_id,
            voucher_code=self.voucher_code,
            at=self.cancelled_at,
            fare_cents=self.cancellation_fee_cents,
        )


class RideAdjusted(_Named):
    """The fare of a ride was corrected: `fare_cents` is the new total without tips, 0 a full
    refund. The latest `adjusted_at` counts, then the greater `adjustment_id`; one that comes before
    the ride's completion waits for it. A `tip` or `damage` is never covered."""

    adjustment_id: ProviderReference
    fare_cents: RideCents
    adjusted_at: Instant
    why: Literal["toll", "wait", "dispute", "correction", "refund", "tip", "damage"]

    def event(self, provider_id: str, now: datetime) -> RideEvent:
        """Raises FieldErrors for a time that cannot be."""
        _check_not_ahead("/data/adjusted_at", self.adjusted_at, now)
        return RideEvent(
            kind=EventKind.ADJUSTED,
            provider_id=provider_id,
            ride_id=self.ride_id,
            authorization_id=self.authorization_id,
            voucher_code=self.voucher_code,
            at=self.adjusted_at,
            fare_cents=self.fare_cents,
            adjustment_id=self.adjustment_id,
            why=self.why,
        )


RideCallback = RideRequested | RideCompleted | RideCancelled | RideAdjusted

RIDE_CALLBACKS: dict[str, type[RideCallback]] = {
    "ride.requested": RideRequested,
    "ride.completed": RideCompleted,
    "ride.cancelled": RideCancelled,
    "ride.adjusted": RideAdjusted,
}


def _check_not_ahead(pointer: str, at: datetime, now: datetime) -> None:
    if at > now + AHEAD:
        raise FieldErrors.one(pointer, "is more than 5 minutes ahead of our clock")


def _check_pickup(pickup_at: datetime | None, now: datetime) -> None:
    if pickup_at is not None and pickup_at > now + timedelta(days=MAX_DAYS_AHEAD):
        raise FieldErrors.one("/data/pickup_at", f"is more than {MAX_DAYS_AHEAD} days ahead")
