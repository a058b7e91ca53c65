"""The section about money: the grant, what came and went, where the rest is, what was driven beyond
vouchers, what accrued on which day, and the equations that were checked. It must never compute."""

from collections.abc import Iterator
from datetime import timedelta

import htpy as h

from farechance.reports import phrases
from farechance.reports.charts import Bar, Heading, columns, rows
from farechance.reports.content import Budget, Identity, Report, Split
from farechance.reports.document import figure, section, table
from farechance.reports.phrases import number


def money_section(report: Report) -> h.Element:
    """All of it."""
    return section(
        "money",
        "Money",
        _grant(report, report.budget) if report.budget else None,
        _flow(report),
        _where(report),
        _beyond(report),
        _by_day(report),
        _checked(report),
    )


def _grant(report: Report, budget: Budget) -> h.Node:
    money = report.currency
    left = report.money.closing.total_cents
    return [
        h.h3["The grant to date"],
        table(
            "The grant against its time, at the end of the month",
            ("", "Grant", "Days"),
            (
                (
                    "In all",
                    phrases.money(budget.granted_cents, money),
                    number(budget.days_in_all),
                ),
                (
                    "Spent, or over",
                    phrases.money(budget.spent_cents, money),
                    number(budget.days_over),
                ),
                ("In percent", f"{budget.spent_percent} %", f"{budget.days_percent} %"),
                (
                    "Left",
                    phrases.money(left, money),
                    number(budget.days_in_all - budget.days_over),
                ),
            ),
        ),
        h.p(".note")[
            f"The programme runs from {phrases.day(budget.starts_on)} to "
            f"{phrases.day(budget.ends_on)}."
        ],
    ]


def _flow(report: Report) -> h.Node:
    money = report.money
    came, went = ("Granted", "Taken back") if not report.partner_id else ("Allotted", "Taken back")
    lines = (
        ("Opening balance", money.opening.total_cents),
        (f"+ {came}", money.funded_cents),
        (f"− {went}", money.defunded_cents),
        ("− Captured for rides", money.captured_cents),
        ("+ Refunded", money.refunded_cents),
        ("− Paid beyond vouchers, as accepted", money.accepted_cents),
    )
    closing = phrases.money(money.closing.total_cents, report.currency)
    return [
        h.h3["What came and went"],
        table(
            "From the opening balance to the closing one",
            ("", "Amount"),
            ((name, phrases.money(cents, report.currency)) for name, cents in lines),
            total=("= Closing balance", closing),
        ),
    ]


def _where(report: Report) -> h.Node:
    opening, closing = report.money.opening, report.money.closing
    both = list(zip(_pockets(opening, report), _pockets(closing, report), strict=True))
    shown = [
        (name, before, after) for (name, before), (_, after) in both if before or after or name
    ]
    title = "Where the money is at the end of the month"
    bars = [Bar(name, after, phrases.money(after, report.currency)) for name, _, after in shown]
    said = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars)
    return [
        h.h3["Where the rest is"],
        figure(
            title,
            rows(Heading("chart-split", title, said), bars, whole=closing.total_cents, width=640),
        ),
        table(
            "Money that is not spent, by where it is",
            ("", "At the opening", "At the end"),
            (
                (
                    name,
                    phrases.money(before, report.currency),
                    phrases.money(after, report.currency),
                )
                for name, before, after in shown
            ),
            total=(
                "In all",
                phrases.money(opening.total_cents, report.currency),
                phrases.money(closing.total_cents, report.currency),
            ),
        ),
    ]


def _pockets(split: Split, report: Report) -> Iterator[tuple[str, int]]:
    if not report.partner_id:
        yield "With the programme, not allotted", split.unallotted_cents
    yield "Allotted to partners, not in vouchers", split.allotted_cents
    yield "Reserved for batches under way", split.reserved_cents
    yield "In vouchers, free for rides", split.in_vouchers_cents
    yield "In vouchers, held for rides under way", split.held_cents
    yield "Between an old card and its new one", split.in_transfer_cents


def _beyond(report: Report) -> h.Node:
    money = report.money
    lines = (
        ("Shortfalls", "The programme, if accepted", money.shortfalls_cents),
        ("Fares beyond vouchers", "The programme, if accepted", money.overage_program_cents),
        ("Fares beyond vouchers", "The rider", money.overage_rider_cents),
        ("Accepted, and so payable", "The programme", money.accepted_cents),
        ("Written off", "Nobody", money.written_off_cents),
        ("Not decided yet, at the end", "The programme, if accepted", money.undecided_cents),
        ("Tips on bills", "Never paid by a voucher", money.tips_cents),
    )
    return [
        h.h3["Beyond the vouchers"],
        table(
            "What was driven and no voucher paid",
            ("", "Who owes it", "Amount"),
            ((name, who, phrases.money(cents, report.currency)) for name, who, cents in lines),
            words=2,
        ),
        h.p(".note")[
            "A shortfall was promised to the ride company when the ride began, and the voucher "
            f"could not pay it any more. Of what was captured, "
            f"{phrases.money(money.fees_cents, report.currency)} were fees for cancelled rides."
        ],
    ]


def _by_day(report: Report) -> h.Node:
    of_day = {one.day: one.net_cents for one in report.money.by_day}
    days = [
        report.first_day + timedelta(days=count)
        for count in range((report.last_day - report.first_day).days + 1)
    ]
    if not of_day:
        return [h.h3["By day of the ride"], h.p["Nothing was spent on rides in the month."]]
    bars = [Bar(str(day.day) if day.weekday() == 0 else "", of_day.get(day, 0)) for day in days]
    most = max(days, key=lambda day: of_day.get(day, 0))
    title = "Spent on rides, by day of the ride"
    said = (
        f"The most was spent on {phrases.day(most)}: "
        f"{phrases.money(of_day.get(most, 0), report.currency)}. All days stand in the table "
        "'By day of the ride'. Numbers below are the dates of Mondays."
    )
    drawing = columns(
        Heading("chart-day", title, said),
        bars,
        width=720,
        axis=lambda cents: phrases.money(cents, report.currency).removesuffix(".00"),
    )
    return [
        h.h3["By day of the ride"],
        figure(title, drawing, is_wide=True),
        h.p(".note")[
            "Numbers below the columns are the dates of Mondays. What changed for rides of earlier "
            "months stands in the ",
            h.a(href="#figures")["table of all days"],
            ".",
        ],
    ]


def _checked(report: Report) -> h.Node:
    if not report.identities:
        return None
    return [
        h.h3["Equations that were checked"],
        table(
            "Both sides were added up by themselves, and are the same",
            ("", "One side", "The other"),
            (
                (
                    [one.name, h.small[f"{one.left} = {one.right}"]],
                    _side(one, one.left_value, report),
                    _side(one, one.right_value, report),
                )
                for one in report.identities
            ),
        ),
    ]


def _side(identity: Identity, value: int, report: Report) -> str:
    return phrases.money(value, report.currency) if identity.unit == "cents" else number(value)
