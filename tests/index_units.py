"""What a write costs in the indexes of its table, on top of the table itself, from the template's
indexes and the item before and after it: a unit for each KB of what an index holds of the item,
where it holds something new, once more where the place in the index changes, and nothing where all
that it holds stays as it was (Amazon DynamoDB Developer Guide, 'Provisioned throughput
considerations' of global and of local secondary indexes)."""

from collections.abc import Mapping
from typing import Any

from infra.local import template
from tables import LOGICAL_IDS
from units import size

type Item = Mapping[str, Any]

_KB = 1_024
_TABLES = {
    short: template.create_table_arguments(logical_id) for short, logical_id in LOGICAL_IDS.items()
}


def index_units(table: str, before: Item, after: Item) -> int:
    """Of one of our tables, by its short name; an item in DynamoDB's form, empty where there is
    none. Inside of a transaction, as all writes of the system are."""
    schema = _TABLES[table]
    keys = _names(schema)
    local = schema.get("LocalSecondaryIndexes", [])
    # An index within the item's own partition is written with the transaction, and counted twice
    # like all of it: AWS doesn't say so, and less isn't certain.
    return 2 * sum(_units(index, keys, before, after) for index in local) + sum(
        _units(index, keys, before, after) for index in schema.get("GlobalSecondaryIndexes", [])
    )


def _units(index: Mapping[str, Any], keys: set[str], before: Item, after: Item) -> int:
    place = keys | _names(index)
    old, new = (_held(index, place, item) for item in (before, after))
    if old == new:
        return 0
    if old and new and all(old[name] == new[name] for name in place):
        return _kilobytes(max(old, new, key=size))
    return sum(_kilobytes(one) for one in (old, new) if one)


def _held(index: Mapping[str, Any], place: set[str], item: Item) -> Item:
    """What the index holds of an item; one without a place in it isn't there."""
    if not place <= item.keys():
        return {}
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return item
    names = place | set(projection.get("NonKeyAttributes", ()))
    return {name: value for name, value in item.items() if name in names}


def _names(keyed: Mapping[str, Any]) -> set[str]:
    return {one["AttributeName"] for one in keyed["KeySchema"]}


def _kilobytes(item: Item) -> int:
    return -(-size(item) // _KB)
