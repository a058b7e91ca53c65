"""The real DynamoDB Local, started once, with new tables for each test."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local import dynamodb
from tables import make_world
from world import World


@pytest.fixture(scope="session")
def client() -> Iterator[Any]:
    """A client of a DynamoDB Local of our own."""
    port = dynamodb.free_port()
    process = dynamodb.start(port)
    yield boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    dynamodb.stop(process)


@pytest.fixture
def world(client: Any) -> World:
    """A funded programme with two partners and a ride company."""
    return make_world(client).with_program()
