"""The content of a report: what `report.json` holds and everything else is made from. It owns the
form (its JSON Schema is published beside each report); it must never compute.

Amounts are whole cents of the programme's one currency, in fields that end in `_cents`; a month is
a calendar month in the programme's zone, and an entry belongs to the month in which it was recorded
(domain.md, 'Months'). A count of people is null where it is too small to be told, or where it would
give such a count away by subtraction."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from farechance.identifiers import Currency, PartnerId, ProgramId, ProviderId

FORM: Final = 1
"""The version of this form. Figures of one month are compared within a form only."""

Cents = Annotated[int, Field(description="Cents; below zero where more was taken back.")]
Count = Annotated[int, Field(ge=0)]
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
SmallCount = Annotated[
    int | None,
    Field(ge=0, description="People; null where it is too small to be told, or would tell one."),
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Split(_Part):
    """Where the money is that was funded and isn't spent, at one moment. `in_transfer_cents` is
    between an old card and the new one that replaced it, which is zero but for a moment."""

    unallotted_cents: Cents
    allotted_cents: Cents
    reserved_cents: Cents
    in_vouchers_cents: Cents
    held_cents: Cents
    in_transfer_cents: Cents

    @property
    def total_cents(self) -> int:
        """All of it."""
        return (
            self.unallotted_cents
            + self.allotted_cents
            + self.reserved_cents
            + self.in_vouchers_cents
            + self.held_cents
            + self.in_transfer_cents
        )


class Owing(_Part):
    """One ride company. Payable at the end = at the opening + captured − refunded + accepted −
    paid. `fees_cents` are captured cancellation fees, with what adjustments captured of them, a
    part of captured. `invoiced_cents` is what the company's own statement of the month charged,
    null without one."""

    provider_id: ProviderId
    name: str
    opening_cents: Cents
    captured_cents: Cents
    refunded_cents: Cents
    accepted_cents: Cents
    paid_cents: Cents
    closing_cents: Cents
    fees_cents: Cents
    invoiced_cents: Cents | None = None


class DayOfRides(_Part):
    """What was captured less refunded in the month for rides of one day, which may lie before the
    month; `rides` that were completed on it."""

    day: date
    net_cents: Cents
    rides: Count


class Money(_Part):
    """Opening + funded − defunded − captured + refunded − accepted = closing. `shortfalls_cents`
    was promised and no voucher can pay it; `overage_program_cents` and `overage_rider_cents` were
    driven beyond what vouchers cover, by who owes it; `undecided_cents` is what of the programme's
    part nobody has accepted or written off yet, at the month's end; `tips_cents` were on bills and
    never paid by a voucher. A partner's has the rows of its own vouchers: there, funded and
    defunded are what it was allotted and what of it was taken back."""

    opening: Split
    funded_cents: Cents
    defunded_cents: Cents
    captured_cents: Cents
    refunded_cents: Cents
    accepted_cents: Cents
    closing: Split
    fees_cents: Cents
    shortfalls_cents: Cents
    overage_program_cents: Cents
    overage_rider_cents: Cents
    written_off_cents: Cents
    undecided_cents: Cents
    tips_cents: Cents
    ride_companies: tuple[Owing, ...]
    by_day: tuple[DayOfRides, ...]

    @property
    def net_cents(self) -> int:
        """What rides cost in the month."""
        return self.captured_cents - self.refunded_cents


class Budget(_Part):
    """The grant to date, at the month's end: funded less defunded, spent on rides and paid
    directly, and how much of the programme's days are over. Percentages are whole, rounded down."""

    granted_cents: Cents
    spent_cents: Cents
    spent_percent: Count
    starts_on: date
    ends_on: date
    days_over: Count
    days_in_all: Count
    days_percent: Count


class Vouchers(_Part):
    """Acts on vouchers in the month. `minted_unassigned` were handed out as cards without a person,
    of which, or of earlier ones, `assigned_later` got one. `used` paid for a ride in the month,
    `used_up` had no money or no ride left after one of its rides, `expired_unused` went back
    without ever having paid."""

    minted: Count
    minted_cents: Cents
    minted_unassigned: Count
    assigned_later: Count
    used: Count
    used_up: Count
    expired_unused: Count
    revoked: Count
    reissued: Count
    blocked: Count
    unblocked: Count
    extended: Count
    returned_cents: Cents


class Share(_Part):
    """Rides under one name: a purpose as minted, a reason, a week's Monday, an hour."""

    name: str
    rides: Count
    net_cents: Cents


class Declined(_Part):
    """How often a request was declined, or an event refused, for one reason."""

    reason: str
    times: Count


class Rides(_Part):
    """Rides that completed in the month and count; `fees` are captured cancellation fees. Fares are
    those of completed rides, without tips; the median of an even number is the mean of the middle
    two, rounded half up, as the mean is. `on_unassigned_cards`: rides of cards without a person.
    `by_week` names the Monday of the ride's week; `by_hour` is the local hour, 00 to 23, in which
    rides that were approved were asked for, with no money."""

    requested: Count
    approved: Count
    declined: Count
    completed: Count
    cancelled: Count
    fees: Count
    on_unassigned_cards: Count
    mean_fare_cents: Cents | None
    median_fare_cents: Cents | None
    mean_covered_cents: Cents | None
    wholly_covered: Count
    declined_by_reason: tuple[Declined, ...]
    refused_by_reason: tuple[Declined, ...]
    by_purpose: tuple[Share, ...]
    by_week: tuple[Share, ...]
    by_hour: tuple[Share, ...]


class PartnerRow(_Part):
    """One partner's part."""

    partner_id: PartnerId
    name: str
    minted: Count
    rides: Count
    net_cents: Cents
    riders: SmallCount


class Outcome(_Part):
    """One kind of outcome, as partners recorded it in the month: of how many people for the first
    time. Nothing is known of everybody else, and nothing is said of causes."""

    outcome: str
    people: SmallCount


class People(_Part):
    """Riders are people with a completed ride in the month, unduplicated within a partner:
    somebody whom two partners enrolled counts twice. New riders had none in an earlier month.
    `rides_per_rider` in hundredths, of rides that a person's voucher paid. `given_vouchers` are
    people for whom a voucher was minted or to whom one was assigned."""

    riders: SmallCount
    new_riders: SmallCount
    returning_riders: SmallCount
    given_vouchers: SmallCount
    rides_per_rider_hundredths: int | None
    small_count_threshold: Count
    by_partner: tuple[PartnerRow, ...]
    outcomes: tuple[Outcome, ...]


class LateAdjustments(_Part):
    """What came in this month of rides of an earlier one, and changed money: a ride that was told
    late, or another fare. That month's report stays as it is, and the change is in this one's."""

    month: Month
    adjustments: Count
    captured_cents: Cents
    refunded_cents: Cents


class Statement(_Part):
    """A ride company's own statement of the month against the ledger, as it was last reconciled.
    `different_authorization` and `different_fare` are charged as the ledger says, by another
    authorization than was given for the ride, and with another fare."""

    provider_id: ProviderId
    lines: Count
    matched: Count
    different_amount: Count
    different_authorization: Count = 0
    different_fare: Count = 0
    only_theirs: Count
    only_ours: Count
    doubled: Count
    unreadable: Count
    charged_cents: Cents
    ledger_cents: Cents


class Exceptions(_Part):
    """What somebody should look at."""

    shortfalls: Count
    conflicts: Count
    refused_events: Count
    late_adjustments: tuple[LateAdjustments, ...]
    statements: tuple[Statement, ...]


class Identity(_Part):
    """An equation that was checked: both sides in words and in cents, or as counts."""

    name: str
    left: str
    right: str
    unit: Literal["cents", "count"] = "cents"
    left_value: int
    right_value: int

    @property
    def holds(self) -> bool:
        """Whether both sides are the same."""
        return self.left_value == self.right_value


class Report(_Part):
    """A month of a programme, or of one partner's part of it (`partner_id`, and no `budget`). Not
    `is_complete`: the month isn't over, and the figures are those so far."""

    form: Literal[1] = 1
    program_id: ProgramId
    program_name: str
    funder: str
    partner_id: PartnerId | None = None
    partner_name: str | None = None
    month: Month
    time_zone: str
    first_day: date
    last_day: date
    is_complete: bool
    currency: Currency
    basis: str = (
        "Entries of the ledger that were recorded in the month, by the clock of the programme's "
        "zone. Amounts are what vouchers paid, when it was recorded; days are those of the rides."
    )
    entries: Count
    money: Money
    budget: Budget | None
    vouchers: Vouchers
    rides: Rides
    people: People
    exceptions: Exceptions
    identities: tuple[Identity, ...]
