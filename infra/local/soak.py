"""`make soak`: the long run of the tests' state machine. Two processes, each with a DynamoDB Local
of its own, play random histories of the real operations beside the tests' model.

SOAK_OPERATIONS (100,000) and SOAK_MINUTES (60) bound it, whichever comes first; SOAK_SEED makes
the same histories again. It returns 1 on a violation, whose history is made as short as possible
and told, and 2 if it was long enough and something never happened that should have.
"""

import os
import random
import secrets
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

import boto3
from botocore.config import Config

from infra.local import dynamodb
from model.expected import ALL
from model.moves import begin, go_on
from model.play import Play
from model.shortest import shortest
from model.stage import Stage
from world import World

PROCESSES = 2
# Enough for a voucher to be minted, ridden with, lost, ended and returned.
MOVES_OF_A_HISTORY = 100
HISTORIES_OF_A_SHARE = 10
SHORTENING_SECONDS = 300.0
TELL_EVERY = 5_000
# What is rare comes a dozen times in as many operations.
ENOUGH_FOR_ALL = 90_000


@dataclass(frozen=True)
class Share:
    """What a process did with one seed: how often what happened, and how it failed, if it did."""

    number: int
    census: Counter[str]
    failure: str | None


@dataclass
class Soak:
    """The bounds, and the sum of all shares."""

    seed: int
    operations: int
    seconds: float
    census: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    started: float = field(default_factory=time.monotonic)

    @property
    def has_more(self) -> bool:
        """Whether it goes on."""
        is_enough = self.census["operations"] >= self.operations
        return not is_enough and not self.failures and self.took < self.seconds

    @property
    def took(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self.started

    def line(self) -> str:
        """How far it is."""
        made, histories = self.census["operations"], self.census["histories"]
        return (
            f"{made:,} operations, {histories:,} histories, "
            f"{self.census['invariants asked']:,} invariants asked, {self.took:.0f} s "
            f"({made / max(1.0, self.took):.0f} operations/s), {len(self.failures)} violations"
        )


def main() -> int:
    """Returns what the shell is told."""
    # Ended from outside, it still ends the databases that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    soak = Soak(
        seed=int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6)),
        operations=int(os.environ.get("SOAK_OPERATIONS") or 100_000),
        seconds=60 * float(os.environ.get("SOAK_MINUTES") or 60),
    )
    print(f"soak: SOAK_SEED={soak.seed}, up to {soak.operations:,} operations", flush=True)
    told = 0
    for share in _shares(soak):
        soak.census.update(share.census)
        if share.failure is not None:
            print(f"soak: VIOLATION in share {share.number}\n{share.failure}", flush=True)
            soak.failures.append(share.failure)
        if soak.census["operations"] // TELL_EVERY > told:
            told = soak.census["operations"] // TELL_EVERY
            print(f"soak: {soak.line()}", flush=True)
    return _tell(soak)


def _shares(soak: Soak) -> Iterator[Share]:
    """As they are done, by processes that begin the next one as long as there is more to do."""
    running: dict[Future[Share], ProcessPoolExecutor] = {}
    number = 0
    with ExitStack() as until_the_end:
        idle = [until_the_end.enter_context(_player()) for _ in range(PROCESSES)]
        while soak.has_more or running:
            while soak.has_more and idle:
                player = idle.pop()
                running[player.submit(_play, soak.seed, number)] = player
                number += 1
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                idle.append(running.pop(one))
                yield one.result()


@contextmanager
def _player() -> Iterator[ProcessPoolExecutor]:
    """A process with a database of its own."""
    port = dynamodb.free_port()
    database = dynamodb.start(port)
    try:
        with ProcessPoolExecutor(1, get_context("spawn"), _set_stage, (port,)) as player:
            yield player
    finally:
        dynamodb.stop(database)


_stages: list[Stage] = []
"""Of this process: the one that it plays on."""


def _set_stage(port: int) -> None:
    client = boto3.client(
        "dynamodb",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": "standard", "total_max_attempts": 1}),
    )
    _stages.append(Stage(client, client))


def _play(first_seed: int, number: int) -> Share:
    """Some histories; the first that fails is made shorter and told."""
    census: Counter[str] = Counter()
    for history in range(HISTORIES_OF_A_SHARE):
        # A name of its own for each history, so that none depends on those before it.
        chance = random.Random(f"{first_seed} {number} {history}")  # noqa: S311 - no secret
        play = begin(_stages[0].world, census, chance)
        try:
            go_on(play, chance, MOVES_OF_A_HISTORY)
            play.ends()
        except Exception as error:
            return Share(number, census, _in_words(play, error))
    return Share(number, census, None)


def _in_words(play: Play, error: Exception) -> str:
    """The error and the shortest history with it that was found."""

    def again() -> World:
        return _stages[0].world(play.begins_at)

    found = shortest(play.steps, again, type(error), SHORTENING_SECONDS)
    shown, why = found or (play, error)
    told = "".join(traceback.format_exception(why))
    return told + "\n".join(["The history:", *shown.script])


def _tell(soak: Soak) -> int:
    for what, times in sorted(soak.census.items()):
        print(f"  {times:>9,} {what}")
    never = [what for what in ALL if not soak.census[what]]
    is_long = soak.census["operations"] >= ENOUGH_FOR_ALL
    if never:
        print(f"soak: never happened: {', '.join(never)}")
    print(f"soak: SOAK_SEED={soak.seed}: {soak.line()}")
    if soak.failures:
        return 1
    return 2 if never and is_long else 0


if __name__ == "__main__":
    sys.exit(main())
