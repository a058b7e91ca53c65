"""Adds up where a programme's money is, from its entries alone and in one pass: on vouchers,
reserved for batches, owed beyond vouchers, and paid in this month and in the one before. The sums
at the end of a month are kept, since a closed month never changes; so only what came later is
read."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from zoneinfo import ZoneInfo

from farechance.books import owed_change
from farechance.ledger import Account, Entry, Kind
from farechance.programs import Program
from farechance.standings import ClosedMonth, Standing
from farechance.store import Store, keys, writes
from farechance.times import local_month, month_before, month_settles_at, next_month
from operations.read_report_sources import first_month

_GIVEN = (Kind.PROGRAM_ALLOTTED, Kind.PROGRAM_UNALLOTTED)
_ENTRIES_BETWEEN_LOOKS = 100


@dataclass(frozen=True, slots=True)
class AddedUp:
    """Where the money is, what each partner was given (allotted − taken back, in cents), and the
    last month that is closed; None in a programme's first."""

    standing: Standing
    given_cents: Mapping[str, int]
    closed: ClosedMonth | None


def add_up_standing(
    program: Program, *, store: Store, now: datetime, has_time: Callable[[], bool]
) -> AddedUp | None:
    """None if there was no time for all of it: the months that were closed are kept. Raises
    LostRace, Busy, BooksDiffer."""
    zone = ZoneInfo(program.time_zone)
    key = keys.closed_month(program.program_id)
    closed = store.read(key)[key]
    month = next_month(closed.month) if closed else first_month(program.program_id, store)
    sums = _Sums(closed)
    while True:
        for some in batched(
            store.month_entries(program.program_id, month), _ENTRIES_BETWEEN_LOOKS, strict=False
        ):
            if not has_time():
                return None
            for entry in some:
                sums.add(month, entry)
        if now >= month_settles_at(month, zone):
            closed = _keep_closed(program, closed, sums.closing(month), store)
        if month >= local_month(now, zone):
            break
        month = next_month(month)
    return AddedUp(sums.standing(program.program_id, month, now), sums.given, closed)


def keep_standing(standing: Standing, *, store: Store) -> None:
    """For those who look at it. Of two runs at once the later one's stays. Raises Busy."""
    key = keys.standing(standing.program_id)

    def attempt() -> None:
        before = store.read(key)[key]
        if before is None:
            store.commit(writes.put_new(key, standing))
        elif before.as_of < standing.as_of:
            after = standing.model_copy(update={"version": before.version + 1})
            store.commit(writes.change(key, before, after))

    store.again(attempt)


def _keep_closed(
    program: Program, before: ClosedMonth | None, after: ClosedMonth, store: Store
) -> ClosedMonth:
    key = keys.closed_month(program.program_id)
    if before is None:
        store.commit(writes.put_new(key, after))
        return after
    after = after.model_copy(update={"version": before.version + 1})
    store.commit(writes.change(key, before, after))
    return after


class _Sums:
    """What the entries of all months add up to, in cents: `moved` by account, `covered` by month,
    `given` by partner; and how many `entries` each month has."""

    def __init__(self, closed: ClosedMonth | None) -> None:
        start = closed or ClosedMonth(month="")
        self.moved: Counter[str] = Counter(
            {
                Account.AVAILABLE: start.available_cents,
                Account.HELD: start.held_cents,
                Account.SPENT: start.spent_cents,
                Account.RESERVED: start.reserved_cents,
            }
        )
        self.owed = start.owed_cents
        self.entries: Counter[str] = Counter()
        self.covered: Counter[str] = Counter({start.month: start.covered_cents})
        self.given: Counter[str] = Counter(start.given_cents)

    def add(self, month: str, entry: Entry) -> None:
        """Takes one entry of that month in."""
        self.entries[month] += 1
        self.moved.update(entry.changes)
        self.owed += owed_change(entry)
        self.covered[month] += entry.changes.get(Account.SPENT, 0)
        if entry.kind in _GIVEN and entry.partner_id is not None:
            self.given[entry.partner_id] += entry.changes.get(Account.ALLOTTED, 0)

    def closing(self, month: str) -> ClosedMonth:
        """At the end of that month."""
        return ClosedMonth(
            month=month,
            entries=self.entries[month],
            available_cents=self.moved[Account.AVAILABLE],
            held_cents=self.moved[Account.HELD],
            spent_cents=self.moved[Account.SPENT],
            reserved_cents=self.moved[Account.RESERVED],
            owed_cents=self.owed,
            covered_cents=self.covered[month],
            given_cents=dict(self.given),
        )

    def standing(self, program_id: str, month: str, now: datetime) -> Standing:
        """So far in that month. The index may show an entry before the one that it follows, so
        for a moment less than nothing may seem to be somewhere: then nothing is."""
        return Standing(
            program_id=program_id,
            as_of=now,
            month=month,
            available_cents=max(0, self.moved[Account.AVAILABLE]),
            held_cents=max(0, self.moved[Account.HELD]),
            spent_cents=max(0, self.moved[Account.SPENT]),
            reserved_cents=max(0, self.moved[Account.RESERVED]),
            owed_cents=self.owed,
            covered_cents=self.covered[month],
            covered_before_cents=self.covered[month_before(month)],
        )
