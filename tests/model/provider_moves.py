"""What providers do in a play: one step each, chosen by chance. It owns which events are worth
sending; it must never say what they should be told."""

from collections.abc import Callable, Iterable, Sequence
from copy import replace
from datetime import datetime, timedelta
from random import Random

from model.play import PROVIDERS, Play
from model.state import NO_VOUCHER, Event, Ride

NEVER = timedelta(0)
SOON_AGO = (NEVER, NEVER, NEVER, timedelta(seconds=1), timedelta(hours=1), timedelta(days=3))


def request(play: Play, chance: Random) -> None:
    """May this ride begin?"""
    name = _some_voucher(play, chance)
    if name is None:
        return
    voucher = play.books.vouchers[name]
    ride_key = _late_ride(play, chance) if _rarely(chance) else None
    late = play.books.rides[ride_key] if ride_key is not None else None
    provider = late.provider if late else _provider(chance)
    sums = (voucher.cap, voucher.cap // 2, voucher.cap // 3, 700)
    left = (voucher.available, voucher.available + 1, voucher.available + voucher.held)
    event = Event(
        kind="requested",
        provider=provider,
        ride=ride_key.split("#")[1] if ride_key is not None else play.next("r"),
        at=play.now - _late_by(chance),
        fare=max(1, chance.choice((*sums, *sums, *left, voucher.cap + 1, 1))),
        currency="EUR" if chance.randrange(40) == 39 else "USD",
        code_of=_code(play, chance, late.voucher if late and late.voucher else name),
        pickup_at=_pickup(play, chance),
        replaces=_replaced(play, chance, name, provider),
    )
    _send(play, chance, event)


def press(play: Play, chance: Random) -> None:
    """A hold's time runs out, and another ride needs its money."""
    holding = [
        one for one in play.books.vouchers.values() if one.holds and _may_ride(play, one.name)
    ]
    if not holding:
        return
    voucher = chance.choice(holding)
    dies_at = chance.choice([until for _, until in voucher.holds.values()])
    play.does(max(play.now, dies_at + timedelta(seconds=chance.choice((0, 1, -1)))))
    event = Event(
        kind="requested",
        provider=PROVIDERS[0],
        ride=play.next("r"),
        at=play.now,
        fare=max(1, voucher.available + chance.choice((1, voucher.held, voucher.held + 1))),
        currency="USD",
        code_of=voucher.name,
    )
    play.does(event)


def complete(play: Play, chance: Random) -> None:
    """A ride was made, or so it is said."""
    found = _some_ride(play, chance, ("held", "held", "held", "lapsed", "lapsed", "voided"))
    provider, ride_id, name, ride = found
    if name is None:
        return
    voucher = play.books.vouchers[name]
    base = ride.held or ride.promised or chance.choice((voucher.cap, 500, voucher.available))
    fare = max(0, base + chance.choice((0, 0, 1, -1, 300, -300, 5_000, -base)))
    tip = chance.choice((0, 0, 0, fare // 10, fare))
    asked_ago = timedelta(hours=1)
    if ride.state == "none":
        week = timedelta(days=7)
        second = timedelta(seconds=1)
        asked_ago = chance.choice((asked_ago, NEVER, timedelta(days=2), week, week + second))
    event = Event(
        kind="completed",
        provider=provider,
        ride=ride_id,
        at=_happened(play, chance, ride),
        fare=fare,
        tip=tip,
        currency="EUR" if chance.randrange(40) == 39 else "USD",
        requested_at=play.now - asked_ago if chance.randrange(3) else None,
    )
    _send(play, chance, _named(play, chance, event, name))


def cancel(play: Play, chance: Random) -> None:
    """There will be no ride; perhaps there is a fee."""
    states = ("held", "held", "held", "lapsed", "lapsed", "voided", "captured")
    provider, ride_id, name, ride = _some_ride(play, chance, states)
    if name is None:
        return
    most = play.books.vouchers[name].rules.most_fee
    event = Event(
        kind="cancelled",
        provider=provider,
        ride=ride_id,
        at=_happened(play, chance, ride),
        fare=chance.choice((0, 0, 0, most, most + 1, max(0, most - 100), 450)),
    )
    _send(play, chance, _named(play, chance, event, name))


def adjust(play: Play, chance: Random) -> None:
    """The fare is another."""
    states = ("captured", "captured", "captured", "captured", "held", "lapsed", "voided")
    provider, ride_id, name, ride = _some_ride(play, chance, states)
    if name is None:
        return
    voucher = play.books.vouchers[name]
    fares = (0, ride.captured, ride.captured + 1, max(0, ride.captured - 100), voucher.cap)
    more = (voucher.cap + 1, ride.captured + voucher.available + 1, ride.fare + 200, 1)
    new_id = play.next("a")
    reasons = ("correction", "toll", "refund", "dispute", "wait")
    event = Event(
        kind="adjusted",
        provider=provider,
        ride=ride_id,
        at=_happened(play, chance, ride),
        fare=chance.choice((*fares, *more)),
        adjustment_id=chance.choice(("a", "b")) if _rarely(chance) else new_id,
        why=chance.choice((*reasons, *reasons, "tip", "damage")),
    )
    _send(play, chance, _named(play, chance, event, name))


def repeat(play: Play, chance: Random) -> None:
    """An event comes again, exactly; or names its voucher in another way."""
    if not play.heard:
        return
    event = _recent(chance, play.heard)
    name = event.authorization_of or event.code_of
    if event.kind != "requested" and name != NO_VOUCHER and chance.randrange(4) == 3:
        event = replace(event, code_of=name, authorization_of=None)
    play.does(event)


def conflict(play: Play, chance: Random) -> None:
    """An event comes again with other content, or naming another voucher."""
    if not play.heard:
        return
    event = _recent(chance, play.heard)
    another = {
        "fare": replace(event, fare=event.fare + 100),
        "time": replace(event, at=event.at - timedelta(seconds=1)),
        "voucher": replace(event, code_of=_recent(chance, list(play.cards)), authorization_of=None),
    }
    play.does(another[chance.choice(list(another))])


def deliver(play: Play, chance: Random) -> None:
    """What was kept back comes at last, in any order."""
    if play.waiting:
        play.does(play.waiting.pop(chance.randrange(len(play.waiting))))


# ── choices ──────────────────────────────────────────────────────────────────────────────────────


def _send(play: Play, chance: Random, event: Event) -> None:
    """Most events arrive at once; some wait, so that later ones overtake them."""
    if chance.randrange(16 if event.kind == "requested" else 7) == 6:
        play.waiting.append(event)
    else:
        play.does(event)


def _rarely(chance: Random) -> bool:
    return chance.randrange(8) == 7


def _provider(chance: Random) -> str:
    return PROVIDERS[1] if _rarely(chance) else PROVIDERS[0]


def _some_voucher(play: Play, chance: Random) -> str | None:
    """A recent one rather, and one that may still ride."""
    names = list(play.books.vouchers)
    if not names:
        return None
    likely = [name for name in names if _may_ride(play, name)]
    return _recent(chance, names if _rarely(chance) or not likely else likely)


def _may_ride(play: Play, name: str) -> bool:
    voucher = play.books.vouchers[name]
    home = voucher.last_counted_at or voucher.expires_at
    home_by = home + timedelta(hours=voucher.rules.return_hours)
    is_live = play.now < voucher.expires_at or play.now <= home_by
    return is_live and voucher.state == "active" and voucher.rides > voucher.counted


def _recent[Thing](chance: Random, things: Sequence[Thing]) -> Thing:
    return chance.choice(things[-4:] if chance.randrange(3) else things)


def _some_ride(
    play: Play, chance: Random, states: Iterable[str]
) -> tuple[str, str, str | None, Ride]:
    """A ride in one of the states, the likelier the more often it stands there; or any; or one of
    which nothing is known."""
    by_state: list[str] = []
    for state in states:
        by_state += [key for key, ride in play.books.rides.items() if ride.state == state][-3:]
    which = chance.randrange(10)
    waiting = [it for it in play.waiting if it.ride_key not in play.books.rides]
    if which == 7 and waiting:
        event = chance.choice(waiting)
        named = event.authorization_of or event.code_of or NO_VOUCHER
        if named != NO_VOUCHER:
            return event.provider, event.ride, named, Ride(named, event.provider)
    if which == 9 or not play.books.rides:
        name = _some_voucher(play, chance)
        return _provider(chance), play.next("r"), name, Ride(name or "", PROVIDERS[0])
    if which == 8 or not by_state:
        key = chance.choice(list(play.books.rides))
    else:
        key = chance.choice(by_state)
    ride = play.books.rides[key]
    return ride.provider, key.split("#")[1], ride.voucher, ride


def _late_ride(play: Play, chance: Random) -> str | None:
    """One that was never asked for, and of which something is known all the same."""
    asked = {event.ride_key for event in play.heard if event.kind == "requested"}
    known = [key for key in play.books.rides if key not in asked]
    return chance.choice(known) if known else None


def _late_by(chance: Random) -> timedelta:
    minutes = timedelta(minutes=5)
    second = timedelta(seconds=1)
    rare = (minutes, minutes - second, minutes + second, timedelta(hours=1), -minutes)
    return chance.choice(rare) if _rarely(chance) else NEVER


def _pickup(play: Play, chance: Random) -> datetime | None:
    if not _rarely(chance):
        return None
    hours = chance.choice((2, 2, -1, 47, 240, 700))
    return play.now + timedelta(hours=hours)


def _replaced(play: Play, chance: Random, voucher: str, provider: str) -> str | None:
    if not _rarely(chance):
        return None
    own = [key for key in play.books.vouchers[voucher].holds if key.startswith(provider)]
    keys = own if own and not _rarely(chance) else list(play.books.rides)
    return chance.choice(keys).split("#")[1] if keys else None


def _happened(play: Play, chance: Random, ride: Ride) -> datetime:
    """When it is said to have happened: by and by, or close to what is known of the ride."""
    if ride.completed_at is None or chance.randrange(3) == 0:
        ahead = timedelta(minutes=4)
        return play.now + ahead if _rarely(chance) else play.now - chance.choice(SOON_AGO)
    known = [ride.completed_at, *(at for at, _, _ in ride.statements)]
    around = (NEVER, NEVER, timedelta(seconds=1), timedelta(seconds=-1))
    return min(chance.choice(known) + chance.choice(around), play.now)


def _code(play: Play, chance: Random, name: str) -> str:
    if chance.randrange(30) < 28:
        return name
    return chance.choice((NO_VOUCHER, *play.cards))


def _named(play: Play, chance: Random, event: Event, name: str) -> Event:
    """By code, by authorization or by both."""
    code = _code(play, chance, name)
    ways: dict[str, Callable[[], Event]] = {
        "code": lambda: replace(event, code_of=code),
        "authorization": lambda: replace(event, authorization_of=code),
        "both": lambda: replace(event, code_of=code, authorization_of=name),
    }
    return ways[chance.choice(("code", "authorization", "authorization", "both"))]()
