"""Every saved event of infra/events works on the demo's stack. `infra.local.ready_events` puts into
a few of them what nobody knows beforehand, as `make demo` does; then each file is sent as it
stands, to the function of the least role that carries it out, in an order that makes sense."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from functional.saved_events import FOLDER, event, reads_well
from infra.local import books, cast, ready_events, stack
from infra.local.client import Admin
from infra.local.send_event import send

SECOND_STEPS = {
    "resume_program": "pause_program",
    "resume_partner": "suspend_partner",
    "rotate_partner_finish": "rotate_partner_secret",
    "rotate_provider_finish": "rotate_provider_secret",
}
# What is to be put in, and a new command_id with it.
PUT_IN = {
    "block_voucher": {"voucher_id"},
    "unblock_voucher": {"voucher_id"},
    "revoke_voucher": {"voucher_id", "confirm"},
    "accept_shortfall": {"reason", "program_id", "provider_id", "ride_id", "amount_cents"},
    "accept_overage": {"program_id", "provider_id", "ride_id", "amount_cents"},
    "write_off": {"program_id", "provider_id", "ride_id", "amount_cents", "confirm"},
    "erase_participant": {"partner_id", "participant_id", "confirm"},
    "explain_voucher": {"partner_id", "last4"},
    "simulate_ride": {"partner_id", "voucher_id", "provider_id"},
    "apply_statement": {"reason", "program_id", "provider_id", "month", "statement_digest"},
}


def _order() -> list[str]:
    """First what the others build on, each second step behind its first, and last the closing."""
    names = sorted(file.stem for file in FOLDER.glob("*.json"))
    first = ready_events.BEGINNINGS
    others = [one for one in names if one not in (*first, *SECOND_STEPS, "close_program")]
    for second, its_first in SECOND_STEPS.items():
        others.insert(others.index(its_first) + 1, second)
    return [*first, *others, "close_program"]


@pytest.fixture(scope="module")
def running() -> stack.Stack:
    """The stack, be it the demo's or a new one."""
    return stack.ensure_up(quiet=True)


@pytest.fixture(scope="module")
def files(running: stack.Stack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The ready copies, of a run of their own."""
    run = f"e{uuid.uuid4().hex[:8]}"
    return ready_events.write(running, cast.meet(running), run, tmp_path_factory.mktemp("events"))


@pytest.fixture(scope="module")
def answers(running: stack.Stack, files: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """What each event was answered."""
    return {name: send(running, files[name]) for name in _order()}


@pytest.mark.parametrize("name", _order())
def test_a_saved_event_works(answers: dict[str, dict[str, Any]], name: str) -> None:
    answer = answers[name]

    reads_well(answer)
    # On a stack that this test has seen before, each that stands as it is is a repeat.
    assert answer["done"] is True, answer


def test_what_was_put_in_is_done_anew_and_for_its_whole_amount(
    answers: dict[str, dict[str, Any]],
) -> None:
    assert not [name for name in PUT_IN if "repeated" in answers[name]]
    assert answers["block_voucher"]["status"] == "blocked"
    assert answers["unblock_voucher"]["status"] == "active"
    assert answers["revoke_voucher"]["status"] == "closed"
    assert "20.00" in answers["explain_voucher"]["in_words"]
    assert answers["apply_statement"]["applied"] == 1
    for name in ("accept_shortfall", "accept_overage", "write_off"):
        assert answers[name]["undecided_cents"] == 0


def test_the_books_are_right_afterwards_and_the_demos_players_still_get_in(
    running: stack.Stack, answers: dict[str, dict[str, Any]]
) -> None:
    admin = Admin(running)
    assert answers

    for program_id in (ready_events.PROGRAM_ID, "prg_rides_to_work"):
        assert admin.do("check_books", program_id=program_id)["balance"]
        assert books.add_up(running, program_id).are_right
    known = stack.load()
    again = cast.meet(known)
    assert stack.load() == known
    assert again.apps.keys() == cast.PARTNERS.keys()


def test_only_what_nobody_knows_beforehand_is_put_in(files: dict[str, Path]) -> None:
    written = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items()}

    assert sorted(written) == sorted(_order())
    changed = {
        name: {field for field, value in one.items() if value != event(name)[field]}
        for name, one in written.items()
    }
    assert {name for name, fields in changed.items() if fields} == PUT_IN.keys()
    for name, fields in PUT_IN.items():
        assert "command_id" in changed[name]
        # A true amount, or the month, may be the same as in the saved event.
        assert changed[name] <= {*fields, "command_id"}


def test_every_placeholder_is_explained_beside_the_events() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")

    rows = [line for line in text.splitlines() if line.startswith("| `")]
    explained = {name for name in PUT_IN for row in rows if f"`{name}`" in row.split("|")[1]}
    assert explained == PUT_IN.keys()
