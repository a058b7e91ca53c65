"""Any history of one voucher, whatever happens in whatever order: no cent is lost, made, spent
twice or spent beyond what the voucher allows (domain.md, invariants 1, 2, 3, 5 and 7)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from builders import NOON, PROVIDER
from farechance.ledger import Account
from farechance.programs import Status
from farechance.ride_case import Case, Outcome
from farechance.ride_table import decide
from farechance.rides import EventKind, Ride, RideEvent, RideState
from farechance.vouchers import Reason, Voucher
from one_voucher import OneVoucher, Told

VALUE, CAP = 4_000, 1_700


@dataclass(frozen=True)
class Step:
    """Some time passes, then a provider says something about a ride, that it dates some time back;
    now and then about one of a few others, whatever was said of them before."""

    waits: timedelta
    kind: EventKind
    ride: int
    is_odd: bool
    replaces: bool
    cents: int
    tip: int
    back: timedelta
    ahead: timedelta | None
    why: str
    program: Status


@dataclass
class History:
    """One voucher and its rides, and the time."""

    one: OneVoucher
    now: datetime = NOON
    steps: int = field(default=0)

    def take(self, step: Step) -> tuple[RideEvent, Told, Ride | None]:
        """What happened, what it did, and what the ride was before."""
        self.now += step.waits
        self.steps += 1
        event = self._event(step)
        ride = self.one.rides.get(event.ride_key)
        return event, self.one.tell(event, self.now, step.program), ride

    def _name(self, step: Step) -> str:
        """A request is mostly for a new ride, an adjustment mostly about one that was paid, another
        fact mostly about an open one."""
        wanted = {RideState.HELD, RideState.LAPSED}
        if step.kind is EventKind.ADJUSTED:
            wanted = {RideState.CAPTURED}
        known = [ride.ride_id for ride in self.one.rides.values() if ride.state in wanted]
        if step.is_odd:
            return f"odd-{step.ride}"
        if step.kind is EventKind.REQUESTED or not known:
            return f"ride-{len(self.one.rides)}"
        return known[step.ride % len(known)]

    def _event(self, step: Step) -> RideEvent:
        name, at = self._name(step), self.now - step.back
        match step.kind:
            case EventKind.REQUESTED:
                return self._request(step, name)
            case EventKind.COMPLETED:
                tip = min(step.tip, step.cents)
                return builders.completed(at, ride_id=name, fare_cents=step.cents, tip_cents=tip)
            case EventKind.CANCELLED:
                return builders.cancelled(at, ride_id=name, cancellation_fee_cents=step.tip)
            case EventKind.ADJUSTED:
                return builders.adjusted(
                    at,
                    ride_id=name,
                    adjustment_id=f"a-{self.steps}",
                    fare_cents=step.cents,
                    why=step.why,
                )

    def _request(self, step: Step, name: str) -> RideEvent:
        open_rides = sorted(self.one.voucher.holds)
        replaced = open_rides[step.ride % len(open_rides)] if open_rides else f"{PROVIDER}#none"
        return builders.requested(
            self.now,
            ride_id=name,
            estimated_fare_cents=max(1, step.cents),
            pickup_at=None if step.ahead is None else self.now + step.ahead,
            replaces_ride_id=replaced.split("#")[1] if step.replaces else None,
        )


ASKED, DONE, ADJUSTED = EventKind.REQUESTED, EventKind.COMPLETED, EventKind.ADJUSTED
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
    kind=st.sampled_from([ASKED, ASKED, ASKED, ASKED, DONE, DONE, ADJUSTED, *EventKind]),
    ride=st.integers(0, 3),
    is_odd=st.sampled_from([False, False, False, False, True]),
    replaces=st.sampled_from([False, False, False, True]),
    cents=st.sampled_from([0, 1, 600, 1_000, 1_500, CAP, CAP + 1, VALUE]) | st.integers(0, 2_500),
    tip=st.sampled_from([0, 0, 100, 5_000]),
    back=st.sampled_from([timedelta(0), timedelta(0), timedelta(minutes=30), timedelta(days=8)]),
    ahead=st.none() | st.sampled_from([timedelta(days=-1), timedelta(hours=2), timedelta(days=3)]),
    why=st.sampled_from(["correction", "correction", "refund", "tip"]),
    program=st.sampled_from([*[Status.ACTIVE] * 12, Status.PAUSED]),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[History, list[Step]]:
    rules = builders.rules(
        overage=draw(st.sampled_from(["decline", "rider_pays", "program_pays"])),
        hold_seconds=draw(st.sampled_from([3_600, 3_600, 86_400])),
        direct_capture=draw(st.booleans()),
        max_cancellation_fee_cents=draw(st.sampled_from([0, 50, 5_000])),
    )
    voucher = builders.voucher(
        value_cents=VALUE,
        available_cents=VALUE,
        cap_cents=CAP,
        max_rides=draw(st.sampled_from([2, 3, 6, 9, 9])),
    )
    one = OneVoucher(voucher, rules)
    return History(one), draw(st.lists(steps, min_size=12, max_size=40))


def check_balances(one: OneVoucher) -> None:
    voucher, rides = one.voucher, one.rides
    assert min(voucher.available_cents, voucher.held_cents, voucher.spent_cents) >= 0
    assert voucher.available_cents + voucher.held_cents + voucher.spent_cents == VALUE
    assert sum(hold.cents for hold in voucher.holds.values()) == voucher.held_cents
    held = {key: ride.hold_cents for key, ride in rides.items() if ride.state is RideState.HELD}
    assert {key: hold.cents for key, hold in voucher.holds.items()} == held
    assert sum(ride.captured_cents for ride in rides.values()) == voucher.spent_cents
    assert all(ride.captured_cents <= CAP for ride in rides.values())
    # The entries alone say the same.
    assert one.moved[Account.AVAILABLE] == voucher.available_cents - VALUE
    assert one.moved[Account.HELD] == voucher.held_cents
    assert one.moved[Account.SPENT] == voucher.spent_cents


def check_rides(one: OneVoucher) -> None:
    voucher, rides = one.voucher, one.rides
    counted = sum(ride.counted for ride in rides.values())
    assert counted == voucher.rides_counted
    assert counted + len(voucher.holds) <= voucher.max_rides
    assert len(voucher.holds) <= 4
    for key, ride in rides.items():
        assert one.recorded_shortfall[key] == ride.shortfall_cents + ride.refused_cents
        assert one.recorded_overage[key] == ride.overage_cents
        if ride.state is RideState.CAPTURED:
            assert ride.fare_cents == (
                ride.captured_cents + ride.overage_cents + ride.shortfall_cents
            )
            assert ride.shortfall_cents <= ride.promised_cents
            # What isn't counted is a fee, or nothing.
            assert ride.counted or ride.captured_cents <= (ride.fee_cap_cents or 0)


def check_changes(before: Voucher, outcome: Outcome) -> None:
    after = outcome.voucher
    freed = sum(before.holds[key].cents for key in (*outcome.let_go, *outcome.replaced))
    changes = dict.fromkeys(Account, 0) | dict(outcome.changes)
    assert sum(changes.values()) == 0
    assert after.available_cents - before.available_cents == changes[Account.AVAILABLE] + freed
    assert after.held_cents - before.held_cents == changes[Account.HELD] - freed
    assert after.spent_cents - before.spent_cents == changes[Account.SPENT]
    assert after.version == before.version + 1
    if outcome.reason is not None:
        assert not any(outcome.changes.values())
        assert freed == 0


def check_request(history: History, before: Voucher, event: RideEvent, outcome: Outcome) -> None:
    """Never falsely refused, and no dead hold let go without need."""
    replaced = f"{PROVIDER}#{event.replaces_ride_id}"
    before = before.without_holds({replaced} & set(before.holds))
    dead = {key: hold for key, hold in before.holds.items() if hold.expires_at <= history.now}
    everything = before.available_cents + sum(hold.cents for hold in dead.values())
    wanted = min(event.fare_cents, CAP)
    if outcome.reason is Reason.INSUFFICIENT_BALANCE:
        assert everything < (wanted if history.one.rules.overage == "decline" else 1)
    if outcome.reason is not None:
        assert outcome.let_go == outcome.replaced == ()
        return
    check_let_go(history.now, before, outcome)
    assert outcome.ride.hold_cents == min(wanted, everything)
    if outcome.let_go:
        last = outcome.let_go[-1]
        without = outcome.voucher.available_cents + outcome.ride.hold_cents - dead[last].cents
        places = before.max_rides - before.rides_counted - len(before.holds)
        assert (
            without < wanted
            or places + len(outcome.let_go) == 1
            or len(before.holds) - len(outcome.let_go) == 3
        )


def check_let_go(now: datetime, before: Voucher, outcome: Outcome) -> None:
    """Only dead holds, the oldest first."""
    dead = {key: hold for key, hold in before.holds.items() if hold.expires_at <= now}
    oldest_first = sorted(dead, key=lambda key: (dead[key].expires_at, key))
    assert list(outcome.let_go) == oldest_first[: len(outcome.let_go)]


def check_fare(history: History, before: Voucher, ride: Ride | None, outcome: Outcome) -> None:
    """What is paid of a fare, by the one rule; an approved ride is paid before the voucher's
    return, and what was promised is never dropped."""
    if outcome.answer["outcome"] not in ("captured", "refunded", "unchanged"):
        return
    check_let_go(history.now, before, outcome)
    after, state = outcome.ride, ride.state if ride else RideState.NONE
    freed = sum(before.holds[key].cents for key in outcome.let_go)
    is_open = history.now < before.return_at
    own = ride.captured_cents if ride else 0
    free = before.available_cents + freed if is_open else 0
    if state is RideState.HELD:
        own = before.holds[f"{after.provider_id}#{after.ride_id}"].cents if is_open else 0
    if state is RideState.LAPSED and before.rides_left < 1:
        free = 0
    caps = (CAP, after.fee_cap_cents, after.ceiling_cents)
    cap = min(one for one in caps if one is not None)
    assert after.captured_cents == min(after.fare_cents, cap, own + free)
    promised = after.promised_cents
    if state is RideState.HELD:
        assert promised == (0 if is_open else ride.hold_cents if ride else 0)
    assert after.shortfall_cents == max(
        0, min(after.fare_cents, CAP, promised) - after.captured_cents
    )


@settings(max_examples=120)
@given(histories())
def test_no_history_of_a_voucher_loses_makes_or_overspends_a_cent(
    given_history: tuple[History, list[Step]],
) -> None:
    history, to_come = given_history

    for step in to_come:
        event, told, ride = history.take(step)

        check_balances(history.one)
        check_rides(history.one)
        outcome = told.outcome
        if outcome is not None:
            check_changes(told.before, outcome)
            if event.kind is EventKind.REQUESTED:
                check_request(history, told.before, event, outcome)
            else:
                check_fare(history, told.before, ride, outcome)


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
