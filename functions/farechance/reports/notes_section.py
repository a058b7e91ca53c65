"""The figures behind the charts, and how to read the report. It must never compute."""

from datetime import date

import htpy as h

from farechance.reports import phrases
from farechance.reports.content import Report
from farechance.reports.document import section, table
from farechance.reports.phrases import number


def figures_section(report: Report) -> h.Node:
    """The tables of what the charts draw."""
    rides, money = report.rides, report.currency
    if not (report.money.by_day or rides.by_week or rides.by_hour):
        return None
    return section(
        "figures",
        "The figures behind the charts",
        h.div(".thirds")[
            table(
                "By day of the ride",
                ("Day", "Rides", "Spent"),
                (
                    (_day(one.day, report), number(one.rides), phrases.money(one.net_cents, money))
                    for one in report.money.by_day
                ),
                is_long=True,
            ),
            table(
                "By week",
                ("Week from", "Rides", "Spent"),
                (
                    (
                        _day(date.fromisoformat(one.name), report),
                        number(one.rides),
                        phrases.money(one.net_cents, money),
                    )
                    for one in rides.by_week
                ),
            ),
            table(
                "By hour",
                ("Hour", "Approved"),
                ((f"{one.name}:00", number(one.rides)) for one in rides.by_hour),
            ),
        ],
    )


def _day(day: date, report: Report) -> str:
    return phrases.day(day, with_year=day.year != report.first_day.year)


def notes_section(report: Report) -> h.Element:
    """How to read this."""
    threshold = report.people.small_count_threshold
    notes = [
        ("Basis", report.basis),
        (
            "Period",
            f"{phrases.days(report.first_day, report.last_day)}, by the clock of "
            f"{report.time_zone}. Amounts are in {report.currency}.",
        ),
        (
            "Small counts",
            f"A count of fewer than {threshold} people is not told, nor is a larger one from which "
            "it could be worked out.",
        ),
        (
            "People",
            "Somebody whom two partners enrolled counts twice, since no partner learns about "
            "another's people.",
        ),
        (
            "Purposes",
            "Purposes are as minted. Nobody checks where a ride goes, and no place is kept.",
        ),
        (
            "Outcomes",
            "Partners record them with consent. Unknown is shown as unknown, and no cause is "
            "claimed.",
        ),
        (
            "Late changes",
            "A month that was published does not change. What comes later is counted in the month "
            "in which it came, and named with the month that it changes.",
        ),
    ]
    return section(
        "notes",
        "How to read this",
        h.dl(".notes")[(h.div[h.dt[name], h.dd[text]] for name, text in notes)],
    )
