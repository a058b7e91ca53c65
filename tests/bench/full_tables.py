"""Tables that hold as many vouchers as one likes, all of one partner: real items that follow one
which the system minted itself, each under an id, a key and a time of its own. With its code each
can be ridden with. They must never be audited: their chains are copies."""

import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import batched
from typing import Any

from bench.filling import Item
from farechance import codes
from farechance.ledger import MONTH_SHARDS
from farechance.store import keys
from farechance.times import instant_text
from world import World

_AT_ONCE = 25
"""Items that one BatchWriteItem takes."""

_THREADS = 4
_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class Card:
    """The voucher of a number, as its partner and its rider know it."""

    voucher_id: str
    code: str
    voucher_key: str


def card(number: int, code_keys: Mapping[str, str]) -> Card:
    """The same one each time; the lower the number, the newer the voucher."""
    version = codes.newest_version(code_keys)
    voucher_id = codes.voucher_id(code_keys, version, "full tables", "key", number)
    code = codes.code_of(code_keys, voucher_id)
    if code is None:
        raise ValueError(voucher_id)
    return Card(voucher_id, code, codes.key_of(code_keys, code))


def fill(world: World, vouchers: int, client: Any) -> None:
    """Writes so many vouchers, each with its first entry, beside what is in the tables; with a
    client that may be faster than the world's own."""
    world.code()
    there = world.everything()
    voucher, entry = (_of_voucher(there[table]) for table in ("vouchers", "ledger"))

    def write(numbers: tuple[int, ...]) -> None:
        made = [card(number, world.code_keys) for number in numbers]
        at = [instant_text(world.clock.now - timedelta(seconds=number)) for number in numbers]
        pairs = zip(made, at, strict=True)
        vouchers_table, ledger_table = world.tables["vouchers"], world.tables["ledger"]
        _put(client, vouchers_table, [renamed_voucher(voucher, one, then) for one, then in pairs])
        _put(client, ledger_table, [renamed_entry(entry, one) for one in made])

    with ThreadPoolExecutor(_THREADS) as pool:
        # A pool takes all its work at once: so it gets it piece by piece.
        for some in batched(range(1, vouchers + 1), _AT_ONCE * _WAITING, strict=False):
            list(pool.map(write, batched(some, _AT_ONCE, strict=False)))


def renamed_voucher(pattern: Item, one: Card, minted_at: str) -> Item:
    """Another voucher's item, minted at another time."""
    return {
        **pattern,
        "pk": {"S": keys.voucher(one.voucher_key).pk},
        "voucher_id": {"S": one.voucher_id},
        "last4": {"S": one.code[-4:]},
        "minted_at": {"S": minted_at},
        "return_shard": {"S": str(zlib.crc32(one.voucher_key.encode()) % keys.RETURN_SHARDS)},
    }


def renamed_entry(pattern: Item, one: Card) -> Item:
    """Another voucher's entry."""
    account = keys.voucher_account(one.voucher_key)
    month, _, _ = pattern["month_shard"]["S"].rpartition("#")
    return {
        **pattern,
        "pk": {"S": account},
        "voucher_id": {"S": one.voucher_id},
        "month_shard": {"S": f"{month}#{zlib.crc32(account.encode()) % MONTH_SHARDS}"},
    }


def _of_voucher(items: list[Item]) -> Item:
    return next(item for item in items if item["pk"]["S"].startswith("voucher#"))


def _put(client: Any, table: str, items: list[Item]) -> None:
    waiting = {table: [{"PutRequest": {"Item": item}} for item in items]}
    while waiting:
        waiting = client.batch_write_item(RequestItems=waiting)["UnprocessedItems"]
