"""The real DynamoDB Local, started once, with empty tables for each test. After each test an
auditor reads the books of every world that the test made, and nothing but allowed writes to a
ledger may have been on the wire."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

import builders
from books import differences
from builders import OTHER_PARTNER
from infra.local import dynamodb
from tables import empty_tables, fill_tables, make_tables, world_on
from wire import Wire, wrong_ledger_writes
from world import World


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """A DynamoDB Local of our own."""
    port = dynamodb.free_port()
    process = dynamodb.start(port)
    yield f"http://127.0.0.1:{port}"
    dynamodb.stop(process)


@pytest.fixture(scope="session")
def client(endpoint: str) -> Any:
    """The client of the code under test. It repeats nothing by itself, so that each fault reaches
    the store."""
    return new_client(endpoint, retries={"mode": "standard", "total_max_attempts": 1})


@pytest.fixture(scope="session")
def bystander(endpoint: str) -> Any:
    """A client that nobody watches: it empties tables, and does what the code must never do."""
    return new_client(endpoint)


@pytest.fixture(scope="session")
def spare_tables() -> list[dict[str, str]]:
    """Tables that were made and are empty."""
    return []


@pytest.fixture
def worlds(
    client: Any, bystander: Any, spare_tables: list[dict[str, str]]
) -> Iterator[Callable[..., World]]:
    """Makes worlds on empty tables; afterwards reads the books of all of them."""
    made: list[World] = []

    def make(**changes: Any) -> World:
        tables = spare_tables.pop() if spare_tables else make_tables(bystander)
        made.append(world_on(client, tables, **changes))
        return made[-1]

    with Wire(client) as wire:
        yield make
    try:
        for world in made:
            assert differences(world) == []
        assert [wrong for call in wire.calls for wrong in wrong_ledger_writes(call)] == []
    finally:
        for world in made:
            empty_tables(bystander, world.tables)
            spare_tables.append(dict(world.tables))


@pytest.fixture(scope="session")
def furniture() -> dict[str, list[dict[str, Any]]]:
    """What a world of `with_program` stores, once it was made."""
    return {}


@pytest.fixture
def world(
    worlds: Callable[..., World], bystander: Any, furniture: dict[str, list[dict[str, Any]]]
) -> World:
    """A funded programme with two partners and a ride company. It is made once by the commands
    and then put back as it was, which is faster."""
    if not furniture:
        furniture |= worlds().with_program().everything()
    world = worlds()
    fill_tables(bystander, world.tables, furniture)
    return world


def new_client(endpoint: str, **config: Any) -> Any:
    """A client of DynamoDB Local."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(max_pool_connections=50, **config),
    )


@pytest.fixture
def limited(worlds: Callable[..., World]) -> World:
    """A programme that may owe 10.00 beyond its vouchers, with 50.00 that isn't allotted."""
    world = worlds().with_program(rules=builders.rules(max_owed_cents=1_000))
    world.administer("fund", program_id=world.program_id, amount_cents=5_000)
    return world


@pytest.fixture
def used(world: World) -> tuple[World, str]:
    """A programme with rides, and the code of a voucher with five entries."""
    code = world.code()
    world.request(code, "ride-1")
    world.complete(code, "ride-1", cents=1_200)
    world.request(code, "ride-2", cents=500)
    world.cancel(code, "ride-2")
    world.mint(partner=OTHER_PARTNER)
    return world, code
