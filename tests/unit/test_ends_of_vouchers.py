"""How vouchers end: revoked, reissued as a new card, or past their return; what moves where, and
what stays for rides under way (domain.md, 'A voucher's life')."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import NOON, PROVIDER, RIDE_KEY, hold
from farechance import voucher_acts
from farechance.errors import StateForbids
from farechance.ledger import Account, Kind
from farechance.voucher_acts import Act
from farechance.vouchers import ClosedReason, Voucher, VoucherState

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
AVAILABLE, ON_HOLD = Account.AVAILABLE, Account.HELD
ALLOTTED, TRANSFER = Account.ALLOTTED, Account.TRANSFER
NEW_KEY, NEW_ID = "n" * 32, "vch_1" + "n" * 25

BLOCKED = {"state": VoucherState.BLOCKED}
CLOSED = {
    "state": VoucherState.CLOSED,
    "closed_reason": ClosedReason.REVOKED,
    "closed_at": NOON - DAY,
}


def reissued(voucher: Voucher, now: datetime = NOON) -> Act:
    return voucher_acts.reissue(voucher, NEW_KEY, now)


def new_card(old: Voucher) -> Voucher:
    return voucher_acts.successor(old, NEW_ID, NEW_KEY, "9XYZ", NOON)


@pytest.mark.parametrize("state", [VoucherState.ACTIVE, VoucherState.BLOCKED])
def test_revoking_gives_back_at_once_what_is_available_and_leaves_what_is_held(
    state: VoucherState,
) -> None:
    voucher = builders.with_open_hold(state=state)

    done = voucher_acts.revoke(voucher, NOON + DAY)

    assert done.kind is Kind.VOUCHER_REVOKED
    assert done.changes == {AVAILABLE: -2_500, ALLOTTED: 2_500}
    assert (done.to_allotment_cents, done.to_successor_cents) == (2_500, 0)
    assert builders.other_than(voucher, done.voucher) == {
        "available_cents": 0,
        "state": VoucherState.CLOSED,
        "closed_reason": ClosedReason.REVOKED,
        "closed_at": NOON + DAY,
    }


def test_an_approved_ride_is_paid_out_of_its_hold_after_a_revocation() -> None:
    voucher, ride = builders.held(1_500)
    revoked = voucher_acts.revoke(voucher, NOON).voucher

    outcome = builders.decided(
        builders.completed(fare_cents=1_800), revoked, ride, now=revoked.return_at - MILLISECOND
    )

    assert builders.amounts(outcome) == {"captured_cents": 1_500, "overage_cents": 300}
    assert outcome.voucher.rides_counted == 1


@pytest.mark.parametrize(
    ("now", "last_hold", "return_at"),
    [
        pytest.param(NOON + DAY, None, NOON + 8 * DAY, id="from the revocation"),
        pytest.param(NOON + DAY, NOON + 2 * DAY, NOON + 9 * DAY, id="from the last hold"),
        pytest.param(NOON + 2 * DAY, NOON + DAY, NOON + 9 * DAY, id="its holds ended before"),
        pytest.param(NOON + 9 * DAY, None, NOON + 14 * DAY, id="it had expired before"),
    ],
)
@pytest.mark.parametrize("act", [voucher_acts.revoke, reissued])
def test_the_return_is_seven_days_after_the_end_or_the_last_hold_whichever_is_later(
    act: Callable[[Voucher, datetime], Act],
    now: datetime,
    last_hold: datetime | None,
    return_at: datetime,
) -> None:
    voucher = builders.voucher(last_hold_expires_at=last_hold)

    closed = act(voucher, now).voucher

    assert closed.return_at == return_at


def test_a_lost_card_is_closed_and_what_is_available_moves_to_the_new_one() -> None:
    voucher = builders.with_open_hold()

    done = reissued(voucher, NOON + DAY)

    assert done.kind is Kind.VOUCHER_REISSUED
    assert done.changes == {AVAILABLE: -2_500, TRANSFER: 2_500}
    assert (done.to_allotment_cents, done.to_successor_cents) == (0, 2_500)
    assert builders.other_than(voucher, done.voucher) == {
        "available_cents": 0,
        "state": VoucherState.CLOSED,
        "closed_reason": ClosedReason.REISSUED,
        "closed_at": NOON + DAY,
        "successor_key": NEW_KEY,
    }


def test_the_new_card_has_the_same_dates_rules_and_holder_and_what_is_left() -> None:
    old = builders.with_open_hold(
        max_rides=9,
        rides_counted=2,
        spent_cents=1_500,
        subject_id="sub_1",
        language="es",
        last_captured_at=NOON - DAY,
        rules_version=3,
        version=7,
        **BLOCKED,
    )

    new = new_card(old)

    assert builders.other_than(old, new) == {
        "voucher_key": NEW_KEY,
        "voucher_id": NEW_ID,
        "last4": "9XYZ",
        # Nine, without two that were counted and one that is under way.
        "max_rides": 6,
        "rides_counted": 0,
        "held_cents": 0,
        "spent_cents": 0,
        "holds": {},
        "state": VoucherState.ACTIVE,
        "last_hold_expires_at": None,
        "predecessor_key": old.voucher_key,
        "inherits_at": reissued(old).voucher.return_at,
    }
    assert new.version == 1


def test_the_way_home_stays_open_on_the_new_card() -> None:
    old = builders.voucher(expires_at=NOON, rides_counted=1, last_captured_at=NOON)

    new = new_card(old)

    assert builders.approved(builders.judged(new)).hold_cents == 1_500


@pytest.mark.parametrize(
    ("changes", "is_allowed"),
    [
        pytest.param({"max_rides": 2}, True, id="one ride left"),
        pytest.param({"max_rides": 1}, False, id="the last is under way"),
        pytest.param({"max_rides": 2, "rides_counted": 1}, False, id="counted and under way"),
    ],
)
def test_a_card_that_could_pay_no_ride_is_not_reissued(
    changes: dict[str, Any], is_allowed: bool
) -> None:
    voucher = builders.with_open_hold(**changes)

    if is_allowed:
        assert reissued(voucher).to_successor_cents == 2_500
        assert new_card(voucher).max_rides == 1
    else:
        with pytest.raises(StateForbids) as refused:
            reissued(voucher)
        assert refused.value.reason == "no_rides_left"
        assert refused.value.facts == {"voucher_id": voucher.voucher_id}


@pytest.mark.parametrize(
    ("holds", "changes", "let_go"),
    [
        pytest.param({"a": -1}, {"max_rides": 1}, ("a",), id="it has the last ride"),
        pytest.param({"a": 0}, {"max_rides": 1}, ("a",), id="dead from its end on"),
        pytest.param({"a": 1}, {"max_rides": 1}, (), id="an open hold stays"),
        pytest.param({"a": -1}, {"max_rides": 2}, (), id="a ride and its money are left"),
        pytest.param(
            {"a": -1}, {"max_rides": 2, "available_cents": 1_999}, ("a",), id="a cent is missing"
        ),
        pytest.param({"a": -1, "b": -2}, {"max_rides": 2}, ("b",), id="the oldest, and no more"),
        pytest.param(
            {"a": -1, "b": -2, "c": 1}, {"max_rides": 3, "rides_counted": 1}, ("b", "a"), id="both"
        ),
    ],
)
def test_a_reissue_lets_dead_holds_go_that_the_new_card_needs(
    holds: dict[str, int], changes: dict[str, Any], let_go: tuple[str, ...]
) -> None:
    voucher = builders.voucher_with_holds(
        {ride: builders.hold(500, hours=hours) for ride, hours in holds.items()},
        **{"available_cents": 2_000, "cap_cents": 2_000, **changes},
    )

    assert voucher_acts.in_the_way(voucher, NOON) == let_go


def test_past_the_return_an_open_voucher_is_closed_as_expired_and_its_money_leaves() -> None:
    voucher = builders.voucher(**BLOCKED)

    done = voucher_acts.give_back(voucher, NOON + 30 * DAY, successor_is_open=False)

    assert done.kind is Kind.VOUCHER_RETURNED
    assert done.changes == {AVAILABLE: -4_000, ALLOTTED: 4_000}
    assert (done.to_allotment_cents, done.to_successor_cents) == (4_000, 0)
    assert builders.other_than(voucher, done.voucher) == {
        "available_cents": 0,
        "state": VoucherState.CLOSED,
        "closed_reason": ClosedReason.EXPIRED,
        # It ended when it expired, however late anybody came by.
        "closed_at": voucher.expires_at,
    }
    assert done.voucher.return_at == voucher.return_at
    assert done.voucher.is_settled


def test_a_closed_voucher_keeps_the_reason_and_the_time_of_its_end() -> None:
    voucher = builders.voucher(**CLOSED)

    done = voucher_acts.give_back(voucher, NOON + 30 * DAY, successor_is_open=False)

    assert builders.other_than(voucher, done.voucher) == {"available_cents": 0}
    assert done.to_allotment_cents == 4_000


@pytest.mark.parametrize(
    ("available", "is_open", "to_allotment", "to_successor"),
    [(800, True, 0, 800), (800, False, 800, 0), (0, True, 0, 0), (0, False, 0, 0)],
)
def test_what_a_reissued_card_set_free_goes_to_the_new_one_while_that_is_open(
    available: int, is_open: bool, to_allotment: int, to_successor: int
) -> None:
    of_a_lost_card = {**CLOSED, "closed_reason": ClosedReason.REISSUED, "successor_key": NEW_KEY}
    voucher = builders.voucher(available_cents=available, **of_a_lost_card)

    done = voucher_acts.give_back(voucher, NOON + 30 * DAY, successor_is_open=is_open)

    assert (done.to_allotment_cents, done.to_successor_cents) == (to_allotment, to_successor)
    assert done.kind is Kind.VOUCHER_RETURNED
    assert done.changes[AVAILABLE] == -available
    assert done.changes.get(TRANSFER, 0) == to_successor
    assert done.changes.get(ALLOTTED, 0) == to_allotment
    assert done.voucher.available_cents == 0


def test_the_new_card_receives_what_comes_over() -> None:
    voucher = builders.voucher(available_cents=100)

    done = voucher_acts.inherit(voucher, 800)

    assert done.kind is Kind.VOUCHER_SUCCEEDED
    assert done.changes == {TRANSFER: -800, AVAILABLE: 800}
    assert builders.other_than(voucher, done.voucher) == {"available_cents": 900}
    assert done.voucher.version == voucher.version + 1


@pytest.mark.parametrize("kind", [Kind.HOLD_LAPSED, Kind.HOLD_REPLACED])
def test_one_hold_is_set_free_and_the_entry_names_whose_ride_it_was(kind: Kind) -> None:
    holds = {RIDE_KEY: hold(1_500), f"{PROVIDER}#other": hold(700)}
    voucher = builders.voucher_with_holds(holds, available_cents=300)

    done = voucher_acts.set_free(kind, voucher, RIDE_KEY)

    assert done.kind is kind
    assert done.changes == {ON_HOLD: -1_500, AVAILABLE: 1_500}
    assert done.facts.provider_id == PROVIDER
    assert builders.other_than(voucher, done.voucher) == {
        "available_cents": 1_800,
        "held_cents": 700,
        "holds": {f"{PROVIDER}#other": hold(700)},
    }
    assert (done.to_allotment_cents, done.to_successor_cents) == (0, 0)


def test_a_voucher_is_settled_once_it_is_closed_and_empty() -> None:
    assert not builders.voucher(available_cents=0).is_settled
    assert not builders.voucher(available_cents=1, **CLOSED).is_settled
    assert not builders.with_open_hold(**{**CLOSED, "available_cents": 0}).is_settled
    assert builders.voucher(available_cents=0, spent_cents=4_000, **CLOSED).is_settled


def test_the_rides_of_a_reissued_card_are_the_new_ones_and_no_late_ride_takes_one_twice() -> None:
    of_a_lost_card = {**CLOSED, "closed_reason": ClosedReason.REISSUED, "successor_key": NEW_KEY}
    voucher, ride = builders.lapsed(1_500, max_rides=3, **of_a_lost_card)

    outcome = builders.decided(builders.completed(fare_cents=1_400), voucher, ride)

    assert voucher.rides_left == 0
    assert (outcome.answer["captured_cents"], outcome.answer["shortfall_cents"]) == (0, 1_400)
    assert not outcome.ride.counted
    assert outcome.voucher.rides_counted == voucher.rides_counted


moments = st.timedeltas(timedelta(0), timedelta(days=40)).map(lambda after: NOON + after)


@given(
    expires_at=moments,
    closed_at=st.none() | moments,
    last_hold=st.none() | moments,
)
def test_return_at_is_seven_days_after_the_end_and_after_the_last_hold_and_no_later(
    expires_at: datetime, closed_at: datetime | None, last_hold: datetime | None
) -> None:
    voucher = builders.voucher(
        expires_at=expires_at, closed_at=closed_at, last_hold_expires_at=last_hold
    )

    # A time is kept to the millisecond.
    ended = min(one for one in (voucher.expires_at, voucher.closed_at) if one)
    latest = max(one for one in (ended, voucher.last_hold_expires_at) if one)
    assert voucher.return_at == latest + 7 * DAY
