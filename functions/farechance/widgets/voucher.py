"""The widget that finds a voucher and tells its story, for whoever has a rider on the phone. It
owns how the story is laid out; what it says is told by `voucher_story`."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import htpy as h

from farechance.money import amount
from farechance.programs import Partner
from farechance.voucher_acts import BLOCKER_OF, may_unblock
from farechance.voucher_story import Story
from farechance.vouchers import Blocker, Voucher, VoucherState
from farechance.widgets.asked import Asked
from farechance.widgets.forms import (
    CommandButton,
    Field,
    command_forms,
    look_button,
    question_form,
)
from farechance.widgets.frame import Tone, note, pill, section, table, widget

FIND = "find"
"""The form; its fields are those of `voucher_names.read_wanted`."""

_TONES: Mapping[VoucherState, Tone] = {
    VoucherState.ACTIVE: "good",
    VoucherState.BLOCKED: "bad",
    VoucherState.CLOSED: "plain",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several vouchers that were found, with its programme's name, its currency, and its
    days."""

    voucher: Voucher
    program_name: str
    currency: str
    state: VoucherState
    good: str


@dataclass(frozen=True, slots=True)
class Found:
    """What came of looking: the story of one voucher, several to choose from, or what is wrong with
    what was typed; at first nothing. `has_more`: there may be other ones."""

    story: Story | None = None
    voucher: Voucher | None = None
    state: VoucherState | None = None
    choices: Sequence[Choice] = ()
    has_more: bool = False
    wrong: Sequence[str] = field(default_factory=tuple)


def voucher_widget(asked: Asked, partners: Sequence[Partner], found: Found) -> h.Element:
    """The form, and what was found by it."""
    finder = _finder(asked, partners)
    if found.story is not None and found.voucher is not None and found.state is not None:
        return widget(
            asked,
            _story(asked, found.story, found.voucher, found.state),
            h.section[h.details[h.summary["Find another voucher …"], finder]],
        )
    return widget(
        asked,
        section("Find a voucher", _wrong(found.wrong), finder),
        _choices(asked, found) if found.choices else None,
    )


def _finder(asked: Asked, partners: Sequence[Partner]) -> h.Element:
    fields = (
        Field(
            "last4", "Last 4 symbols of the code", "Ask for these 4 only. Never type a whole code."
        ),
        Field(
            "partner_id",
            "Partner that gave out the card",
            choices=_choices_of(partners),
        ),
        Field("named", "Or an id", "A voucher’s (vch_…) or an authorization’s (aut_…)."),
    )
    return question_form(asked, FIND, fields, "Find")


def _choices_of(partners: Sequence[Partner]) -> dict[str, str]:
    """By their names; where two have the same, with their ids."""
    names = Counter(one.name for one in partners)
    return {
        one.partner_id: one.name if names[one.name] == 1 else f"{one.name} ({one.partner_id})"
        for one in partners
    }


def _wrong(sentences: Sequence[str]) -> h.Element | None:
    if not sentences:
        return None
    return h.div(".answer.bad", role="alert")[(h.p[one] for one in sentences)]


def _choices(asked: Asked, found: Found) -> h.Element:
    rows = [
        (
            look_button(asked, "This one", {"voucher_id": one.voucher.voucher_id}),
            one.program_name,
            amount(one.voucher.value_cents, one.currency),
            one.good,
            pill(one.state.value, _TONES[one.state]),
        )
        for one in found.choices
    ]
    return section(
        "Which one?",
        table(
            f"{len(rows)} vouchers end in {found.choices[0].voucher.last4}",
            ("", "Programme", "Worth", "Good", "State"),
            rows,
            figures=(2,),
        ),
        note("There may be older ones. Find them by their id.") if found.has_more else None,
    )


def _story(asked: Asked, story: Story, voucher: Voucher, state: VoucherState) -> h.Element:
    return section(
        story.heading,
        h.p(".lead")[story.last_decline],
        h.div(".pair")[
            h.div[
                h.h3["What to do"],
                _told(story.what_to_do),
                h.h3["What to say to the rider"],
                (h.blockquote[one] for one in story.what_to_say),
            ],
            h.div[
                h.h3["What is left"],
                _told(story.what_is_left),
                h.h3["What it is"],
                _told(story.what_it_is),
            ],
        ],
        command_forms(asked, _buttons(asked, voucher, state)),
        table(
            "What happened",
            ("When", "What"),
            [(h.span(".when")[one.when], one.what) for one in story.what_happened],
        ),
        note(story.left_out) if story.left_out else None,
        note("Its id is ", h.code[voucher.voucher_id], ". Hours are told of declines only."),
        beside=pill(state.value, _TONES[state]),
    )


def _told(sentences: Sequence[str]) -> h.Element:
    return h.ul[(h.li[one] for one in sentences)]


def _buttons(asked: Asked, voucher: Voucher, state: VoucherState) -> Sequence[CommandButton]:
    which = f"the voucher that ends in {voucher.last4}"
    named = {"voucher_id": voucher.voucher_id}
    by = BLOCKER_OF.get(asked.role)
    if state is VoucherState.ACTIVE:
        will = f"Block {which}? It pays no new ride then; approved rides are still paid."
        return (CommandButton("block_voucher", "Block", will, named, parameters=named),)
    # Whose block isn't theirs to take back is told by the story what to do.
    if state is VoucherState.BLOCKED and by is not None and may_unblock(voucher, by):
        wished = voucher.blocked_by is Blocker.PARTICIPANT
        why = "The person asked for this block, and must want it taken back. " if wished else ""
        will = f"{why}Unblock {which}? It pays rides again then."
        return (CommandButton("unblock_voucher", "Unblock", will, named, parameters=named),)
    return ()
