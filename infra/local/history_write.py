"""Writes a history: day by day, by the clock of the rides, so that whatever happens finds the world
as it was then. It owns the order of things, and that cards ride side by side as in life.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

from farechance.store import keys
from infra.local.history_calendar import LAST_COMMAND, Event, calendar, mints
from infra.local.history_plan import DAY, Card, Step, waves
from infra.local.history_play import Player
from infra.local.history_stage import Stage
from infra.local.rides import RealRide
from operations.return_money import return_money

LAST_DAY = date(2019, 5, 1)


def write(
    stage: Stage, rides: Sequence[RealRide], players: int, tick: Callable[[], None]
) -> Player:
    """Plays the whole history of some rides. `tick` is called after each ride that is asked for.
    Returns the player, who has counted the answers. Raises client.Refused, or what a use case
    raises."""
    player = Player(stage)
    events = list(calendar(stage, player))
    steps: list[Step] = []
    for cards, happens in waves(rides):
        steps += happens
        events += mints(stage, player, cards)
    by_day: defaultdict[date, list[Event]] = defaultdict(list)
    for event in sorted(events, key=lambda event: event[0]):
        by_day[event[0].date()].append(event)
    of_cards: defaultdict[date, defaultdict[Card, list[Step]]]
    of_cards = defaultdict(lambda: defaultdict(list))
    for step in steps:
        of_cards[step.at.date()][step.card].append(step)
    with ThreadPoolExecutor(players) as threads:
        day = min(by_day)
        while day <= LAST_DAY:
            _keep_house(stage, datetime(day.year, day.month, day.day, tzinfo=UTC))
            for asked in threads.map(player.play, of_cards[day].values()):
                for _ in range(asked):
                    tick()
            for _, happens_now in by_day[day]:
                happens_now()
            day += DAY
    return player


def is_written(stage: Stage) -> bool:
    """Whether the history has been written to its end."""
    return stage.has_done(LAST_COMMAND)


def _keep_house(stage: Stage, now: datetime) -> None:
    """What housekeeping does with the cards of that time: it gives their money back."""
    for shard in range(keys.RETURN_SHARDS):
        for key in list(stage.store.due_vouchers(shard, now)):
            return_money(key, store=stage.store, remembered=stage.remembered, clock=lambda: now)
