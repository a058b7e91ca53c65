"""Small counts of people: what a funder isn't told, and neither a funder nor a partner, who knows
its own part, can work out."""

from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import PROGRAM
from farechance.participant_records import OutcomeCount
from farechance.participants import OutcomeKind
from farechance.reports import small_counts
from farechance.reports.content import Outcome, PartnerRow, People


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
                rides=count * 3,
                net_cents=count * 1_000,
                riders=count,
            )
            for place, count in enumerate(riders)
        ),
        "outcomes": (),
    }
    return People(**{**made, **changes})


def hidden(asked: People, *parts: People, outcomes: tuple[OutcomeCount, ...] = ()) -> People:
    """What of a programme's counts is told; of parts that aren't named, only the riders matter."""
    return small_counts.hidden(asked, parts, outcomes)


def outcome_of(partner: str, count: int) -> OutcomeCount:
    """What a partner recorded."""
    return OutcomeCount(
        program_id=PROGRAM,
        partner_id=partner,
        month="2026-03",
        outcome=OutcomeKind.JOB_STARTED,
        recorded=max(1, count),
        people=count,
    )


def told(shown: People) -> list[int | None]:
    """The riders of each partner, as they are told."""
    return [row.riders for row in shown.by_partner]


@pytest.mark.parametrize(
    ("riders", "shown", "tells_sum"),
    [
        ((20, 30), [20, 30], True),
        ((0, 30), [0, 30], True),
        ((11, 30), [11, 30], True),
        # The one that is small could be worked out by the other, from the sum.
        ((10, 30), [None, 30], False),
        # Of two that are hidden each could work the other out.
        ((10, 20, 30), [None, None, None], True),
        ((6, 7, 30), [None, None, None], True),
        ((6, 7, 8, 30), [None, None, None, 30], True),
        # Two small ones together are small too.
        ((2, 3, 30), [None, None, 30], False),
        ((2, 3, 20, 30), [None, None, None, None], True),
        ((2, 3, 20, 30, 40), [None, None, None, None, 40], True),
        ((5,), [None], False),
        ((0, 0), [0, 0], True),
    ],
)
def test_partners_are_told_where_no_small_count_follows(
    riders: tuple[int, ...], shown: list[int | None], tells_sum: bool
) -> None:
    found = hidden(people(*riders))

    assert told(found) == shown
    assert found.riders == (sum(riders) if tells_sum else None)
    assert (found.rides_per_rider_hundredths is None) is not tells_sum


def test_one_ride_does_not_tell_one_rider() -> None:
    asked = people(1, 0, 10, 50, 60)

    shown = hidden(_with_rides(asked, (1, 2, 40, 90, 90)))

    # Of so few rides none may be told either, or what is hidden would be one at least.
    assert told(shown) == [None, None, None, None, 60]


def test_a_partner_whose_many_rides_were_all_of_cards_is_told_to_have_no_rider() -> None:
    shown = hidden(_with_rides(people(0, 50), (40, 150)))

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


@pytest.mark.parametrize(
    ("own", "is_told"), [((20, 30), True), ((45, 5), False), ((5, 45), False), ((50, 0), True)]
)
def test_what_a_partner_could_work_out_of_another_from_a_sum_is_not_told(
    own: tuple[int, int], is_told: bool
) -> None:
    one, other = own
    parts = [people(40, new=20, given_vouchers=one), people(60, new=30, given_vouchers=other)]
    of_kinds = [people(100, new=one), people(100, new=other)]
    recorded = (outcome_of("org_0", one), outcome_of("org_1", other))
    asked = people(100, 100, new=50)
    job = (Outcome(outcome="job_started", people=50),)

    given_vouchers = hidden(people(40, 60, new=50, given_vouchers=50), *parts).given_vouchers
    kinds = hidden(asked, *of_kinds)
    (outcome,) = hidden(people(40, 60, outcomes=job), outcomes=recorded).outcomes

    assert given_vouchers == (50 if is_told else None)
    assert (kinds.new_riders, kinds.returning_riders) == ((50, 150) if is_told else (None, None))
    assert kinds.riders == 200
    assert outcome.people == (50 if is_told else None)


@pytest.mark.parametrize(
    ("riders", "rides"),
    [
        # As many riders as rides, and as few as partners: each count follows.
        ((4, 5, 6), (4, 5, 6)),
        ((1,) * 12, (7,) * 12),
    ],
)
def test_a_sum_that_leaves_one_way_to_divide_it_is_not_told(
    riders: tuple[int, ...], rides: tuple[int, ...]
) -> None:
    assert hidden(_with_rides(people(*riders), rides)).riders is None


@given(
    counts=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 3)), min_size=1, max_size=4),
    threshold=st.integers(3, 6),
)
def test_nobody_can_work_out_a_small_count_of_another(
    counts: list[tuple[int, int]], threshold: int
) -> None:
    """By trying all counts that fit what is told. Neither who knows nothing else, nor a partner
    that knows its own, finds that a small one can only be what it is."""
    riders, rides = [one for one, _ in counts], [one + more for one, more in counts]

    shown = hidden(_with_rides(people(*riders, threshold=threshold), rides))

    fitting = [
        guess
        for guess in product(*(range(one + 1) for one in rides))
        if _fits(guess, shown, threshold)
    ]
    assert tuple(riders) in fitting
    small = [place for place, count in enumerate(riders) if 0 < count < threshold]
    for knower in (None, *range(len(riders))):
        known = [guess for guess in fitting if knower is None or guess[knower] == riders[knower]]
        for place in small:
            assert place == knower or len({guess[place] for guess in known}) > 1


def _with_rides(asked: People, rides: Sequence[int]) -> People:
    rows = zip(asked.by_partner, rides, strict=True)
    with_rides = tuple(row.model_copy(update={"rides": count}) for row, count in rows)
    return asked.model_copy(update={"by_partner": with_rides})


def _fits(guess: tuple[int, ...], shown: People, threshold: int) -> bool:
    if shown.riders is not None and sum(guess) != shown.riders:
        return False
    return all(
        # Nobody of many rides is told to be nobody.
        count >= (row.rides >= threshold) if row.riders is None else row.riders == count
        for row, count in zip(shown.by_partner, guess, strict=True)
    )
