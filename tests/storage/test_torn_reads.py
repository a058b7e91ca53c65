"""A BatchGetItem is no snapshot: it may see one item as it was before a transaction and another as
it is after it. Whoever is sent twice at the same moment must not be refused because of her own
success (domain.md, invariants 3 and 4)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.told import Told
from wire import Wire, read_as_it_was, read_before
from world import World

_Event = Callable[[World, str], Told]


def test_an_enrollment_is_not_refused_because_it_was_done_in_between(world: World) -> None:
    request = builders.enrollment()
    first, _ = world.enrolls(request, "key-1")
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(read_before("People", "key#"), "BatchGetItem")
        again, is_replay = world.another().enrolls(request, "key-1")

    assert line.disturbed
    assert (again, is_replay) == (first, True)
    assert world.everything() == before


def test_a_mint_is_not_refused_because_it_was_done_in_between(world: World) -> None:
    everything = world.mint_request(unassigned=25, value_cents=2_000)
    first, _ = world.mints(everything, "key-1")
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(read_before("Vouchers", "key#"), "BatchGetItem")
        again, is_replay = world.another().mints(everything, "key-1")

    assert line.disturbed
    assert (again, is_replay) == (first, True)
    assert world.everything() == before


def test_a_mint_for_a_person_is_not_refused_because_it_was_done_in_between(world: World) -> None:
    person = world.enroll()
    ten = world.mint_request(participant_ids=(person,) * 10, unassigned=None, value_cents=100)
    first, _ = world.mints(ten, "key-1")

    with Wire(world.client) as line:
        line.disturb(read_before("Vouchers", "key#"), "BatchGetItem")
        again, is_replay = world.another().mints(ten, "key-1")

    assert (again, is_replay) == (first, True)
    assert world.participant(person).minted_in_month == 10


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (
            "create_partner",
            {"partner_id": "org_third", "name": "3", "help_name": "3", "help_phone": "555-0100"},
        ),
        ("pause_program", {"program_id": builders.PROGRAM}),
    ],
)
def test_a_command_is_not_refused_because_it_was_done_in_between(
    world: World, command: str, fields: dict[str, Any]
) -> None:
    first = world.administer(command, command_id="once", **fields)
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(read_before("Programs", "command"), "BatchGetItem")
        again = world.administer(command, command_id="once", **fields)

    assert line.disturbed
    assert again["repeated"] is True
    assert again["program_id" if command == "pause_program" else "client_id"] in first.values()
    assert world.everything() == before


@pytest.mark.parametrize("unseen", ["LedgerTable", "VouchersTable"])
@pytest.mark.parametrize(
    "event",
    [
        lambda world, code: world.request(code),
        lambda world, code: world.complete(code),
        lambda world, code: world.request(code, "too-dear", cents=9_000),
    ],
    ids=["request", "completion", "decline"],
)
def test_an_event_of_a_ride_is_known_whether_its_entry_or_its_ride_was_not_seen(
    world: World, unseen: str, event: Callable[[World, str], Told]
) -> None:
    code = world.code()
    world.request(code)
    first = event(world, code)
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(read_before(unseen, "ride#"), "BatchGetItem")
        again = event(world.another(), code)

    assert line.disturbed
    assert again.is_replay
    assert again.answer == first.answer
    assert again.full()["ride"]["state"] != "none"
    assert world.everything() == before


@pytest.mark.parametrize(
    "event", [World.complete, World.cancel], ids=["completion", "cancellation"]
)
def test_a_repeat_never_tells_the_ride_as_it_was_before_the_event(
    world: World, event: Callable[[World, str], Told]
) -> None:
    code = world.code()
    world.request(code)
    old = _stored_ride(world)
    event(world, code)

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        again = event(world.another(), code)

    assert line.disturbed
    assert again.is_replay
    assert again.full()["ride"]["state"] in ("captured", "voided")
    assert world.voucher(code).held_cents == 0


@pytest.mark.parametrize(
    ("event", "state"),
    [(World.request, "held"), (World.complete, "refused"), (World.cancel, "voided")],
    ids=["request", "completion", "cancellation"],
)
def test_a_repeat_never_tells_the_ride_as_it_was_when_only_an_adjustment_was_known(
    world: World, event: Callable[[World, str], Told], state: str
) -> None:
    code = world.code()
    world.adjust(code)
    old = _stored_ride(world)
    event(world, code)
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        again = event(world.another(), code)

    assert line.disturbed
    assert again.is_replay
    assert again.full()["ride"]["state"] == state
    assert world.everything() == before


def test_a_repeat_never_tells_the_ride_as_it_was_before_an_adjustment(world: World) -> None:
    code = world.code()
    world.request(code)
    world.complete(code)
    old = _stored_ride(world)
    first = world.adjust(code, cents=1_900, adjustment_id="adjustment-1")

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        again = world.another().adjust(code, cents=1_900, adjustment_id="adjustment-1")

    assert line.disturbed
    assert (again.answer, again.is_replay) == (first.answer, True)
    assert again.full()["ride"] == {"state": "captured", "captured_cents": 1_900}
    assert world.voucher(code).spent_cents == 1_900


@pytest.mark.parametrize("cents", [1_900, 300])
def test_a_repeat_of_an_adjustment_that_was_superseded_is_answered(
    world: World, cents: int
) -> None:
    code = world.code()
    world.request(code)
    world.adjust(code, adjustment_id="before-the-end", adjusted_at=world.clock.now)
    world.clock.passes(minutes=1)
    world.complete(code)
    world.adjust(code, cents=cents, adjustment_id="last")
    early = world.clock.now - timedelta(seconds=30)

    first = [
        world.adjust(code, adjustment_id="before-the-end", adjusted_at=NOON),
        world.adjust(code, adjustment_id="too-early", adjusted_at=early),
        world.adjust(code, adjustment_id="a-lesser-id"),
    ]
    again = [
        world.adjust(code, adjustment_id="before-the-end", adjusted_at=NOON),
        world.adjust(code, adjustment_id="too-early", adjusted_at=early),
        world.adjust(code, adjustment_id="a-lesser-id"),
    ]

    outcomes = ["pending", "superseded", "superseded"]
    assert [one.answer["outcome"] for one in first] == outcomes
    assert [one.answer["outcome"] for one in again] == outcomes
    assert [one.is_replay for one in again] == [True] * 3
    assert world.voucher(code).spent_cents == cents


def _stored(world: World, start: str) -> dict[str, Any]:
    found = [it for it in world.items("vouchers") if it["pk"]["S"].startswith(start)]
    assert len(found) == 1
    return found[0]


def _stored_ride(world: World) -> dict[str, Any]:
    return _stored(world, "ride#")
