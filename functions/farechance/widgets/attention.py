"""The widget of what needs a look. It owns how that is laid out; what it is told as, and what to do
about it, `attention` says."""

from collections.abc import Sequence

import htpy as h

from farechance.attention import (
    ABOUT_CONTRADICTIONS,
    ABOUT_GIVEN_UP,
    ABOUT_RIDES,
    ABOUT_THE_BOOKS,
    ABOUT_UNMATCHED,
    WORK,
    Attention,
    OpenRide,
)
from farechance.reports import phrases
from farechance.widgets.asked import Asked, Content
from farechance.widgets.forms import CommandButton, command_forms
from farechance.widgets.frame import note, pill, section, table, widget


def attention_widget(asked: Asked, found: Attention) -> h.Element:
    """Each kind that there is, the most urgent first; or that there is nothing."""
    parts = (_unknown, _alarms, _given_up, _rides, _contradictions, _unmatched)
    return widget(
        asked,
        _calm() if found.is_calm else (part for one in parts if (part := one(asked, found))),
        _how_far(asked, found),
    )


def _calm() -> h.Element:
    return section(
        "Nothing needs a look",
        h.p(".lead")["No alarm rings, no work was given up, and nothing waits for somebody."],
        beside=pill("all is well", "good"),
    )


def _unknown(_: Asked, found: Attention) -> h.Element | None:
    if not found.unknown:
        return None
    return section(
        "Not all could be looked at",
        h.ul[(h.li[f"Unknown: {one}"] for one in found.unknown)],
        beside=pill("refresh, or ask", "bad"),
    )


def _alarms(asked: Asked, found: Attention) -> h.Element | None:
    if not found.ringing:
        return None
    return section(
        f"{phrases.counted(len(found.ringing), 'alarm')} {_verb(found.ringing, 'rings', 'ring')}",
        table(
            "Alarms that ring",
            ("Alarm", "Since"),
            [(_named(one.name, one.sentence), asked.moment(one.since)) for one in found.ringing],
            figures=(1,),
            is_captioned=False,
        ),
        note("Each has a page of the same name in infra/runbooks: what to look at, what to do."),
        _check_books(asked, found) if any(it.is_about_the_books for it in found.ringing) else None,
        beside=pill("look at once", "bad"),
    )


def _check_books(asked: Asked, found: Attention) -> list[h.Node]:
    buttons = [
        CommandButton(
            "check_books",
            f"Check the books of {program_id}",
            f"Add up every account of {program_id} now? It changes nothing.",
            {"program_id": program_id},
        )
        for program_id in found.program_ids
    ]
    return [h.p[ABOUT_THE_BOOKS], command_forms(asked, buttons)]


def _given_up(asked: Asked, found: Attention) -> h.Element | None:
    if not found.given_up:
        return None
    buttons = [
        CommandButton(
            "retry_given_up",
            f"Try {WORK[one.queue].name[:1].lower()}{WORK[one.queue].name[1:]} again",
            f"Have {_messages(one.waiting)} tried again? What stopped them should be mended first.",
            {"queue": one.queue},
        )
        for one in found.given_up
    ]
    return section(
        "Work that was given up",
        table(
            "What was given up",
            ("Work", "Messages"),
            [
                (
                    _named(
                        WORK[one.queue].name,
                        WORK[one.queue].means,
                        f"Runbook: {WORK[one.queue].runbook}.",
                    ),
                    phrases.number(one.waiting),
                )
                for one in found.given_up
            ],
            figures=(1,),
            is_captioned=False,
        ),
        h.p[ABOUT_GIVEN_UP],
        command_forms(asked, buttons),
        beside=pill("stands still", "bad"),
    )


def _rides(asked: Asked, found: Attention) -> h.Element | None:
    if not found.rides:
        return None
    more = found.ride_count - len(found.rides)
    return section(
        f"{phrases.counted(found.ride_count, 'shortfall')} to decide about",
        table(
            "Shortfalls, the newest first",
            ("Ride", "Recorded on", "Undecided"),
            [
                (
                    [
                        _named(one.company, h.code[one.ride_id], h.code[one.program_id]),
                        command_forms(asked, _decisions(one)),
                    ],
                    phrases.day(one.day),
                    phrases.money(one.cents, one.currency),
                )
                for one in found.rides
            ],
            figures=(2,),
            is_captioned=False,
        ),
        note(f"And {phrases.counted(more, 'older one')}.") if more else None,
        h.p[ABOUT_RIDES],
        beside=pill("with the invoice", "warn"),
    )


def _decisions(ride: OpenRide) -> Sequence[CommandButton]:
    cents = phrases.money(ride.cents, ride.currency)
    content: Content = {
        "program_id": ride.program_id,
        "provider_id": ride.provider_id,
        "ride_id": ride.ride_id,
        "amount_cents": ride.cents,
    }
    return (
        CommandButton(
            "accept_shortfall",
            "Accept",
            f"Accept that {cents} is paid to {ride.company} for this ride, from the money of "
            f"{ride.program_id} that isn’t allotted?",
            content,
        ),
        CommandButton(
            "write_off",
            "Write off",
            f"Say that {cents} won’t be paid to {ride.company} for this ride?",
            content,
            confirm=ride.ride_id,
        ),
    )


def _contradictions(_: Asked, found: Attention) -> h.Element | None:
    if not found.contradictions:
        return None
    return section(
        "Messages that contradict an earlier one",
        table(
            "Contradictions by ride company",
            ("Ride company", "Last on", "Times"),
            [
                (
                    _named(one.company, h.code[one.program_id]),
                    phrases.day(one.last_day),
                    phrases.number(one.times),
                )
                for one in found.contradictions
            ],
            figures=(2,),
            is_captioned=False,
        ),
        h.p[ABOUT_CONTRADICTIONS],
        beside=pill("ask the company", "warn"),
    )


def _unmatched(_: Asked, found: Attention) -> h.Element | None:
    if not found.unmatched:
        return None
    return section(
        "Rides that only one side knows",
        table(
            "Statements that differ",
            ("Statement, and its file in the bucket of reports", "Only theirs", "Only ours"),
            [
                (
                    _named(
                        f"{one.company}, {phrases.month(one.month)}",
                        h.code[one.program_id],
                        h.code[one.file],
                    ),
                    phrases.number(one.only_theirs),
                    phrases.number(one.only_ours),
                )
                for one in found.unmatched
            ],
            figures=(1, 2),
            is_captioned=False,
        ),
        h.p[ABOUT_UNMATCHED],
        beside=pill("before the invoice", "warn"),
    )


def _how_far(asked: Asked, found: Attention) -> h.Element:
    begins = found.looked_from or asked.starts_at
    said = [
        f"Shortfalls and contradictions are those from {asked.moment(begins)} to "
        f"{asked.moment(asked.ends_at)}, the dashboard’s time."
    ]
    if found.looked_from:
        said.append("There may be older ones: choose a shorter time that ends earlier.")
    if found.programs_left_out:
        left_out = phrases.counted(found.programs_left_out, "programme")
        said.append(f"{left_out} more {_verb_of(found.programs_left_out)} not looked at here.")
    return h.section[note(" ".join(said))]


def _named(name: str, *more: h.Node) -> list[h.Element]:
    """A row's name, and what else is to be said of it, each on a line of its own."""
    return [h.strong[name], *(h.span(".more")[one] for one in more)]


def _messages(count: int) -> str:
    return phrases.counted(count, "message")


def _verb(some: Sequence[object], one: str, many: str) -> str:
    return one if len(some) == 1 else many


def _verb_of(count: int) -> str:
    return "is" if count == 1 else "are"
