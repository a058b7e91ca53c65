"""A share of the state machine (domain.md, invariants 1 to 5 and 7 to 10): real operations on real
tables beside a small model, with a clock that jumps, repeats, conflicts and events that overtake
each other. `make soak` plays many more histories."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from farechance import ride_fares
from model.expected import PAIRS
from model.machine import machine
from model.moves import begin, go_on
from model.shortest import shortest
from model.stage import Stage
from tables import empty_tables
from wire import Wire, wrong_ledger_writes

HISTORIES = settings(
    max_examples=40,
    stateful_step_count=40,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""The same histories for the same tests before them, so that a failure is the change's; enough of
them that each state of a ride is met."""

MOST_MOVES = 60
SOON = 1
"""The seed of a history in which somebody soon rides beyond the cap."""


@pytest.fixture
def stage(client: Any, bystander: Any) -> Iterator[Stage]:
    """Tables of our own, emptied afterwards; nothing but allowed writes went to the ledger."""
    stage = Stage(client, bystander)
    with Wire(client) as wire:
        yield stage
    empty_tables(bystander, stage.tables)
    assert [wrong for call in wire.calls for wrong in wrong_ledger_writes(call)] == []


def test_a_defect_is_noticed_and_its_history_is_made_short(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ride_fares, "covered", lambda fare, _cap, own, free: min(fare, own + free))
    chance = Random(SOON)
    play = begin(stage.world, Counter(), chance)
    with pytest.raises(AssertionError):
        go_on(play, chance, MOST_MOVES)

    found = shortest(play.steps, lambda: stage.world(play.begins_at), AssertionError, 300)

    assert found is not None
    short, error = found
    assert len(short.steps) <= 4 < len(play.steps)
    assert "captured_cents" in str(error)


def test_whatever_happens_the_books_and_the_answers_are_the_models(stage: Stage) -> None:
    census: Counter[str] = Counter()

    run_state_machine_as_test(machine(stage.world, census), settings=HISTORIES)

    assert census["histories"] >= HISTORIES.max_examples
    assert {pair.split()[0] for pair in PAIRS if census[pair]} == {it.split()[0] for it in PAIRS}
