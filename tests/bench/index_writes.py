"""How many units an operation's writes cost in the indexes of its tables, and what it asks DynamoDB
for where its function remembers nothing: a part of the benchmark that measures no time, for the
cost model. Each is called once through its door, on DynamoDB Local; from the items before and after
follows what the indexes took."""

import json
from collections.abc import Iterator
from copy import replace
from typing import Any

from bench.doors import Doors, Event, opened
from bench.measured import Part, tell
from functional.bodies import completed, enrollment_body, mint_body, requested
from index_units import index_units
from units import cost_of
from world import World

PAGE = 25


def main() -> None:
    """Counts, and tells what was found."""
    with opened() as doors:
        part = _part(doors)
    tell(part)


def _part(doors: Doors) -> Part:
    return Part(
        title="Indexes and cold calls",
        told=(
            "What each operation's items cost in their tables' indexes, from the template and the "
            "items before and after; and what a call asks DynamoDB for if its function remembers "
            "nothing."
        ),
        facts={
            f"{what}.{name}": value
            for name, folder, event in _calls(doors)
            for what, value in _counted(doors, name, folder, event).items()
        },
    )


def _calls(doors: Doors) -> Iterator[tuple[str, str, Event]]:
    """Operation, function, event; each does something new when its turn has come."""
    world = doors.world
    code = world.code(participant_ids=(world.enroll(),), unassigned=None)
    # A first voucher writes more than the next ones of the same person.
    newcomer = world.enroll()
    shown = world.voucher(code).voucher_id
    world.mint(world.mint_request(unassigned=PAGE))
    yield "enroll", "enrollment", doors.call("POST", "/participants", enrollment_body())
    yield "mint", "minting", doors.call("POST", "/vouchers", mint_body(participant_ids=[newcomer]))
    yield (
        "authorize",
        "redemption",
        doors.callback("ride.requested", requested(code), "authorizations"),
    )
    yield "complete", "redemption", doors.callback("ride.completed", completed(code))
    yield "show", "minting", doors.call("GET", f"/vouchers/{shown}")
    yield "list", "minting", doors.call("GET", "/vouchers", limit=str(PAGE))


def _counted(doors: Doors, name: str, folder: str, event: Event) -> dict[str, float]:
    app, world = doors.app(folder), doors.world
    app.remembered._known.clear()
    before = _images(world)
    answers: list[dict[str, Any]] = []
    cost = cost_of(
        replace(world, client=app.store._client),
        lambda _: answers.append(app.handler(event, None)),
    )
    after = _images(world)
    told = json.loads(answers[0]["body"])
    if answers[0]["statusCode"] not in (200, 201) or told.get("decision") == "declined":
        raise SystemExit(f"bench.index_writes: {name} was answered {answers[0]}")
    return {
        "index_units": sum(
            index_units(key[0], before.get(key, {}), after.get(key, {})) for key in before | after
        ),
        "cold_round_trips": cost.round_trips,
        "cold_read_units": cost.read_units,
    }


def _images(world: World) -> dict[tuple[str, str, str], dict[str, Any]]:
    return {
        (table, item["pk"]["S"], item.get("sk", {"S": ""})["S"]): item
        for table, items in world.everything().items()
        for item in items
    }


if __name__ == "__main__":
    main()
