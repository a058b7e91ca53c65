"""The figures of a report, from a tally and from what came before. It owns which sum stands where;
what each sum counts is the tally's."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from farechance.ledger import Kind
from farechance.participant_records import OutcomeCount
from farechance.participants import OutcomeKind
from farechance.programs import Program, Rules
from farechance.reports.closing import Closing, Sums
from farechance.reports.content import (
    Declined,
    Exceptions,
    LateAdjustments,
    Outcome,
    PartnerRow,
    People,
    Report,
    Rides,
    Share,
    Vouchers,
)
from farechance.reports.money_content import Budget, DayOfRides, Money, Owing
from farechance.reports.movements import ACCEPTANCES, CAPTURES, FEES, Movement
from farechance.reports.statement_content import Statement
from farechance.reports.tally import Tally
from farechance.times import next_month


@dataclass(frozen=True, slots=True)
class Names:
    """What partners and ride companies are called."""

    partners: Mapping[str, str]
    providers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Period:
    """A programme's month. `today`: the day on which it is reported, in the programme's zone."""

    program: Program
    rules: Rules
    month: str
    is_complete: bool
    today: date

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return date.fromisoformat(f"{self.month}-01")

    @property
    def last_day(self) -> date:
        """The last day of the month."""
        return date.fromisoformat(f"{next_month(self.month)}-01") - timedelta(days=1)


def of_program(
    period: Period,
    before: Closing,
    parts: Mapping[str, Tally],
    whole: Tally,
    names: Names,
    outcomes: Sequence[OutcomeCount],
    statements: Sequence[Statement],
) -> Report:
    """A programme's report; `parts` are its partners' tallies, `whole` is all of it. The counts of
    people are all told, and the equations not yet written down."""
    after = whole.after(before.program)
    invoiced = {one.provider_id: one.charged_cents for one in statements}
    companies = tuple(
        _owing(name, names, whole, before.program, after, invoiced.get(name))
        for name in sorted({*before.program.payable, *_companies(whole), *invoiced})
    )
    rows = tuple(
        PartnerRow(
            partner_id=partner_id,
            name=names.partners.get(partner_id, partner_id),
            minted=part.acts[Kind.VOUCHER_MINTED],
            rides=part.completed,
            net_cents=_net_cents(part),
            riders=len(part.riders),
        )
        for partner_id, part in sorted(parts.items())
    )
    return _report(
        period,
        partner=None,
        money=_money(whole, before.program, after, companies, of_partner=False),
        budget=_budget(period, after),
        tally=whole,
        people=_people(period, whole, before, rows, outcomes),
        statements=tuple(statements),
    )


def of_partner(
    period: Period,
    before: Closing,
    partner_id: str,
    part: Tally,
    names: Names,
    outcomes: Sequence[OutcomeCount],
) -> Report:
    """A partner's part. What it was allotted is what it was given; what is owed to ride companies
    is the programme's, so its rows say what its own vouchers paid."""
    opening = before.partners.get(partner_id, Sums())
    companies = tuple(
        _owing(name, names, part, Sums(), Sums(payable={name: part.payable[name]}), None)
        for name in _companies(part)
    )
    own = [one for one in outcomes if one.partner_id == partner_id]
    return _report(
        period,
        partner=(partner_id, names.partners.get(partner_id, partner_id)),
        money=_money(part, opening, part.after(opening), companies, of_partner=True),
        budget=None,
        tally=part,
        people=_people(period, part, before, (), own),
        statements=(),
    )


def _report(
    period: Period,
    *,
    partner: tuple[str, str] | None,
    money: Money,
    budget: Budget | None,
    tally: Tally,
    people: People,
    statements: tuple[Statement, ...],
) -> Report:
    return Report(
        program_id=period.program.program_id,
        program_name=period.program.name,
        funder=period.program.funder,
        partner_id=partner and partner[0],
        partner_name=partner and partner[1],
        month=period.month,
        time_zone=period.rules.time_zone,
        first_day=period.first_day,
        last_day=period.last_day,
        is_complete=period.is_complete,
        currency=period.rules.currency,
        entries=tally.entries,
        money=money,
        budget=budget,
        vouchers=_vouchers(tally),
        # A partner sees of a ride its day: the hour could be one person's (domain.md, 'People').
        rides=_rides(tally, with_hours=partner is None),
        people=people,
        exceptions=_exceptions(tally, statements),
        identities=(),
    )


def _money(
    tally: Tally, before: Sums, after: Sums, companies: tuple[Owing, ...], *, of_partner: bool
) -> Money:
    moved = tally.movements
    given, taken = (
        (Movement.ALLOT, Movement.UNALLOT) if of_partner else (Movement.FUND, Movement.DEFUND)
    )
    return Money(
        opening=before.split(of_partner=of_partner),
        funded_cents=moved[given],
        defunded_cents=moved[taken],
        captured_cents=_sum(moved, CAPTURES),
        refunded_cents=moved[Movement.REFUND],
        accepted_cents=_sum(moved, ACCEPTANCES),
        closing=after.split(of_partner=of_partner),
        fees_cents=_sum(moved, FEES),
        shortfalls_cents=moved[Movement.SHORTFALL],
        overage_program_cents=moved[Movement.OVERAGE_OF_PROGRAM],
        overage_rider_cents=moved[Movement.OVERAGE_OF_RIDER],
        written_off_cents=moved[Movement.WRITE_OFF],
        undecided_cents=after.undecided_cents,
        tips_cents=moved[Movement.TIP],
        ride_companies=companies,
        by_day=tuple(
            DayOfRides(day=day, net_cents=tally.net_by_day[day], rides=tally.rides_by_day[day])
            for day in sorted(tally.net_by_day.keys() | tally.rides_by_day)
        ),
    )


def _owing(
    provider_id: str, names: Names, tally: Tally, before: Sums, after: Sums, invoiced: int | None
) -> Owing:
    of_company = {one: tally.of_company[provider_id, one] for one in Movement}
    return Owing(
        provider_id=provider_id,
        name=names.providers.get(provider_id, provider_id),
        opening_cents=before.payable.get(provider_id, 0),
        captured_cents=_sum(of_company, CAPTURES),
        refunded_cents=of_company[Movement.REFUND],
        accepted_cents=_sum(of_company, ACCEPTANCES),
        paid_cents=of_company[Movement.PAYMENT],
        closing_cents=after.payable.get(provider_id, 0),
        fees_cents=_sum(of_company, FEES),
        invoiced_cents=invoiced,
    )


def _budget(period: Period, after: Sums) -> Budget:
    granted, spent = after.granted_cents, after.spent_cents
    rules = period.rules
    days = (rules.ends_on - rules.starts_on).days + 1
    # Of a month that isn't over, the days before today.
    until = period.last_day if period.is_complete else period.today - timedelta(days=1)
    over = min(days, max(0, (until - rules.starts_on).days + 1))
    return Budget(
        granted_cents=granted,
        spent_cents=spent,
        spent_percent=spent * 100 // granted if granted > 0 else 0,
        starts_on=rules.starts_on,
        ends_on=rules.ends_on,
        days_over=over,
        days_in_all=days,
        days_percent=over * 100 // days,
    )


def _vouchers(tally: Tally) -> Vouchers:
    acts = tally.acts
    return Vouchers(
        minted=acts[Kind.VOUCHER_MINTED],
        minted_cents=tally.minted_cents,
        minted_unassigned=tally.minted_unassigned,
        assigned_later=acts[Kind.VOUCHER_ASSIGNED],
        used=len(tally.used),
        used_up=len(tally.used_up),
        expired_unused=tally.never_used,
        revoked=acts[Kind.VOUCHER_REVOKED],
        reissued=acts[Kind.VOUCHER_REISSUED],
        blocked=acts[Kind.VOUCHER_BLOCKED],
        unblocked=acts[Kind.VOUCHER_UNBLOCKED],
        extended=acts[Kind.VOUCHER_EXTENDED],
        returned_cents=tally.movements[Movement.RETURN],
    )


def _rides(tally: Tally, *, with_hours: bool) -> Rides:
    approved, declined = tally.approved_by_hour.total(), tally.declined.total()
    fare_cents = sum(cents * times for cents, times in tally.fares.items())
    return Rides(
        requested=tally.acts[Kind.RIDE_REQUESTED],
        approved=approved,
        declined=declined,
        completed=tally.completed,
        cancelled=tally.cancelled,
        fees=tally.fees,
        on_unassigned_cards=tally.rides_without_person,
        mean_fare_cents=_rounded(fare_cents, tally.completed),
        median_fare_cents=median(tally.fares),
        mean_covered_cents=_rounded(tally.covered_cents, tally.completed),
        wholly_covered=tally.wholly_covered,
        declined_by_reason=_by_reason(tally.declined),
        refused_by_reason=_by_reason(tally.refused),
        by_purpose=tuple(
            Share(
                name=name, rides=tally.rides_by_purpose[name], net_cents=tally.net_by_purpose[name]
            )
            for name in sorted(tally.net_by_purpose.keys() | tally.rides_by_purpose)
        ),
        by_week=tuple(
            Share(name=monday.isoformat(), rides=rides, net_cents=net)
            for monday, (rides, net) in tally.by_week.items()
        ),
        by_hour=tuple(
            Share(name=f"{hour:02d}", rides=tally.approved_by_hour[hour], net_cents=0)
            for hour in range(24 if with_hours else 0)
        ),
    )


def _people(
    period: Period,
    tally: Tally,
    before: Closing,
    rows: tuple[PartnerRow, ...],
    outcomes: Iterable[OutcomeCount],
) -> People:
    riders = len(tally.riders)
    returning = len(tally.riders & before.riders)
    named = tally.completed - tally.rides_without_person
    of_kind: Counter[OutcomeKind] = Counter()
    for one in outcomes:
        of_kind[one.outcome] += one.people
    return People(
        riders=riders,
        new_riders=riders - returning,
        returning_riders=returning,
        given_vouchers=len(tally.given),
        rides_per_rider_hundredths=_rounded(named * 100, riders),
        small_count_threshold=period.rules.small_count_threshold,
        by_partner=rows,
        outcomes=tuple(
            Outcome(outcome=kind.value, people=of_kind[kind])
            for kind in OutcomeKind
            if kind in of_kind
        ),
    )


def _exceptions(tally: Tally, statements: tuple[Statement, ...]) -> Exceptions:
    return Exceptions(
        shortfalls=tally.shortfalls,
        conflicts=tally.acts[Kind.RIDE_CONFLICT],
        refused_events=tally.refused.total(),
        late_adjustments=tuple(
            LateAdjustments(
                month=month,
                adjustments=times,
                captured_cents=tally.late_captured[month],
                refunded_cents=tally.late_refunded[month],
            )
            for month, times in sorted(tally.late_changes.items())
        ),
        statements=statements,
    )


def median(counted: Mapping[int, int]) -> int | None:
    """The median of amounts, each with how often it came: exact, and of an even number the mean of
    the middle two, rounded half up. None of nothing."""
    total = sum(counted.values())
    if total == 0:
        return None
    middle = [(total - 1) // 2, total // 2]
    found: list[int] = []
    seen = 0
    for cents in sorted(counted):
        seen += counted[cents]
        while len(found) < len(middle) and middle[len(found)] < seen:
            found.append(cents)
    return _rounded(sum(found), 2)


def _rounded(amount: int, parts: int) -> int | None:
    """A quotient, half up; None of nothing."""
    return None if parts == 0 else (2 * amount + parts) // (2 * parts)


def _by_reason(counted: Mapping[str, int]) -> tuple[Declined, ...]:
    """The commonest first."""
    return tuple(
        Declined(reason=reason, times=times)
        for reason, times in sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    )


def _companies(tally: Tally) -> list[str]:
    """Ride companies to which money went or is owed; one that only asked is none of them."""
    return sorted({name for (name, _), cents in tally.of_company.items() if cents})


def _net_cents(tally: Tally) -> int:
    return _sum(tally.movements, CAPTURES) - tally.movements[Movement.REFUND]


def _sum(moved: Mapping[Movement, int], names: Iterable[Movement]) -> int:
    return sum(moved[name] for name in names)
