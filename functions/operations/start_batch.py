"""Starts a batch: reads its rows, finds whom they are for, and in one transaction reserves the
whole sum of those that can be minted and stores them. It mints nothing: `work_on_batch` does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from farechance import contents, mints
from farechance.batch_api import BatchRequest, BatchStarted
from farechance.batches import (
    PAGE_ROWS,
    REPEATED_WITHIN,
    Batch,
    BatchContent,
    Refused,
    Row,
    RowPage,
    checked,
    words_for,
)
from farechance.codes import CodeKeys, newest_version
from farechance.errors import (
    FieldError,
    FieldErrors,
    IdempotencyKeyReused,
    NotFound,
    StateForbids,
)
from farechance.ledger import Account, Kind
from farechance.partner_api import MintRequest
from farechance.programs import Rules
from farechance.store import Remembered, Store, Write, keys, writes
from farechance.store.keys import Key
from farechance.strictness import stored_answer
from operations.batch_entry import batch_entry
from operations.check_allotment import TellOfHaste, check_allotment, check_speed, note_speed
from operations.read_terms import current_rules_version, read_rules

_READ_AT_ONCE = 100
_MOST_NAMED = 100
"""Of a file in which no row is right: who reads more has the wrong file."""


@dataclass(frozen=True, slots=True)
class _Call:
    """Who starts what, and what it takes."""

    request: BatchRequest
    partner_id: str
    batch_id: str
    store: Store
    remembered: Remembered
    code_keys: CodeKeys
    tell_of_haste: TellOfHaste | None


def start_batch(
    request: BatchRequest,
    partner_id: str,
    idempotency_key: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
    tell_of_haste: TellOfHaste | None = None,
) -> tuple[BatchStarted, bool]:
    """What was started, and whether this was a repeat. Raises FieldErrors, NotFound, StateForbids
    (`looks_repeated`, and as `check_allotment`), MintingTooFast, IdempotencyKeyReused, Busy."""
    batch_id = keys.batch_id_of(partner_id, idempotency_key)
    call = _Call(request, partner_id, batch_id, store, remembered, code_keys, tell_of_haste)
    return store.again(lambda: _attempt(call, clock()))


def _attempt(call: _Call, now: datetime) -> tuple[BatchStarted, bool]:
    request = call.request
    key = keys.batch(call.partner_id, call.batch_id)
    content_keys = _content_keys(call)
    allotment_key = keys.allotment(request.program_id, call.partner_id)
    found = call.store.read(key, *content_keys, allotment_key)
    body = stored_answer(request)
    if before := found[key]:
        if not contents.is_same(body, before.body_digest, call.code_keys):
            raise IdempotencyKeyReused
        rules = read_rules(before.program_id, before.rules_version, call.remembered, now)
        return _told(before, rules), True

    with call.store.refusing_unless(key):
        allotment = found[allotment_key]
        if allotment is None:
            raise NotFound("programme", request.program_id)
        version = current_rules_version(request.program_id, call.remembered, now)
        rules = read_rules(request.program_id, version, call.remembered, now)
        mints.check_against(_each(request), rules, now)
        for content_key in content_keys:
            _check_repeated(request, found[content_key], now)
        rows = _rows(call)
        batch = _batch(call, rows, rules, version, contents.sealed(body, call.code_keys), now)
        check_allotment(allotment, batch.total_cents)
        vouchers = batch.rows - batch.refused
        pointer = "/unassigned" if batch.unassigned else "/rows"
        check_speed(allotment, vouchers, rules, now, pointer)
    reserved = {Account.ALLOTTED: -batch.total_cents, Account.RESERVED: batch.total_cents}
    batch, entry = batch_entry(batch, Kind.BATCH_RESERVED, reserved, rules)
    call.store.commit(
        writes.put_new(key, batch),
        entry,
        writes.take_from_allotment(allotment, batch.total_cents, vouchers, rules, now),
        _content_write(call, content_keys[0], found[content_keys[0]], now),
        *(
            writes.put_new(keys.batch_rows(call.batch_id, page), RowPage(rows=some))
            for page, some in enumerate(batched(rows, PAGE_ROWS, strict=False))
        ),
    )
    note_speed(allotment, vouchers, rules, now, call.tell_of_haste)
    return _told(batch, rules), False


def _content_keys(call: _Call) -> list[Key[BatchContent]]:
    """Where the same vouchers are noted, whatever file they came in: under the secret's newest
    version, and where they were before it came."""
    rows = [row.external_ref for row in call.request.rows]
    content = {**stored_answer(call.request), "rows": rows, "repeat": None}
    seals = contents.every_seal(content, call.code_keys)
    return [keys.batch_content(call.partner_id, seal) for seal in seals]


def _each(request: BatchRequest) -> MintRequest:
    """What each voucher of the batch is, as if it were minted alone."""
    return MintRequest(
        program_id=request.program_id,
        purpose=request.purpose,
        value_cents=request.value_cents,
        rides=request.rides,
        cap_cents=request.cap_cents,
        valid_from=request.valid_from,
        expires_at=request.expires_at,
        unassigned=1,
    )


def _check_repeated(request: BatchRequest, same: BatchContent | None, now: datetime) -> None:
    if same is not None and not request.repeat and now - same.created_at < REPEATED_WITHIN:
        raise StateForbids("looks_repeated", {"batch_id": same.batch_id})


def _content_write(
    call: _Call, key: Key[BatchContent], same: BatchContent | None, now: datetime
) -> Write:
    new = BatchContent(batch_id=call.batch_id, created_at=now)
    if same is None:
        return writes.put_new(key, new)
    return writes.change(key, same, new.model_copy(update={"version": same.version + 1}))


def _rows(call: _Call) -> list[Row]:
    """Every row with the participant whom it is for, or why it is refused; none of unassigned
    vouchers. Raises FieldErrors if no row is left."""
    lines = list(checked(call.request.lines))
    people = _people(call, [ref for _, ref in lines if not isinstance(ref, Refused)])
    rows = []
    for line, ref in lines:
        reason = ref if isinstance(ref, Refused) else Refused.PARTICIPANT_UNKNOWN
        found = None if isinstance(ref, Refused) else people.get(ref)
        rows.append(Row(line=line, participant_id=found, reason=None if found else reason))
    if rows and all(row.reason for row in rows):
        wrong = (
            FieldError(f"/rows/{place}", f"line {row.line}: {words_for(row.reason or '')}")
            for place, row in enumerate(rows[:_MOST_NAMED])
        )
        raise FieldErrors(tuple(wrong))
    return rows


def _people(call: _Call, references: list[str]) -> dict[str, str]:
    """Reference → participant, of those who are enrolled in the programme."""
    known = {}
    for some in batched(references, _READ_AT_ONCE, strict=False):
        named = {
            ref: keys.external_reference(call.partner_id, call.request.program_id, ref)
            for ref in some
        }
        found = call.store.read(*named.values())
        for ref, key in named.items():
            if (reference := found[key]) is not None:
                known[ref] = reference.participant_id
    return known


def _batch(
    call: _Call, rows: list[Row], rules: Rules, rules_version: int, body_digest: str, now: datetime
) -> Batch:
    request = call.request
    promise = mints.promised(_each(request), rules, now)
    refused = sum(row.reason is not None for row in rows)
    count = request.unassigned or len(rows)
    return Batch(
        partner_id=call.partner_id,
        batch_id=call.batch_id,
        program_id=request.program_id,
        body_digest=body_digest,
        secret_version=newest_version(call.code_keys),
        rules_version=rules_version,
        purpose=request.purpose,
        language=request.language,
        value_cents=request.value_cents,
        cap_cents=promise.cap_cents,
        rides=promise.rides,
        valid_from=promise.valid_from,
        expires_at=promise.expires_at,
        unassigned=request.unassigned is not None,
        rows=count,
        refused=refused,
        reserved_cents=(count - refused) * request.value_cents,
        created_at=now,
        progressed_at=now,
    )


def _told(batch: Batch, rules: Rules) -> BatchStarted:
    return BatchStarted(
        batch_id=batch.batch_id,
        program_id=batch.program_id,
        currency=rules.currency,
        rows=batch.rows,
        refused=batch.refused,
        total_cents=batch.total_cents,
        created_at=batch.created_at,
    )
