"""Forms and buttons of widgets. A button is an element with a `cwdb-action` behind it, which the
console takes for an instruction about the element before it: it asks for confirmation, then calls
the function with the JSON inside, beside the content of all of the widget's forms. It owns their
form; it must never decide whether a command is carried out: the door does."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import htpy as h

from farechance.voucher_names import is_typed_code
from farechance.widgets.asked import Asked, Content, command_id_of, field_name, form_of

MAX_TYPED = 200
"""Characters in a field, as in a command's reason."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to be typed, or chosen from `choices` (what each value is called). `name` is
    the command's field; `value` is what stands there first."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)


YOUR_NAME = Field("requested_by", "Your name", "For the record of who did this.")
REASON = Field("reason", "Reason", "One sentence that somebody understands in a year.")


@dataclass(frozen=True, slots=True)
class CommandButton:
    """A command that one thing on the page offers. `content` is the command's fields; `will` says
    in words what is about to happen and is asked before it does; `confirm` is what must be typed
    again, if the command asks for it; `parameters` says what the widget shows afterwards, beside
    what it shows now."""

    command: str
    label: str
    will: str
    content: Content
    confirm: str = ""
    more: Sequence[Field] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)


def command_form(asked: Asked, button: CommandButton) -> h.Element | None:
    """A command's form, folded until it is wanted. Nothing for whom may not carry it out. A refused
    one is open, with what was typed and what is wrong with it."""
    if not asked.may(button.command):
        return None
    form = form_of(button.command, button.content)
    typed = _fields(button)
    answered = asked.answered
    is_refused = answered is not None and answered.form == form and not answered.is_done
    payload = {
        **asked.parameters,
        **button.parameters,
        "widget": asked.widget,
        "carry_out": {
            "command": button.command,
            "command_id": command_id_of(asked, button.command, button.content),
            **button.content,
        },
        "form": form,
        "typed": [one.name for one in typed],
    }
    return h.details(open=is_refused)[
        h.summary[f"{button.label} …"],
        _form(
            (_input(asked, form, one, is_refused=is_refused) for one in typed),
            _button(asked, button.label, payload, confirmation=button.will),
        ),
    ]


def command_forms(asked: Asked, buttons: Sequence[CommandButton]) -> h.Element | None:
    """Several, side by side while they are folded."""
    shown = [made for one in buttons if (made := command_form(asked, one)) is not None]
    return h.div(".forms")[shown] if shown else None


def question_form(asked: Asked, form: str, fields: Sequence[Field], label: str) -> h.Element:
    """A form that only asks the widget to show something: `asked.typed(form, name)` has it then.
    What was typed stays."""
    payload = {"widget": asked.widget, "form": form}
    return _form(
        (_input(asked, form, one, is_refused=True) for one in fields),
        _button(asked, label, payload),
    )


def look_button(asked: Asked, label: str, parameters: Mapping[str, str]) -> list[h.Element]:
    """A button that only has the widget show something else."""
    return _button(asked, label, {"widget": asked.widget, **parameters}, is_quiet=True)


def _form(*content: h.Node) -> h.Element:
    # The Enter key sends a form by its default button, and with it the console's page away; one
    # that is disabled sends nothing (HTML, 'Implicit submission').
    return h.form[h.button(type="submit", disabled=True, hidden=True), content]


def _fields(button: CommandButton) -> tuple[Field, ...]:
    confirm = (
        Field("confirm", f"Type {button.confirm} once more", "So that it is meant.")
        if button.confirm
        else None
    )
    return (*button.more, YOUR_NAME, REASON, *([confirm] if confirm else []))


def _input(asked: Asked, form: str, one: Field, *, is_refused: bool) -> h.Element:
    name = field_name(form, one.name)
    answered = asked.answered
    is_of_this_form = answered is not None and answered.form == form
    wrong = answered.errors.get(one.name) if answered and is_of_this_form else None
    # Who it is stays the same from form to form; all else belongs to one.
    value = asked.typed(form, one.name) if is_refused else one.value
    if not value and one is YOUR_NAME:
        value = _name_typed_before(asked)
    if is_typed_code(value):
        # Whoever sees a code can ride with it.
        value = ""
    return h.label[
        one.label,
        h.span(".hint")[one.hint] if one.hint else None,
        h.span(".wrong")[wrong] if wrong else None,
        _choice(one, name, value)
        if one.choices
        else h.input(
            type="text",
            name=name,
            value=value,
            maxlength=str(MAX_TYPED),
            autocomplete="off",
            aria_invalid="true" if wrong else None,
        ),
    ]


def _choice(one: Field, name: str, chosen: str) -> h.Element:
    return h.select(name=name)[
        h.option(value="")["…"],
        (
            h.option(value=value, selected=value == chosen)[called]
            for value, called in one.choices.items()
        ),
    ]


def _name_typed_before(asked: Asked) -> str:
    ending = field_name("", YOUR_NAME.name)
    return next(
        (text.strip() for name, text in asked.fields.items() if name.endswith(ending) and text), ""
    )


def _button(
    asked: Asked,
    label: str,
    payload: Mapping[str, Any],
    *,
    confirmation: str | None = None,
    is_quiet: bool = False,
) -> list[h.Element]:
    return [
        h.button(class_=["btn", "button", {"quiet": is_quiet}], type="button")[label],
        # The answer takes the widget's place, so that it shows what is so afterwards.
        h.cwdb_action(
            action="call",
            endpoint=asked.endpoint,
            display="widget",
            confirmation=confirmation,
        )[_json(payload)],
    ]


def _json(payload: Mapping[str, Any]) -> str:
    """JSON without a sign that means something in HTML, so that whoever reads it, as text or as
    HTML, reads the same (RFC 8259, section 7: any sign may be written as an escape)."""
    text = json.dumps(payload)
    for sign in "<>&'":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
