"""Page one in words: what somebody reads aloud to a board in less than two minutes, and the e-mail
that says the same. It owns the sentences, which never claim a cause; it must never compute a figure
and never tell a count of people that the report doesn't tell."""

import unicodedata
from textwrap import fill

from farechance.reports import phrases, plain_words
from farechance.reports.content import Report
from farechance.reports.debts_in_words import debts
from farechance.reports.phrases import counted, number

MAX_SUBJECT_CHARACTERS = 99
"""SNS, `Publish`: a subject is ASCII and less than 100 characters long."""

_LINE = 78
_HIDDEN = "is not told, so that nobody can be singled out"


def title(report: Report) -> str:
    """Which month of what: `Harbor Rides Home, March 2026`; one that isn't over 'so far'."""
    whose = f"{report.partner_name}, " if report.partner_id else ""
    so_far = "" if report.is_complete else " so far"
    return f"{whose}{report.program_name}, {phrases.month(report.month)}{so_far}"


def paragraphs(report: Report) -> tuple[str, ...]:
    """Page one, to be read aloud."""
    told = [_month(report)]
    if report.partner_id:
        told.append(_allotment(report))
    else:
        told += [_grant(report), debts(report)]
    told += [_cards(report), _outcomes(report), _exceptions(report)]
    return tuple(paragraph for paragraph in told if paragraph)


def page_one_text(report: Report) -> str:
    """The e-mail: page one as plain text."""
    head = f"{title(report)}\n{'=' * min(len(title(report)), _LINE)}"
    written = [fill(paragraph, _LINE) for paragraph in paragraphs(report)]
    closing = "The tables behind these figures stand in the report itself."
    return "\n\n".join([head, *written, closing]) + "\n"


def subject(report: Report) -> str:
    """The e-mail's subject: printable ASCII, short enough for SNS. A long name is cut and not the
    month."""
    so_far = "" if report.is_complete else " so far"
    rest = f": report for {phrases.month(report.month)}{so_far}"
    name = report.program_name
    if report.partner_id:
        name = f"{report.partner_name}, {name}"
    # 'é' as 'e'; what has no letter in ASCII is left out.
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in plain).split())
    return f"{shown[: MAX_SUBJECT_CHARACTERS - len(rest)].strip() or 'Rides'}{rest}"


def period(report: Report) -> str:
    """`March 1 to March 31, 2026, New York time`."""
    days = phrases.days(report.first_day, report.last_day)
    return f"{days}, {phrases.zone(report.time_zone)} time"


def _month(report: Report) -> str:
    rides = report.rides
    payer = report.program_name
    if report.partner_id:
        payer = f"the vouchers of {report.partner_name} in {payer}"
    start = f"From {period(report)}"
    if not report.is_complete:
        zone = phrases.zone(report.time_zone)
        start = f"So far in {phrases.month(report.month)}, which is not over in {zone}"
    said = [f"{start}, {_paid(report, payer)}."]
    if rides.median_fare_cents is not None:
        median = phrases.money(rides.median_fare_cents, report.currency)
        said.append(f"The median fare was {median}: half of the rides cost no more than that.")
    return " ".join([*said, *_riders(report)])


def _paid(report: Report, payer: str) -> str:
    net, rides = report.money.net_cents, counted(report.rides.completed, "ride")
    cost = phrases.money(abs(net), report.currency)
    if net < 0:
        return f"{payer} paid for {rides}, and {cost} more was refunded than paid"
    if net and not report.rides.completed:
        # Nobody rode, and yet there were fees, or fares of earlier rides went up.
        return f"{payer} paid for no rides, and {cost} for fees and earlier rides"
    if net and report.money.fees_cents:
        fees = phrases.money(report.money.fees_cents, report.currency)
        return f"{payer} paid {cost} for {rides}, {fees} of it in fees for cancelled rides"
    return f"{payer} paid {cost} for {rides}" if net else f"{payer} paid for {rides}"


def _riders(report: Report) -> list[str]:
    people = report.people
    most = report.rides.completed - report.rides.on_unassigned_cards
    if people.riders is None:
        if most < people.small_count_threshold:
            return [f"Fewer than {people.small_count_threshold} people rode."]
        return [f"How many people rode {_HIDDEN}."]
    if people.riders == 0:
        return ["Nobody whom a partner enrolled rode."] if report.rides.completed else []
    rode = f"{counted(people.riders, 'person', 'people')} rode"
    new, returning = people.new_riders, people.returning_riders
    if new is None or returning is None:
        return [f"{rode}; how many of them for the first time {_HIDDEN}."]
    return [
        f"{rode}: {number(new)} for the first time, and {number(returning)} who had ridden in an "
        "earlier month."
    ]


def _grant(report: Report) -> str:
    budget = report.budget
    if budget is None:
        return ""
    money = report.money.closing
    time = (
        f"{budget.days_percent} percent of the programme's days are over "
        f"({number(budget.days_over)} of {number(budget.days_in_all)})."
    )
    if budget.granted_cents == 0:
        return f"No grant is on record yet; {time}"
    in_vouchers = money.in_vouchers_cents + money.held_cents + money.in_transfer_cents
    said = {
        name: phrases.money(cents, report.currency)
        for name, cents in (
            ("granted", budget.granted_cents),
            ("spent", budget.spent_cents),
            ("left", money.total_cents),
            ("in_vouchers", in_vouchers),
        )
    }
    return (
        f"Of the grant of {said['granted']} to date, {said['spent']} is spent. That is "
        f"{budget.spent_percent} percent, and {time} {said['left']} is left, "
        f"{said['in_vouchers']} of it in vouchers."
    )


def _allotment(report: Report) -> str:
    money = report.money
    given = phrases.money(money.funded_cents, report.currency)
    back = phrases.money(money.defunded_cents, report.currency)
    free = phrases.money(money.closing.allotted_cents, report.currency)
    in_vouchers = phrases.money(
        money.closing.in_vouchers_cents + money.closing.held_cents, report.currency
    )
    taken = f", and {back} was taken back" if money.defunded_cents else ""
    could, was = (
        ("At the end of the month it could", "was") if report.is_complete else ("It can", "is")
    )
    return (
        f"{report.partner_name} was allotted {given} in the month{taken}. {could} still mint "
        f"vouchers of {free}, and {in_vouchers} {was} in vouchers."
    )


def _cards(report: Report) -> str:
    vouchers, on_cards = report.vouchers, report.rides.on_unassigned_cards
    minted = vouchers.minted_unassigned
    said = f"{_start(counted(minted, 'card'))} {_was(minted)} handed out without a person."
    if vouchers.assigned_later:
        some = vouchers.assigned_later
        said += f" {_start(counted(some, 'card'))} got a person later."
    if on_cards:
        said += (
            f" {_start(counted(on_cards, 'ride'))} {_was(on_cards)} taken on cards without a "
            "person: who rode is not known."
        )
    return said


def _outcomes(report: Report) -> str:
    told = [
        f"{counted(one.people, 'person', 'people')} {plain_words.outcome(one.outcome, one.people)}"
        for one in report.people.outcomes
        if one.people
    ]
    hidden = [
        plain_words.outcome(one.outcome, 2) for one in report.people.outcomes if one.people is None
    ]
    if not told and not hidden:
        return "No outcomes were recorded in the month: what became of people is not known."
    who = report.partner_name if report.partner_id else "Partners"
    said = f"{who} recorded that {phrases.listed(told)}. " if told else ""
    if hidden:
        said += f"How many {phrases.listed(hidden)} {_HIDDEN}. "
    return f"{said}Of everybody else nothing is known, and nothing here says what a ride led to."


def _exceptions(report: Report) -> str:
    some, said = report.exceptions, []
    if some.shortfalls:
        cents = phrases.money(report.money.shortfalls_cents, report.currency)
        said.append(
            f"{_start(counted(some.shortfalls, 'shortfall'))} came to {cents}, which was driven "
            "and no voucher could pay."
        )
    if some.conflicts:
        said.append(
            f"Ride companies sent {counted(some.conflicts, 'message')} that contradicted an "
            "earlier one."
        )
    said += [
        f"{_start(counted(late.adjustments, 'change'))} to rides of {phrases.month(late.month)} "
        f"came late and {_was(late.adjustments, 'is', 'are')} counted here."
        for late in some.late_adjustments
    ]
    return " ".join(said)


def _start(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _was(value: int, one: str = "was", many: str = "were") -> str:
    return one if value == 1 else many
