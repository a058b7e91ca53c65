"""Adds up one month of a programme from the ledger alone: the report of the programme, that of each
partner's part, the lines behind them, and the closing with which the next month opens. It reads
entries page by page and writes nothing to the tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from farechance.books import Totals
from farechance.participant_records import OutcomeCount
from farechance.programs import Program, Rules
from farechance.reports import figures, identities, small_counts
from farechance.reports.closing import Closing, Sums
from farechance.reports.content import Report
from farechance.reports.figures import Names, Period
from farechance.reports.lines import Lines
from farechance.reports.movements import movements
from farechance.reports.statement_content import Statement
from farechance.reports.tally import Tally
from farechance.store import Store, keys
from farechance.times import local_day, month_settles_at

_ENTRIES_BETWEEN_LOOKS = 1_000


class OutOfTime(Exception):
    """There was no time for all of the month's entries: nothing of it may be used."""


@dataclass(frozen=True, slots=True)
class Month:
    """What came of one month. `report` is the funder's: small counts of people aren't told."""

    report: Report
    partners: Mapping[str, Report]
    closing: Closing


def add_up_month(  # noqa: PLR0913 - what a month is added up from, each named at the call
    program: Program,
    rules: Rules,
    month: str,
    *,
    before: Closing | None,
    names: Names,
    outcomes: Sequence[OutcomeCount],
    statements: Sequence[Statement],
    store: Store,
    salt: bytes,
    lines: Lines,
    now: datetime,
    has_time: Callable[[], bool],
) -> Month:
    """`before` is the closing of the month before, None for the programme's first. Raises
    BooksDiffer if an equation doesn't hold, OutOfTime, Busy."""
    opening = before or Closing(program_id=program.program_id, month=month)
    parts: dict[str, Tally] = {name: Tally(rules.zone, month) for name in opening.partners}
    own = Tally(rules.zone, month)
    lines.begin(month, opening, rules.zone, salt)
    for number, entry in enumerate(store.month_entries(program.program_id, month)):
        if number % _ENTRIES_BETWEEN_LOOKS == 0 and not has_time():
            raise OutOfTime
        moved = tuple(movements(entry))
        lines.add(entry, moved)
        part = own
        if entry.partner_id is not None:
            part = parts.setdefault(entry.partner_id, Tally(rules.zone, month))
        part.add(entry, moved)
    lines.finish()
    whole = Tally(rules.zone, month)
    for tally in (own, *parts.values()):
        whole.include(tally)
    closing = _closing(opening, month, parts, whole)
    is_complete = now >= month_settles_at(month, rules.zone)
    period = Period(program, rules, month, is_complete, local_day(now, rules.zone))
    partners = {
        partner_id: _partner_report(period, opening, partner_id, part, names, outcomes)
        for partner_id, part in sorted(parts.items())
    }
    report = figures.of_program(period, opening, parts, whole, names, outcomes, statements)
    # While a month goes on, the account may have more than the index of months had.
    account = _own_account(program, month, store) if period.is_complete else None
    equations = identities.of_program(
        report, whole, closing.program, account, list(partners.values())
    )
    parts_of_people = [one.people for one in partners.values()]
    people = small_counts.hidden(report.people, parts_of_people, outcomes)
    told = {"identities": equations, "people": people}
    return Month(identities.check(report.model_copy(update=told)), partners, closing)


def _partner_report(
    period: Period,
    opening: Closing,
    partner_id: str,
    part: Tally,
    names: Names,
    outcomes: Sequence[OutcomeCount],
) -> Report:
    report = figures.of_partner(period, opening, partner_id, part, names, outcomes)
    equations = identities.of_partner(report, part)
    return identities.check(report.model_copy(update={"identities": equations}))


def _closing(opening: Closing, month: str, parts: Mapping[str, Tally], whole: Tally) -> Closing:
    return Closing(
        program_id=opening.program_id,
        month=month,
        program=whole.after(opening.program),
        partners={
            name: part.after(opening.partners.get(name, Sums()))
            for name, part in sorted(parts.items())
        },
        riders=opening.riders | whole.riders,
    )


def _own_account(program: Program, month: str, store: Store) -> Sums:
    """What the programme's own account says up to the month's end, read by itself (which is
    consistent, and small: an entry for each admin command)."""
    account = keys.program_account(program.program_id)
    totals = Totals()
    for entry in store.all_of(keys.entry(account, "")):
        if entry.month <= month:
            totals.add(entry)
    return Sums(moved=totals.moved)
