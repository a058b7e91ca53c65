"""Pausing a programme marks every allotment, however many there are and whatever happens
meanwhile."""

import pytest

import builders
import wire
from farechance.errors import Busy, StateForbids
from farechance.programs import Status
from wire import Wire
from world import World

MANY = 51


def _statuses(world: World) -> list[str]:
    return [
        item["status"]["S"]
        for item in world.items("programs")
        if item["pk"]["S"] == f"allotment#{world.program_id}"
    ]


def _pause(world: World, command_id: str = "pause-1") -> str:
    answer = world.administer("pause_program", command_id=command_id, program_id=world.program_id)
    return str(answer["status"])


def test_more_than_fifty_allotments_are_all_marked_and_unmarked(world: World) -> None:
    world.administer("fund", program_id=world.program_id, amount_cents=100 * MANY)
    for number in range(MANY):
        world.create_partner(f"org_{number}")
        world.allot(f"org_{number}", 100)

    paused = _pause(world)
    when_paused = _statuses(world)
    world.administer("resume_program", program_id=world.program_id)

    assert paused == "paused"
    assert when_paused == ["paused"] * (MANY + 2)
    assert _statuses(world) == ["active"] * (MANY + 2)
    assert world.program().status is Status.ACTIVE


def test_a_pause_that_was_cut_short_stops_mints_already_and_can_be_repeated(
    world: World,
) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            _pause(world)
    with pytest.raises(StateForbids) as refused:
        world.mint()

    again = _pause(world)

    assert refused.value.reason == "program_paused"
    assert again == "paused"
    assert world.program().status is Status.PAUSED
    assert _statuses(world) == ["paused"] * 2


def test_an_allotment_that_is_made_during_a_pause_is_marked_too(world: World) -> None:
    world.administer("fund", program_id=world.program_id, amount_cents=1_000)
    world.create_partner("org_late")

    with Wire(world.client) as line:
        # At the pause's last write: its marks are set, and the programme is still active.
        def allot() -> None:
            if line.operations.count("TransactWriteItems") == 2:
                world.allot("org_late", 1_000)

        line.before("TransactWriteItems", allot, times=2)
        paused = _pause(world)

    assert paused == "paused"
    assert _statuses(world) == ["paused"] * 3
    with pytest.raises(StateForbids):
        world.mint(partner="org_late")
    assert world.allotment("org_late").available_cents == 1_000


def test_money_that_is_allotted_in_a_pause_does_not_end_it(world: World) -> None:
    world.administer("fund", program_id=world.program_id, amount_cents=1_000)
    _pause(world)

    world.allot(world.partner_id, 1_000)

    assert _statuses(world) == ["paused"] * 2
    assert world.allotment().available_cents == 51_000
    with pytest.raises(StateForbids):
        world.mint()


def test_only_a_funded_program_is_paused_and_only_a_paused_one_resumed(world: World) -> None:
    with pytest.raises(StateForbids) as not_paused:
        world.administer("resume_program", program_id=world.program_id)
    world.administer(
        "create_program",
        program_id="prg_unfunded",
        name="A programme without money",
        funder="A foundation",
        rules=builders.rules(),
    )
    before = world.everything()

    with pytest.raises(StateForbids) as not_active:
        world.administer("pause_program", program_id="prg_unfunded")

    assert not_paused.value.reason == "program_not_paused"
    assert not_active.value.reason == "program_not_active"
    assert world.everything() == before


def test_a_resumption_that_was_cut_short_is_stopped_by_pausing_again(world: World) -> None:
    _pause(world)
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            world.administer("resume_program", program_id=world.program_id)
    when_cut = _statuses(world)

    _pause(world, "pause-2")

    assert when_cut == ["active"] * 2
    assert _statuses(world) == ["paused"] * 2
    assert world.program().status is Status.PAUSED
    with pytest.raises(StateForbids):
        world.mint()


def test_a_pause_is_on_the_ledger_of_the_program(world: World) -> None:
    _pause(world)
    world.administer("resume_program", program_id=world.program_id)

    kinds = {
        int(item["sequence"]["N"]): item["kind"]["S"]
        for item in world.items("ledger")
        if item["pk"]["S"] == f"program#{world.program_id}"
    }
    assert [kinds[number] for number in sorted(kinds)][-2:] == [
        "program.paused",
        "program.resumed",
    ]
    assert _statuses(world) == ["active"] * 2


def test_a_pause_that_was_cut_short_and_given_up_can_be_taken_back(world: World) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            _pause(world)

    answer = world.administer("resume_program", program_id=world.program_id)

    assert answer["status"] == "active"
    assert _statuses(world) == ["active"] * 2
    assert len(world.mint().vouchers) == 1
    with pytest.raises(StateForbids) as refused:
        world.administer("resume_program", program_id=world.program_id)
    assert refused.value.reason == "program_not_paused"
