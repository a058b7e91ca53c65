"""The sections about people and outcomes. They must never tell a count that the report doesn't, nor
claim a cause."""

import htpy as h

from farechance.reports import phrases, plain_words
from farechance.reports.content import Report
from farechance.reports.document import part, section, table
from farechance.reports.phrases import number


def people_section(report: Report) -> h.Element:
    """Who rode, in numbers, and through which partner."""
    people = report.people
    most = report.rides.completed - report.rides.on_unassigned_cards
    lines = (
        ("People who rode", people.riders, most),
        (part("of these, for the first time"), people.new_riders, most),
        (part("of these, also in an earlier month"), people.returning_riders, most),
        (
            "People who were given a voucher",
            people.given_vouchers,
            report.vouchers.minted + report.vouchers.assigned_later,
        ),
    )
    threshold = people.small_count_threshold
    return section(
        "people",
        "People",
        h.div(".pair")[
            table(
                "People, counted once within a partner",
                ("", "People"),
                ((name, phrases.people(count, upto, threshold)) for name, count, upto in lines),
            ),
            h.p(".note")[
                "Somebody whom two partners enrolled counts twice, since no partner learns about "
                "another’s people. Rides on cards without a person have no rider here.",
                f" A count of fewer than {threshold} is not told." if not report.partner_id else "",
            ],
        ],
        None if report.partner_id else _by_partner(report),
    )


def _by_partner(report: Report) -> h.Node:
    rows = report.people.by_partner
    if not rows:
        return None
    threshold = report.people.small_count_threshold
    return [
        table(
            "By partner",
            ("Partner", "Minted", "Rides", "People", "Spent"),
            (
                (
                    one.name,
                    number(one.minted),
                    number(one.rides),
                    phrases.people(one.riders, one.rides, threshold),
                    phrases.money(one.net_cents, report.currency),
                )
                for one in rows
            ),
            total=(
                "In all",
                number(report.vouchers.minted),
                number(report.rides.completed),
                phrases.people(
                    report.people.riders,
                    report.rides.completed - report.rides.on_unassigned_cards,
                    threshold,
                ),
                phrases.money(report.money.net_cents, report.currency),
            ),
        ),
    ]


def outcomes_section(report: Report) -> h.Element:
    """What partners recorded; of everybody else nothing is known."""
    outcomes = report.people.outcomes
    return section(
        "outcomes",
        "Outcomes",
        h.div(".pair")[
            table(
                "Recorded in the month, with consent",
                ("", "People"),
                (
                    (
                        plain_words.outcome_heading(one.outcome),
                        phrases.NOT_TOLD if one.people is None else number(one.people),
                    )
                    for one in outcomes
                ),
            )
            if outcomes
            else h.p["None were recorded in the month."],
            h.p(".note")[
                "Of everybody who is not counted here, nothing is known: unknown is not the same "
                "as no. Nothing here says what a ride led to."
            ],
        ],
    )
