"""The audit rebuilds every balance from the ledger alone and names the account that differs,
whatever was done to an entry or to an item."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from builders import OTHER_PARTNER
from tampering import Item, entry, overwrites, tampered
from world import World


def _removes(sequence: int) -> Callable[[list[Item]], list[Item]]:
    return lambda items: [item for item in items if item is not entry(items, sequence)]


def _swaps(one: int, other: int) -> Callable[[list[Item]], list[Item]]:
    def change(items: list[Item]) -> list[Item]:
        first, second = entry(items, one), entry(items, other)
        first["sequence"], second["sequence"] = second["sequence"], first["sequence"]
        return items

    return change


def _balanced(cents: int) -> Mapping[str, Any]:
    return {"M": {"voucher.available": {"N": str(-cents)}, "voucher.held": {"N": str(cents)}}}


_ON_ENTRIES: dict[str, Callable[[list[Item]], list[Item]]] = {
    "another amount": overwrites(2, changes=_balanced(1_501)),
    "an amount from nowhere": overwrites(2, changes={"M": {"voucher.available": {"N": "-1499"}}}),
    "another fare": overwrites(3, fare_cents={"N": "1199"}),
    "another fare in the last one": overwrites(5, fare_cents={"N": "1"}),
    "something that can't be read": overwrites(4, kind={"S": "no.such.kind"}),
    "one of the middle is gone": _removes(3),
    "the first is gone": _removes(1),
    "the last is gone": _removes(5),
    "two changed places": _swaps(2, 3),
    "all are gone": lambda _: [],
}


@pytest.mark.parametrize("what", _ON_ENTRIES)
def test_whatever_is_done_to_an_entry_of_a_voucher_is_told_with_the_vouchers_id(
    used: tuple[World, str], bystander: Any, what: str
) -> None:
    world, code = used
    account = f"voucher#{world.voucher_key(code)}"

    with tampered(bystander, world, "ledger", account, _ON_ENTRIES[what]):
        books = world.audit()
        answer = world.administer("check_books", program_id=world.program_id)

    assert (books.differ, books.balance) == (True, False)
    assert any(one.startswith(world.voucher(code).voucher_id) for one in books.named)
    assert not any(world.unknown_code()[:4] in one for one in books.named)
    assert answer["balance"] is False
    assert world.voucher(code).voucher_id in answer["in_words"]
    assert world.audit().balance


@pytest.mark.parametrize(
    "change",
    [
        overwrites(2, changes={"M": {"outside": {"N": "-1"}, "program.unallotted": {"N": "1"}}}),
        _removes(3),
        _swaps(3, 4),
        overwrites(1, kind={"S": "no.such.kind"}),
    ],
    ids=["another amount", "one is gone", "two changed places", "one can't be read"],
)
def test_whatever_is_done_to_an_entry_of_the_program_is_told_with_its_id(
    used: tuple[World, str], bystander: Any, change: Callable[[list[Item]], list[Item]]
) -> None:
    world, _ = used

    with tampered(bystander, world, "ledger", f"program#{world.program_id}", change):
        books = world.audit()

    assert books.differ
    assert any(one.startswith(world.program_id) for one in books.named)
    assert world.audit().balance


def test_an_entry_that_was_added_is_told(used: tuple[World, str], bystander: Any) -> None:
    world, code = used
    account = f"voucher#{world.voucher_key(code)}"

    def add(items: list[Item]) -> list[Item]:
        more = {**entry(items, 5), "sk": {"S": "an entry too many"}, "sequence": {"N": "6"}}
        return [*items, more]

    with tampered(bystander, world, "ledger", account, add):
        books = world.audit()

    voucher_id = world.voucher(code).voucher_id
    assert f"{voucher_id}: its last entry isn't the one that the item names" in books.named
    assert world.audit().balance


@pytest.mark.parametrize(
    ("attribute", "value", "words"),
    [
        ("available_cents", {"N": "2801"}, "voucher.available: 2801 is stored"),
        ("spent_cents", {"N": "0"}, "voucher.spent: 0 is stored, the ledger says 1200"),
        ("language", {"S": "no language"}, "can't be read"),
    ],
)
def test_a_voucher_that_was_changed_without_an_entry_is_told(
    used: tuple[World, str], bystander: Any, attribute: str, value: Item, words: str
) -> None:
    world, code = used
    account, voucher_id = f"voucher#{world.voucher_key(code)}", world.voucher(code).voucher_id

    def change(items: list[Item]) -> list[Item]:
        return [{**item, attribute: value} for item in items]

    with tampered(bystander, world, "vouchers", account, change):
        books = world.audit()

    told, *more = books.named
    assert words in told
    # One that can't be read doesn't say its id, and its partner's allotment can't be added up.
    assert bool(more) == (attribute == "language")
    assert told.startswith((voucher_id, account))
    assert books.differ
    assert world.audit().balance


@pytest.mark.parametrize("cents", [-1, 1])
def test_an_allotment_that_was_changed_without_an_entry_is_told(
    used: tuple[World, str], bystander: Any, cents: int
) -> None:
    world, _ = used
    stored = world.allotment(OTHER_PARTNER).available_cents

    def change(items: list[Item]) -> list[Item]:
        for item in items:
            if item["sk"]["S"] == OTHER_PARTNER:
                item["available_cents"] = {"N": str(stored + cents)}
        return items

    with tampered(bystander, world, "programs", f"allotment#{world.program_id}", change):
        books = world.audit()

    assert books.named == [
        f"allotment of {OTHER_PARTNER}: {stored + cents} is stored, the ledger says {stored}"
    ]
    assert books.differ
    assert world.audit().balance


@pytest.mark.parametrize("field", ["funded_cents", "unallotted_cents", "paid_direct_cents"])
def test_a_program_that_was_changed_without_an_entry_is_told(
    used: tuple[World, str], bystander: Any, field: str
) -> None:
    world, _ = used
    world.administer("fund", program_id=world.program_id, amount_cents=1_000)

    def change(items: list[Item]) -> list[Item]:
        for item in items:
            if item["sk"]["S"] == "program":
                item[field] = {"N": str(int(item[field]["N"]) + 1)}
        return items

    with tampered(bystander, world, "programs", f"program#{world.program_id}", change):
        books = world.audit()

    (told,) = books.named
    assert told.startswith(f"{world.program_id}: ")
    assert books.differ
    assert world.audit().balance


def test_a_transfer_that_never_arrived_is_told(used: tuple[World, str], bystander: Any) -> None:
    world, code = used
    new = world.reissue(code)
    account = f"voucher#{world.voucher_key(new)}"

    with (
        tampered(bystander, world, "ledger", account, lambda _: []),
        tampered(bystander, world, "vouchers", account, lambda _: []),
    ):
        books = world.audit()

    assert books.named == ["voucher.transfer: 2800 left a voucher for nowhere"]
    assert books.differ
    assert world.audit().balance
