"""The state machine that Hypothesis drives: each history is a play, each rule a move of it. When a
history fails, Hypothesis makes it as short as it can, and its script is told. It owns how a history
begins and ends; it must never choose or compare anything itself."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from random import Random

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from model.moves import begin, step
from model.play import Play
from world import World

CHANCE = st.randoms(use_true_random=False, note_method_calls=False)


def machine(
    new_world: Callable[[datetime], World], census: Counter[str]
) -> type[RuleBasedStateMachine]:
    """Histories on worlds that `new_world` makes, as of a moment; what happened is counted in
    `census`."""

    class Histories(RuleBasedStateMachine):
        play: Play | None = None
        is_right = True

        @initialize(chance=CHANCE)
        def begins(self, chance: Random) -> None:
            """A programme with rules of its own, and a first card."""
            self.play = begin(new_world, census, chance)

        @rule(chance=CHANCE)
        def moves(self, chance: Random) -> None:
            """Anything that a provider, a partner, an administrator, housekeeping or time does."""
            assert self.play is not None
            self.is_right = False
            step(self.play, chance)
            self.is_right = True

        def teardown(self) -> None:
            """The whole books; of a history that failed, its script."""
            if self.play is None:
                return
            for line in self.play.script:
                note(line)
            if self.is_right:
                self.play.ends()

    return Histories
