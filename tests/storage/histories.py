"""Histories of cards and rides, told step by step, that can be played with housekeeping coming by
at any of their steps. What a step answers is kept, to be compared with another playing."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from books import differences
from builders import NOON
from farechance.errors import FieldErrors, StateForbids
from farechance.store.keys import RETURN_SHARDS
from farechance.told import Told
from farechance.vouchers import RETURN_AFTER
from world import World

MOMENT = timedelta(milliseconds=1)


@dataclass
class Stage:
    """A world in which cards have names. `card` was minted at the beginning; a card that isn't
    there yet is that one."""

    world: World
    cards: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        code = self.world.mint(key="card").vouchers[0].code
        assert code is not None
        self.cards["card"] = code

    def code(self, name: str) -> str:
        """What opens a card."""
        return self.cards.get(name, self.cards["card"])


type Step = Callable[[Stage], object]


def asks(ride: str, of: str = "card", cents: int = 1_500, **changes: Any) -> Step:
    """A ride is asked for. `pickup_in` is how far ahead."""

    def step(stage: Stage) -> object:
        fields = dict(changes)
        if "pickup_in" in fields:
            fields["pickup_at"] = stage.world.clock.now + fields.pop("pickup_in")
        return _told(stage.world.request(stage.code(of), ride, cents, **fields))

    return step


def drives(
    ride: str,
    of: str = "card",
    cents: int = 1_500,
    *,
    ago: timedelta = timedelta(0),
    asked_ago: timedelta = timedelta(0),
) -> Step:
    """A ride was made, some time ago; for one that nobody had asked for, `asked_ago` says when."""

    def step(stage: Stage) -> object:
        now = stage.world.clock.now
        return _told(
            stage.world.complete(
                stage.code(of), ride, cents, completed_at=now - ago, requested_at=now - asked_ago
            )
        )

    return step


def cancels(ride: str, of: str = "card", fee: int = 0) -> Step:
    """A ride is off."""
    return lambda stage: _told(stage.world.cancel(stage.code(of), ride, cancellation_fee_cents=fee))


def adjusts(ride: str, of: str = "card", cents: int = 1_700, name: str = "adjustment") -> Step:
    """Another fare."""
    return lambda stage: _told(stage.world.adjust(stage.code(of), ride, cents, adjustment_id=name))


def blocks(of: str = "card") -> Step:
    """No new ride."""
    return _act(lambda stage: stage.world.block(stage.code(of)))


def unblocks(of: str = "card") -> Step:
    """A block is taken back."""
    return _act(lambda stage: stage.world.unblock(stage.code(of)))


def revokes(of: str = "card") -> Step:
    """Closed for good."""
    return _act(lambda stage: stage.world.revoke(stage.code(of)))


def extends(of: str = "card", **by: float) -> Step:
    """The end is moved to some time from now."""
    return _act(
        lambda stage: stage.world.extend(stage.code(of), stage.world.clock.now + timedelta(**by))
    )


def reissues(of: str = "card", into: str = "new") -> Step:
    """A lost card; `into` names the new one."""

    def act(stage: Stage) -> object:
        stage.cards[into] = stage.world.reissue(stage.code(of))
        return "reissued"

    return _act(act)


def waits(**delta: float) -> Step:
    """Time passes."""
    return lambda stage: stage.world.clock.passes(**delta)


def waits_for(what: Callable[[Stage], datetime], plus: timedelta = timedelta(0)) -> Step:
    """Until a moment that depends on what is stored; it never turns the clock back."""

    def step(stage: Stage) -> object:
        clock = stage.world.clock
        clock.now = max(clock.now, what(stage) + plus)
        return clock.now

    return step


def waits_for_return(of: str = "card", plus: timedelta = timedelta(0)) -> Step:
    """Until return_at of a card."""
    return waits_for(lambda stage: stage.world.voucher(stage.code(of)).return_at, plus)


def waits_for_end(of: str = "card", plus: timedelta = timedelta(0)) -> Step:
    """Until a card expires."""
    return waits_for(lambda stage: stage.world.voucher(stage.code(of)).expires_at, plus)


@dataclass(frozen=True)
class Playing:
    """What came of a history: what each step said, what was captured after it, at which steps
    something was due, and what is stored once all has been returned."""

    said: list[object]
    captured: list[int]
    due_at: list[int]
    money: Mapping[str, object]
    rides: Mapping[str, object]


def play(world: World, history: list[Step], tidied_before: Collection[int]) -> Playing:
    """Plays it on a world at its beginning, with housekeeping coming by before some steps."""
    stage = Stage(world)
    said: list[object] = []
    captured: list[int] = []
    due_at: list[int] = []
    for number, step in enumerate(history):
        if number in tidied_before:
            assert world.keep_house().failed == []
        elif _is_due(world):
            due_at.append(number)
        said.append(step(stage))
        captured.append(sum(world.voucher(code).spent_cents for code in stage.cards.values()))
    ends = [world.voucher(code).return_at for code in stage.cards.values()]
    world.clock.now = max(world.clock.now, *ends)
    assert world.keep_house().failed == []
    assert not _is_due(world)
    assert differences(world) == []
    return Playing(said, captured, due_at, _money(stage), _rides(world))


def _act(act: Callable[[Stage], object]) -> Step:
    def step(stage: Stage) -> object:
        try:
            return act(stage)
        except StateForbids as refused:
            return refused.reason
        except FieldErrors as refused:
            return [error.pointer for error in refused.errors]

    return step


def _told(told: Told) -> object:
    captured = None if told.ride is None else told.ride.captured_cents
    return told.answer, told.reason, told.is_replay, captured


def _is_due(world: World) -> bool:
    # Nothing is returned earlier than a week after the world began.
    return world.clock.now >= NOON + RETURN_AFTER and any(
        next(world.store.due_vouchers(shard, world.clock.now), None) is not None
        for shard in range(RETURN_SHARDS)
    )


def _money(stage: Stage) -> dict[str, object]:
    world = stage.world
    program = world.program()
    cards = {name: world.voucher(code) for name, code in stage.cards.items()}
    return {
        "allotted": world.allotment().available_cents,
        "unallotted": (program.unallotted_cents, program.paid_direct_cents),
        **{
            name: (
                card.available_cents,
                card.held_cents,
                card.spent_cents,
                card.rides_counted,
                card.state,
                card.closed_reason,
                card.closed_at,
            )
            for name, card in cards.items()
        },
    }


def _rides(world: World) -> dict[str, object]:
    return {
        item["pk"]["S"]: {name: item.get(name) for name in _OF_A_RIDE}
        for item in world.items("vouchers")
        if item["pk"]["S"].startswith("ride#")
    }


# What a ride was settled with. Of what was held for it before, a lapse leaves another trace.
_OF_A_RIDE = (
    "state",
    "fare_cents",
    "captured_cents",
    "shortfall_cents",
    "overage_cents",
    "overage_owed_by",
    "refused_cents",
    "ceiling_cents",
    "counted",
    "completed_at",
    "adjustment",
)
