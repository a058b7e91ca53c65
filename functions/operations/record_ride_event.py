"""Records what a provider says of a ride: one read, one decision of the ride table, one
transaction. Every kind of event goes this one way, so that repeats, conflicts, other vouchers and
lost races are handled once (domain.md, invariants 2, 4 and 5)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from farechance import messages, ride_table
from farechance.codes import CodeKeys, key_of, read_code
from farechance.errors import BooksDiffer
from farechance.ledger import Entry
from farechance.ride_case import Case, Outcome, turned_away
from farechance.ride_fares import is_latest
from farechance.rides import EventKind, Ride, RideEvent, RideState, authorization_id, voucher_key_of
from farechance.store import LostRace, Remembered, Store, keys
from farechance.told import Told
from farechance.vouchers import Reason, Terms, Voucher
from operations.read_terms import ProgramTerms, provider_help_phone, read_terms
from operations.ride_writes import ride_writes
from operations.settle_predecessor import settle_predecessor, with_inheritance

_MOMENT_SECONDS = 0.1


class _Named(NamedTuple):
    """What one read found of an event. `vouchers` are all that it names, `voucher` the first;
    `is_other`: it names another voucher than the ride has, or two. `content_digest` is the
    event's."""

    vouchers: tuple[Voucher, ...]
    ride: Ride | None
    replaced_ride: Ride | None
    is_other: bool
    first: Entry | None
    same_content: Entry | None
    content_digest: str

    @property
    def voucher(self) -> Voucher:
        """The one that its ledger is read by."""
        return self.vouchers[0]

    def has_ride(self, voucher: Voucher) -> bool:
        """Whether the ride is known and is this voucher's."""
        return self.ride is not None and self.ride.voucher_key == voucher.voucher_key


def record_ride_event(
    event: RideEvent,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
    command_id: str | None = None,
    check: Callable[[Outcome], None] = lambda _: None,
) -> Told:
    """Raises Busy when it was overtaken too often; repeating is safe. `command_id` names the admin
    command that states the event in the provider's place. `check` sees what is decided before any
    of it is written, and may raise."""
    return store.again(
        lambda: _attempt(event, store, remembered, code_keys, clock(), command_id, check)
    )


def foreseen(
    event: RideEvent,
    ride: Ride,
    voucher: Voucher,
    *,
    store: Store,
    remembered: Remembered,
    now: datetime,
) -> Outcome:
    """What an event of a ride that is known would do now, by itself; nothing is written."""
    voucher = with_inheritance(voucher, store=store, now=now)
    terms = _judged_by(read_terms(voucher, remembered, now))
    return ride_table.decide(Case(voucher, ride, event, terms, now))


def with_ids(answer: Mapping[str, Any], voucher: Voucher, event: RideEvent) -> dict[str, Any]:
    """A stored answer with what follows from the event and needn't be stored."""
    if answer.get("decision") == "declined":
        return dict(answer)
    authorization = authorization_id(voucher.voucher_key, event.ride_key)
    return {**answer, "authorization_id": authorization, "voucher_id": voucher.voucher_id}


def _judged_by(terms: ProgramTerms) -> Terms:
    return Terms(terms.rules, terms.program.status, terms.partner.status)


def _attempt(
    event: RideEvent,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
    command_id: str | None,
    check: Callable[[Outcome], None],
) -> Told:
    found = _read(event, store, code_keys)
    if found is None:
        return _turned_away(event, Reason.VOUCHER_UNKNOWN, remembered, now)
    all_terms = [read_terms(voucher, remembered, now) for voucher in found.vouchers]
    for voucher, terms in zip(found.vouchers, all_terms, strict=True):
        # A voucher that this provider may not use looks like none; a ride that it has is its own.
        is_known = event.provider_id in terms.rules.provider_ids
        if not is_known and not found.has_ride(voucher):
            return _turned_away(event, Reason.VOUCHER_UNKNOWN, remembered, now)
    if found.is_other:
        return _turned_away(event, Reason.RIDE_OF_OTHER_VOUCHER, remembered, now)

    if found.first is not None and found.first.content_digest == event.content_digest:
        return _replay(found.first, found, event)
    if found.same_content is not None:
        return _replay(found.same_content, found, event)

    _check_one_moment(found, event, store)
    settle_predecessor(found.voucher, store=store, remembered=remembered, now=now)
    terms = all_terms[0]
    case = Case(
        found.voucher,
        found.ride,
        event,
        _judged_by(terms),
        now,
        found.replaced_ride,
    )
    outcome = ride_table.conflict(case) if found.first else ride_table.decide(case)
    check(outcome)
    answer = {**outcome.answer, **_rider_message(case, outcome, terms)}
    is_conflict = found.first is not None
    identity = event.identity if outcome.takes == "identity" else event.identity_of_content
    store.commit(
        *ride_writes(
            case,
            outcome,
            answer,
            identity,
            found.content_digest,
            is_conflict=is_conflict,
            command_id=command_id,
        )
    )
    replaced = case.replaced_ride if outcome.replaced else None
    return Told(
        with_ids(answer, case.voucher, event),
        outcome.reason,
        has_shortfall=bool(
            outcome.shortfall_cents > 0 or (replaced and replaced.replaced().refused_cents)
        ),
    )


def _read(event: RideEvent, store: Store, code_keys: CodeKeys) -> _Named | None:
    """One consistent read of all that the event may touch; None if it reaches no voucher."""
    named = _voucher_keys(event, code_keys)
    if not named:
        return None
    voucher_keys = [keys.voucher(name) for name in dict.fromkeys(named)]
    ride_key = keys.ride(event.ride_key)
    account = keys.voucher_account(named[0])
    first_key = keys.entry(account, event.identity)
    content_digest = event.content_digest
    same_key = keys.entry(account, event.identity_with(content_digest))
    replaced = [keys.ride(name) for name in (event.replaced_ride_key,) if name]
    found = store.read(*voucher_keys, ride_key, *replaced, first_key, same_key)
    ride = found[ride_key]
    vouchers = tuple(voucher for key in voucher_keys if (voucher := found[key]) is not None)
    if len(vouchers) < len(voucher_keys):
        return None
    first = found[first_key]
    if first is not None and (ride is None or _is_before(ride, event, first)):
        # A BatchGetItem is no snapshot: the ride was written with the entry, and is so by now.
        raise LostRace
    is_other = any(name != (ride.voucher_key if ride else named[0]) for name in named)
    replaced_ride = found[replaced[0]] if replaced else None
    return _Named(vouchers, ride, replaced_ride, is_other, first, found[same_key], content_digest)


def _is_before(ride: Ride, event: RideEvent, entry: Entry) -> bool:
    """Whether the ride stands as no ride does once the event is on record."""
    if event.kind is EventKind.ADJUSTED:
        # It was applied or superseded: the ride has this adjustment or a later one, or was
        # completed after it. Of other content under the same id that needn't be so.
        is_repeat = entry.content_digest == event.content_digest
        return is_repeat and entry.reason is None and is_latest(event, ride)
    open_states = (RideState.HELD, RideState.LAPSED)
    settles = event.kind is not EventKind.REQUESTED
    # A ride of which only an adjustment is known stands at `none`.
    return ride.state is RideState.NONE or (settles and ride.state in open_states)


def _check_one_moment(found: _Named, event: RideEvent, store: Store) -> None:
    """A BatchGetItem is no snapshot: a ride may have been read before a transaction that wrote
    both, and the voucher after it. Raises LostRace then; BooksDiffer where they stand still and
    contradict each other."""
    rides = {event.ride_key: found.ride}
    if event.replaced_ride_key in found.voucher.holds:
        rides[event.replaced_ride_key] = found.replaced_ride
    for name, ride in rides.items():
        if _agree(found.voucher, ride, name):
            continue
        voucher_key, ride_key = keys.voucher(found.voucher.voucher_key), keys.ride(name)
        # A transaction shows its items one after the other; a moment later it shows all.
        store.pause(_MOMENT_SECONDS)
        again = store.read(voucher_key, ride_key)
        if (again[voucher_key], again[ride_key]) != (found.voucher, ride):
            raise LostRace
        raise BooksDiffer(f"{found.voucher.voucher_id} and its ride {name} don't agree")


def _agree(voucher: Voucher, ride: Ride | None, ride_key: str) -> bool:
    """Whether the ride is held exactly as its hold stands in the voucher, and what it captured is
    among what the voucher spent."""
    hold = voucher.holds.get(ride_key)
    on_voucher = None if hold is None else hold.cents
    if ride is None:
        return on_voucher is None
    on_ride = ride.hold_cents if ride.state is RideState.HELD else None
    return on_voucher == on_ride and ride.captured_cents <= voucher.spent_cents


def _voucher_keys(event: RideEvent, code_keys: CodeKeys) -> list[str]:
    """The vouchers that the event names, by authorization and by code; empty if either leads to
    none."""
    named: list[str | None] = []
    if event.authorization_id is not None:
        named.append(voucher_key_of(event.authorization_id, event.ride_key))
    if event.voucher_code is not None:
        code = read_code(code_keys, event.voucher_code)
        named.append(code and key_of(code_keys, code))
    known = [name for name in named if name]
    return known if len(known) == len(named) else []


def _turned_away(event: RideEvent, reason: Reason, remembered: Remembered, now: datetime) -> Told:
    answer = turned_away(event, reason)
    if event.kind is EventKind.REQUESTED:
        help_phone = provider_help_phone(event.provider_id, remembered, now)
        answer |= messages.unknown_code(help_phone).as_member()
    return Told(answer, reason)


def _replay(entry: Entry, found: _Named, event: RideEvent) -> Told:
    if entry.answer is None:
        raise BooksDiffer(f"{entry.account} {entry.identity} has no answer")
    reason = Reason(entry.reason) if entry.reason else None
    answer = with_ids(entry.answer, found.voucher, event)
    return Told(answer, reason, is_replay=True, ride=found.ride)


def _rider_message(case: Case, outcome: Outcome, terms: ProgramTerms) -> dict[str, Any]:
    if case.event.kind is not EventKind.REQUESTED:
        return {}
    rules, partner = terms.rules, terms.partner
    if outcome.reason is None:
        held = outcome.ride.hold_cents
        message = messages.approved(outcome.voucher, rules, partner, held, case.event.fare_cents)
    else:
        message = messages.declined(
            case.voucher, rules, partner, outcome.reason, case.now, case.event.pickup_at
        )
    return message.as_member()
