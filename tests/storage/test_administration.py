"""Admin commands: once for each command_id, on record without secrets, safe to cut short."""

from functools import partial
from typing import Any

import pytest

import builders
import wire
from builders import NOON, OTHER_PROVIDER
from farechance.errors import Busy, FieldErrors, NotFound, StateForbids
from farechance.programs import Rules
from farechance.store import keys
from threads import at_once
from wire import Wire
from world import World

RULES = builders.rules().model_dump()

COMMANDS: dict[str, dict[str, Any]] = {
    "create_program": {
        "program_id": "prg_second",
        "name": "Second",
        "funder": "Harbor Foundation",
        "rules": RULES,
    },
    "fund": {"program_id": builders.PROGRAM, "amount_cents": 7_000},
    "allot": {
        "program_id": builders.PROGRAM,
        "partner_id": builders.PARTNER,
        "amount_cents": 3_000,
    },
    "pause_program": {"program_id": builders.PROGRAM},
    "create_partner": {
        "partner_id": "org_third",
        "name": "Third",
        "help_name": "Third",
        "help_phone": "555-0101",
    },
    "register_provider": {
        "provider_id": OTHER_PROVIDER,
        "name": "Other Cabs",
        "rider_needs": {"smartphone": True, "data": True, "own_payment_method": False},
        "help_phone": "555-0198",
        "staff_can_book": False,
    },
}


@pytest.fixture
def ready(world: World) -> World:
    """A programme with 100.00 that isn't allotted."""
    world.administer("fund", program_id=world.program_id, amount_cents=10_000)
    return world


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeat_gets_the_answer_again_but_never_a_secret(ready: World, command: str) -> None:
    first = ready.administer(command, command_id="once", **COMMANDS[command])
    before = ready.everything()

    again = ready.administer(command, command_id="once", **COMMANDS[command])

    secrets = {"client_secret", "secret"}
    assert again == {
        **{name: value for name, value in first.items() if name not in secrets},
        "in_words": f"This was done before, and nothing was done now. {first['in_words']}",
        "repeated": True,
    }
    assert ready.everything() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_dry_run_says_what_would_happen_and_writes_nothing(ready: World, command: str) -> None:
    before = ready.everything()

    said = ready.administer(command, dry_run=True, **COMMANDS[command])
    untouched = ready.everything()
    done = ready.administer(command, **COMMANDS[command])

    assert untouched == before
    assert len(ready.vault.kept) == (command == "register_provider")
    assert len(ready.clients.made) == (command == "create_partner")
    assert said["dry_run"] is True
    assert said["in_words"] == f"Nothing was done. Without dry_run: {done['in_words']}"
    figures = {name: said[name] for name in said.keys() - {"dry_run", "in_words"}}
    assert figures.items() <= done.items()


@pytest.mark.parametrize("command", COMMANDS)
def test_what_was_asked_for_is_on_record_and_no_secret_is(ready: World, command: str) -> None:
    answer = ready.administer(
        command,
        command_id="audited",
        requested_by="desk 4",
        reason="letter of 1 March",
        **COMMANDS[command],
    )

    key = keys.command("audited")
    record = ready.store.read(key)[key]
    assert record is not None
    assert (record.requested_by, record.reason) == ("desk 4", "letter of 1 March")
    assert (record.command, record.carried_out_at) == (command, NOON)
    assert record.answer["in_words"] == answer["in_words"]
    stored = str(ready.everything())
    for name in ("client_secret", "secret"):
        assert name not in record.answer
        assert str(answer.get(name, "not shown")) not in stored


def test_a_secret_is_shown_once(ready: World) -> None:
    partner = ready.administer("create_partner", **COMMANDS["create_partner"])
    provider = ready.administer("register_provider", **COMMANDS["register_provider"])

    assert partner["client_secret"].startswith("secret-")
    assert provider["secret"].startswith("whsec_")
    assert ready.vault.kept == {OTHER_PROVIDER: provider["secret"]}


def test_a_command_id_with_other_content_is_refused(ready: World) -> None:
    ready.administer("fund", command_id="once", requested_by="finance", **COMMANDS["fund"])
    before = ready.everything()

    for command, fields in (
        ("fund", {**COMMANDS["fund"], "amount_cents": 7_001}),
        ("allot", COMMANDS["allot"]),
    ):
        with pytest.raises(StateForbids) as refused:
            ready.administer(command, command_id="once", **fields)
        assert refused.value.reason == "command_id_reused"
        assert refused.value.facts == {
            "command_id": "once",
            "carried_out": "fund",
            "carried_out_at": "2026-03-02T17:00:00.000Z",
            "carried_out_for": "finance",
        }

    assert ready.everything() == before


@pytest.mark.parametrize("command", COMMANDS)
def test_a_repeat_in_other_words_and_a_dry_run_of_it_say_that_it_was_done(
    ready: World, command: str
) -> None:
    fields = {**COMMANDS[command], "command_id": "once"}
    ready.administer(command, **fields)
    before = ready.everything()

    reworded = ready.administer(command, **fields, reason="the same", requested_by="desk 5")
    tried = ready.administer(command, **fields, dry_run=True)

    for said in (reworded, tried):
        assert said["repeated"] is True
        assert said["in_words"].startswith("This was done before, and nothing was done now.")
    assert ready.everything() == before


@pytest.mark.parametrize(
    ("command", "changes", "reason"),
    [
        ("create_program", {"program_id": builders.PROGRAM}, "program_exists"),
        ("create_partner", {"partner_id": builders.PARTNER}, "partner_exists"),
        ("register_provider", {"provider_id": builders.PROVIDER}, "provider_exists"),
        ("allot", {"amount_cents": 10_001}, "insufficient_budget"),
    ],
)
def test_what_the_state_forbids_is_refused(
    ready: World, command: str, changes: dict[str, Any], reason: str
) -> None:
    before = ready.everything()

    with pytest.raises(StateForbids) as refused:
        ready.administer(command, **{**COMMANDS[command], **changes})

    assert refused.value.reason == reason
    assert ready.everything() == before
    assert (ready.vault.kept, ready.clients.made) == ({}, {})


@pytest.mark.parametrize("command", ["fund", "allot", "pause_program", "check_books"])
def test_a_program_that_does_not_exist_is_not_found(ready: World, command: str) -> None:
    before = ready.everything()

    with pytest.raises(NotFound):
        ready.administer(command, **{**COMMANDS.get(command, {}), "program_id": "prg_nowhere"})

    assert ready.everything() == before


def test_areas_and_hours_are_stored_as_they_were_sent(ready: World) -> None:
    rules = {
        **RULES,
        "service_areas": (
            {"latitude": 40.712_811_5, "longitude": -74, "radius_meters": 5_000},
            {"latitude": -0.1, "longitude": 179.999_999_9, "radius_meters": 20},
        ),
        "service_area_ends": "both",
        "weekly_hours": ({"weekday": "monday", "from": "08:00", "to": "24:00"},),
    }
    command = {**COMMANDS["create_program"], "command_id": "once", "rules": rules}

    ready.administer("create_program", **command)
    repeated = ready.administer("create_program", **command)

    key = keys.rules("prg_second", 1)
    stored = ready.store.read(key)[key]
    assert stored == Rules.model_validate(rules)
    assert repeated["repeated"] is True


@pytest.mark.parametrize(
    "fault",
    [
        wire.lost_before_sending,
        wire.answer_lost,
        wire.failed_after_it_was_done,
        wire.refused_with("InternalServerError", 500),
    ],
    ids=["lost before sending", "answer lost", "broken after it was done", "broken"],
)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_was_cut_short_is_repeated_safely(
    ready: World, command: str, fault: wire.Fault
) -> None:
    with Wire(ready.client) as line:
        line.disturb(fault, "TransactWriteItems", at=1 if command == "pause_program" else 0)
        with pytest.raises(Busy):
            ready.administer(command, command_id="once", **COMMANDS[command])

    answer = ready.administer(command, command_id="once", **COMMANDS[command])
    again = ready.administer(command, command_id="once", **COMMANDS[command])

    assert again["in_words"].endswith(answer["in_words"])
    assert len(ready.vault.kept) == (command == "register_provider")
    assert len(ready.clients.made) == (command == "create_partner")
    if command == "register_provider" and "secret" in answer:
        assert ready.vault.kept == {OTHER_PROVIDER: answer["secret"]}
    if command == "fund":
        assert ready.program().funded_cents == 117_000
    if command == "allot":
        assert ready.allotment().available_cents == 53_000


def test_one_command_sent_several_times_at_once_is_carried_out_once(ready: World) -> None:
    fund = partial(ready.administer, "fund", command_id="once", **COMMANDS["fund"])

    results = at_once([fund] * 4)

    answers = [one for one in results if not isinstance(one, Exception)]
    assert len(answers) == 4
    assert ["repeated" in one for one in answers].count(False) == 1
    assert ready.program().funded_cents == 117_000


def test_commands_on_one_program_at_once_are_all_carried_out(ready: World) -> None:
    results = at_once([partial(ready.administer, "fund", **COMMANDS["fund"]) for _ in range(4)])

    assert [one for one in results if isinstance(one, Exception)] == []
    assert ready.program().funded_cents == 110_000 + 4 * 7_000
    assert ready.program().unallotted_cents == 10_000 + 4 * 7_000


def test_more_is_never_allotted_than_was_funded(ready: World) -> None:
    fields = {**COMMANDS["allot"], "amount_cents": 6_000}

    results = at_once([partial(ready.administer, "allot", **fields) for _ in range(3)])

    refused = [one for one in results if isinstance(one, StateForbids)]
    assert [one.reason for one in refused] == ["insufficient_budget"] * 2
    assert ready.program().unallotted_cents == 4_000
    assert ready.allotment().available_cents == 56_000


def test_a_partner_has_twenty_programs_at_most(ready: World) -> None:
    ready.administer("create_partner", **COMMANDS["create_partner"])
    for number in range(21):
        name = f"prg_many_{number}"
        ready.administer("create_program", **{**COMMANDS["create_program"], "program_id": name})
        ready.administer("fund", program_id=name, amount_cents=100)
    for number in range(20):
        ready.administer(
            "allot", program_id=f"prg_many_{number}", partner_id="org_third", amount_cents=100
        )
    before = ready.everything()

    with pytest.raises(FieldErrors):
        ready.administer(
            "allot", program_id="prg_many_20", partner_id="org_third", amount_cents=100
        )

    assert ready.everything() == before
