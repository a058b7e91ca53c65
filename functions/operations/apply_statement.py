"""Records the rides that only a ride company's own statement has, each as the message that never
came would have been: by the same use case, under the same identity. So a message that comes after
all is a repeat or a conflict, and pays nothing.

A command may be cut short after any ride: sent again, it goes on, and what it recorded itself is
counted with the rest, since each entry names its command."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from farechance.commands import ApplyStatement
from farechance.errors import MalformedSheet, StateForbids
from farechance.report_bucket import ReportBucket
from farechance.reports import statement_words
from farechance.reports.applied import Applied, carried_out, looked_at
from farechance.reports.findings import OPEN, Because
from farechance.reports.statement_sheet import StatementLine, UnreadableLine
from farechance.ride_case import Outcome
from farechance.rides import RideEvent
from farechance.statement_files import StatementName
from farechance.store import Remembered, Store
from operations.administration_plan import Plan
from operations.judge_lines import LineJudge, pays_what_is_charged
from operations.look_up_rides import (
    AT_ONCE,
    LookedUp,
    Rides,
    look_up,
    read_completions,
    read_rides,
)
from operations.open_statement import Statement, open_statement
from operations.record_ride_event import record_ride_event


class _ChargedDiffers(Exception):
    """The voucher would pay something else than the line charges."""


@dataclass(frozen=True, slots=True)
class ApplyTools:
    """What applying works with."""

    store: Store
    bucket: ReportBucket
    clock: Callable[[], datetime]
    has_time: Callable[[], bool]


def apply_statement(command: ApplyStatement, tools: ApplyTools) -> Plan:
    """Raises NotFound, StateForbids (`statement_changed`, `statement_unreadable`), BooksDiffer,
    Busy."""
    if command.dry_run:
        return Plan(answer=_go_through(command, tools, is_real=False))
    return Plan(answer={}, prepare=lambda: _go_through(command, tools, is_real=True))


def _go_through(command: ApplyStatement, tools: ApplyTools, *, is_real: bool) -> dict[str, Any]:
    with _open(command, tools) as statement:
        # All of it is read once before anything is done, so that a file is refused as a whole.
        for _ in statement.lines():
            pass
        run = _Run(command, statement, tools, is_real=is_real)
        run.go()
        answer = carried_out(run.counts) if is_real else looked_at(run.counts, statement.zone)
        return {**answer, "statement_digest": statement.sha256}


@contextmanager
def _open(command: ApplyStatement, tools: ApplyTools) -> Iterator[Statement]:
    name = StatementName(
        program_id=command.program_id, provider_id=command.provider_id, month=command.month
    )
    try:
        with open_statement(name, store=tools.store, bucket=tools.bucket) as statement:
            if command.statement_digest not in (None, statement.sha256):
                raise StateForbids("statement_changed", {"statement_digest": statement.sha256})
            yield statement
    except MalformedSheet as problem:
        facts = {"why": statement_words.why_not(problem)}
        raise StateForbids("statement_unreadable", facts) from None


class _Run:
    """One time through the file."""

    def __init__(
        self, command: ApplyStatement, statement: Statement, tools: ApplyTools, *, is_real: bool
    ) -> None:
        self._command, self._statement, self._tools = command, statement, tools
        self._is_real = is_real
        self._remembered = Remembered(tools.store)
        self._judge = LineJudge(
            statement, store=tools.store, remembered=self._remembered, clock=tools.clock
        )
        self.counts = Applied()

    def go(self) -> None:
        """Line by line, as long as there is time."""
        for some in batched(self._first_lines(), AT_ONCE, strict=False):
            if not self._tools.has_time():
                self.counts.lines_left += len(some)
                continue
            provider_id, store = self._command.provider_id, self._tools.store
            rides = read_rides(some, provider_id, store)
            # Most lines of most statements are of rides that are over.
            settled = {name: ride for name, ride in rides.items() if ride.state not in OPEN}
            self._count_settled(some, settled)
            others = [line for line in some if line.ride_id not in settled]
            still_open = {name: ride for name, ride in rides.items() if name not in settled}
            for one in look_up(others, still_open, provider_id, store):
                self._take(one)

    def _first_lines(self) -> Iterator[StatementLine]:
        seen: set[str] = set()
        for line in self._statement.lines():
            if isinstance(line, UnreadableLine):
                self.counts.unreadable += 1
            elif line.ride_id in seen:
                self.counts.doubled += 1
            else:
                seen.add(line.ride_id)
                yield line

    def _count_settled(self, lines: Sequence[StatementLine], settled: Rides) -> None:
        """What this command has recorded itself, before it was cut short, counts as applied."""
        stored = read_completions(settled, self._tools.store)
        for line in lines:
            if line.ride_id not in settled:
                continue
            entry = stored.get(line.ride_id)
            if entry is not None and entry.command_id == self._command.command_id:
                self.counts.add(line, entry.reason, entry.answer or {})
            else:
                self.counts.already_there += 1

    def _take(self, one: LookedUp) -> None:
        judged = self._judge.event(one) if self._is_real else self._judge.foresee(one)
        if isinstance(judged, Because):
            self.counts.refused[judged.value] += 1
        elif not self._tools.has_time():
            self.counts.lines_left += 1
        elif isinstance(judged, Outcome):
            self.counts.add(one.line, None, judged.answer)
        else:
            self._record(judged, one.line)

    def _record(self, event: RideEvent, line: StatementLine) -> None:
        try:
            told = record_ride_event(
                event,
                store=self._tools.store,
                remembered=self._remembered,
                # An authorization leads to its voucher: no code is read.
                code_keys={},
                clock=self._tools.clock,
                command_id=self._command.command_id,
                check=lambda outcome: _check_charged(line, outcome),
            )
        except _ChargedDiffers:
            self.counts.refused[Because.CHARGED_DIFFERS.value] += 1
            return
        if told.is_replay:
            self.counts.already_there += 1
        else:
            self.counts.add(line, told.reason and told.reason.value, told.answer)


def _check_charged(line: StatementLine, outcome: Outcome) -> None:
    """Raises _ChargedDiffers before anything is written."""
    if not pays_what_is_charged(line, outcome):
        raise _ChargedDiffers
