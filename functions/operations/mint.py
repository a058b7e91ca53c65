"""Mints 1 to 25 vouchers in one transaction: each voucher with its first entry, the allotment's
money, the participants, and the call's key, which is kept for ever."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from farechance import contents, mints
from farechance.codes import CodeKeys, newest_version
from farechance.errors import (
    IdempotencyKeyReused,
    NotFound,
    StateForbids,
)
from farechance.mints import MintKey, Planned
from farechance.participants import Participant
from farechance.partner_api import Minted, MintRequest
from farechance.programs import Allotment, Rules
from farechance.store import Found, Remembered, Store, Write, keys, writes
from farechance.store.keys import Key
from farechance.strictness import stored_answer
from farechance.times import local_month
from operations.check_allotment import TellOfHaste, check_allotment, check_speed, note_speed
from operations.issue_voucher import Issue, issue_voucher
from operations.read_terms import current_rules_version, read_rules


class _Call(NamedTuple):
    """Who mints what, and what it takes."""

    request: MintRequest
    partner_id: str
    key: str
    codes_too: bool
    store: Store
    remembered: Remembered
    code_keys: CodeKeys
    command_id: str | None
    content: Mapping[str, Any]
    tell_of_haste: TellOfHaste | None


def mint(  # noqa: PLR0913 - who mints what, and what it takes, each named at the call
    request: MintRequest,
    partner_id: str,
    idempotency_key: str,
    *,
    codes_too: bool,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
    command_id: str | None = None,
    content: Mapping[str, Any] | None = None,
    tell_of_haste: TellOfHaste | None = None,
) -> tuple[Minted, bool]:
    """The vouchers, with their codes if `codes_too`, and whether this was a repeat. `command_id`
    is the admin command's that mints for the partner, `content` the whole of what it asks for.
    Raises FieldErrors, NotFound, StateForbids, MintingTooFast, IdempotencyKeyReused, Busy."""
    call = _Call(
        request,
        partner_id,
        idempotency_key,
        codes_too,
        store,
        remembered,
        code_keys,
        command_id,
        content or stored_answer(request),
        tell_of_haste,
    )
    return store.again(lambda: _attempt(call, clock()))


def check_beforehand(
    request: MintRequest,
    partner_id: str,
    vouchers: int,
    *,
    store: Store,
    remembered: Remembered,
    now: datetime,
) -> None:
    """Raises what mints like this one, of so many `/cards` in all, would be refused for now:
    FieldErrors, NotFound, StateForbids, MintingTooFast."""
    key = keys.allotment(request.program_id, partner_id)
    allotment = _own_allotment(store.read(key)[key], request)
    version = current_rules_version(request.program_id, remembered, now)
    rules = read_rules(request.program_id, version, remembered, now)
    mints.check_against(request, rules, now)
    check_allotment(allotment, request.value_cents * vouchers)
    check_speed(allotment, vouchers, rules, now, "/cards")


def _attempt(call: _Call, now: datetime) -> tuple[Minted, bool]:
    request = call.request
    key_key = keys.mint_key(call.partner_id, call.key)
    allotment_key = keys.allotment(request.program_id, call.partner_id)
    people = [keys.participant(call.partner_id, one) for one in _distinct(request)]
    found = call.store.read(key_key, allotment_key, *people)
    if record := found[key_key]:
        if not contents.is_same(call.content, record.body_digest, call.code_keys):
            raise IdempotencyKeyReused
        rules = read_rules(request.program_id, record.rules_version, call.remembered, now)
        return _told(call, rules, record, _planned(call, rules, record)), True

    with call.store.refusing_unless(key_key):
        allotment = _own_allotment(found[allotment_key], request)
        record = MintKey(
            body_digest=contents.sealed(call.content, call.code_keys),
            secret_version=newest_version(call.code_keys),
            rules_version=current_rules_version(request.program_id, call.remembered, now),
            minted_at=now,
        )
        rules = read_rules(request.program_id, record.rules_version, call.remembered, now)
        mints.check_against(request, rules, now)
        cents = request.value_cents * request.count
        check_allotment(allotment, cents)
        pointer = "/participant_ids" if request.participant_ids else "/unassigned"
        check_speed(allotment, request.count, rules, now, pointer)
        participants = [_participant(found, key, request.program_id) for key in people]
        planned = _planned(call, rules, record)
        for_people = _participant_writes(request, planned, participants, rules, now)
    call.store.commit(
        writes.put_new(key_key, record),
        writes.take_from_allotment(allotment, cents, request.count, rules, now),
        *_voucher_writes(call, planned, participants, rules, record),
        *for_people,
    )
    note_speed(allotment, request.count, rules, now, call.tell_of_haste)
    return _told(call, rules, record, planned), False


def _own_allotment(allotment: Allotment | None, request: MintRequest) -> Allotment:
    if allotment is None:
        raise NotFound("programme", request.program_id)
    return allotment


def _planned(call: _Call, rules: Rules, record: MintKey) -> list[Planned]:
    return list(mints.plan(call.request, rules, call.code_keys, record, call.partner_id, call.key))


def _told(call: _Call, rules: Rules, record: MintKey, planned: list[Planned]) -> Minted:
    return mints.answer(call.request, rules, record, planned, codes_too=call.codes_too)


def _distinct(request: MintRequest) -> list[str]:
    return list(dict.fromkeys(request.participant_ids))


def _participant(found: Found, key: Key[Participant], program_id: str) -> Participant:
    participant = found[key]
    if participant is None or participant.program_id != program_id:
        raise NotFound("participant", (key.sk or "").removeprefix(keys.PARTICIPANTS))
    return participant


def _voucher_writes(
    call: _Call,
    planned: list[Planned],
    participants: list[Participant],
    rules: Rules,
    record: MintKey,
) -> list[Write]:
    request = call.request
    people = {one.participant_id: one for one in participants}
    issue = Issue(
        program_id=request.program_id,
        partner_id=call.partner_id,
        rules_version=record.rules_version,
        rules=rules,
        purpose=request.purpose,
        value_cents=request.value_cents,
        language=request.language,
        minted_at=record.minted_at,
        command_id=call.command_id,
    )
    return [
        write
        for one in planned
        for write in issue_voucher(issue, one, people.get(one.participant_id or ""))
    ]


def _participant_writes(
    request: MintRequest,
    planned: list[Planned],
    participants: list[Participant],
    rules: Rules,
    now: datetime,
) -> list[Write]:
    month = local_month(now, rules.zone)
    wanted = Counter(request.participant_ids)
    made = []
    for person in participants:
        most = rules.max_vouchers_per_participant_month
        count = wanted[person.participant_id]
        if reason := person.cannot_receive_more(count, month, most, now):
            raise StateForbids(reason, {"participant_id": person.participant_id})
        vouchers = {
            one.voucher_id: one.expires_at
            for one in planned
            if one.participant_id == person.participant_id
        }
        made.append(
            writes.change(
                keys.participant(person.partner_id, person.participant_id),
                person,
                person.with_vouchers(vouchers, month, now),
            )
        )
    return made
