"""Entries that somebody should look at, found in the index by month: the newest first, within a
time, however many others there are."""

from datetime import datetime, timedelta

import debts
from builders import NOON
from farechance.ledger import Kind
from farechance.store import Exceptions
from world import World

MARCH = "2026-03"


def found(
    world: World,
    *,
    begins_at: datetime = NOON - timedelta(days=1),
    ends_at: datetime = NOON + timedelta(days=20),
    most_looked_at: int = 500,
    months: tuple[str, ...] = (MARCH,),
) -> Exceptions:
    return world.store.exceptions(
        [(world.program_id, month) for month in months],
        begins_at,
        ends_at,
        most_looked_at=most_looked_at,
    )


def contradicts(world: World, ride: str) -> str:
    """A ride company completes a ride twice, for another fare."""
    code = world.code()
    world.request(code, ride)
    world.complete(code, ride, cents=1_000)
    world.complete(code, ride, cents=1_100)
    return code


def test_only_shortfalls_and_contradictions_are_found_the_newest_first(world: World) -> None:
    contradicts(world, "first")
    world.clock.passes(minutes=1)
    debts.falls_short(world, "short")
    world.clock.passes(minutes=1)
    contradicts(world, "last")
    world.code()

    seen = found(world)

    assert [entry.identity.split("#")[2] for entry in seen.entries] == ["last", "short", "first"]
    assert [entry.kind for entry in seen.entries] == [
        Kind.RIDE_CONFLICT,
        Kind.RIDE_COMPLETED,
        Kind.RIDE_CONFLICT,
    ]
    assert seen.looked_from is None


def test_a_time_is_kept_to_the_millisecond_at_both_ends(world: World) -> None:
    for number in range(3):
        contradicts(world, f"ride-{number}")
        world.clock.passes(milliseconds=1)

    seen = found(
        world,
        begins_at=NOON + timedelta(milliseconds=1),
        ends_at=NOON + timedelta(milliseconds=1),
    )

    assert [entry.identity.split("#")[2] for entry in seen.entries] == ["ride-1"]


def test_a_month_that_isnt_asked_for_is_not_looked_at(world: World) -> None:
    contradicts(world, "ride-1")

    assert found(world, months=("2026-02", "2026-04")).entries == ()
    assert len(found(world, months=("2026-02", MARCH)).entries) == 1


def test_where_not_all_was_looked_at_it_is_told_how_far_back(world: World) -> None:
    code = world.code()
    contradicts(world, "old")
    world.clock.passes(hours=1)
    for _ in range(4):
        # Two entries a minute, in one shard.
        world.block(code)
        world.unblock(code)
        world.clock.passes(minutes=1)

    seen = found(world, most_looked_at=4)
    all_of_it = found(world, most_looked_at=100)

    # Of the four newest of the shard, the oldest is that of two minutes before.
    assert seen.looked_from == NOON + timedelta(hours=1, minutes=2)
    assert all_of_it.looked_from is None
    assert len(all_of_it.entries) == 1
