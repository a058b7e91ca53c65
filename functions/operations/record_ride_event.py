"""Records what a provider says of a ride: one read, one decision of the ride table, one
transaction. Every kind of event goes this one way, so that repeats, conflicts, other vouchers and
lost races are handled once (domain.md, invariants 2, 4 and 5)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance import messages, ride_table
from farechance.codes import CodeKeys, key_of, read_code
from farechance.errors import BooksDiffer
from farechance.ledger import Account, Chain, Entry, Facts, Kind, append
from farechance.provider_api import Told
from farechance.ride_case import Case, Outcome, turned_away
from farechance.rides import EventKind, Ride, RideEvent, RideState, authorization_id, voucher_key_of
from farechance.store import LostRace, Remembered, Store, Write, keys, writes
from farechance.times import local_day
from farechance.vouchers import Reason, Terms, Voucher
from operations.read_terms import ProgramTerms, provider_help_phone, read_terms

_KINDS: Mapping[EventKind, Kind] = {
    EventKind.REQUESTED: Kind.RIDE_REQUESTED,
    EventKind.COMPLETED: Kind.RIDE_COMPLETED,
    EventKind.CANCELLED: Kind.RIDE_CANCELLED,
    EventKind.ADJUSTED: Kind.RIDE_ADJUSTED,
}


@dataclass(frozen=True, slots=True)
class _Named:
    """What one read found of an event. `is_other`: it names another voucher than the ride has, or
    two."""

    voucher: Voucher
    ride: Ride | None
    is_other: bool
    first: Entry | None
    same_content: Entry | None

    @property
    def has_ride(self) -> bool:
        """Whether the ride is known and is this voucher's."""
        return self.ride is not None and self.ride.voucher_key == self.voucher.voucher_key


def record_ride_event(
    event: RideEvent,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
) -> Told:
    """Raises Busy when it was overtaken too often; repeating is safe."""
    return store.again(lambda: _attempt(event, store, remembered, code_keys, clock()))


def _attempt(
    event: RideEvent,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> Told:
    found = _read(event, store, code_keys)
    if found is None:
        return _turned_away(event, Reason.VOUCHER_UNKNOWN, remembered, now)
    terms = read_terms(found.voucher, remembered, now)
    # A voucher that this provider may not use looks like none; a ride that it has is its own.
    if event.provider_id not in terms.rules.provider_ids and not found.has_ride:
        return _turned_away(event, Reason.VOUCHER_UNKNOWN, remembered, now)
    if found.is_other:
        return _turned_away(event, Reason.RIDE_OF_OTHER_VOUCHER, remembered, now)

    if found.first is not None and found.first.content_digest == event.content_digest:
        return _replay(found.first, found, event)
    if found.same_content is not None:
        return _replay(found.same_content, found, event)

    case = Case(
        found.voucher,
        found.ride,
        event,
        Terms(terms.rules, terms.program.status, terms.partner.status),
        now,
    )
    outcome = ride_table.decide(case) if found.first is None else ride_table.conflict(case)
    answer = {**outcome.answer, **_rider_message(case, outcome, terms)}
    if outcome.takes != "nothing":
        store.commit(*_writes(case, outcome, answer, found.first is not None))
    return Told(_with_ids(answer, case.voucher, event), outcome.reason)


def _with_ids(answer: Mapping[str, Any], voucher: Voucher, event: RideEvent) -> dict[str, Any]:
    """What follows from the event and needn't be stored with its answer."""
    if answer.get("decision") == "declined":
        return dict(answer)
    authorization = authorization_id(voucher.voucher_key, event.ride_key)
    return {**answer, "authorization_id": authorization, "voucher_id": voucher.voucher_id}


def _read(event: RideEvent, store: Store, code_keys: CodeKeys) -> _Named | None:
    """One consistent read of all that the event may touch; None if it reaches no voucher."""
    named = _voucher_keys(event, code_keys)
    if not named:
        return None
    voucher_key = keys.voucher(named[0])
    ride_key = keys.ride(event.ride_key)
    account = keys.voucher_account(named[0])
    first_key = keys.entry(account, event.identity)
    same_key = keys.entry(account, _with_content(event))
    found = store.read(voucher_key, ride_key, first_key, same_key)
    voucher, ride = found[voucher_key], found[ride_key]
    if voucher is None:
        return None
    if found[first_key] is not None and (ride is None or _is_before(ride, event)):
        # A BatchGetItem is no snapshot: the ride was written with the entry, and is so by now.
        raise LostRace
    is_other = any(name != (ride.voucher_key if ride else named[0]) for name in named)
    return _Named(voucher, ride, is_other, found[first_key], found[same_key])


def _is_before(ride: Ride, event: RideEvent) -> bool:
    """Whether the ride stands as no ride does once the event is on record."""
    settles = event.kind in (EventKind.COMPLETED, EventKind.CANCELLED)
    return settles and ride.state in (RideState.HELD, RideState.LAPSED)


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


def _with_content(event: RideEvent) -> str:
    """The identity of one content of an event: a conflict, or one that may come put right."""
    return f"{event.identity}#{event.content_digest}"


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
    answer = _with_ids(entry.answer, found.voucher, event)
    return Told(answer, reason, is_replay=True, ride=found.ride)


def _rider_message(case: Case, outcome: Outcome, terms: ProgramTerms) -> dict[str, Any]:
    if case.event.kind is not EventKind.REQUESTED:
        return {}
    rules, partner = terms.rules, terms.partner
    if outcome.reason is None:
        held = outcome.ride.hold_cents
        message = messages.approved(outcome.voucher, rules, partner, held, case.event.fare_cents)
    else:
        message = messages.declined(case.voucher, rules, partner, outcome.reason, case.now)
    return message.as_member()


def _writes(
    case: Case,
    outcome: Outcome,
    answer: Mapping[str, Any],
    is_conflict: bool,
) -> list[Write]:
    """Voucher, ride and entry; for each dead hold that is let go its ride and its entry, before."""
    chain, made = case.voucher.chain, []
    for ride_key, hold in outcome.let_go.items():
        chain, entry = append(
            chain,
            account=keys.voucher_account(case.voucher.voucher_key),
            identity=f"lapse#{ride_key}",
            kind=Kind.HOLD_LAPSED,
            program_id=case.voucher.program_id,
            zone=case.rules.zone,
            now=case.now,
            facts=_whose(case.voucher).model_copy(update={"provider_id": ride_key.split("#")[0]}),
            changes={Account.HELD: -hold.cents, Account.AVAILABLE: hold.cents},
        )
        made += [writes.lapse(ride_key, hold), writes.put_entry(entry)]

    chain, entry = _entry(chain, case, outcome, answer, is_conflict)
    voucher = outcome.voucher.model_copy(update={"chain": chain})
    voucher_key = keys.voucher(voucher.voucher_key)
    made += [writes.change(voucher_key, case.voucher, voucher), writes.put_entry(entry)]
    ride_key_ = keys.ride(case.event.ride_key)
    if case.ride is None and outcome.ride.state is not RideState.NONE:
        made.append(writes.put_new(ride_key_, outcome.ride))
    elif case.ride is not None and outcome.ride != case.ride:
        made.append(writes.change(ride_key_, case.ride, outcome.ride))
    return made


def _entry(
    chain: Chain,
    case: Case,
    outcome: Outcome,
    answer: Mapping[str, Any],
    is_conflict: bool,
) -> tuple[Chain, Entry]:
    event = case.event
    facts = _whose(case.voucher).model_copy(
        update={
            "provider_id": event.provider_id,
            "ride_day": local_day(event.pickup_at or event.at, case.rules.zone),
            "reason": outcome.reason and outcome.reason.value,
            "fare_cents": event.fare_cents - event.tip_cents,
            "tip_cents": event.tip_cents or None,
            "overage_cents": outcome.overage_cents or None,
            "overage_owed_by": outcome.ride.overage_owed_by if outcome.overage_cents else None,
            "shortfall_cents": outcome.shortfall_cents or None,
            "counted": True if outcome.changes and outcome.ride.counted else None,
        }
    )
    return append(
        chain,
        account=keys.voucher_account(case.voucher.voucher_key),
        identity=event.identity if outcome.takes == "identity" else _with_content(event),
        kind=Kind.RIDE_CONFLICT if is_conflict else _KINDS[event.kind],
        program_id=case.voucher.program_id,
        zone=case.rules.zone,
        now=case.now,
        facts=facts,
        changes=outcome.changes,
        content_digest=event.content_digest,
        answer=answer,
    )


def _whose(voucher: Voucher) -> Facts:
    return Facts(
        partner_id=voucher.partner_id,
        voucher_id=voucher.voucher_id,
        subject_id=voucher.subject_id,
        purpose=voucher.purpose,
    )
