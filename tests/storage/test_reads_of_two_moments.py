"""A BatchGetItem may see a ride as it was before a transaction and its voucher as it is after it,
or the other way round: no decision is made on two moments, and no caller is told of a defect
because of it (domain.md, invariants 3, 4 and 9)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from builders import NOON
from farechance.callbacks import VoucherChecked
from farechance.errors import BooksDiffer
from farechance.told import Told
from operations.check_voucher import check_voucher
from use_cases import under
from wire import Wire, read_as_it_was
from world import World

_Event = Callable[[World, str], Told]

# What happened in between, what comes next, and how that is answered in the end.
_OVERTAKEN: dict[str, tuple[_Event, _Event, dict[str, Any]]] = {
    "complete after a cancellation": (
        lambda world, code: world.cancel(code),
        lambda world, code: world.complete(code),
        {"outcome": "refused", "reason": "ride_cancelled", "shortfall_cents": 1_500},
    ),
    "cancel after a completion": (
        lambda world, code: world.complete(code),
        lambda world, code: world.cancel(code),
        {"outcome": "refused", "reason": "ride_completed", "captured_cents": 0},
    ),
    "adjust after a completion": (
        lambda world, code: world.complete(code),
        lambda world, code: world.adjust(code, cents=300),
        {"outcome": "refunded", "refunded_cents": 1_200},
    ),
    "complete after another was replaced": (
        lambda world, code: world.request(code, "ride-2", replaces_ride_id="ride-1"),
        lambda world, code: world.complete(code),
        {"outcome": "refused", "reason": "ride_cancelled", "shortfall_cents": 1_500},
    ),
}


@pytest.mark.parametrize("unseen", ["ride#", "voucher#"])
@pytest.mark.parametrize("name", _OVERTAKEN)
def test_a_ride_and_a_voucher_of_different_moments_are_read_again(
    world: World, name: str, unseen: str
) -> None:
    in_between, next_, right = _OVERTAKEN[name]
    code = world.code()
    world.request(code)
    old = _stored(world, unseen)
    in_between(world, code)

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        told = next_(world.another(), code)

    assert line.disturbed
    assert right.items() <= told.answer.items()
    assert not told.is_replay
    voucher = world.voucher(code)
    assert voucher.spent_cents == {"adjust after a completion": 300}.get(
        name, 1_500 if name.startswith("cancel") else 0
    )


@pytest.mark.parametrize("unseen", ["ride#", "voucher#"])
def test_a_refund_of_a_ride_and_a_voucher_of_different_moments_is_decided_again(
    world: World, unseen: str
) -> None:
    code = world.code()
    world.request(code)
    world.complete(code)
    old = _stored(world, unseen)
    world.adjust(code, cents=300, adjustment_id="adjustment-1")

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        told = world.another().adjust(code, cents=0, adjustment_id="adjustment-2")

    assert line.disturbed
    assert (told.answer["outcome"], told.answer["refunded_cents"]) == ("refunded", 300)
    assert (world.voucher(code).spent_cents, world.voucher(code).available_cents) == (0, 4_000)


def test_an_adjustment_that_comes_while_its_ride_is_replaced_is_not_lost(world: World) -> None:
    code = world.code()
    world.request(code)

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.another().adjust(code, cents=700))
        told = world.request(code, "ride-2", replaces_ride_id="ride-1")

    assert told.answer["decision"] == "approved"
    replaced = world.ride("ride-1")
    assert replaced is not None
    assert (replaced.state, replaced.refused_cents) == ("voided", 700)


def test_a_ride_to_be_replaced_that_was_read_before_its_hold_is_read_again(world: World) -> None:
    code = world.code()
    world.request(code)
    old = _stored(world, "ride#")
    world.adjust(code, cents=700)

    with Wire(world.client) as line:
        line.disturb(read_as_it_was(old), "BatchGetItem")
        told = world.another().request(code, "ride-2", replaces_ride_id="ride-1")

    assert line.disturbed
    assert told.answer["decision"] == "approved"
    replaced = world.ride("ride-1")
    assert replaced is not None
    assert replaced.refused_cents == 700


def test_a_ride_that_contradicts_its_voucher_for_good_is_a_defect_and_not_hidden(
    world: World, bystander: Any
) -> None:
    code = world.code()
    world.request(code)
    ride = _stored(world, "ride#")
    table = world.tables["vouchers"]
    before = world.everything()

    bystander.put_item(TableName=table, Item={**ride, "hold_cents": {"N": "1400"}})
    with pytest.raises(BooksDiffer):
        world.complete(code)
    bystander.put_item(TableName=table, Item=ride)

    assert world.everything() == before


def test_an_act_is_not_refused_because_its_twin_was_done_in_between(world: World) -> None:
    under(world, max_vouchers_per_participant_month=1)
    code, person = world.code(), world.enroll()

    with Wire(world.client) as line:
        # At the last read, of the person: the voucher was read, and so was the lack of an entry.
        def twin() -> None:
            if line.operations.count("BatchGetItem") == 5:
                world.another().assign(code, person, "key-1")

        line.before("BatchGetItem", twin, times=5)
        answer = world.another().assign(code, person, "key-1")

    assert answer["status"] == "active"
    assert world.kinds(code) == ["voucher.minted", "voucher.assigned"]
    assert world.participant(person).minted_in_month == 1


def test_a_check_counts_money_that_comes_over_in_between(world: World) -> None:
    under(world, cap_cents=4_000)
    old = world.code(value_cents=1_500, expires_at=NOON + timedelta(days=60))
    world.request(old, "old-ride")
    new = world.reissue(old)
    world.clock.passes(days=10)
    function = world.another()

    with Wire(world.client) as line:
        # At the last read, of the old card: the new one was read, and had nothing.
        def rival() -> None:
            if line.operations.count("BatchGetItem") == 3:
                world.keep_house()

        line.before("BatchGetItem", rival, times=3)
        told = check_voucher(
            VoucherChecked(voucher_code=new),
            world.provider_id,
            store=function.store,
            remembered=function.remembered,
            code_keys=world.code_keys,
            now=world.clock.now,
        )

    assert (told.answer["decision"], told.answer["held_cents"]) == ("approved", 1_500)
    assert world.voucher(new).available_cents == 1_500
    assert world.voucher(old).is_settled


def _stored(world: World, start: str) -> dict[str, Any]:
    found = [it for it in world.items("vouchers") if it["pk"]["S"].startswith(start)]
    assert len(found) == 1
    return found[0]
