"""What a voucher pays of a fare, in whole cents (domain.md, 'A ride's life')."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from farechance.money import (
    MAX_RIDE_CENTS,
    PositiveProgramCents,
    PositiveRideCents,
    ProgramCents,
    RideCents,
    covered,
    dollars,
    share,
    shortfall,
)

cents = st.integers(0, MAX_RIDE_CENTS)


@pytest.mark.parametrize(
    ("fare", "cap", "own", "available", "pays"),
    [
        pytest.param(1_500, 2_000, 0, 4_000, 1_500, id="the fare, where nothing is tighter"),
        pytest.param(2_500, 2_000, 0, 4_000, 2_000, id="the cap, where the fare is above it"),
        pytest.param(1_500, 2_000, 0, 900, 900, id="what is available, where that is less"),
        pytest.param(1_500, 2_000, 700, 500, 1_200, id="the ride's own hold and what is available"),
        pytest.param(1_500, 2_000, 1_500, 0, 1_500, id="its hold alone"),
        pytest.param(2_001, 2_000, 2_001, 1, 2_000, id="never a cent above the cap"),
        pytest.param(0, 2_000, 1_500, 500, 0, id="nothing of a ride that cost nothing"),
        pytest.param(1, 1, 0, 1, 1, id="a single cent"),
        pytest.param(1_500, 2_000, 0, 0, 0, id="nothing, where nothing is left"),
    ],
)
def test_covered_is_the_least_of_fare_cap_and_own_plus_available(
    fare: int, cap: int, own: int, available: int, pays: int
) -> None:
    assert covered(fare, cap, own, available) == pays


@pytest.mark.parametrize(
    ("fare", "cap", "promised", "paid", "missing"),
    [
        pytest.param(1_500, 2_000, 0, 0, 0, id="nothing was promised"),
        pytest.param(1_500, 2_000, 1_500, 1_500, 0, id="all that was promised is paid"),
        pytest.param(1_500, 2_000, 1_500, 400, 1_100, id="the rest of what was promised"),
        pytest.param(1_500, 2_000, 1_000, 400, 600, id="no more than was promised"),
        pytest.param(900, 2_000, 1_500, 400, 500, id="no more than the fare"),
        pytest.param(2_500, 2_000, 2_400, 400, 1_600, id="no more than the cap"),
        pytest.param(1_500, 2_000, 1_000, 1_500, 0, id="never less than nothing"),
    ],
)
def test_a_shortfall_is_what_a_lapsed_hold_promised_and_the_voucher_cannot_pay(
    fare: int, cap: int, promised: int, paid: int, missing: int
) -> None:
    assert shortfall(fare, cap, promised, paid) == missing


@given(fare=cents, cap=cents, own=cents, available=cents, promised=cents)
def test_every_cent_of_a_fare_is_covered_short_or_above(
    fare: int, cap: int, own: int, available: int, promised: int
) -> None:
    paid = covered(fare, cap, own, available)
    missing = shortfall(fare, cap, promised, paid)
    overage = fare - paid - missing

    assert 0 <= paid <= cap
    assert paid <= own + available
    assert 0 <= missing <= promised
    assert overage >= 0


@pytest.mark.parametrize(
    ("value", "rides", "each"),
    [(4_000, 2, 2_000), (4_001, 2, 2_001), (1, 2, 1), (1_000, 3, 334), (1_000, 1, 1_000)],
)
def test_the_share_of_a_ride_is_rounded_up(value: int, rides: int, each: int) -> None:
    assert share(value, rides) == each


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (99, "0.99"),
        (100, "1.00"),
        (1_234_567, "12,345.67"),
        (-5, "-0.05"),
        (-123_456, "-1,234.56"),
    ],
)
def test_dollars_are_written_with_two_decimals(amount: int, text: str) -> None:
    assert dollars(amount) == text


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [
        pytest.param(RideCents, 0, 1_000_000, id="a ride of 10,000 dollars at most"),
        pytest.param(PositiveRideCents, 1, 1_000_000, id="and of a cent at least"),
        pytest.param(ProgramCents, 0, 10_000_000_000, id="a budget of 100 million at most"),
        pytest.param(PositiveProgramCents, 1, 10_000_000_000, id="and of a cent"),
    ],
)
def test_every_amount_has_bounds_and_is_a_whole_number(kind: Any, least: int, most: int) -> None:
    amount: TypeAdapter[int] = TypeAdapter(kind)

    assert amount.validate_python(least, strict=True) == least
    assert amount.validate_python(most, strict=True) == most
    for wrong in (least - 1, most + 1, float(most), str(most), True):
        with pytest.raises(ValidationError):
            amount.validate_python(wrong, strict=True)
