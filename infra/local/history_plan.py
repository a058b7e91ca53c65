"""The plan of the history that `make demo-history` plays: which card pays which ride of March 2019,
and what else happens to it. It owns the plan and nothing more; `history_totals.py` has the same
plan a second time, written from this text, so that neither can be wrong alone.

Everything follows from a ride's number n, counted from 1 in the order of pick-up.

Waves. 650 rides in a row are a wave, w = 0 to 4. For each, 210 cards are minted a day before its
first ride; the card of place p = 0 to 199 is tried for the wave's rides p, p + 200, p + 400 and
p + 600 (from 0), as far as there are any; those of places 200 to 209 are never used.

Cards. The value follows from p modulo 3: 0 is $50 for an interview, 1 is $80 for a job, 2 is $60
for a family. A card pays 4 rides and up to $30 of each, and is good until the local midnight that
ends the 10th day after its first. But, by p below 200 and modulo 40:

     3   it pays 2 rides
     7   it is lost: reissued an hour after its first try ended
    13   it is worth $20, and the ride company tells late how its first try ended
    17   it is blocked an hour after its first try ended, and unblocked so after its second
    27   it is good from 3 days after it was minted on
    33   it is good until 3 days after it was minted; if p is 73 or 153, it is extended by 7 days an
         hour after its first try ended

and modulo 50: 23 is revoked an hour after its second try ended. Whose it is follows from p modulo
10: 0 to 4 are for people of Second Start, 5 to 7 for people of Open Door; 8 are Open Door's without
a person (p modulo 20 = 8 is handed to one an hour after its first try ended), 9 and all that are
never used New Leaf's, an employer's, which enrolls nobody.

Rides. A try is asked for at its pick-up, and ends at its drop-off: by then it is told as completed,
or as cancelled 3 minutes after the pick-up if n modulo 29 = 5, or 10 minutes after it with a fee of
$7 if n modulo 97 = 11, of which the programme covers $5. Told late is two hours after the card's
second try ended. If n modulo 307 = 100, it was asked for ten minutes before the request comes in,
which is too late. After a completed ride was told, in this order:

    n mod 101 = 50   2 hours     it is told again with $1 more, which is a conflict
    n mod  53 =  1   3 hours     it is told again, word by word
    n mod  73 = 20   1 day       a toll: $3 more
    n mod  61 = 17   2 days      a refund of all of it
    n mod  83 = 31   3 days      a dispute: $2 less than the fare, but not below 0
    n mod 211 = 40   20 days     a correction: $2.50 less than the fare, but not below 0
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import groupby

from infra.local.rides import RealRide

SECOND_START, OPEN_DOOR, NEW_LEAF = (
    "org_second_start_2019",
    "org_open_door_2019",
    "org_new_leaf_2019",
)
PEOPLE = {SECOND_START: 140, OPEN_DOOR: 75}
RIDES_OF_A_WAVE, CARDS_IN_USE, CARDS = 650, 200, 210
PURPOSES = (("job_interview", 5_000), ("job", 8_000), ("family", 6_000))
LATE_VALUE_CENTS = 2_000
FEE_CENTS = 700
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Act(Enum):
    """What happens to a card or to one of its rides."""

    REQUEST = auto()
    COMPLETE = auto()
    CANCEL = auto()
    CONTRADICT = auto()
    REPEAT = auto()
    ADJUST = auto()
    ASSIGN = auto()
    REISSUE = auto()
    BLOCK = auto()
    UNBLOCK = auto()
    REVOKE = auto()
    EXTEND = auto()


@dataclass(frozen=True, slots=True)
class Promise:
    """What one call mints: cards that are alike. Without dates the programme's rules have them."""

    partner_id: str
    is_assigned: bool
    purpose: str
    value_cents: int
    rides: int | None
    minted_at: datetime
    valid_from: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One card; `person` is the number of the one whom it is minted for, or later handed to."""

    wave: int
    place: int
    promise: Promise
    person: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at a moment. `fare_cents` is an adjustment's, `why` its reason."""

    at: datetime
    act: Act
    card: Card
    ride: RealRide | None = None
    fare_cents: int = 0
    why: str = ""


def waves(rides: Sequence[RealRide]) -> Iterator[tuple[list[Card], list[Step]]]:
    """The cards of each wave that some of the month's rides are of, and what happens to them, each
    card's in the order of time."""
    for wave, all_of_it in groupby(rides, lambda ride: (ride.number - 1) // RIDES_OF_A_WAVE):
        own = list(all_of_it)
        tries: defaultdict[int, list[RealRide]] = defaultdict(list)
        for ride in own:
            tries[(ride.number - 1) % RIDES_OF_A_WAVE % CARDS_IN_USE].append(ride)
        cards = [_card(wave, place, own[0].picked_up_at - DAY) for place in range(CARDS)]
        yield cards, [step for card in cards for step in _steps(card, tries[card.place])]


def _card(wave: int, place: int, minted_at: datetime) -> Card:
    purpose, value_cents = PURPOSES[place % 3]
    is_used, kind = place < CARDS_IN_USE, place % 40
    partner_id, person, is_assigned = NEW_LEAF, None, False
    if is_used and place % 10 < 5:
        partner_id, is_assigned = SECOND_START, True
        person = (place // 10 * 5 + place % 10 + 20 * wave) % PEOPLE[SECOND_START]
    elif is_used and place % 10 < 8:
        partner_id, is_assigned = OPEN_DOOR, True
        person = (place // 10 * 3 + place % 10 - 5 + 5 * wave) % PEOPLE[OPEN_DOOR]
    elif is_used and place % 10 == 8:
        partner_id = OPEN_DOOR
        person = (place // 20 * 7 + 3 * wave) % PEOPLE[OPEN_DOOR] if place % 20 == 8 else None
    promise = Promise(
        partner_id=partner_id,
        is_assigned=is_assigned,
        purpose=purpose,
        value_cents=LATE_VALUE_CENTS if is_used and kind == 13 else value_cents,
        rides=2 if is_used and kind == 3 else None,
        minted_at=minted_at,
        valid_from=minted_at + 3 * DAY if is_used and kind == 27 else None,
        expires_at=minted_at + 3 * DAY if is_used and kind == 33 else None,
    )
    return Card(wave, place, promise, person)


def _steps(card: Card, tries: Sequence[RealRide]) -> list[Step]:
    """A card's steps, in the order of time."""
    if not tries:
        return []
    steps = list(_acts(card, tries))
    for number, ride in enumerate(tries):
        is_late = card.place % 40 == 13 and number == 0 and len(tries) > 1
        told_at = tries[1].dropped_off_at + 2 * HOUR if is_late else ride.dropped_off_at
        steps += [Step(ride.picked_up_at, Act.REQUEST, card, ride), _ending(card, ride, told_at)]
        steps += _aftermath(card, ride, told_at)
    return sorted(steps, key=lambda step: step.at)


def _ending(card: Card, ride: RealRide, told_at: datetime) -> Step:
    if ride.number % 29 == 5:
        return Step(ride.picked_up_at + timedelta(minutes=3), Act.CANCEL, card, ride)
    if ride.number % 97 == 11:
        at = ride.picked_up_at + timedelta(minutes=10)
        return Step(at, Act.CANCEL, card, ride, fare_cents=FEE_CENTS)
    return Step(told_at, Act.COMPLETE, card, ride)


def _aftermath(card: Card, ride: RealRide, told_at: datetime) -> Iterator[Step]:
    number, fare = ride.number, ride.fare_cents
    if number % 101 == 50:
        yield Step(told_at + 2 * HOUR, Act.CONTRADICT, card, ride)
    if number % 53 == 1:
        yield Step(told_at + 3 * HOUR, Act.REPEAT, card, ride)
    if number % 73 == 20:
        yield Step(told_at + DAY, Act.ADJUST, card, ride, fare + 300, "toll")
    if number % 61 == 17:
        yield Step(told_at + 2 * DAY, Act.ADJUST, card, ride, 0, "refund")
    if number % 83 == 31:
        yield Step(told_at + 3 * DAY, Act.ADJUST, card, ride, max(0, fare - 200), "dispute")
    if number % 211 == 40:
        yield Step(told_at + 20 * DAY, Act.ADJUST, card, ride, max(0, fare - 250), "correction")


def _acts(card: Card, tries: Sequence[RealRide]) -> Iterator[Step]:
    after_first = tries[0].dropped_off_at + HOUR
    kind = card.place % 40
    if kind == 7:
        yield Step(after_first, Act.REISSUE, card)
    if card.place % 80 == 73:
        yield Step(after_first, Act.EXTEND, card)
    if card.place % 20 == 8:
        yield Step(after_first, Act.ASSIGN, card)
    if kind == 17:
        yield Step(after_first, Act.BLOCK, card)
    if len(tries) > 1:
        after_second = tries[1].dropped_off_at + HOUR
        if kind == 17:
            yield Step(after_second, Act.UNBLOCK, card)
        if card.place % 50 == 23:
            yield Step(after_second, Act.REVOKE, card)
