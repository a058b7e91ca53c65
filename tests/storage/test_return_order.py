"""Whether and when housekeeping has run changes no decision and no captured cent (domain.md,
invariant 10). Each history is played without it, with it at each step at which it would find
something, and with it at every later one; all must say the same and end in the same money."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import builders
from builders import NOON
from storage.histories import (
    MOMENT,
    Playing,
    Step,
    adjusts,
    asks,
    blocks,
    cancels,
    drives,
    extends,
    play,
    reissues,
    revokes,
    unblocks,
    waits,
    waits_for_end,
    waits_for_return,
)
from tables import empty_tables, fill_tables
from world import World

RULES = {
    "max_rides": 3,
    "cap_cents": 2_000,
    "direct_capture": True,
    "max_cancellation_fee_cents": 500,
}
HOUR = timedelta(hours=1)

HISTORIES: dict[str, list[Step]] = {
    "a ride is completed past its return": [
        asks("r1"),
        waits_for_return(),
        drives("r1", cents=1_700),
        adjusts("r1", cents=1_000),
    ],
    "a ride is completed at the last moment before its return": [
        asks("r1"),
        waits_for_return(plus=-MOMENT),
        drives("r1", cents=1_900),
        waits(days=1),
        adjusts("r1", cents=1_950),
    ],
    "a ride is cancelled past its return": [
        asks("r1"),
        asks("r2", cents=800),
        waits_for_return(),
        cancels("r1"),
        cancels("r2"),
        drives("r1"),
    ],
    "a ride is cancelled with a fee before the return and another past it": [
        asks("r1"),
        asks("r2", cents=800),
        waits_for_return(plus=-MOMENT),
        cancels("r1", fee=300),
        waits(days=1),
        cancels("r2", fee=300),
    ],
    "a fare is adjusted up and down past the return": [
        asks("r1"),
        drives("r1"),
        waits_for_return(),
        adjusts("r1", cents=1_900, name="up"),
        waits(hours=1),
        adjusts("r1", cents=600, name="down"),
        waits(hours=1),
        adjusts("r1", cents=1_500, name="up-again"),
    ],
    "an adjustment waits for a completion that comes past the return": [
        asks("r1"),
        adjusts("r1", cents=1_200, name="first"),
        waits_for_return(),
        adjusts("r1", cents=1_300, name="second"),
        drives("r1", ago=timedelta(days=2)),
    ],
    "a ride that nobody asked for comes around the return": [
        waits_for_end(plus=-HOUR),
        waits_for_return(plus=-MOMENT),
        drives("r1", asked_ago=timedelta(days=7) - MOMENT),
        waits(milliseconds=1),
        drives("r2", asked_ago=timedelta(days=7)),
    ],
    "the way home of a blocked card is captured directly past its return": [
        waits_for_end(plus=-HOUR),
        asks("r1"),
        waits_for_return(plus=-2 * HOUR),
        drives("r1"),
        blocks(),
        waits(hours=3),
        drives("r2", asked_ago=HOUR),
        asks("r3"),
    ],
    "the way home is asked for just before and past the return": [
        waits_for_end(plus=-HOUR),
        asks("r1", cents=500),
        waits_for_return(plus=-2 * HOUR),
        drives("r1", cents=500),
        waits(hours=1),
        asks("r2", cents=500),
        waits_for_return(),
        asks("r3", cents=500),
        drives("r2", cents=400),
    ],
    "the way home is asked for past the return": [
        waits_for_end(plus=-HOUR),
        asks("r1", cents=500),
        waits_for_return(plus=-2 * HOUR),
        drives("r1", cents=500),
        waits(hours=3),
        asks("r2", cents=500),
        drives("r3", cents=500, asked_ago=HOUR),
    ],
    "a revoked card's hold is set free and used by its own ride": [
        asks("r1"),
        revokes(),
        drives("r1", cents=1_000),
        adjusts("r1", cents=1_400, name="up"),
        waits_for_return(),
        adjusts("r1", cents=1_500, name="too-late"),
        adjusts("r1", cents=200, name="z-down"),
        revokes(),
    ],
    "a card is extended before its return and refused to be past it": [
        asks("r1"),
        waits_for_return(plus=-MOMENT),
        extends(days=1),
        waits(hours=1),
        asks("r2"),
        waits_for_return(),
        extends(days=1),
        asks("r3"),
        drives("r2"),
    ],
    "a card that is past its return is blocked, unblocked and reissued in vain": [
        asks("r1"),
        waits_for_return(),
        blocks(),
        unblocks(),
        reissues(),
        asks("r2"),
    ],
    "a ride is booked ahead for the last day": [
        asks("r1", pickup_in=timedelta(days=7)),
        waits_for_end(plus=timedelta(days=7)),
        drives("r1"),
        waits_for_return(),
        adjusts("r1", cents=1_000),
        asks("r2"),
    ],
    "another car is sent and the first one comes too": [
        asks("r1"),
        asks("r2", replaces_ride_id="r1"),
        waits_for_return(),
        drives("r1"),
        drives("r2"),
        cancels("r2"),
    ],
    "dead holds are let go for another ride and completed around the return": [
        asks("r1", cents=2_000),
        asks("r2", cents=2_000),
        waits(hours=25),
        asks("r3", cents=1_500),
        drives("r1", cents=2_000),
        waits_for_return(),
        drives("r2", cents=2_000),
        drives("r3"),
    ],
    "a lost card sets its hold free and the new one needs the money": [
        asks("r1", cents=2_000),
        asks("r2", cents=1_000),
        reissues(),
        extends("new", days=60),
        cancels("r1"),
        waits_for_return(plus=-MOMENT),
        asks("r3", "new", cents=1_800),
        waits(milliseconds=1),
        asks("r4", "new", cents=1_800),
        drives("r4", "new", cents=2_000),
    ],
    "a lost card's ride never ends and comes after the new one rode": [
        asks("r1", cents=2_000),
        asks("r2", cents=1_500),
        reissues(),
        extends("new", days=60),
        waits_for_return(),
        asks("r3", "new", cents=1_900),
        drives("r1"),
        drives("r2"),
        drives("r3", "new", cents=1_950),
    ],
    "a lost card is refunded before and after its return and the new one rides in between": [
        asks("r1", cents=2_000),
        asks("r2", cents=1_500),
        drives("r1", cents=2_000),
        reissues(),
        extends("new", days=60),
        adjusts("r1", cents=1_000, name="a"),
        waits_for_return(),
        drives("r2"),
        waits(hours=1),
        adjusts("r1", cents=600, name="b"),
        asks("r3", "new", cents=1_400),
        adjusts("r1", cents=0, name="c"),
        drives("r3", "new", cents=2_000),
    ],
    "the new card is revoked before the old one's return": [
        asks("r1"),
        reissues(),
        revokes("new"),
        waits_for_return(),
        cancels("r1"),
        asks("r2", "new"),
    ],
    "the new card is revoked after the old one's return": [
        asks("r1"),
        reissues(),
        extends("new", days=60),
        waits_for_return(),
        revokes("new"),
        cancels("r1"),
    ],
    "the new card is lost too, before the old one's return": [
        asks("r1"),
        reissues(),
        reissues("new", "newer"),
        extends("newer", days=60),
        waits_for_return(),
        asks("r2", "newer", cents=2_000),
        drives("r2", "newer", cents=2_000),
        asks("r3", "newer", cents=2_000),
    ],
    "the new card is lost too, after the old one's return": [
        asks("r1"),
        reissues(),
        extends("new", days=60),
        waits_for_return(),
        reissues("new", "newer"),
        asks("r2", "newer", cents=2_000),
        drives("r2", "newer", cents=2_000),
        asks("r3", "newer", cents=2_000),
    ],
    "the new card is blocked while the old one's money comes over": [
        asks("r1", cents=2_000),
        asks("r2", cents=1_500),
        reissues(),
        extends("new", days=60),
        blocks("new"),
        waits_for_return(),
        asks("r3", "new", cents=1_500),
        unblocks("new"),
        asks("r4", "new", cents=1_500),
    ],
    "the new card's return comes before the old one's": [
        asks("r1", pickup_in=timedelta(days=7)),
        reissues(),
        extends("new", hours=1),
        waits_for_return("new"),
        drives("r1", cents=1_000),
        waits_for_return("card"),
        asks("r2", "new"),
        adjusts("r1", cents=800),
    ],
    "the new card expires with all that came over": [
        asks("r1"),
        drives("r1", cents=900),
        asks("r2"),
        reissues(),
        waits_for_return(),
        drives("r2"),
        waits_for_return("new"),
        adjusts("r1", cents=100),
        asks("r3", "new"),
    ],
    "an event comes again past the return": [
        asks("r1", requested_at=NOON),
        waits_for_return(),
        asks("r1", requested_at=NOON),
        drives("r1", cents=1_100),
        drives("r1", cents=1_100),
        drives("r1", cents=1_200),
    ],
}


@pytest.fixture
def start(worlds: Callable[..., World], bystander: Any) -> Callable[[str], World]:
    """Gives the same tables, as they are at the beginning, to one playing after the other."""
    world = worlds()
    begun: dict[str, Any] = {}

    def again(overage: str = "decline") -> World:
        if overage not in begun:
            empty_tables(bystander, world.tables)
            fresh = world.another(clock=type(world.clock)())
            rules = builders.rules(**RULES, overage=overage)
            begun[overage] = fresh.with_program(rules=rules).everything()
        empty_tables(bystander, world.tables)
        fill_tables(bystander, world.tables, begun[overage])
        return world.another(clock=type(world.clock)())

    return again


def _check(
    start: Callable[[str], World],
    history: list[Step],
    overage: str = "decline",
    which: slice = slice(None),
) -> Playing:
    """`which` of the steps at which something is due are tried, beside all of them."""
    without = play(start(overage), history, ())
    # Before the first step at which something is due, housekeeping does nothing.
    for number in without.due_at[which]:
        _same(without, play(start(overage), history, (number,)), f"step {number}")
    if len(without.due_at) > 1:
        every = range(without.due_at[0], len(history))
        _same(without, play(start(overage), history, every), "every step")
    return without


def _same(one: Playing, other: Playing, when: str) -> None:
    assert other.said == one.said, when
    assert other.captured == one.captured, when
    assert other.money == one.money, when
    assert other.rides == one.rides, when


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_it_does_not_matter_when_housekeeping_comes_by(
    start: Callable[[str], World], history: list[Step]
) -> None:
    without = _check(start, history)

    assert without.due_at, "in this history there is nothing to find"


_CARDS = st.sampled_from(["card", "card", "new"])
_RIDES = st.sampled_from(["r1", "r2", "r3"])
_CENTS = st.sampled_from([300, 1_500, 2_000, 2_500])
_MOVES = st.one_of(
    st.sampled_from(
        [
            waits(minutes=11),
            waits(hours=25),
            waits(days=4),
            waits_for_end(plus=-HOUR),
            waits_for_return(plus=-MOMENT),
        ]
    ),
    st.builds(asks, _RIDES, _CARDS, _CENTS),
    st.builds(drives, _RIDES, _CARDS, _CENTS),
    st.builds(cancels, _RIDES, _CARDS, st.sampled_from([0, 400])),
    st.builds(adjusts, _RIDES, _CARDS, _CENTS, st.sampled_from(["a", "b"])),
    st.builds(extends, _CARDS, days=st.sampled_from([1, 30])),
    st.sampled_from([revokes("card"), revokes("new"), blocks("card"), unblocks("card")]),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Rides of a card, which may be lost, on both sides of its return."""
    lost = draw(st.sampled_from([[], [reissues()], [reissues(), extends("new", days=60)]]))
    return [
        asks("r1", cents=draw(_CENTS)),
        *draw(st.lists(_MOVES, max_size=3)),
        *lost,
        *draw(st.lists(_MOVES, max_size=2)),
        waits_for_return(),
        *draw(st.lists(_MOVES, min_size=1, max_size=4)),
    ]


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=histories(), overage=st.sampled_from(["decline", "rider_pays", "program_pays"]))
def test_in_no_history_it_matters_when_housekeeping_comes_by(
    start: Callable[[str], World], history: list[Step], overage: str
) -> None:
    _check(start, history, overage, slice(None, None, 2))
