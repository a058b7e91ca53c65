"""The section about money: the grant, what came and went, where the rest is, what was driven beyond
vouchers, what accrued on which day, and the equations that were checked. It must never compute."""

from collections.abc import Iterator
from datetime import timedelta

import htpy as h

from farechance.reports import phrases
from farechance.reports.charts import Bar, Heading, columns, rows
from farechance.reports.content import Identity, Report
from farechance.reports.document import figure, part, section, table
from farechance.reports.money_content import Budget, Split
from farechance.reports.phrases import number


def money_section(report: Report) -> h.Element:
    """All of it."""
    return section(
        "money",
        "Money",
        h.div(".pair")[
            _flow(report),
            _grant(report, report.budget) if report.budget else None,
            _where(report),
            _where_drawn(report),
        ],
        _beyond(report),
        _by_day(report),
        _checked(report),
    )


def _flow(report: Report) -> h.Element:
    money = report.money
    came = "Allotted" if report.partner_id else "Granted"
    lines = (
        ("Opening balance", money.opening.total_cents),
        (f"+ {came}", money.funded_cents),
        ("− Taken back", money.defunded_cents),
        ("− Captured for rides", money.captured_cents),
        ("+ Refunded", money.refunded_cents),
        ("− Accepted beyond vouchers", money.accepted_cents),
    )
    return table(
        "What came and what went",
        ("", "Amount"),
        ((name, phrases.money(cents, report.currency)) for name, cents in lines),
        total=("= Closing balance", phrases.money(money.closing.total_cents, report.currency)),
    )


def _grant(report: Report, budget: Budget) -> h.Element:
    money, left = report.currency, report.money.closing.total_cents
    days = number(budget.days_in_all), number(budget.days_over)
    return h.div[
        table(
            "The grant to date",
            ("", "Grant", "Days"),
            (
                ("In all", phrases.money(budget.granted_cents, money), days[0]),
                ("Spent, or passed", phrases.money(budget.spent_cents, money), days[1]),
                (part("in percent"), f"{budget.spent_percent}%", f"{budget.days_percent}%"),
                ("Left", phrases.money(left, money), number(budget.days_in_all - budget.days_over)),
            ),
        ),
        h.p(".note")[f"From {phrases.days(budget.starts_on, budget.ends_on)}."],
    ]


def _where(report: Report) -> h.Element:
    before, after = report.money.opening, report.money.closing
    return table(
        "Where it was and is",
        ("", "At the opening", _end(report)),
        (
            (name, phrases.money(then, report.currency), phrases.money(now, report.currency))
            for (name, then), (_, now) in zip(
                _pockets(before, report), _pockets(after, report), strict=True
            )
        ),
        total=(
            "In all",
            phrases.money(before.total_cents, report.currency),
            phrases.money(after.total_cents, report.currency),
        ),
    )


def _end(report: Report) -> str:
    return phrases.the_end(is_complete=report.is_complete).capitalize()


def _where_drawn(report: Report) -> h.Element:
    closing = report.money.closing
    title = f"Where it is {phrases.the_end(is_complete=report.is_complete)}"
    bars = [
        Bar(name, cents, phrases.money(cents, report.currency))
        for name, cents in _pockets(closing, report)
    ]
    said = "; ".join(f"{bar.label}: {bar.shown}" for bar in bars)
    drawing = rows(Heading("chart-split", title, said), bars, whole=closing.total_cents)
    return figure(title, drawing)


def _pockets(split: Split, report: Report) -> Iterator[tuple[str, int]]:
    if not report.partner_id:
        yield "With the programme", split.unallotted_cents
    yield "Not in vouchers" if report.partner_id else "With partners", split.allotted_cents
    yield "Reserved for batches", split.reserved_cents
    yield "In vouchers", split.in_vouchers_cents
    yield "Held for rides under way", split.held_cents
    if report.money.opening.in_transfer_cents or report.money.closing.in_transfer_cents:
        yield "Between an old card and its new one", split.in_transfer_cents


def _beyond(report: Report) -> h.Node:
    money = report.money
    lines = (
        ("Shortfalls", "The programme, if accepted", money.shortfalls_cents),
        ("Fares beyond vouchers", "The programme, if accepted", money.overage_program_cents),
        ("Fares beyond vouchers", "The rider", money.overage_rider_cents),
        *(() if report.partner_id else _decided(report)),
        ("Tips on bills", "Never paid by a voucher", money.tips_cents),
    )
    fees = phrases.money(money.fees_cents, report.currency)
    return h.div[
        table(
            "Beyond the vouchers",
            ("", "Who owes it", "Amount"),
            ((name, who, phrases.money(cents, report.currency)) for name, who, cents in lines),
            words=2,
        ),
        h.p(".note")[
            "A shortfall is a fare that was driven and that the voucher could not pay. Of what was "
            f"captured, {fees} were fees for cancelled rides."
        ],
    ]


def _decided(report: Report) -> tuple[tuple[str, str, int], ...]:
    """What was decided of debts beyond vouchers, which is the programme's and no partner's part."""
    money = report.money
    return (
        ("Accepted, and so payable", "The programme", money.accepted_cents),
        ("Written off", "Nobody", money.written_off_cents),
        (
            f"Not decided yet, {phrases.the_end(is_complete=report.is_complete)}",
            "The programme, if accepted",
            money.undecided_cents,
        ),
    )


def _by_day(report: Report) -> h.Node:
    of_day = {one.day: one.net_cents for one in report.money.by_day}
    if not of_day:
        return None
    count = (report.last_day - report.first_day).days + 1
    days = [report.first_day + timedelta(days=after) for after in range(count)]
    most = max(days, key=lambda day: of_day.get(day, 0))
    if of_day.get(most, 0) <= 0:
        # All of it is of days before the month: the table has them.
        return None
    title = "Spent on rides, by day of the ride"
    said = (
        f"The most was spent on {phrases.day(most)}: "
        f"{phrases.money(of_day.get(most, 0), report.currency)}. All days stand in the table "
        "'By day of the ride'."
    )
    drawing = columns(
        Heading("chart-day", title, said),
        # Only Mondays are named: there is no room for more.
        [Bar("" if day.weekday() else phrases.short_day(day), of_day.get(day, 0)) for day in days],
        width=896,
        axis=lambda cents: phrases.money(cents, report.currency).removesuffix(".00"),
    )
    note = (
        "Mondays are named. All days, and what changed for rides before this month, stand in the "
        "figures behind the charts."
    )
    return figure(title, drawing, note=note, is_wide=True)


def _checked(report: Report) -> h.Node:
    if not report.identities:
        return None
    return table(
        "Equations that were checked: both sides are the same",
        ("", "One side", "The other"),
        (
            (
                [one.name, h.small[f"{one.left} = {one.right}"]],
                _side(one, one.left_value, report),
                _side(one, one.right_value, report),
            )
            for one in report.identities
        ),
        is_long=True,
    )


def _side(identity: Identity, value: int, report: Report) -> str:
    return phrases.money(value, report.currency) if identity.unit == "cents" else number(value)
