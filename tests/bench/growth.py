"""What grows with the system, and what doesn't: an authorization and a page of a list on small and
on large tables, and a report of a small and of a large month.

`python -m bench.growth` fills two sets of tables on one DynamoDB Local, one with 1,000 vouchers and
one with as many as `TABLE_VOUCHERS` says (100,000), all of one partner, and takes turns between
them. Months are added up in processes of their own, as `make bench-month` does.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import boto3
from botocore import xform_name
from botocore.config import Config

from bench import engine
from bench.full_tables import card, fill
from bench.measured import Part, Ratio, by_turns, ratios, tell
from bench.month_at_scale import Used, paged_and_added_up
from farechance import cursors
from farechance.voucher_api import VoucherQuery
from operations.list_vouchers import list_vouchers
from tables import make_tables, world_on
from world import World

FEW, MANY, MOST = 1_000, 100_000, 1_000_000
HEAP_MB = 2_048
ENTRIES = (1_000, 4_000, 16_000)
TURNS = 15
RIDES, PAGES = 10, 3
"""In each turn: single ones are too short for a machine that does other things too."""

PAGE = 25
MOST_GROWTH = 1.2


@dataclass
class Rides:
    """Rides of vouchers all over one set of tables, each of another one."""

    world: World
    vouchers: int
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def authorize(self) -> None:
        """Some of them."""
        for _ in range(RIDES):
            number = next(self._numbers)
            # By a prime: so rides that follow each other are of vouchers far apart.
            voucher = card(1 + number * 7_919 % self.vouchers, self.world.code_keys)
            told = self.world.request(voucher.code, f"ride-{number}", cents=100)
            if told.answer["decision"] != "approved":
                raise SystemExit(f"bench.growth: {told.answer}")


@dataclass
class ListPage:
    """A page of the partner's list: the newest vouchers, or those from a cursor on. `calls` are
    those that it makes."""

    world: World
    cursor: str | None = None
    calls: list[Callable[[], object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        events = self.world.client.meta.events

        def hear(params: dict[str, Any], model: Any, **_: Any) -> None:
            call = getattr(self.world.client, xform_name(model.name))
            self.calls.append(partial(call, **params))

        events.register("provide-client-params.dynamodb", hear)
        self._list()
        events.unregister("provide-client-params.dynamodb", hear)
        if not self.calls:
            raise SystemExit("bench.growth: no call of a page's was heard")

    def show(self) -> None:
        """As the API does, some times."""
        for _ in range(PAGES):
            self._list()

    def call(self) -> None:
        """Nothing but its calls, as often."""
        for _ in range(PAGES):
            for call in self.calls:
                call()

    def _list(self) -> None:
        world = self.world
        listed = list_vouchers(
            VoucherQuery(program_id=world.program_id, limit=PAGE, cursor=self.cursor),
            world.partner_id,
            store=world.store,
            remembered=world.remembered,
            code_keys=world.code_keys,
            now=world.clock.now,
        )
        if len(listed.vouchers) != PAGE:
            raise SystemExit(f"bench.growth: a page of {len(listed.vouchers)}")


def main() -> None:
    """Tells how all of it grows."""
    many = int(os.environ.get("TABLE_VOUCHERS", str(MANY)).replace("_", ""))
    if not FEW < many <= MOST:
        raise SystemExit(f"bench.growth: TABLE_VOUCHERS is more than {FEW}, up to {MOST}")
    with engine.running(HEAP_MB) as port:
        of_tables = _on_tables(_filled(port, FEW), _filled(port, many), many)
    months = [(entries, *paged_and_added_up(entries)) for entries in ENTRIES]
    tell(
        Part(
            title="Growth",
            told=f"Tables of {FEW:,} and of {many:,} vouchers, all of one partner, are in one "
            f"DynamoDB Local and take turns: {RIDES} authorizations, each of another voucher, or "
            f"{PAGES} pages of {PAGE}. For a page from a cursor on, DynamoDB Local (SQLite, in "
            "memory) takes the longer the farther down the cursor is, which DynamoDB doesn't. So "
            "the calls of each page, as many on both, are made once more by boto3 alone, and what "
            "grew for a page is told by what grew for its calls. A month is added up from a server "
            "that only hands out pages, and measured by the CPU time of a process of its own, with "
            "Python's start in it, which is most of a small month.",
            ratios=(*of_tables, *(_of_month(*month) for month in months)),
            notes=(line(ENTRIES, [whole.cpu_seconds for _, _, whole in months]),),
        )
    )


def line(sizes: Sequence[int], seconds: Sequence[float]) -> str:
    """The line that lies nearest to what was measured, and how far off that is."""
    per_entry, at_first = statistics.linear_regression(sizes, seconds)
    off = max(
        abs(took - (at_first + per_entry * size)) / took
        for size, took in zip(sizes, seconds, strict=True)
    )
    return (
        f"A month's report follows a line: {at_first:.2f} s of a CPU at first, and "
        f"{1_000 * per_entry:.2f} s for each thousand entries. What was measured lies within "
        f"{100 * off:.0f} % of it."
    )


def _on_tables(few: World, many: World, vouchers: int) -> tuple[Ratio, ...]:
    sizes = f"tables of {vouchers:,} vouchers", f"the same of {FEW:,}"
    middle_of_few, middle_of_many = (
        ListPage(world, cursors.written(card(size // 2, world.code_keys).voucher_id))
        for world, size in ((few, FEW), (many, vouchers))
    )
    return (
        _of_rides(Rides(few, FEW), Rides(many, vouchers), sizes),
        _of_pages("the first page of a list", ListPage(few), ListPage(many), sizes),
        _of_pages("a page in the middle of a list", middle_of_few, middle_of_many, sizes),
    )


def _of_rides(few: Rides, many: Rides, sizes: tuple[str, str]) -> Ratio:
    # In the first turn both get warm.
    pairs = by_turns(few.authorize, many.authorize, 1 + TURNS)[1:]
    turns = ratios(pairs)
    return Ratio(
        what=f"an authorization, {sizes[0]}",
        against=sizes[1],
        turns=turns,
        most=MOST_GROWTH,
        figures=f"{_milliseconds(pairs, RIDES)}, the turns from {min(turns):.2f} to "
        f"{max(turns):.2f}",
    )


def _of_pages(what: str, few: ListPage, many: ListPage, sizes: tuple[str, str]) -> Ratio:
    # By its own calls a page that makes more of them would seem no slower.
    if len(few.calls) != len(many.calls):
        raise SystemExit(
            f"bench.growth: {what} makes {len(many.calls)} calls on {sizes[0]}, and "
            f"{len(few.calls)} on {sizes[1]}"
        )
    pages: list[tuple[float, float]] = []
    calls: list[tuple[float, float]] = []
    for _ in range(1 + TURNS):
        pages += by_turns(few.show, many.show, 1)
        calls += by_turns(few.call, many.call, 1)
    del pages[0], calls[0]
    by_turn = zip(ratios(pages), ratios(calls), strict=True)
    return Ratio(
        what=f"{what}, {sizes[0]}",
        against=f"{sizes[1]}, each by its bare calls",
        turns=tuple(of_page / of_calls for of_page, of_calls in by_turn),
        most=MOST_GROWTH,
        figures=f"{_milliseconds(pages, PAGES)}; the {len(few.calls)} calls that each makes, alone "
        f"{_milliseconds(calls, PAGES)}",
    )


def _of_month(entries: int, bare: Used, whole: Used) -> Ratio:
    return Ratio(
        what=f"a month's report of {entries:,} entries",
        against="the same entries, only paged",
        turns=(whole.cpu_seconds / bare.cpu_seconds,),
        figures=f"{whole.cpu_seconds:.1f} against {bare.cpu_seconds:.1f} s of a CPU, "
        f"{whole.peak_mb:.0f} against {bare.peak_mb:.0f} MB",
    )


def _milliseconds(pairs: Iterable[tuple[float, float]], times: int) -> str:
    """Of one on the large tables and on the small ones."""
    few, many = (1_000 * statistics.median(turns) / times for turns in zip(*pairs, strict=True))
    return f"{many:.1f} against {few:.1f} ms"


def _filled(port: int, vouchers: int) -> World:
    client = _client(port)
    world = world_on(client, make_tables(client)).with_program(cents=1_000_000)
    started = time.monotonic()
    # What is written is never wrong in form, and to look for that takes long.
    fill(world, vouchers, _client(port, parameter_validation=False))
    seconds = time.monotonic() - started
    print(f"{vouchers:,} vouchers were written in {seconds:.0f} s", file=sys.stderr)
    return world


def _client(port: int, **config: Any) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="bench",
        aws_secret_access_key="bench",
        config=Config(**config),
    )


if __name__ == "__main__":
    main()
