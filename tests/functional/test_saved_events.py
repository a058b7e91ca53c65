"""The events in infra/events work as they stand: an admin saves them in the Lambda console, one for
each command, and changes what is different for another programme."""

from typing import Any, get_args

import pytest

from farechance.commands import COMMAND, Command
from functional.bodies import requested
from functional.players import Partner, Provider, mint_code
from functional.saved_events import FOLDER, event, reads_well
from functional.stack import Stack

IN_ORDER = (
    "register_provider",
    "create_program",
    "fund",
    "create_partner",
    "allot",
    "check_books",
    "pause_program",
    "resume_program",
)
SECRETS = {"register_provider": "secret", "create_partner": "client_secret"}


@pytest.fixture
def fresh(stack: Stack) -> Stack:
    """A stack in which there is nothing yet."""
    stack.take_everything_out()
    return stack


def test_there_is_an_event_for_each_command() -> None:
    union, _ = get_args(Command)
    commands = {get_args(one.model_fields["command"].annotation)[0] for one in get_args(union)}

    assert {file.stem for file in FOLDER.iterdir()} == commands == set(IN_ORDER)


@pytest.mark.parametrize("command", IN_ORDER)
def test_an_event_is_a_command_with_an_id_of_its_own(command: str) -> None:
    parsed = COMMAND.validate_json((FOLDER / f"{command}.json").read_bytes())

    others = {event(other)["command_id"] for other in IN_ORDER if other != command}
    assert parsed.command == command
    assert parsed.command_id not in others
    assert not parsed.dry_run


def test_the_events_work_as_they_stand_one_after_the_other(fresh: Stack) -> None:
    answers = {command: fresh.command(event(command)) for command in IN_ORDER}

    for command, answer in answers.items():
        reads_well(answer)
        assert answer["done"] is True, answer
        assert (SECRETS.get(command, "") in answer) == (command in SECRETS)
    assert answers["allot"]["in_words"] == (
        "Second Start may now mint vouchers worth 20,000.00 in prg_rides_to_work; 60,000.00 of "
        "the programme is not allotted to a partner."
    )
    assert answers["check_books"]["balance"] is True
    assert answers["resume_program"]["status"] == "active"


def test_what_the_events_make_is_used_by_partner_and_ride_company(fresh: Stack) -> None:
    answers = {command: fresh.command(event(command)) for command in IN_ORDER}
    partner = Partner(fresh, answers["create_partner"]["client_id"])
    company = Provider(fresh, answers["register_provider"]["secret"])

    code = mint_code(partner, program_id="prg_rides_to_work")
    told = company.tell("ride.requested", requested(code), "authorizations")
    books = fresh.command(event("check_books"))

    assert told.body["decision"] == "approved"
    assert (books["balance"], books["held_cents"], books["available_cents"]) == (True, 1_500, 2_500)


def test_sent_again_they_change_nothing_and_show_no_secret(fresh: Stack) -> None:
    first = {command: fresh.command(event(command)) for command in IN_ORDER}

    with fresh.unchanged():
        again = {
            command: fresh.command(event(command))
            for command in IN_ORDER
            if command != "check_books"
        }
    # A question is asked anew each time, and each time is on record.
    again["check_books"] = fresh.command(event("check_books"))

    for command, answer in again.items():
        reads_well(answer)
        if command == "check_books":
            assert answer["balance"] is True
            continue
        assert answer["repeated"] is True
        assert answer["in_words"].startswith("This was done before")
        assert answer["in_words"].endswith(first[command]["in_words"])
        assert SECRETS.get(command, "") not in answer


def test_a_dry_run_of_each_says_what_would_happen_and_does_nothing(fresh: Stack) -> None:
    for command in IN_ORDER:
        with fresh.unchanged():
            said = fresh.command(event(command, dry_run=True))
        done: dict[str, Any] = fresh.command(event(command))

        reads_well(said)
        assert (said["done"], said["dry_run"]) == (False, True)
        assert said["in_words"].endswith(done["in_words"])
        assert said["in_words"].startswith("Nothing was done") or command == "check_books"
        assert SECRETS.get(command, "") not in said


def test_no_event_names_a_person() -> None:
    assert {event(command)["requested_by"] for command in IN_ORDER} == {"your name"}
