"""Plays real rides against the running stack, as a ride company and its riders would.

A rider asks for a ride; the company drives it, or it is cancelled, or it is declined. Some riders
mistype their code, and the company sends some messages twice and states some fares in two ways.
What varies follows from the ride's number, so that two runs differ in nothing but their ids.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from infra.local.client import (
    AUTHORIZATIONS,
    EVENTS,
    Delivery,
    Refused,
    RideCompany,
    callback,
)
from infra.local.mint_cards import Card
from infra.local.rides import RealRide

# Tried on two cores: 32 callbacks a second by one player, 59 by two, 56 by three.
PLAYERS = 2
TRIES = 6
PASSING = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Played:
    """How one request for a ride ended. Amounts in cents; of a decline, `fare_cents` is the
    estimate. `repeats` were answered as such; `conflicts` were refused and changed nothing."""

    partner_id: str
    ending: Literal["made", "cancelled", "declined"]
    fare_cents: int
    reason: str = ""
    rider_message: str = ""
    language: str = ""
    covered_cents: int = 0
    overage_cents: int = 0
    tip_cents: int = 0
    duration_seconds: int = 0
    repeats: int = 0
    conflicts: int = 0
    ride_id: str = ""
    authorization_id: str = ""


class Player:
    """Plays with one company, in one run. `tick` is called after each ride of the file."""

    def __init__(self, company: RideCompany, run: str, tick: Callable[[], None]) -> None:
        self._company = company
        self._run = run
        self._tick = tick

    def play(self, cards: Sequence[Card], rides: Sequence[RealRide]) -> list[Played]:
        """Deals the rides to the cards in turn and plays each card's rides in order.

        Several cards ride at once, as in life. Raises Refused if the system doesn't do what its
        contract says.
        """
        hands = [(card, rides[place :: len(cards)]) for place, card in enumerate(cards)]
        with ThreadPoolExecutor(PLAYERS) as players:
            played = players.map(lambda hand: self._play_card(*hand), hands)
            return [one for hand in played for one in hand]

    def refund(self, played: Played) -> int:
        """Takes a fare back as a whole, and says so twice: what the voucher has again, in cents."""
        event = callback(
            EVENTS,
            "ride.adjusted",
            ride_id=played.ride_id,
            authorization_id=played.authorization_id,
            adjustment_id="refund-1",
            fare_cents=0,
            adjusted_at=datetime.now(UTC),
            why="refund",
        )
        told = self._tell(event)
        if told["outcome"] != "refunded":
            raise Refused(f"a refund was answered {told['outcome']}")
        self._repeat(event, told)
        return int(told["refunded_cents"])

    def _play_card(self, card: Card, rides: Sequence[RealRide]) -> list[Played]:
        played = []
        for ride in rides:
            if ride.number % 31 == 7:
                played.append(self._ask_with_wrong_code(card, ride))
            played.append(self._play_ride(card, ride))
            self._tick()
        return played

    def _play_ride(self, card: Card, ride: RealRide) -> Played:
        ride_id = f"{self._run}-{ride.number:03d}"
        request = _request(ride_id, card.code, ride)
        told = self._tell(request)
        repeats = self._repeat(request, told) if ride.number % 6 == 1 else 0
        if told["decision"] == "declined":
            return _declined(card, ride, told, repeats)
        authorization_id = told["authorization_id"]
        if ride.number % 9 == 4:
            event = callback(
                EVENTS,
                "ride.cancelled",
                ride_id=ride_id,
                authorization_id=authorization_id,
                cancelled_at=datetime.now(UTC),
            )
        else:
            event = _completion(ride_id, authorization_id, ride)
        ended = self._tell(event)
        repeats += self._repeat(event, ended) if ride.number % 4 == 1 else 0
        conflicts = 0
        if ended["outcome"] == "captured" and ride.number % 50 == 21:
            conflicts = self._contradict(ride_id, authorization_id, ride)
        return Played(
            partner_id=card.partner_id,
            ending="cancelled" if ended["outcome"] == "voided" else "made",
            fare_cents=ride.fare_cents,
            rider_message=told["rider_message"]["text"],
            language=told["rider_message"]["language"],
            covered_cents=ended["captured_cents"],
            overage_cents=ended["overage_cents"],
            tip_cents=ride.tip_cents,
            duration_seconds=ride.duration_seconds,
            repeats=repeats,
            conflicts=conflicts,
            ride_id=ride_id,
            authorization_id=authorization_id,
        )

    def _ask_with_wrong_code(self, card: Card, ride: RealRide) -> Played:
        """One symbol of the code is another: the check symbol shows it."""
        typed = card.code[:-1] + ("A" if card.code[-1] != "A" else "B")
        told = self._tell(_request(f"{self._run}-{ride.number:03d}-mistyped", typed, ride))
        if told["decision"] != "declined":
            raise Refused("a mistyped code was taken")
        return _declined(card, ride, told, 0)

    def _contradict(self, ride_id: str, authorization_id: str, ride: RealRide) -> int:
        """The same completion with another fare: refused, and on record."""
        event = _completion(ride_id, authorization_id, ride, more_cents=100)
        told = self._tell(event)
        if (told["outcome"], told["reason"]) != ("refused", "event_conflict"):
            raise Refused(f"a contradiction was answered {told['outcome']}")
        return 1

    def _repeat(self, delivery: Delivery, first: dict[str, Any]) -> int:
        """Sends the same again: the answer must be the first one, and say that it is a repeat."""
        again = self._tell(delivery)
        as_first = {**again, "replayed": first["replayed"]}
        as_first.pop("ride", None)
        if not again["replayed"] or as_first != {k: v for k, v in first.items() if k != "ride"}:
            raise Refused("a repeat wasn't answered as the first time")
        return 1

    def _tell(self, delivery: Delivery) -> dict[str, Any]:
        """Delivers, and repeats what wasn't answered, as a company must: it is safe."""
        for attempt in range(TRIES):
            answer = self._company.deliver(delivery)
            if answer.status not in PASSING:
                return answer.expect(200)
            time.sleep(0.2 * 2**attempt)
        raise Refused(f"a callback got no answer in {TRIES} tries")


def _request(ride_id: str, code: str, ride: RealRide) -> Delivery:
    return callback(
        AUTHORIZATIONS,
        "ride.requested",
        ride_id=ride_id,
        voucher_code=code,
        estimated_fare_cents=ride.estimated_fare_cents,
        currency="USD",
        requested_at=datetime.now(UTC),
    )


def _completion(
    ride_id: str, authorization_id: str, ride: RealRide, more_cents: int = 0
) -> Delivery:
    """Dated now, with the file's amounts and duration. Either door takes it."""
    return callback(
        AUTHORIZATIONS if ride.number % 10 == 0 else EVENTS,
        "ride.completed",
        ride_id=ride_id,
        authorization_id=authorization_id,
        fare_cents=ride.total_cents + more_cents,
        tip_cents=ride.tip_cents,
        currency="USD",
        completed_at=datetime.now(UTC),
        distance_meters=ride.distance_meters,
        duration_seconds=ride.duration_seconds,
    )


def _declined(card: Card, ride: RealRide, told: dict[str, Any], repeats: int) -> Played:
    return Played(
        partner_id=card.partner_id,
        ending="declined",
        fare_cents=ride.estimated_fare_cents,
        reason=told["reason"],
        rider_message=told["rider_message"]["text"],
        language=told["rider_message"]["language"],
        repeats=repeats,
    )
