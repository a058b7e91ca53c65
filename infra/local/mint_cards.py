"""Enrolls people and mints the vouchers of one run of the demo, as the partners' apps would."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Any

from infra.local.cast import OPEN_DOOR, PROGRAM_ID, SECOND_START, Cast
from infra.local.client import PartnerApp, instant

AT_ONCE = 25
EXPIRY_SECONDS = 10
PEOPLE = {SECOND_START: 77, OPEN_DOOR: 15}


@dataclass(frozen=True, slots=True)
class Card:
    """A voucher in somebody's hand. `code` spends money: it is never printed."""

    partner_id: str
    voucher_id: str
    code: str
    value_cents: int


@dataclass(frozen=True, slots=True)
class Stock:
    """What was minted: cards that work, and cards out of their time, to be declined."""

    cards: list[Card]
    expiring: list[Card]
    starting_tomorrow: list[Card]
    expire_at: datetime

    @property
    def all_cards(self) -> list[Card]:
        """Every one."""
        return [*self.cards, *self.expiring, *self.starting_tomorrow]


@dataclass(frozen=True, slots=True)
class Order:
    """Some vouchers of one kind: for each of the partner's first `people`, or to hand out."""

    partner_id: str
    purpose: str
    value_cents: int
    rides: int
    cap_cents: int
    people: int = 0
    unassigned: int = 0
    program_id: str = PROGRAM_ID


ORDERS = (
    Order(SECOND_START, "job_interview", 4_000, 2, 2_000, people=30),
    Order(SECOND_START, "family", 3_000, 2, 2_500, people=20),
    Order(OPEN_DOOR, "job", 6_000, 4, 2_500, people=15),
    Order(OPEN_DOOR, "job", 5_000, 2, 2_500, unassigned=50),
)
EXPIRING = Order(OPEN_DOOR, "job", 2_000, 1, 2_000, unassigned=4)
STARTING_TOMORROW = Order(OPEN_DOOR, "job", 2_000, 1, 2_000, unassigned=3)


def enroll(cast: Cast, run: str, tick: Callable[[], None]) -> dict[str, list[str]]:
    """New people of each partner: their participant ids."""
    return {
        partner_id: [
            enroll_one(cast.apps[partner_id], PROGRAM_ID, reference(run, number), number, tick)
            for number in range(1, count + 1)
        ]
        for partner_id, count in PEOPLE.items()
    }


def enroll_one(
    app: PartnerApp,
    program_id: str,
    external_ref: str,
    number: int = 1,
    tick: Callable[[], None] = lambda: None,
) -> str:
    """One new person's participant id. Every third `number` speaks Spanish."""
    language = "es" if number % 3 == 0 else "en"
    now = datetime.now(UTC)
    answer = app.post(
        "/participants",
        {
            "program_id": program_id,
            "external_ref": external_ref,
            "language": language,
            "attestation": {
                "eligible": True,
                "attested_by": "staff-1",
                "attested_on": str(now.date()),
            },
            "consent": {
                "text_version": "2026-01",
                "language": language,
                "granted_at": instant(now),
                "uses": ["enrollment"],
            },
        },
        f"enroll-{external_ref}",
    )
    tick()
    return str(answer.expect(201)["participant_id"])


def reference(run: str, number: int) -> str:
    """What a partner calls its person with this number, from 1, in a run."""
    return f"case-{run}-{number}"


def mint(cast: Cast, run: str, people: dict[str, list[str]], tick: Callable[[], None]) -> Stock:
    """All the vouchers of a run. `tick` is called for each."""
    cards = []
    for number, order in enumerate(ORDERS):
        ids = people[order.partner_id][: order.people]
        cards += _mint(cast, order, f"{run}-{number}", ids, {}, tick)
    tomorrow = {"valid_from": instant(datetime.now(UTC) + timedelta(days=1))}
    starting = _mint(cast, STARTING_TOMORROW, f"{run}-tomorrow", [], tomorrow, tick)
    # The last, so that it can't be over before it is minted.
    expire_at = datetime.now(UTC) + timedelta(seconds=EXPIRY_SECONDS)
    soon = {"expires_at": instant(expire_at)}
    expiring = _mint(cast, EXPIRING, f"{run}-expiring", [], soon, tick)
    return Stock(cards, expiring, starting, expire_at)


def mint_unassigned(
    cast: Cast, partner_id: str, cards: int, program_id: str = PROGRAM_ID
) -> list[Card]:
    """Some more cards to hand out, beside those of a run."""
    order = Order(partner_id, "job_interview", 4_000, 2, 2_000, 0, cards, program_id)
    return _mint(cast, order, f"more-{uuid.uuid4().hex[:8]}", [], {}, lambda: None)


def _mint(
    cast: Cast,
    order: Order,
    key: str,
    people: list[str],
    dates: dict[str, str],
    tick: Callable[[], None],
) -> list[Card]:
    wanted: list[dict[str, Any]] = [
        {"participant_ids": list(some)} for some in batched(people, AT_ONCE, strict=False)
    ]
    left = order.unassigned
    while left:
        wanted.append({"unassigned": min(left, AT_ONCE)})
        left -= wanted[-1]["unassigned"]
    cards = []
    for number, whom in enumerate(wanted):
        body = {
            "program_id": order.program_id,
            "purpose": order.purpose,
            "value_cents": order.value_cents,
            "rides": order.rides,
            "cap_cents": order.cap_cents,
            **whom,
            **dates,
        }
        minted = cast.apps[order.partner_id].post("/vouchers", body, f"mint-{key}-{number}")
        for voucher in minted.expect(201)["vouchers"]:
            cards.append(
                Card(
                    order.partner_id,
                    voucher["voucher_id"],
                    voucher["code"],
                    voucher["value_cents"],
                )
            )
            tick()
    return cards
