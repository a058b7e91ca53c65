"""The widget of monthly reports: which there are, what was corrected, what came of ride companies'
statements, and to have one run again. It owns the words; what it says, `operations.show_reports`
read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import htpy as h

from farechance.programs import Program
from farechance.report_records import PublishedReport, ReconciledStatement
from farechance.reports import phrases
from farechance.reports.statement_content import Statement
from farechance.widgets import frame
from farechance.widgets.asked import Asked
from farechance.widgets.forms import CommandButton, Field, command_form

LINK_MINUTES = 15


@dataclass(frozen=True, slots=True)
class MonthSeen:
    """One month of a programme: its report, if it is published, with an address that opens it;
    `is_over`: nothing is added to it any more; `is_late`: it should have been published by now."""

    month: str
    is_over: bool
    is_late: bool
    report: PublishedReport | None
    link: str
    statements: Sequence[ReconciledStatement]


@dataclass(frozen=True, slots=True)
class ReportsSeen:
    """A programme and its months, the latest first; `providers`: names by id."""

    program: Program
    currency: str
    months: Sequence[MonthSeen]
    providers: Mapping[str, str]


def reports_widget(asked: Asked, seen: Sequence[ReportsSeen], more: int) -> h.Element:
    """All programmes. `more`: how many are there beyond these."""
    if not seen:
        return frame.told(asked, "There is no programme yet, and so no report.")
    return frame.widget(
        asked,
        (_program(asked, one) for one in seen),
        frame.note(
            f"A link opens its report for whoever has it, and for {LINK_MINUTES} minutes: refresh "
            "this widget for new ones. Reports are published on the 1st, from 14:00 UTC on."
        ),
        frame.note(f"{phrases.counted(more, 'programme')} more not shown here.") if more else None,
    )


def _program(asked: Asked, seen: ReportsSeen) -> h.Element:
    return frame.section(
        seen.program.name,
        frame.note(h.code[seen.program.program_id]),
        frame.table(
            f"Monthly reports of {seen.program.name}",
            ("Month", "State", "Report", "Ride companies' statements"),
            [
                (
                    h.strong[phrases.month(one.month)],
                    _state(asked, one),
                    _link(one),
                    _statements(one, seen),
                )
                for one in seen.months
            ],
            is_captioned=False,
        ),
        command_form(asked, _run_again(seen)),
    )


def _state(asked: Asked, one: MonthSeen) -> h.Node:
    report = one.report
    if report is None:
        if not one.is_over:
            return "Not over yet"
        if one.is_late:
            return frame.pill("Missing: run it", "bad")
        return "Published on the 1st"
    when = f"Published {asked.moment(report.published_at)}"
    if not report.edition:
        return when
    changed = ", ".join(report.changes) or "nothing that is named"
    return [
        frame.pill(f"Correction {report.edition}", "warn"),
        f" {when}. ",
        h.small[f"Changed: {changed}"],
    ]


def _link(one: MonthSeen) -> h.Node:
    if not one.link:
        return "–"
    # Read out of its row, a link says what it opens.
    name = f"Open the report of {phrases.month(one.month)}"
    return h.a(href=one.link, target="_blank", rel="noopener noreferrer", aria_label=name)["Open"]


def _statements(one: MonthSeen, seen: ReportsSeen) -> h.Node:
    if not one.statements:
        return "none dropped"
    return h.ul[
        (
            h.li[f"{seen.providers.get(it.provider_id, it.provider_id)}: {_outcome(it, seen)}"]
            for it in one.statements
        )
    ]


def _outcome(reconciled: ReconciledStatement, seen: ReportsSeen) -> str:
    statement = reconciled.statement
    unlike = _unlike(statement)
    lines = phrases.counted(statement.lines, "line")
    if not unlike:
        charged = phrases.money(statement.charged_cents, seen.currency)
        return f"{lines}, {charged}, all as in the ledger"
    return f"{lines}; {', '.join(unlike)}"


def _unlike(statement: Statement) -> list[str]:
    counts = (
        (statement.different_amount, "with another amount"),
        (statement.only_theirs, "only on the statement"),
        (statement.only_ours, "only in the ledger"),
        (statement.doubled, "charged twice"),
        (statement.unreadable, "not readable"),
    )
    return [f"{phrases.number(count)} {words}" for count, words in counts if count]


def _run_again(seen: ReportsSeen) -> CommandButton:
    over = [one.month for one in seen.months if one.is_over]
    month = over[0] if over else seen.months[0].month if seen.months else ""
    return CommandButton(
        "run_report",
        "Run a month again",
        f"Add a month of {seen.program.name} up again? What is published and right stays as it is; "
        "a figure that differs is corrected beside it, and subscribers are told. No money moves.",
        {"program_id": seen.program.program_id},
        more=(Field("month", "Month", "Year and month, as 2026-03.", month),),
    )
