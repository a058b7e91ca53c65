"""Judges what a programme owes ride companies beyond its vouchers against the most that its rules
allow, and pauses it where that is reached: nobody can be made to owe without end. Added up from
the month's entries; what was owed at the end of a month is kept, since a closed month never
changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from zoneinfo import ZoneInfo

from farechance.books import owed_change
from farechance.errors import BooksDiffer
from farechance.ledger import Facts, Kind
from farechance.programs import OwedThrough, Program, Status
from farechance.store import Store, keys, writes
from farechance.times import local_month, month_settles_at, next_month
from operations.administration_plan import existing_program
from operations.change_program import program_writes
from operations.pause_program import mark_allotments

_WARN_PERCENT = 80


@dataclass(frozen=True, slots=True)
class Judged:
    """What a programme owes, in cents, and the most that it may (None: it has no limit)."""

    program_id: str
    owed_cents: int
    max_owed_cents: int | None
    was_paused: bool = False

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
    owed_cents = _owed_cents(program, store, now, has_time)
    if owed_cents is None:
        return None
    judged = Judged(program_id, owed_cents, rules.max_owed_cents)
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
    return Judged(program_id, judged.owed_cents, judged.max_owed_cents, was_paused=True)


def _owed_cents(
    program: Program, store: Store, now: datetime, has_time: Callable[[], bool]
) -> int | None:
    zone = ZoneInfo(program.time_zone)
    key = keys.owed_through(program.program_id)
    through = store.read(key)[key]
    month = next_month(through.month) if through else _first_month(program, store)
    cents = through.owed_cents if through else 0
    while month <= local_month(now, zone):
        for some in batched(store.month_entries(program.program_id, month), 100, strict=False):
            if not has_time():
                return None
            cents += sum(owed_change(entry) for entry in some)
        if now >= month_settles_at(month, zone):
            through = _keep(program, through, month, cents, store)
        month = next_month(month)
    return cents


def _keep(
    program: Program, before: OwedThrough | None, month: str, cents: int, store: Store
) -> OwedThrough:
    key = keys.owed_through(program.program_id)
    version = 1 if before is None else before.version + 1
    after = OwedThrough(month=month, owed_cents=cents, version=version)
    store.commit(
        writes.put_new(key, after) if before is None else writes.change(key, before, after)
    )
    return after


def _first_month(program: Program, store: Store) -> str:
    entries = store.entries(keys.program_account(program.program_id), 0, 1)
    if not entries:
        raise BooksDiffer(f"{program.program_id} has no entries")
    return entries[0].month
