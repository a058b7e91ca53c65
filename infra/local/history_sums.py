"""What the plan of the history comes to, ride by ride, from the raw rides alone: domain.md's rules
of vouchers in plain arithmetic. `history_totals.py` says what it is for; it must never import the
system, nor the plan and the player whose work it checks.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial

from infra.local.rides import ZONE, RealRide

MONTH = "2019-03"
CAP, MOST_FEE, FEE = 3_000, 500, 700
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DECIDED_AT = datetime(2019, 3, 28, 17, tzinfo=UTC)
# (month, cents) of payments in it.
PAYMENTS = (("2019-03", 630), ("2019-05", 2_500_000))

type Totals = defaultdict[str, Counter[str]]
type Event = tuple[datetime, Callable[[datetime], None]]


def totals(rides: Sequence[RealRide]) -> Totals:
    """By month, by the name of a figure: counts, and money in cents."""
    found: Totals = defaultdict(Counter)
    riders: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for month, cents in PAYMENTS:
        found[month]["paid"] += cents
    for wave in range(5):
        own = [ride for ride in rides if (ride.number - 1) // 650 == wave]
        for place in range(210 if own else 0):
            card = Card(wave, place, own[0].picked_up_at - DAY, found, riders)
            tries = [ride for ride in own if (ride.number - 1) % 650 % 200 == place]
            events = [*card.events(tries)] if tries else []
            for at, happens in sorted(events, key=lambda event: event[0]):
                happens(at)
    payable = 0
    for month in sorted(found):
        figures = found[month]
        figures["riders"] = len(riders[month])
        payable += figures["captured"] - figures["refunded"] + figures["accepted"]
        payable -= figures["paid"]
        figures["payable at the end"] = payable
    return found


@dataclass
class Purse:
    """The money that is free on one code."""

    cents: int


@dataclass
class Ride:
    """An approved ride: its hold, what was promised and is gone, and what was paid of its fare."""

    real: RealRide
    purse: Purse
    hold: int
    dies_at: datetime
    promised: int = 0
    fare: int = 0
    paid: int = 0
    shortfall: int = 0
    accepted: int = 0
    is_completed: bool = False
    most: int = CAP

    @property
    def overage(self) -> int:
        """What of the fare nobody paid and nothing had promised."""
        return self.fare - self.paid - self.shortfall


@dataclass
class Card:
    """One card, and the account in which what happens to it is written down."""

    wave: int
    place: int
    minted_at: datetime
    found: Totals
    riders: defaultdict[str, set[tuple[str, int]]]
    held: list[Ride] = field(default_factory=list)
    rides: dict[int, Ride] = field(default_factory=dict)
    used_rides: int = 0
    is_blocked: bool = False
    closed_at: datetime | None = None
    rode_at: datetime | None = None

    def __post_init__(self) -> None:
        kind = self.place % 40 if self.place < 200 else -1
        self.purpose = ("job_interview", "job", "family")[self.place % 3]
        value = 2_000 if kind == 13 else (5_000, 8_000, 6_000)[self.place % 3]
        self.purse = Purse(value)
        self.cap = min(CAP, value)
        self.most_rides = 2 if kind == 3 else 4
        self.begins_at = self.minted_at + 3 * DAY if kind == 27 else self.minted_at
        last_day = self.begins_at.astimezone(ZONE).date() + 10 * DAY
        self.ends_at = datetime.combine(last_day + DAY, time(), tzinfo=ZONE).astimezone(UTC)
        if kind == 33:
            self.ends_at = self.minted_at + 3 * DAY
        self.last_hold_dies_at = self.minted_at
        self.person = _person(self.wave, self.place)
        self.count(self.minted_at, "vouchers minted")
        self.count(self.minted_at, "minted in cents", value)

    def count(self, at: datetime, name: str, number: int = 1) -> None:
        """Writes down something that was recorded at a moment."""
        self.found[f"{at.astimezone(ZONE):%Y-%m}"][name] += number

    def events(self, tries: Sequence[RealRide]) -> Iterator[Event]:
        """What happens to the card, and when."""
        kind = self.place % 40
        for number, real in enumerate(tries):
            is_late = kind == 13 and number == 0 and len(tries) > 1
            told_at = (tries[1] if is_late else real).dropped_off_at + 2 * HOUR * is_late
            yield from self.events_of(real, told_at)
        after = [real.dropped_off_at + HOUR for real in tries]
        if kind == 7:
            yield after[0], self.reissue
        if self.place % 80 == 73:
            yield after[0], self.extend
        if self.place % 20 == 8:
            yield after[0], self.assign
        if kind == 17:
            yield after[0], self.block
            yield from [(at, self.block) for at in after[1:2]]
        if self.place % 50 == 23:
            yield from [(at, self.revoke) for at in after[1:2]]

    def events_of(self, real: RealRide, told_at: datetime) -> Iterator[Event]:
        """What happens to one ride, and when."""
        n, fare = real.number, real.total_cents - real.tip_cents
        yield real.picked_up_at, lambda at: self.ask(at, real)
        if n % 29 == 5:
            yield real.picked_up_at + timedelta(minutes=3), lambda at: self.cancel(at, n, 0)
        elif n % 97 == 11:
            yield real.picked_up_at + timedelta(minutes=10), lambda at: self.cancel(at, n, FEE)
        else:
            yield told_at, lambda at: self.complete(at, n)
        if n % 101 == 50:
            yield told_at + 2 * HOUR, lambda at: self.contradict(at, n)
        new_fares = {
            1: fare + 300 if n % 73 == 20 else None,
            2: 0 if n % 61 == 17 else None,
            3: max(0, fare - 200) if n % 83 == 31 else None,
            20: max(0, fare - 250) if n % 211 == 40 else None,
        }
        for days, new in new_fares.items():
            if new is not None:
                yield told_at + days * DAY, partial(self.adjust, n=n, fare=new)
        if n <= 1_000:
            yield DECIDED_AT, lambda at: self.decide(at, n)

    def ask(self, at: datetime, real: RealRide) -> None:
        """Approved with a hold, or declined for the first reason that applies."""
        self.count(at, "rides asked for")
        estimate = real.estimated_fare_cents
        dead = sorted((one for one in self.held if one.dies_at <= at), key=lambda it: it.dies_at)
        let_go: list[Ride] = []
        while dead and not self.fits(estimate, let_go):
            let_go.append(dead.pop(0))
        if reason := self.reason(at, real, let_go):
            self.count(at, f"declined {reason}")
            return
        for one in let_go:
            self.held.remove(one)
            one.purse.cents += one.hold
            one.promised, one.hold = one.hold, 0
        hold = min(estimate, self.cap, self.purse.cents)
        ride = Ride(real, self.purse, hold, at + DAY, most=self.cap)
        self.purse.cents -= hold
        self.last_hold_dies_at = max(self.last_hold_dies_at, ride.dies_at)
        self.held.append(ride)
        self.rides[real.number] = ride
        self.count(at, "rides approved")

    def fits(self, estimate: int, let_go: Sequence[Ride]) -> bool:
        """Whether there is a ride and the money for it, without some dead holds."""
        free = self.purse.cents + sum(one.hold for one in let_go)
        open_rides = len(self.held) - len(let_go)
        return self.used_rides + open_rides < self.most_rides and free >= min(estimate, self.cap)

    def reason(self, at: datetime, real: RealRide, let_go: Sequence[Ride]) -> str:
        """Why a ride is declined, or nothing."""
        home_until = self.rode_at + 12 * HOUR if self.rode_at else at - HOUR
        free = self.purse.cents + sum(one.hold for one in let_go)
        open_rides = len(self.held) - len(let_go)
        reasons = {
            "request_too_old": real.number % 307 == 100,
            "voucher_not_started": at < self.begins_at,
            "voucher_expired": at >= self.ends_at and at > home_until,
            "voucher_blocked": self.is_blocked and self.closed_at is None,
            "voucher_closed": self.closed_at is not None or at >= self.returns_at,
            "no_rides_left": self.used_rides + open_rides >= self.most_rides,
            "insufficient_balance": free < min(real.estimated_fare_cents, self.cap),
            "over_ride_cap": real.estimated_fare_cents > self.cap,
        }
        return next((name for name, applies in reasons.items() if applies), "")

    @property
    def returns_at(self) -> datetime:
        """From when on the money can no longer pay."""
        ended_at = min(self.ends_at, self.closed_at or self.ends_at)
        return max(ended_at, self.last_hold_dies_at) + 7 * DAY

    def complete(self, at: datetime, n: int) -> None:
        """What the voucher covers of the fare is captured."""
        if (ride := self.rides.get(n)) is None:
            return
        ride.is_completed = True
        was_free = self.release(ride)
        self.used_rides += 1
        self.rode_at = max(ride.real.dropped_off_at, self.rode_at or ride.real.dropped_off_at)
        fare = ride.real.total_cents - ride.real.tip_cents
        self.pay(at, ride, fare, own=was_free)
        self.count(at, "rides completed")
        self.count(at, "tips", ride.real.tip_cents)
        self.count(at, "rides wholly covered", int(ride.paid == fare))
        self.count(at, f"rides for {self.purpose}")
        self.count(at, f"rides on {_day_of(ride)}")
        if self.person is None:
            self.count(at, "rides on cards without a person")
        else:
            self.riders[f"{at.astimezone(ZONE):%Y-%m}"].add(self.person)

    def cancel(self, at: datetime, n: int, fee: int) -> None:
        """The hold goes back; of a fee the programme covers some."""
        if (ride := self.rides.get(n)) is None:
            return
        was_free = self.release(ride)
        if fee:
            ride.most = min(ride.most, MOST_FEE)
            self.pay(at, ride, fee, own=was_free)
            self.count(at, "fees", int(ride.paid > 0))
            self.count(at, "fees in cents", ride.paid)
        else:
            ride.purse.cents += was_free
        self.count(at, "rides cancelled", int(ride.paid == 0))

    def release(self, ride: Ride) -> int:
        """Lets the ride's own hold go, and returns what it was."""
        hold, ride.hold = ride.hold, 0
        if ride in self.held:
            self.held.remove(ride)
        return hold

    def pay(self, at: datetime, ride: Ride, fare: int, own: int) -> None:
        """min(fare, cap per ride, own + available): `own` is the hold or what was captured."""
        before = (ride.paid, ride.overage, ride.shortfall)
        paid = min(fare, ride.most, own + ride.purse.cents, max(0, fare - ride.accepted))
        ride.purse.cents += own - paid
        missing = max(0, min(fare, ride.most, ride.promised) - paid)
        ride.fare, ride.paid, ride.shortfall = fare, paid, missing
        more = paid - before[0]
        self.count(at, "captured", max(0, more))
        self.count(at, "refunded", max(0, -more))
        self.count(at, "overage of the programme", ride.overage - before[1])
        self.count(at, "shortfalls", ride.shortfall - before[2])
        self.count(at, f"net for {self.purpose}", more)
        if more:
            self.count(at, f"net on {_day_of(ride)}", more)

    def adjust(self, at: datetime, n: int, fare: int) -> None:
        """Another total fare of a completed ride."""
        if (ride := self.rides.get(n)) is not None and ride.is_completed:
            self.pay(at, ride, fare, own=ride.paid)

    def contradict(self, at: datetime, n: int) -> None:
        """The same completion with another fare moves nothing."""
        if n in self.rides and self.rides[n].is_completed:
            self.count(at, "conflicts")

    def decide(self, at: datetime, n: int) -> None:
        """Shortfalls are paid; overage of the first 400 rides too, and of the next 100 never."""
        if (ride := self.rides.get(n)) is None:
            return
        accepted = ride.shortfall + (ride.overage if n <= 400 else 0)
        self.count(at, "accepted", accepted)
        self.count(at, "written off", ride.overage if 400 < n <= 500 else 0)
        ride.accepted += accepted

    def reissue(self, at: datetime) -> None:
        """What is free moves to another code; what its rides give back later stays with the old."""
        old, self.purse = self.purse, Purse(self.purse.cents)
        old.cents = 0
        self.count(at, "vouchers reissued")

    def extend(self, at: datetime) -> None:
        """A week more."""
        self.ends_at += 7 * DAY
        self.count(at, "vouchers extended")

    def assign(self, at: datetime) -> None:
        """The card is somebody's from now on."""
        self.person = ("Open Door", (self.place // 20 * 7 + 3 * self.wave) % 75)
        self.count(at, "vouchers assigned")

    def block(self, at: datetime) -> None:
        """Blocked, and the next time unblocked."""
        self.is_blocked = not self.is_blocked
        self.count(at, "vouchers blocked" if self.is_blocked else "vouchers unblocked")

    def revoke(self, at: datetime) -> None:
        """Closed for good: what is left goes back."""
        self.closed_at, self.purse.cents = min(at, self.ends_at), 0
        self.count(at, "vouchers revoked")


def _day_of(ride: Ride) -> str:
    """The day of a ride is that on which it ended; a fee's, that on which it was cancelled."""
    real = ride.real
    ended_at = real.dropped_off_at if ride.is_completed else real.picked_up_at + 10 * HOUR / 60
    return ended_at.astimezone(ZONE).date().isoformat()


def _person(wave: int, place: int) -> tuple[str, int] | None:
    """Whose a card is when it is minted."""
    tens, ones = divmod(place, 10)
    if place >= 200 or ones >= 8:
        return None
    if ones < 5:
        return "Second Start", (tens * 5 + ones + 20 * wave) % 140
    return "Open Door", (tens * 3 + ones - 5 + 5 * wave) % 75
