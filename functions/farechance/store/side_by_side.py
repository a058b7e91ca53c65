"""Reads several things at once: while a page of one partition is worked on, the others' next ones
are under way. It owns the order of their pages, which is that of nothing in particular."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor


def side_by_side[Page](partitions: Sequence[Iterator[Page]]) -> Iterator[Page]:
    """All pages of all partitions, at most one of each in memory. What reading one raises is
    raised."""
    if not partitions:
        return
    with ThreadPoolExecutor(len(partitions)) as pool:
        waiting = deque((one, pool.submit(next, one, None)) for one in partitions)
        while waiting:
            one, coming = waiting.popleft()
            page = coming.result()
            if page is not None:
                waiting.append((one, pool.submit(next, one, None)))
                yield page


def at_once[First, Second](
    first: Callable[[], First], second: Callable[[], Second]
) -> tuple[First, Second]:
    """What two reads find that don't wait for each other. What either raises is raised."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(second)
        return first(), coming.result()
