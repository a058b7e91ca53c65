"""Tampering with what is stored, as nothing in the system does: for a while, and put back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from world import World

Item = dict[str, Any]


@contextmanager
def tampered(
    bystander: Any, world: World, table: str, of: str, change: Callable[[list[Item]], list[Item]]
) -> Iterator[None]:
    """Items of one partition as somebody else made them, by plain Puts and deletes, for a while."""
    name = world.tables[table]
    before = [item for item in world.items(table) if item["pk"]["S"] == of]
    _replace(bystander, name, before, change([dict(item) for item in before]))
    yield
    now = [item for item in world.items(table) if item["pk"]["S"] == of]
    _replace(bystander, name, now, before)


def _replace(bystander: Any, table: str, old: list[Item], new: list[Item]) -> None:
    for item in old:
        key = {name: item[name] for name in ("pk", "sk") if name in item}
        bystander.delete_item(TableName=table, Key=key)
    for item in new:
        bystander.put_item(TableName=table, Item=item)


def entry(items: list[Item], sequence: int) -> Item:
    """The one of that number."""
    return next(item for item in items if item["sequence"]["N"] == str(sequence))


def overwrites(sequence: int, **attributes: Any) -> Callable[[list[Item]], list[Item]]:
    """What `tampered` makes of a ledger's partition: one entry with other attributes."""

    def change(items: list[Item]) -> list[Item]:
        entry(items, sequence).update(attributes)
        return items

    return change
