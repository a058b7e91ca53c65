"""What a part of the benchmark found, in the form in which `make bench` tells it.

Each part is a module of this folder that is run in a process of its own: `python -m bench.warm`
measures, and prints a `Part` as one line of JSON. A ratio is always to a baseline of the same run,
since these machines are noisy: the two are measured by turns (`by_turns`), and each turn gives one
ratio.
"""

import statistics
import sys
import time
from collections.abc import Callable, Sequence

from pydantic import BaseModel, ConfigDict


class Ratio(BaseModel):
    """One line of the table: how many times as much as its baseline, in each turn. `most` and
    `least` are the bounds that it should keep, `figures` what was measured, with units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    what: str
    against: str
    turns: tuple[float, ...]
    most: float | None = None
    least: float | None = None
    figures: str = ""

    @property
    def median(self) -> float:
        """The ratio that is told."""
        return statistics.median(self.turns)

    @property
    def is_kept(self) -> bool:
        """Whether the median is within the bounds."""
        return (self.most is None or self.median <= self.most) and (
            self.least is None or self.median >= self.least
        )


class Part(BaseModel):
    """What one module found. `told`: how it was measured, in a sentence or two. `notes`: what is no
    ratio, such as the line that growth follows. `facts`: plain figures by name, for the cost model,
    with the unit at the end of the name or before its dot (`warm_ms.authorize`)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    told: str
    ratios: tuple[Ratio, ...] = ()
    notes: tuple[str, ...] = ()
    facts: dict[str, float] = {}


def tell(part: Part) -> None:
    """Hands it to who started this process."""
    sys.stdout.write(part.model_dump_json() + "\n")


def by_turns(
    baseline: Callable[[], object],
    measured: Callable[[], object],
    turns: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[tuple[float, float]]:
    """Seconds of both, one after the other, so often: what else the machine does meets both. By
    `time.process_time` as the clock, those that this process computed."""
    return [(_seconds(baseline, clock), _seconds(measured, clock)) for _ in range(turns)]


def ratios(pairs: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    """Of each turn, the measured by its baseline."""
    return tuple(measured / baseline for baseline, measured in pairs)


def _seconds(act: Callable[[], object], clock: Callable[[], float]) -> float:
    started = clock()
    act()
    return clock() - started
