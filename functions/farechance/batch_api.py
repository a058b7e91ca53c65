"""What partners send and are told about batches, as in `partner_api`: the form of each body, and no
rule that needs the clock or a stored thing."""

import re
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from farechance.batches import MAX_ROWS, Outcome
from farechance.identifiers import (
    BatchId,
    Currency,
    ExternalRef,
    Language,
    ParticipantId,
    ProgramId,
    Purpose,
    VoucherId,
)
from farechance.money import PositiveRideCents, ProgramCents
from farechance.paging import Cursor, Limit
from farechance.sheets import MOST_CELL_SYMBOLS
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant

COLUMN = "external_ref"
"""The one column of a CSV file that is taken."""


def _digits(value: object) -> object:
    """A query holds text only, and pydantic would take '5.0' for a whole number too."""
    if isinstance(value, str) and not re.fullmatch(r"0|[1-9]\d{0,11}", value, re.ASCII):
        raise ValueError("must be a whole number")
    return value


def _yes_or_no(value: object) -> object:
    if isinstance(value, str) and value not in ("true", "false"):
        raise ValueError("must be true or false")
    return value


_Cents = Annotated[PositiveRideCents, BeforeValidator(_digits)]


class BatchParameters(BaseModel):
    """What holds for each voucher of a batch. Beside a CSV file they stand in the query."""

    model_config = SENT

    program_id: ProgramId
    purpose: Purpose
    value_cents: _Cents
    rides: Annotated[int, Field(ge=1, le=50), BeforeValidator(_digits)] | None = None
    cap_cents: _Cents | None = None
    valid_from: Instant | None = None
    expires_at: Instant | None = None
    language: Language | None = None
    repeat: Annotated[bool, BeforeValidator(_yes_or_no)] = False


class BatchRow(BaseModel):
    """A person whom you have enrolled, for one voucher. A reference that can't be right doesn't
    stop the others. `line` is where it stood in a file of yours, to find it by; else its place in
    `rows`, from 1."""

    model_config = SENT

    external_ref: Annotated[str, StringConstraints(max_length=MOST_CELL_SYMBOLS)]
    line: int | None = Field(default=None, ge=1, le=10_000_000)


class BatchRequest(BatchParameters):
    """Mints up to 10,000 vouchers in the background: one for each person in `rows`, or a number of
    `unassigned` ones; one of the two is needed. Rows that can't be right are told by their lines,
    the others are minted. The whole sum is reserved at once, or nothing is. All else is as in a
    mint of 25. The same content within 24 hours under another key is refused unless `repeat` is
    true."""

    rows: tuple[BatchRow, ...] = Field(default=(), max_length=MAX_ROWS)
    unassigned: int | None = Field(default=None, ge=1, le=MAX_ROWS)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.rows) == (self.unassigned is not None):
            raise ValueError("give either rows or unassigned")
        if self.cap_cents is not None and self.cap_cents > self.value_cents:
            raise ValueError("cap_cents must not exceed value_cents")
        return self

    @property
    def lines(self) -> tuple[tuple[int, str], ...]:
        """Each row's line, and what stands there."""
        return tuple(
            (row.line or place, row.external_ref) for place, row in enumerate(self.rows, start=1)
        )


class BatchStarted(BaseModel):
    """The batch is on its way. Of `rows` rows `refused` can't be minted (the list of its vouchers
    says which, and why); for the others `total_cents` was taken from your allotment. Nothing in
    this answer ever changes, so a repeat of the call gets the very same."""

    model_config = ANSWER

    batch_id: BatchId
    program_id: ProgramId
    currency: Currency
    rows: int
    refused: int
    total_cents: ProgramCents
    created_at: Instant


class BatchStatus(StrEnum):
    """Where a batch stands: under way; waiting, since the programme or the partner is paused; or
    ended."""

    MINTING = "minting"
    WAITING = "waiting"
    ENDED = "ended"


class BatchAnswer(BaseModel):
    """A batch of yours. Of `rows` rows, `minted` have a voucher, `failed` have none and never will,
    `pending` are to come. `reserved_cents` is still set aside; `released_cents` went back to your
    allotment at the end. If it was stopped, `stopped_reason` says why. For whom its vouchers were
    is told until `people_until`, and then forgotten."""

    model_config = ANSWER

    batch_id: BatchId
    program_id: ProgramId
    status: BatchStatus
    purpose: Purpose
    currency: Currency
    value_cents: PositiveRideCents
    rows: int
    minted: int
    failed: int
    pending: int
    total_cents: ProgramCents
    reserved_cents: ProgramCents
    released_cents: ProgramCents
    valid_from: Instant
    expires_at: Instant
    created_at: Instant
    ended_at: Instant | None = None
    stopped_reason: str | None = None
    people_until: Instant | None = None


class BatchVoucherQuery(BaseModel):
    """Which of a batch's rows to list, and how. `format` is what the header Accept says, or JSON,
    where it is left out."""

    model_config = SENT

    outcome: Outcome | None = None
    format: Literal["json", "csv"] | None = None
    cursor: Cursor | None = None
    limit: Limit = 100


class BatchVoucher(BaseModel):
    """What became of one row. A minted one has its voucher, and its `code` for callers with the
    scope `codes:read`: whoever has it can ride. A failed one has a `reason`, and in `detail` what
    a case worker can do."""

    model_config = ANSWER

    line: int
    outcome: Outcome
    external_ref: ExternalRef | None = None
    participant_id: ParticipantId | None = None
    voucher_id: VoucherId | None = None
    code: str | None = None
    last4: str | None = None
    reason: str | None = None
    detail: str | None = None


class BatchVoucherList(BaseModel):
    """A page of a batch's rows, in the order in which they came. `cursor` is there while more
    follow. As CSV each page has a line of names, the next page stands in the header Link, and
    references and the last 4 symbols have an apostrophe in front, so that a spreadsheet takes
    them for text."""

    model_config = ANSWER

    batch_id: BatchId
    vouchers: tuple[BatchVoucher, ...]
    cursor: Cursor | None = None
