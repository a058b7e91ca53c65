"""Every alarm of ours stands on a metric that the code really counts: the function that the alarm
names is run until it counts it, and what it sends to CloudWatch has the alarm's name and
dimension."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from builders import PARTNER, PROGRAM
from farechance import telemetry
from farechance.store import Remembered
from farechance.times import local_month, report_runs_at
from functional.bodies import completed, mint_body, requested
from functional.players import Partner, Provider
from functional.stack import Stack, client_of, rule
from infra.local import template

ALARMS = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
OURS = {"Ref": "MetricsNamespace"}
# Counted by CloudWatch from the access log of API Gateway, which moto doesn't write.
BY_A_FILTER = "ApiThrottled"


def _metrics() -> Iterator[tuple[str, str]]:
    """Every metric of ours that an alarm looks at, with the function that counts it."""
    for alarm in ALARMS.values():
        looked_at = [alarm["Properties"]] if "MetricName" in alarm["Properties"] else []
        looked_at += [
            one["MetricStat"]["Metric"]
            for one in alarm["Properties"].get("Metrics", [])
            if "MetricStat" in one
        ]
        for metric in looked_at:
            if metric["Namespace"] == OURS and metric["MetricName"] != BY_A_FILTER:
                (dimension,) = metric["Dimensions"]
                assert dimension["Name"] == "service"
                yield metric["MetricName"], dimension["Value"]


METRICS = sorted(set(_metrics()))
OF_ANY = {"BooksDiffer": "auditing", "MintTooFast": "minting", "Shortfall": "redemption"}
"""Of what several functions count, one of them."""


# ── what makes a function count ──────────────────────────────────────────────────────────────────


def _audits(stack: Stack, minutes: float = 1, **time: float) -> None:
    stack.handler("auditing")
    module = sys.modules["auditing.app"]
    module.store.pause = lambda _: None
    stack.monkeypatch.setattr(
        module, "utc_now", lambda: datetime.now(UTC) + timedelta(minutes=minutes)
    )
    stack.job("auditing", **time)


def _books_differ(stack: Stack, _: Provider) -> None:
    with _another(stack, "programs", f"allotment#{PROGRAM}", PARTNER, "available_cents", "50001"):
        _audits(stack)


def _books_not_checked(stack: Stack, _: Provider) -> None:
    stack.world.code()
    _audits(stack, seconds_left=1)


def _ledger_overwritten(stack: Stack, _: Provider) -> None:
    of_an_entry = {"Keys": {"pk": {"S": "voucher#a"}, "sk": {"S": "minted"}}}
    stack.job("watching", {"Records": [{"eventName": "MODIFY", "dynamodb": of_an_entry}]})


def _housekeeping_failed(stack: Stack, _: Provider) -> None:
    with _another(stack, "programs", f"program#{PROGRAM}", "program", "funded_cents", "-1"):
        stack.job("housekeeping")


def _owes(stack: Stack, _: Provider) -> None:
    rule(stack, max_owed_cents=1_000)
    code = stack.world.code()
    stack.world.request(code, cents=1_000)
    stack.world.complete(code, cents=3_100)
    stack.job("housekeeping")


def _mints_too_fast(stack: Stack, __: Provider) -> None:
    rule(stack, max_vouchers_per_partner_hour=1)
    for _ in range(2):
        Partner(stack, client_of(stack)).post("/vouchers", mint_body())


def _allotment_low(stack: Stack, _: Provider) -> None:
    while stack.world.allotment().available_cents >= 5_000:
        stack.world.code()
    stack.job("housekeeping")


def _report_missing(stack: Stack, _: Provider) -> None:
    stack.handler("housekeeping")
    month = local_month(datetime.now(UTC), ZoneInfo(stack.world.program().time_zone))
    late = report_runs_at(month) + timedelta(days=2)
    stack.monkeypatch.setattr(sys.modules["housekeeping.app"], "utc_now", lambda: late)
    stack.job("housekeeping")


def _shortfall(stack: Stack, provider: Provider) -> None:
    code = stack.world.code()
    fact = completed(code) | {"ride_id": "never-asked-for"}
    provider.tell("ride.completed", fact)


def _asks(provider: Provider, code: str) -> None:
    provider.tell("ride.requested", requested(code), "authorizations")


def _report_failed(stack: Stack, _: Provider) -> None:
    body = json.dumps({"program_id": "prg_that_is_not_there", "month": "2026-01"})
    stack.job("reporting", {"Records": [{"messageId": "message-1", "body": body}]})


WHAT_COUNTS: Mapping[str, Callable[[Stack, Provider], None]] = {
    "AllotmentLow": _allotment_low,
    "BooksAudited": lambda stack, _: _audits(stack),
    "BooksDiffer": _books_differ,
    "BooksNotChecked": _books_not_checked,
    "CodeUnknown": lambda stack, provider: _asks(provider, stack.world.unknown_code()),
    "HouseKept": lambda stack, _: stack.job("housekeeping"),
    "HousekeepingFailed": _housekeeping_failed,
    "LedgerOverwritten": _ledger_overwritten,
    "MintTooFast": _mints_too_fast,
    "OwedNear": _owes,
    "OwedReached": _owes,
    "ReportFailed": _report_failed,
    "ReportMissing": _report_missing,
    "RideDeclined": lambda stack, provider: _asks(provider, stack.world.unknown_code()),
    "Shortfall": _shortfall,
}


@pytest.mark.parametrize(("metric", "service"), METRICS)
def test_a_metric_with_an_alarm_is_counted_by_the_function_that_the_alarm_names(
    stack: Stack, provider: Provider, metric: str, service: str
) -> None:
    folder = OF_ANY[metric] if service == "any" else service
    # As on AWS, where a process is one function's: the name is read when it starts.
    stack.monkeypatch.setattr(telemetry.metrics.provider, "service", folder)
    # Another test may have made rules that are there no longer.
    stack.world.remembered = Remembered(stack.world.store)

    WHAT_COUNTS[metric](stack, provider)

    assert list(stack.handlers) == [folder]
    assert (metric, [["service"]], service) in list(_sent(stack))


def test_one_metric_has_every_decision_so_that_an_alarm_knows_the_share(
    stack: Stack, provider: Provider
) -> None:
    stack.world.remembered = Remembered(stack.world.store)

    for code in (stack.world.code(), stack.world.unknown_code()):
        _asks(provider, code)

    lines = [line for line in stack.lines() if "RideDeclined" in line]
    assert [line["RideDeclined"] for line in lines] == [[0.0], [1.0]]


def _sent(stack: Stack) -> Iterator[tuple[str, Any, str]]:
    """Each metric that was sent, with its dimensions and their value."""
    for line in stack.lines():
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in directive["Metrics"]:
                yield metric["Name"], directive["Dimensions"], line["service"]


class _another:  # noqa: N801 - used as a statement
    """Within its `with`, a stored number is another one, behind the back of everything."""

    def __init__(self, stack: Stack, table: str, pk: str, sk: str, name: str, number: str) -> None:
        self._client, self._table = stack.world.client, stack.world.tables[table]
        self._key = {"pk": {"S": pk}, "sk": {"S": sk}}
        self._changed = {name: {"N": number}}

    def __enter__(self) -> None:
        found = self._client.get_item(TableName=self._table, Key=self._key, ConsistentRead=True)
        self._item = found["Item"]
        self._client.put_item(TableName=self._table, Item={**self._item, **self._changed})

    def __exit__(self, *_: object) -> None:
        self._client.put_item(TableName=self._table, Item=self._item)
