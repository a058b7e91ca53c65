"""The commands that a running programme needs: each once for each command_id, on record as it was
asked for, and without a trace if it is a dry run."""

from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON, PARTNER, PROGRAM, PROVIDER
from farechance.codes import voucher_id
from farechance.errors import StateForbids
from farechance.store import keys
from world import World

CARD = voucher_id(CODE_KEYS, "1", PARTNER, "card", 0)
OF_A_RIDE = {"program_id": PROGRAM, "provider_id": PROVIDER}

COMMANDS: dict[str, dict[str, Any]] = {
    "set_rules": {"program_id": PROGRAM, "rules": builders.rules(max_rides=4).model_dump()},
    "defund": {"program_id": PROGRAM, "amount_cents": 3_000},
    "unallot": {"program_id": PROGRAM, "partner_id": PARTNER, "amount_cents": 2_000},
    "suspend_partner": {"partner_id": PARTNER},
    "block_voucher": {"voucher_id": CARD},
    "revoke_voucher": {"voucher_id": CARD, "confirm": CARD},
    "accept_overage": {**OF_A_RIDE, "ride_id": "above", "amount_cents": 300},
    "accept_shortfall": {**OF_A_RIDE, "ride_id": "short", "amount_cents": 1_300},
    "write_off": {**OF_A_RIDE, "ride_id": "short", "amount_cents": 1_200},
    "record_payment": {
        **OF_A_RIDE,
        "month": "2026-03",
        "amount_cents": 1_500,
        "invoice_ref": "A-7",
    },
    "close_program": {"program_id": PROGRAM, "confirm": PROGRAM},
}
each_command = pytest.mark.parametrize("command", COMMANDS)


@pytest.fixture
def running(world: World) -> World:
    """A programme with 100.00 that isn't allotted, a card, and two rides that cost more than their
    voucher paid: one of them 7.00, the other 20.00 that its hold had promised."""
    world.administer("fund", program_id=PROGRAM, amount_cents=10_000)
    world.mint(key="card")
    code = world.code()
    world.request(code, "above", cents=2_000)
    world.complete(code, "above", cents=2_700)
    code = world.code()
    for ride in ("short", "whole"):
        world.request(code, ride, cents=2_000)
    world.clock.passes(hours=25)
    world.request(code, "third", cents=2_000)
    world.complete(code, "short", cents=2_000)
    return world


@each_command
def test_a_repeat_gets_the_answer_again_and_does_nothing(running: World, command: str) -> None:
    first = running.administer(command, command_id="once", **COMMANDS[command])
    before = running.everything()

    again = running.another().administer(command, command_id="once", **COMMANDS[command])

    assert again == {
        **first,
        "in_words": f"This was done before, and nothing was done now. {first['in_words']}",
        "repeated": True,
    }
    assert running.everything() == before


@each_command
def test_a_dry_run_says_what_would_happen_and_writes_nothing(running: World, command: str) -> None:
    before = running.everything()

    said = running.administer(command, dry_run=True, **COMMANDS[command])
    untouched = running.everything()
    done = running.administer(command, **COMMANDS[command])

    assert untouched == before
    assert said == {
        **done,
        "in_words": f"Nothing was done. Without dry_run: {done['in_words']}",
        "dry_run": True,
    }
    assert running.everything() != before


@each_command
def test_what_was_asked_for_is_on_record(running: World, command: str) -> None:
    answer = running.administer(
        command,
        command_id="audited",
        requested_by="desk 4",
        reason="letter of 1 March",
        **COMMANDS[command],
    )

    key = keys.command("audited")
    record = running.store.read(key)[key]
    assert record is not None
    assert (record.command, record.requested_by, record.reason) == (
        command,
        "desk 4",
        "letter of 1 March",
    )
    assert record.carried_out_at > NOON
    assert record.answer == answer
    for name, value in COMMANDS[command].items():
        assert name == "rules" or record.content[name] == value


@each_command
def test_a_command_id_of_another_command_is_refused(running: World, command: str) -> None:
    running.administer("fund", command_id="once", program_id=PROGRAM, amount_cents=100)
    before = running.everything()

    with pytest.raises(StateForbids) as refused:
        running.administer(command, command_id="once", **COMMANDS[command])

    assert refused.value.reason == "command_id_reused"
    assert running.everything() == before
