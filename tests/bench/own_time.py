"""What our own code of a warm authorize computes, where DynamoDB answers at once: an authorize
through the whole of `redemption` (door, signature, models, decision, log and metrics), against one
bare read by the store's own client, and against the time that was asked for. It owns the DynamoDB
that answers at once; it must never count what another process computes."""

import json
import time
from collections.abc import Iterable
from itertools import islice
from statistics import median
from typing import Any

from bench.doors import Doors, Event
from bench.measured import Ratio, by_turns, ratios
from farechance.store import Store

TURNS, CALLS = 15, 50
MOST_MS = 0.25


def own_time(doors: Doors, code: str, authorizes: Iterable[Event]) -> tuple[Ratio, Ratio]:
    """Both ratios, of `authorizes` of one code. From here on the function's tables are nowhere."""
    app, world = doors.app("redemption"), doors.world
    client, key = app.store._client, {"pk": {"S": f"voucher#{world.voucher_key(code)}"}}
    asked = {world.tables["vouchers"]: {"Keys": [key], "ConsistentRead": True}}
    at_once: Any = _AtOnce(client.batch_get_item(RequestItems=asked))
    app.store = Store(app.settings, at_once)
    events = list(islice(authorizes, CALLS))
    answer = app.handler(events[0], None)
    if json.loads(answer["body"]).get("decision") != "approved":
        raise SystemExit(f"bench.own_time: authorize was answered {answer}")

    def bare() -> None:
        for _ in range(CALLS):
            client.batch_get_item(RequestItems=asked)

    def own() -> None:
        for event in events:
            app.handler(event, None)

    return _told(by_turns(bare, own, TURNS, time.process_time))


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


def _told(pairs: list[tuple[float, float]]) -> tuple[Ratio, Ratio]:
    bare_ms, own_ms = ([1_000 * it / CALLS for it in one] for one in zip(*pairs, strict=True))
    what = "computing of our own in an authorize"
    return (
        Ratio(
            what=what,
            against="that of one bare read by the store's own client",
            turns=ratios(pairs),
            figures=f"{median(own_ms):.2f} ms to {median(bare_ms):.2f} ms of a CPU",
        ),
        Ratio(
            what=what,
            against=f"the {MOST_MS} ms that were asked for",
            turns=tuple(ms / MOST_MS for ms in own_ms),
            most=1,
            figures=f"{median(own_ms):.2f} ms of this machine's CPU",
        ),
    )
