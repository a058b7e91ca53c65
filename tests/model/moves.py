"""The moves of a play and how often each is tried, for every driver; and those of nobody: repeats,
housekeeping and time. Chance is whoever drives: a generator with a seed, or Hypothesis."""

from collections import Counter
from collections.abc import Callable
from copy import replace
from datetime import UTC, datetime, timedelta
from random import Random

from builders import NOON
from model import admin_moves as admin
from model import partner_moves as partner
from model import provider_moves as provider
from model.play import Play
from model.state import ZONE, midnight_after, month_of
from world import World

STARTS = (
    NOON,
    datetime(2026, 3, 7, 23, tzinfo=UTC),
    datetime(2026, 3, 31, 20, tzinfo=UTC),
    datetime(2026, 10, 31, 18, tzinfo=UTC),
)
"""A Monday; before the night in March; the end of a month; before the night in November, which is
the end of a month too."""

NIGHTS = (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC))
"""When New York's clocks change."""


def begin(new_world: Callable[[datetime], World], census: Counter[str], chance: Random) -> Play:
    """A play on a new world, with rules of its own and a first card."""
    play = Play(new_world(chance.choice(STARTS)), census)
    admin.set_rules(play, chance)
    partner.mint(play, chance)
    return play


def step(play: Play, chance: Random) -> None:
    """One move. Where little can happen any more, something is done about it rather."""
    vouchers = play.books.vouchers.values()
    has_rides = any(one.is_open(play.now) and one.rides_left for one in vouchers)
    moves = MOVES
    if play.books.status == "paused" or play.books.suspended:
        moves = MOVES + [admin.statuses] * (len(MOVES) // 4)
    elif play.books.status != "closed" and not has_rides:
        moves = MOVES + [partner.mint] * (len(MOVES) // 3)
    chance.choice(moves)(play, chance)


def go_on(play: Play, chance: Random, moves: int) -> None:
    """Many moves."""
    for _ in range(moves):
        step(play, chance)


def call_again(play: Play, chance: Random) -> None:
    """A call or a command comes again, exactly; or with its key and something else."""
    if play.calls:
        call = chance.choice(play.calls[-6:] if chance.randrange(2) else play.calls)
        is_changed = call.is_changed if chance.randrange(4) else not call.is_changed
        play.does(replace(call, is_changed=is_changed))


def keep_house(play: Play, _: Random) -> None:
    """At any time."""
    play.does("housekeeping")


def clock_jumps(play: Play, chance: Random) -> None:
    """A little, a lot, or to a moment that matters: just before it, at it, or just after it."""
    short = (
        timedelta(seconds=1),
        timedelta(minutes=4, seconds=59),
        timedelta(minutes=5, seconds=1),
        timedelta(minutes=11),
    )
    long = (timedelta(hours=25), timedelta(hours=25), timedelta(days=4), timedelta(days=8))
    to = play.now + chance.choice(long if chance.randrange(5) == 4 else short)
    soonest, latest = play.now + timedelta(seconds=1), play.now + timedelta(days=40)
    moments = sorted({it for it in _moments(play) if soonest < it < latest})
    if moments and chance.randrange(2):
        to = chance.choice(moments[:3]) + timedelta(seconds=chance.choice((-1, 0, 1)))
    happened = play.books.happened
    happened["clock jumps"] += 1
    happened["a month ended"] += month_of(to) != month_of(play.now)
    happened["a night of a clock change"] += any(play.now < it <= to for it in NIGHTS)
    play.does(to)


def _moments(play: Play) -> list[datetime]:
    """Ends of holds, vouchers, months, ways home; clock changes; and each return_at."""
    into_next_month = play.now.astimezone(ZONE).date().replace(day=28) + timedelta(days=4)
    last_of_month = into_next_month - timedelta(days=into_next_month.day)
    found = [midnight_after(last_of_month), *NIGHTS]
    for one in play.books.vouchers.values():
        found += [one.valid_from, one.expires_at - timedelta(hours=1), one.expires_at]
        found += [one.return_at, *(until for _, until in one.holds.values())]
        if one.last_counted_at is not None:
            found.append(one.last_counted_at + timedelta(hours=one.rules.return_hours))
    return found


Move = Callable[[Play, Random], None]

_OFTEN: dict[Move, int] = {
    partner.mint: 7,
    provider.request: 26,
    provider.complete: 14,
    provider.cancel: 6,
    provider.adjust: 12,
    provider.deliver: 4,
    clock_jumps: 14,
    provider.press: 3,
    provider.repeat: 6,
    provider.conflict: 3,
    keep_house: 4,
    partner.on_voucher: 9,
    partner.enroll: 2,
    admin.money: 3,
    admin.statuses: 2,
    admin.owed: 4,
    call_again: 4,
    admin.set_rules: 1,
}
MOVES: list[Move] = [move for move, times in _OFTEN.items() for _ in range(times)]
