"""What one allotment and one voucher sustain, with TransactionConflict as DynamoDB raises it: two
transactions that overlap on an item can't both be.

The code is the real one down to the wire, and DynamoDB Local decides about conditions; only time is
made up (`Timeline`), since on a small machine the engine itself would queue long before an item
does. So callers begin when chance says (Poisson), as many at once as there are, and the figures are
the same on every machine. How long DynamoDB takes isn't measured: it is assumed. What is told is a
multiple of the answer to somebody who is alone, which is made of the same assumptions.
"""

import math
import random
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate
from typing import Any

import boto3

import builders
from bench import engine
from bench.measured import Part, Ratio, tell
from books import differences
from conflicts import Conflicts
from farechance.errors import Busy
from farechance.settings import Settings
from farechance.store import Store
from tables import empty_tables, make_tables, world_on
from timeline import Timeline
from wire import Wire, wrong_ledger_writes
from world import World

SEED = 20_260
# What a call of DynamoDB takes: medians, and a spread as of a network in order.
TRANSACTION_SECONDS, OTHER_SECONDS, SPREAD = 0.010, 0.005, 0.25

LOAD_SECONDS, LEAST_CALLS, MOST_CALLS = 4, 60, 120
BURSTS, BETWEEN_BURSTS_SECONDS = 3, 10
CALLS_ALONE = 20
SLOWEST = 0.99
# Up to here an item is to hold out; what is beyond is told, and is what batches are for. Why so
# much of either: infra/decisions/0030-what-the-benchmark-compares.md.
SUSTAINED_A_SECOND = 50
MOST_TIMES, MOST_BUSY = 40, 0.005

type Act = Callable[[World, int], object]
"""A call with a number of its own."""


@dataclass
class Answers:
    """What callers were told, after how many seconds, and in how many transactions in all."""

    seconds: list[float] = field(default_factory=list)
    busy: int = 0
    transactions: int = 0
    lasted_seconds: float = 0

    @property
    def done(self) -> int:
        """How many calls were carried out."""
        return len(self.seconds) - self.busy

    def after(self, share: float) -> float:
        """So many of the answers came within these seconds."""
        return sorted(self.seconds)[math.ceil(share * len(self.seconds)) - 1]


@dataclass(frozen=True)
class _Item:
    """What is asked for at once, by whom, and how often: so many calls a second, and so many in the
    same moment."""

    what: str
    furnish: Callable[[World], object]
    act: Act
    rates: tuple[int, ...]
    at_once: int

    def loads(self) -> Iterator[tuple[str, bool, list[float]]]:
        """A load's name, whether it should be sustained, and when its calls begin."""
        for rate in self.rates:
            calls = min(max(LEAST_CALLS, LOAD_SECONDS * rate), MOST_CALLS)
            chance = random.Random(SEED)
            moments = list(accumulate(chance.expovariate(rate) for _ in range(calls)))
            yield f"{rate}/s", rate <= SUSTAINED_A_SECOND, moments
        bursts = [float(BETWEEN_BURSTS_SECONDS * number) for number in range(BURSTS)]
        moments = [one for one in bursts for _ in range(self.at_once)]
        yield f"{self.at_once} at once, {BURSTS} times", True, moments


def main() -> None:
    """Measures, and tells what was found."""
    with engine.running() as port:
        client = boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        tell(_part(client, make_tables(client)))


def call(world: World, act: Act, moments: Sequence[float], first: int = 0) -> Answers:
    """Calls begin at these moments, in seconds, numbered from `first` on; any other error than Busy
    is raised."""
    line, answers = Timeline(), Answers()
    chance = random.Random(SEED)
    # The store's own pauses come from this one.
    random.seed(SEED)

    def lasts(median_seconds: float) -> None:
        line.wait(chance.lognormvariate(math.log(median_seconds), SPREAD))

    store = Store(Settings(environment="trial", tables=world.tables), world.client, line.wait)
    caller = world.another(store=store)

    def begin(number: int) -> None:
        began_seconds = line.now_seconds
        try:
            act(caller, number)
        except Busy:
            answers.busy += 1
        answers.seconds.append(line.now_seconds - began_seconds)

    for number, moment in enumerate(moments, start=first):
        line.at(moment, partial(begin, number))
    with Wire(world.client) as wire:
        conflicts = Conflicts(partial(lasts, TRANSACTION_SECONDS), partial(lasts, OTHER_SECONDS))
        wire.disturb(conflicts, times=sys.maxsize)
        line.run()
    if wrong := [it for one in wire.calls for it in wrong_ledger_writes(one)]:
        raise AssertionError(wrong)
    answers.transactions = wire.operations.count("TransactWriteItems")
    answers.lasted_seconds = line.now_seconds
    return answers


def _part(client: Any, tables: dict[str, str]) -> Part:
    ratios, calls, busy = [], 0, 0
    for item in _ITEMS:
        for name, is_sustained, moments in item.loads():
            alone, met = _measured(world_on(client, tables), item, moments)
            empty_tables(client, tables)
            ratios.append(_ratio(f"{item.what}, {name}", alone, met, is_sustained=is_sustained))
            if is_sustained:
                calls, busy = calls + len(met.seconds), busy + met.busy
    told_503 = Ratio(
        what=f"told 503, up to {SUSTAINED_A_SECOND}/s and at once",
        against="all who called",
        turns=(busy / calls,),
        most=MOST_BUSY,
        figures=f"{busy} of {calls}",
    )
    return Part(
        title="Contention on one item",
        told=(
            "Two transactions that overlap on an item are refused as DynamoDB does it, the later "
            "one, and callers begin at random. The code and its conditions are real, time is made "
            f"up: a transaction takes {1_000 * TRANSACTION_SECONDS:.0f} ms and another call "
            f"{1_000 * OTHER_SECONDS:.0f} ms, medians that are assumed. A ratio is the slowest "
            "answer of a hundred by the median of those who are alone; the multiples beside it "
            "are of the same. Afterwards the books are right, to the cent."
        ),
        ratios=(*ratios, told_503),
        notes=(
            f"{1 / TRANSACTION_SECONDS:.0f} transactions a second fill all the time that an item "
            "has: no number of tries helps whoever asks oftener. A partner who mints so fast does "
            "it in a batch.",
        ),
    )


def _measured(world: World, item: _Item, moments: Sequence[float]) -> tuple[float, Answers]:
    """The median of who is alone, in seconds, and what callers were told who met."""
    item.furnish(world)
    alone = call(world, item.act, [float(second) for second in range(CALLS_ALONE)])
    assert alone.transactions == CALLS_ALONE
    before = len(world.items("ledger"))
    met = call(world, item.act, moments, first=CALLS_ALONE)
    # Whatever was told as done is in the ledger, once, and what was told 503 isn't.
    assert len(world.items("ledger")) - before == met.done
    if wrong := differences(world):
        raise AssertionError(wrong)
    return statistics.median(alone.seconds), met


def _ratio(what: str, alone: float, met: Answers, *, is_sustained: bool) -> Ratio:
    calls = len(met.seconds)
    half, most, slowest, last = (met.after(share) / alone for share in (0.5, 0.95, SLOWEST, 1))
    return Ratio(
        what=what,
        against="alone",
        turns=(slowest,),
        most=MOST_TIMES if is_sustained else None,
        figures=(
            f"{met.done} of {calls} done in {met.lasted_seconds:.1f} s, {met.busy / calls:.1%} "
            f"told 503, {met.transactions / calls:.1f} tries each; half within {half:.1f} times, "
            f"95 % {most:.1f}, all {last:.1f}; alone {1_000 * alone:.0f} ms"
        ),
    )


def _allotment(world: World) -> None:
    """A partner may mint as much as she likes."""
    provider_ids = (world.provider_id,)
    rules = builders.rules(max_vouchers_per_partner_hour=1_000_000, provider_ids=provider_ids)
    world.with_program(10_000_000, rules)


def _mint(world: World, number: int) -> object:
    return world.mint(world.mint_request(value_cents=100), f"key-{number}")


def _voucher(world: World) -> None:
    """Somebody passed its code on: four rides are held, and all that follow declined. Each of them
    writes the voucher."""
    rules = builders.rules(max_rides=10, provider_ids=(world.provider_id,))
    world.with_program(rules=rules).code()


def _request(world: World, number: int) -> object:
    return world.request(world.codes[0], f"ride-{number}", cents=100)


_ITEMS = (
    _Item("mints on one allotment", _allotment, _mint, (10, 25, 50, 100, 200), 25),
    _Item("requests on one voucher", _voucher, _request, (2, 5, 10, 20), 20),
)


if __name__ == "__main__":
    main()
