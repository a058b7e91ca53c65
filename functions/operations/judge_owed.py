"""Judges what a programme owes ride companies beyond its vouchers against the most that its rules
allow, and pauses it where that is reached: nobody can be made to owe without end."""

from collections.abc import Callable
from copy import replace
from dataclasses import dataclass
from datetime import datetime

from farechance.errors import BooksDiffer
from farechance.ledger import Facts, Kind
from farechance.programs import Program, Rules, Status
from farechance.store import Store, keys
from operations.add_up_standing import AddedUp, add_up_standing
from operations.administration_plan import existing_program
from operations.change_program import program_writes
from operations.pause_program import mark_allotments

_WARN_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Judged:
    """A programme as it was when its money was added up, its rules, and whether it was paused for
    what it owes."""

    program: Program
    rules: Rules
    added_up: AddedUp
    was_paused: bool = False

    @property
    def program_id(self) -> str:
        """Which programme."""
        return self.program.program_id

    @property
    def max_owed_cents(self) -> int | None:
        """The most that it may owe; None: it has no limit."""
        return self.rules.max_owed_cents

    @property
    def owed_cents(self) -> int:
        """What it owes beyond its vouchers."""
        return self.added_up.standing.owed_cents

    @property
    def left_cents(self) -> int:
        """What of the funder's money isn't spent."""
        program, spent_cents = self.program, self.added_up.standing.spent_cents
        return program.funded_cents - program.paid_direct_cents - spent_cents

    @property
    def is_near(self) -> bool:
        """At 80 % of the limit or more."""
        return self._is_at(_WARN_PERCENT)

    @property
    def is_reached(self) -> bool:
        """At the limit or more."""
        return self._is_at(100)

    def _is_at(self, percent: int) -> bool:
        limit, owed = self.max_owed_cents, self.owed_cents
        return limit is not None and owed > 0 and owed * 100 >= limit * percent


def judge_owed(
    program_id: str, *, store: Store, now: datetime, has_time: Callable[[], bool]
) -> Judged | None:
    """Pauses an active programme that has reached its limit. None if there was no time to add up.
    Raises NotFound, Busy."""
    return store.again(lambda: _attempt(program_id, store, now, has_time))


def _attempt(
    program_id: str, store: Store, now: datetime, has_time: Callable[[], bool]
) -> Judged | None:
    program = existing_program(program_id, store)
    rules_key = keys.rules(program_id, program.rules_version)
    rules = store.read(rules_key)[rules_key]
    if rules is None:
        raise BooksDiffer(f"{program_id} has no rules {program.rules_version}")
    added_up = add_up_standing(program, store=store, now=now, has_time=has_time)
    if added_up is None:
        return None
    judged = Judged(program, rules, added_up)
    if not judged.is_reached or program.status is not Status.ACTIVE:
        return judged
    mark_allotments(program, Status.PAUSED, store)
    _, made = program_writes(
        program,
        Kind.PROGRAM_PAUSED,
        f"housekeeping-{program.chain.sequence + 1}",
        now,
        facts=Facts(reason="max_owed_reached"),
        status=Status.PAUSED,
    )
    store.commit(*made)
    return replace(judged, was_paused=True)
