"""The tally of a month: entries in, sums out, one entry at a time. It owns what each figure of a
report counts. Its size grows with the people and the vouchers that rode in the month, some hundred
bytes for each, and not with the entries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from farechance.books import owed_change, payable_change
from farechance.ledger import Account, Entry, Kind
from farechance.reports.closing import Sums, mark
from farechance.reports.movements import Moved, Movement

_NAMING_A_PERSON = (Kind.VOUCHER_MINTED, Kind.VOUCHER_ASSIGNED)
_RIDE_EVENTS = (Kind.RIDE_COMPLETED, Kind.RIDE_CANCELLED, Kind.RIDE_ADJUSTED)


@dataclass
class Tally:
    """Sums over some entries of one month. Money in cents: `moved` by account, `movements` by
    their names, `of_company` by ride company and movement, `net` (captured less refunded) by day,
    purpose and the Monday of the ride's week. `rides` by day, purpose, Monday and hour are
    completed ones (by hour: approved requests). Of people and vouchers there are marks."""

    zone: ZoneInfo
    month: str
    entries: int = 0
    moved: Counter[Account] = field(default_factory=Counter)
    movements: Counter[Movement] = field(default_factory=Counter)
    of_company: Counter[tuple[str, Movement]] = field(default_factory=Counter)
    payable: Counter[str] = field(default_factory=Counter)
    undecided_cents: int = 0
    acts: Counter[Kind] = field(default_factory=Counter)
    net_by_day: Counter[date] = field(default_factory=Counter)
    net_by_purpose: Counter[str] = field(default_factory=Counter)
    rides_by_day: Counter[date] = field(default_factory=Counter)
    rides_by_purpose: Counter[str] = field(default_factory=Counter)
    approved_by_hour: Counter[int] = field(default_factory=Counter)
    minted_cents: int = 0
    minted_unassigned: int = 0
    never_used: int = 0
    declined: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    completed: int = 0
    cancelled: int = 0
    fees: int = 0
    rides_without_person: int = 0
    fares: Counter[int] = field(default_factory=Counter)
    covered_cents: int = 0
    wholly_covered: int = 0
    shortfalls: int = 0
    late_changes: Counter[str] = field(default_factory=Counter)
    late_captured: Counter[str] = field(default_factory=Counter)
    late_refunded: Counter[str] = field(default_factory=Counter)
    used: set[int] = field(default_factory=set)
    used_up: set[int] = field(default_factory=set)
    riders: set[int] = field(default_factory=set)
    given: set[int] = field(default_factory=set)

    def add(self, entry: Entry, moved: Sequence[Moved]) -> None:
        """Takes one entry in, with what it moved."""
        self.entries += 1
        self.acts[entry.kind] += 1
        self.moved.update(entry.changes)
        self.undecided_cents += owed_change(entry)
        for movement, cents in moved:
            self.movements[movement] += cents
            if entry.provider_id is not None:
                self.of_company[entry.provider_id, movement] += cents
        if entry.provider_id is not None:
            self.payable[entry.provider_id] += payable_change(entry)
        self._add_voucher(entry)
        self._add_ride(entry)

    def include(self, other: Self) -> None:
        """Takes in the sums of other entries of the month."""
        for one in fields(self):
            mine, theirs = getattr(self, one.name), getattr(other, one.name)
            if isinstance(mine, Counter | set):
                mine.update(theirs)
            elif isinstance(mine, int):
                setattr(self, one.name, mine + theirs)

    def after(self, before: Sums) -> Sums:
        """What all entries add up to with these, in the order of names, so that the same figures
        are the same text."""
        moved = Counter(before.moved)
        moved.update(self.moved)
        payable = Counter(before.payable)
        payable.update(self.payable)
        return Sums(
            entries=before.entries + self.entries,
            moved={account: moved[account] for account in Account if moved[account]},
            payable={name: cents for name, cents in sorted(payable.items()) if cents},
            undecided_cents=before.undecided_cents + self.undecided_cents,
        )

    @property
    def by_week(self) -> Mapping[date, tuple[int, int]]:
        """Rides and net cents by the Monday of the ride's week."""
        rides, net = _by_monday(self.rides_by_day), _by_monday(self.net_by_day)
        return {monday: (rides[monday], net[monday]) for monday in sorted(rides.keys() | net)}

    def _add_voucher(self, entry: Entry) -> None:
        if entry.kind in _NAMING_A_PERSON and entry.subject_id is not None:
            self.given.add(mark(entry.subject_id))
        if entry.kind is Kind.VOUCHER_MINTED:
            self.minted_cents += entry.changes.get(Account.AVAILABLE, 0)
            self.minted_unassigned += entry.subject_id is None
        self.never_used += entry.never_used is True
        if entry.voucher_id is not None:
            if entry.used_up:
                self.used_up.add(mark(entry.voucher_id))
            if entry.counted and entry.changes.get(Account.SPENT, 0) > 0:
                self.used.add(mark(entry.voucher_id))

    def _add_ride(self, entry: Entry) -> None:
        spent_cents = entry.changes.get(Account.SPENT, 0)
        if spent_cents and entry.ride_day is not None:
            self.net_by_day[entry.ride_day] += spent_cents
            self.net_by_purpose[entry.purpose or ""] += spent_cents
        self.shortfalls += (entry.shortfall_cents or 0) > 0
        if entry.kind is Kind.RIDE_REQUESTED:
            self._add_request(entry)
        elif entry.kind in _RIDE_EVENTS and entry.reason is not None:
            self.refused[entry.reason] += 1
        else:
            self._add_outcome(entry, spent_cents)

    def _add_outcome(self, entry: Entry, spent_cents: int) -> None:
        """What an event made of a ride. One of a day before the month came late."""
        changed = spent_cents or entry.overage_cents or entry.shortfall_cents
        if entry.ride_day is not None and f"{entry.ride_day:%Y-%m}" < self.month and changed:
            self._add_late(f"{entry.ride_day:%Y-%m}", spent_cents)
        if entry.kind is Kind.RIDE_COMPLETED and entry.counted:
            self._add_completion(entry, spent_cents)
        elif entry.kind is Kind.RIDE_CANCELLED:
            self.fees += spent_cents > 0
            self.cancelled += spent_cents == 0

    def _add_request(self, entry: Entry) -> None:
        if entry.reason is not None:
            self.declined[entry.reason] += 1
        else:
            self.approved_by_hour[entry.recorded_at.astimezone(self.zone).hour] += 1

    def _add_completion(self, entry: Entry, spent_cents: int) -> None:
        fare_cents = entry.fare_cents or 0
        self.completed += 1
        self.fares[fare_cents] += 1
        self.covered_cents += spent_cents
        self.wholly_covered += spent_cents == fare_cents
        if entry.ride_day is not None:
            self.rides_by_day[entry.ride_day] += 1
        self.rides_by_purpose[entry.purpose or ""] += 1
        if entry.subject_id is None:
            self.rides_without_person += 1
        else:
            self.riders.add(mark(entry.subject_id))

    def _add_late(self, month: str, spent_cents: int) -> None:
        self.late_changes[month] += 1
        self.late_captured[month] += max(0, spent_cents)
        self.late_refunded[month] += max(0, -spent_cents)


def _by_monday(by_day: Mapping[date, int]) -> Counter[date]:
    found: Counter[date] = Counter()
    for day, number in by_day.items():
        found[day - timedelta(days=day.weekday())] += number
    return found
