"""Small counts of people: what a funder isn't told, and can't work out."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farechance.reports.content import Outcome, PartnerRow, People
from farechance.reports.small_counts import hidden


def people(*riders: int, new: int = 0, threshold: int = 11, **changes: Any) -> People:
    """Of partners with so many riders each, of whom `new` are new."""
    total = sum(riders)
    made: dict[str, Any] = {
        "riders": total,
        "new_riders": new,
        "returning_riders": total - new,
        "given_vouchers": total,
        "rides_per_rider_hundredths": 150,
        "small_count_threshold": threshold,
        "by_partner": tuple(
            PartnerRow(
                partner_id=f"org_{place}",
                name=f"Partner {place}",
                minted=count,
                rides=count,
                net_cents=count * 1_000,
                riders=count,
            )
            for place, count in enumerate(riders)
        ),
        "outcomes": (),
    }
    return People(**{**made, **changes})


def told(shown: People) -> list[int | None]:
    """The riders of each partner, as they are told."""
    return [row.riders for row in shown.by_partner]


@pytest.mark.parametrize(
    ("riders", "shown"),
    [
        ((20, 30), [20, 30]),
        ((0, 30), [0, 30]),
        ((11, 30), [11, 30]),
        # The one that is small could be worked out from the other.
        ((10, 30), [None, None]),
        ((10, 20, 30), [None, None, 30]),
        ((6, 7, 30), [None, None, 30]),
        # Two small ones together are small too.
        ((2, 3, 30), [None, None, None]),
        ((2, 3, 20, 30), [None, None, None, 30]),
        ((5,), [None]),
        ((0, 0), [0, 0]),
    ],
)
def test_partners_are_told_where_no_small_count_follows(
    riders: tuple[int, ...], shown: list[int | None]
) -> None:
    assert told(hidden(people(*riders))) == shown


def test_one_ride_does_not_tell_one_rider() -> None:
    asked = people(1, 0, 10, 50)
    rides = (1, 2, 40, 90)
    rows = tuple(
        row.model_copy(update={"rides": count})
        for row, count in zip(asked.by_partner, rides, strict=True)
    )

    shown = hidden(asked.model_copy(update={"by_partner": rows}))

    # Of so few rides none may be told either, or what is hidden would be one at least.
    assert told(shown) == [None, None, None, 50]


def test_a_partner_whose_many_rides_were_all_of_cards_is_told_to_have_no_rider() -> None:
    asked = people(0, 50)
    row = asked.by_partner[0].model_copy(update={"rides": 40})

    shown = hidden(asked.model_copy(update={"by_partner": (row, asked.by_partner[1])}))

    assert told(shown) == [0, 50]


def test_a_small_total_hides_all_that_would_tell_it() -> None:
    shown = hidden(people(4, 6, new=3))

    assert (shown.riders, shown.new_riders, shown.returning_riders) == (None, None, None)
    assert (shown.given_vouchers, shown.rides_per_rider_hundredths) == (None, None)


@pytest.mark.parametrize(
    ("new", "is_told"), [(0, True), (1, False), (10, False), (11, True), (40, False), (50, True)]
)
def test_new_riders_are_told_only_if_neither_kind_is_small(new: int, is_told: bool) -> None:
    shown = hidden(people(50, new=new))

    assert shown.riders == 50
    assert (shown.new_riders, shown.returning_riders) == (
        (new, 50 - new) if is_told else (None,) * 2
    )


def test_outcomes_are_told_each_by_itself() -> None:
    outcomes = tuple(Outcome(outcome=f"kind_{it}", people=it) for it in (0, 5, 11))

    shown = hidden(people(50, outcomes=outcomes))

    assert [one.people for one in shown.outcomes] == [0, None, 11]


def test_a_threshold_of_one_hides_nothing() -> None:
    asked = people(1, 2, new=1, threshold=1)

    assert hidden(asked) == asked


@given(
    riders=st.lists(st.integers(0, 8), min_size=1, max_size=3),
    threshold=st.integers(3, 6),
)
def test_nobody_can_work_out_a_small_count(riders: list[int], threshold: int) -> None:
    """By trying: all counts that fit what is told; a small one is never the only one that fits."""
    asked = people(*riders, threshold=threshold)

    shown = hidden(asked)

    fitting = [
        guess
        for guess in product(range(max(sum(riders), threshold) + 1), repeat=len(riders))
        if _fits(guess, shown, threshold)
    ]
    assert tuple(riders) in fitting
    for place, count in enumerate(riders):
        if 0 < count < threshold:
            assert len({guess[place] for guess in fitting}) > 1


def _fits(guess: tuple[int, ...], shown: People, threshold: int) -> bool:
    total = sum(guess)
    says_total = total == shown.riders if shown.riders is not None else 0 < total < threshold
    return says_total and all(
        row.riders is None or row.riders == count
        for row, count in zip(shown.by_partner, guess, strict=True)
    )
