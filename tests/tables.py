"""Makes the four tables from the template, in whatever answers to a DynamoDB client, so that the
schema of the tests cannot drift from what is deployed."""

from itertools import count
from typing import Any

from farechance.settings import Settings
from farechance.store import Store
from infra.local import template
from world import World

_LOGICAL_IDS = {
    "programs": "ProgramsTable",
    "vouchers": "VouchersTable",
    "people": "PeopleTable",
    "ledger": "LedgerTable",
}
_numbers = count(1)


def make_tables(client: Any) -> dict[str, str]:
    """Four new tables; their names by our short ones."""
    number = next(_numbers)
    names = {}
    for short, logical_id in _LOGICAL_IDS.items():
        names[short] = f"{logical_id}{number}"
        arguments = template.create_table_arguments(logical_id)
        client.create_table(**{**arguments, "TableName": names[short]})
    return names


def make_world(client: Any) -> World:
    """A world on four new tables, without waiting after a lost race."""
    tables = make_tables(client)
    settings = Settings(environment="trial", tables=tables)
    return World(client, Store(settings, client, pause=lambda _: None), tables)
