"""A suspended partner mints nothing, and within a minute its vouchers begin no ride; also where
the command is cut short, repeated, or meets a new allotment."""

from typing import Any

import pytest

import builders
import wire
from builders import OTHER_PARTNER
from farechance.errors import Busy, NotFound, StateForbids
from farechance.programs import PartnerStatus
from farechance.store import keys
from wire import Wire
from world import World


def _partner_statuses(world: World, program: str = "") -> list[str]:
    wanted = f"allotment#{program or world.program_id}"
    return [
        item["partner_status"]["S"]
        for item in world.items("programs")
        if item["pk"]["S"] == wanted and item["sk"]["S"] == world.partner_id
    ]


def _suspend(world: World, command_id: str = "suspend-1") -> dict[str, Any]:
    return world.administer("suspend_partner", command_id=command_id, partner_id=world.partner_id)


def _partner(world: World) -> PartnerStatus:
    key = keys.partner(world.partner_id)
    found = world.store.read(key)[key]
    assert found is not None
    return found.status


def test_a_suspended_partner_mints_nothing_and_its_vouchers_ride_within_a_minute_no_more(
    world: World,
) -> None:
    code = world.code()
    world.request(code, "approved", cents=1_000)

    answer = _suspend(world)
    with pytest.raises(StateForbids) as refused:
        world.mint()
    within_the_minute = world.request(code, "soon", cents=500)
    world.clock.passes(seconds=60)
    declined = world.request(code, "later", cents=500)
    paid = world.complete(code, "approved", cents=1_000)
    of_the_other = world.mint(partner=OTHER_PARTNER)

    assert answer["status"] == "suspended"
    assert _partner(world) is PartnerStatus.SUSPENDED
    assert refused.value.reason == "partner_suspended"
    assert within_the_minute.answer["decision"] == "approved"
    assert (declined.answer["reason"], declined.reason) == (
        "voucher_not_usable",
        "partner_suspended",
    )
    assert paid.answer["captured_cents"] == 1_000
    assert len(of_the_other.vouchers) == 1
    assert world.allotment().available_cents == 46_000


def test_a_resumed_partner_mints_at_once_and_its_vouchers_ride_within_a_minute(
    world: World,
) -> None:
    code = world.code()
    _suspend(world)
    world.request(code, "declined")

    answer = world.administer("resume_partner", partner_id=world.partner_id)
    world.mint()
    world.clock.passes(seconds=60)
    approved = world.request(code, "approved")

    assert answer["status"] == "active"
    assert _partner(world) is PartnerStatus.ACTIVE
    assert _partner_statuses(world) == ["active"]
    assert approved.answer["decision"] == "approved"


def test_a_mint_at_the_last_moment_before_a_suspension_is_stopped_by_its_condition(
    world: World,
) -> None:
    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: _suspend(world))
        with pytest.raises(StateForbids) as refused:
            world.mint()

    assert refused.value.reason == "partner_suspended"
    assert world.allotment().available_cents == 50_000


def test_a_mint_that_read_the_allotment_as_it_was_is_stopped_by_its_condition(
    world: World,
) -> None:
    stale = next(
        item
        for item in world.items("programs")
        if item["pk"]["S"] == f"allotment#{world.program_id}"
        and item["sk"]["S"] == world.partner_id
    )
    _suspend(world)

    with Wire(world.client) as line:
        line.disturb(wire.read_as_it_was(stale), "BatchGetItem", times=100)
        with pytest.raises(Busy):
            world.mint()

    assert "TransactWriteItems" in line.operations
    assert world.allotment().available_cents == 50_000
    assert [it for it in world.items("vouchers") if it["pk"]["S"].startswith("voucher#")] == []


def _with_second_program(world: World) -> None:
    world.administer(
        "create_program",
        program_id="prg_second",
        name="Second",
        funder="Harbor Foundation",
        rules=builders.rules(),
    )
    world.administer("fund", program_id="prg_second", amount_cents=10_000)
    world.administer(
        "allot", program_id="prg_second", partner_id=world.partner_id, amount_cents=5_000
    )


def test_a_suspension_that_was_cut_short_in_the_middle_is_repeated(world: World) -> None:
    _with_second_program(world)
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            _suspend(world)
    when_cut = [_partner_statuses(world), _partner_statuses(world, "prg_second")]

    answer = _suspend(world)
    again = _suspend(world)

    assert sorted(when_cut) == [["active"], ["suspended"]]
    assert "repeated" not in answer
    assert again["repeated"] is True
    assert [_partner_statuses(world), _partner_statuses(world, "prg_second")] == [
        ["suspended"],
        ["suspended"],
    ]
    assert _partner(world) is PartnerStatus.SUSPENDED


def test_a_resumption_that_was_cut_short_is_stopped_by_suspending_again(world: World) -> None:
    _suspend(world)
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            world.administer("resume_partner", partner_id=world.partner_id)
    when_cut = _partner_statuses(world)

    _suspend(world, "suspend-2")

    assert when_cut == ["active"]
    assert _partner_statuses(world) == ["suspended"]
    with pytest.raises(StateForbids):
        world.mint()


def test_a_new_allotment_of_a_suspended_partner_is_suspended_too(world: World) -> None:
    _suspend(world)
    _with_second_program(world)

    with pytest.raises(StateForbids) as refused:
        world.another(program_id="prg_second").mint(
            world.mint_request(program_id="prg_second", value_cents=1_000)
        )
    more = world.administer("fund", program_id=world.program_id, amount_cents=100)
    world.allot(world.partner_id, 100)

    assert refused.value.reason == "partner_suspended"
    assert _partner_statuses(world, "prg_second") == ["suspended"]
    assert _partner_statuses(world) == ["suspended"]
    assert more["unallotted_cents"] == 100


def test_an_allotment_that_is_made_during_a_suspension_is_marked_too(world: World) -> None:
    with Wire(world.client) as line:
        # At the suspension's last write: its marks are set, and the partner is still active.
        def allot() -> None:
            if line.operations.count("TransactWriteItems") == 2:
                _with_second_program(world)

        line.before("TransactWriteItems", allot, times=2)
        _suspend(world)

    assert _partner_statuses(world, "prg_second") == ["suspended"]
    assert _partner(world) is PartnerStatus.SUSPENDED


def test_only_a_suspended_partner_is_resumed_and_only_one_that_is_there(world: World) -> None:
    before = world.everything()

    with pytest.raises(StateForbids) as not_suspended:
        world.administer("resume_partner", partner_id=world.partner_id)
    for command in ("suspend_partner", "resume_partner"):
        with pytest.raises(NotFound):
            world.administer(command, partner_id="org_nobody")

    assert not_suspended.value.reason == "partner_not_suspended"
    assert world.everything() == before
