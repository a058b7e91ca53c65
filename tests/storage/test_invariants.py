"""The ten invariants of the domain, each at its shortest, on the real engine. That they hold in
every interleaving is shown elsewhere; by these tests seeded mutants are caught (`make mutants`)."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.errors import Busy, StateForbids
from farechance.told import Told
from wire import Wire, answer_lost
from world import World

FULL_YEAR = builders.rules(valid_days=300)
THREE_RIDES = builders.rules(valid_days=300, max_rides=3, cap_cents=2_000)


def test_1_money_is_conserved_and_no_balance_is_negative(world: World) -> None:
    code = world.code()
    world.request(code, cents=1_500)
    world.complete(code, cents=1_200)
    refunded = world.adjust(code, cents=700)
    world.clock.passes(minutes=1)
    raised = world.adjust(code, cents=1_900)

    books = world.audit()

    assert (refunded.answer["refunded_cents"], raised.answer["captured_cents"]) == (500, 1_200)
    assert (books.available_cents, books.held_cents, books.spent_cents) == (2_100, 0, 1_900)
    assert books.balance, books.named
    assert world.program().funded_cents == books.found_cents == 100_000


def test_2_a_budget_is_never_exceeded_though_what_was_read_is_old(world: World) -> None:
    last = world.mint_request(unassigned=1, value_cents=4_000)
    for _ in range(11):
        world.mint(last)

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.mint(last))
        with pytest.raises(StateForbids) as refused:
            world.mint(last)

    assert refused.value.reason == "insufficient_allotment"
    assert world.allotment().available_cents == 2_000


def test_2_a_ride_never_takes_more_than_its_cap_nor_from_two_vouchers(world: World) -> None:
    first, second = world.code(), world.code()
    world.request(first, cents=1_500)

    told = world.complete(first, cents=3_000)
    again = world.complete(second, cents=3_000)

    assert told.answer["captured_cents"] == 2_000
    assert again.answer["reason"] == "ride_of_other_voucher"
    assert (world.voucher(first).spent_cents, world.voucher(second).spent_cents) == (2_000, 0)


def test_3_nobody_is_refused_while_a_dead_hold_could_pay(world: World) -> None:
    code = world.code()
    world.request(code, "ride-1", cents=2_000)
    world.request(code, "ride-2", cents=2_000)
    world.clock.passes(hours=25)

    told = world.request(code, "ride-3", cents=2_000)

    assert told.answer["decision"] == "approved"
    assert world.voucher(code).held_cents == 4_000
    assert world.kinds(code)[-2:] == ["hold.lapsed", "ride.requested"]


def test_4_an_event_has_one_effect_for_ever(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(rules=FULL_YEAR)
    code = world.code()
    world.request(code)
    asked_at = world.clock.now
    first = world.complete(code, cents=1_200)
    world.clock.passes(days=250)

    repeat = world.complete(code, cents=1_200, completed_at=asked_at)
    other = world.complete(code, cents=1_300, completed_at=asked_at)

    assert repeat.is_replay
    assert repeat.answer == first.answer
    assert other.answer["reason"] == "event_conflict"
    assert world.voucher(code).spent_cents == 1_200
    assert world.kinds(code).count("ride.completed") == 1


def test_5_a_refused_event_that_is_repeated_is_refused(world: World) -> None:
    code = world.code()
    world.request(code, cents=9_000)
    first = world.complete(code, cents=1_200)
    world.request(code, "ride-2")

    repeat = world.complete(code, cents=1_200)

    assert first.answer["outcome"] == repeat.answer["outcome"] == "refused"
    assert repeat.reason == first.reason == "ride_declined"
    assert repeat.is_replay
    assert world.voucher(code).spent_cents == 0


def test_6_events_in_any_order_end_in_the_same_money(worlds: Callable[..., World]) -> None:
    ends = set()
    world = worlds().with_program()
    for number, order in enumerate(permutations(("complete", "down", "up"))):
        code, ride = world.code(), f"ride-{number}"
        world.request(code, ride)
        at = world.clock.now
        world.clock.passes(minutes=3)
        events: dict[str, Callable[[], Told]] = {
            "complete": lambda: world.complete(code, ride, cents=1_200, completed_at=at),  # noqa: B023
            "down": lambda: world.adjust(
                code,  # noqa: B023
                ride,  # noqa: B023
                cents=600,
                adjusted_at=at + timedelta(minutes=2),  # noqa: B023
                adjustment_id="b",
            ),
            "up": lambda: world.adjust(
                code,  # noqa: B023
                ride,  # noqa: B023
                cents=1_800,
                adjusted_at=at + timedelta(minutes=1),  # noqa: B023
                adjustment_id="a",
            ),
        }
        for event in order:
            events[event]()
        voucher = world.voucher(code)
        ends.add((voucher.available_cents, voucher.held_cents, voucher.spent_cents))

    assert ends == {(3_400, 0, 600)}


def test_7_an_approved_ride_is_paid_whatever_comes_in_between(world: World) -> None:
    code = world.code()
    world.request(code)
    world.block(code)
    world.administer("pause_program", program_id=world.program_id)
    world.administer("suspend_partner", partner_id=world.partner_id)
    world.clock.passes(days=8)
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)

    told = world.complete(code, cents=1_200)

    assert told.answer["outcome"] == "captured"
    assert told.answer["captured_cents"] == world.voucher(code).spent_cents == 1_200


def test_8_the_ledger_shows_an_entry_that_was_overwritten(world: World, bystander: Any) -> None:
    code = world.code()
    world.request(code)
    world.complete(code, cents=1_200)
    table = world.tables["ledger"]
    account = f"voucher#{world.voucher_key(code)}"
    (entry,) = [
        item
        for item in world.items("ledger")
        if item["pk"]["S"] == account and item["kind"]["S"] == "ride.requested"
    ]

    bystander.put_item(TableName=table, Item={**entry, "fare_cents": {"N": "1"}})
    books = world.audit()
    bystander.put_item(TableName=table, Item=entry)

    assert books.differ
    assert [world.voucher(code).voucher_id in one for one in books.named] == [True]
    assert world.audit().balance


def test_9_what_is_unknown_is_told_as_unknown_and_safe_to_repeat(world: World) -> None:
    code = world.code()
    world.request(code)

    with Wire(world.client) as line:
        line.disturb(answer_lost, "TransactWriteItems")
        with pytest.raises(Busy):
            world.complete(code, cents=1_200)
    repeat = world.complete(code, cents=1_200)

    assert repeat.is_replay
    assert repeat.answer["captured_cents"] == world.voucher(code).spent_cents == 1_200


@pytest.mark.parametrize("kept", [False, True], ids=["no housekeeping", "housekeeping"])
def test_10_housekeeping_changes_no_decision(worlds: Callable[..., World], kept: bool) -> None:
    world = worlds().with_program(rules=THREE_RIDES)
    old = world.code()
    world.request(old, "ride-1", cents=1_300)
    new = world.reissue(old)
    world.cancel(old, "ride-1")
    world.request(new, "ride-2", cents=1_300)
    world.complete(new, "ride-2", cents=1_300)
    world.clock.now = NOON + timedelta(days=9)

    if kept:
        world.keep_house()
    told = world.request(new, "ride-3", cents=1_900)

    # 27.00 moved to the new card and 13.00 was spent: 14.00 is there, and the old card's 13.00.
    assert told.answer["decision"] == "approved"
    assert world.voucher(new).available_cents == 4_000 - 1_300 - 1_900
    assert world.audit().balance
