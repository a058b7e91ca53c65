"""Batches: up to 10,000 vouchers that are minted in the background, with money that was reserved at
once. It owns a batch's rows, its progress and the words for what a row was refused for; it must
never hold a person's external reference: rows name participants by their opaque ids, and only
until 7 days after the batch ends (storage.md)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from farechance.identifiers import (
    BatchId,
    ExternalRef,
    Language,
    ParticipantId,
    PartnerId,
    ProgramId,
    Purpose,
    looks_personal,
)
from farechance.ledger import NO_ENTRIES, Chain
from farechance.mints import Promise
from farechance.money import PositiveRideCents, ProgramCents
from farechance.strictness import STORED
from farechance.times import Instant

MAX_ROWS = 10_000
CHUNK_ROWS = 32
"""Minted in one transaction: a voucher, an entry and a person each, and three items beside, of the
100 that a transaction may have."""

PAGE_ROWS = 10 * CHUNK_ROWS
"""Stored in one item: 10,000 rows are 32 items, written in one transaction with the money."""

FORGET_AFTER = timedelta(days=7)
REPEATED_WITHIN = timedelta(hours=24)
IDLE = timedelta(minutes=15)
"""A batch on which nothing has happened for so long has lost its message, or waits."""

MAX_REFERENCE_SYMBOLS = 64
_REFERENCE = TypeAdapter[str](ExternalRef)


class Refused(StrEnum):
    """Why a row can't be minted, as far as its own line says. What a person's record or the batch
    says are other words (`words_for`)."""

    REFERENCE_MISSING = "reference_missing"
    REFERENCE_MALFORMED = "reference_malformed"
    REFERENCE_TOO_LONG = "reference_too_long"
    REFERENCE_QUOTED = "reference_quoted"
    REFERENCE_PERSONAL = "reference_personal"
    DUPLICATE_ROW = "duplicate_row"
    PARTICIPANT_UNKNOWN = "participant_unknown"


class Row(BaseModel):
    """One row: its line in the file, for whom it is, or why it is refused. Of unassigned vouchers
    no rows are stored."""

    model_config = STORED

    line: int
    participant_id: ParticipantId | None = None
    reason: str | None = None


class RowPage(BaseModel):
    """The rows of one item, in order."""

    model_config = STORED

    rows: tuple[Row, ...] = Field(max_length=PAGE_ROWS)
    version: int = 1

    def refusing(self, reasons: Mapping[int, str]) -> Self:
        """The page where some rows, by their place in it, were refused."""
        return self._with(
            row.model_copy(update={"reason": reasons[place]}) if place in reasons else row
            for place, row in enumerate(self.rows)
        )

    def forgetting(self) -> Self:
        """The page without people."""
        return self._with(row.model_copy(update={"participant_id": None}) for row in self.rows)

    def _with(self, rows: Iterable[Row]) -> Self:
        return self.model_copy(update={"rows": tuple(rows), "version": self.version + 1})


class Batch(BaseModel):
    """The stored batch, and its account `batch.reserved`. Its rows have numbers from 0; those below
    `rows_done` are through. `refused` rows were bad when they came, `failed` ones when they were to
    be minted. It is also the record of its Idempotency-Key (`body_digest`)."""

    model_config = STORED

    partner_id: PartnerId
    batch_id: BatchId
    program_id: ProgramId
    body_digest: str
    secret_version: str
    rules_version: int
    purpose: Purpose
    language: Language | None = None
    value_cents: PositiveRideCents
    cap_cents: PositiveRideCents
    rides: int = Field(ge=1, le=50)
    valid_from: Instant
    expires_at: Instant
    unassigned: bool
    rows: int = Field(ge=1, le=MAX_ROWS)
    refused: int = 0
    rows_done: int = 0
    minted: int = 0
    failed: int = 0
    reserved_cents: ProgramCents
    released_cents: ProgramCents = 0
    created_at: Instant
    progressed_at: Instant
    ended_at: Instant | None = None
    stopped_reason: str | None = None
    forgotten_at: Instant | None = None
    version: int = 1
    chain: Chain = NO_ENTRIES

    @property
    def total_cents(self) -> int:
        """What was reserved when it came."""
        return (self.rows - self.refused) * self.value_cents

    @property
    def promise(self) -> Promise:
        """What each of its vouchers gives: it was fixed when the batch came."""
        return Promise(self.rides, self.cap_cents, self.valid_from, self.expires_at)

    @property
    def pages(self) -> int:
        """In how many items its rows are stored."""
        return 0 if self.unassigned else -(-self.rows // PAGE_ROWS)

    @property
    def due_at(self) -> datetime | None:
        """When somebody should look after it, if nobody has until then; None: never again."""
        if self.ended_at is None:
            return self.progressed_at + IDLE
        return None if self.is_forgotten else self.ended_at + FORGET_AFTER

    @property
    def is_forgotten(self) -> bool:
        """Whether its rows name nobody (any more)."""
        return self.unassigned or self.forgotten_at is not None

    def after(self, **changes: object) -> Self:
        """The next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})


class BatchContent(BaseModel):
    """Which batch last had a content, so that a file that is sent twice by mistake is noticed."""

    model_config = STORED

    batch_id: BatchId
    created_at: Instant
    version: int = 1


class Outcome(StrEnum):
    """What became of a row."""

    PENDING = "pending"
    MINTED = "minted"
    FAILED = "failed"


def outcome(batch: Batch, number: int, row: Row) -> tuple[Outcome, str | None]:
    """What became of the row with this number, and why it failed, if it did."""
    if row.reason is not None:
        return Outcome.FAILED, row.reason
    if number < batch.rows_done:
        return Outcome.MINTED, None
    if batch.ended_at is not None:
        return Outcome.FAILED, batch.stopped_reason
    return Outcome.PENDING, None


def checked(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str | Refused]]:
    """Rows as (line, what stands there), each with its reference, or why it is refused. A reference
    that stands twice counts once."""
    seen: set[str] = set()
    for line, written in lines:
        found = _reference(written)
        if isinstance(found, Refused):
            yield line, found
        elif found in seen:
            yield line, Refused.DUPLICATE_ROW
        else:
            seen.add(found)
            yield line, found


def _reference(written: str) -> str | Refused:
    if not written:
        return Refused.REFERENCE_MISSING
    try:
        return _REFERENCE.validate_python(written)
    except ValidationError:
        if looks_personal(written):
            return Refused.REFERENCE_PERSONAL
        if len(written) > MAX_REFERENCE_SYMBOLS:
            return Refused.REFERENCE_TOO_LONG
        return Refused.REFERENCE_QUOTED if '"' in written else Refused.REFERENCE_MALFORMED


def words_for(reason: str) -> str:
    """What a case worker reads beside a row that failed. ASCII, so that no spreadsheet garbles
    it."""
    return _WORDS.get(reason, f"No voucher can be minted for this person now: {reason}.")


_WORDS: Mapping[str, str] = {
    Refused.REFERENCE_MISSING: "The line has no external_ref.",
    Refused.REFERENCE_MALFORMED: "An external_ref has 1 to 64 letters, digits, '_' or '-' and "
    "nothing else. Look for a typing error, or for what a spreadsheet made of it.",
    Refused.REFERENCE_TOO_LONG: "An external_ref has 64 symbols at most; this is longer.",
    Refused.REFERENCE_QUOTED: "A quotation mark here isn't closed on its line, or is no part of an "
    "external_ref. Take it out.",
    Refused.REFERENCE_PERSONAL: "This looks like a social security number, a phone number or an "
    "e-mail address. Enroll people under a reference that only you can resolve, and use that.",
    Refused.DUPLICATE_ROW: "The same external_ref stands in a line above; a batch gives each "
    "person one voucher. If a second one is meant, send it in another batch.",
    Refused.PARTICIPANT_UNKNOWN: "Nobody is enrolled in this programme under this external_ref. "
    "Enroll the person first, or look for a typing error.",
    "participant_exited": "The person has left the programme.",
    "consent_expired": "The person's consent has expired. Ask for it again, record it, and send "
    "the line in another batch.",
    "consent_withdrawn": "The person has withdrawn consent, so nothing may be minted.",
    "monthly_limit_reached": "The person has had as many vouchers this month as the programme's "
    "rules allow.",
    "too_many_open_vouchers": "The person has as many open vouchers as anybody may have.",
    "program_closed": "The programme was closed before this voucher could be minted.",
    "too_late": "The vouchers would have expired before this one could be minted, since the "
    "programme or your organisation was paused for so long.",
}
