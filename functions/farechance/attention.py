"""What needs a look: alarms that ring, rides that nobody has decided about, messages that
contradict one another, work that was given up, rides that only one side knows. It owns what each of
these is told as and what to do about it; it must never read anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from farechance.commands import GivenUp
from farechance.ledger import Entry, Kind

MOST_RIDES = 20
"""Shortfalls that are listed, the newest."""

_RUNBOOK = " See "


@dataclass(frozen=True, slots=True)
class Ringing:
    """An alarm that rings: its name, which is its runbook's, what it means, and since when."""

    name: str
    sentence: str
    since: datetime

    @classmethod
    def of(cls, full_name: str, prefix: str, description: str, since: datetime) -> "Ringing":
        """From what CloudWatch tells of it. An alarm's description ends with its runbook."""
        sentence = description.partition(_RUNBOOK)[0]
        return cls(full_name.removeprefix(prefix), sentence, since)

    @property
    def is_about_the_books(self) -> bool:
        """Whether the books are to be checked at once."""
        return self.name in ("books-differ", "books-not-checked", "books-not-audited")


@dataclass(frozen=True, slots=True)
class OpenRide:
    """A ride that cost more than its voucher could pay of what was promised, and nobody has decided
    about the rest yet. `day` is when that was recorded."""

    program_id: str
    provider_id: str
    ride_id: str
    company: str
    cents: int
    currency: str
    day: date


@dataclass(frozen=True, slots=True)
class Contradictions:
    """How often a ride company sent a message again with other content, and when last."""

    program_id: str
    company: str
    times: int
    last_day: date


@dataclass(frozen=True, slots=True)
class GivenUpWork:
    """How many messages wait in a queue of what was given up, about."""

    queue: GivenUp
    waiting: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """What a ride company's own statement of a month and the ledger don't agree about."""

    program_id: str
    company: str
    month: str
    only_theirs: int
    only_ours: int
    file: str


@dataclass(frozen=True, slots=True)
class Attention:
    """All of it, for one look. `ride_count` is how many rides there are in all; `looked_from` is
    how far back entries were looked at, if that isn't the beginning of what was asked for;
    `programs_left_out`: there were more programmes than one look takes; `unknown`: what could not
    be read now, each in words that say why."""

    ringing: Sequence[Ringing] = ()
    rides: Sequence[OpenRide] = ()
    ride_count: int = 0
    contradictions: Sequence[Contradictions] = ()
    given_up: Sequence[GivenUpWork] = ()
    unmatched: Sequence[Unmatched] = ()
    program_ids: Sequence[str] = ()
    looked_from: datetime | None = None
    programs_left_out: int = 0
    unknown: Sequence[str] = ()

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to look at."""
        return not (
            self.ringing
            or self.rides
            or self.contradictions
            or self.given_up
            or self.unmatched
            or self.unknown
        )


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work that may be given up: how it is called, what that means for people, its
    runbook."""

    name: str
    means: str
    runbook: str


WORK: Final[Mapping[GivenUp, Work]] = {
    "batches": Work(
        "Batches of vouchers",
        "Vouchers that a partner asked for are not minted. Their money is reserved and safe, and "
        "nothing is minted twice.",
        "batch-given-up",
    ),
    "reports": Work(
        "Monthly reports",
        "A month’s report is not published. No figure is lost.",
        "report-given-up",
    ),
    "statements": Work(
        "Ride companies’ statements",
        "A file that somebody dropped into the inbox was not compared with the ledger.",
        "statement-given-up",
    ),
}

ABOUT_RIDES: Final = (
    "These rides were driven, and their vouchers could not pay all that was promised. The rider "
    "owes nothing. With the month’s invoice an administrator accepts each, which pays it from the "
    "programme’s money that isn’t allotted, or writes it off, which says that it won’t be paid."
)
ABOUT_CONTRADICTIONS: Final = (
    "The first message counts and nothing was changed, so no rider is affected. Ask the ride "
    "company which one is right; what is wrong it puts right with an adjustment."
)
ABOUT_GIVEN_UP: Final = (
    "This work failed five times. Mend what stopped it first: the runbook says how to see that. "
    "Then have it tried again; a message too many does no harm."
)
ABOUT_UNMATCHED: Final = (
    "Rides that only the ride company has: ask it to confirm them, then an administrator records "
    "them with apply_statement. Rides that only we have: ask the ride company whether they were "
    "made, before its invoice is paid. The file says it for each ride."
)
ABOUT_THE_BOOKS: Final = "Check the books of each programme, and follow the runbook to the letter."


def is_exception(entry: Entry) -> bool:
    """Whether an entry says that a fare fell short, or that a message came again with other
    content."""
    return bool(entry.shortfall_cents) or entry.kind is Kind.RIDE_CONFLICT


def ride_key_of(entry: Entry) -> str | None:
    """Names the ride that an entry of a voucher is about, by the identity of its event or of the
    car that took its place; None if it is about none."""
    kind, _, rest = entry.identity.partition("#")
    parts = rest.split("#")
    if kind not in ("ride", "replace", "lapse") or len(parts) < 2:
        return None
    return f"{parts[0]}#{parts[1]}"


def contradictions(
    entries: Iterable[tuple[Entry, date]], company_names: Mapping[str, str]
) -> tuple[Contradictions, ...]:
    """Added up by programme and ride company, the last first. Each entry comes with its day in its
    programme's zone."""
    times: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], date] = {}
    for entry, day in entries:
        if entry.kind is Kind.RIDE_CONFLICT:
            place = (entry.program_id, entry.provider_id or "")
            times[place] = times.get(place, 0) + 1
            last[place] = max(day, last.get(place, day))
    found = [
        Contradictions(program_id, company_names.get(provider, provider), times[place], day)
        for place, day in last.items()
        for program_id, provider in [place]
    ]
    return tuple(sorted(found, key=lambda one: one.last_day, reverse=True))
