"""How long a month takes to be added up, and how much memory, with 1,000 and 16,000 entries or as
many as `ENTRIES` says: `make bench-month`.

DynamoDB Local is filled with a month of one programme. Then two processes read it, one after the
other: one that only pages the same index and does nothing, and one that adds the month up and
writes its lines. What is told is the ratio of the two, since both know how fast the machine is. A
million entries are kept for the next time in the folder that `BENCH_DATA` names.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from bench.filling import MONTH, PROGRAM, RULES, fill
from farechance.ledger import MONTH_SHARDS
from farechance.reports.figures import Names
from farechance.reports.lines import Lines
from farechance.settings import Settings
from farechance.store import Store, keys
from infra.local import dynamodb
from operations.add_up_month import add_up_month
from tables import LOGICAL_IDS, make_tables

TABLES = {short: f"{logical_id}1" for short, logical_id in LOGICAL_IDS.items()}
MOST = 2_000_000


def main(arguments: list[str]) -> int:
    """Without arguments, the whole; or one of the two processes that are measured."""
    if arguments:
        what, port = arguments
        print(json.dumps(_measured(what, _client(int(port)))))
        return 0
    for entries in _sizes():
        _bench(entries)
    return 0


def _sizes() -> list[int]:
    asked = os.environ.get("ENTRIES", "1000,16000")
    sizes = [int(one.replace("_", "")) for one in asked.split(",")]
    if any(not 1_000 <= one <= MOST for one in sizes):
        raise SystemExit(f"bench-month: ENTRIES is from 1000 to {MOST}")
    return sizes


def _bench(entries: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(os.environ.get("BENCH_DATA", scratch)) / str(entries)
        folder.mkdir(parents=True, exist_ok=True)
        port = dynamodb.free_port()
        process = dynamodb.start(port, folder)
        try:
            _fill_once(_client(port), entries, folder / "filled")
            bare, whole = (_in_its_own_process(what, port) for what in ("bare", "add_up"))
        finally:
            dynamodb.stop(process)
    if bare["entries"] != entries or whole["entries"] != entries:
        raise SystemExit(f"bench-month: {entries} were written, {bare} and {whole} were read")
    _tell(entries, bare, whole)


def _tell(entries: int, bare: dict[str, Any], whole: dict[str, Any]) -> None:
    print(f"{entries:,} entries of one month")
    for words, it in (("only paged", bare), ("added up, with both files", whole)):
        print(
            f"   {words:<28} {it['seconds']:>8.1f} s {entries / it['seconds']:>9,.0f} entries/s "
            f"{it['peak_mb']:>6.0f} MB at most"
        )
    more_mb = whole["peak_mb"] - bare["peak_mb"]
    print(
        f"   added up / only paged        {whole['seconds'] / bare['seconds']:>8.1f} times as long,"
        f" {more_mb:.0f} MB more\n",
        flush=True,
    )


def _fill_once(client: Any, entries: int, stamp: Path) -> None:
    if stamp.exists():
        return
    started = time.monotonic()
    make_tables(client)
    fill(client, TABLES, entries)
    stamp.touch()
    print(f"   filled in {time.monotonic() - started:.0f} s", flush=True)


def _in_its_own_process(what: str, port: int) -> dict[str, Any]:
    """Peak memory is a process's own, and never goes down."""
    command = [sys.executable, __file__, what, str(port)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def _measured(what: str, client: Any) -> dict[str, Any]:
    started = time.monotonic()
    entries = _page(client) if what == "bare" else _add_up(client)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "entries": entries,
        "seconds": time.monotonic() - started,
        # Kilobytes, but bytes on macOS.
        "peak_mb": peak / (1024 * 1024 if sys.platform == "darwin" else 1024),
    }


def _page(client: Any) -> int:
    found = 0
    for shard in range(MONTH_SHARDS):
        pages = client.get_paginator("query").paginate(
            TableName=TABLES["ledger"],
            IndexName="by_month",
            KeyConditionExpression="month_shard = :shard",
            ExpressionAttributeValues={":shard": {"S": f"{PROGRAM}#{MONTH}#{shard}"}},
        )
        found += sum(len(page["Items"]) for page in pages)
    return found


def _add_up(client: Any) -> int:
    store = Store(Settings(environment="trial", tables=TABLES), client)
    key = keys.program(PROGRAM)
    program = store.read(key)[key]
    if program is None:
        raise SystemExit("bench-month: nothing was filled")
    with tempfile.TemporaryDirectory() as folder:
        month = add_up_month(
            program,
            RULES,
            MONTH,
            before=None,
            names=Names({}, {}),
            outcomes=(),
            statements=(),
            store=store,
            salt=b"a salt of a benchmark",
            lines=Lines(Path(folder)),
            now=datetime(2026, 4, 1, 14, tzinfo=UTC),
            has_time=lambda: True,
        )
    return month.report.entries


def _client(port: int) -> Any:
    return boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=MONTH_SHARDS, read_timeout=60),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
