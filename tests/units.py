"""Units as DynamoDB counts them. Write units are computed from the sizes of items: DynamoDB Local's
own figures aren't right for transactions (storage.md, 'Budget per operation'). Read units are
DynamoDB Local's, which are right, but that it counts nothing where there is nothing.

An item's size is the UTF-8 of its attributes' names and values; a number takes a byte for each two
digits and one more; a list or map takes 3 bytes and one for each element. A unit writes up to
1 KB, the larger of the item before and after counts, and a transaction doubles it. A consistent
read takes a unit for each 4 KB of an item, of all that a query looks at together, and one where an
item isn't there; else half as much (Amazon DynamoDB Developer Guide, 'DynamoDB Item sizes and
formats' and 'Read and write operations'). What a write costs in indexes comes on top."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.awsrequest import AWSResponse

from wire import Call, Wire
from world import World

REAL_IDS = {
    "program_id": "prg_harbor_county_jobs_2026",
    "partner_id": "org_second_start_reentry",
    "other_partner_id": "org_new_leaf_employment",
    "provider_id": "pvd_city_cabs",
}
"""As long as real ones are: an item's size is what it costs."""

_KB = 1_024
_READS = ("BatchGetItem", "Query")
_FOR_EVER = 1_000_000


@dataclass(frozen=True)
class Cost:
    """What one call of a use case sent. `sizes` are of the items that it wrote, by table and the
    beginning of the key, in bytes."""

    round_trips: int
    write_units: int
    read_units: float
    sizes: tuple[tuple[str, int], ...]


def cost_of(world: World, act: Callable[[World], object]) -> Cost:
    """Runs it and counts. Every transaction that is tried counts."""
    before = _images(world)
    with counted(world.client) as sent:
        act(world)
    after = _images(world)
    written = [key for one in sent for key in one.written]
    sizes = [(key, max(size(before.get(key, {})), size(after.get(key, {})))) for key in written]
    return Cost(
        round_trips=len(sent),
        write_units=sum(2 * -(-bytes_ // _KB) for _, bytes_ in sizes),
        read_units=sum(one.read_units for one in sent),
        sizes=tuple(
            (f"{key[0].partition('Table')[0]} {key[1].split('#')[0]}", bytes_)
            for key, bytes_ in sizes
        ),
    )


@dataclass(frozen=True)
class Sent:
    """A call, and what was answered."""

    call: Call
    answer: Mapping[str, Any]

    @property
    def read_units(self) -> float:
        """What it took if it is a read, else 0."""
        consumed = self.answer.get("ConsumedCapacity", {})
        if self.call.operation == "Query":
            least = 1 if self.call.sent.get("ConsistentRead") else 0.5
            return max(float(consumed["CapacityUnits"]), least)
        if self.call.operation != "BatchGetItem":
            return 0
        asked = sum(len(one["Keys"]) for one in self.call.sent["RequestItems"].values())
        found = sum(len(items) for items in self.answer["Responses"].values())
        # Whatever is read here is read consistently; where nothing is, that takes a unit as well.
        return float(sum(one["CapacityUnits"] for one in consumed)) + asked - found

    @property
    def written(self) -> list[tuple[str, str, str]]:
        """Table and key of all that a transaction tried to write, or looked at."""
        if self.call.operation != "TransactWriteItems":
            return []
        return [_written(item) for item in self.call.sent["TransactItems"]]


@contextmanager
def counted(client: Any) -> Iterator[list[Sent]]:
    """What a client sends within it, in the order in which it was answered."""
    sent: list[Sent] = []

    def deliver(call: Call) -> AWSResponse:
        response = call.deliver()
        sent.append(Sent(call, json.loads(response.content)))
        return response

    before_each = "before-parameter-build.dynamodb"
    client.meta.events.register(before_each, _ask_what_it_takes, before_each)
    try:
        with Wire(client) as line:
            line.disturb(deliver, times=_FOR_EVER)
            yield sent
    finally:
        client.meta.events.unregister(before_each, _ask_what_it_takes, before_each)


def _ask_what_it_takes(params: dict[str, Any], model: Any, **_: Any) -> None:
    if model.name in _READS:
        params["ReturnConsumedCapacity"] = "TOTAL"


def size(item: Mapping[str, Any]) -> int:
    """Of an item in DynamoDB's form, in bytes."""
    return sum(len(name.encode()) + _value_size(value) for name, value in item.items())


def _value_size(value: Mapping[str, Any]) -> int:
    kind, content = next(iter(value.items()))
    match kind:
        case "S":
            return len(str(content).encode())
        case "N":
            digits = str(content).lstrip("-").replace(".", "").strip("0")
            return 1 + -(-len(digits) // 2) + str(content).startswith("-")
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + _value_size(one) for one in content)
        case "M":
            return 3 + len(content) + size(content)
    raise ValueError(kind)


def _images(world: World) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (world.tables[table], item["pk"]["S"], item.get("sk", {"S": ""})["S"]): item
        for table, items in world.everything().items()
        for item in items
    }


def _written(item: Mapping[str, Any]) -> tuple[str, str, str]:
    action = next(iter(item.values()))
    key = action.get("Item") or action["Key"]
    return action["TableName"], key["pk"]["S"], key.get("sk", {"S": ""})["S"]
