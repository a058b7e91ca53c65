"""What a rule of the ride table looks at, and what it says. It owns these two shapes and how
amounts are told, in the words of api.md ('Provider callbacks') and in cents; it must never
decide.

The ids of voucher and authorization, which follow from the event, are added where the answer is
told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from farechance.ledger import Account
from farechance.programs import Rules
from farechance.rides import EventKind, OwedBy, Ride, RideEvent, RideState
from farechance.vouchers import Reason, Terms, Voucher, for_provider


class Case(NamedTuple):
    """All that a rule may look at; `replaced_ride` is the one that the event replaces."""

    voucher: Voucher
    ride: Ride | None
    event: RideEvent
    terms: Terms
    now: datetime
    replaced_ride: Ride | None = None

    @property
    def known_ride(self) -> Ride:
        """The ride, or a new one of this voucher about which nothing is known."""
        return self.ride or Ride(
            provider_id=self.event.provider_id,
            ride_id=self.event.ride_id,
            voucher_key=self.voucher.voucher_key,
            voucher_id=self.voucher.voucher_id,
            state=RideState.NONE,
            version=0,
        )

    @property
    def ride_state(self) -> RideState:
        """Where the ride stands."""
        return RideState.NONE if self.ride is None else self.ride.state

    @property
    def rules(self) -> Rules:
        """Those under which the voucher was minted."""
        return self.terms.rules


Takes = Literal["identity", "content"]


class Outcome(NamedTuple):
    """What an event does. `ride` and `voucher` are as they will be stored; `let_go` are the rides
    whose dead holds lapse first, `replaced` the one that is voided for another car; `changes` is
    the event's own movement of money, `shortfall_cents` and `overage_cents` what it adds to what
    the ride had; `fare_cents` is the fare that was applied, where an adjustment had come before
    the event; `answer` is what the provider is told; `reason` is the true one. `takes` says what
    a repeat is known by: the event's identity; or its identity and content, where the event may
    still come put right."""

    voucher: Voucher
    ride: Ride
    answer: Mapping[str, Any]
    changes: Mapping[Account, int] = MappingProxyType({})
    let_go: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    reason: Reason | None = None
    fare_cents: int | None = None
    shortfall_cents: int = 0
    overage_cents: int = 0
    takes: Takes = "identity"


Rule = Callable[[Case], Outcome]


def turned_away(event: RideEvent, reason: Reason) -> dict[str, Any]:
    """The answer to an event that reaches no voucher, or another than its ride has: nothing is
    said of any voucher, and nothing is kept."""
    if event.kind is EventKind.REQUESTED:
        return {"decision": "declined", "reason": reason.value}
    nothing = ("captured_cents", "released_cents", "overage_cents", "shortfall_cents")
    return {"outcome": "refused", "reason": reason.value, **dict.fromkeys(nothing, 0)}


def ride_after(case: Case, state: RideState, **changes: object) -> Ride:
    """The ride's next version."""
    before = case.known_ride
    return Ride.model_validate(
        {**vars(before), "state": state, "version": before.version + 1, **changes}
    )


def owed_by(case: Case, overage_cents: int) -> OwedBy | None:
    """Who owes what the voucher doesn't cover: under `rider_pays` the person, else the programme
    (domain.md, 'Overage rule': under `decline` the person never pays)."""
    if overage_cents == 0:
        return None
    return "rider" if case.rules.overage == "rider_pays" else "program"


def amounts(
    case: Case,
    outcome: str,
    *,
    reason: Reason | None = None,
    captured_cents: int = 0,
    released_cents: int = 0,
    overage_cents: int = 0,
    shortfall_cents: int = 0,
    refunded_cents: int | None = None,
) -> dict[str, Any]:
    """An event's answer, in the words of api.md. `refunded_cents` only of an adjustment."""
    answer = {
        "outcome": outcome,
        "reason": reason and for_provider(reason).value,
        "captured_cents": captured_cents,
        "released_cents": released_cents if refunded_cents is None else None,
        "refunded_cents": refunded_cents,
        "overage_cents": overage_cents,
        "overage_owed_by": owed_by(case, overage_cents),
        "shortfall_cents": shortfall_cents,
    }
    return {name: value for name, value in answer.items() if value is not None}
