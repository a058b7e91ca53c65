"""The functions of the three roles: what each carries out and what it refuses, whoever invokes
it."""

from typing import Any

import pytest

from functional.saved_events import FOLDER, event, reads_well
from functional.stack import Stack
from unit.test_roles import OF_AN_OPERATOR

COMMANDS = sorted(file.stem for file in FOLDER.glob("*.json"))
NOT_AN_OPERATORS = sorted(set(COMMANDS) - OF_AN_OPERATOR)
PAUSE = {"program_id": "prg_harbor", "command_id": "pause-1"}


@pytest.mark.parametrize(
    ("folder", "command"),
    [("viewing", one) for one in COMMANDS] + [("operating", one) for one in NOT_AN_OPERATORS],
)
def test_what_is_not_of_a_role_is_refused_in_words_and_not_done(
    stack: Stack, folder: str, command: str
) -> None:
    with stack.unchanged():
        answer = stack.command(event(command), folder)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "not_your_role")
    assert answer["in_words"].startswith("Nothing was done.")
    assert answer["role"] == {"viewing": "viewer", "operating": "operator"}[folder]


@pytest.mark.parametrize("changes", [{"dry_run": True}, {"amount_cents": "much"}, {"more": 1}])
def test_neither_a_dry_run_nor_a_wrong_field_lets_another_role_see_more(
    stack: Stack, changes: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = stack.command(event("fund", program_id="prg_harbor", **changes), "operating")

    assert answer["problem"] == "not_your_role"
    assert set(answer) == {"done", "in_words", "problem", "role"}


@pytest.mark.parametrize("sent", [{}, {"command": "explode"}, {"command": ["fund"]}, [], "fund"])
@pytest.mark.parametrize("folder", ["viewing", "operating"])
def test_what_is_no_command_is_refused_by_every_role(stack: Stack, folder: str, sent: Any) -> None:
    with stack.unchanged():
        answer = stack.command(sent, folder)

    assert answer["done"] is False


def test_an_operator_pauses_and_resumes_a_programme(stack: Stack) -> None:
    paused = stack.command(event("pause_program", **PAUSE), "operating")
    again = stack.command(event("pause_program", **PAUSE), "administration")
    resumed = stack.command(event("resume_program", program_id="prg_harbor"), "operating")

    assert (paused["status"], resumed["status"]) == ("paused", "active")
    # One book of commands: whichever function is asked, a repeat is a repeat.
    assert again["repeated"] is True
