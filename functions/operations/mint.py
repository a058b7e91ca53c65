"""Mints 1 to 25 vouchers in one transaction: each voucher with its first entry, the allotment's
money, the participants, and the call's key, which is kept for ever."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from farechance import mints
from farechance.codes import CodeKeys, newest_version
from farechance.errors import (
    BooksDiffer,
    IdempotencyKeyReused,
    NotFound,
    StateForbids,
)
from farechance.ledger import Account, Facts, Kind, append, digest
from farechance.mints import MintKey, Planned
from farechance.participants import MAX_OPEN_VOUCHERS, Participant
from farechance.partner_api import Minted, MintRequest, stored_answer
from farechance.programs import Allotment, Rules, Status
from farechance.store import Found, Remembered, Store, Write, keys, writes
from farechance.store.keys import Key
from farechance.times import local_month
from farechance.vouchers import Voucher


def mint(
    request: MintRequest,
    partner_id: str,
    idempotency_key: str,
    *,
    codes_too: bool,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
) -> tuple[Minted, bool]:
    """The vouchers, with their codes if `codes_too`, and whether this was a repeat. Raises
    FieldErrors, NotFound, StateForbids, IdempotencyKeyReused, Busy."""

    def attempt() -> tuple[Minted, bool]:
        now = clock()
        people = [keys.participant(partner_id, one) for one in _distinct(request)]
        key_key = keys.mint_key(partner_id, idempotency_key)
        allotment_key = keys.allotment(request.program_id, partner_id)
        found = store.read(key_key, allotment_key, *people)
        body_digest = digest(stored_answer(request))
        record = found[key_key]
        is_replay = record is not None
        if record is None:
            allotment = found[allotment_key]
            if allotment is None:
                raise NotFound("programme", request.program_id)
            rules_version = _current_rules_version(request.program_id, remembered, now)
            record = MintKey(
                body_digest=body_digest,
                secret_version=newest_version(code_keys),
                rules_version=rules_version,
                minted_at=now,
            )
        elif record.body_digest != body_digest:
            raise IdempotencyKeyReused

        rules = _rules(request.program_id, record.rules_version, remembered, now)
        if not is_replay:
            mints.check_against(request, rules, now)
        planned = list(mints.plan(request, rules, code_keys, record, partner_id, idempotency_key))
        if not is_replay:
            _check_allotment(found[allotment_key], request)
            participants = [_participant(found, key, request.program_id) for key in people]
            store.commit(
                writes.put_new(key_key, record),
                writes.take_from_allotment(
                    request.program_id, partner_id, request.value_cents * request.count
                ),
                *_voucher_writes(request, partner_id, planned, participants, rules, record),
                *_participant_writes(request, planned, participants, rules, now),
            )
        return mints.answer(request, rules, record, planned, codes_too=codes_too), is_replay

    return store.again(attempt)


def _distinct(request: MintRequest) -> list[str]:
    return list(dict.fromkeys(request.participant_ids))


def _current_rules_version(program_id: str, remembered: Remembered, now: datetime) -> int:
    key = keys.program(program_id)
    program = remembered.read(key, now=now)[key]
    if program is None:
        raise BooksDiffer(f"{program_id} has an allotment and no programme")
    return program.rules_version


def _rules(program_id: str, version: int, remembered: Remembered, now: datetime) -> Rules:
    key = keys.rules(program_id, version)
    rules = remembered.read(key, now=now)[key]
    if rules is None:
        raise BooksDiffer(f"{program_id} has no rules {version}")
    return rules


def _check_allotment(allotment: Allotment | None, request: MintRequest) -> None:
    """Says beforehand what the transaction's condition would refuse without a word."""
    needed = request.value_cents * request.count
    if allotment is None:
        raise NotFound("programme", request.program_id)
    if allotment.status is not Status.ACTIVE:
        raise StateForbids(f"program_{allotment.status}", {"program_id": request.program_id})
    if allotment.available_cents < needed:
        raise StateForbids(
            "insufficient_allotment",
            {"available_cents": allotment.available_cents, "needed_cents": needed},
        )


def _participant(found: Found, key: Key[Participant], program_id: str) -> Participant:
    participant = found[key]
    if participant is None or participant.program_id != program_id:
        raise NotFound("participant", (key.sk or "").removeprefix(keys.PARTICIPANTS))
    return participant


def _voucher_writes(
    request: MintRequest,
    partner_id: str,
    planned: list[Planned],
    participants: list[Participant],
    rules: Rules,
    record: MintKey,
) -> list[Write]:
    people = {one.participant_id: one for one in participants}
    made = []
    for one in planned:
        person = people.get(one.participant_id or "")
        voucher = Voucher(
            voucher_key=one.voucher_key,
            voucher_id=one.voucher_id,
            program_id=request.program_id,
            partner_id=partner_id,
            rules_version=record.rules_version,
            subject_id=person.subject_id if person else None,
            purpose=request.purpose,
            language=request.language or (person.language if person else "en"),
            last4=one.last4,
            value_cents=request.value_cents,
            cap_cents=one.cap_cents,
            max_rides=one.rides,
            available_cents=request.value_cents,
            valid_from=one.valid_from,
            expires_at=one.expires_at,
            minted_at=record.minted_at,
        )
        chain, entry = append(
            voucher.chain,
            account=keys.voucher_account(voucher.voucher_key),
            identity="minted",
            kind=Kind.VOUCHER_MINTED,
            program_id=request.program_id,
            zone=rules.zone,
            now=record.minted_at,
            facts=Facts(
                partner_id=partner_id,
                voucher_id=voucher.voucher_id,
                subject_id=voucher.subject_id,
                purpose=voucher.purpose,
            ),
            changes={
                Account.ALLOTTED: -request.value_cents,
                Account.AVAILABLE: request.value_cents,
            },
        )
        made += [
            writes.put_voucher(voucher.model_copy(update={"chain": chain})),
            writes.put_entry(entry),
        ]
    return made


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
        named = {"participant_id": person.participant_id}
        if reason := person.cannot_receive(now):
            raise StateForbids(reason, named)
        in_month = person.minted_in(month) + wanted[person.participant_id]
        if in_month > rules.max_vouchers_per_participant_month:
            raise StateForbids("monthly_limit_reached", named)
        vouchers = {
            one.voucher_id: one.expires_at
            for one in planned
            if one.participant_id == person.participant_id
        }
        if len(person.still_open(now)) + len(vouchers) > MAX_OPEN_VOUCHERS:
            raise StateForbids("too_many_open_vouchers", named)
        made.append(
            writes.change(
                keys.participant(person.partner_id, person.participant_id),
                person,
                person.with_vouchers(vouchers, month, now),
            )
        )
    return made
