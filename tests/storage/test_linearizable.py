"""One voucher, many threads: whatever they are told could have been told had they come one after
the other, in an order that respects real time (domain.md, invariants 2 to 5). The model is the pure
ride table; what is checked is that the store makes each decision at one instant."""

from collections.abc import Iterable, Iterator, Mapping
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest

import builders
import wire
from farechance import ride_table
from farechance.callbacks import VoucherChecked
from farechance.errors import Busy
from farechance.ride_case import Case
from farechance.rides import Ride, RideEvent, RideState
from farechance.settings import Settings
from farechance.store import Store
from farechance.told import Told
from farechance.vouchers import Reason, Terms, Voucher, for_provider, judge_request
from linearizable import History, Operation, order_of
from operations.check_voucher import check_voucher
from operations.read_terms import read_terms
from operations.record_ride_event import record_ride_event
from threads import at_once
from use_cases import under
from wire import Call, Wire
from world import World

Asked = RideEvent | VoucherChecked
Answer = Mapping[str, Any]

RIDES = ("ride-1", "ride-2", "ride-3", "ride-4")
OPERATIONS = 24
_BESIDE = ("rider_message", "authorization_id", "voucher_id", "hold_expires_at")


@dataclass(frozen=True)
class State:
    """A voucher with its rides, and what was told about each event, by its identity."""

    voucher: Voucher
    terms: Terms
    at: datetime
    rides: Mapping[str, Ride] = field(default_factory=dict)
    told: Mapping[str, tuple[str, Answer]] = field(default_factory=dict)

    def looks(self) -> tuple[str, ...]:
        """All that decides about what comes next."""
        told = map(str, self.told.items())
        return (*sorted(_texts(self.voucher, self.rides.values())), *sorted(told))


def model(state: State, asked: Asked) -> tuple[Answer, State]:
    """What one who comes alone is told, and what is so afterwards."""
    if isinstance(asked, VoucherChecked):
        return _checked(state, asked.estimated_fare_cents or 1), state
    ride = state.rides.get(asked.ride_key)
    first = state.told.get(asked.identity)
    known = first if first and first[0] == asked.content_digest else None
    known = known or state.told.get(asked.identity_of_content)
    if known:
        assert ride is not None or first is None
        return {**known[1], "replayed": True, "ride": _now(ride)}, state
    case = Case(state.voucher, ride, asked, state.terms, state.at)
    outcome = ride_table.conflict(case) if first else ride_table.decide(case)
    answer = {name: value for name, value in outcome.answer.items() if name not in _BESIDE}
    rides = {**state.rides, asked.ride_key: outcome.ride}
    for let_go in outcome.let_go:
        promised = state.voucher.holds[let_go].cents
        lapsed = {"state": RideState.LAPSED, "promised_cents": promised, "hold_cents": 0}
        rides[let_go] = state.rides[let_go].model_copy(update=lapsed)
    if outcome.ride == case.known_ride and ride is None:
        del rides[asked.ride_key]
    name = asked.identity if outcome.takes == "identity" else asked.identity_of_content
    told = {**state.told, name: (asked.content_digest, answer)}
    after = replace(state, voucher=outcome.voucher, rides=rides, told=told)
    return {**answer, "replayed": False}, after


def _checked(state: State, cents: int) -> Answer:
    said = judge_request(state.voucher, state.terms, cents, None, state.at)
    if isinstance(said, Reason):
        return {"decision": "declined", "reason": for_provider(said).value, "replayed": False}
    return {"decision": "approved", "held_cents": said.hold_cents, "replayed": False}


def _now(ride: Ride | None) -> Answer:
    state = ride.state if ride else RideState.NONE
    return {"state": state.value, "captured_cents": ride.captured_cents if ride else 0}


# ── the real thing ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("seed", range(8))
def test_many_threads_on_one_voucher_are_told_what_one_after_the_other_could_be(
    world: World, seed: int
) -> None:
    random = Random(seed)
    code, start = _voucher(world, with_dead_holds=seed % 2 == 1)

    history = _recorded(world, code, random, threads=random.randint(4, 8))

    order = order_of(history, start, model, State.looks)
    assert order is not None
    assert _end_of(order, start) == _stored(world, code)


@pytest.mark.parametrize("seed", range(3))
def test_so_are_they_when_answers_are_lost_and_everybody_asks_again(
    world: World, seed: int
) -> None:
    code, start = _voucher(world, with_dead_holds=seed % 2 == 1)
    numbers = count()

    def lost_now_and_then(call: Call) -> Any:
        return wire.answer_lost(call) if next(numbers) % 4 == 0 else call.deliver()

    with Wire(world.client) as line:
        line.disturb(lost_now_and_then, "TransactWriteItems", times=1_000)
        history = _recorded(world, code, Random(seed), threads=4, each=4)

    order = order_of(history, start, model, State.looks)
    assert any(one.returned is None for one in history)
    assert order is not None
    assert _end_of(order, start) == _stored(world, code)


def test_one_answer_that_could_not_be_shows(world: World) -> None:
    code, start = _voucher(world, with_dead_holds=False)
    history = _recorded(world, code, Random(0), threads=4, each=3)
    told = {"decision": "declined", "reason": "no_rides_left", "replayed": False}
    at, approved = next(
        (at, one)
        for at, one in enumerate(history)
        if one.answer and one.answer.get("decision") == "approved"
    )

    falsely_refused = [*history[:at], replace(approved, answer=told), *history[at + 1 :]]

    assert order_of(history, start, model, State.looks) is not None
    assert order_of(falsely_refused, start, model, State.looks) is None
    assert world.kinds(code).count("ride.requested") >= 1


def _voucher(world: World, *, with_dead_holds: bool) -> tuple[str, State]:
    """A voucher of 60.00 for four rides, and the model's state of it. Its dead holds take all of
    its rides but one."""
    under(world, max_rides=4, cap_cents=2_000)
    code = world.code(value_cents=6_000, rides=4)
    voucher = world.voucher(code)
    terms = read_terms(voucher, world.remembered, world.clock.now)
    state = State(
        voucher,
        Terms(terms.rules, terms.program.status, terms.partner.status),
        world.clock.now,
    )
    for ride in RIDES[:3] if with_dead_holds else ():
        asked = builders.requested(world.clock.now, ride_id=ride, voucher_code=code)
        answer, state = model(state, asked)
        assert _ask(world, asked) == answer
    return code, replace(state, at=world.clock.passes(hours=25))


def _recorded(
    world: World, code: str, random: Random, *, threads: int, each: int = 0
) -> list[Operation[Asked, Answer]]:
    """What threads ask and are told, each like a function of its own."""
    history = History[Asked, Answer]()
    settings = Settings(environment="trial", tables=world.tables)

    def ask_all(function: World, all_asked: list[Asked]) -> None:
        for asked in all_asked:
            # Who is told to come back asks again.
            for _ in range(20):
                act = partial(_ask, function, asked)
                if history.records(asked, act, Busy) is not None:
                    break

    acts = []
    for _ in range(threads):
        all_asked = [_drawn(random, code, world) for _ in range(each or OPERATIONS // threads)]
        function = world.another(store=Store(settings, world.client))
        acts.append(partial(ask_all, function, all_asked))
    assert [one for one in at_once(acts) if one is not None] == []
    return history.operations


def _drawn(random: Random, code: str, world: World) -> Asked:
    """Of few rides and few amounts, so that repeats, conflicts and races are frequent."""
    ride, cents = random.choice(RIDES), random.choice((900, 1_500, 2_000))
    named = {"ride_id": ride, "voucher_code": code}
    at = world.clock.now
    what = random.choices(("request", "complete", "cancel", "adjust", "check"), (5, 4, 2, 3, 2))
    match what[0]:
        case "request":
            return builders.requested(at, estimated_fare_cents=cents, **named)
        case "complete":
            return builders.completed(at, fare_cents=cents, **named)
        case "cancel":
            return builders.cancelled(at, **named)
        case "adjust":
            number = random.choice(("adjustment-1", "adjustment-2"))
            return builders.adjusted(at, fare_cents=cents, adjustment_id=number, **named)
        case _:
            return VoucherChecked(voucher_code=code, estimated_fare_cents=cents)


def _ask(function: World, asked: Asked) -> Answer:
    at_hand: Any = {
        "store": function.store,
        "remembered": function.remembered,
        "code_keys": function.code_keys,
    }
    told: Told
    if isinstance(asked, VoucherChecked):
        told = check_voucher(asked, function.provider_id, now=function.clock.now, **at_hand)
    else:
        told = record_ride_event(asked, clock=function.clock, **at_hand)
    return {name: value for name, value in told.full().items() if name not in _BESIDE}


def _end_of(order: list[Operation[Asked, Answer]], start: State) -> set[str]:
    state = start
    for one in order:
        _, state = model(state, one.asked)
    return set(_texts(state.voucher, state.rides.values()))


def _stored(world: World, code: str) -> set[str]:
    found = [world.ride(ride) for ride in RIDES]
    return set(_texts(world.voucher(code), [ride for ride in found if ride is not None]))


def _texts(voucher: Voucher, rides: Iterable[Ride]) -> Iterator[str]:
    """All that decides about what comes next."""
    yield voucher.model_dump_json(exclude={"version", "chain"})
    yield from (ride.model_dump_json(exclude={"version"}) for ride in rides)
