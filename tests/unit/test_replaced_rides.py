"""A request that replaces another: the company sends another car, and the first one's hold goes
back in the same transaction (domain.md, 'A ride's life')."""

from typing import Any, Literal

import pytest

import builders
from builders import NOON, PROVIDER, RIDE_KEY, amounts, decided, hold, moved
from farechance.ledger import Account
from farechance.ride_case import Outcome
from farechance.rides import RideEvent, RideState
from farechance.vouchers import Voucher, VoucherState

OLD_KEY = f"{PROVIDER}#ride-0"
AVAILABLE, ON_HOLD = Account.AVAILABLE, Account.HELD

Overage = Literal["decline", "rider_pays", "program_pays"]
every_overage = pytest.mark.parametrize("overage", ["decline", "rider_pays", "program_pays"])


def replacing(cents: int = 1_500, **changes: Any) -> RideEvent:
    return builders.requested(
        estimated_fare_cents=cents, **{"replaces_ride_id": "ride-0", **changes}
    )


def with_old_hold(cents: int = 1_500, *, hours: float = 24, **changes: Any) -> Voucher:
    fields: dict[str, Any] = {
        "available_cents": 4_000 - cents,
        "last_hold_expires_at": hold(hours=hours).expires_at,
        **changes,
    }
    return builders.voucher_with_holds({OLD_KEY: hold(cents, hours=hours)}, **fields)


def kept(outcome: Outcome, voucher: Voucher) -> bool:
    """Whether the voucher's money and holds are as they were."""
    names = ("available_cents", "held_cents", "spent_cents", "holds")
    return all(getattr(outcome.voucher, name) == getattr(voucher, name) for name in names)


def test_a_request_that_replaces_nothing_leaves_a_ride_alone_that_is_called_none() -> None:
    voucher = builders.voucher_with_holds({f"{PROVIDER}#None": hold(1_500)}, available_cents=2_500)

    outcome = decided(builders.requested(), voucher)

    assert outcome.answer["decision"] == "approved"
    assert outcome.replaced == ()
    assert outcome.voucher.holds.keys() == {f"{PROVIDER}#None", RIDE_KEY}


@every_overage
def test_the_old_hold_pays_for_the_new_one(overage: Overage) -> None:
    voucher = with_old_hold(2_000, available_cents=100)

    outcome = decided(replacing(1_900), voucher, overage=overage)

    assert outcome.answer["decision"] == "approved"
    assert outcome.answer["held_cents"] == 1_900
    assert outcome.replaced == (OLD_KEY,)
    assert outcome.let_go == ()
    # The old hold's way back is an entry of its own; this is the new one's.
    assert outcome.changes == {AVAILABLE: -1_900, ON_HOLD: 1_900}
    assert outcome.voucher.holds == {RIDE_KEY: hold(1_900)}
    assert outcome.voucher.available_cents == 200
    assert outcome.voucher.held_cents == 1_900
    assert outcome.ride.state is RideState.HELD


def test_the_old_rides_place_is_the_new_ones() -> None:
    voucher = with_old_hold(1_500, max_rides=1)

    outcome = decided(replacing(), voucher)
    without = decided(replacing(replaces_ride_id=None), voucher)

    assert outcome.answer["decision"] == "approved"
    assert outcome.voucher.rides_left == 0
    assert without.answer == {"decision": "declined", "reason": "no_rides_left"}


def test_with_four_open_holds_one_of_them_may_be_replaced() -> None:
    holds = {OLD_KEY: hold(500)} | {f"{PROVIDER}#other-{n}": hold(500) for n in range(3)}
    voucher = builders.voucher_with_holds(holds, available_cents=2_000, max_rides=9)

    outcome = decided(replacing(1_000), voucher)
    without = decided(replacing(1_000, replaces_ride_id=None), voucher)

    assert outcome.answer["decision"] == "approved"
    assert set(outcome.voucher.holds) == (set(holds) - {OLD_KEY}) | {RIDE_KEY}
    assert outcome.voucher.available_cents == 1_500
    assert without.answer == {"decision": "declined", "reason": "too_many_open_rides"}


@pytest.mark.parametrize(
    ("event", "changes", "reason"),
    [
        pytest.param(replacing(2_001), {}, "over_ride_cap", id="above the cap"),
        pytest.param(
            replacing(1_900), {"available_cents": 399}, "insufficient_balance", id="too dear"
        ),
        pytest.param(
            replacing(), {"state": VoucherState.BLOCKED}, "voucher_not_usable", id="blocked"
        ),
        pytest.param(replacing(), {"expires_at": NOON}, "voucher_expired", id="expired"),
    ],
)
def test_where_the_new_ride_is_declined_the_old_hold_stays(
    event: RideEvent, changes: dict[str, Any], reason: str
) -> None:
    voucher = with_old_hold(1_500, **changes)

    outcome = decided(event, voucher)

    assert outcome.answer == {"decision": "declined", "reason": reason}
    assert outcome.replaced == outcome.let_go == ()
    assert outcome.changes == {}
    assert kept(outcome, voucher)
    assert outcome.ride.state is RideState.DECLINED


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("ride-7", id="unknown, or of another voucher"),
        pytest.param("ride-1", id="itself"),
    ],
)
def test_a_ride_that_is_no_open_hold_of_this_voucher_is_ignored(name: str) -> None:
    voucher = with_old_hold(1_500)

    outcome = decided(replacing(replaces_ride_id=name), voucher)

    assert outcome.answer["decision"] == "approved"
    assert outcome.replaced == ()
    assert set(outcome.voucher.holds) == {OLD_KEY, RIDE_KEY}
    assert outcome.voucher.held_cents == 3_000


def test_a_ride_of_another_company_is_not_replaced_though_it_has_the_same_name() -> None:
    theirs = "pvd_other_cabs#ride-0"
    voucher = builders.voucher_with_holds({theirs: hold(1_500)}, available_cents=2_500)

    outcome = decided(replacing(), voucher)

    assert outcome.replaced == ()
    assert outcome.voucher.holds[theirs] == hold(1_500)


def test_a_dead_hold_is_replaced_and_not_also_let_go() -> None:
    voucher = with_old_hold(2_000, hours=-1, available_cents=0)

    outcome = decided(replacing(2_000), voucher)

    assert outcome.replaced == (OLD_KEY,)
    assert outcome.let_go == ()
    assert outcome.voucher.holds == {RIDE_KEY: hold(2_000)}
    assert outcome.voucher.available_cents == 0


def test_dead_holds_are_let_go_beside_only_as_far_as_the_replaced_one_is_not_enough() -> None:
    dead = {
        f"{PROVIDER}#oldest": hold(300, hours=-2),
        f"{PROVIDER}#old": hold(300, hours=-1),
    }
    voucher = builders.voucher_with_holds(
        {OLD_KEY: hold(1_000), **dead}, available_cents=0, max_rides=9
    )

    enough = decided(replacing(1_000), voucher)
    one_more = decided(replacing(1_001), voucher)

    assert (enough.replaced, enough.let_go) == ((OLD_KEY,), ())
    assert (one_more.replaced, one_more.let_go) == ((OLD_KEY,), (f"{PROVIDER}#oldest",))
    assert set(one_more.voucher.holds) == {RIDE_KEY, f"{PROVIDER}#old"}
    assert one_more.voucher.available_cents == 299


def test_the_last_hold_that_counts_for_the_return_may_be_one_that_was_replaced() -> None:
    voucher = with_old_hold(1_500, hours=24 * 40)

    outcome = decided(replacing(), voucher)

    assert outcome.voucher.last_hold_expires_at == voucher.last_hold_expires_at
    assert outcome.voucher.return_at == voucher.return_at


def test_a_replaced_ride_that_is_cancelled_afterwards_stays_voided() -> None:
    voided = builders.ride(state=RideState.VOIDED, fare_cents=1_500)

    outcome = decided(builders.cancelled(cancellation_fee_cents=300), builders.voucher(), voided)

    assert outcome.answer["outcome"] == "voided"
    assert outcome.reason is None
    assert amounts(outcome) == {}
    assert moved(outcome) == {}
    assert outcome.ride == voided


def test_a_replaced_ride_that_was_driven_after_all_is_refused_and_its_fare_is_on_record() -> None:
    voided = builders.ride(state=RideState.VOIDED, fare_cents=1_500)

    outcome = decided(
        builders.completed(fare_cents=1_800, tip_cents=300), builders.voucher(), voided
    )

    assert outcome.answer["outcome"] == "refused"
    assert outcome.answer["reason"] == "ride_cancelled"
    assert amounts(outcome) == {"shortfall_cents": 1_500}
    assert outcome.ride.refused_cents == outcome.shortfall_cents == 1_500
    assert outcome.ride.state is RideState.VOIDED
    assert outcome.voucher.available_cents == 4_000
    assert outcome.voucher.rides_counted == 0


def test_a_ride_may_be_replaced_again_and_again() -> None:
    voucher = with_old_hold(1_500, max_rides=1)
    second = decided(replacing(1_600), voucher)

    third = decided(replacing(1_700, ride_id="ride-2", replaces_ride_id="ride-1"), second.voucher)

    assert third.replaced == (RIDE_KEY,)
    assert third.voucher.holds == {f"{PROVIDER}#ride-2": hold(1_700)}
    assert third.voucher.available_cents == 2_300


def test_an_adjustment_that_waited_for_a_replaced_ride_is_a_fare_that_is_refused() -> None:
    voucher, ride = builders.held(1_500)
    waiting = decided(builders.adjusted(fare_cents=1_700), voucher, ride).ride

    replaced = waiting.replaced()

    assert dict(replaced) == {
        **dict(waiting),
        "state": RideState.VOIDED,
        "hold_cents": 0,
        "refused_cents": 1_700,
        "version": waiting.version + 1,
    }
    assert ride.replaced().refused_cents == 0
