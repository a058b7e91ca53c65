"""The checker of histories takes what could have come one after the other, and nothing else. Its
model here is a purse: something is put in, taken out if it is there, or counted."""

from itertools import permutations
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linearizable
from linearizable import MAX_OPERATIONS, History, Operation, TooLong, order_of

Asked = tuple[Literal["put", "take", "count"], int]
Answer = int | bool
Line = Operation[Asked, Answer]


def _purse(cents: int, asked: Asked) -> tuple[Answer, int]:
    match asked:
        case ("put", more):
            return True, cents + more
        case ("take", less):
            return less <= cents, cents - less if less <= cents else cents
        case _:
            return cents, cents


def _put(cents: int, invoked: int, returned: int | None) -> Line:
    return Operation(("put", cents), True, invoked, returned)


def _take(cents: int, was_there: bool, invoked: int, returned: int | None) -> Line:
    return Operation(("take", cents), was_there, invoked, returned)


def _count(cents: int, invoked: int, returned: int) -> Line:
    return Operation(("count", 0), cents, invoked, returned)


def _is_right(*history: Line, start: int = 0) -> bool:
    return order_of(history, start, _purse) is not None


def test_what_came_one_after_the_other_is_taken() -> None:
    assert _is_right(_put(5, 0, 1), _take(3, True, 2, 3), _count(2, 4, 5))


def test_nothing_is_taken_as_it_is() -> None:
    assert _is_right()


def test_of_two_that_overlapped_either_may_have_been_first() -> None:
    assert _is_right(_put(5, 0, 3), _take(5, True, 1, 2))
    assert _is_right(_put(5, 0, 3), _take(5, False, 1, 2))


def test_an_order_is_told_in_which_it_could_have_been() -> None:
    late, early = _take(5, True, 0, 9), _put(5, 1, 8)

    assert order_of([late, early], 0, _purse) == [early, late]


def test_a_lost_update_is_rejected() -> None:
    puts = (_put(5, 0, 3), _put(7, 1, 2))

    assert not _is_right(*puts, _count(7, 4, 5))
    assert not _is_right(*puts, _count(5, 4, 5))
    assert _is_right(*puts, _count(12, 4, 5))


def test_a_stale_read_is_rejected() -> None:
    assert not _is_right(_put(5, 0, 1), _count(0, 2, 3))
    # Had it begun before the other returned, it could have been first.
    assert _is_right(_put(5, 0, 2), _count(0, 1, 3))


def test_a_read_that_goes_back_in_time_is_rejected() -> None:
    put = _put(5, 0, 9)

    assert not _is_right(put, _count(5, 1, 2), _count(0, 3, 4))
    assert _is_right(put, _count(0, 1, 2), _count(5, 3, 4))


def test_a_double_spend_is_rejected() -> None:
    assert not _is_right(_take(5, True, 0, 2), _take(5, True, 1, 3), start=5)
    assert _is_right(_take(5, True, 0, 2), _take(5, False, 1, 3), start=5)


def test_a_false_refusal_is_rejected() -> None:
    assert not _is_right(_take(5, False, 0, 2), _take(5, False, 1, 3), start=5)
    assert not _is_right(_take(3, True, 0, 1), _take(2, False, 2, 3), start=5)


def test_what_nobody_knows_the_end_of_may_have_been_done_or_not() -> None:
    lost = _put(5, 0, None)

    assert _is_right(lost, _count(5, 1, 2))
    assert _is_right(lost, _count(0, 1, 2))
    # It may also be carried out long after everybody gave it up.
    assert _is_right(lost, _count(0, 1, 2), _count(5, 3, 4))


def test_what_nobody_knows_the_end_of_is_not_undone_nor_done_twice_nor_done_before() -> None:
    assert not _is_right(_put(5, 0, None), _count(5, 1, 2), _count(0, 3, 4))
    assert not _is_right(_put(5, 0, None), _count(10, 1, 2))
    assert not _is_right(_count(5, 0, 1), _put(5, 2, None))


def test_states_that_look_the_same_are_tried_once() -> None:
    tried = []

    def model(state: int, asked: Asked) -> tuple[Answer, int]:
        tried.append(asked)
        return True, state + 1

    history = [_put(1, number, 50) for number in range(10)]

    assert order_of([*history, _count(0, 60, 61)], 0, model, looks=lambda _: None) is None
    # Of every set of the ten only one order was followed, and not all of their 3,628,800 orders.
    assert len(tried) <= 10 * 2**10 + 10


def test_a_history_that_is_too_long_is_not_judged() -> None:
    with pytest.raises(TooLong):
        _is_right(*[_put(1, 2 * at, 2 * at + 1) for at in range(MAX_OPERATIONS + 1)])


def test_a_search_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linearizable, "MAX_STEPS", 1_000)
    twenty = [_put(2**number, number, 50) for number in range(20)]

    with pytest.raises(TooLong):
        _is_right(*twenty, _count(-1, 60, 61))


def test_what_is_recorded_lies_between_its_call_and_its_answer() -> None:
    history = History[Asked, Answer]()

    def fail() -> Answer:
        raise TimeoutError

    told = history.records(("put", 5), lambda: True, TimeoutError)
    lost = history.records(("put", 7), fail, TimeoutError)
    with pytest.raises(TimeoutError):
        history.records(("put", 9), fail, KeyError)

    assert (told, lost) == (True, None)
    assert history.operations == [_put(5, 0, 1), Operation(("put", 7), None, 2, None)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "take", "count"]),
            st.integers(1, 3),
            st.integers(0, 4),
            st.integers(0, 8),
            st.integers(0, 8),
        ),
        max_size=5,
    )
)
def test_it_says_what_trying_every_order_says(
    drawn: list[tuple[Literal["put", "take", "count"], int, int, int, int]],
) -> None:
    history: list[Line] = [
        Operation(
            (what, cents),
            said if what == "count" else said % 2 == 0,
            # No two things happen at one time.
            2 * min(start, end) * 10 + 2 * number,
            2 * max(start, end) * 10 + 2 * number + 1,
        )
        for number, (what, cents, said, start, end) in enumerate(drawn)
    ]

    assert _is_right(*history, start=2) == any(map(_fits, permutations(history)))


def _fits(order: tuple[Line, ...]) -> bool:
    cents = 2
    for at, one in enumerate(order):
        if any((later.returned or 0) < one.invoked for later in order[at + 1 :]):
            return False
        answer, cents = _purse(cents, one.asked)
        if answer != one.answer:
            return False
    return True
