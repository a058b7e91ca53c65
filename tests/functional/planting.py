"""Where a stack of moto may have kept what was sent to it: each item by its kind, and everything
else by what it is. It owns what is looked through, and takes out of the queues what it has looked
at; it must never plant anything."""

import copy
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import boto3
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from canaries import found_in
from functional.stack import REGION, Stack

# How the items of a table are told apart: by how their sort key begins, else their partition's.
_KIND = re.compile(r"[a-z]+")


def things_held(stack: Stack) -> Iterator[tuple[str, str]]:
    """Each thing that is held, with the kind of its place: tables, logs with metrics, buckets,
    queues, announcements, what secrets and clients of partners are called."""
    yield from _items(stack)
    yield "logs", stack.log
    for path, content in stack.files().items():
        yield f"bucket {path.partition('/')[0]}", f"{path} {content.decode('latin-1')}"
    for name, url in _queues(stack):
        yield f"queue {name}", json.dumps(stack.messages(url))
    for subject, text in stack.announced():
        yield "announcements", f"{subject} {text}"
    secrets = boto3.client("secretsmanager").list_secrets()["SecretList"]
    yield "names of secrets", json.dumps(secrets, default=str)
    clients = boto3.client("cognito-idp").list_user_pool_clients(
        UserPoolId=stack.user_pool_id, MaxResults=60
    )["UserPoolClients"]
    yield "clients", json.dumps(clients, default=str)


def places_of_canaries(stack: Stack) -> dict[str, set[str]]:
    """Which kinds of canaries are held, and in which kinds of places."""
    return _places(things_held(stack))


def kinds_of_items_with_canaries(stack: Stack) -> set[str]:
    """In which kinds of items and of log lines canaries are held now."""
    things = [*_items(stack), ("logs", stack.log)]
    if not found_in(" ".join(text for _, text in things)):
        return set()
    return set().union(*_places(things).values())


def remembered(stack: Stack) -> dict[str, Any]:
    """The tables in moto's memory, to be put back: thousands of times, which scans are too slow
    for."""
    return {name: copy.deepcopy(table.items) for name, table in _tables(stack)}


def put_back(stack: Stack, before: dict[str, Any]) -> None:
    """Every item as it was."""
    for name, table in _tables(stack):
        table.items = copy.deepcopy(before[name])


def _tables(stack: Stack) -> Iterator[tuple[str, Any]]:
    stored = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][REGION].tables
    yield from ((short, stored[name]) for short, name in stack.on_tables.tables.items())


def _places(things: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for place, text in things:
        for kind in found_in(text):
            found.setdefault(kind, set()).add(place)
    return found


def _items(stack: Stack) -> Iterator[tuple[str, str]]:
    for short, table in _tables(stack):
        for item in table.all_items():
            told = item.to_json()["Attributes"]
            yield f"{short} {kind_of_item(short, told)}", json.dumps(told, ensure_ascii=False)


def kind_of_item(table: str, item: dict[str, Any]) -> str:
    """What an item is, by its key: `participant`, `command`, `ride` …"""
    pk, sk = item["pk"]["S"], item.get("sk", {}).get("S", "")
    if table == "ledger":
        return f"entry of a {_word(pk)}"
    if table in ("vouchers",) or pk.partition("#")[0] in ("allotment", "report", "statement"):
        return _word(pk)
    return _word(sk) or _word(pk)


def _word(key: str) -> str:
    found = _KIND.match(key)
    return found[0] if found else ""


def _queues(stack: Stack) -> Iterator[tuple[str, str]]:
    yield "batches", stack.queue_url
    yield "reports", stack.report_queue_url
    yield "statements", stack.statement_queue_url
    for name, url in stack.given_up.items():
        yield f"given up {name}", url
