"""What an entry moved: every way that money may go, each by its name, and no other."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, PROGRAM, PROVIDER
from farechance.errors import BooksDiffer
from farechance.ledger import Account, Entry, Kind
from farechance.reports.movements import WAYS, Movement, movements


def entry(kind: Kind = Kind.RIDE_COMPLETED, **fields: Any) -> Entry:
    """An entry of a voucher."""
    made: dict[str, Any] = {
        "account": "voucher#k",
        "identity": "ride#pvd_city_cabs#ride-1#completed",
        "sequence": 1,
        "kind": kind,
        "program_id": PROGRAM,
        "provider_id": PROVIDER,
        "recorded_at": NOON,
        "month": "2026-03",
    }
    return Entry(**{**made, **fields})


def moved(kind: Kind = Kind.RIDE_COMPLETED, **fields: Any) -> dict[str, int]:
    """What an entry moved, by name."""
    return {movement.value: cents for movement, cents in movements(entry(kind, **fields))}


@pytest.mark.parametrize(("way", "movement"), WAYS.items())
def test_each_way_has_its_name(way: tuple[Account, Account], movement: Movement) -> None:
    giver, taker = way

    assert moved(Kind.VOUCHER_MINTED, changes={giver: -700, taker: 700}) == {movement.value: 700}


def test_money_that_went_a_way_that_there_is_not_is_never_reported() -> None:
    changes = {Account.UNALLOTTED: -5, Account.SPENT: 5}

    with pytest.raises(BooksDiffer, match=r"program\.unallotted to voucher\.spent is no way"):
        moved(changes=changes)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"held": -1_500, "spent": 1_200, "available": 300}, {"capture": 1_200, "void": 300}),
        (
            {"held": -1_500, "spent": 1_900, "available": -400},
            {"capture": 1_500, "capture_available": 400},
        ),
        ({"available": -900, "spent": 900}, {"capture_available": 900}),
        ({"held": -1_500, "available": 1_500}, {"void": 1_500}),
    ],
)
def test_a_capture_takes_the_hold_first_and_sets_the_rest_free(
    changes: dict[str, int], said: dict[str, int]
) -> None:
    assert moved(changes={Account(f"voucher.{name}"): it for name, it in changes.items()}) == said


def test_the_kind_of_an_entry_says_what_a_way_was_for() -> None:
    hold_to_spent = {Account.HELD: -400, Account.SPENT: 400}
    hold_to_available = {Account.HELD: -400, Account.AVAILABLE: 400}
    accepted = {Account.UNALLOTTED: -400, Account.PAID_DIRECT: 400}

    assert moved(Kind.RIDE_CANCELLED, changes=hold_to_spent) == {"fee": 400}
    assert moved(Kind.RIDE_ADJUSTED, changes=hold_to_spent) == {"capture": 400}
    assert moved(Kind.RIDE_ADJUSTED, changes=hold_to_spent, of_fee=True) == {"fee": 400}
    assert moved(Kind.HOLD_LAPSED, changes=hold_to_available) == {"lapse": 400}
    assert moved(Kind.HOLD_REPLACED, changes=hold_to_available) == {"void": 400}
    assert moved(Kind.OVERAGE_ACCEPTED, changes=accepted) == {"accept_overage": 400}
    assert moved(Kind.SHORTFALL_ACCEPTED, changes=accepted) == {"accept_shortfall": 400}


def test_debts_payments_and_tips_are_said_beside_what_moved() -> None:
    overage: dict[str, Any] = {
        "overage_cents": 300,
        "overage_owed_by": "program",
        "owed_cents": 300,
    }

    assert moved(**overage, tip_cents=50) == {
        "overage_of_program": 300,
        "undecided": 300,
        "tip": 50,
    }
    assert moved(overage_cents=-20, overage_owed_by="rider") == {"overage_of_rider": -20}
    assert moved(shortfall_cents=80, owed_cents=80) == {"shortfall": 80, "undecided": 80}
    assert moved(Kind.WRITTEN_OFF, decided_cents=80) == {"write_off": 80, "undecided": -80}
    assert moved(Kind.PAYMENT_RECORDED, paid_cents=5_000) == {"payment": 5_000}
    # Of a ride that isn't paid, the tip is nobody's figure.
    assert moved(tip_cents=50, reason="voucher_blocked") == {}


@given(
    held=st.integers(0, 10_000),
    spent=st.integers(0, 10_000),
)
def test_what_moved_adds_up_to_what_changed(held: int, spent: int) -> None:
    changes = {
        Account.HELD: -held,
        Account.SPENT: spent,
        Account.AVAILABLE: held - spent,
    }
    names = {"capture": (-1, 1, 0), "capture_available": (0, 1, -1), "void": (-1, 0, 1)}

    said = moved(changes=changes)

    sums = [sum(names[name][place] * cents for name, cents in said.items()) for place in range(3)]
    assert sums == [-held, spent, held - spent]
    assert min(said.values(), default=1) > 0
