"""Reads the four tables of the running stack and adds up a programme's money, without our own code.

It is the second opinion on `check_books`: it scans what is stored and shares no line with the
functions. It shows domain.md's conservation (funded = everything that the money can be), rebuilds
every balance from the ledger alone, and follows the chain of digests.
"""

import base64
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local import emulator, stack
from infra.local.client import call, json_bytes

TABLES = ("Programs", "Vouchers", "People", "Ledger")
# What the store adds to an entry for its index, and what stands in the key: not part of the digest.
_NOT_DIGESTED = {"pk", "sk", "month_shard", "month_sort"}

type Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Books:
    """A programme's money in cents, as it is stored; and what didn't fit, which should be nothing.

    `unlike_ledger` names what has another balance than its entries say, `broken_chains` the
    accounts with an entry that was changed, lost or slipped in.
    """

    funded_cents: int
    unallotted_cents: int
    paid_direct_cents: int
    allotted_cents: int
    reserved_cents: int
    available_cents: int
    held_cents: int
    spent_cents: int
    vouchers: int
    entries: int
    unlike_ledger: tuple[str, ...]
    broken_chains: tuple[str, ...]

    @property
    def found_cents(self) -> int:
        """All that the programme's money has become."""
        return (
            self.unallotted_cents
            + self.paid_direct_cents
            + self.allotted_cents
            + self.reserved_cents
            + self.available_cents
            + self.held_cents
            + self.spent_cents
        )

    @property
    def are_right(self) -> bool:
        """Whether all of it fits."""
        return (
            self.found_cents == self.funded_cents
            and not self.unlike_ledger
            and not self.broken_chains
        )


def table_names(running: stack.Stack) -> dict[str, str]:
    """The tables' names, by the short names in TABLES."""
    return {table: running.output(f"{table}TableName") for table in TABLES}


def everything(running: stack.Stack) -> dict[str, list[Item]]:
    """Each item of each table, exactly as DynamoDB tells it, in the order of the keys."""
    return {
        table: sorted(
            _scan(running, name), key=lambda item: json.dumps([item["pk"], item.get("sk")])
        )
        for table, name in table_names(running).items()
    }


def add_up(running: stack.Stack, program_id: str) -> Books:
    """A programme's books, from one scan of each table. Raises LookupError if there is none."""
    stored = {
        table: [_plain(item) for item in items] for table, items in everything(running).items()
    }
    programs = {item["pk"]: item for item in stored["Programs"] if item.get("sk") == "program"}
    program = programs[f"program#{program_id}"]
    allotments = [item for item in stored["Programs"] if item["pk"] == f"allotment#{program_id}"]
    vouchers = [
        item
        for item in stored["Vouchers"]
        if item["pk"].startswith("voucher#") and item["program_id"] == program_id
    ]
    entries = [item for item in stored["Ledger"] if item["program_id"] == program_id]
    batches = [
        item
        for item in stored["Programs"]
        if item.get("sk", "").startswith("batch#") and item["program_id"] == program_id
    ]
    chains = {item["pk"]: item["chain"] for item in [program, *vouchers]}
    # A batch stands in its partner's partition; its account is named by the batch.
    chains |= {item["sk"]: item["chain"] for item in batches}
    return Books(
        funded_cents=program["funded_cents"],
        unallotted_cents=program["unallotted_cents"],
        paid_direct_cents=program["paid_direct_cents"],
        allotted_cents=_sum(allotments, "available_cents"),
        reserved_cents=_sum(batches, "reserved_cents"),
        available_cents=_sum(vouchers, "available_cents"),
        held_cents=_sum(vouchers, "held_cents"),
        spent_cents=_sum(vouchers, "spent_cents"),
        vouchers=len(vouchers),
        entries=len(entries),
        unlike_ledger=_unlike(
            _by_items(program, allotments, batches, vouchers), _by_ledger(entries)
        ),
        broken_chains=_broken(chains, entries),
    )


def spent_on(running: stack.Stack, voucher_ids: Iterable[str]) -> int:
    """What these vouchers have spent, in cents, as stored."""
    wanted = set(voucher_ids)
    items = [_plain(item) for item in everything(running)["Vouchers"]]
    vouchers = [item for item in items if item["pk"].startswith("voucher#")]
    return _sum([one for one in vouchers if one["voucher_id"] in wanted], "spent_cents")


type Balances = Mapping[tuple[str, str], int]


def _by_items(
    program: Item, allotments: list[Item], batches: list[Item], vouchers: list[Item]
) -> Balances:
    """(whose, which account) → cents, as the items say."""
    balances = {
        (program["pk"], "program.unallotted"): program["unallotted_cents"],
        (program["pk"], "program.paid_direct"): program["paid_direct_cents"],
        (program["pk"], "outside"): -program["funded_cents"],
    }
    for allotment in allotments:
        balances[allotment["partner_id"], "allotment.available"] = allotment["available_cents"]
    for batch in batches:
        balances[batch["batch_id"], "batch.reserved"] = batch["reserved_cents"]
    for voucher in vouchers:
        for account in ("available", "held", "spent"):
            balances[voucher["pk"], f"voucher.{account}"] = voucher[f"{account}_cents"]
    return balances


def _by_ledger(entries: list[Item]) -> Balances:
    """The same, as the entries say: nothing but sums of what they moved. What goes from a card to
    the one that replaces it leaves the first and comes to the second: all of it adds up to zero."""
    balances: Counter[tuple[str, str]] = Counter()
    for entry in entries:
        for account, cents in entry["changes"].items():
            whose = entry["pk"]
            if account == "allotment.available":
                whose = entry["partner_id"]
            elif account == "batch.reserved":
                whose = entry["batch_id"]
            elif account == "voucher.transfer":
                whose = "all cards"
            balances[whose, account] += cents
    return balances


def _unlike(stored: Balances, rebuilt: Balances) -> tuple[str, ...]:
    return tuple(
        sorted(
            f"{whose} {account}"
            for whose, account in stored.keys() | rebuilt.keys()
            if stored.get((whose, account), 0) != rebuilt.get((whose, account), 0)
        )
    )


def _broken(chains: Mapping[str, Item], entries: list[Item]) -> tuple[str, ...]:
    """The accounts whose entries don't follow one another up to the last one that is known."""
    accounts = defaultdict(list)
    for entry in entries:
        accounts[entry["pk"]].append(entry)
    broken = set(accounts) ^ set(chains)
    for account, written in accounts.items():
        written.sort(key=lambda entry: entry["sequence"])
        numbers = [entry["sequence"] for entry in written]
        before = [None, *(_digest(entry) for entry in written)]
        named = [*(entry.get("previous_digest") for entry in written)]
        last = chains.get(account, {}).get("last_digest")
        if numbers != list(range(1, len(written) + 1)) or [*named, last] != before:
            broken.add(account)
    return tuple(sorted(broken))


def _digest(entry: Item) -> str:
    """SHA-256 of an entry's canonical JSON (domain.md, 'entry'), in URL-safe base 64."""
    content = {name: value for name, value in entry.items() if name not in _NOT_DIGESTED}
    content |= {"account": entry["pk"], "identity": entry["sk"]}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    raw = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _sum(items: list[Item], name: str) -> int:
    return sum(item[name] for item in items)


def _scan(running: stack.Stack, table: str) -> list[Item]:
    """By DynamoDB's own JSON: boto3 takes five times as long to read what is the same."""
    items: list[Item] = []
    wanted: Item = {"TableName": table, "ConsistentRead": True}
    while True:
        request = AWSRequest(
            "POST",
            running.endpoint_url,
            data=json_bytes(wanted),
            headers={
                "Content-Type": "application/x-amz-json-1.0",
                "X-Amz-Target": "DynamoDB_20120810.Scan",
            },
        )
        root = Credentials(emulator.ROOT_KEY, emulator.ROOT_KEY)
        SigV4Auth(root, "dynamodb", running.region).add_auth(request)
        answer = call("POST", running.endpoint_url, request.data, dict(request.headers))
        page = answer.expect(200)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        wanted["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _plain(item: Item) -> Item:
    return {name: _value(value) for name, value in item.items()}


def _value(typed: Item) -> Any:
    """What DynamoDB writes as {"N": "12"}. Entries and balances hold whole numbers only."""
    ((kind, value),) = typed.items()
    if kind == "N":
        return int(value) if value.lstrip("-").isdigit() else float(value)
    if kind == "M":
        return _plain(value)
    if kind == "L":
        return [_value(one) for one in value]
    return None if kind == "NULL" else value
