"""What a warm function adds to the calls that it makes of DynamoDB, as ratios.

Computing: an authorize of which DynamoDB takes no time (`own_time`). Waiting: each operation
through DynamoDB Local, against the calls that it makes, made bare by the store's own client. That
is botocore's, and doesn't validate parameters: so what our code adds is told, and nothing of what
our client saves. The calls are recorded and made again on four other tables that hold the same, so
that every condition holds and all is written once more; in the end both hold the same again, or
nothing is told.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from copy import replace
from dataclasses import dataclass
from itertools import islice, repeat
from statistics import median
from typing import Any

from botocore import xform_name

from bench.doors import Doors, Event, opened
from bench.measured import Part, Ratio, ratios, tell
from bench.own_time import own_time
from functional.bodies import completed, enrollment_body, mint_body, requested
from units import cost_of
from wire import Call, Wire

TURNS, CALLS = 7, 10
MOST_TIMES_BARE = 1.3
PAGE = 25
_NEEDED = (TURNS + 1) * CALLS + 2


@dataclass(frozen=True)
class _Operation:
    """`events` are as many calls of it as anybody wants, each of which does something new."""

    name: str
    folder: str
    events: Iterator[Event]
    most: float | None = None


@dataclass(frozen=True)
class _Turn:
    """Seconds of a call through the handler, and of what it asks for, bare: the medians of some,
    since one that something else interrupted says nothing."""

    handled: float
    bare: float


def main() -> None:
    """Measures and tells."""
    with opened() as doors:
        part = _part(doors)
    tell(part)


def _part(doors: Doors) -> Part:
    operations, spare_code = _operations(doors), doors.world.code()
    doors.make_alike()
    turns = {one.name: _turns(doors, one) for one in operations}
    if doors.world.everything() != doors.twin.everything():
        raise SystemExit("bench.warm: the bare calls didn't write what the handlers wrote")
    facts = {
        f"{what}.{one.name}": value
        for one in operations
        for what, value in _facts(doors, one, turns[one.name]).items()
    }
    return Part(
        title="A warm function",
        told=(
            "The handlers as Lambda starts them, on DynamoDB Local over HTTP, against the same "
            "calls made bare on other tables, by turns and by the store's own client, which is "
            "botocore's and doesn't validate parameters; computing is this process's CPU time, and "
            "DynamoDB answers at once."
        ),
        ratios=(
            *(_ratio(one, turns[one.name], facts) for one in operations),
            # Last of all, since from then on the function's tables are nowhere.
            *own_time(doors, spare_code, _authorizes(doors, repeat(spare_code))),
        ),
        facts=facts,
    )


# ── what is called ───────────────────────────────────────────────────────────────────────────────


def _operations(doors: Doors) -> tuple[_Operation, ...]:
    """All that must be stored before the first call is stored here."""
    world = doors.world
    fresh, held = _codes(doors), [(code, str(uuid.uuid4())) for code in _codes(doors)]
    for code, ride in held:
        world.request(code, ride)
    shown = world.voucher(world.code()).voucher_id
    return (
        _Operation("authorize", "redemption", _authorizes(doors, fresh), MOST_TIMES_BARE),
        _Operation("complete", "redemption", _completes(doors, held)),
        _Operation("mint", "minting", _calls(doors, "POST", "/vouchers", mint_body)),
        _Operation("enroll", "enrollment", _calls(doors, "POST", "/participants", enrollment_body)),
        _Operation("show", "minting", _calls(doors, "GET", f"/vouchers/{shown}")),
        _Operation("list", "minting", _calls(doors, "GET", "/vouchers", limit=str(PAGE))),
    )


def _codes(doors: Doors) -> list[str]:
    """Of vouchers that nobody has used."""
    codes: list[str] = []
    while len(codes) < _NEEDED:
        minted = doors.world.mint(doors.world.mint_request(unassigned=25))
        codes += [str(one.code) for one in minted.vouchers]
    return codes


def _authorizes(doors: Doors, codes: Iterable[str]) -> Iterator[Event]:
    for code in codes:
        data = requested(code, ride_id=str(uuid.uuid4()))
        yield doors.callback("ride.requested", data, "authorizations")


def _completes(doors: Doors, rides: Iterable[tuple[str, str]]) -> Iterator[Event]:
    for code, ride in rides:
        yield doors.callback("ride.completed", completed(code, ride_id=ride))


def _calls(
    doors: Doors,
    method: str,
    path: str,
    body: Callable[[], dict[str, Any]] | None = None,
    **query: str,
) -> Iterator[Event]:
    while True:
        yield doors.call(method, path, body and body(), **query)


# ── through DynamoDB Local ───────────────────────────────────────────────────────────────────────


def _turns(doors: Doors, operation: _Operation) -> list[_Turn]:
    """After one that isn't counted: with it the functions are warm."""
    return [_turn(doors, operation) for _ in range(TURNS + 1)][1:]


def _turn(doors: Doors, operation: _Operation) -> _Turn:
    """Each call of the handler is followed by its bare ones: what else the machine does meets
    both."""
    app = doors.app(operation.folder)
    client = app.store._client
    handled, bare = [], []
    for event in islice(operation.events, CALLS):
        with Wire(client) as line:
            began = time.perf_counter()
            answer = app.handler(event, None)
            handled.append(time.perf_counter() - began)
        _check(operation, answer)
        calls = [
            (getattr(client, xform_name(call.operation)), _on_twin(call, doors))
            for call in line.calls
        ]
        began = time.perf_counter()
        for method, parameters in calls:
            method(**parameters)
        bare.append(time.perf_counter() - began)
    return _Turn(median(handled), median(bare))


def _on_twin(call: Call, doors: Doors) -> dict[str, Any]:
    """What a call asked for, of the twin's tables. By the same token DynamoDB would do nothing
    again."""
    text = json.dumps({**call.sent, "ClientRequestToken": None})
    for short, name in doors.world.tables.items():
        text = text.replace(f'"{name}"', f'"{doors.twin.tables[short]}"')
    return {name: value for name, value in json.loads(text).items() if value is not None}


def _check(operation: _Operation, answer: dict[str, Any]) -> None:
    """It was done: a decline costs the same, but is another thing."""
    told = json.loads(answer["body"])
    if answer["statusCode"] not in (200, 201) or told.get("decision") == "declined":
        raise SystemExit(f"bench.warm: {operation.name} was answered {answer}")


def _ratio(operation: _Operation, turns: list[_Turn], facts: dict[str, float]) -> Ratio:
    trips = facts[f"round_trips.{operation.name}"]
    bare_ms = 1_000 * median(turn.bare for turn in turns)
    return Ratio(
        what=f"{operation.name}, warm",
        against=f"what it asks DynamoDB, bare by the store's own client (calls: {trips:.0f})",
        turns=ratios([(turn.bare, turn.handled) for turn in turns]),
        most=operation.most,
        figures=f"{facts[f'warm_ms.{operation.name}']:.1f} ms to {bare_ms:.1f} ms",
    )


def _facts(doors: Doors, operation: _Operation, turns: list[_Turn]) -> dict[str, float]:
    """Of one call, after another that renews what the function remembers for a minute."""
    app = doors.app(operation.folder)
    before, event = islice(operation.events, 2)
    _check(operation, app.handler(before, None))
    answers: list[dict[str, Any]] = []
    read, written = doors.secrets.reads, doors.written.bytes
    cost = cost_of(
        replace(doors.world, client=app.store._client),
        lambda _: answers.append(app.handler(event, None)),
    )
    _check(operation, answers[0])
    return {
        "warm_ms": 1_000 * median(turn.handled for turn in turns),
        "round_trips": cost.round_trips,
        "write_units": cost.write_units,
        "read_units": cost.read_units,
        "log_bytes": doors.written.bytes - written,
        "answer_bytes": len(answers[0]["body"].encode()),
        "secret_reads": doors.secrets.reads - read,
    }


if __name__ == "__main__":
    main()
