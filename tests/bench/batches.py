"""A batch against a bare loop of the same transactions, and the memory that it takes.

`python -m bench.batches` works on a batch of `VOUCHERS` (10,000 if nothing else is said) with the
operation that the queue's worker calls, on DynamoDB Local. After each transaction the very same
request, in DynamoDB's own form, is sent once more by boto3 alone, to a second set of tables that
began alike. So both meet the same machine and the same engine, a moment apart; each has one
request under way at a time, and neither's client looks whether a request is in form. Memory is a
process's own and never goes down, so a small and a large batch are worked on in processes of their
own.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import batched
from typing import Any

import boto3
from botocore.config import Config

import builders
from bench import engine
from bench.measured import Part, Ratio, peak_mb, tell
from farechance.batches import MAX_ROWS
from farechance.settings import Settings
from farechance.store import Store
from tables import fill_tables, make_tables
from world import World

TURNS = 10
"""Into so many parts a batch is cut; each gives a ratio."""

VALUE_CENTS = 4_000


@dataclass
class Loop:
    """The bare loop: keeps the operation's last transaction, and sends it to the other tables.
    `pairs` are seconds of each, and the operation's with all that led to the transaction."""

    client: Any
    to: dict[str, str]
    pairs: list[tuple[float, float]] = field(default_factory=list)
    _last: list[Any] | None = None
    _since: float | None = None

    def hears(self, params: dict[str, Any], **_: Any) -> None:
        """A transaction is on its way."""
        self._last = params["TransactItems"]

    def between_two(self) -> bool:
        """The operation asks whether there is time: it has just ended one transaction, and has
        not begun the next."""
        worked = None if self._since is None else time.perf_counter() - self._since
        if worked is not None and self._last is not None:
            items = [self._elsewhere(item) for item in self._last]
            self._last = None
            started = time.perf_counter()
            self.client.transact_write_items(TransactItems=items)
            self.pairs.append((time.perf_counter() - started, worked))
        self._since = time.perf_counter()
        return True

    def _elsewhere(self, item: dict[str, Any]) -> dict[str, Any]:
        ((action, what),) = item.items()
        return {action: {**what, "TableName": self.to[what["TableName"]]}}


def main() -> None:
    """Tells what batches take; or, of one batch, what was measured."""
    if len(sys.argv) > 1:
        asked_port, kind, asked_vouchers = sys.argv[1:]
        print(json.dumps(_worked_on(int(asked_port), kind, int(asked_vouchers))))
        return
    vouchers = _asked()
    with engine.running() as port:
        # The small one comes first, while the engine is still getting warm.
        small = _in_its_own_process(port, "unassigned", vouchers // 10)
        large = _in_its_own_process(port, "unassigned", vouchers)
        people = _in_its_own_process(port, "people", vouchers // 10)
    tell(_part(vouchers, small, large, people))


def _asked() -> int:
    vouchers = int(os.environ.get("VOUCHERS", str(MAX_ROWS)).replace("_", ""))
    if not 1_000 <= vouchers <= MAX_ROWS:
        raise SystemExit(f"bench.batches: VOUCHERS is from 1000 to {MAX_ROWS}")
    return vouchers


def _part(
    vouchers: int, small: dict[str, Any], large: dict[str, Any], people: dict[str, Any]
) -> Part:
    memory = Ratio(
        what=f"most memory of a process that mints {vouchers:,}",
        against=f"one that mints {vouchers // 10:,}",
        turns=(large["peak_mb"] / small["peak_mb"],),
        most=1.1,
        figures=f"{large['peak_mb']:.0f} MB against {small['peak_mb']:.0f} MB",
    )
    return Part(
        title="Batches",
        told="The operation that the queue's worker calls, with the store's own client, on "
        "DynamoDB Local. After each of its transactions the same request is sent by boto3 alone "
        "to other tables that began alike: that is the bare loop. Both have one "
        "request under way at a time, and neither's client validates parameters; what the loop "
        "sends is given to it ready-made. The ratio is of vouchers a second, of each tenth of a "
        "batch. Most of a transaction's time is DynamoDB Local's. Memory is the whole process's, "
        "with Python, boto3 and this benchmark.",
        ratios=(
            _rate(f"a batch of {vouchers:,} cards for nobody yet", large),
            _rate(f"a batch of {vouchers // 10:,} people", people),
            memory,
        ),
    )


def _rate(what: str, measured: dict[str, Any]) -> Ratio:
    """Of vouchers a second, the operation's by the loop's."""
    pairs: list[tuple[float, float]] = measured["pairs"]
    parts = batched(pairs, -(-len(pairs) // TURNS), strict=False)
    sums = [tuple(map(sum, zip(*part, strict=True))) for part in parts]
    bare, worked = (sum(column) for column in zip(*pairs, strict=True))
    return Ratio(
        what=f"{what}, vouchers a second",
        against="a bare loop of the same TransactWriteItems",
        turns=tuple(of_bare / of_work for of_bare, of_work in sums),
        least=0.8,
        figures=f"{measured['minted'] / worked:,.0f} against {measured['minted'] / bare:,.0f} "
        f"vouchers a second, {1_000 * worked / len(pairs):.0f} against "
        f"{1_000 * bare / len(pairs):.0f} ms a transaction",
    )


def _in_its_own_process(port: int, kind: str, vouchers: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.batches", str(port), kind, str(vouchers)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _worked_on(port: int, kind: str, vouchers: int) -> dict[str, Any]:
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    # The store's client doesn't validate either.
    client = boto3.client("dynamodb", config=Config(parameter_validation=False))
    tables, others = make_tables(client), make_tables(client)
    loop = Loop(client, {tables[short]: others[short] for short in tables})
    store = Store(Settings(environment="trial", tables=tables))
    store._client.meta.events.register(
        "provide-client-params.dynamodb.TransactWriteItems", loop.hears
    )
    world = World(client, store, tables).with_program(
        cents=2 * vouchers * VALUE_CENTS,
        rules=builders.rules(max_vouchers_per_partner_hour=vouchers),
    )
    batch_id = _started(world, kind, vouchers)
    fill_tables(client, others, world.everything())
    worked = world.works_on(batch_id, loop.between_two)
    if worked.minted != vouchers:
        raise SystemExit(f"bench.batches: of {vouchers} vouchers {worked.minted} were minted")
    if not loop.pairs:
        raise SystemExit("bench.batches: no transaction of the store's was heard")
    # The next process makes tables of the same names.
    for table in (*tables.values(), *others.values()):
        client.delete_table(TableName=table)
    return {"minted": worked.minted, "pairs": loop.pairs, "peak_mb": peak_mb()}


def _started(world: World, kind: str, vouchers: int) -> str:
    if kind == "people":
        references = [f"case-{number}" for number in range(vouchers)]
        for reference in references:
            world.enroll(external_ref=reference)
        request = world.batch_request(*references, value_cents=VALUE_CENTS)
    else:
        request = world.batch_request(unassigned=vouchers, value_cents=VALUE_CENTS)
    return world.starts_batch(request)[0].batch_id


if __name__ == "__main__":
    main()
