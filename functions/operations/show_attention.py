"""Shows what needs a look. All that is asked for is read side by side, and each read has a bound: a
look is over in a second, however much there is."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import htpy as h

from farechance.attention import (
    MOST_RIDES,
    Attention,
    GivenUpWork,
    OpenRide,
    Ringing,
    Unmatched,
    contradictions,
    ride_key_of,
)
from farechance.commands import GivenUp
from farechance.errors import BooksDiffer, Busy
from farechance.ledger import Entry
from farechance.programs import Program, Rules
from farechance.rides import Ride
from farechance.statement_files import StatementName
from farechance.store import Exceptions, Key, Remembered, Store, keys
from farechance.telemetry import Count, count_anywhere
from farechance.times import local_day, local_midnight, local_month, month_before
from farechance.widgets.asked import Asked
from farechance.widgets.attention import attention_widget
from operations.keep_house import list_programs

MOST_PROGRAMS = 24
MOST_MONTHS = 3
_MOST_MONTHS_IN_ALL = 24
_MOST_LOOKED_AT = 500
_MOST_READ = 100
_MOST_STATEMENTS = 50
_QUEUES: tuple[GivenUp, ...] = ("batches", "reports", "statements")
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class _Known:
    """The programmes that one look takes, each with its rules, the names of all of their ride
    companies, how many programmes there are beside, and which of them can't be read."""

    programs: Sequence[Program] = ()
    rules: Mapping[str, Rules] = field(default_factory=dict)
    companies: Mapping[str, str] = field(default_factory=dict)
    left_out: int = 0
    broken: Sequence[str] = ()

    @property
    def most_months(self) -> int:
        """How many months of each programme are looked at: the more programmes, the fewer."""
        return max(1, min(MOST_MONTHS, _MOST_MONTHS_IN_ALL // max(1, len(self.programs))))

    def zone(self, program_id: str) -> ZoneInfo:
        """In which a programme counts days."""
        return self.rules[program_id].zone

    def day(self, entry: Entry) -> date:
        """When an entry was recorded."""
        return local_day(entry.recorded_at, self.zone(entry.program_id))

    def company(self, provider_id: str) -> str:
        """A ride company's name."""
        return self.companies.get(provider_id, provider_id)


def show_attention(
    asked: Asked,
    *,
    store: Store,
    remembered: Remembered,
    ringing: Callable[[], Sequence[Ringing]],
    waiting: Callable[[GivenUp], int],
) -> h.Element:
    """`ringing` tells which alarms ring, `waiting` how many messages of a queue were given up. A
    part that can't be read hides no other: it is said to be unknown."""
    parts = _Parts()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        alarms = pool.submit(ringing)
        counts = [(queue, pool.submit(waiting, queue)) for queue in _QUEUES]
        known = parts.known(
            "the programmes", lambda: _read_programs(store, remembered, asked.now), _Known()
        )
        for program_id in known.broken:
            parts.differ(program_id)
        statements = [
            (one, pool.submit(_unmatched, one, known, store, asked.ends_at))
            for one in known.programs
        ]
        found = parts.known(
            "shortfalls and contradictions",
            lambda: _exceptions(known, store, asked),
            Exceptions((), None),
        )
        rides: list[OpenRide] = parts.known(
            "shortfalls", lambda: _open_rides(found, known, store), []
        )
        waits = [
            (queue, parts.known(f"work that was given up, {queue}", count.result, 0))
            for queue, count in counts
        ]
        unmatched: list[list[Unmatched]] = [
            parts.known(f"statements of {one.program_id}", read.result, [])
            for one, read in statements
        ]
        attention = Attention(
            ringing=parts.known("which alarms ring", alarms.result, ()),
            rides=rides[:MOST_RIDES],
            ride_count=len(rides),
            contradictions=contradictions(
                ((entry, known.day(entry)) for entry in found.entries), known.companies
            ),
            given_up=[GivenUpWork(queue, count) for queue, count in waits if count],
            unmatched=[one for some in unmatched for one in some],
            program_ids=[*(one.program_id for one in known.programs), *known.broken],
            looked_from=_looked_from(found, known, asked),
            programs_left_out=known.left_out,
            unknown=parts.unknown,
        )
    return attention_widget(asked, attention)


class _Parts:
    """The parts of one look, and what of them is unknown."""

    def __init__(self) -> None:
        self.unknown: list[str] = []

    def known[Part](self, name: str, read: Callable[[], Part], otherwise: Part) -> Part:
        """A part, or `otherwise` where it can't be read now."""
        try:
            return read()
        except Busy:
            self.unknown.append(f"{name}. Too much at once: refresh in a moment.")
        except BooksDiffer:
            self.differ(name)
        return otherwise

    def differ(self, name: str) -> None:
        """Two stored things contradict each other, which is alarmed as everywhere."""
        count_anywhere(Count.BOOKS_DIFFER)
        self.unknown.append(f"{name}. What is stored contradicts itself: check the books.")


def _read_programs(store: Store, remembered: Remembered, now: datetime) -> _Known:
    listed = [one.program_id for one in list_programs(store)]
    shown = listed[:MOST_PROGRAMS]
    found = remembered.read(*(keys.program(one) for one in shown), now=now)
    there = [it for one in shown if (it := found[keys.program(one)]) is not None]
    rules_of = {one.program_id: keys.rules(one.program_id, one.rules_version) for one in there}
    rules = remembered.read(*rules_of.values(), now=now)
    by_program = {one: its for one, key in rules_of.items() if (its := rules[key]) is not None}
    provider_ids = sorted({one for it in by_program.values() for one in it.provider_ids})
    provider_keys = [keys.provider(one) for one in provider_ids[:_MOST_READ]]
    providers = remembered.read(*provider_keys, now=now)
    return _Known(
        programs=[one for one in there if one.program_id in by_program],
        rules=by_program,
        companies={one.provider_id: one.name for key in provider_keys if (one := providers[key])},
        left_out=len(listed) - len(shown),
        broken=[one for one in shown if one not in by_program],
    )


def _exceptions(known: _Known, store: Store, asked: Asked) -> Exceptions:
    """The entries of the dashboard's time that somebody should look at."""
    months = [
        (program.program_id, month)
        for program in known.programs
        for month in _months(known.zone(program.program_id), asked)[: known.most_months]
    ]
    return store.exceptions(months, asked.starts_at, asked.ends_at, most_looked_at=_MOST_LOOKED_AT)


def _months(zone: ZoneInfo, asked: Asked) -> list[str]:
    """Those of the dashboard's time, the last first; one more than are looked at says that there
    are more."""
    first, month = local_month(asked.starts_at, zone), local_month(asked.ends_at, zone)
    months = [month]
    while month > first and len(months) <= MOST_MONTHS:
        month = month_before(month)
        months.append(month)
    return months


def _looked_from(found: Exceptions, known: _Known, asked: Asked) -> datetime | None:
    """How far back all was looked at, if not to the beginning of the dashboard's time."""
    cut = [found.looked_from] if found.looked_from else []
    for zone in {known.zone(one.program_id) for one in known.programs}:
        months = _months(zone, asked)
        if len(months) > known.most_months:
            first = date.fromisoformat(f"{months[known.most_months - 1]}-01")
            cut.append(local_midnight(first, zone))
    return max(cut, default=None)


def _open_rides(found: Exceptions, known: _Known, store: Store) -> list[OpenRide]:
    """Rides of whose shortfall something is undecided yet, by when it was recorded last; of the
    newest hundred."""
    newest: dict[Key[Ride], Entry] = {}
    for entry in found.entries:
        name = ride_key_of(entry)
        if entry.shortfall_cents and name:
            newest.setdefault(keys.ride(name), entry)
    wanted = list(islice(newest, _MOST_READ))
    if not wanted:
        return []
    rides = store.read(*wanted)
    return [
        OpenRide(
            program_id=newest[key].program_id,
            provider_id=ride.provider_id,
            ride_id=ride.ride_id,
            company=known.company(ride.provider_id),
            cents=ride.open_shortfall_cents,
            currency=known.rules[newest[key].program_id].currency,
            day=known.day(newest[key]),
        )
        for key in wanted
        if (ride := rides[key]) is not None and ride.open_shortfall_cents
    ]


def _unmatched(program: Program, known: _Known, store: Store, ends_at: datetime) -> list[Unmatched]:
    """What statements of the last months and the ledger don't agree about, the newest first. A
    company's statement comes in the month after."""
    program_id = program.program_id
    month = local_month(ends_at, known.zone(program_id))
    for _ in range(MOST_MONTHS):
        month = month_before(month)
    page = store.page(keys.statement(program_id, "", ""), after=month, limit=_MOST_STATEMENTS)
    return [
        Unmatched(
            program_id=program_id,
            company=known.company(one.provider_id),
            month=one.month,
            only_theirs=one.statement.only_theirs,
            only_ours=one.statement.only_ours,
            file=_file(program_id, one.provider_id, one.month),
        )
        for one in reversed(page.items)
        if one.statement.only_theirs or one.statement.only_ours
    ]


def _file(program_id: str, provider_id: str, month: str) -> str:
    name = StatementName(program_id=program_id, provider_id=provider_id, month=month)
    return f"{name.folder}statement.html"
