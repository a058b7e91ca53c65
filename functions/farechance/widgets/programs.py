"""The widget of programmes: where each one's money is, how long it lasts, and whether it runs. It
owns the words; what it says, `operations.show_programs` read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import htpy as h

from farechance.programs import Program, Rules, Status
from farechance.reports import phrases
from farechance.widgets import frame
from farechance.widgets.asked import Asked
from farechance.widgets.budgets import MOST_DAYS, Budget, pace_of
from farechance.widgets.forms import CommandButton, command_forms
from farechance.widgets.frame import MoneyPart, Tone

_STATES: dict[Status, tuple[str, Tone]] = {
    # In the order in which they stand: what is stopped first.
    Status.PAUSED: ("Paused: no mints, no new rides", "warn"),
    Status.ACTIVE: ("Active", "good"),
    Status.DRAFT: ("Draft: not funded yet", "plain"),
    Status.CLOSED: ("Closed", "plain"),
}


@dataclass(frozen=True, slots=True)
class ProgramSeen:
    """One programme, its rules as they are for new vouchers, and its money."""

    program: Program
    rules: Rules
    budget: Budget


def programs_widget(asked: Asked, seen: Sequence[ProgramSeen], more: int) -> h.Element:
    """All programmes, those that were stopped first, then those that run. `more`: how many are
    there beyond these."""
    if not seen:
        return frame.told(asked, "There is no programme yet. Create one with create_program.")
    order = list(_STATES)
    return frame.widget(
        asked,
        (
            _program(asked, one)
            for one in sorted(seen, key=lambda one: order.index(one.program.status))
        ),
        frame.note(f"{phrases.counted(more, 'programme')} more not shown here.") if more else None,
    )


def _program(asked: Asked, seen: ProgramSeen) -> h.Element:
    program, currency = seen.program, seen.rules.currency
    words, tone = _STATES[program.status]
    parts = money_parts(asked, seen.budget)
    figures = (
        frame.money_bar(
            f"{phrases.money(seen.budget.funded_cents, currency)} from the funder", parts, currency
        )
        if seen.budget.funded_cents
        else None
    )
    return frame.section(
        program.name,
        frame.sides(
            [
                frame.note(f"Funded by {program.funder} · ", h.code[program.program_id]),
                h.p(".lead")[_in_short(seen)],
                h.p[how_long(seen)],
                _owed(seen),
                command_forms(asked, _buttons(program)),
            ],
            # Where little is in sight, each programme first says how it is.
            h.details[h.summary["Where the money is"], figures] if asked.is_low else figures,
        ),
        beside=frame.pill(words, tone),
    )


def _in_short(seen: ProgramSeen) -> str:
    budget, currency = seen.budget, seen.rules.currency
    left, all_of_it = (
        phrases.money(cents, currency) for cents in (budget.left_cents, budget.funded_cents)
    )
    if not budget.funded_cents:
        return "Nothing was paid in yet."
    share = frame.share_in_words(budget.left_cents, budget.funded_cents)
    return f"{left} of {all_of_it} is left ({share})."


def money_parts(asked: Asked, budget: Budget) -> list[MoneyPart]:
    """Where the money is, from what is gone to what is free. What is on vouchers is split as it was
    when housekeeping last added it up."""
    standing = budget.standing
    rest = [
        MoneyPart("With partners, to mint from", budget.allotted_cents, "allotted"),
        MoneyPart("Not given to a partner yet", budget.unallotted_cents, "unallotted"),
    ]
    direct = (
        [MoneyPart("Paid directly", budget.paid_direct_cents, "spent")]
        if budget.paid_direct_cents
        else []
    )
    if standing is None:
        on_vouchers = MoneyPart(
            "On vouchers",
            budget.on_vouchers_cents,
            "vouchers",
            "spent, held and free: split within the hour",
        )
        return [*direct, on_vouchers, *rest]
    at = f"at {asked.clock(standing.as_of)}"
    return [
        MoneyPart("Spent on rides", standing.spent_cents, "spent", at),
        *direct,
        MoneyPart("Held for rides under way", standing.held_cents, "held", at),
        MoneyPart("Free on vouchers", budget.free_cents, "vouchers"),
        MoneyPart("Reserved for batches", standing.reserved_cents, "reserved", at),
        *rest,
    ]


def how_long(seen: ProgramSeen) -> str:
    """For how long the money lasts at this pace, in words; or that nobody knows."""
    pace = pace_of(seen.budget, seen.rules)
    ends_on = seen.rules.ends_on
    if pace is None:
        return f"How long it lasts is unknown: no rides were paid lately. {_ends(ends_on)}"
    a_day = phrases.money(pace.cents_a_day, seen.rules.currency)
    over = f"At the pace of the last {phrases.counted(pace.over_days, 'day')} ({a_day} a day)"
    if pace.days_left >= MOST_DAYS:
        return f"{over} it lasts longer than ten years. {_ends(ends_on)}"
    lasts = f"{over} it lasts {phrases.counted(pace.days_left, 'more day')}"
    if pace.last_day >= ends_on:
        return f"{lasts}, beyond the programme's end on {phrases.day(ends_on)}."
    return f"{lasts}, until about {phrases.day(pace.last_day)}. {_ends(ends_on)}"


def _ends(ends_on: date) -> str:
    return f"The programme ends on {phrases.day(ends_on)}."


def _owed(seen: ProgramSeen) -> h.Element | None:
    """What the programme owes ride companies beyond its vouchers; nothing, where it is nothing."""
    standing, limit, currency = seen.budget.standing, seen.rules.max_owed_cents, seen.rules.currency
    if standing is None or standing.owed_cents <= 0:
        return None
    owed = phrases.money(standing.owed_cents, currency)
    most = (
        f" At {phrases.money(limit, currency)} it pauses by itself."
        if limit is not None
        else " It has no limit at which it pauses."
    )
    return h.p[frame.pill("Owed", "warn"), f" {owed} is owed beyond vouchers, undecided.{most}"]


def _buttons(program: Program) -> list[CommandButton]:
    about = {"program_id": program.program_id}
    if program.status is Status.ACTIVE:
        return [
            CommandButton(
                "pause_program",
                "Pause",
                f"Pause {program.name}? No voucher can be minted from now on, and within a minute "
                "new rides are declined. Rides that were approved are still paid.",
                about,
            )
        ]
    if program.status is Status.PAUSED:
        return [
            CommandButton(
                "resume_program",
                "Resume",
                f"Resume {program.name}? Vouchers can be minted again, and within a minute rides "
                "are approved.",
                about,
            )
        ]
    return []
