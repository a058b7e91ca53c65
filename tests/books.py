"""An auditor's second reading of the books, from what is stored and nothing else. It rebuilds every
balance from the ledger, follows every chain of digests, and tells each difference in words. It
shares no arithmetic with the code that it checks."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from world import World

Item = Mapping[str, Any]

_INDEX_ONLY = ("pk", "sk", "month_shard", "month_sort")


def differences(world: World) -> list[str]:
    """What doesn't agree; empty when the books are right."""
    books = _Books(world)
    return [
        *books.chains_that_broke(),
        *books.entries_that_do_not_balance(),
        *books.vouchers_that_differ(),
        *books.allotments_that_differ(),
        *books.batches_that_differ(),
        *books.programs_that_differ(),
        *books.rides_that_differ(),
        *books.codes_that_leaked(),
    ]


class _Books:
    """The four tables, read once."""

    def __init__(self, world: World) -> None:
        self.world = world
        stored = {table: [plain(item) for item in world.items(table)] for table in world.tables}
        self.stored = stored
        self.vouchers = {item["pk"]: item for item in _named(stored["vouchers"], "voucher#")}
        self.rides = _named(stored["vouchers"], "ride#")
        self.allotments = _named(stored["programs"], "allotment#")
        self.programs = {
            item["pk"]: item
            for item in _named(stored["programs"], "program#")
            if item["sk"] == "program"
        }
        self.batches = {
            item["sk"]: item
            for item in _named(stored["programs"], "batch#")
            if item["sk"].startswith("batch#")
        }
        self.accounts: dict[str, list[Item]] = defaultdict(list)
        for entry in stored["ledger"]:
            self.accounts[entry["pk"]].append(entry)
        for entries in self.accounts.values():
            entries.sort(key=lambda entry: int(entry["sequence"]))

    def moved(self, account: str, **of: str) -> int:
        """The sum of what the ledger moved into an account of the vouchers or ids named by `of`."""
        return sum(
            entry["changes"].get(account, 0)
            for entry in self.stored["ledger"]
            if all(entry.get(name) == value for name, value in of.items())
        )

    def chains_that_broke(self) -> Iterator[str]:
        heads = {**self.vouchers, **self.programs, **self.batches}
        for account in heads.keys() ^ self.accounts.keys():
            yield f"{account}: an item without entries, or entries without an item"
        for account in heads.keys() & self.accounts.keys():
            previous, at, number = None, "", 0
            for number, entry in enumerate(self.accounts[account], start=1):
                if entry["sequence"] != number:
                    yield f"{account}: entry {entry['sequence']} stands where {number} should"
                if entry.get("previous_digest") != previous:
                    yield f"{account}: entry {number} doesn't follow from the one before it"
                if entry["recorded_at"] < at:
                    yield f"{account}: entry {number} is earlier than the one before it"
                previous, at = _digest(entry), entry["recorded_at"]
            chain = heads[account]["chain"]
            if (chain["sequence"], chain["last_digest"]) != (number, previous):
                yield f"{account}: the item names another last entry"

    def entries_that_do_not_balance(self) -> Iterator[str]:
        for entry in self.stored["ledger"]:
            if sum(entry["changes"].values()) != 0:
                yield f"{entry['pk']} {entry['sk']}: moves money from or to nowhere"

    def vouchers_that_differ(self) -> Iterator[str]:
        for pk, voucher in self.vouchers.items():
            for field in ("available", "held", "spent"):
                rebuilt = self.moved(f"voucher.{field}", pk=pk)
                yield from _unless_equal(f"{pk} {field}", voucher[f"{field}_cents"], rebuilt)
            on_holds = sum(hold["cents"] for hold in voucher["holds"].values())
            yield from _unless_equal(f"{pk} holds", voucher["held_cents"], on_holds)
            yield from self._value_that_differs(pk, voucher)
            counted = sum(entry.get("counted") is True for entry in self.accounts[pk])
            yield from _unless_equal(f"{pk} rides", voucher["rides_counted"], counted)
            if counted + len(voucher["holds"]) > voucher["max_rides"]:
                yield f"{pk}: more rides than it has"

    def _value_that_differs(self, pk: str, voucher: Item) -> Iterator[str]:
        """What came in is what is there and what left: nothing but a mint or another card brings
        money, nothing but the end takes it."""
        there = sum(voucher[f"{field}_cents"] for field in ("available", "held", "spent"))
        elsewhere = ("allotment.available", "batch.reserved", "voucher.transfer")
        left = sum(self.moved(account, pk=pk) for account in elsewhere)
        yield from _unless_equal(f"{pk} value", there, -left)
        if there > voucher["value_cents"]:
            yield f"{pk}: more than its value"

    def allotments_that_differ(self) -> Iterator[str]:
        for item in self.allotments:
            of = {"program_id": item["program_id"], "partner_id": item["partner_id"]}
            rebuilt = self.moved("allotment.available", **of)
            yield from _unless_equal(f"{item['pk']} {item['sk']}", item["available_cents"], rebuilt)

    def batches_that_differ(self) -> Iterator[str]:
        for account, batch in self.batches.items():
            of = {"batch_id": batch["batch_id"]}
            left = self.moved("batch.reserved", **of)
            yield from _unless_equal(f"{account} reserved", batch["reserved_cents"], left)
            minted = sum(
                entry["pk"].startswith("voucher#") and entry.get("batch_id") == batch["batch_id"]
                for entry in self.stored["ledger"]
            )
            yield from _unless_equal(f"{account} minted", batch["minted"], minted)
            rows = batch["minted"] + batch["failed"] + batch["refused"]
            if "ended_at" in batch:
                yield from _unless_equal(f"{account} rows", batch["rows"], rows)
                yield from _unless_equal(f"{account} at its end", batch["reserved_cents"], 0)
            elif rows > batch["rows"]:
                yield f"{account}: more rows are through than it has"

    def programs_that_differ(self) -> Iterator[str]:
        for pk, program in self.programs.items():
            of = {"program_id": program["program_id"]}
            unallotted = self.moved("program.unallotted", **of)
            yield from _unless_equal(f"{pk} unallotted", program["unallotted_cents"], unallotted)
            direct = self.moved("program.paid_direct", **of)
            yield from _unless_equal(f"{pk} paid direct", program["paid_direct_cents"], direct)
            transfer = self.moved("voucher.transfer", **of)
            yield from _unless_equal(f"{pk} in transfer", 0, transfer)
            funded = -self.moved("outside", **of)
            yield from _unless_equal(f"{pk} funded", program["funded_cents"], funded)
            stored = program["unallotted_cents"] + program["paid_direct_cents"]
            for allotment in self.allotments:
                if allotment["program_id"] == of["program_id"]:
                    stored += allotment["available_cents"]
            for batch in self.batches.values():
                if batch["program_id"] == of["program_id"]:
                    stored += batch["reserved_cents"]
            for voucher in self.vouchers.values():
                if voucher["program_id"] == of["program_id"]:
                    stored += sum(voucher[f"{it}_cents"] for it in ("available", "held", "spent"))
            yield from _unless_equal(f"{pk} conservation", stored, program["funded_cents"])

    def rides_that_differ(self) -> Iterator[str]:
        held: dict[str, dict[str, int]] = defaultdict(dict)
        spent: dict[str, int] = defaultdict(int)
        for ride in self.rides:
            of = f"voucher#{ride['voucher_key']}"
            spent[of] += ride["captured_cents"]
            if ride["state"] == "held":
                held[of][ride["pk"].removeprefix("ride#")] = ride["hold_cents"]
            if of not in self.vouchers:
                yield f"{ride['pk']}: its voucher is missing"
            elif ride["captured_cents"] > self.vouchers[of]["cap_cents"]:
                yield f"{ride['pk']}: took more than the cap"
        for pk, voucher in self.vouchers.items():
            holds = {ride: hold["cents"] for ride, hold in voucher["holds"].items()}
            if holds != held[pk]:
                yield f"{pk}: its holds aren't its rides under way"
            yield from _unless_equal(f"{pk} captured", voucher["spent_cents"], spent[pk])

    def codes_that_leaked(self) -> Iterator[str]:
        text = json.dumps(self.stored, default=str).upper()
        for code in self.world.codes:
            if code.upper() in text or code.replace("-", "").upper() in text:
                yield "a voucher's code is stored"


def plain(item: Mapping[str, Any]) -> dict[str, Any]:
    """DynamoDB's form of an item as plain values, whole numbers as int."""
    read = TypeDeserializer()
    return {name: _whole(read.deserialize(value)) for name, value in item.items()}


def _whole(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: _whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_whole(member) for member in value]
    return value


def _named(items: list[dict[str, Any]], prefix: str) -> list[dict[str, Any]]:
    return [item for item in items if item["pk"].startswith(prefix)]


def _digest(entry: Item) -> str:
    content = {name: value for name, value in entry.items() if name not in _INDEX_ONLY}
    content |= {"account": entry["pk"], "identity": entry["sk"]}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _unless_equal(what: str, stored: int, rebuilt: int) -> Iterator[str]:
    if stored != rebuilt:
        yield f"{what}: {stored} is stored and {rebuilt} follows"
    if stored < 0:
        yield f"{what}: {stored} is negative"
