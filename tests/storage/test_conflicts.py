"""Transactions that overlap are refused as DynamoDB does it, which DynamoDB Local never does: the
fault that tests and the benchmark inject is the true one."""

import sys
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from conflicts import Conflicts
from wire import Wire
from world import World


def _put(world: World, *names: str, only_if_new: bool = False) -> None:
    condition = {"ConditionExpression": "attribute_not_exists(pk)"} if only_if_new else {}
    table = world.tables["vouchers"]
    world.client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": _item(name), **condition}} for name in names
        ]
    )


def _item(name: str) -> dict[str, Any]:
    return {"pk": {"S": f"note#{name}"}}


def _read(world: World, name: str) -> bool:
    found = world.client.get_item(
        TableName=world.tables["vouchers"], Key=_item(name), ConsistentRead=True
    )
    return "Item" in found


class _Meeting:
    """Something happens while each transaction is under way that doesn't happen within another."""

    def __init__(self, world: World, act: Callable[[], object]) -> None:
        self.act, self.is_under_way = act, False
        self.wire, self.conflicts = Wire(world.client), Conflicts(self._while_it_is, lambda: None)

    def _while_it_is(self) -> None:
        if not self.is_under_way:
            self.is_under_way = True
            self.act()
            self.is_under_way = False

    def __enter__(self) -> None:
        self.wire.__enter__().disturb(self.conflicts, times=sys.maxsize)

    def __exit__(self, *error: Any) -> None:
        self.wire.__exit__(*error)


def test_the_later_of_two_is_refused_at_exactly_the_items_that_they_share(world: World) -> None:
    met: list[dict[str, Any]] = []

    def rival() -> None:
        with pytest.raises(ClientError) as refused:
            _put(world, "c", "b", "d", "a")
        met.append(dict(refused.value.response))

    with _Meeting(world, rival):
        _put(world, "a", "b")

    (response,) = met
    assert response["Error"]["Code"] == "TransactionCanceledException"
    assert [one["Code"] for one in response["CancellationReasons"]] == [
        "None",
        "TransactionConflict",
        "None",
        "TransactionConflict",
    ]
    assert {name: _read(world, name) for name in "abcd"} == {
        "a": True,
        "b": True,
        "c": False,
        "d": False,
    }


def test_who_shares_nothing_passes_and_so_does_who_comes_afterwards(world: World) -> None:
    with _Meeting(world, lambda: _put(world, "c", "d")):
        _put(world, "a", "b")
        _put(world, "b", "e")

    assert all(_read(world, name) for name in "abcde")


def test_a_key_of_another_table_is_another_item(world: World) -> None:
    other = {"pk": {"S": "note#a"}, "sk": {"S": "note"}}
    put = {"Put": {"TableName": world.tables["people"], "Item": other}}

    with _Meeting(world, lambda: world.client.transact_write_items(TransactItems=[put])):
        _put(world, "a")

    assert world.items("people") == [other]


def test_a_transaction_that_is_refused_holds_nothing(world: World) -> None:
    _put(world, "a")

    with _Meeting(world, lambda: None):
        with pytest.raises(ClientError) as refused:
            _put(world, "a", "b", only_if_new=True)
        _put(world, "a", "b")

    reasons = refused.value.response["CancellationReasons"]
    assert [one["Code"] for one in reasons] == ["ConditionalCheckFailed", "None"]
    assert _read(world, "b")


def test_a_plain_write_is_refused_and_a_read_sees_what_is_committed(world: World) -> None:
    seen: list[bool] = []

    def meanwhile() -> None:
        seen.append(_read(world, "a"))
        for name in ("a", "b"):
            world.client.put_item(TableName=world.tables["vouchers"], Item=_item(name))

    with _Meeting(world, meanwhile), pytest.raises(ClientError) as refused:
        _put(world, "a")

    assert refused.value.response["Error"]["Code"] == "TransactionConflictException"
    assert seen == [False]
    assert not _read(world, "b")


def test_what_is_not_known_to_conflict_or_not_is_no_answer(world: World) -> None:
    get = {"Get": {"TableName": world.tables["vouchers"], "Key": _item("a")}}

    with _Meeting(world, lambda: None), pytest.raises(NotImplementedError):
        world.client.transact_get_items(TransactItems=[get])
