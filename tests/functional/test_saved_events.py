"""The events in infra/events work as they stand, but for the ids of vouchers, rides and people and
the digest of a file, which nobody knows beforehand (infra/events/README.md): an admin saves them in
the Lambda console, one for each command, and changes what is different for another programme."""

from datetime import timedelta
from typing import Any, get_args

import pytest

from farechance.commands import COMMAND, Command
from functional.bodies import enrollment_body, requested
from functional.players import Partner, Provider, mint_code
from functional.saved_events import FOLDER, event, reads_well
from functional.stack import Stack
from world import Clock, World

IN_ORDER = (
    "register_provider",
    "create_program",
    "fund",
    "create_partner",
    "allot",
    "mint_cards",
    "set_rules",
    "check_books",
    "pause_program",
    "resume_program",
    "suspend_partner",
    "resume_partner",
    "unallot",
    "defund",
    "record_payment",
    "run_report",
    "retry_given_up",
    "rotate_partner_secret",
    "rotate_partner_finish",
    "rotate_provider_secret",
    "rotate_provider_finish",
)
OF_A_VOUCHER = ("block_voucher", "unblock_voucher", "revoke_voucher")
OF_A_CODE = ("explain_voucher",)
OF_A_TRIAL = ("simulate_ride",)
OF_A_RIDE = ("accept_shortfall", "accept_overage", "write_off")
OF_A_PERSON = ("erase_participant",)
OF_A_FILE = ("apply_statement",)
AT_LAST = "close_program"
NAMED = (*OF_A_VOUCHER, *OF_A_CODE, *OF_A_TRIAL, *OF_A_RIDE, *OF_A_PERSON, *OF_A_FILE)
ALL = (*IN_ORDER, *NAMED, AT_LAST)
SECRETS = {
    "register_provider": "secret",
    "create_partner": "client_secret",
    "rotate_partner_secret": "client_secret",
    "rotate_provider_secret": "secret",
}
# A second step needs the first one done.
SECOND_STEPS = {
    "rotate_partner_finish": "rotate_partner_secret",
    "rotate_provider_finish": "rotate_provider_secret",
}


@pytest.fixture
def fresh(stack: Stack) -> Stack:
    """A stack in which there is nothing yet."""
    stack.take_everything_out()
    return stack


def test_there_is_an_event_for_each_command() -> None:
    union, _ = get_args(Command)
    commands = {get_args(one.model_fields["command"].annotation)[0] for one in get_args(union)}

    assert {file.stem for file in FOLDER.glob("*.json")} == commands | SECOND_STEPS.keys()
    assert set(ALL) == commands | SECOND_STEPS.keys()


@pytest.mark.parametrize("command", ALL)
def test_an_event_is_a_command_with_an_id_of_its_own(command: str) -> None:
    parsed = COMMAND.validate_json((FOLDER / f"{command}.json").read_bytes())

    others = {event(other)["command_id"] for other in ALL if other != command}
    assert parsed.command == SECOND_STEPS.get(command, command)
    assert parsed.command_id not in others
    assert not parsed.dry_run


def test_the_events_work_as_they_stand_one_after_the_other(fresh: Stack) -> None:
    answers = {command: fresh.command(event(command)) for command in (*IN_ORDER, AT_LAST)}

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
    assert answers["set_rules"]["rules_version"] == 2
    assert answers["resume_partner"]["status"] == "active"
    assert (answers["unallot"]["available_cents"], answers["defund"]["unallotted_cents"]) == (
        1_340_000,
        6_400_000,
    )
    assert answers[AT_LAST]["status"] == "closed"


def test_what_the_events_make_is_used_by_partner_and_ride_company(fresh: Stack) -> None:
    answers = {command: fresh.command(event(command)) for command in IN_ORDER}
    partner = Partner(fresh, answers["rotate_partner_finish"]["client_id"])
    company = Provider(fresh, answers["rotate_provider_secret"]["secret"])

    code = mint_code(partner, program_id="prg_rides_to_work")
    told = company.tell("ride.requested", requested(code), "authorizations")
    books = fresh.command(event("check_books"))

    assert told.body["decision"] == "approved"
    # 40 cards of 40.00 that an administrator minted, and what a ride of 15.00 left of one more.
    on_vouchers = 160_000 + 2_500
    assert (books["balance"], books["held_cents"]) == (True, 1_500)
    assert books["available_cents"] == on_vouchers


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


def test_those_that_name_a_voucher_a_ride_or_a_person_find_none_until_they_are_changed(
    fresh: Stack,
) -> None:
    for command in IN_ORDER:
        fresh.command(event(command))

    with fresh.unchanged():
        answers = [fresh.command(event(command)) for command in NAMED]

    for answer in answers:
        reads_well(answer)
        assert (answer["done"], answer["problem"]) == (False, "not_found")


def test_with_the_ids_of_a_voucher_and_of_rides_they_work(fresh: Stack) -> None:
    for command in IN_ORDER:
        fresh.command(event(command))
    world, voucher_id = _with_rides_that_cost_more(fresh)
    rides = {"accept_shortfall": "short", "accept_overage": "above", "write_off": "above"}

    answers = []
    for command, ride_id in rides.items():
        confirm = {"confirm": ride_id} if command == "write_off" else {}
        answers.append(fresh.command(event(command, ride_id=ride_id, **confirm)))
    for command in OF_A_VOUCHER:
        confirm = {"confirm": voucher_id} if command == "revoke_voucher" else {}
        answers.append(fresh.command(event(command, voucher_id=voucher_id, **confirm)))

    for answer in answers:
        reads_well(answer)
        assert answer["done"] is True, answer
    statuses = [answer["status"] for answer in answers[-3:]]
    assert statuses == ["blocked", "active", "closed"]
    books = fresh.command(event("check_books"))
    assert (books["balance"], books["paid_direct_cents"]) == (True, 1_400)
    assert books["owed_cents"] == 2_000 - 1_000
    assert world.program().paid_direct_cents == 1_400


def test_with_the_end_of_a_code_a_vouchers_story_is_told(fresh: Stack) -> None:
    for command in IN_ORDER:
        fresh.command(event(command))
    world = fresh.world.another(program_id="prg_rides_to_work")
    voucher = world.voucher(world.code())

    answer = fresh.command(event("explain_voucher", last4=voucher.last4))

    reads_well(answer)
    assert (answer["done"], answer["voucher_id"]) == (True, voucher.voucher_id)
    assert voucher.last4 in answer["story"][0]


def test_with_the_id_of_a_voucher_a_ride_is_played(fresh: Stack) -> None:
    for command in IN_ORDER:
        fresh.command(event(command))
    world = fresh.world.another(program_id="prg_rides_to_work")
    code = world.code()

    answer = fresh.command(event("simulate_ride", voucher_id=world.voucher(code).voucher_id))

    reads_well(answer)
    assert answer["done"] is True
    assert world.voucher(code).spent_cents == 1_620


def test_with_the_id_of_a_person_she_is_erased(fresh: Stack) -> None:
    answers = {command: fresh.command(event(command)) for command in IN_ORDER}
    partner = Partner(fresh, answers["rotate_partner_finish"]["client_id"])
    body = enrollment_body(program_id="prg_rides_to_work")
    person = partner.post("/participants", body).body["participant_id"]
    named = {"participant_id": person, "confirm": person}

    with fresh.unchanged():
        unconfirmed = fresh.command(event("erase_participant", participant_id=person))
        said = fresh.command(event("erase_participant", **named, dry_run=True))
    done = fresh.command(event("erase_participant", **named))
    again = fresh.command(event("erase_participant", **named))
    anew = fresh.command(event("erase_participant", **named, command_id="another"))

    assert unconfirmed["problem"] == "field_errors"
    for answer in (said, done, again, anew):
        reads_well(answer)
    assert [one["done"] for one in (said, done, again, anew)] == [False, True, True, True]
    assert said["in_words"].endswith(done["in_words"])
    assert again["repeated"] is True
    assert "before" in anew["in_words"]
    partner.get(f"/participants/{person}").problem(404, "not_found")


def _with_rides_that_cost_more(stack: Stack) -> tuple[World, str]:
    """A ride that cost 5.00 more than its voucher covers, and one that fell short of the 20.00 that
    a hold had promised; and the id of a voucher."""
    world = stack.world.another(program_id="prg_rides_to_work")
    world.clock = Clock(world.clock.now - timedelta(hours=25))
    above, short = world.code(), world.code()
    world.request(above, "above", cents=2_000)
    world.complete(above, "above", cents=2_500)
    for ride in ("short", "whole"):
        world.request(short, ride, cents=2_000)
    world.clock.passes(hours=25)
    world.request(short, "third", cents=2_000)
    world.complete(short, "short", cents=2_000)
    return world, world.voucher(world.code()).voucher_id


def test_a_dry_run_of_each_says_what_would_happen_and_does_nothing(fresh: Stack) -> None:
    for command in (*IN_ORDER, AT_LAST):
        if command == "check_books":
            # A question, which is asked and on record, tried out or not.
            assert fresh.command(event(command, dry_run=True))["done"] is True
            continue
        with fresh.unchanged():
            said = fresh.command(event(command, dry_run=True))
        done: dict[str, Any] = fresh.command(event(command))

        reads_well(said)
        assert (said["done"], said["dry_run"]) == (False, True)
        # How many messages went is known only when they have gone.
        assert said["in_words"].endswith(done["in_words"]) or command == "retry_given_up"
        assert said["in_words"].startswith("Nothing was done")
        assert SECRETS.get(command, "") not in said


def test_no_event_names_a_person() -> None:
    assert {event(command)["requested_by"] for command in ALL} == {"your name"}
