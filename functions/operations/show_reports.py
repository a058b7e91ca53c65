"""Shows monthly reports: which are published, with links, and what came of ride companies'
statements. Programmes are read side by side."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import htpy as h

from farechance.programs import Program, Rules
from farechance.report_bucket import ReportBucket
from farechance.report_files import REPORTS
from farechance.report_records import PublishedReport, ReconciledStatement
from farechance.standings import ClosedMonth
from farechance.store import Store, keys
from farechance.store.side_by_side import side_by_side
from farechance.times import last_settled_month, local_month, month_before, report_runs_at
from farechance.widgets.asked import Asked
from farechance.widgets.reports import MonthSeen, ReportsSeen, reports_widget
from operations.keep_house import list_programs, listed_there
from operations.warn_early import LATE_AFTER

MOST_PROGRAMS, MOST_MONTHS, MOST_PROVIDERS = 24, 12, 100


def show_reports(asked: Asked, *, store: Store, bucket: ReportBucket) -> h.Element:
    """Raises BooksDiffer, Busy."""
    listed = [one.program_id for one in list_programs(store)]
    shown = listed[:MOST_PROGRAMS]
    programs = _programs(shown, store) if shown else []
    reported = dict(side_by_side([_reported(one, store) for one in shown]))
    seen = [_seen(one, *reported[one.program.program_id], asked.now, bucket) for one in programs]
    return reports_widget(asked, seen, len(listed) - len(shown))


@dataclass(frozen=True, slots=True)
class _Program:
    program: Program
    rules: Rules
    closed: ClosedMonth | None
    providers: Mapping[str, str]


def _programs(program_ids: Sequence[str], store: Store) -> list[_Program]:
    """In three reads, however many there are."""
    program_keys = [keys.program(one) for one in program_ids]
    closed_keys = [keys.closed_month(one) for one in program_ids]
    found = store.read(*program_keys, *closed_keys)
    programs = [listed_there(found[key]) for key in program_keys]
    rules_keys = [keys.rules(one.program_id, one.rules_version) for one in programs]
    read = store.read(*rules_keys)
    rules = [listed_there(read[key]) for key in rules_keys]
    provider_ids = sorted({name for one in rules for name in one.provider_ids})[:MOST_PROVIDERS]
    named = store.read(*(keys.provider(one) for one in provider_ids))
    providers = {
        one: provider.name
        for one in provider_ids
        if (provider := named[keys.provider(one)]) is not None
    }
    return [
        _Program(program, its_rules, found[closed_key], providers)
        for program, its_rules, closed_key in zip(programs, rules, closed_keys, strict=True)
    ]


def _reported(
    program_id: str, store: Store
) -> Iterator[tuple[str, tuple[list[PublishedReport], list[ReconciledStatement]]]]:
    """What is kept of one programme's months, as the only page of its own reads: an item a month
    and ride company, of ten years at most."""
    reports = list(store.all_of(keys.report(program_id, "")))
    yield program_id, (reports, list(store.all_of(keys.statement(program_id, "", ""))))


def _seen(
    one: _Program,
    reports: Sequence[PublishedReport],
    statements: Sequence[ReconciledStatement],
    now: datetime,
    bucket: ReportBucket,
) -> ReportsSeen:
    by_month = {report.month: report for report in reports}
    last_over = last_settled_month(now, one.rules.zone)
    seen = []
    for month in _months(one, min(by_month, default=""), now):
        report, is_over = by_month.get(month), month <= last_over
        seen.append(
            MonthSeen(
                month=month,
                is_over=is_over,
                is_late=is_over and report is None and now >= report_runs_at(month) + LATE_AFTER,
                report=report,
                link=_link(report, bucket) if report else "",
                statements=[it for it in statements if it.month == month],
            )
        )
    return ReportsSeen(one.program, one.rules.currency, seen, one.providers)


def _months(one: _Program, first_published: str, now: datetime) -> list[str]:
    """The latest first: the one that isn't over, and those before, down to the first that is
    published or, where none is, to the last that housekeeping closed."""
    months = [local_month(now, one.rules.zone)]
    last_closed = one.closed.month if one.closed else ""
    first = first_published or last_closed
    while first and len(months) < MOST_MONTHS and months[-1] > first:
        months.append(month_before(months[-1]))
    return months


def _link(report: PublishedReport, bucket: ReportBucket) -> str:
    """To the funder's page."""
    for file in report.files:
        if file.name == "report.html" and file.path.startswith(REPORTS):
            return bucket.link(file.path, f"{report.program_id}-{report.month}-{file.name}")
    return ""
