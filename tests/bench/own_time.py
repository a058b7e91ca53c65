"""What our own code of a warm authorize computes, where DynamoDB answers at once: an authorize
through the whole of `redemption` (door, signature, models, decision, log and metrics), against one
bare read by the store's own client, against a bare handler that reads, logs and counts and decides
nothing, and against the time that was asked for. It owns the DynamoDB that answers at once and the
bare handler; it must never count what another process computes."""

import base64
import json
import time
from collections.abc import Iterable
from itertools import islice
from statistics import median
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from bench.doors import Doors, Event
from bench.measured import Ratio, by_turns, ratios
from farechance.callbacks import RideRequested
from farechance.store import Store
from farechance.telemetry import logger, metrics

TURNS, CALLS = 15, 50
MOST_MS = 0.25
# What was asked for, by what a bare handler took on the machine on which it was asked.
MOST_TIMES_BARE_HANDLER = MOST_MS / 0.11


def own_time(doors: Doors, code: str, authorizes: Iterable[Event]) -> tuple[Ratio, ...]:
    """The ratios, of `authorizes` of one code. From here on the function's tables are nowhere."""
    app, world = doors.app("redemption"), doors.world
    client, key = app.store._client, {"pk": {"S": f"voucher#{world.voucher_key(code)}"}}
    asked = {world.tables["vouchers"]: {"Keys": [key], "ConsistentRead": True}}
    at_once: Any = _AtOnce(client.batch_get_item(RequestItems=asked))
    app.store = Store(app.settings, at_once)
    events = list(islice(authorizes, CALLS))
    answer = app.handler(events[0], None)
    if json.loads(answer["body"]).get("decision") != "approved":
        raise SystemExit(f"bench.own_time: authorize was answered {answer}")

    def read() -> None:
        for _ in range(CALLS):
            client.batch_get_item(RequestItems=asked)

    def own() -> None:
        for event in events:
            app.handler(event, None)

    def bare() -> None:
        for event in events:
            _bare_handler(event)

    return (
        *_told(by_turns(read, own, TURNS, time.process_time)),
        _of_bare_handler(by_turns(bare, own, TURNS, time.process_time)),
    )


def _bare_handler(event: Event) -> dict[str, Any]:
    """One route by hand, one model, one log line, one metric."""
    if (event["httpMethod"], event["resource"].rpartition("/")[2]) != ("POST", "authorizations"):
        return {"statusCode": 404}
    logger.append_keys(request_id=event["requestContext"]["requestId"])
    data = json.loads(base64.b64decode(event["body"]))["data"]
    asked = RideRequested.model_validate_json(json.dumps(data))
    logger.info("authorized", ride_id=asked.ride_id)
    metrics.add_metric("RideApproved", MetricUnit.Count, 1)
    metrics.flush_metrics()
    answer = {"decision": "approved", "held_cents": asked.estimated_fare_cents}
    return {"statusCode": 200, "body": json.dumps(answer)}


class _AtOnce:
    """A DynamoDB that holds one voucher and takes every transaction."""

    def __init__(self, read: dict[str, Any]) -> None:
        self._read = read

    def batch_get_item(self, **_: Any) -> dict[str, Any]:
        """What there is."""
        return self._read

    def transact_write_items(self, **_: Any) -> dict[str, Any]:
        """Done."""
        return {}


_WHAT = "computing of our own in an authorize"


def _told(pairs: list[tuple[float, float]]) -> tuple[Ratio, Ratio]:
    read_ms, own_ms = _ms(pairs)
    return (
        Ratio(
            what=_WHAT,
            against="that of one bare read by the store's own client",
            turns=ratios(pairs),
            figures=f"{median(own_ms):.2f} ms to {median(read_ms):.2f} ms of a CPU",
        ),
        Ratio(
            what=_WHAT,
            against=f"the {MOST_MS} ms that were asked for",
            turns=tuple(ms / MOST_MS for ms in own_ms),
            most=1,
            figures=f"{median(own_ms):.2f} ms of this machine's CPU",
        ),
    )


def _of_bare_handler(pairs: list[tuple[float, float]]) -> Ratio:
    bare_ms, own_ms = _ms(pairs)
    return Ratio(
        what=_WHAT,
        against="a bare handler with Logger, Metrics, one route by hand and a model",
        turns=ratios(pairs),
        figures=f"{median(own_ms):.2f} ms to {median(bare_ms):.2f} ms of a CPU; what was asked for "
        f"was {MOST_TIMES_BARE_HANDLER:.1f} times such a handler where it was asked",
    )


def _ms(pairs: list[tuple[float, float]]) -> tuple[list[float], list[float]]:
    """Milliseconds of one call, of the baseline and of what is measured."""
    baseline, measured = ([1_000 * it / CALLS for it in one] for one in zip(*pairs, strict=True))
    return baseline, measured
