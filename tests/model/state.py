"""What the model knows: a programme, allotments, vouchers, rides and people as plain things. It is
written from the design's words alone and shares nothing with the code that it judges. It owns
their form and what follows from it; it must never import that code."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")
MOST_OPEN_HOLDS = 4
NO_VOUCHER = "no voucher's"
"""What an event names that gives a code or an authorization which opens nothing."""


class Refused(Exception):
    """A partner's or an administrator's act that isn't done, with the reason."""


@dataclass(frozen=True)
class Rules:
    """What a programme promises; a voucher keeps those under which it was minted."""

    overage: str = "decline"
    most_fee: int = 0
    hold_for: timedelta = timedelta(hours=24)
    direct_capture: bool = False
    return_hours: int = 12
    max_rides: int = 2
    cap: int | None = None
    max_value: int = 10_000
    valid_days: int = 7
    ends_on: date = date(2026, 12, 31)
    most_in_month: int = 10
    most_in_hour: int = 500
    most_owed: int | None = None
    providers: tuple[str, ...] = ()

    @property
    def ends_at(self) -> datetime:
        """When the programme's last day is over."""
        return midnight_after(self.ends_on)


@dataclass(frozen=True)
class Event:
    """What a provider says of a ride. `code_of` and `authorization_of` name the vouchers whose code
    or authorization it gives; `fare` is the estimate, the fare with its tip, the fee or the new
    total."""

    kind: str
    provider: str
    ride: str
    at: datetime
    fare: int
    tip: int = 0
    currency: str | None = None
    code_of: str | None = None
    authorization_of: str | None = None
    requested_at: datetime | None = None
    pickup_at: datetime | None = None
    replaces: str | None = None
    adjustment_id: str | None = None
    why: str | None = None

    @property
    def ride_key(self) -> str:
        """Names the ride."""
        return f"{self.provider}#{self.ride}"

    @property
    def identity(self) -> tuple[Any, ...]:
        """Names the event."""
        return (self.kind, self.provider, self.ride, self.adjustment_id)

    @property
    def content(self) -> tuple[Any, ...]:
        """Tells a repeat from a conflict: amounts, currency, times and why."""
        amounts = (self.fare, self.tip, self.currency)
        return (*amounts, self.at, self.requested_at, self.pickup_at, self.replaces, self.why)


@dataclass(frozen=True)
class Told:
    """What is answered: its words and amounts (what is 0 is left out), the true reason, and of a
    replay the ride as it stands now."""

    words: dict[str, Any]
    reason: str | None = None
    replayed: bool = False
    ride_now: tuple[str, int] | None = None


@dataclass
class Ride:
    """One trip. `statements` are the adjustments that came: (adjusted_at, id, fare)."""

    voucher: str
    provider: str
    state: str = "none"
    held: int = 0
    promised: int = 0
    captured: int = 0
    shortfall: int = 0
    overage: int = 0
    overage_by: str | None = None
    refused: int = 0
    accepted: int = 0
    accepted_overage: int = 0
    written_off: int = 0
    counted: bool = False
    fee_cap: int | None = None
    ceiling: int | None = None
    completed_at: datetime | None = None
    completed_fare: int | None = None
    statements: list[tuple[datetime, str, int]] = field(default_factory=list)

    @property
    def fare(self) -> int:
        """As the provider last stated it: the latest adjustment counts, then the greater id; one
        that is earlier than the completion doesn't."""
        since = self.completed_at
        valid = [one for one in self.statements if since is None or one[0] >= since]
        return max(valid)[2] if valid else self.completed_fare or 0

    def state_adjustment(self, event: Event) -> bool:
        """Whether it is the one that counts from now on; else it is superseded."""
        statement = (event.at, event.adjustment_id or "", event.fare)
        if self.completed_at is not None and event.at < self.completed_at:
            return False
        if any(one > statement for one in self.statements):
            return False
        self.statements.append(statement)
        return True

    @property
    def owed(self) -> int:
        """What the programme may owe beyond the voucher: what was decided of one ride hides nothing
        that another owes, so it is never below nothing."""
        overage = self.overage if self.overage_by == "program" else 0
        owed = self.shortfall + self.refused + overage
        return max(0, owed - self.accepted - self.written_off)


@dataclass
class Voucher:
    """`holds` are the open ones: by ride, the cents and until when. `told` are the answers that
    were given, by the event's identity, and by identity and content."""

    name: str
    partner: str
    rules: Rules
    value: int
    cap: int
    rides: int
    available: int
    valid_from: datetime
    expires_at: datetime
    person: str | None = None
    spent: int = 0
    counted: int = 0
    holds: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    state: str = "active"
    blocked_by: str = "partner"
    closed_reason: str | None = None
    closed_at: datetime | None = None
    last_hold_until: datetime | None = None
    last_counted_at: datetime | None = None
    predecessor: str | None = None
    successor: str | None = None
    told: dict[Any, tuple[Any, Told]] = field(default_factory=dict)

    @property
    def held(self) -> int:
        """What is set aside."""
        return sum(cents for cents, _ in self.holds.values())

    @property
    def rides_left(self) -> int:
        """Counted rides and open holds take a ride's place; a reissued card's are the new one's."""
        if self.closed_reason == "reissued":
            return 0
        return self.rides - self.counted - len(self.holds)

    @property
    def return_at(self) -> datetime:
        """7 days after the later of its end and the end of every hold that it ever gave."""
        ended_at = min(self.expires_at, self.closed_at or self.expires_at)
        return max(ended_at, self.last_hold_until or ended_at) + timedelta(days=7)

    def is_open(self, now: datetime) -> bool:
        """Past return_at it counts as closed."""
        return self.state != "closed" and now < self.return_at

    def is_settled(self) -> bool:
        """Nothing is left that could be returned."""
        return self.state == "closed" and self.available == self.held == 0

    def close(self, reason: str, now: datetime) -> None:
        """For good. One that had expired ended then."""
        self.state, self.closed_reason = "closed", reason
        self.closed_at = min(now, self.expires_at)


@dataclass
class Person:
    """How many vouchers were minted for, or assigned to, a person, by month. Without a voucher for
    90 days, or a year while there was none yet, the record is erased, and its enrollment can't be
    asked for again."""

    partner: str
    key: str
    enrolled_at: datetime
    last_end: datetime | None = None
    is_erased: bool = False
    by_month: Counter[str] = field(default_factory=Counter)

    @property
    def kept_until(self) -> datetime:
        """When the record is erased."""
        if self.last_end is None:
            return self.enrolled_at + timedelta(days=365)
        return self.last_end + timedelta(days=90)


@dataclass
class Books:
    """Everything. `minted` has the latest clock hour (UTC) in which each partner minted, and how
    many vouchers; `payable` has what was captured, refunded or accepted by provider and month,
    `paid` what was paid for it; `done` the answers of calls and commands by their keys;
    `happened` counts what no answer says."""

    funded: int = 0
    unallotted: int = 0
    paid_direct: int = 0
    status: str = "active"
    rules: Rules = field(default_factory=Rules)
    allotted: dict[str, int] = field(default_factory=dict)
    suspended: set[str] = field(default_factory=set)
    minted: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    vouchers: dict[str, Voucher] = field(default_factory=dict)
    rides: dict[str, Ride] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    payable: Counter[tuple[str, str]] = field(default_factory=Counter)
    paid: Counter[tuple[str, str]] = field(default_factory=Counter)
    done: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    happened: Counter[str] = field(default_factory=Counter)
    gone: set[str] = field(default_factory=set)

    def conserved(self) -> bool:
        """Whether every cent that was funded is somewhere."""
        there = self.unallotted + self.paid_direct + sum(self.allotted.values())
        there += sum(one.available + one.held + one.spent for one in self.vouchers.values())
        return there == self.funded

    def once(self, key: str, content: Any, act: Callable[[], Any]) -> tuple[Any, bool]:
        """One effect for each key, for ever; what was refused may be tried again."""
        if key in self.gone:
            raise Refused("not_found")
        if key in self.done:
            first, answer = self.done[key]
            if first != content:
                raise Refused("key_reused")
            return answer, True
        answer = act()
        self.done[key] = (content, answer)
        return answer, False

    def rides_of(self, voucher: str) -> Iterator[tuple[str, Ride]]:
        """A voucher's rides."""
        return ((key, ride) for key, ride in self.rides.items() if ride.voucher == voucher)


def month_of(moment: datetime) -> str:
    """The calendar month in the programme's zone."""
    return f"{moment.astimezone(ZONE):%Y-%m}"


def midnight_after(day: date) -> datetime:
    """The local midnight that ends a day."""
    begins = datetime.combine(day + timedelta(days=1), time.min, tzinfo=ZONE)
    return begins.astimezone(UTC)
