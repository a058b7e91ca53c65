"""Works on a batch, one transaction after the other: each mints some rows and says how far it came,
so that whoever goes on after a crash, or works beside, meets what is done and mints nothing twice.
The last one gives back what couldn't be minted; a week later the people are forgotten."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from farechance import mints
from farechance.batches import CHUNK_ROWS, PAGE_ROWS, Batch, Refused, Row, RowPage
from farechance.errors import BooksDiffer
from farechance.ledger import Account, Kind
from farechance.participants import Participant
from farechance.programs import Allotment, PartnerStatus, Rules, Status
from farechance.store import LostRace, Write, keys, writes
from farechance.store.keys import Key
from farechance.times import local_month
from operations.act_on_voucher import VoucherTools
from operations.batch_entry import batch_entry
from operations.issue_voucher import Issue, issue_voucher
from operations.read_terms import read_rules


@dataclass(frozen=True, slots=True)
class Worked:
    """What was done: vouchers minted, rows that failed, and whether more can be done at once (there
    was no more time)."""

    minted: int = 0
    failed: int = 0
    goes_on: bool = False


def work_on_batch(
    partner_id: str, batch_id: str, tools: VoucherTools, has_time: Callable[[], bool]
) -> Worked:
    """As much as there is time for. Of a batch that waits, is over, or isn't there, nothing. Raises
    Busy, BooksDiffer; repeating is safe, also side by side."""
    key = keys.batch(partner_id, batch_id)
    minted = failed = 0
    last: _Step | None = None
    while has_time():
        last = _next(key, last, tools)
        if last is None:
            return Worked(minted, failed)
        minted, failed = minted + last.minted, failed + last.failed
    return Worked(minted, failed, goes_on=True)


@dataclass(frozen=True, slots=True)
class _Step:
    """What one transaction did, and how it left the batch and the page of its last row, so that the
    next one needn't read them."""

    minted: int
    failed: int
    batch: Batch
    page: RowPage | None = None


def _next(key: Key[Batch], last: _Step | None, tools: VoucherTools) -> _Step | None:
    """One transaction; None: there is nothing to do now."""
    now = tools.clock()
    if last is not None and _has_rows_for(last.batch, now):
        # The conditions stop whoever was overtaken or may not mint any more: then all is read.
        with suppress(LostRace):
            return _mint_some(last.batch, last.page, tools, now)
    return tools.store.again(lambda: _step(key, tools))


def _has_rows_for(batch: Batch, now: datetime) -> bool:
    """Whether the batch itself says that rows can be minted now."""
    return batch.ended_at is None and batch.rows_done < batch.rows and now < batch.expires_at


def _step(key: Key[Batch], tools: VoucherTools) -> _Step | None:
    now = tools.clock()
    batch = tools.store.read(key)[key]
    if batch is None:
        return None
    if batch.ended_at is not None:
        _forget(batch, tools, now)
        return None
    allotment_key = keys.allotment(batch.program_id, batch.partner_id)
    allotment = tools.store.read(allotment_key)[allotment_key]
    if allotment is None:
        raise BooksDiffer(f"{batch.batch_id} has no allotment")
    stopped = _stopped(batch, allotment, now)
    if stopped is not None or batch.rows_done == batch.rows:
        return _end(batch, stopped, tools, now)
    if _waits(allotment):
        return None
    return _mint_some(batch, None, tools, now)


def _stopped(batch: Batch, allotment: Allotment, now: datetime) -> str | None:
    """Why no more of its rows will ever be minted."""
    if batch.rows_done == batch.rows:
        return None
    if allotment.status is Status.CLOSED:
        return "program_closed"
    return "too_late" if batch.expires_at <= now else None


def _waits(allotment: Allotment) -> bool:
    """Whether the programme or the partner is paused: housekeeping sends the batch again, until
    it goes on."""
    return (
        allotment.status is not Status.ACTIVE
        or allotment.partner_status is not PartnerStatus.ACTIVE
    )


def _mint_some(batch: Batch, page: RowPage | None, tools: VoucherTools, now: datetime) -> _Step:
    """`page`: that of the row before the first one, if it is known."""
    rules = read_rules(batch.program_id, batch.rules_version, tools.remembered, now)
    first = batch.rows_done
    numbers = range(first, min(first + CHUNK_ROWS, batch.rows))
    page_key = keys.batch_rows(batch.batch_id, first // PAGE_ROWS)
    if page is None or first % PAGE_ROWS == 0:
        page = _page(page_key, batch, tools)
    rows = _rows_of(page, numbers)
    people = _people(batch, rows, tools)
    reasons: dict[int, str] = {}
    made: list[Write] = []
    minted = 0
    for number, row in zip(numbers, rows, strict=True):
        if row.reason is not None:
            continue
        person = people.get(row.participant_id or "")
        if not batch.unassigned and (reason := _cannot(person, batch, rules, now)):
            reasons[number % PAGE_ROWS] = reason
            continue
        made += _voucher_writes(batch, number, person, rules, tools, now)
        minted += 1
    if page is not None and reasons:
        before, page = page, page.refusing(reasons)
        made.append(writes.change(page_key, before, page))
    after = batch.after(
        rows_done=numbers.stop,
        minted=batch.minted + minted,
        failed=batch.failed + len(reasons),
        reserved_cents=batch.reserved_cents - minted * batch.value_cents,
        progressed_at=now,
    )
    tools.store.commit(
        writes.change(keys.batch(batch.partner_id, batch.batch_id), batch, after),
        writes.require_active_allotment(batch.program_id, batch.partner_id),
        *made,
    )
    return _Step(minted, len(reasons), after, page)


def _page(key: Key[RowPage], batch: Batch, tools: VoucherTools) -> RowPage | None:
    """The page with the batch's next rows; none of unassigned vouchers."""
    page = None if batch.unassigned else tools.store.read(key)[key]
    if page is None and not batch.unassigned:
        raise BooksDiffer(f"{batch.batch_id} lacks its rows from {batch.rows_done} on")
    return page


def _rows_of(page: RowPage | None, numbers: range) -> list[Row]:
    if page is None:
        return [Row(line=number + 1) for number in numbers]
    return [page.rows[number % PAGE_ROWS] for number in numbers]


def _people(batch: Batch, rows: list[Row], tools: VoucherTools) -> dict[str, Participant]:
    wanted = [
        keys.participant(batch.partner_id, row.participant_id)
        for row in rows
        if row.participant_id is not None and row.reason is None
    ]
    found = tools.store.read(*wanted)
    there = (found[key] for key in wanted)
    return {person.participant_id: person for person in there if person is not None}


def _cannot(person: Participant | None, batch: Batch, rules: Rules, now: datetime) -> str | None:
    """Why the person can't get a voucher now. One who was erased meanwhile is unknown."""
    if person is None or person.program_id != batch.program_id:
        return Refused.PARTICIPANT_UNKNOWN
    month, most = local_month(now, rules.zone), rules.max_vouchers_per_participant_month
    return person.cannot_receive_more(1, month, most, now)


def _voucher_writes(
    batch: Batch,
    number: int,
    person: Participant | None,
    rules: Rules,
    tools: VoucherTools,
    now: datetime,
) -> list[Write]:
    voucher_id = mints.voucher_id_of_batch(
        tools.code_keys, batch.secret_version, batch.partner_id, batch.batch_id, number
    )
    planned = mints.planned(tools.code_keys, voucher_id, batch.promise, None)
    issue = Issue(
        program_id=batch.program_id,
        partner_id=batch.partner_id,
        rules_version=batch.rules_version,
        rules=rules,
        purpose=batch.purpose,
        value_cents=batch.value_cents,
        language=batch.language,
        minted_at=now,
        batch_id=batch.batch_id,
    )
    made = issue_voucher(issue, planned, person)
    if person is not None:
        month = local_month(now, rules.zone)
        after = person.with_vouchers({voucher_id: batch.expires_at}, month, now)
        key = keys.participant(person.partner_id, person.participant_id)
        made.append(writes.change(key, person, after))
    return made


def _end(batch: Batch, stopped: str | None, tools: VoucherTools, now: datetime) -> _Step:
    """What is still reserved goes back, whatever the programme's status."""
    rules = read_rules(batch.program_id, batch.rules_version, tools.remembered, now)
    left = batch.reserved_cents
    after = batch.after(
        failed=batch.rows - batch.refused - batch.minted,
        reserved_cents=0,
        released_cents=left,
        progressed_at=now,
        ended_at=now,
        stopped_reason=stopped,
    )
    released = {Account.RESERVED: -left, Account.ALLOTTED: left}
    after, entry = batch_entry(after, Kind.BATCH_ENDED, released, rules)
    made = [writes.change(keys.batch(batch.partner_id, batch.batch_id), batch, after), entry]
    if left:
        made.append(writes.give_to_allotment(batch.program_id, batch.partner_id, left))
    tools.store.commit(*made)
    return _Step(0, after.failed - batch.failed, after)


def _forget(batch: Batch, tools: VoucherTools, now: datetime) -> None:
    """Takes the people out of the rows of a batch that ended a week ago (storage.md)."""
    if batch.is_forgotten or batch.due_at is None or now < batch.due_at:
        return
    page_keys = [keys.batch_rows(batch.batch_id, page) for page in range(batch.pages)]
    found = tools.store.read(*page_keys)
    pages = [(key, found[key]) for key in page_keys]
    tools.store.commit(
        writes.change(
            keys.batch(batch.partner_id, batch.batch_id), batch, batch.after(forgotten_at=now)
        ),
        *(writes.change(key, page, page.forgetting()) for key, page in pages if page is not None),
    )
