"""Confluence: one approved ride's events end in the same money, in whatever order they come and
however often (domain.md, invariant 6). Not some orders: all of them, and every beginning of each
keeps the invariants. What the money must be is worked out here from the events alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import factorial
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from builders import NOON, RIDE_KEY, adjusted, cancelled, completed
from farechance.ledger import Account
from farechance.rides import EventKind, Ride, RideEvent, RideState
from farechance.vouchers import Voucher
from one_voucher import OneVoucher

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
CAP, HOLD = 2_000, 1_500
# With the hold of 15.00 more than a ride may take, less than it may take, and nothing beside it.
RICH, POOR, BARE = 2_500, 200, 0

Overage = Literal["decline", "rider_pays", "program_pays"]
OVERAGES: tuple[Overage, ...] = ("decline", "rider_pays", "program_pays")
Start = Literal["held", "dead", "lapsed", "lapsed without a place"]

ENDINGS = {
    "below the hold": completed(fare_cents=900),
    "as the hold": completed(fare_cents=HOLD),
    "at a small balance": completed(fare_cents=HOLD + POOR),
    "at the cap": completed(fare_cents=CAP),
    "above the cap": completed(fare_cents=2_600),
    "with a tip": completed(fare_cents=2_300, tip_cents=500),
    "nothing but a tip": completed(fare_cents=300, tip_cents=300),
    "cancelled": cancelled(),
    "with a small fee": cancelled(cancellation_fee_cents=300),
    "with a large fee": cancelled(cancellation_fee_cents=2_600),
}

TOO_EARLY = adjusted(NOON - MINUTE, adjustment_id="z", fare_cents=100)
AT_ONCE = adjusted(NOON, adjustment_id="b", fare_cents=1_900)
REFUND = adjusted(NOON + MINUTE, adjustment_id="c", fare_cents=0, why="refund")
SAME_TIME = adjusted(NOON + MINUTE, adjustment_id="d", fare_cents=2_400)
TIP = adjusted(NOON + HOUR, adjustment_id="e", fare_cents=9_000, why="tip")
LAST = adjusted(NOON + 2 * MINUTE, adjustment_id="a", fare_cents=600)


def started(start: Start, available: int = RICH, **rules: Any) -> OneVoucher:
    """A voucher with one approved ride."""
    voucher: Voucher
    ride: Ride
    match start:
        case "held":
            voucher, ride = builders.held(HOLD, available_cents=available)
        case "dead":
            voucher, ride = builders.held(HOLD, hours=-1, available_cents=available)
        case "lapsed":
            voucher, ride = builders.lapsed(HOLD, available_cents=available)
        case "lapsed without a place":
            voucher, ride = builders.lapsed(HOLD, available_cents=available, rides_counted=2)
    return OneVoucher(voucher, builders.rules(**rules), {RIDE_KEY: ride})


def orders(one: OneVoucher, left: tuple[RideEvent, ...], step: int = 1) -> Iterator[OneVoucher]:
    """How it ends in every order of some events, each told an hour after the one before it. What
    two orders begin with is told once, and checked."""
    if not left:
        yield one
    for index, event in enumerate(left):
        if event in left[:index]:
            continue  # The same event again: an order that was told already.
        after = one.copy()
        told = after.tell(event, NOON + step * HOUR)
        check(one, after, is_repeat=event.identity in one.answers)
        if told.outcome is None:
            assert told.answer == one.answers[event.identity]
        yield from orders(after, (*left[:index], *left[index + 1 :]), step + 1)


def check(before: OneVoucher, after: OneVoucher, *, is_repeat: bool) -> None:
    """What is true after every event."""
    voucher, ride = after.voucher, after.rides[RIDE_KEY]
    assert min(voucher.available_cents, voucher.held_cents, voucher.spent_cents) >= 0
    assert total(voucher) == total(before.voucher)
    assert ride.captured_cents == voucher.spent_cents <= CAP
    assert min(ride.shortfall_cents, ride.refused_cents, ride.overage_cents) >= 0
    assert voucher.rides_counted - before.voucher.rides_counted in (0, 1)
    if ride.state is RideState.CAPTURED:
        split = ride.captured_cents + ride.overage_cents + ride.shortfall_cents
        assert ride.fare_cents == split
    # The entries say the same as the ride and the voucher.
    assert after.recorded_shortfall[RIDE_KEY] == ride.shortfall_cents + ride.refused_cents
    assert after.recorded_overage[RIDE_KEY] == ride.overage_cents
    assert after.moved[Account.SPENT] == voucher.spent_cents
    if is_repeat:
        assert after == before


def total(voucher: Voucher) -> int:
    return voucher.available_cents + voucher.held_cents + voucher.spent_cents


@dataclass(frozen=True)
class Money:
    """All that a ride's end says of money."""

    state: RideState
    available: int
    held: int
    spent: int
    counted: int
    overage: int
    owed_by: str | None
    shortfall: int
    refused: int


def money(one: OneVoucher) -> Money:
    voucher, ride = one.voucher, one.rides[RIDE_KEY]
    return Money(
        ride.state,
        voucher.available_cents,
        voucher.held_cents,
        voucher.spent_cents,
        voucher.rides_counted,
        ride.overage_cents,
        ride.overage_owed_by,
        ride.shortfall_cents,
        ride.refused_cents,
    )


def expected(one: OneVoucher, events: tuple[RideEvent, ...]) -> Money:
    """What domain.md says of the events as a whole, whatever their order."""
    voucher, ride, rules = one.voucher, one.rides[RIDE_KEY], one.rules
    end = next(event for event in events if event.kind is not EventKind.ADJUSTED)
    of_the_fare = [
        event
        for event in events
        if event.kind is EventKind.ADJUSTED and event.why not in ("tip", "damage")
    ]
    later = [event for event in of_the_fare if event.at >= end.at]
    balance = voucher.available_cents + voucher.held_cents
    owed_by = "rider" if rules.overage == "rider_pays" else "program"
    held = ride.state is RideState.HELD
    fee_cap = rules.max_cancellation_fee_cents if end.kind is EventKind.CANCELLED else CAP

    if end.kind is EventKind.CANCELLED and not (held and fee_cap and end.fare_cents):
        refused = stated(of_the_fare, 0)
        overage = end.fare_cents
        return Money(
            RideState.VOIDED,
            available=balance,
            held=0,
            spent=0,
            counted=voucher.rides_counted,
            overage=overage,
            owed_by=owed_by if overage else None,
            shortfall=0,
            refused=refused,
        )

    has_place = held or voucher.rides_left > 0
    counts = end.kind is EventKind.COMPLETED and has_place
    most = min(CAP, fee_cap, balance if has_place else 0)
    own_fare = end.fare_cents - end.tip_cents
    fare = stated(later, own_fare)
    paid = min(fare, most)
    if not counts:
        # It never rises above what it was captured at.
        paid = min(paid, own_fare)
    shortfall = max(0, min(fare, CAP, ride.promised_cents) - paid)
    overage = fare - paid - shortfall
    return Money(
        RideState.CAPTURED,
        available=balance - paid,
        held=0,
        spent=paid,
        counted=voucher.rides_counted + counts,
        overage=overage,
        owed_by=owed_by if overage else None,
        shortfall=shortfall,
        refused=0,
    )


def stated(adjustments: list[RideEvent], otherwise: int) -> int:
    """The fare of the latest adjustment, then of the greater id."""
    if not adjustments:
        return otherwise
    return max(adjustments, key=lambda one: (one.at, one.adjustment_id or "")).fare_cents


def check_all_orders(one: OneVoucher, events: tuple[RideEvent, ...]) -> int:
    """Every order ends as the events say. How many orders there were."""
    known = expected(one, events)
    number = 0
    for end in orders(one, events):
        assert money(end) == known
        number += 1
    return number


@pytest.mark.parametrize(
    ("ending", "fee_cap"),
    [
        (ending, fee_cap)
        for ending, event in ENDINGS.items()
        for fee_cap in ([0] if event.kind is EventKind.COMPLETED else [0, 500])
    ],
)
@pytest.mark.parametrize("overage", OVERAGES)
def test_five_events_end_alike_in_all_their_orders(
    ending: str, overage: Overage, fee_cap: int
) -> None:
    events = (ENDINGS[ending], TOO_EARLY, AT_ONCE, REFUND, SAME_TIME)

    for available in (RICH, POOR):
        one = started("held", available, overage=overage, max_cancellation_fee_cents=fee_cap)

        assert check_all_orders(one, events) == factorial(5)


@pytest.mark.parametrize(
    ("ending", "fee_cap"),
    [("below the hold", 0), ("with a tip", 0), ("cancelled", 500), ("with a large fee", 500)],
)
@pytest.mark.parametrize("available", [RICH, BARE])
def test_six_events_end_alike_in_all_their_orders(
    ending: str, fee_cap: int, available: int
) -> None:
    one = started("held", available, max_cancellation_fee_cents=fee_cap)

    events = (ENDINGS[ending], TOO_EARLY, REFUND, SAME_TIME, LAST, TIP)

    assert check_all_orders(one, events) == factorial(6)


@pytest.mark.parametrize("start", ["dead", "lapsed", "lapsed without a place"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_ride_whose_hold_is_over_ends_alike_in_all_orders_too(start: Start, ending: str) -> None:
    events = (ENDINGS[ending], TOO_EARLY, AT_ONCE, REFUND, TIP)

    for available in (RICH, POOR, BARE):
        one = started(start, available, max_cancellation_fee_cents=500)

        assert check_all_orders(one, events) == factorial(5)


@pytest.mark.parametrize("ending", ENDINGS)
def test_events_that_come_twice_or_more_end_as_if_each_had_come_once(ending: str) -> None:
    end = ENDINGS[ending]
    one = started("held", POOR, max_cancellation_fee_cents=500)

    for events in ((end, end, AT_ONCE, AT_ONCE, REFUND, REFUND), (end, end, end, LAST, LAST, LAST)):
        once = tuple(dict.fromkeys(events))
        assert expected(one, events) == expected(one, once)
        # 720 orders, of which those that only swap an event with its own repeat are one.
        assert check_all_orders(one, events) == (90 if len(once) == 3 else 20)


@pytest.mark.parametrize("ending", ENDINGS)
def test_adjustments_may_even_overtake_the_request(ending: str) -> None:
    asked = builders.requested(NOON, estimated_fare_cents=HOLD)
    untouched = OneVoucher(builders.voucher(), builders.rules(max_cancellation_fee_cents=500))
    approved = started("held", max_cancellation_fee_cents=500)
    known = expected(approved, (ENDINGS[ending], AT_ONCE, REFUND, SAME_TIME))

    for early in ((AT_ONCE,), (REFUND, AT_ONCE), (SAME_TIME, REFUND)):
        one = untouched.copy()
        for event in early:
            one.tell(event, NOON)
        assert one.tell(asked, NOON).answer["decision"] == "approved"
        events = {ENDINGS[ending], AT_ONCE, REFUND, SAME_TIME} - set(early)
        for end in orders(one, tuple(sorted(events, key=lambda event: event.identity))):
            assert money(end) == known


@pytest.mark.parametrize("first", ["cancelled", "with a small fee"])
@pytest.mark.parametrize("fare", [900, 2_600])
def test_what_a_voided_ride_is_refused_is_the_fare_as_last_stated(first: str, fare: int) -> None:
    drove = completed(NOON, fare_cents=fare + 100, tip_cents=100)
    for adjustments in ((TOO_EARLY,), (TOO_EARLY, AT_ONCE), (AT_ONCE, REFUND, SAME_TIME, TIP)):
        one = started("held")
        one.tell(ENDINGS[first], NOON)
        last = stated([it for it in adjustments if it.at >= NOON and it.why != "tip"], fare)

        for end in orders(one, (drove, *adjustments)):
            ride = end.rides[RIDE_KEY]
            assert ride.state is RideState.VOIDED
            assert ride.refused_cents == end.recorded_shortfall[RIDE_KEY] == last
            assert end.voucher.available_cents == RICH + HOLD


@pytest.mark.parametrize("before", [(), (LAST,), (TOO_EARLY, AT_ONCE), (AT_ONCE, LAST, TOO_EARLY)])
def test_a_fare_is_refused_alike_whether_it_was_adjusted_before_the_cancellation_or_after(
    before: tuple[RideEvent, ...],
) -> None:
    one = started("held")
    for event in (*before, cancelled()):
        one.tell(event, NOON)
    after = {TOO_EARLY, AT_ONCE, LAST} - set(before)
    drove = completed(NOON, fare_cents=900)

    for end in orders(one, (drove, *sorted(after, key=lambda event: event.identity))):
        assert end.rides[RIDE_KEY].refused_cents == LAST.fare_cents
        assert end.recorded_shortfall[RIDE_KEY] == LAST.fare_cents


fares = st.integers(0, 3_000)
facts_of_a_ride = st.lists(
    st.tuples(st.integers(-2, 2), fares, st.sampled_from(["toll", "refund", "tip"])),
    min_size=1,
    max_size=3,
)


@settings(max_examples=60)
@given(
    start=st.sampled_from(["held", "lapsed", "lapsed without a place"]),
    end=st.tuples(st.sampled_from(["completed", "cancelled"]), fares, st.integers(0, 300)),
    adjustments=facts_of_a_ride,
    available=st.integers(0, 3_000),
    overage=st.sampled_from(OVERAGES),
    fee_cap=st.sampled_from([0, 1, 700, 3_000]),
)
def test_any_few_events_of_any_ride_end_alike(
    start: Start,
    end: tuple[str, int, int],
    adjustments: list[tuple[int, int, str]],
    available: int,
    overage: Overage,
    fee_cap: int,
) -> None:
    kind, fare, tip = end
    ending = (
        completed(fare_cents=fare + tip, tip_cents=tip)
        if kind == "completed"
        else cancelled(cancellation_fee_cents=fare)
    )
    events = [
        adjusted(NOON + minutes * MINUTE, adjustment_id=f"a-{number}", fare_cents=cents, why=why)
        for number, (minutes, cents, why) in enumerate(adjustments)
    ]
    one = started(start, available, overage=overage, max_cancellation_fee_cents=fee_cap)

    assert check_all_orders(one, (ending, *events)) == factorial(1 + len(events))
