"""How many units an operation's writes cost in the indexes of its tables: a part of the benchmark
that measures no time, for the cost model. From the items before and after a call, on DynamoDB
Local."""

from collections.abc import Callable
from typing import Any

import boto3

import builders
from bench.measured import Part, tell
from index_units import index_units
from infra.local import dynamodb
from tables import make_tables, world_on
from world import World


def main() -> None:
    """Measures, and tells what was found."""
    missing = dynamodb.whats_missing()
    if missing:
        raise SystemExit(f"bench.index_writes: {missing}")
    port = dynamodb.free_port()
    process = dynamodb.start(port)
    try:
        client = boto3.client(
            "dynamodb",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        world = world_on(client, make_tables(client))
        rules = builders.rules(provider_ids=(world.provider_id,))
        tell(_part(world.with_program(rules=rules)))
    finally:
        dynamodb.stop(process)


def _part(world: World) -> Part:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    acts: dict[str, Callable[[], Any]] = {
        "enroll": lambda: world.enroll(language="es"),
        "mint": lambda: world.mint(request),
        "authorize": lambda: world.request(world.codes[0]),
        "complete": lambda: world.complete(world.codes[0]),
        "show": lambda: world.voucher(world.codes[0]),
        "list": lambda: list(world.store.voucher_keys(world.program_id, world.partner_id)),
    }
    return Part(
        title="Writes of indexes",
        told=(
            "What each operation's items cost in their tables' indexes, from the template and the "
            "items before and after."
        ),
        facts={f"index_units.{name}": written(world, act) for name, act in acts.items()},
    )


def written(world: World, act: Callable[[], object]) -> int:
    """Units, by one call."""
    before = _images(world)
    act()
    after = _images(world)
    return sum(
        index_units(key[0], before.get(key, {}), after.get(key, {})) for key in before | after
    )


def _images(world: World) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (table, item["pk"]["S"], item.get("sk", {"S": ""})["S"]): item
        for table, items in world.everything().items()
        for item in items
    }


if __name__ == "__main__":
    main()
