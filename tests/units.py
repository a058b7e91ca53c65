"""Write units as DynamoDB counts them, from the sizes of items. DynamoDB Local's own figures aren't
right for transactions (storage.md, 'Budget per operation').

An item's size is the UTF-8 of its attributes' names and values; a number takes a byte for each two
digits and one more; a list or map takes 3 bytes and one for each element. A unit writes up to
1 KB, the larger of the item before and after counts, and a transaction doubles it (Amazon DynamoDB
Developer Guide, 'DynamoDB Item sizes and formats' and 'Read and write operations')."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wire import Wire
from world import World

_KB = 1_024


@dataclass(frozen=True)
class Cost:
    """What one call of a use case sent. `sizes` are of the items that it wrote, by table and the
    beginning of the key, in bytes."""

    round_trips: int
    write_units: int
    sizes: tuple[tuple[str, int], ...]


def cost_of(world: World, act: Callable[[World], object]) -> Cost:
    """Runs it and counts. Every transaction that is tried counts."""
    before = _images(world)
    with Wire(world.client) as line:
        act(world)
    after = _images(world)
    transactions = [call for call in line.calls if call.operation == "TransactWriteItems"]
    written = [_written(item) for call in transactions for item in call.sent["TransactItems"]]
    sizes = [(key, max(size(before.get(key, {})), size(after.get(key, {})))) for key in written]
    return Cost(
        round_trips=len(line.calls),
        write_units=sum(2 * -(-bytes_ // _KB) for _, bytes_ in sizes),
        sizes=tuple((f"{key[0][:-6]} {key[1].split('#')[0]}", bytes_) for key, bytes_ in sizes),
    )


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
