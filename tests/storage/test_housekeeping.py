"""Housekeeping returns what is past return_at, to the millisecond and once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import builders
from farechance.ledger import Account
from world import World

MOMENT = timedelta(milliseconds=1)


def _is_past(world: World, code: str) -> None:
    world.clock.now = world.voucher(code).return_at


def test_nothing_is_returned_before_return_at_to_the_millisecond(world: World) -> None:
    code = world.code()
    world.request(code)
    world.clock.now = world.voucher(code).return_at - MOMENT
    before = world.decided()

    too_early = world.keep_house()
    untouched = world.decided()
    world.clock.passes(milliseconds=1)
    in_time = world.keep_house()

    assert (too_early.returned, in_time.returned) == (0, 1)
    assert untouched == before
    assert world.allotment().available_cents == 50_000


def test_a_voucher_that_expired_is_closed_and_its_money_is_in_the_allotment(world: World) -> None:
    code = world.code()
    world.request(code, "ride-1")
    world.request(code, "ride-2", cents=1_000)
    expires_at = world.voucher(code).expires_at
    _is_past(world, code)

    kept = world.keep_house()

    voucher = world.voucher(code)
    assert (kept.returned, kept.failed, kept.is_complete) == (1, [], True)
    assert (voucher.state, voucher.closed_reason) == ("closed", "expired")
    assert voucher.closed_at == expires_at
    assert voucher.is_settled
    assert world.allotment().available_cents == 50_000
    assert world.kinds(code)[-3:] == ["hold.lapsed", "hold.lapsed", "voucher.returned"]
    last = world.entries(code)[-1]
    assert last.changes == {Account.AVAILABLE: -4_000, Account.ALLOTTED: 4_000}
    for name, promised in (("ride-1", 1_500), ("ride-2", 1_000)):
        ride = world.ride(name)
        assert ride is not None
        assert (ride.state, ride.promised_cents, ride.hold_cents) == ("lapsed", promised, 0)


def test_holds_lapse_in_the_order_in_which_they_died(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(rules=builders.rules(max_rides=3))
    code = world.code()
    for name, hours in (("ride-b", 0), ("ride-c", 1), ("ride-a", 2)):
        world.clock.passes(hours=hours)
        world.request(code, name, cents=500)
    _is_past(world, code)

    before = world.voucher(code).version

    world.keep_house()

    # However many entries: it was written once.
    assert world.voucher(code).version == before + 1
    lapsed = [it.identity for it in world.entries(code) if it.kind == "hold.lapsed"]
    assert lapsed == [
        f"lapse#{world.provider_id}#{name}" for name in ("ride-b", "ride-c", "ride-a")
    ]


def test_a_voucher_that_spent_all_is_closed_without_moving_money(world: World) -> None:
    code = world.code()
    for name in ("ride-1", "ride-2"):
        world.request(code, name, cents=2_000)
        world.complete(code, name, cents=2_000)
    _is_past(world, code)

    kept = world.keep_house()

    assert kept.returned == 1
    assert world.voucher(code).closed_reason == "expired"
    assert world.entries(code)[-1].changes == {}
    assert world.allotment().available_cents == 46_000


def test_a_blocked_voucher_goes_the_same_way(world: World) -> None:
    code = world.code()
    world.block(code)
    _is_past(world, code)

    world.keep_house()

    assert world.voucher(code).closed_reason == "expired"
    assert world.allotment().available_cents == 50_000


def test_money_goes_back_to_a_partner_and_a_program_that_are_stopped(world: World) -> None:
    code = world.code()
    world.administer("suspend_partner", partner_id=world.partner_id)
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)
    _is_past(world, code)

    kept = world.keep_house()

    assert (kept.returned, kept.failed) == (1, [])
    assert world.allotment().available_cents == 50_000
    assert world.allotment().status == "closed"


def test_a_revoked_vouchers_hold_is_returned_seven_days_after_it_died(world: World) -> None:
    code = world.code()
    world.request(code)
    world.revoke(code)
    dies_at = world.voucher(code).last_hold_expires_at
    assert dies_at is not None
    world.clock.now = dies_at + timedelta(days=7) - MOMENT
    too_early = world.keep_house()
    world.clock.passes(milliseconds=1)

    in_time = world.keep_house()

    assert (too_early.returned, in_time.returned) == (0, 1)
    assert world.voucher(code).closed_reason == "revoked"
    assert world.allotment().available_cents == 50_000


def test_the_money_of_a_reissued_card_goes_to_its_open_successor(world: World) -> None:
    old = world.code()
    world.request(old)
    new = world.reissue(old)
    world.extend(new, world.clock.now + timedelta(days=60))
    _is_past(world, old)

    kept = world.keep_house()

    assert kept.returned == 1
    assert world.voucher(old).is_settled
    assert world.voucher(new).available_cents == 4_000
    assert world.allotment().available_cents == 46_000
    assert world.kinds(old)[-2:] == ["hold.lapsed", "voucher.returned"]
    assert world.kinds(new)[-1] == "voucher.succeeded"
    assert world.entries(new)[-1].changes == {Account.TRANSFER: -1_500, Account.AVAILABLE: 1_500}


@pytest.mark.parametrize("end", ["revoked", "reissued", "past return_at"])
def test_the_money_of_a_reissued_card_goes_to_the_allotment_if_its_successor_is_closed(
    world: World, end: str
) -> None:
    old = world.code()
    world.request(old)
    new = world.reissue(old)
    match end:
        case "revoked":
            world.revoke(new)
        case "reissued":
            world.extend(world.reissue(new), world.clock.now + timedelta(days=60))
    world.clock.now = max(world.voucher(old).return_at, world.voucher(new).return_at)
    before = world.allotment().available_cents

    world.keep_house()

    assert world.voucher(old).is_settled
    assert world.voucher(new).is_settled
    came_back = 4_000 if end == "past return_at" else 1_500
    assert world.allotment().available_cents == before + came_back


def test_a_refund_after_return_at_is_returned_by_the_next_run(world: World) -> None:
    code = world.code()
    world.request(code)
    world.complete(code)
    _is_past(world, code)
    first = world.keep_house()

    refund = world.adjust(code, cents=400)
    held_back = world.voucher(code).available_cents
    second = world.keep_house()
    world.adjust(code, cents=0)
    third = world.keep_house()

    assert refund.answer["refunded_cents"] == 1_100
    assert held_back == 1_100
    assert [run.returned for run in (first, second, third)] == [1, 1, 1]
    assert world.allotment().available_cents == 50_000
    assert world.kinds(code)[-4:] == [
        "ride.adjusted",
        "voucher.returned",
        "ride.adjusted",
        "voucher.returned",
    ]


@pytest.mark.parametrize("has_run", [True, False], ids=["after", "without"])
def test_a_completion_past_return_at_is_a_shortfall_after_and_without_housekeeping(
    world: World, has_run: bool
) -> None:
    code = world.code()
    world.request(code)
    _is_past(world, code)
    if has_run:
        world.keep_house()

    told = world.complete(code, cents=1_300)
    world.keep_house()

    assert told.answer["outcome"] == "captured"
    assert (told.answer["captured_cents"], told.answer["shortfall_cents"]) == (0, 1_300)
    assert told.answer["released_cents"] == 0
    assert world.voucher(code).spent_cents == 0
    assert world.allotment().available_cents == 50_000
