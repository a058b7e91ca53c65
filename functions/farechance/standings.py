"""What a programme's money comes to, as it was added up: for reports, and for those who look at it.
Nothing is decided by it, and no ride waits for it."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from farechance.identifiers import PartnerId, ProgramId
from farechance.strictness import STORED
from farechance.times import Instant


class ClosedMonth(BaseModel):
    """A programme's sums at the end of a month, so that only later months need be added up: a
    closed month never changes (domain.md, 'Months'). In cents: what was on vouchers (`available`,
    `held`, `spent`) and reserved for batches, what was owed beyond vouchers, what this month alone
    covered, and what each partner had been given (allotted − taken back). `entries` is how many
    this month alone has."""

    model_config = STORED

    month: str
    entries: int = 0
    available_cents: int = 0
    held_cents: int = 0
    spent_cents: int = 0
    reserved_cents: int = 0
    owed_cents: int = 0
    covered_cents: int = 0
    given_cents: Mapping[PartnerId, int] = {}
    version: int = 1


class Standing(BaseModel):
    """A programme's money as housekeeping added it up at `as_of`, for those who look at it; nothing
    is decided by it. In cents: on vouchers free, held for rides under way and spent; reserved for
    batches; owed beyond vouchers; and what vouchers paid (captured − refunded) in `month` so far,
    and in the month before. A month's sum is negative if more was refunded than captured."""

    model_config = STORED

    program_id: ProgramId
    as_of: Instant
    month: str
    available_cents: int = Field(ge=0)
    held_cents: int = Field(ge=0)
    spent_cents: int = Field(ge=0)
    reserved_cents: int = Field(ge=0)
    owed_cents: int
    covered_cents: int
    covered_before_cents: int
    version: int = 1
