"""What partners send and what they are told: the models of api.md's partner endpoints. They own the
form of each body (strict, nothing unknown); they must never hold a rule that needs the clock or a
stored thing. The published contract is made from these same models."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    Field,
    model_validator,
)

from farechance.identifiers import (
    Currency,
    Environment,
    Language,
    ParticipantId,
    PartnerId,
    ProgramId,
    ProviderId,
    Purpose,
    VoucherId,
)
from farechance.ledger import Account, Kind
from farechance.money import (
    MAX_RIDE_CENTS,
    PositiveRideCents,
    ProgramCents,
    RideCents,
    RideChangeCents,
)
from farechance.paging import Cursor, Limit
from farechance.programs import RiderNeeds, Rules, Status
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant
from farechance.voucher_acts import ActReason
from farechance.vouchers import Blocker, ClosedReason, Reason, VoucherState

MAX_MINTED_AT_ONCE = 25


class MintRequest(BaseModel):
    """Mints 1 to 25 vouchers, all or none: one for each of `participant_ids` (a person may stand
    in it more than once), or a number of `unassigned` ones; one of the two is needed. Each has
    `value_cents` and `rides` rides that may each take up to `cap_cents`; both are at most what the
    programme's rules say, and are the rules' where they are left out. `valid_from` is now and
    `expires_at` follows from the rules' `valid_days` where they are left out. `language` is the
    participant's, or English."""

    model_config = SENT

    program_id: ProgramId
    purpose: Purpose
    value_cents: PositiveRideCents
    rides: int | None = Field(default=None, ge=1, le=50)
    cap_cents: PositiveRideCents | None = None
    valid_from: Instant | None = None
    expires_at: Instant | None = None
    participant_ids: tuple[ParticipantId, ...] = Field(default=(), max_length=MAX_MINTED_AT_ONCE)
    unassigned: int | None = Field(default=None, ge=1, le=MAX_MINTED_AT_ONCE)
    language: Language | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if bool(self.participant_ids) == (self.unassigned is not None):
            raise ValueError("give either participant_ids or unassigned")
        if self.cap_cents is not None and self.cap_cents > self.value_cents:
            raise ValueError("cap_cents must not exceed value_cents")
        return self

    @property
    def count(self) -> int:
        """How many vouchers."""
        return self.unassigned or len(self.participant_ids)


class MintedVoucher(BaseModel):
    """One new voucher. `code` is what the rider shows to the ride company, and is there only for
    callers with the scope `codes:read`: whoever has it can ride. `last4` is its end, to find the
    voucher by."""

    model_config = ANSWER

    voucher_id: VoucherId
    code: str | None = None
    last4: str
    participant_id: ParticipantId | None = None
    purpose: Purpose
    value_cents: PositiveRideCents
    rides: int
    cap_cents: PositiveRideCents
    valid_from: Instant
    expires_at: Instant


class Minted(BaseModel):
    """The vouchers that a call minted, in the order in which it asked for them. `total_cents` was
    taken from your allotment."""

    model_config = ANSWER

    program_id: ProgramId
    currency: Currency
    total_cents: Annotated[int, Field(ge=1, le=MAX_MINTED_AT_ONCE * MAX_RIDE_CENTS)]
    minted_at: Instant
    vouchers: tuple[MintedVoucher, ...]


class LastDecline(BaseModel):
    """Why the last request for a ride was declined, and what would help. The moment (`at`) is told
    for 24 hours, so that a case worker can help on the phone; afterwards only the day."""

    model_config = ANSWER

    day: date
    at: Instant | None = None
    reason: Reason
    what_to_do: str


class VoucherAnswer(BaseModel):
    """A voucher of yours. `assigned` says whether it belongs to a person. What it was worth,
    `value_cents`, is now `available_cents`, `held_cents` for rides under way and `spent_cents`.
    `rides_left` is `rides` less those that were paid (`rides_used`) and those under way. What an
    administrator blocked (`blocked_by`), or the person asked to have blocked, only an administrator
    unblocks; what an operator blocked, an operator or an administrator. `successor_id` is the card
    that took the place of a reissued one."""

    model_config = ANSWER

    voucher_id: VoucherId
    program_id: ProgramId
    purpose: Purpose
    language: Language
    assigned: bool
    status: VoucherState
    blocked_by: Blocker | None = None
    closed_reason: ClosedReason | None = None
    successor_id: VoucherId | None = None
    last4: str
    currency: Currency
    value_cents: PositiveRideCents
    cap_cents: PositiveRideCents
    available_cents: RideCents
    held_cents: RideCents
    spent_cents: RideCents
    rides: int
    rides_used: int
    rides_left: int
    valid_from: Instant
    expires_at: Instant
    minted_at: Instant
    last_decline: LastDecline | None = None


class EntryAnswer(BaseModel):
    """One line of a voucher's ledger: its day, what happened and the money; neither the hour, nor
    the ride company's id of the ride, nor a place. `reason` is why a ride wasn't paid, `act_reason`
    why somebody acted on the voucher. `changes` says by how many cents each account changed, and
    adds up to zero."""

    model_config = ANSWER

    sequence: int
    recorded_on: date
    kind: Kind
    ride_day: date | None = None
    reason: Reason | None = None
    act_reason: ActReason | None = None
    changes: dict[Account, RideChangeCents]
    fare_cents: RideCents | None = None
    overage_cents: RideCents | None = None
    overage_owed_by: Literal["program", "rider"] | None = None
    shortfall_cents: RideCents | None = None


class EntryQuery(BaseModel):
    """Which of a voucher's entries to list."""

    model_config = SENT

    cursor: Cursor | None = None
    limit: Limit = 100


class EntryList(BaseModel):
    """A page of a voucher's entries, the oldest first. `cursor` is there while more follow."""

    model_config = ANSWER

    voucher_id: VoucherId
    entries: tuple[EntryAnswer, ...]
    cursor: Cursor | None = None


class ProviderSummary(BaseModel):
    """A ride company of a programme: what a rider needs to use it."""

    model_config = ANSWER

    provider_id: ProviderId
    name: str
    rider_needs: RiderNeeds
    help_phone: str
    staff_can_book: bool


class ProgramSummary(BaseModel):
    """A programme in which you have an allotment: `available_cents` is what you may still mint."""

    model_config = ANSWER

    program_id: ProgramId
    name: str
    funder: str
    status: Status
    rules_version: int
    rules: Rules
    available_cents: ProgramCents
    providers: tuple[ProviderSummary, ...]


class WhoAmI(BaseModel):
    """Who you are to us, what your token allows, and your programmes with their rules and what is
    left of each allotment."""

    model_config = ANSWER

    partner_id: PartnerId
    name: str
    scopes: tuple[str, ...]
    environment: Environment
    programs: tuple[ProgramSummary, ...]
