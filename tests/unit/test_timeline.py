"""Time that passes by itself, for what happens at once."""

from functools import partial

import pytest

from timeline import Timeline


def test_who_waits_at_once_waits_side_by_side_and_goes_on_in_the_order_of_the_moments() -> None:
    line, seen = Timeline(), list[tuple[str, float]]()

    def caller(name: str, *waits: float) -> None:
        for seconds in waits:
            seen.append((name, line.now_seconds))
            line.wait(seconds)
        seen.append((name, line.now_seconds))

    line.at(0, lambda: caller("first", 4, 4))
    line.at(1, lambda: caller("second", 1, 3))
    line.run()

    assert seen == [
        ("first", 0),
        ("second", 1),
        ("second", 2),
        ("first", 4),
        ("second", 5),
        ("first", 8),
    ]


def test_of_two_who_begin_in_the_same_moment_the_first_goes_first() -> None:
    line, seen = Timeline(), list[int]()
    for number in range(20):
        line.at(1, partial(seen.append, number))

    line.run()

    assert seen == list(range(20))


def test_what_goes_wrong_with_one_ends_it_for_all() -> None:
    line, seen = Timeline(), list[float]()

    def waits() -> None:
        line.wait(9)
        seen.append(line.now_seconds)

    def fails() -> None:
        raise ValueError("at one")

    line.at(0, waits)
    line.at(1, fails)

    with pytest.raises(ValueError, match="at one"):
        line.run()
    assert seen == []
