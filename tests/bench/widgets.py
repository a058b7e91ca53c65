"""How long the control room's widgets take when their function is warm, as the ratio to one bare
read of DynamoDB in the same run: `make bench-widgets`.

As much is stored as they show at the most: 24 programmes, 60 partners with several allotments each,
a year of reports; of one programme some hundred rides, a few of them with a shortfall. DynamoDB
Local answers the reads. CloudWatch, SQS and S3 aren't there: a metric, an alarm and a queue answer
at once, a link is made without asking anybody. On AWS a bare read takes some 5 ms within
the region, so that a ratio of 200 would be a second.
"""

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3

import builders
from bench import engine
from farechance.call_metrics import Calls
from farechance.report_records import PublishedFile, PublishedReport
from farechance.roles import Role
from farechance.standings import Standing
from farechance.store import keys, writes
from farechance.times import month_before
from farechance.widgets.asked import Asked, field_name
from farechance.widgets.voucher import FIND
from operations.control_room import control_room
from tables import make_tables, world_on
from world import Clock, World

PROGRAMS, PARTNERS, MONTHS, TIMES = 24, 60, 12, 15
RIDES, SHORTFALLS = 100, 10
ALLOTMENTS = 5
NOW = datetime.now(UTC).replace(microsecond=0)


class _Metrics:
    """Every caller called."""

    def calls(self, callers: Sequence[str], *_: Any) -> Mapping[str, Calls]:
        """At once."""
        return {caller: Calls(100, 3, NOW) for caller in callers}


class _NoAlarms:
    """None rings."""

    def ringing(self) -> tuple[()]:
        """At once."""
        return ()


def main() -> int:
    """Measures and prints."""
    with engine.running() as port:
        _bench(f"http://127.0.0.1:{port}")
    return 0


def _bench(endpoint: str) -> None:
    os.environ |= {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    client = boto3.client("dynamodb")
    world = world_on(client, make_tables(client), clock=Clock(NOW))
    _fill(world)
    key = keys.program("prg_0")
    bare, computed = _milliseconds(lambda: world.store.read(key))
    print(f"a bare read                {bare:8.1f} ms, of it computed here {computed:8.1f} ms")
    metrics: Any = _Metrics()
    alarms: Any = _NoAlarms()
    for name, show in control_room(world.admin_tools, metrics, alarms).items():
        asked = _asked(name, world)
        took, computed = _milliseconds(partial(_shown, show, asked))
        print(
            f"the widget of {name:12s} {took:8.1f} ms, of it computed here {computed:8.1f} ms: "
            f"{took / bare:6.1f} times a bare read"
        )


def _shown(show: Callable[[Asked], object], asked: Asked) -> None:
    str(show(asked))


def _asked(widget: str, world: World) -> Asked:
    voucher = world.voucher(world.codes[0])
    return Asked(
        role=Role.ADMINISTRATOR,
        endpoint="arn:aws:lambda:us-east-1:123456789012:function:bench",
        widget=widget,
        rendering="bench",
        now=NOW,
        starts_at=NOW - timedelta(hours=3),
        ends_at=NOW,
        fields={field_name(FIND, "named"): voucher.voucher_id},
    )


def _milliseconds(act: Callable[[], object]) -> tuple[float, float]:
    """The median, after one that isn't counted; and how much of it this process computed."""
    act()
    took, computed = [], []
    for _ in range(TIMES):
        began, busy = time.perf_counter(), time.process_time()
        act()
        took.append(1_000 * (time.perf_counter() - began))
        computed.append(1_000 * (time.process_time() - busy))
    return statistics.median(took), statistics.median(computed)


def _fill(world: World) -> None:
    rules = builders.rules(
        starts_on=(NOW - timedelta(days=400)).date(), ends_on=(NOW + timedelta(days=100)).date()
    )
    world.register_provider(world.provider_id)
    for number in range(PARTNERS):
        world.create_partner(f"org_{number}")
    for number in range(PROGRAMS):
        program_id = f"prg_{number}"
        world.administer(
            "create_program",
            program_id=program_id,
            name=f"Programme {number}",
            funder="Harbor Foundation",
            rules=rules,
        )
        world.administer("fund", program_id=program_id, amount_cents=1_000_000)
        for place in range(ALLOTMENTS):
            world.administer(
                "allot",
                program_id=program_id,
                partner_id=f"org_{(number * ALLOTMENTS + place) % PARTNERS}",
                amount_cents=100_000,
            )
        _add_up(world, program_id)
        _publish(world, program_id)
    _ride(world)


def _ride(world: World) -> None:
    """Rides of one programme, of which some were cancelled and made all the same."""
    program_id = "prg_0"
    world.create_partner(world.partner_id)
    world.administer(
        "allot",
        program_id=program_id,
        partner_id=world.partner_id,
        amount_cents=RIDES * builders.mint_request().value_cents,
    )
    for number in range(RIDES):
        code, ride = world.code(program_id=program_id), f"ride-{number}"
        world.request(code, ride)
        if number < SHORTFALLS:
            world.cancel(code, ride)
        world.complete(code, ride)


def _add_up(world: World, program_id: str) -> None:
    standing = Standing(
        program_id=program_id,
        as_of=NOW,
        month=f"{NOW:%Y-%m}",
        available_cents=200_000,
        held_cents=10_000,
        spent_cents=90_000,
        reserved_cents=0,
        owed_cents=500,
        covered_cents=20_000,
        covered_before_cents=40_000,
    )
    world.store.commit(writes.put_new(keys.standing(program_id), standing))


def _publish(world: World, program_id: str) -> None:
    month = f"{NOW:%Y-%m}"
    for _ in range(MONTHS):
        month = month_before(month)
        folder = f"reports/{program_id}/{month}"
        names = ("report.html", "report.json", "summary.csv", "entries.csv", "manifest.json")
        report = PublishedReport(
            program_id=program_id,
            month=month,
            form=1,
            rules_version=1,
            published_at=NOW,
            files=tuple(
                PublishedFile(path=f"{folder}/{name}", size_bytes=1, sha256="0" * 64)
                for name in names
            ),
        )
        world.store.commit(writes.put_new(keys.report(program_id, month), report))


if __name__ == "__main__":
    main()
