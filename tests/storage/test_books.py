"""The auditor that reads the books after each test would notice: each test here tampers with one
stored thing, listens, and puts it back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest

from books import differences
from world import World

Item = dict[str, Any]


@pytest.fixture
def busy(world: World) -> World:
    """A world in which a ride was paid and another is under way."""
    code = world.code()
    world.request(code, "ride-1")
    world.complete(code, "ride-1", cents=1_200)
    world.request(code, "ride-2")
    return world


@contextmanager
def _stored_otherwise(
    world: World, bystander: Any, table: str, sk: str, change: Callable[[Item], object]
) -> Iterator[None]:
    """One item, found by a part of its key, is stored otherwise for a while, or not at all."""
    name = world.tables[table]
    item = next(
        it for it in world.items(table) if sk in it["pk"]["S"] + it.get("sk", {"S": ""})["S"]
    )
    key = {field: item[field] for field in ("pk", "sk") if field in item}
    changed = deepcopy(item)
    change(changed)
    if changed:
        bystander.put_item(TableName=name, Item=changed)
    else:
        bystander.delete_item(TableName=name, Key=key)
    yield
    bystander.put_item(TableName=name, Item=item)


@pytest.mark.parametrize(
    ("table", "sk", "change", "told"),
    [
        (
            "vouchers",
            "voucher#",
            lambda it: it.update(available_cents={"N": "9999"}),
            "available: 9999 is stored",
        ),
        ("vouchers", "voucher#", lambda it: it.update(rides_counted={"N": "2"}), "rides: 2"),
        ("vouchers", "voucher#", lambda it: it.update(holds={"M": {}}), "holds: 1500"),
        ("vouchers", "voucher#", lambda it: it.clear(), "entries without an item"),
        (
            "vouchers",
            "#ride-1",
            lambda it: it.update(captured_cents={"N": "1300"}),
            "captured: 1200 is stored and 1300 follows",
        ),
        (
            "vouchers",
            "#ride-1",
            lambda it: it.update(captured_cents={"N": "2001"}),
            "took more than the cap",
        ),
        ("vouchers", "#ride-2", lambda it: it.update(state={"S": "lapsed"}), "its holds aren't"),
        (
            "programs",
            "allotment#",
            lambda it: it.update(available_cents={"N": "-1"}),
            "-1 is negative",
        ),
        (
            "programs",
            "#prg_harborprogram",
            lambda it: it.update(funded_cents={"N": "1"}),
            "funded: 1",
        ),
        (
            "programs",
            "#prg_harborprogram",
            lambda it: it.update(unallotted_cents={"N": "1"}),
            "conservation: 100001 is stored and 100000 follows",
        ),
        ("ledger", "minted", lambda it: it.clear(), "stands where 1 should"),
        (
            "ledger",
            "ride-1#completed",
            lambda it: it.update(fare_cents={"N": "1"}),
            "doesn't follow from the one before it",
        ),
        (
            "ledger",
            "ride-2#requested",
            lambda it: it.update(kind={"S": "ride.cancelled"}),
            "names another last entry",
        ),
        (
            "ledger",
            "ride-1#completed",
            lambda it: it["changes"]["M"].update({"voucher.spent": {"N": "1"}}),
            "moves money from or to nowhere",
        ),
        (
            "ledger",
            "ride-1#completed",
            lambda it: it.update(recorded_at={"S": "2020-01-01T00:00:00.000Z"}),
            "is earlier than the one before it",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_was_tampered_with_is_told(
    busy: World,
    bystander: Any,
    table: str,
    sk: str,
    change: Callable[[Item], object],
    told: str,
) -> None:
    with _stored_otherwise(busy, bystander, table, sk, change):
        found = differences(busy)

    assert told in "\n".join(found)
    assert differences(busy) == []


@pytest.mark.parametrize("written", [str, lambda code: code.replace("-", "").lower()])
def test_a_code_that_is_stored_anywhere_is_told(
    busy: World, bystander: Any, written: Callable[[str], str]
) -> None:
    def leak(item: Item) -> None:
        item["reason"] = {"S": f"for {written(busy.codes[0])}"}

    with _stored_otherwise(busy, bystander, "programs", "command#", leak):
        found = differences(busy)

    assert found == ["a voucher's code is stored"]
    assert differences(busy) == []
