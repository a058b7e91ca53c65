"""`report.html`: one file that is read on a screen, by a screen reader and on paper. It owns the
order of what is said and page one; the sections are modules of their own. It must never compute a
figure, and whatever it is given is escaped."""

import htpy as h

from farechance.reports import phrases, words
from farechance.reports.charts import Bar, Heading, rows
from farechance.reports.content import Report
from farechance.reports.debts_section import debts_section
from farechance.reports.document import document, figure, section
from farechance.reports.exceptions_section import exceptions_section
from farechance.reports.money_content import Budget
from farechance.reports.money_section import money_section
from farechance.reports.notes_section import figures_section, has_figures, notes_section
from farechance.reports.people_section import outcomes_section, people_section
from farechance.reports.phrases import number
from farechance.reports.rides_section import rides_section, vouchers_section

_CONTENTS = (
    ("money", "Money"),
    ("ride-companies", "Ride companies"),
    ("vouchers", "Vouchers"),
    ("rides", "Rides"),
    ("people", "People"),
    ("outcomes", "Outcomes"),
    ("exceptions", "To be looked at"),
    ("notes", "How to read this"),
    ("figures", "The figures behind the charts"),
)


def html(report: Report) -> str:
    """The whole page."""
    return document(
        f"{words.title(report)}: monthly report",
        _header(report),
        h.main[
            _page_one(report),
            money_section(report),
            debts_section(report),
            vouchers_section(report),
            rides_section(report),
            people_section(report),
            outcomes_section(report),
            exceptions_section(report),
            notes_section(report),
            figures_section(report),
        ],
        _footer(report),
    )


def _header(report: Report) -> h.Element:
    whose = report.partner_name if report.partner_id else report.program_name
    part = f"Its part in {report.program_name} · " if report.partner_id else ""
    return h.header[
        h.p(".kind")["Monthly report"],
        h.h1[whose, " ", h.span[phrases.month(report.month)]],
        h.p(".period")[f"{part}Funded by {report.funder} · {words.period(report)}"],
        None
        if report.is_complete
        else h.p(".so-far")[h.strong["So far."], " The month is not over: figures will change."],
    ]


def _page_one(report: Report) -> h.Element:
    return section(
        "page-one",
        "The month in words",
        h.div(".page-one")[
            h.div(".lead")[
                (h.p[paragraph.replace("'", "’")] for paragraph in words.paragraphs(report))
            ],
            h.div(".side")[
                _grant_and_time(report, report.budget) if report.budget else None,
                h.nav(aria_label="Sections")[
                    h.ul[
                        (
                            h.li[h.a(href=f"#{place}")[name]]
                            for place, name in _CONTENTS
                            if place != "figures" or has_figures(report)
                        )
                    ]
                ],
            ],
        ],
        above=_in_figures(report),
    )


def _in_figures(report: Report) -> h.Element:
    rides, people = report.rides, report.people
    riders = phrases.people(
        people.riders, rides.completed - rides.on_unassigned_cards, people.small_count_threshold
    )
    median = (
        "none"
        if rides.median_fare_cents is None
        else phrases.money(rides.median_fare_cents, report.currency)
    )
    return h.dl(".big")[
        _big(number(rides.completed), "rides"),
        _big(riders, "people who rode"),
        _big(phrases.money(report.money.net_cents, report.currency), "spent on rides"),
        _big(median, "median fare"),
    ]


def _big(shown: str, name: str) -> h.Element:
    # What isn't a number is written smaller: it is longer.
    return h.div[h.dt[name], h.dd(class_={"in-words": " " in shown})[shown]]


def _grant_and_time(report: Report, budget: Budget) -> h.Element:
    spent, granted = (
        phrases.money(cents, report.currency)
        for cents in (budget.spent_cents, budget.granted_cents)
    )
    money, days = (
        f"{spent} of {granted}",
        f"{number(budget.days_over)} of {number(budget.days_in_all)} days",
    )
    title = "The grant and its time"
    heading = Heading(
        "chart-grant",
        title,
        f"{budget.spent_percent}% of the grant is spent: {money}. {budget.days_percent}% of the "
        f"time is over: {days}.",
    )
    bars = (
        Bar("Spent", budget.spent_percent, f"{budget.spent_percent}%", money),
        Bar("Time", budget.days_percent, f"{budget.days_percent}%", days),
    )
    return figure(title, rows(heading, bars, whole=100, width=240))


def _footer(report: Report) -> h.Element:
    return h.footer[h.p[f"{words.title(report)}. Written by Fare Chance."]]
