"""Forms and buttons of widgets: what they send, who has them, and that a hostile name is only a
name."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from farechance.roles import Role
from farechance.widgets import frame
from farechance.widgets.asked import Answered, Asked, field_name, form_of
from farechance.widgets.forms import CommandButton, Field, command_form, question_form
from shown import Page

NOW = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
ENDPOINT = "arn:aws:lambda:us-east-1:123456789012:function:farechance-operating"
HOSTILE = "</cwdb-action><script>alert(1)</script><img src=x onerror='alert(2)'>\"&quot;\\"
ABOUT = {"program_id": "prg_harbor"}
PAUSE = CommandButton("pause_program", "Pause", "Pause it?", ABOUT)


def asked(**changes: Any) -> Asked:
    """By an operator, at noon."""
    plain = Asked(
        role=Role.OPERATOR,
        endpoint=ENDPOINT,
        widget="programs",
        rendering="a-rendering",
        now=NOW,
        starts_at=NOW - timedelta(hours=3),
        ends_at=NOW,
    )
    return replace(plain, **changes)


def test_a_button_calls_the_function_that_was_called_after_it_was_confirmed() -> None:
    page = Page(command_form(asked(), PAUSE))

    (action,) = page.of("cwdb-action")
    assert action == {
        "action": "call",
        "endpoint": ENDPOINT,
        "display": "widget",
        "confirmation": "Pause it?",
    }
    # The action is about the element before it.
    names = [name for name, _ in page.elements]
    assert names[names.index("cwdb-action") - 1] == "button"


def test_a_button_carries_its_command_and_says_which_fields_are_its_own() -> None:
    page = Page(command_form(asked(parameters={"voucher_id": "vch_1"}), PAUSE))

    sent = page.payload
    form = form_of("pause_program", ABOUT)
    assert sent["widget"] == "programs"
    assert sent["voucher_id"] == "vch_1"
    assert sent["carry_out"] == {
        "command": "pause_program",
        "command_id": sent["carry_out"]["command_id"],
        "program_id": "prg_harbor",
    }
    assert (sent["form"], sent["typed"]) == (form, ["requested_by", "reason"])
    inputs = [one["name"] for one in page.of("input")]
    assert inputs == [field_name(form, name) for name in sent["typed"]]


def test_what_a_command_asks_to_be_typed_again_is_a_field_that_says_so() -> None:
    close = CommandButton("close_program", "Close", "For good?", ABOUT, confirm="prg_harbor")

    page = Page(command_form(asked(role=Role.ADMINISTRATOR), close))

    assert page.payload["typed"] == ["requested_by", "reason", "confirm"]
    assert "Type prg_harbor once more" in page.texts["label"]


@pytest.mark.parametrize(
    ("role", "command", "is_there"),
    [
        (Role.VIEWER, "pause_program", False),
        (Role.VIEWER, "run_report", False),
        (Role.OPERATOR, "pause_program", True),
        (Role.OPERATOR, "suspend_partner", False),
        (Role.ADMINISTRATOR, "suspend_partner", True),
    ],
)
def test_who_may_not_carry_a_command_out_has_no_button_for_it(
    role: Role, command: str, is_there: bool
) -> None:
    made = command_form(asked(role=role), CommandButton(command, "Do it", "Do it?", ABOUT))

    assert (made is not None) is is_there


def test_a_button_has_a_new_command_id_in_each_rendering_and_for_each_thing() -> None:
    other = replace(PAUSE, content={"program_id": "prg_other"})

    ids = [
        Page(command_form(asked(rendering=rendering), button)).payload["carry_out"]["command_id"]
        for rendering in ("one", "two")
        for button in (PAUSE, other)
    ]

    assert len(set(ids)) == 4
    assert all(len(one) <= 64 for one in ids)


def test_what_was_not_done_keeps_its_id_its_words_and_says_what_is_wrong() -> None:
    form = form_of("pause_program", ABOUT)
    refused = Answered(form, False, "Nothing was done.", "the-same-id", {"reason": "too long"})
    fields = {field_name(form, "requested_by"): "Ada", field_name(form, "reason"): "Because"}

    page = Page(command_form(asked(answered=refused, fields=fields), PAUSE))

    assert page.payload["carry_out"]["command_id"] == "the-same-id"
    assert page.of("details") == [{"open": None}]
    name, reason = page.of("input")
    assert (name["value"], reason["value"]) == ("Ada", "Because")
    assert reason["aria-invalid"] == "true"
    assert "too long" in page.texts["span"]


def test_what_was_done_is_folded_and_has_another_id() -> None:
    form = form_of("pause_program", ABOUT)
    done = Answered(form, True, "It is paused.", "the-same-id")
    fields = {field_name(form, "requested_by"): "Ada", field_name(form, "reason"): "Because"}

    page = Page(command_form(asked(answered=done, fields=fields), PAUSE))

    assert page.payload["carry_out"]["command_id"] != "the-same-id"
    assert page.of("details") == [{}]
    # Who it is stays; why belongs to what was done.
    assert [one["value"] for one in page.of("input")] == ["Ada", ""]


def test_a_question_keeps_what_was_typed_and_sends_no_command() -> None:
    fields = {field_name("find", "named"): "vch_1"}

    page = Page(question_form(asked(fields=fields), "find", [Field("named", "Id")], "Find"))

    assert page.payload == {"widget": "programs", "form": "find"}
    assert page.of("input")[0]["value"] == "vch_1"


def test_the_enter_key_sends_no_form() -> None:
    page = Page(question_form(asked(), "find", [Field("named", "Id")], "Find"))

    # The default button is the first that sends (HTML, 'Implicit submission').
    first, second = page.of("button")
    assert (first["type"], "disabled" in first) == ("submit", True)
    assert second["type"] == "button"


def test_a_hostile_name_is_only_a_name_wherever_it_stands() -> None:
    hostile = CommandButton(
        "pause_program", HOSTILE, HOSTILE, {"program_id": HOSTILE}, confirm=HOSTILE
    )
    answered = Answered("form", False, HOSTILE, errors={HOSTILE: HOSTILE}, figures={"A": HOSTILE})
    shown = asked(answered=answered, parameters={HOSTILE: HOSTILE})

    html = frame.widget(
        shown,
        frame.section(HOSTILE, beside=frame.pill(HOSTILE)),
        frame.table(HOSTILE, [HOSTILE], [[frame.named(HOSTILE, HOSTILE)]]),
        command_form(shown, hostile),
    )

    page = Page(html)
    assert {name for name, _ in page.elements}.isdisjoint({"script", "img"})
    assert len(page.of("cwdb-action")) == 1
    assert page.of("cwdb-action")[0]["confirmation"] == HOSTILE
    assert page.payload["carry_out"]["program_id"] == HOSTILE
    assert page.payload[HOSTILE] == HOSTILE


def test_a_button_sends_the_same_whether_it_is_read_as_text_or_as_html() -> None:
    page = Page(command_form(asked(), replace(PAUSE, content={"program_id": "a<b>&'\"c"})))

    # What a serializer would write as an entity isn't in it.
    assert not set(page.texts["cwdb-action"]) & set("<>&'")
    assert page.payload["carry_out"]["program_id"] == "a<b>&'\"c"
