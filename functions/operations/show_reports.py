"""Shows monthly reports: which are published, with links, and what came of ride companies'
statements. Programmes are read side by side."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import htpy as h

from farechance.errors import BooksDiffer
from farechance.programs import Program, Provider, Rules
from farechance.report_bucket import ReportBucket
from farechance.report_files import REPORTS
from farechance.report_records import PublishedReport, ReconciledStatement
from farechance.store import Store, keys
from farechance.store.side_by_side import side_by_side
from farechance.times import last_settled_month, local_month, month_before, report_runs_at
from farechance.widgets.asked import Asked
from farechance.widgets.reports import MonthSeen, ReportsSeen, reports_widget
from operations.keep_house import list_programs
from operations.read_report_sources import first_month

MOST_PROGRAMS, MOST_MONTHS = 24, 12
# A report is made within minutes; for some hours the schedule and the queue try again.
_LATE_AFTER = timedelta(hours=24)


def show_reports(asked: Asked, *, store: Store, bucket: ReportBucket) -> h.Element:
    """Raises BooksDiffer, Busy."""
    listed = [one.program_id for one in list_programs(store)]
    shown = listed[:MOST_PROGRAMS]
    found = dict(side_by_side([_read(one, asked.now, store, bucket) for one in shown]))
    seen = [found[one] for one in shown]
    return reports_widget(asked, seen, len(listed) - len(shown))


def _read(
    program_id: str, now: datetime, store: Store, bucket: ReportBucket
) -> Iterator[tuple[str, ReportsSeen]]:
    """One programme, as the only page of its own reads."""
    program, rules, providers = _program(program_id, store)
    months = _months(program, first_month(program_id, store), now)
    reports = {one.month: one for one in store.all_of(keys.report(program_id, ""))}
    statements = list(store.all_of(keys.statement(program_id, "", "")))
    last_over = last_settled_month(now, rules.zone)
    seen = [
        _month(month, last_over, reports.get(month), statements, now, bucket) for month in months
    ]
    names = {one.provider_id: one.name for one in providers}
    yield program_id, ReportsSeen(program, rules.currency, seen, names)


def _program(program_id: str, store: Store) -> tuple[Program, Rules, list[Provider]]:
    program_key = keys.program(program_id)
    program = store.read(program_key)[program_key]
    if program is None:
        raise BooksDiffer(f"{program_id} is listed and isn't there")
    rules_key = keys.rules(program_id, program.rules_version)
    rules = store.read(rules_key)[rules_key]
    if rules is None:
        raise BooksDiffer(f"{program_id} has no rules {program.rules_version}")
    provider_keys = [keys.provider(one) for one in rules.provider_ids]
    found = store.read(*provider_keys)
    return program, rules, [one for key in provider_keys if (one := found[key]) is not None]


def _months(program: Program, first: str, now: datetime) -> list[str]:
    """The latest first: the one that isn't over, and those before."""
    month = local_month(now, ZoneInfo(program.time_zone))
    months = [month]
    while len(months) < MOST_MONTHS:
        months.append(month_before(months[-1]))
    return list(takewhile(lambda one: one >= first, months))


def _month(
    month: str,
    last_over: str,
    report: PublishedReport | None,
    statements: list[ReconciledStatement],
    now: datetime,
    bucket: ReportBucket,
) -> MonthSeen:
    is_over = month <= last_over
    return MonthSeen(
        month=month,
        is_over=is_over,
        is_late=is_over and report is None and now >= report_runs_at(month) + _LATE_AFTER,
        report=report,
        link=_link(report, bucket) if report else "",
        statements=[one for one in statements if one.month == month],
    )


def _link(report: PublishedReport, bucket: ReportBucket) -> str:
    """To the funder's page."""
    for file in report.files:
        if file.name == "report.html" and file.path.startswith(REPORTS):
            return bucket.link(file.path, f"{report.program_id}-{report.month}-{file.name}")
    return ""
