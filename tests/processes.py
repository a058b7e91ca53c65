"""Several processes on the same tables, as the functions of a busy hour are: each with its own
client, its own memory and several threads. They begin at the same moment."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from threading import Barrier
from typing import Any, Self

import boto3

from farechance.errors import StateForbids
from farechance.settings import Settings
from farechance.store import Store
from farechance.told import Told
from threads import at_once, until_answered
from world import Clock, World

PROCESSES = 2
_WAIT_SECONDS = 120


@dataclass(frozen=True)
class Act:
    """A method of a world, by its name, with what it is called with. Keys and ids that are drawn
    must be named: two processes draw the same."""

    method: str
    arguments: tuple[Any, ...]
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Met:
    """What came of an act: what was told, or why it was refused."""

    told: Any = None
    refused: str | None = None


class Processes(AbstractContextManager["Processes"]):
    """Within its `with`, carries out what is asked for in several processes at once."""

    def __init__(self, endpoint: str) -> None:
        # A fork would share the connections of the one that it was forked from.
        spawn = get_context("spawn")
        self._pool = ProcessPoolExecutor(
            PROCESSES, spawn, _begin, (endpoint, spawn.Barrier(PROCESSES))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def carry_out(self, world: World, acts: Sequence[Act]) -> list[Met]:
        """Every act, dealt out in turn, each in a thread of its own."""
        tables, now = dict(world.tables), world.clock.now
        hands = [list(acts[number::PROCESSES]) for number in range(PROCESSES)]
        futures = [self._pool.submit(_carry_out, tables, now, hand) for hand in hands]
        return [met for one in futures for met in one.result(timeout=_WAIT_SECONDS)]


@dataclass(frozen=True)
class _Own:
    """What one process has for itself."""

    client: Any
    barrier: Barrier


_own: list[_Own] = []


def _begin(endpoint: str, barrier: Barrier) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    _own.append(_Own(client, barrier))


def _carry_out(tables: Mapping[str, str], now: datetime, acts: list[Act]) -> list[Met]:
    own = _own[0]
    store = Store(Settings(environment="trial", tables=tables), own.client)
    world = World(own.client, store, tables, Clock(now))
    own.barrier.wait(_WAIT_SECONDS)
    return [_met(one) for one in at_once([partial(_act, world.another(), it) for it in acts])]


def _act(world: World, act: Act) -> Any:
    method = getattr(world, act.method)
    return until_answered(lambda: method(*act.arguments, **act.named))


def _met(result: Any) -> Met:
    if isinstance(result, StateForbids):
        return Met(refused=result.reason)
    if isinstance(result, Exception):
        return Met(refused=repr(result))
    return Met(told=result.full() if isinstance(result, Told) else result)
