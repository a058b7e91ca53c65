"""The content of a report: what `report.json` holds and everything else is made from. It owns the
form (its JSON Schema is published beside each report); it must never compute.

Amounts are whole cents of the programme's one currency, in fields that end in `_cents`; a month is
a calendar month in the programme's zone, and an entry belongs to the month in which it was recorded
(domain.md, 'Months'). A count of people is null where it is too small to be told, or where it would
give such a count away by subtraction."""

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from farechance.identifiers import Currency, Month, PartnerId, ProgramId
from farechance.reports.money_content import Budget, Money
from farechance.reports.statement_content import Cents, Count, Part, Statement

FORM: Final = 1
"""The version of this form. Figures of one month are compared within a form only."""

SmallCount = Annotated[
    int | None,
    Field(ge=0, description="People; null where it is too small to be told, or would tell one."),
]


class Vouchers(Part):
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


class Share(Part):
    """Rides under one name: a purpose as minted, a reason, a week's Monday, an hour."""

    name: str
    rides: Count
    net_cents: Cents


class Declined(Part):
    """How often a request was declined, or an event refused, for one reason."""

    reason: str
    times: Count


class Rides(Part):
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


class PartnerRow(Part):
    """One partner's part."""

    partner_id: PartnerId
    name: str
    minted: Count
    rides: Count
    net_cents: Cents
    riders: SmallCount


class Outcome(Part):
    """One kind of outcome, as partners recorded it in the month: of how many people for the first
    time. Nothing is known of everybody else, and nothing is said of causes."""

    outcome: str
    people: SmallCount


class People(Part):
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


class LateAdjustments(Part):
    """What came in this month of rides of an earlier one, and changed money: a ride that was told
    late, or another fare. That month's report stays as it is, and the change is in this one's."""

    month: Month
    adjustments: Count
    captured_cents: Cents
    refunded_cents: Cents


class Exceptions(Part):
    """What somebody should look at."""

    shortfalls: Count
    conflicts: Count
    refused_events: Count
    late_adjustments: tuple[LateAdjustments, ...]
    statements: tuple[Statement, ...]


class Identity(Part):
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


class Report(Part):
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
