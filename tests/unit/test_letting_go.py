"""Which dead holds a request lets go: the oldest first, no more than are needed, and only when one
is needed, for its money, its ride or its place among four (domain.md, 'Overage rule')."""

from typing import Literal

import pytest

import builders
from builders import approved, hold
from farechance.vouchers import Approval, Reason

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


@pytest.mark.parametrize(
    ("hours", "is_dead"), [(1, False), (1 / 3_600_000, False), (0, True), (-1, True)]
)
def test_a_hold_is_dead_once_its_time_has_come(hours: float, is_dead: bool) -> None:
    voucher = builders.voucher_with_holds({"ride-0": hold(1_500, hours=hours)}, available_cents=0)

    judgement = builders.judged(voucher)

    if is_dead:
        assert approved(judgement).let_go == ("ride-0",)
    else:
        assert judgement == Reason.INSUFFICIENT_BALANCE


@every_overage
def test_dead_holds_are_kept_while_nothing_of_theirs_is_needed(overage: Overage) -> None:
    voucher = builders.voucher_with_holds(
        {"ride-0": hold(500, hours=-1)}, available_cents=1_500, max_rides=3, rides_counted=1
    )

    judgement = approved(builders.judged(voucher, terms_now=builders.terms(overage=overage)))

    assert judgement.let_go == ()
    assert judgement.hold_cents == 1_500


@every_overage
def test_dead_holds_are_let_go_the_oldest_first_and_no_more_than_are_needed(
    overage: Overage,
) -> None:
    dead = {
        "young": hold(1_000, hours=-1),
        "oldest": hold(300, hours=-3),
        "old": hold(700, hours=-2),
    }
    voucher = builders.voucher_with_holds(dead, available_cents=500, max_rides=9)
    terms = builders.terms(overage=overage)

    for cents, let_go in (
        (500, ()),
        (501, ("oldest",)),
        (800, ("oldest",)),
        (801, ("oldest", "old")),
        (1_500, ("oldest", "old")),
        (1_501, ("oldest", "old", "young")),
        (2_000, ("oldest", "old", "young")),
    ):
        judgement = approved(builders.judged(voucher, cents, terms_now=terms))
        assert judgement.let_go == let_go, cents
        assert judgement.hold_cents == cents


@pytest.mark.parametrize("overage", ["rider_pays", "program_pays"])
def test_dead_holds_are_let_go_until_the_cap_is_covered_and_not_the_fare(overage: Overage) -> None:
    dead = {"oldest": hold(1_500, hours=-2), "old": hold(1_500, hours=-1)}
    voucher = builders.voucher_with_holds(dead, available_cents=500, max_rides=9)

    judgement = approved(builders.judged(voucher, 9_000, terms_now=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest",)
    assert judgement.hold_cents == 2_000


@pytest.mark.parametrize("overage", ["rider_pays", "program_pays"])
def test_where_a_part_is_enough_all_dead_holds_are_still_let_go_for_the_rest(
    overage: Overage,
) -> None:
    dead = {"oldest": hold(100, hours=-2), "old": hold(200, hours=-1)}
    voucher = builders.voucher_with_holds(dead, available_cents=1, max_rides=9)

    judgement = approved(builders.judged(voucher, 1_500, terms_now=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest", "old")
    assert judgement.hold_cents == 301


@every_overage
def test_a_dead_hold_is_let_go_for_its_ride(overage: Overage) -> None:
    dead = {"old": hold(100, hours=-1), "oldest": hold(100, hours=-2)}
    voucher = builders.voucher_with_holds(dead, available_cents=2_000, max_rides=2)

    judgement = approved(builders.judged(voucher, terms_now=builders.terms(overage=overage)))

    assert judgement.let_go == ("oldest",)


@every_overage
def test_a_dead_hold_is_let_go_for_its_place_among_four(overage: Overage) -> None:
    holds = {f"live-{n}": hold(100) for n in range(3)} | {"dead": hold(100, hours=-1)}
    voucher = builders.voucher_with_holds(holds, available_cents=2_000, max_rides=50)

    judgement = approved(builders.judged(voucher, terms_now=builders.terms(overage=overage)))

    assert judgement.let_go == ("dead",)


@every_overage
def test_live_holds_are_never_let_go(overage: Overage) -> None:
    holds = {"live": hold(1_500, hours=1), "dead": hold(200, hours=-1)}
    voucher = builders.voucher_with_holds(holds, available_cents=0, max_rides=9)

    judgement = builders.judged(voucher, terms_now=builders.terms(overage=overage))

    if overage == "decline":
        assert judgement == Reason.INSUFFICIENT_BALANCE
    else:
        assert approved(judgement).hold_cents == 200
        assert approved(judgement).let_go == ("dead",)


def test_insufficient_is_said_only_if_the_balance_is_that_with_every_dead_hold_let_go() -> None:
    dead = {"oldest": hold(700, hours=-2), "old": hold(700, hours=-1)}
    enough = builders.voucher_with_holds(dead, available_cents=100, max_rides=9)
    too_little = builders.voucher_with_holds(dead, available_cents=99, max_rides=9)

    assert isinstance(builders.judged(enough), Approval)
    assert builders.judged(too_little) == Reason.INSUFFICIENT_BALANCE
