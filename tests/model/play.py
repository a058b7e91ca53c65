"""A play: the real store and operations beside the model, one step after the other. After each step
it compares the answers and every account that the step touched, and asks the invariants of what is
stored. It owns this comparison; what is played stands in the moves."""

import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import months
import standings
from books import differences
from builders import OTHER_PARTNER, OTHER_PROVIDER, PARTNER, PROVIDER
from farechance.callbacks import RideCallback, RideRequested, VoucherChecked
from farechance.errors import (
    FieldErrors,
    IdempotencyKeyReused,
    MintingTooFast,
    NotFound,
    StateForbids,
)
from farechance.ledger import Account
from farechance.rides import Ride
from farechance.store import Remembered, keys
from farechance.store.keys import Key
from farechance.told import Told as ToldByUs
from farechance.vouchers import Reason
from model import accounts, acts, hearing, invariants, letters
from model.letters import Card
from model.state import Books, Event, Refused, Rules, Told
from operations.add_up_standing import add_up_standing
from operations.check_voucher import check_voucher
from operations.record_ride_event import record_ride_event
from world import World

PARTNERS = (PARTNER, OTHER_PARTNER)
PROVIDERS = (PROVIDER, OTHER_PROVIDER)
_NOTHING_KEPT = ("voucher_unknown", "ride_of_other_voucher")
ABOUT_THE_REQUEST = (
    Reason.RIDE_OF_OTHER_VOUCHER,
    Reason.EVENT_CONFLICT,
    Reason.CURRENCY_MISMATCH,
    Reason.RIDE_CANCELLED,
    Reason.RIDE_ALREADY_SETTLED,
    Reason.REQUEST_TOO_OLD,
)
"""What a check of the voucher can't know."""


@dataclass(frozen=True)
class Call:
    """A partner's call or an administrator's command, which may come again. `model` and `real` do
    it; both say what the answer shows. `is_changed`: it says something else that would have the
    same effect, under the same key."""

    words: str
    key: str
    content: Any
    model: Callable[[Books, datetime], Any]
    real: Callable[["Play", bool], tuple[Any, bool]]
    touches: tuple[str, ...] = ()
    is_changed: bool = False


type Step = Event | Call | datetime | Literal["housekeeping"]
"""What is delivered, what is called, what time it becomes, or a run of housekeeping."""


@dataclass
class Play:
    """One history, which begins on a furnished world. `heard` and `calls` are what was sent,
    `waiting` what providers haven't delivered yet; `steps` is all that was done, to be done again,
    and `script` tells it, to be read."""

    world: World
    census: Counter[str]
    books: Books = field(default_factory=Books)
    cards: dict[str, Card] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    heard: list[Event] = field(default_factory=list)
    waiting: list[Event] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    script: list[str] = field(default_factory=list)
    _stored: dict[Key[Any], Any] = field(default_factory=dict)
    _first_told: dict[Any, ToldByUs] = field(default_factory=dict)
    _names: int = 0

    def __post_init__(self) -> None:
        self.begins_at = self.world.clock.now
        program = self.world.program()
        self.books.funded = program.funded_cents
        self.books.unallotted = program.unallotted_cents
        self.books.rules = Rules(providers=(PROVIDER,))
        for partner in PARTNERS:
            self.books.allotted[partner] = self.world.allotment(partner).available_cents
        self._compare(set(self._accounts()))

    @property
    def now(self) -> datetime:
        """What time it is in the play."""
        return self.world.clock.now

    def next(self, prefix: str) -> str:
        """A new name."""
        self._names += 1
        return f"{prefix}{self._names}"

    def does(self, step: Step) -> None:
        """Does it in both, and compares."""
        self.steps.append(step)
        if isinstance(step, datetime):
            self.world.clock.now = step
            return
        before = self._accounts()
        match step:
            case Event():
                touched = self._hear(step)
            case Call():
                touched = self._make(step)
            case _:
                touched = self._keep_house()
        self.census["operations"] += 1
        after = self._accounts()
        touched |= {name for name, balances in after.items() if before.get(name) != balances}
        self._compare(touched | {"program"})

    def ends(self) -> None:
        """Every account, by the model, by the product's own audit and by the tests' auditor."""
        self._compare(set(self._accounts()))
        audit = self.world.audit()
        assert audit.balance, audit.differences
        assert differences(self.world) == []
        added_up = add_up_standing(
            self.world.program(), store=self.world.store, now=self.now, has_time=lambda: True
        )
        assert added_up is not None
        assert standings.differences(added_up.standing, audit) == []
        self._report()
        self.census["invariants asked"] += 3
        self.census["histories"] += 1
        self.census.update(self.books.happened)

    def _report(self) -> None:
        """Every month's report adds up, a second count of its files says the same, and the last one
        closes with what is stored."""
        with tempfile.TemporaryDirectory() as folder:
            for summed in months.every_month(self.world, Path(folder)):
                assert months.differences(summed) == []
                self.census["months reported"] += 1
                self.census["invariants asked"] += 1
        program, closing = self.world.program(), summed.month.closing.program
        assert closing.granted_cents == program.funded_cents
        assert closing.balance(Account.UNALLOTTED) == program.unallotted_cents
        assert closing.undecided_cents == sum(
            item.owed_cents for item in self._stored.values() if isinstance(item, Ride)
        )

    # ── what providers say ───────────────────────────────────────────────────────────────────

    def _hear(self, event: Event) -> set[str]:
        ride = self.books.rides.get(event.ride_key)
        state = ride.state if ride else "none"
        expected = hearing.hear(self.books, event, self.now)
        again = " again" * expected.replayed
        self._tell(f"{letters.in_words(event)} → {expected.words}{again}")
        self.heard.append(event)
        callback = letters.callback(event, self.cards, self.world.unknown_code())
        checked = self._check(callback)
        told = record_ride_event(
            callback.event(event.provider, self.now),
            store=self.world.store,
            remembered=self.world.remembered,
            code_keys=self.world.code_keys,
            clock=self.world.clock,
        )
        self._count(event, state, expected)
        got = letters.answer(told)
        assert got == expected, f"told {got}\nexpected {expected}"
        self._ask(event, told)
        if checked is not None and not told.is_replay and told.reason not in ABOUT_THE_REQUEST:
            invariants.checked_as_requested(checked, told)
        named = {name for name in (event.code_of, event.authorization_of) if name in self.cards}
        touched = {f"voucher {name}" for name in named}
        touched |= {f"allotment {self.books.vouchers[name].partner}" for name in named}
        if event.ride_key in self.books.rides:
            touched.add(f"ride {event.ride_key}")
        return touched

    def _check(self, callback: RideCallback) -> ToldByUs | None:
        """What a provider is told that only asks, at every fourth request."""
        if not isinstance(callback, RideRequested) or len(self.heard) % 4:
            return None
        if callback.replaces_ride_id is not None:
            return None
        asked = VoucherChecked(
            voucher_code=callback.voucher_code,
            estimated_fare_cents=callback.estimated_fare_cents,
            pickup_at=callback.pickup_at,
        )
        self.census["a voucher was checked"] += 1
        return check_voucher(
            asked,
            self.heard[-1].provider,
            store=self.world.store,
            remembered=self.world.remembered,
            code_keys=self.world.code_keys,
            now=self.now,
        )

    def _ask(self, event: Event, told: ToldByUs) -> None:
        """The invariants that are about an answer."""
        name = event.authorization_of or event.code_of or ""
        card = self.cards.get(name)
        heard = invariants.Heard(
            event,
            told,
            voucher=self._stored.get(keys.voucher(card.voucher_key)) if card else None,
            ride=self._stored.get(keys.ride(event.ride_key)),
            overage_rule=self.books.vouchers[name].rules.overage if card else "decline",
            now=self.now,
        )
        invariants.one_of_three(told)
        invariants.not_falsely_refused(heard)
        invariants.approved_is_paid(heard)
        content = (name, event.identity, event.content)
        invariants.told_once(told, self._first_told.get(content))
        if told.reason is None or told.reason.value not in _NOTHING_KEPT:
            self._first_told.setdefault(content, told)
        self.census["invariants asked"] += 4

    def _count(self, event: Event, state: str, told: Told) -> None:
        if told.replayed:
            self.census["replay"] += 1
            return
        self.census[
            f"told {told.reason or told.words.get('decision') or told.words['outcome']}"
        ] += 1
        if told.reason not in (*_NOTHING_KEPT, "event_conflict"):
            self.census[f"{state} {event.kind}"] += 1

    # ── calls, commands and housekeeping ─────────────────────────────────────────────────────

    def _make(self, call: Call) -> set[str]:
        def model() -> Any:
            return call.model(self.books, self.now)

        expected: tuple[Any, ...]
        content = (call.content, call.is_changed)
        try:
            answer, replayed = self.books.once(call.key, content, model)
            expected = ("replayed" if replayed else "done", answer)
        except Refused as refused:
            expected = ("refused", refused.args[0])
        changed = " changed" * call.is_changed
        self._tell(f"{call.words} {call.key}{changed} → {expected}")
        self.calls.append(call)
        got = self._real(call)
        said = expected[1] if expected[0] == "refused" else expected[0]
        self.census[f"{call.words.split()[0]} {said}"] += 1
        assert got == expected, f"told {got}\nexpected {expected}"
        return set(call.touches)

    def _real(self, call: Call) -> tuple[Any, ...]:
        try:
            answer, replayed = call.real(self, call.is_changed)
        except StateForbids as forbidden:
            reason = forbidden.reason
            return ("refused", "key_reused" if reason == "command_id_reused" else reason)
        except FieldErrors:
            return ("refused", "field")
        except MintingTooFast:
            return ("refused", "minting_too_fast")
        except NotFound:
            return ("refused", "not_found")
        except IdempotencyKeyReused:
            return ("refused", "key_reused")
        return ("replayed" if replayed else "done", answer)

    def _keep_house(self) -> set[str]:
        expected = acts.keep_house(self.books, self.now)
        self._tell(f"housekeeping → {expected}")
        kept = self.world.keep_house()
        self.forget()
        assert kept.failed == []
        assert kept.is_complete
        assert (kept.returned, sum(one.owed_cents for one in kept.judged)) == expected
        self.census["housekeeping"] += 1
        return set()

    def forget(self) -> None:
        """What is remembered may be a minute old; here each step sees what is."""
        self.world.remembered = Remembered(self.world.store)

    # ── comparison ───────────────────────────────────────────────────────────────────────────

    def _accounts(self) -> dict[str, accounts.Balances]:
        return accounts.by_the_model(self.books, self.now)

    def _compare(self, touched: set[str]) -> None:
        """Reads the accounts and compares them with the model; then asks the invariants that are
        about what is stored."""
        wanted = {account: self._key(account) for account in touched}
        found = self.world.store.read(*wanted.values())
        before = {key: self._stored[key] for key in wanted.values() if key in self._stored}
        after = {key: found[key] for key in wanted.values()}
        self._stored |= after
        expected = self._accounts()
        for account, key in wanted.items():
            got = accounts.as_stored(after[key], self.now, self._name_of)
            right = expected.get(account)
            assert got == right, f"{account}: {got}\nexpected {right}"
        assert self.books.conserved()
        invariants.conserved(self._stored)
        invariants.within_bounds(self._stored)
        invariants.never_paid_by_two(before, after)
        self.census["invariants asked"] += 3

    def _key(self, account: str) -> Key[Any]:
        kind, _, name = account.partition(" ")
        match kind:
            case "program":
                return keys.program(self.world.program_id)
            case "allotment":
                return keys.allotment(self.world.program_id, name)
            case "voucher":
                return keys.voucher(self.cards[name].voucher_key)
            case "ride":
                return keys.ride(name)
            case _:
                return keys.participant(self.books.people[name].partner, self.people[name])

    def _name_of(self, voucher_key: str) -> str:
        return next(name for name, it in self.cards.items() if it.voucher_key == voucher_key)

    def _tell(self, line: str) -> None:
        self.script.append(f"{self.now:%Y-%m-%d %H:%M:%S} {line}")
