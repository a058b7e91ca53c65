"""What ride companies are told: the answers of api.md's callbacks. It owns their form; what they
say is decided in `ride_table`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from farechance.identifiers import Language
from farechance.partner_api import ANSWER
from farechance.rides import OwedBy, Ride, RideState
from farechance.times import Instant
from farechance.vouchers import Reason


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider is told. `reason` is the true one, for counting; `ride` is the ride as it
    stands now, where the answer is a repeat."""

    answer: Mapping[str, Any]
    reason: Reason | None = None
    is_replay: bool = False
    ride: Ride | None = None

    def full(self) -> dict[str, Any]:
        """The answer with what every answer carries."""
        answer = {**self.answer, "replayed": self.is_replay}
        if self.ride is not None:
            answer["ride"] = {
                "state": self.ride.state.value,
                "captured_cents": self.ride.captured_cents,
            }
        return answer


class MessageForRider(BaseModel):
    """To be shown to the rider as it is; at most 160 characters of the GSM alphabet."""

    model_config = ANSWER

    language: Language
    text: Annotated[str, StringConstraints(min_length=1, max_length=160)]


class RideNow(BaseModel):
    """Where the ride stands at the moment of a repeat."""

    model_config = ANSWER

    state: RideState
    captured_cents: int


class Approved(BaseModel):
    """The ride may begin. `voucher.checked` gets the same without the authorization."""

    model_config = ANSWER

    decision: Literal["approved"]
    authorization_id: str | None = None
    voucher_id: str
    held_cents: int
    hold_expires_at: Instant | None = None
    rider_message: MessageForRider
    replayed: bool
    ride: RideNow | None = None


class Declined(BaseModel):
    """The voucher doesn't pay this ride. The rider's next try is a ride with a new id."""

    model_config = ANSWER

    decision: Literal["declined"]
    reason: Reason
    rider_message: MessageForRider
    replayed: bool
    ride: RideNow | None = None


class Recorded(BaseModel):
    """What a fact did. Amounts in cents: taken from the voucher, set free again, not covered (and
    who owes it), and promised by a hold that had lapsed."""

    model_config = ANSWER

    outcome: Literal["captured", "voided", "refused"]
    reason: Reason | None = None
    captured_cents: int
    released_cents: int
    overage_cents: int
    overage_owed_by: OwedBy | None = None
    shortfall_cents: int
    authorization_id: str | None = None
    voucher_id: str | None = None
    replayed: bool
    ride: RideNow | None = None


class Ignored(BaseModel):
    """A type that we don't know, or `webhook.test`, which is told which of its secrets matched and
    how far its clock is ahead of ours."""

    model_config = ANSWER

    outcome: Literal["ignored"]
    secret: Literal["current", "previous"] | None = None
    clock_skew_seconds: int | None = None
    replayed: Literal[False] = False


CallbackAnswer = Annotated[
    Approved | Declined | Recorded | Ignored, Field(description="By the type of the callback.")
]
