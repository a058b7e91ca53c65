"""Records the rides that only a ride company's own statement has, each as the message that never
came would have been: by the same use case, under the same identity. So a message that comes after
all is a repeat or a conflict, and pays nothing.

A command may be cut short after any ride: sent again, it goes on, and what it recorded itself is
counted with the rest, since each entry names its command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from farechance.callbacks import RideCompleted
from farechance.commands import ApplyStatement
from farechance.errors import FieldErrors, MalformedSheet, StateForbids
from farechance.report_bucket import ReportBucket
from farechance.reports import statement_words
from farechance.reports.applied import Applied, carried_out, looked_at
from farechance.reports.reconciliation import OPEN
from farechance.reports.statement_sheet import StatementLine, UnreadableLine
from farechance.ride_case import Outcome
from farechance.rides import EventKind, Ride, RideEvent, identity_of
from farechance.statement_files import StatementName
from farechance.store import Remembered, Store, keys
from operations.administration_plan import Plan
from operations.look_up_rides import AT_ONCE, LookedUp, look_up
from operations.open_statement import Statement, open_statement
from operations.read_terms import read_terms
from operations.record_ride_event import foreseen, record_ride_event

# Reasons beside those that a message can be refused for.
_NO_AUTHORIZATION = "authorization_missing"
_WRONG_AUTHORIZATION = "authorization_wrong"
_OTHER_PROGRAM = "other_program"
_IN_THE_FUTURE = "completed_in_the_future"
_CHARGED_DIFFERS = "charged_differs"
_LOOKS_LIKE_FEE = "looks_like_cancellation_fee"


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
    with _open(command, tools):
        pass
    return Plan(
        answer={},
        prepare=lambda: _go_through(command, tools, is_real=True),
    )


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
        self.counts = Applied()

    def go(self) -> None:
        """Line by line, as long as there is time."""
        for some in batched(self._first_lines(), AT_ONCE, strict=False):
            if not self._tools.has_time():
                self.counts.lines_left += len(some)
                continue
            settled = self._settled(some)
            self._count_settled(some, settled)
            others = [line for line in some if line.ride_id not in settled]
            for one in look_up(others, self._command.provider_id, self._tools.store):
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

    def _settled(self, lines: Sequence[StatementLine]) -> Mapping[str, Ride]:
        """The rides that are over already, by their ids. Most lines of most statements are."""
        by_id = {
            line.ride_id: keys.ride(f"{self._command.provider_id}#{line.ride_id}") for line in lines
        }
        found = self._tools.store.read(*by_id.values())
        rides = ((ride_id, found[key]) for ride_id, key in by_id.items())
        return {it: ride for it, ride in rides if ride is not None and ride.state not in OPEN}

    def _count_settled(self, lines: Sequence[StatementLine], settled: Mapping[str, Ride]) -> None:
        """What this command has recorded itself, before it was cut short, counts as applied."""
        entries = {
            ride_id: keys.entry(
                keys.voucher_account(ride.voucher_key),
                identity_of(ride.ride_key, EventKind.COMPLETED),
            )
            for ride_id, ride in settled.items()
        }
        stored = self._tools.store.read(*entries.values())
        for line in lines:
            if line.ride_id not in settled:
                continue
            entry = stored[entries[line.ride_id]]
            if entry is not None and entry.command_id == self._command.command_id:
                self.counts.add(line, entry.reason, entry.answer or {})
            else:
                self.counts.already_there += 1

    def _take(self, one: LookedUp) -> None:
        if one.known is not None and not one.known.is_open:
            # It came to its end since we looked.
            self.counts.already_there += 1
        elif why := self._why_not(one):
            self.counts.refused[why] += 1
        elif not self._tools.has_time():
            self.counts.lines_left += 1
        else:
            self._apply(one)

    def _why_not(self, one: LookedUp) -> str | None:
        if one.line.authorization_id is None:
            return _NO_AUTHORIZATION
        if one.known is None or not one.known.can_be_applied:
            return _WRONG_AUTHORIZATION
        if one.known.program_id != self._command.program_id:
            return _OTHER_PROGRAM
        if self._looks_like_fee(one):
            return _LOOKS_LIKE_FEE
        return None

    def _looks_like_fee(self, one: LookedUp) -> bool:
        """A fee that is covered is never more than this, and would be counted as a ride."""
        if one.voucher is None:
            return False
        terms = read_terms(one.voucher, self._remembered, self._tools.clock())
        most_cents = terms.rules.max_cancellation_fee_cents
        return most_cents > 0 and one.line.charged_cents <= most_cents

    def _apply(self, one: LookedUp) -> None:
        event = self._event(one.line)
        if event is None:
            self.counts.refused[_IN_THE_FUTURE] += 1
            return
        try:
            if self._is_real:
                self._record(event, one.line)
            else:
                self._foresee(event, one)
        except _ChargedDiffers:
            self.counts.refused[_CHARGED_DIFFERS] += 1

    def _foresee(self, event: RideEvent, one: LookedUp) -> None:
        if one.ride is None or one.voucher is None:
            return
        outcome = foreseen(
            event,
            one.ride,
            one.voucher,
            store=self._tools.store,
            remembered=self._remembered,
            now=self._tools.clock(),
        )
        _check_charged(one.line, outcome)
        self.counts.add(one.line, outcome.reason and outcome.reason.value, outcome.answer)

    def _record(self, event: RideEvent, line: StatementLine) -> None:
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
        if told.is_replay:
            self.counts.already_there += 1
        else:
            self.counts.add(line, told.reason and told.reason.value, told.answer)

    def _event(self, line: StatementLine) -> RideEvent | None:
        """As the provider's own message would have stated it; None if it would be refused."""
        stated = RideCompleted(
            ride_id=line.ride_id,
            authorization_id=line.authorization_id,
            fare_cents=line.fare_cents,
            currency=self._statement.currency,
            completed_at=line.completed_at,
        )
        try:
            return stated.event(self._command.provider_id, self._tools.clock())
        except FieldErrors:
            return None


def _check_charged(line: StatementLine, outcome: Outcome) -> None:
    """Raises _ChargedDiffers unless what is paid, with what was promised and can't be paid any
    more, is what is charged. What is refused pays nothing."""
    promised = outcome.answer.get("captured_cents", 0) + outcome.answer.get("shortfall_cents", 0)
    if outcome.reason is None and promised != line.charged_cents:
        raise _ChargedDiffers
