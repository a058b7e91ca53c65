"""The three overage rules, at each bound of cap and balance: what an estimate is told, what a fare
takes, and who owes the rest (domain.md, 'Overage rule')."""

from typing import Literal

import pytest

import builders
from builders import amounts, completed, decided, requested
from farechance.vouchers import Reason

Overage = Literal["decline", "rider_pays", "program_pays"]

# The cap is 20.00. Available and estimate; what is held under `decline`, or why it is declined;
# what is held under the other two.
ESTIMATES = [
    pytest.param(4_000, 1, 1, 1, id="a cent"),
    pytest.param(4_000, 1_999, 1_999, 1_999, id="below the cap"),
    pytest.param(4_000, 2_000, 2_000, 2_000, id="at the cap"),
    pytest.param(4_000, 2_001, Reason.OVER_RIDE_CAP, 2_000, id="above the cap"),
    pytest.param(1_500, 1_499, 1_499, 1_499, id="below the balance"),
    pytest.param(1_500, 1_500, 1_500, 1_500, id="at the balance"),
    pytest.param(1_500, 1_501, Reason.INSUFFICIENT_BALANCE, 1_500, id="above the balance"),
    pytest.param(2_000, 2_001, Reason.OVER_RIDE_CAP, 2_000, id="the cap is there, above it"),
    pytest.param(1_999, 2_001, Reason.INSUFFICIENT_BALANCE, 1_999, id="above both"),
    pytest.param(1, 2_000, Reason.INSUFFICIENT_BALANCE, 1, id="a cent is there"),
    pytest.param(0, 1, Reason.INSUFFICIENT_BALANCE, Reason.INSUFFICIENT_BALANCE, id="nothing"),
]


@pytest.mark.parametrize(("available", "estimate", "declining", "paying"), ESTIMATES)
@pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])
def test_an_estimate_is_held_or_declined_as_the_rule_says(
    overage: Overage,
    available: int,
    estimate: int,
    declining: int | Reason,
    paying: int | Reason,
) -> None:
    voucher = builders.voucher(available_cents=available)
    expected = declining if overage == "decline" else paying

    outcome = decided(requested(estimated_fare_cents=estimate), voucher, overage=overage)

    if isinstance(expected, Reason):
        assert outcome.reason is expected
        assert outcome.answer == {"decision": "declined", "reason": expected.value}
        assert outcome.voucher.available_cents == available
        assert outcome.voucher.holds == {}
    else:
        assert outcome.answer["held_cents"] == outcome.ride.hold_cents == expected
        assert outcome.voucher.held_cents == expected
        assert outcome.voucher.available_cents == available - expected


# Beside the hold of 15.00; the final fare; what is paid, under every rule.
FARES = [
    pytest.param(2_500, 1_499, 1_499, id="below the hold"),
    pytest.param(2_500, 1_500, 1_500, id="at the hold"),
    pytest.param(2_500, 1_501, 1_501, id="above the hold"),
    pytest.param(2_500, 1_999, 1_999, id="below the cap"),
    pytest.param(2_500, 2_000, 2_000, id="at the cap"),
    pytest.param(2_500, 2_001, 2_000, id="above the cap"),
    pytest.param(200, 1_699, 1_699, id="below the balance"),
    pytest.param(200, 1_700, 1_700, id="at the balance"),
    pytest.param(200, 1_701, 1_700, id="above the balance"),
    pytest.param(0, 1_501, 1_500, id="nothing beside the hold"),
    pytest.param(500, 2_001, 2_000, id="above both"),
]


@pytest.mark.parametrize(("available", "fare", "paid"), FARES)
@pytest.mark.parametrize("tip", [0, 400])
@pytest.mark.parametrize(
    ("overage", "owed_by"),
    [("decline", "program"), ("rider_pays", "rider"), ("program_pays", "program")],
)
def test_a_final_fare_is_paid_alike_and_the_rule_says_who_owes_the_rest(
    overage: Overage, owed_by: str, tip: int, available: int, fare: int, paid: int
) -> None:
    voucher, ride = builders.held(1_500, available_cents=available)

    outcome = decided(
        completed(fare_cents=fare + tip, tip_cents=tip), voucher, ride, overage=overage
    )

    above = fare - paid
    assert outcome.answer["captured_cents"] == outcome.ride.captured_cents == paid
    assert outcome.answer["overage_cents"] == outcome.ride.overage_cents == above
    assert outcome.answer.get("overage_owed_by") == (owed_by if above else None)
    assert outcome.ride.overage_owed_by == (owed_by if above else None)
    assert outcome.answer["shortfall_cents"] == 0
    assert outcome.voucher.available_cents == available + 1_500 - paid
    assert outcome.voucher.spent_cents == paid


@pytest.mark.parametrize(
    ("overage", "owed_by"),
    [("decline", "program"), ("rider_pays", "rider"), ("program_pays", "program")],
)
def test_what_a_lapsed_hold_had_promised_is_short_under_every_rule_and_only_the_rest_is_overage(
    overage: Overage, owed_by: str
) -> None:
    voucher, ride = builders.lapsed(1_500, available_cents=400)

    outcome = decided(completed(fare_cents=1_900), voucher, ride, overage=overage)

    assert amounts(outcome) == {
        "captured_cents": 400,
        "shortfall_cents": 1_100,
        "overage_cents": 400,
    }
    assert outcome.ride.overage_owed_by == owed_by


@pytest.mark.parametrize(
    ("overage", "owed_cents"),
    [("decline", 1_500), ("rider_pays", 1_100), ("program_pays", 1_500)],
)
def test_the_programme_may_owe_shortfalls_and_the_overage_that_is_not_the_riders(
    overage: Overage, owed_cents: int
) -> None:
    voucher, ride = builders.lapsed(1_500, available_cents=400)

    outcome = decided(completed(fare_cents=1_900), voucher, ride, overage=overage)

    assert outcome.ride.owed_cents == owed_cents


@pytest.mark.parametrize(
    ("decided_cents", "owed_cents"),
    [
        ({}, 1_500),
        ({"accepted_cents": 1_000}, 500),
        ({"written_off_cents": 1_500}, 0),
        ({"accepted_cents": 1_000, "written_off_cents": 400}, 100),
        # A fare that was lowered after something of it was accepted is never owed by the company.
        ({"accepted_cents": 2_000}, 0),
    ],
)
def test_what_was_accepted_or_written_off_is_owed_no_more(
    decided_cents: dict[str, int], owed_cents: int
) -> None:
    ride = builders.ride(
        shortfall_cents=800,
        refused_cents=300,
        overage_cents=400,
        overage_owed_by="program",
        **decided_cents,
    )

    assert ride.owed_cents == owed_cents
