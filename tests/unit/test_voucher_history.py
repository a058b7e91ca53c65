"""Any history of one voucher, whatever happens in whatever order: no cent is lost, made, spent
twice or spent beyond what the voucher allows (domain.md, invariants 1, 2, 3 and 7)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from builders import NOON
from farechance.ledger import Account
from farechance.programs import PartnerStatus, Status
from farechance.ride_case import Case, Outcome
from farechance.ride_table import decide
from farechance.rides import EventKind, Ride, RideEvent, RideState
from farechance.vouchers import Reason, Terms, Voucher

VALUE, CAP = 4_000, 1_700


@dataclass(frozen=True)
class Step:
    """Some time passes, then a provider says something about a ride; now and then about one of a
    few others, whatever was said of them before."""

    waits: timedelta
    kind: EventKind
    ride: int
    is_odd: bool
    cents: int
    tip: int
    ahead: timedelta | None
    program: Status


@dataclass
class History:
    """One voucher, its rides, and every outcome so far. A repeat is answered by the ledger and
    never reaches the table, so each event comes once."""

    voucher: Voucher
    rules: Any
    now: datetime = NOON
    rides: dict[str, Ride] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)

    def take(self, step: Step) -> tuple[Voucher, RideEvent, Outcome] | None:
        """What the voucher was, what happened, and what it did."""
        self.now += step.waits
        event = self._event(step)
        if event.identity in self.seen:
            return None
        terms = Terms(self.rules, step.program, PartnerStatus.ACTIVE)
        before, ride = self.voucher, self.rides.get(event.ride_key)
        outcome = decide(Case(before, ride, event, terms, self.now))
        if outcome.takes == "nothing":
            return before, event, outcome
        self.seen.add(event.identity)
        self.voucher = outcome.voucher
        for key, hold in outcome.let_go.items():
            let_go = {
                "state": RideState.LAPSED,
                "promised_cents": hold.cents,
                "hold_cents": 0,
                "version": self.rides[key].version + 1,
            }
            self.rides[key] = self.rides[key].model_copy(update=let_go)
        if outcome.ride.state is not RideState.NONE:
            self.rides[event.ride_key] = outcome.ride
        return before, event, outcome

    def _name(self, step: Step) -> str:
        """A request is mostly for a new ride, a fact mostly about an open one."""
        is_open = (RideState.HELD, RideState.LAPSED)
        open_rides = [ride.ride_id for ride in self.rides.values() if ride.state in is_open]
        if step.is_odd:
            return f"odd-{step.ride}"
        if step.kind is EventKind.REQUESTED or not open_rides:
            return f"ride-{len(self.rides)}"
        return open_rides[step.ride % len(open_rides)]

    def _event(self, step: Step) -> RideEvent:
        name = self._name(step)
        match step.kind:
            case EventKind.REQUESTED:
                pickup_at = None if step.ahead is None else self.now + step.ahead
                return builders.requested(
                    self.now,
                    ride_id=name,
                    estimated_fare_cents=max(1, step.cents),
                    pickup_at=pickup_at,
                )
            case EventKind.COMPLETED:
                tip = min(step.tip, step.cents)
                return builders.completed(
                    self.now, ride_id=name, fare_cents=step.cents, tip_cents=tip
                )
            case EventKind.CANCELLED:
                return builders.cancelled(self.now, ride_id=name, cancellation_fee_cents=step.tip)
            case EventKind.ADJUSTED:
                return builders.adjusted(self.now, ride_id=name, fare_cents=step.cents)


ASKED, DONE = EventKind.REQUESTED, EventKind.COMPLETED
# Mostly short, so that holds end and way is left before the voucher does; now and then very long.
WAITS = [
    *[timedelta(0)] * 12,
    *[timedelta(minutes=20)] * 2,
    *[timedelta(minutes=70)] * 4,
    timedelta(hours=26),
    timedelta(days=8),
]
steps = st.builds(
    Step,
    waits=st.sampled_from(WAITS),
    kind=st.sampled_from([ASKED, ASKED, ASKED, ASKED, DONE, DONE, *EventKind]),
    ride=st.integers(0, 3),
    is_odd=st.sampled_from([False, False, False, False, True]),
    cents=st.sampled_from([0, 1, 600, 1_000, 1_500, CAP, CAP + 1, VALUE]) | st.integers(0, 2_500),
    tip=st.sampled_from([0, 0, 100, 5_000]),
    ahead=st.none() | st.sampled_from([timedelta(days=-1), timedelta(hours=2), timedelta(days=3)]),
    program=st.sampled_from([*[Status.ACTIVE] * 12, Status.PAUSED]),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, list[Step]]:
    rules = builders.rules(
        overage=draw(st.sampled_from(["decline", "rider_pays", "program_pays"])),
        hold_seconds=draw(st.sampled_from([3_600, 3_600, 86_400])),
    )
    voucher = builders.voucher(
        value_cents=VALUE,
        available_cents=VALUE,
        cap_cents=CAP,
        max_rides=draw(st.sampled_from([2, 3, 6, 9, 9])),
    )
    return History(voucher, rules), draw(st.lists(steps, min_size=12, max_size=40))


def check_balances(history: History) -> None:
    voucher, rides = history.voucher, history.rides
    assert min(voucher.available_cents, voucher.held_cents, voucher.spent_cents) >= 0
    assert voucher.available_cents + voucher.held_cents + voucher.spent_cents == VALUE
    assert sum(hold.cents for hold in voucher.holds.values()) == voucher.held_cents
    held = {key: ride.hold_cents for key, ride in rides.items() if ride.state is RideState.HELD}
    assert {key: hold.cents for key, hold in voucher.holds.items()} == held
    assert sum(ride.captured_cents for ride in rides.values()) == voucher.spent_cents
    assert all(ride.captured_cents <= CAP for ride in rides.values())


def check_rides(history: History) -> None:
    voucher, rides = history.voucher, history.rides
    counted = sum(ride.counted for ride in rides.values())
    assert counted == voucher.rides_counted
    assert counted + len(voucher.holds) <= voucher.max_rides
    assert len(voucher.holds) <= 4
    for ride in rides.values():
        if ride.state is RideState.CAPTURED:
            assert ride.fare_cents == (
                ride.captured_cents + ride.overage_cents + ride.shortfall_cents
            )
            assert ride.shortfall_cents <= ride.promised_cents
            assert ride.counted or ride.captured_cents == 0


def check_changes(before: Voucher, outcome: Outcome) -> None:
    after = outcome.voucher
    freed = sum(hold.cents for hold in outcome.let_go.values())
    changes = dict.fromkeys(Account, 0) | dict(outcome.changes)
    assert sum(changes.values()) == 0
    assert after.available_cents - before.available_cents == changes[Account.AVAILABLE] + freed
    assert after.held_cents - before.held_cents == changes[Account.HELD] - freed
    assert after.spent_cents - before.spent_cents == changes[Account.SPENT]
    assert after.version == before.version + 1


def check_request(history: History, before: Voucher, event: RideEvent, outcome: Outcome) -> None:
    """Never falsely refused, and no dead hold let go without need."""
    dead = {key: hold for key, hold in before.holds.items() if hold.expires_at <= history.now}
    everything = before.available_cents + sum(hold.cents for hold in dead.values())
    wanted = min(event.fare_cents, CAP)
    if outcome.reason is Reason.INSUFFICIENT_BALANCE:
        assert everything < (wanted if history.rules.overage == "decline" else 1)
    if outcome.reason is not None:
        assert not outcome.let_go
        return
    assert set(outcome.let_go) <= set(dead)
    oldest_first = sorted(dead, key=lambda key: (dead[key].expires_at, key))
    assert list(outcome.let_go) == oldest_first[: len(outcome.let_go)]
    assert outcome.ride.hold_cents == min(wanted, everything)
    if outcome.let_go:
        last = list(outcome.let_go)[-1]
        without = outcome.voucher.available_cents + outcome.ride.hold_cents - dead[last].cents
        places = before.max_rides - before.rides_counted - len(before.holds)
        assert (
            without < wanted
            or places + len(outcome.let_go) == 1
            or len(before.holds) - len(outcome.let_go) == 3
        )


def check_capture(history: History, before: Voucher, event: RideEvent, outcome: Outcome) -> None:
    """An approved ride is paid before the voucher's return: out of its hold always; if that was let
    go, out of what is available, where a ride is left. What was promised is never dropped."""
    if outcome.answer["outcome"] != "captured":
        return
    fare = event.fare_cents - event.tip_cents
    paid, short = outcome.ride.captured_cents, outcome.ride.shortfall_cents
    hold = before.holds.get(event.ride_key)
    if history.now >= before.return_at or (hold is None and before.rides_left < 1):
        assert paid == 0
        assert short == min(fare, CAP, outcome.ride.promised_cents)
    elif hold is None:
        assert paid == min(fare, CAP, before.available_cents)
        assert short == max(0, min(fare, CAP, outcome.ride.promised_cents) - paid)
    else:
        assert paid == min(fare, CAP, hold.cents + before.available_cents)
        assert short == 0


@settings(max_examples=80)
@given(histories())
def test_no_history_of_a_voucher_loses_makes_or_overspends_a_cent(
    given_history: tuple[History, list[Step]],
) -> None:
    history, to_come = given_history

    for step in to_come:
        taken = history.take(step)

        check_balances(history)
        check_rides(history)
        if taken is not None:
            before, event, outcome = taken
            check_changes(before, outcome)
            if event.kind is EventKind.REQUESTED:
                check_request(history, before, event, outcome)
            if event.kind is EventKind.COMPLETED:
                check_capture(history, before, event, outcome)


@settings(max_examples=60)
@given(
    estimate=st.integers(1, 3_000),
    fare=st.integers(0, 3_000),
    available=st.integers(0, VALUE),
    others=st.lists(st.integers(1, 1_000), max_size=2),
    after=st.timedeltas(timedelta(0), timedelta(days=13)),
)
def test_an_approved_ride_takes_the_same_whenever_its_news_comes_before_the_return(
    estimate: int, fare: int, available: int, others: list[int], after: timedelta
) -> None:
    holds = {f"other-{index}": builders.hold(cents) for index, cents in enumerate(others)}
    voucher = builders.voucher(
        cap_cents=CAP,
        max_rides=9,
        available_cents=available,
        holds=holds,
        held_cents=sum(others),
    )
    terms = builders.terms(overage="rider_pays")
    request = builders.requested(estimated_fare_cents=estimate)
    held = decide(Case(voucher, None, request, terms, NOON))
    if held.reason is not None:
        assert available == 0
        return

    completed = builders.completed(fare_cents=fare)
    soon = decide(Case(held.voucher, held.ride, completed, terms, NOON))
    late = decide(Case(held.voucher, held.ride, completed, terms, NOON + after))

    assert soon.answer == late.answer
    assert soon.voucher.available_cents == late.voucher.available_cents
    assert soon.ride == late.ride
