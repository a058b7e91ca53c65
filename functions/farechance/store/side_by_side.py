"""Reads several partitions at once: while a page of one is worked on, the others' next ones are
under way. It owns the order, which is that of nothing in particular."""

from collections import deque
from collections.abc import Iterator, Sequence
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
