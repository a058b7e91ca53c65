"""What ride companies are told: the answers of api.md's callbacks. It owns their form; what they
say is decided in `ride_table`."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints, WithJsonSchema

from farechance.identifiers import Language, ProviderReference, VoucherId
from farechance.money import PositiveRideCents, RideCents
from farechance.rides import OwedBy, RideState
from farechance.strictness import ANSWER
from farechance.times import Instant
from farechance.vouchers import Reason, for_provider

ToldReason = Annotated[
    Reason,
    WithJsonSchema(
        {
            "type": "string",
            "enum": list(dict.fromkeys(for_provider(reason).value for reason in Reason)),
            "description": "Why the voucher doesn't pay: the first reason that applies.",
        }
    ),
]
"""A reason that a provider may be told: of those that stop a whole voucher it sees one."""


class MessageForRider(BaseModel):
    """To be shown to the rider as it is, in the rider's language: at most 160 characters of the GSM
    alphabet."""

    model_config = ANSWER

    language: Language
    text: Annotated[str, StringConstraints(min_length=1, max_length=160)]


class RideNow(BaseModel):
    """Where the ride stands now, beside the first answer that a repeat gets."""

    model_config = ANSWER

    state: RideState
    captured_cents: RideCents


class Approved(BaseModel):
    """The ride may begin: `held_cents` of its fare are set aside until `hold_expires_at`. The
    answer to `voucher.checked` says what would be held, and has neither an authorization nor an
    end."""

    model_config = ANSWER

    decision: Literal["approved"]
    authorization_id: ProviderReference | None = None
    voucher_id: VoucherId
    held_cents: PositiveRideCents
    hold_expires_at: Instant | None = None
    rider_message: MessageForRider
    replayed: bool
    ride: RideNow | None = None


class Declined(BaseModel):
    """The voucher doesn't pay this ride. The rider's next try is a ride with a new `ride_id`."""

    model_config = ANSWER

    decision: Literal["declined"]
    reason: ToldReason
    rider_message: MessageForRider
    replayed: bool
    ride: RideNow | None = None


class Recorded(BaseModel):
    """What a fact did. `captured_cents` was taken from the voucher, `released_cents` of the hold
    set free; by an adjustment `captured_cents` more were taken or `refunded_cents` given back. Of
    the fare `overage_cents` isn't covered, and `overage_owed_by` says who owes it;
    `shortfall_cents` is on record for the programme to settle: what a hold that lapsed had
    promised, or the fare of a ride that is refused. An adjustment of a ride that isn't captured yet
    is `pending`, and one that is older than the ride's last is `superseded`. `reason` is there
    where the fact is refused, and no ids where it reached no voucher."""

    model_config = ANSWER

    outcome: Literal[
        "captured", "voided", "refunded", "unchanged", "superseded", "pending", "refused"
    ]
    reason: ToldReason | None = None
    captured_cents: RideCents
    released_cents: RideCents | None = None
    refunded_cents: RideCents | None = None
    overage_cents: RideCents
    overage_owed_by: OwedBy | None = None
    shortfall_cents: RideCents
    authorization_id: ProviderReference | None = None
    voucher_id: VoucherId | None = None
    replayed: bool
    ride: RideNow | None = None


class Ignored(BaseModel):
    """Authentic, and without any effect: a type that we don't know, or `webhook.test`, which is
    told which of the provider's secrets matched and by how many seconds its clock is ahead of
    ours. Signed as `hmac_sha256_hex` it doesn't say when, so it isn't told the seconds."""

    model_config = ANSWER

    outcome: Literal["ignored"]
    secret: Literal["current", "previous"] | None = None
    clock_skew_seconds: int | None = None
    replayed: Literal[False] = False


CallbackAnswer = Annotated[
    Approved | Declined | Recorded | Ignored, Field(description="By the type of the callback.")
]
