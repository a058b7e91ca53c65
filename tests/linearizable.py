"""Decides whether operations that overlapped in time were answered as if they had come one after
the other: whether there is an order that respects real time (what had returned before another was
invoked stands before it) in which a sequential model gives the same answers.

The search is Wing and Gong's (Testing and Verifying Concurrent Objects, 1993) with Lowe's memory of
where it has been (Testing for Linearizability, 2017). It must never know what it judges."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from itertools import count

MAX_OPERATIONS = 64
MAX_STEPS = 200_000


class TooLong(Exception):
    """The search was given up: the history says nothing either way."""


@dataclass(frozen=True)
class Operation[Asked, Answer]:
    """What was asked and answered, and when, on one clock that all share. Without `returned` nobody
    knows whether it was carried out: it may have been at any time after it was invoked, or never,
    and what it would have answered doesn't matter."""

    asked: Asked
    answer: Answer | None
    invoked: int
    returned: int | None


@dataclass
class History[Asked, Answer]:
    """Records operations, from many threads at once."""

    operations: list[Operation[Asked, Answer]] = field(default_factory=list)
    # Whoever asks gets another number, each greater than the one before.
    _ticks: "count[int]" = field(default_factory=count)

    def records(
        self, asked: Asked, act: Callable[[], Answer], unknown: type[Exception]
    ) -> Answer | None:
        """Carries it out. None if it met the `unknown` error, after which it may have been done."""
        invoked = next(self._ticks)
        try:
            answer = act()
        except unknown:
            self.operations.append(Operation(asked, None, invoked, None))
            return None
        self.operations.append(Operation(asked, answer, invoked, next(self._ticks)))
        return answer


type Model[State, Asked, Answer] = Callable[[State, Asked], tuple[Answer, State]]


def order_of[State, Asked, Answer](
    history: Sequence[Operation[Asked, Answer]],
    start: State,
    model: Model[State, Asked, Answer],
    looks: Callable[[State], Hashable] = lambda state: state,
) -> list[Operation[Asked, Answer]] | None:
    """An order in which the model, from `start` on, gives the answers of the history; None if there
    is none. States that `looks` can't tell apart are the same. Raises TooLong."""
    if len(history) > MAX_OPERATIONS:
        raise TooLong
    every_answered = frozenset(at for at, one in enumerate(history) if one.returned is not None)
    been: set[tuple[frozenset[int], Hashable]] = set()
    paths: list[tuple[tuple[int, ...], State]] = [((), start)]
    while paths:
        path, state = paths.pop()
        done = frozenset(path)
        if every_answered <= done:
            return [history[at] for at in path]
        for at in _may_be_next(history, done):
            answer, after = model(state, history[at].asked)
            if history[at].returned is not None and answer != history[at].answer:
                continue
            place = (done | {at}, looks(after))
            if place not in been:
                been.add(place)
                paths.append(((*path, at), after))
        if len(been) > MAX_STEPS:
            raise TooLong
    return None


def _may_be_next[Asked, Answer](
    history: Sequence[Operation[Asked, Answer]], done: frozenset[int]
) -> list[int]:
    """All that were invoked before the first of those that are left returned."""
    left = [at for at in range(len(history)) if at not in done]
    first = min(it for at in left if (it := history[at].returned) is not None)
    return [at for at in left if history[at].invoked < first]
