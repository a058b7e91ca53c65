"""Makes the four tables from the template, in whatever answers to a DynamoDB client, so that the
schema of the tests cannot drift from what is deployed."""

from collections.abc import Mapping
from itertools import batched, count
from typing import Any

from farechance.settings import Settings
from farechance.store import Store
from infra.local import template
from world import World

LOGICAL_IDS = {
    "programs": "ProgramsTable",
    "vouchers": "VouchersTable",
    "people": "PeopleTable",
    "ledger": "LedgerTable",
}
_SCHEMAS = {short: template.create_table_arguments(it) for short, it in LOGICAL_IDS.items()}
_numbers = count(1)


def make_tables(client: Any) -> dict[str, str]:
    """Four new tables; their names by our short ones."""
    number = next(_numbers)
    names = {short: f"{logical_id}{number}" for short, logical_id in LOGICAL_IDS.items()}
    for short, name in names.items():
        client.create_table(**{**_SCHEMAS[short], "TableName": name})
    return names


def empty_tables(client: Any, names: Mapping[str, str]) -> None:
    """Takes every item out, which is faster than making new tables."""
    for name in names.values():
        pages = client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        keys = [{key: item[key] for key in ("pk", "sk") if key in item} for item in items]
        for some in batched(keys, 25, strict=False):
            request = [{"DeleteRequest": {"Key": key}} for key in some]
            client.batch_write_item(RequestItems={name: request})


def fill_tables(
    client: Any, names: Mapping[str, str], items: Mapping[str, list[dict[str, Any]]]
) -> None:
    """Puts back what `World.everything` saw."""
    for short, all_of_one in items.items():
        for some in batched(all_of_one, 25, strict=False):
            request = [{"PutRequest": {"Item": item}} for item in some]
            client.batch_write_item(RequestItems={names[short]: request})


def world_on(client: Any, tables: Mapping[str, str], **changes: Any) -> World:
    """A world on four tables, without waiting after a lost race."""
    settings = Settings(environment="trial", tables=tables)
    return World(client, Store(settings, client, pause=lambda _: None), tables, **changes)
