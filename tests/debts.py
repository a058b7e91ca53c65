"""Rides that cost more than their voucher pays."""

from typing import Any

from world import World


def owes(world: World, ride: str, cents: int, **changes: Any) -> str:
    """A ride that cost some cents more than its voucher covers; its code."""
    code = world.code()
    world.request(code, ride, cents=2_000)
    world.complete(code, ride, cents=2_000 + cents, **changes)
    return code


def falls_short(world: World, ride: str) -> str:
    """A ride whose hold of 20.00 was let go before it was completed, so that nothing paid it."""
    code = world.code()
    world.request(code, ride, cents=2_000)
    world.request(code, f"{ride}-2", cents=2_000)
    world.clock.passes(hours=25)
    world.request(code, f"{ride}-3", cents=2_000)
    told = world.complete(code, ride, cents=2_000)
    assert told.answer["shortfall_cents"] == 2_000
    return code
