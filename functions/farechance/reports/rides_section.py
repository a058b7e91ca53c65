"""The sections about vouchers and rides. They must never compute."""

from collections.abc import Sequence
from datetime import date

import htpy as h

from farechance.reports import phrases, plain_words
from farechance.reports.charts import Bar, Heading, columns
from farechance.reports.content import Declined, Report, Share
from farechance.reports.document import figure, part, section, table
from farechance.reports.phrases import number

_HOURS = {0: "midnight", 6: "6 am", 12: "noon", 18: "6 pm"}


def vouchers_section(report: Report) -> h.Element:
    """What was done with vouchers."""
    some = report.vouchers
    made = (
        ("Minted", some.minted),
        (part("of these, cards without a person"), some.minted_unassigned),
        ("Cards that got a person later", some.assigned_later),
        ("New cards for lost ones", some.reissued),
        ("Extended", some.extended),
    )
    used = (
        ("Paid for a ride", some.used),
        ("Used up", some.used_up),
        ("Expired without a ride", some.expired_unused),
        ("Revoked", some.revoked),
        ("Blocked", some.blocked),
        ("Unblocked", some.unblocked),
    )
    money = report.currency
    return section(
        "vouchers",
        "Vouchers",
        h.div(".pair")[
            table(
                "Vouchers made and given", ("", "Vouchers"), ((name, number(n)) for name, n in made)
            ),
            table(
                "Vouchers used and ended", ("", "Vouchers"), ((name, number(n)) for name, n in used)
            ),
        ],
        h.p(".note")[
            f"Vouchers of {phrases.money(some.minted_cents, money)} were minted; "
            f"{phrases.money(some.returned_cents, money)} that had not been used went back from "
            "vouchers that ended."
        ],
    )


def rides_section(report: Report) -> h.Element:
    """How many, how dear, when, for what, and what was declined."""
    return section(
        "rides",
        "Rides",
        h.div(".pair")[
            _how_many(report),
            h.div(".stack")[
                _fares(report),
                _reasons("Messages that were refused", report.rides.refused_by_reason),
            ],
        ],
        _when(report),
        h.div(".pair")[
            _purposes(report),
            _reasons("Requests that were declined", report.rides.declined_by_reason),
        ],
    )


def _how_many(report: Report) -> h.Element:
    rides = report.rides
    lines = (
        ("Asked for", rides.requested),
        ("Approved", rides.approved),
        ("Declined", rides.declined),
        ("Completed", rides.completed),
        (part("of these, paid in full by the voucher"), rides.wholly_covered),
        (part("of these, on cards without a person"), rides.on_unassigned_cards),
        ("Cancelled", rides.cancelled),
        ("Cancellation fees", rides.fees),
    )
    return table("How many rides", ("", "Rides"), ((name, number(count)) for name, count in lines))


def _fares(report: Report) -> h.Element:
    rides, each = report.rides, report.people.rides_per_rider_hundredths
    lines = (
        ("Median fare", rides.median_fare_cents),
        ("Mean fare", rides.mean_fare_cents),
        ("Mean paid by the voucher", rides.mean_covered_cents),
    )
    said: list[tuple[str, str]] = [
        (name, "none" if cents is None else phrases.money(cents, report.currency))
        for name, cents in lines
    ]
    if each is not None:
        said.append(("Rides of each person, mean", phrases.hundredths(each)))
    return table("What a ride cost, without tips", ("", "Figure"), said)


def _when(report: Report) -> h.Node:
    rides = report.rides
    if not rides.by_week and not rides.by_hour:
        return None
    return h.div(".pair")[_weeks(rides.by_week), _hours(rides.by_hour)]


def _weeks(weeks: Sequence[Share]) -> h.Node:
    if not weeks:
        return None
    title = "Completed rides, by week"
    bars = [
        Bar(phrases.short_day(date.fromisoformat(one.name)), one.rides, number(one.rides))
        for one in weeks
    ]
    said = "; ".join(
        f"{phrases.day(date.fromisoformat(one.name), with_year=False)}: {number(one.rides)}"
        for one in weeks
    )
    return figure(
        title, columns(Heading("chart-week", title, said), bars), note="Each week from its Monday."
    )


def _hours(hours: Sequence[Share]) -> h.Node:
    if not hours:
        return None
    title = "Approved requests, by hour of the day"
    of_hour = {int(one.name): one.rides for one in hours}
    bars = [Bar(_HOURS.get(hour, ""), of_hour.get(hour, 0)) for hour in range(24)]
    most = max(range(24), key=lambda hour: of_hour.get(hour, 0))
    said = (
        f"The most were asked for in the hour from {most:02d}:00: {number(of_hour.get(most, 0))}. "
        "All hours stand in the table 'By hour'."
    )
    return figure(
        title,
        columns(Heading("chart-hour", title, said), bars, axis=number),
        note="By the hour in which the ride was asked for.",
    )


def _purposes(report: Report) -> h.Element:
    if not report.rides.by_purpose:
        return h.div[h.h3["By purpose"], h.p(".note")["No ride was completed."]]
    return h.div[
        table(
            "By purpose",
            ("Purpose", "Rides", "Spent"),
            (
                (
                    plain_words.heading(one.name),
                    number(one.rides),
                    phrases.money(one.net_cents, report.currency),
                )
                for one in report.rides.by_purpose
            ),
            total=(
                "In all",
                number(report.rides.completed),
                phrases.money(report.money.net_cents, report.currency),
            ),
        ),
        h.p(".note")[
            "A purpose is what the partner said when the voucher was minted. Nobody checks where "
            "a ride goes."
        ],
    ]


def _reasons(caption: str, reasons: Sequence[Declined]) -> h.Element:
    if not reasons:
        return h.div[h.h3[caption], h.p(".note")["None."]]
    return table(
        caption,
        ("Reason", "Times"),
        ((plain_words.reason(one.reason), number(one.times)) for one in reasons),
    )
