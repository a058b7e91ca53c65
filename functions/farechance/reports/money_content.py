"""The money in a report's content. It owns the form of it; it must never compute more than a sum of
its own fields."""

from datetime import date

from farechance.identifiers import ProviderId
from farechance.reports.statement_content import Cents, Count, Part


class Split(Part):
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


class Owing(Part):
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


class DayOfRides(Part):
    """What was captured less refunded in the month for rides of one day, which may lie before the
    month; `rides` that were completed on it."""

    day: date
    net_cents: Cents
    rides: Count


class Money(Part):
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


class Budget(Part):
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
