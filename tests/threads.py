"""Several callers at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


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
