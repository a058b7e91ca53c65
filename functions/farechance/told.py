"""What a ride company is told, as an operation hands it to the door. It owns what is beside the
answer; the answers' forms stand in `provider_api`, from which the contract is made."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from farechance.rides import Ride, RideState
from farechance.vouchers import Reason


class Told(NamedTuple):
    """What the provider is told. `reason` is the true one, for counting, and so is
    `has_shortfall`: the event added to what falls short, of its ride or of one that it replaces.
    `ride` is the ride as it stands now, where the answer is a repeat."""

    answer: Mapping[str, Any]
    reason: Reason | None = None
    is_replay: bool = False
    ride: Ride | None = None
    has_shortfall: bool = False

    def full(self) -> dict[str, Any]:
        """The answer with what every answer carries."""
        answer = {**self.answer, "replayed": self.is_replay}
        if self.is_replay:
            answer["ride"] = {
                "state": (self.ride.state if self.ride else RideState.NONE).value,
                "captured_cents": self.ride.captured_cents if self.ride else 0,
            }
        return answer
