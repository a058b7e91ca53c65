"""The figures behind the charts, and how to read the report. It must never compute."""

from collections.abc import Sequence
from datetime import date

import htpy as h

from farechance.reports import phrases
from farechance.reports.content import Report, Share
from farechance.reports.document import section, table
from farechance.reports.money_content import DayOfRides
from farechance.reports.phrases import counted, number


def has_figures(report: Report) -> bool:
    """Whether there is anything to draw, and so a section with the figures of it."""
    return bool(report.money.by_day or report.rides.by_week or report.rides.by_hour)


def figures_section(report: Report) -> h.Node:
    """The tables of what the charts draw, in three columns that are about as long."""
    if not has_figures(report):
        return None
    days, rides = report.money.by_day, report.rides
    half = (len(days) + 1) // 2
    return section(
        "figures",
        "The figures behind the charts",
        h.div(".thirds")[
            _days("By day of the ride", days[:half], report),
            h.div(".stack")[_days("By day, continued", days[half:], report), _weeks(report)],
            _hours(rides.by_hour),
        ],
    )


def _hours(hours: Sequence[Share]) -> h.Node:
    if not hours:
        return None
    rows = ((f"{one.name}:00", number(one.rides)) for one in hours)
    return table("By hour", ("Hour", "Approved"), rows, is_long=True)


def _days(caption: str, days: Sequence[DayOfRides], report: Report) -> h.Element:
    return table(
        caption,
        ("Day", "Rides", "Spent"),
        (
            (
                _day(one.day, report),
                number(one.rides),
                phrases.money(one.net_cents, report.currency),
            )
            for one in days
        ),
        is_long=True,
    )


def _weeks(report: Report) -> h.Element:
    return table(
        "By week",
        ("Week from", "Rides", "Spent"),
        (
            (
                _day(date.fromisoformat(one.name), report),
                number(one.rides),
                phrases.money(one.net_cents, report.currency),
            )
            for one in report.rides.by_week
        ),
    )


def _day(day: date, report: Report) -> str:
    return phrases.day(day, with_year=day.year != report.first_day.year)


def notes_section(report: Report) -> h.Element:
    """How to read this."""
    threshold = report.people.small_count_threshold
    notes = (
        ("Basis", f"{report.basis} This month has {counted(report.entries, 'entry', 'entries')}."),
        (
            "Period and money",
            f"{phrases.days(report.first_day, report.last_day)}, by the clock of "
            f"{report.time_zone}. Amounts are in {report.currency}. Spent is what vouchers paid "
            "for rides and for fees of cancelled rides, less what was refunded.",
        ),
        (
            "Late changes",
            "A month that was published does not change. What comes later is counted in the month "
            "in which it came, and named with the month that it changes.",
        ),
        (
            "Small counts",
            (
                "All counts of your own people are told here: keep this report to yourselves."
                if report.partner_id
                else f"A count of fewer than {threshold} people is not told, nor is a larger one "
                "from which it could be worked out."
            ),
        ),
        (
            "People",
            "Somebody whom two partners enrolled counts twice, since no partner learns about "
            "another’s people. Whoever rides on a card without a person is not counted.",
        ),
        (
            "Purposes and outcomes",
            "Purposes are as minted: nobody checks where a ride goes. Partners record outcomes "
            "with consent: unknown is shown as unknown, and no cause is claimed.",
        ),
    )
    return section(
        "notes",
        "How to read this",
        h.dl(".notes")[(h.div[h.dt[name], h.dd[text]] for name, text in notes)],
    )
