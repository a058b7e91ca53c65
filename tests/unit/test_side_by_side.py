"""Several partitions read at once: nothing is lost, nothing is kept, nothing is hidden."""

import threading
from collections.abc import Iterator

import pytest

from farechance.errors import Busy
from farechance.store.side_by_side import at_once, side_by_side


def pages(name: str, count: int) -> Iterator[str]:
    """So many pages of a partition."""
    for number in range(count):
        yield f"{name}{number}"


def test_every_page_of_every_partition_comes_once_and_each_ones_in_order() -> None:
    came = list(side_by_side([pages("a", 3), pages("b", 0), pages("c", 1)]))

    assert sorted(came) == ["a0", "a1", "a2", "c0"]
    assert [page for page in came if page.startswith("a")] == ["a0", "a1", "a2"]
    assert list(side_by_side(list[Iterator[str]]())) == []


def test_partitions_are_read_at_the_same_time() -> None:
    # Each waits for the other, and both would wait for ever if one came after the other.
    together = threading.Barrier(2, timeout=10)

    def met(name: str) -> Iterator[str]:
        together.wait()
        yield name

    assert sorted(side_by_side([met("a"), met("b")])) == ["a", "b"]


def test_no_more_than_one_page_of_each_is_read_ahead() -> None:
    read: list[str] = []

    def noted(name: str) -> Iterator[str]:
        for page in pages(name, 10):
            read.append(page)
            yield page

    came = side_by_side([noted("a"), noted("b")])
    first = next(came)
    came.close()  # type: ignore[attr-defined]

    assert first == "a0"
    assert len(read) <= 4


def test_what_goes_wrong_in_one_partition_is_raised() -> None:
    def breaking() -> Iterator[str]:
        yield "a0"
        raise Busy

    with pytest.raises(Busy):
        list(side_by_side([breaking(), pages("b", 2)]))


def test_two_reads_are_under_way_at_the_same_time_and_either_may_fail() -> None:
    together = threading.Barrier(2, timeout=10)

    def met(found: str) -> str:
        together.wait()
        return found

    def fails() -> str:
        raise Busy

    assert at_once(lambda: met("one"), lambda: met("other")) == ("one", "other")
    for first, second in ((fails, str), (str, fails)):
        with pytest.raises(Busy):
            at_once(first, second)
