"""What must hold after every step, asked of what is stored and not of the model: domain.md's
invariants 1 to 5, 7 and 9. It owns these questions; it must never repair or excuse anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance.programs import Allotment, Program
from farechance.rides import Ride
from farechance.store.keys import Key
from farechance.told import Told
from farechance.vouchers import Voucher
from model.state import MOST_OPEN_HOLDS, Event

Stored = Mapping[Key[Any], Any]

APPLIED = {"approved", "captured", "voided", "refunded", "unchanged", "superseded", "pending"}


@dataclass(frozen=True)
class Heard:
    """An event, what was answered, and what stood before it."""

    event: Event
    told: Told
    voucher: Voucher | None
    ride: Ride | None
    overage_rule: str
    now: datetime


def conserved(stored: Stored) -> None:
    """1: every cent that was funded is somewhere, and nothing is negative."""
    funded, there = 0, 0
    for item in stored.values():
        match item:
            case Program():
                funded += item.funded_cents
                parts = [item.unallotted_cents, item.paid_direct_cents]
            case Allotment():
                parts = [item.available_cents]
            case Voucher():
                parts = [item.available_cents, item.held_cents, item.spent_cents]
            case _:
                parts = []
        assert min(parts, default=0) >= 0, f"something is negative: {item}"
        there += sum(parts)
    assert there == funded, f"{funded} was funded and {there} is there"


def within_bounds(stored: Stored) -> None:
    """2: never over a voucher's value, its rides, its cap for each ride; nor is a fare paid by the
    voucher that was accepted from the programme's own money."""
    for ride in (one for one in stored.values() if isinstance(one, Ride)):
        accepted = max(0, ride.accepted_cents - ride.refused_cents)
        paid = ride.captured_cents
        assert paid <= max(0, ride.fare_cents - accepted), f"it is paid twice: {ride}"
    vouchers = {one.voucher_key: one for one in stored.values() if isinstance(one, Voucher)}
    for one in vouchers.values():
        there = one.available_cents + one.held_cents + one.spent_cents
        assert there <= one.value_cents, f"more than its value: {one}"
        assert one.rides_counted + len(one.holds) <= one.max_rides, f"too many rides: {one}"
        assert len(one.holds) <= MOST_OPEN_HOLDS, f"too many open holds: {one}"
        if one.predecessor_key is None:
            _within_first_card(one, vouchers)
    spent: dict[str, int] = {}
    for ride in (one for one in stored.values() if isinstance(one, Ride)):
        assert ride.captured_cents <= vouchers[ride.voucher_key].cap_cents, f"over the cap: {ride}"
        spent[ride.voucher_key] = spent.get(ride.voucher_key, 0) + ride.captured_cents
    for key, cents in spent.items():
        assert vouchers[key].spent_cents == cents, f"{key} spent what no ride of it took"


def _within_first_card(first: Voucher, vouchers: Mapping[str, Voucher]) -> None:
    """A lost card and those that followed it have together what the first one had."""
    cards = [first]
    while cards[-1].successor_key is not None:
        cards.append(vouchers[cards[-1].successor_key])
    rides = sum(one.rides_counted + len(one.holds) for one in cards)
    assert rides <= first.max_rides, f"too many rides over {len(cards)} cards: {cards}"
    there = sum(one.available_cents + one.held_cents + one.spent_cents for one in cards)
    assert there <= first.value_cents, f"more than its value over {len(cards)} cards: {cards}"


def never_paid_by_two(before: Stored, after: Stored) -> None:
    """2: a ride names one voucher, for ever."""
    for key, item in before.items():
        if isinstance(item, Ride):
            assert after[key].voucher_key == item.voucher_key, f"{key} changed its voucher"


def not_falsely_refused(heard: Heard) -> None:
    """3: what is said to lack really does, dead holds let go."""
    voucher = heard.voucher
    if voucher is None or heard.told.is_replay or heard.told.reason is None:
        return
    event = heard.event
    replaced = f"{event.provider}#{event.replaces}"
    live = {
        key: hold
        for key, hold in voucher.holds.items()
        if key != replaced and hold.expires_at > heard.now
    }
    if heard.told.reason == "insufficient_balance":
        free = voucher.available_cents + voucher.held_cents
        free -= sum(hold.cents for hold in live.values())
        wanted = min(event.fare - event.tip, voucher.cap_cents)
        needed = wanted if heard.overage_rule == "decline" else min(1, wanted)
        assert free < needed, "falsely insufficient"
    if heard.told.reason == "no_rides_left":
        assert voucher.rides_counted + len(live) >= voucher.max_rides, "a ride was left"
    if heard.told.reason == "too_many_open_rides":
        assert len(live) >= MOST_OPEN_HOLDS, "there was room for another ride"


def told_once(told: Told, first: Told | None) -> None:
    """4 and 5: a repeat gets the first answer; what was refused never sounds applied."""
    if not told.is_replay:
        return
    assert first is not None, "called a repeat, and never came before"
    assert dict(told.answer) == dict(first.answer), "a repeat got another answer"
    assert told.reason == first.reason, "a repeat got another reason"
    assert told.ride is not None or told.reason is not None, "a repeat without its ride"


def approved_is_paid(heard: Heard) -> None:
    """7: whatever became of the voucher, an approved ride is paid before return_at."""
    ride, voucher, event = heard.ride, heard.voucher, heard.event
    if ride is None or voucher is None or heard.told.is_replay:
        return
    if event.kind != "completed" or ride.state != "held" or event.currency != "USD":
        return
    if heard.told.reason is not None or heard.now >= voucher.return_at:
        return
    statements = [event.fare - event.tip]
    if ride.adjustment is not None and ride.adjustment.adjusted_at >= event.at:
        statements = [ride.adjustment.fare_cents]
    at_least = min(*statements, ride.hold_cents, voucher.cap_cents)
    assert heard.told.answer["captured_cents"] >= at_least, "an approved ride wasn't paid"


def checked_as_requested(checked: Told, told: Told) -> None:
    """A check says what the request is told a moment later, and has changed nothing."""
    for name in ("decision", "reason", "held_cents", "rider_message"):
        assert checked.answer.get(name) == told.answer.get(name), f"a check said another {name}"


def one_of_three(told: Told) -> None:
    """9: applied, or refused with a reason."""
    said = told.answer.get("decision") or told.answer.get("outcome")
    if said in ("declined", "refused"):
        assert told.reason is not None, "refused without a reason"
        assert told.answer["reason"], "refused without saying why"
    else:
        assert said in APPLIED, f"neither applied nor refused: {said}"
        assert told.reason is None, f"applied, and yet {told.reason}"
