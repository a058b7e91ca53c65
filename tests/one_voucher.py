"""One voucher and its rides in memory: what becomes of the ride table's decisions, without a store.
It keeps the first answer to each event, so that a repeat changes nothing, and adds up what the
entries would say, so that balances can be compared with it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from farechance import ride_table
from farechance.ledger import Account
from farechance.programs import PartnerStatus, Rules, Status
from farechance.ride_case import Case, Outcome
from farechance.rides import Ride, RideEvent, RideState
from farechance.vouchers import Terms, Voucher


@dataclass(frozen=True)
class Told:
    """What was done with an event: `outcome` is what the table decided, or None of a repeat, which
    the table isn't asked about."""

    before: Voucher
    answer: Mapping[str, Any]
    outcome: Outcome | None


@dataclass
class OneVoucher:
    """`moved` sums the changes of all entries; `recorded_shortfall` and `recorded_overage` sum
    what they say of each ride."""

    voucher: Voucher
    rules: Rules
    rides: dict[str, Ride] = field(default_factory=dict)
    answers: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    moved: Counter[Account] = field(default_factory=Counter)
    recorded_shortfall: Counter[str] = field(default_factory=Counter)
    recorded_overage: Counter[str] = field(default_factory=Counter)

    def copy(self) -> Self:
        """Another one that goes its own way from here."""
        return replace(
            self,
            rides=dict(self.rides),
            answers=dict(self.answers),
            contents=dict(self.contents),
            moved=Counter(self.moved),
            recorded_shortfall=Counter(self.recorded_shortfall),
            recorded_overage=Counter(self.recorded_overage),
        )

    def tell(self, event: RideEvent, now: datetime, program: Status = Status.ACTIVE) -> Told:
        """One event comes, at a time."""
        before = self.voucher
        is_known = event.identity in self.contents
        if is_known and self.contents[event.identity] == event.content_digest:
            return Told(before, self.answers[event.identity], None)
        if event.identity_of_content in self.answers:
            return Told(before, self.answers[event.identity_of_content], None)
        terms = Terms(self.rules, program, PartnerStatus.ACTIVE)
        replaced = self.rides.get(event.replaced_ride_key or "")
        case = Case(before, self.rides.get(event.ride_key), event, terms, now, replaced)
        outcome = ride_table.conflict(case) if is_known else ride_table.decide(case)
        self._take(event, outcome)
        return Told(before, outcome.answer, outcome)

    def _take(self, event: RideEvent, outcome: Outcome) -> None:
        for key in outcome.let_go:
            self._free(key, RideState.LAPSED, promised_cents=self.voucher.holds[key].cents)
        for key in outcome.replaced:
            waiting = self.rides[key].adjustment
            refused_cents = waiting.fare_cents if waiting else 0
            self._free(key, RideState.VOIDED, refused_cents=refused_cents)
            self.recorded_shortfall[key] += refused_cents
        if outcome.takes == "identity":
            self.contents[event.identity] = event.content_digest
            self.answers[event.identity] = outcome.answer
        else:
            self.answers[event.identity_of_content] = outcome.answer
        self.voucher = outcome.voucher
        # A ride that nothing changed isn't stored (version 0 is a ride that is nowhere).
        if outcome.ride.version:
            self.rides[event.ride_key] = outcome.ride
        self.moved.update(outcome.changes)
        self.recorded_shortfall[event.ride_key] += outcome.shortfall_cents
        self.recorded_overage[event.ride_key] += outcome.overage_cents

    def _free(self, key: str, state: RideState, **changes: int) -> None:
        """The hold of another ride goes back, by an entry of its own."""
        ride, cents = self.rides[key], self.voucher.holds[key].cents
        now_free = {"state": state, "hold_cents": 0, "version": ride.version + 1, **changes}
        self.rides[key] = ride.model_copy(update=now_free)
        self.moved.update({Account.HELD: -cents, Account.AVAILABLE: cents})
