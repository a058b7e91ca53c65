"""Several callers at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from farechance.errors import Busy

_MOST_TRIES = 50


def at_once[Answer](acts: Sequence[Callable[[], Answer]]) -> list[Answer | Exception]:
    """What each got, or the error that it met, in the order of `acts`. None starts before all are
    ready."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Answer]) -> Answer | Exception:
        barrier.wait()
        try:
            return act()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def until_answered[Answer](act: Callable[[], Answer]) -> Answer:
    """As a caller does who is told to come back: again, a bounded number of times."""
    for _ in range(_MOST_TRIES):
        try:
            return act()
        except Busy:
            continue
    raise Busy
