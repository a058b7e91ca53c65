"""Shows a partner one of its batches: how far it came, and what became of each row."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance import codes, cursors, mints
from farechance.batch_api import (
    BatchAnswer,
    BatchStatus,
    BatchVoucher,
    BatchVoucherList,
    BatchVoucherQuery,
)
from farechance.batches import FORGET_AFTER, PAGE_ROWS, Batch, Outcome, Row, outcome, words_for
from farechance.codes import CodeKeys
from farechance.errors import NotFound
from farechance.mints import Planned
from farechance.participants import Participant
from farechance.programs import PartnerStatus, Status
from farechance.store import Remembered, Store, keys
from farechance.vouchers import Voucher
from operations.read_terms import read_rules


@dataclass(frozen=True, slots=True)
class _Seen:
    """A row with its number, and what became of it."""

    number: int
    row: Row
    outcome: Outcome
    reason: str | None
    planned: Planned | None = None
    """Of a minted row, its voucher."""


def show_batch(
    batch_id: str, partner_id: str, *, store: Store, remembered: Remembered, now: datetime
) -> BatchAnswer:
    """Raises NotFound: another partner's key leads nowhere."""
    batch = _find(batch_id, partner_id, store)
    rules = read_rules(batch.program_id, batch.rules_version, remembered, now)
    # Until it ends, what failed already is known; at the end, all that isn't minted failed.
    failed = batch.refused + batch.failed
    return BatchAnswer(
        batch_id=batch.batch_id,
        program_id=batch.program_id,
        status=_status(batch, store),
        purpose=batch.purpose,
        currency=rules.currency,
        value_cents=batch.value_cents,
        rows=batch.rows,
        minted=batch.minted,
        failed=failed,
        pending=batch.rows - batch.minted - failed,
        total_cents=batch.total_cents,
        reserved_cents=batch.reserved_cents,
        released_cents=batch.released_cents,
        valid_from=batch.valid_from,
        expires_at=batch.expires_at,
        created_at=batch.created_at,
        ended_at=batch.ended_at,
        stopped_reason=batch.stopped_reason,
        people_until=batch.ended_at + FORGET_AFTER
        if batch.ended_at is not None and not batch.unassigned
        else None,
    )


def list_batch_vouchers(
    batch_id: str,
    query: BatchVoucherQuery,
    partner_id: str,
    *,
    codes_too: bool,
    store: Store,
    code_keys: CodeKeys,
) -> BatchVoucherList:
    """A page of the rows, with their codes if `codes_too`. Raises NotFound, FieldErrors."""
    batch = _find(batch_id, partner_id, store)
    first = 0 if query.cursor is None else _number(query.cursor)
    # One more than is shown says whether more follow.
    following = _seen(batch, first, query, store, code_keys)
    shown = following[: query.limit]
    people = _people(batch, shown, store)
    return BatchVoucherList(
        batch_id=batch.batch_id,
        vouchers=tuple(
            _told(one, people.get(one.row.participant_id or ""), codes_too) for one in shown
        ),
        cursor=cursors.written(str(following[query.limit].number))
        if len(following) > query.limit
        else None,
    )


def _find(batch_id: str, partner_id: str, store: Store) -> Batch:
    key = keys.batch(partner_id, batch_id)
    batch = store.read(key)[key]
    if batch is None:
        raise NotFound("batch", batch_id)
    return batch


def _status(batch: Batch, store: Store) -> BatchStatus:
    if batch.ended_at is not None:
        return BatchStatus.ENDED
    key = keys.allotment(batch.program_id, batch.partner_id)
    allotment = store.read(key)[key]
    is_paused = allotment is not None and (
        allotment.status is Status.PAUSED or allotment.partner_status is PartnerStatus.SUSPENDED
    )
    return BatchStatus.WAITING if is_paused else BatchStatus.MINTING


def _number(cursor: str) -> int:
    place = cursors.read(cursor)
    return int(place) if place.isdigit() and len(place) < 10 else 0


def _seen(
    batch: Batch, first: int, query: BatchVoucherQuery, store: Store, code_keys: CodeKeys
) -> list[_Seen]:
    """The rows from `first` on that are asked for, at most one more than the limit."""
    found: list[_Seen] = []
    last = batch.rows if query.outcome else min(batch.rows, first + query.limit + 1)
    rows = _rows(batch, first, last, store)
    for number in range(first, last):
        row = rows.get(number) or Row(line=number + 1)
        became, reason = outcome(batch, number, row)
        if query.outcome in (None, became):
            planned = _planned(batch, number, code_keys) if became is Outcome.MINTED else None
            found.append(_Seen(number, row, became, reason, planned))
        if len(found) > query.limit:
            break
    return found


def _rows(batch: Batch, first: int, last: int, store: Store) -> dict[int, Row]:
    """The stored rows by their numbers; none of unassigned vouchers. At most 32 items."""
    if batch.unassigned or first >= last:
        return {}
    numbers = range(first // PAGE_ROWS, (last - 1) // PAGE_ROWS + 1)
    page_keys = {number: keys.batch_rows(batch.batch_id, number) for number in numbers}
    found = store.read(*page_keys.values())
    return {
        number * PAGE_ROWS + place: row
        for number, key in page_keys.items()
        if (page := found[key]) is not None
        for place, row in enumerate(page.rows)
    }


def _planned(batch: Batch, number: int, code_keys: CodeKeys) -> Planned:
    voucher_id = mints.voucher_id_of_batch(
        code_keys, batch.secret_version, batch.partner_id, batch.batch_id, number
    )
    return mints.planned(code_keys, voucher_id, batch.promise, None)


def _people(batch: Batch, seen: list[_Seen], store: Store) -> dict[str, Participant]:
    """Whom the rows may still name: nobody who was erased, and nobody beside a voucher to which
    she cut the link by withdrawing consent."""
    of_rows = [(one, one.row.participant_id) for one in seen if one.row.participant_id is not None]
    found = store.read(*(keys.participant(batch.partner_id, person) for _, person in of_rows))
    # The vouchers by themselves: two of each row would be more than a read may have.
    vouchers = store.read(
        *(keys.voucher(one.planned.voucher_key) for one, _ in of_rows if one.planned)
    )
    named = {}
    for one, participant_id in of_rows:
        person = found[keys.participant(batch.partner_id, participant_id)]
        voucher = vouchers[keys.voucher(one.planned.voucher_key)] if one.planned else None
        if person is not None and (one.planned is None or _is_linked(person, voucher)):
            named[participant_id] = person
    return named


def _is_linked(person: Participant, voucher: Voucher | None) -> bool:
    return voucher is not None and voucher.subject_id == person.subject_id


def _told(seen: _Seen, person: Participant | None, codes_too: bool) -> BatchVoucher:
    voucher: dict[str, Any] = {}
    if planned := seen.planned:
        voucher = {"voucher_id": planned.voucher_id, "last4": planned.last4}
        if codes_too:
            voucher["code"] = codes.grouped(planned.code)
    return BatchVoucher(
        line=seen.row.line,
        outcome=seen.outcome,
        external_ref=person.external_ref if person else None,
        participant_id=person.participant_id if person else None,
        reason=seen.reason,
        detail=seen.reason and words_for(seen.reason),
        **voucher,
    )
