"""How long a month takes to be added up, and how much memory, with 1,000 and 16,000 entries or as
many as `ENTRIES` says: `make bench-month`.

A month of one programme is written down page by page, and a server hands the pages out as DynamoDB
would (`page_server.py`). Then two processes read it over HTTP with boto3, one after the other: one
that only pages the index and does nothing, and one that adds the month up and writes its lines.
What is told is the ratio of the two, since both know how fast the machine is.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from bench.filling import MONTH, PROGRAM, RULES, items, program_items
from bench.measured import peak_mb
from bench.page_server import write_pages
from farechance.ledger import MONTH_SHARDS
from farechance.reports.figures import Names
from farechance.reports.lines import Lines
from farechance.settings import Settings
from farechance.store import Store, keys
from operations.add_up_month import add_up_month

TABLES = {name: name for name in ("programs", "vouchers", "people", "ledger")}
MOST = 2_000_000


@dataclass(frozen=True, slots=True)
class Used:
    """What a process took for how many entries. Of CPU its own, so that others on the machine don't
    count."""

    entries: int
    seconds: float
    cpu_seconds: float
    peak_mb: float


def main(arguments: list[str]) -> int:
    """Without arguments, the whole; or one of the two processes that are measured."""
    if arguments:
        what, port = arguments
        print(json.dumps(asdict(_measured(what, _client(int(port))))))
        return 0
    for entries in _sizes():
        _tell(entries, *paged_and_added_up(entries))
    return 0


def paged_and_added_up(entries: int) -> tuple[Used, Used]:
    """A month of so many entries, which one process only pages and another adds up."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_pages(items(entries), folder)
        (folder / "others.json").write_text(json.dumps(program_items()), encoding="utf-8")
        command = [sys.executable, str(Path(__file__).with_name("page_server.py")), scratch]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            port = int((server.stdout or sys.stdin).readline())
            bare, whole = (_in_its_own_process(what, port) for what in ("bare", "add_up"))
        finally:
            server.terminate()
            server.wait(timeout=10)
    if bare.entries != entries or whole.entries != entries:
        raise SystemExit(f"bench-month: {entries} were written, {bare} and {whole} were read")
    return bare, whole


def _sizes() -> list[int]:
    asked = os.environ.get("ENTRIES", "1000,16000")
    sizes = [int(one.replace("_", "")) for one in asked.split(",")]
    if any(not 1_000 <= one <= MOST for one in sizes):
        raise SystemExit(f"bench-month: ENTRIES is from 1000 to {MOST}")
    return sizes


def _tell(entries: int, bare: Used, whole: Used) -> None:
    print(f"{entries:,} entries of one month")
    for words, it in (("only paged", bare), ("added up, with both files", whole)):
        print(
            f"   {words:<28}{it.cpu_seconds:>8.1f} s of a CPU{it.seconds:>9.1f} s in all "
            f"{entries / it.cpu_seconds:>7,.0f} entries/s {it.peak_mb:>5.0f} MB at most"
        )
    ratio, more_mb = whole.cpu_seconds / bare.cpu_seconds, whole.peak_mb - bare.peak_mb
    print(
        f"   added up / only paged: {ratio:.1f} times as long, {more_mb:.0f} MB more\n", flush=True
    )


def _in_its_own_process(what: str, port: int) -> Used:
    """Peak memory is a process's own, and never goes down."""
    command = [sys.executable, __file__, what, str(port)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Used(**json.loads(done.stdout))


def _measured(what: str, client: Any) -> Used:
    started = time.monotonic()
    entries = _page(client) if what == "bare" else _add_up(client)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Used(
        entries=entries,
        seconds=time.monotonic() - started,
        cpu_seconds=used.ru_utime + used.ru_stime,
        peak_mb=peak_mb(),
    )


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
        raise SystemExit("bench-month: the programme isn't there")
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
