"""A lost card: the old one is closed, what is available moves to a new one with a new code, once,
and what the old one sets free later comes over when its return_at is past."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.callbacks import VoucherChecked
from farechance.errors import StateForbids
from operations.check_voucher import check_voucher
from operations.reissue_voucher import reissue_voucher
from operations.show_voucher import show
from threads import at_once
from wire import Wire
from world import World


@pytest.fixture
def three_rides(worlds: Callable[..., World]) -> World:
    """A programme whose vouchers have up to three rides of 20.00."""
    return worlds().with_program(rules=builders.rules(max_rides=3, cap_cents=2_000))


def test_the_new_code_rides_and_the_old_one_does_not(world: World) -> None:
    old = world.code()

    new = world.reissue(old)
    with_old = world.request(old, "ride-1")
    with_new = world.request(new, "ride-2")

    assert new != old
    assert (with_old.answer["reason"], with_old.reason) == ("voucher_not_usable", "voucher_closed")
    assert with_new.answer["decision"] == "approved"
    assert (world.voucher(old).available_cents, world.voucher(new).available_cents) == (0, 2_500)
    assert world.allotment().available_cents == 46_000


def test_money_rides_dates_and_rules_move_and_open_holds_stay(three_rides: World) -> None:
    world = three_rides
    old = world.code(rides=3, cap_cents=1_900)
    world.request(old, "ride-1", cents=1_000)
    world.complete(old, "ride-1", cents=1_000)
    world.request(old, "ride-2", cents=1_200)
    before = world.voucher(old)

    new = world.reissue(old)

    closed, card = world.voucher(old), world.voucher(new)
    assert (closed.state, closed.closed_reason, closed.closed_at) == ("closed", "reissued", NOON)
    assert (closed.available_cents, closed.held_cents, closed.spent_cents) == (0, 1_200, 1_000)
    assert (card.state, card.available_cents, card.held_cents) == ("active", 1_800, 0)
    assert (closed.successor_key, card.predecessor_key) == (card.voucher_key, closed.voucher_key)
    assert (card.max_rides, card.rides_left, card.cap_cents) == (1, 1, 1_900)
    for name in ("valid_from", "expires_at", "rules_version", "purpose", "language", "partner_id"):
        assert getattr(card, name) == getattr(before, name)
    assert world.kinds(old)[-1] == "voucher.reissued"
    assert world.kinds(new) == ["voucher.succeeded"]
    assert world.allotment().available_cents == 46_000


def test_a_hold_of_the_old_card_pays_its_ride_and_takes_nothing_of_the_new_one(
    world: World,
) -> None:
    old = world.code()
    world.request(old, "ride-1", cents=1_500)
    new = world.reissue(old)

    told = world.complete(old, "ride-1", cents=1_900)

    assert (told.answer["captured_cents"], told.answer["overage_cents"]) == (1_500, 400)
    assert world.voucher(old).spent_cents == 1_500
    assert world.voucher(new).available_cents == 2_500


def test_the_way_home_is_open_to_the_new_card_too(world: World) -> None:
    old = world.code(expires_at=NOON + timedelta(hours=3))
    world.request(old, "ride-1")
    world.clock.passes(hours=2)
    world.complete(old, "ride-1")

    new = world.reissue(old)
    world.clock.passes(hours=8)
    home = world.request(new, "ride-2")

    assert home.answer["decision"] == "approved"
    assert world.voucher(new).held_cents == 1_500


def test_a_repeat_tells_the_same_code_and_moves_nothing(world: World) -> None:
    old = world.code()
    world.request(old, "ride-1")
    call = world.call("reissue", old, "key-1")

    first, was_replay = reissue_voucher(call, world.tools, codes_too=True)
    before = world.everything()
    again, is_replay = reissue_voucher(call, world.another().tools, codes_too=True)

    assert (was_replay, is_replay) == (False, True)
    assert again == first
    assert world.everything() == before
    assert world.voucher(str(first["code"])).voucher_id == first["successor_id"]
    assert first["code"].replace("-", "") not in str(before).replace("-", "")


def test_a_card_is_reissued_under_the_newest_version_of_the_secret_and_repeats_stay_with_theirs(
    world: World,
) -> None:
    before_leak, leaked = world.code(), world.code()
    first, _ = reissue_voucher(
        world.call("reissue", before_leak, "key-1"), world.tools, codes_too=True
    )
    later = world.another(code_keys={**world.code_keys, "2": "a key that nobody has seen yet"})

    mended, _ = reissue_voucher(later.call("reissue", leaked, "key-2"), later.tools, codes_too=True)
    repeats = [
        reissue_voucher(later.call("reissue", code, key), later.tools, codes_too=True)
        for code, key in ((before_leak, "key-1"), (leaked, "key-2"))
    ]

    assert (first["code"][0], mended["code"][0]) == ("1", "2")
    assert repeats == [(first, True), (mended, True)]
    assert later.voucher(mended["code"]).available_cents == 4_000
    shown = [
        show(later.voucher(code), later.remembered, later.code_keys, NOON).successor_id
        for code in (before_leak, leaked)
    ]
    assert shown == [first["successor_id"], mended["successor_id"]]


def test_with_another_key_the_old_card_is_closed(world: World) -> None:
    old = world.code()
    world.reissue(old, "key-1")
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.reissue(old, "key-2")

    assert refused.value.reason == "voucher_closed"
    assert world.everything() == before


def test_two_people_who_reissue_one_card_at_once_get_one_new_card(world: World) -> None:
    old = world.code()

    results = at_once([partial(world.another().reissue, old) for _ in range(3)])

    codes = [one for one in results if isinstance(one, str)]
    refused = [one for one in results if isinstance(one, StateForbids)]
    assert (len(codes), [one.reason for one in refused]) == (1, ["voucher_closed"] * 2)
    assert world.voucher(codes[0]).available_cents == 4_000


def test_a_ride_at_the_last_moment_stays_with_the_old_card(world: World) -> None:
    old = world.code()

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.request(old, "ride-1"))
        new = world.reissue(old)

    assert world.voucher(old).held_cents == 1_500
    assert (world.voucher(new).available_cents, world.voucher(new).rides_left) == (2_500, 1)


def test_a_reissued_card_is_reissued_again(world: World) -> None:
    person = world.enroll()
    first = world.code(participant_ids=(person,), unassigned=None)

    second = world.reissue(first)
    third = world.reissue(second)
    told = [
        world.request(code, f"ride-{number}").answer
        for number, code in enumerate((first, second, third))
    ]

    assert [one["decision"] for one in told] == ["declined", "declined", "approved"]
    assert len({first, second, third}) == 3
    assert world.voucher(third).predecessor_key == world.voucher_key(second)
    assert list(world.participant(person).open_vouchers) == [world.voucher(third).voucher_id]
    assert world.participant(person).minted_in_month == 1


def test_the_persons_list_names_the_new_card_and_no_month_counts_it(world: World) -> None:
    person = world.enroll()
    old = world.code(participant_ids=(person,), unassigned=None)
    world.extend(old, NOON + timedelta(days=20))

    new = world.reissue(old)

    stored, card = world.participant(person), world.voucher(new)
    assert card.subject_id == stored.subject_id
    assert stored.open_vouchers == {card.voucher_id: NOON + timedelta(days=20)}
    assert (stored.minted_in_month, stored.minted_month) == (1, "2026-03")


def test_a_card_of_somebody_who_was_erased_is_reissued_without_a_person(
    world: World, bystander: Any
) -> None:
    person = world.enroll()
    old = world.code(participant_ids=(person,), unassigned=None)
    subject = world.voucher(old).subject_id
    bystander.delete_item(
        TableName=world.tables["people"],
        Key={"pk": {"S": world.partner_id}, "sk": {"S": f"participant#{person}"}},
    )
    people = world.items("people")

    new = world.reissue(old)

    assert world.items("people") == people
    assert world.voucher(new).subject_id == subject
    assert world.request(new).answer["decision"] == "approved"


def test_a_card_without_rides_left_is_not_reissued(world: World) -> None:
    old = world.code()
    world.request(old, "ride-1", cents=1_000)
    world.complete(old, "ride-1", cents=1_000)
    world.request(old, "ride-2", cents=1_000)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.reissue(old)

    assert refused.value.reason == "no_rides_left"
    assert world.everything() == before


def test_a_dead_hold_in_the_way_is_let_go_and_its_ride_and_money_move(world: World) -> None:
    old = world.code(rides=1)
    world.request(old, "ride-1", cents=1_500)
    world.clock.passes(hours=24)

    new = world.reissue(old)
    rides = world.request(new, "ride-2", cents=1_900)
    late = world.complete(old, "ride-1", cents=1_500)

    assert rides.answer["decision"] == "approved"
    assert (world.voucher(old).held_cents, world.voucher(old).available_cents) == (0, 0)
    assert (world.voucher(new).available_cents, world.voucher(new).max_rides) == (2_100, 1)
    assert world.kinds(old)[2:] == ["hold.lapsed", "voucher.reissued", "ride.completed"]
    # Never more rides than the card had: the late one is owed and on record.
    assert (late.answer["captured_cents"], late.answer["shortfall_cents"]) == (0, 1_500)
    assert world.audit().balance


def test_a_dead_hold_is_let_go_where_the_new_card_would_lack_its_money(three_rides: World) -> None:
    world = three_rides
    old = world.code(value_cents=3_500, rides=3, cap_cents=2_000)
    world.request(old, "ride-1", cents=1_800)
    world.clock.passes(hours=1)
    world.request(old, "ride-2", cents=1_000)
    world.clock.passes(hours=24)

    new = world.reissue(old)

    # The older hold is enough for a ride up to the cap; the younger stays for its own ride.
    assert (world.voucher(old).held_cents, world.voucher(new).available_cents) == (1_000, 2_500)
    assert world.voucher(new).max_rides == 2
    assert world.complete(old, "ride-2", cents=1_000).answer["captured_cents"] == 1_000


def test_a_dead_hold_that_is_not_in_the_way_stays_for_its_ride(three_rides: World) -> None:
    world = three_rides
    old = world.code(rides=3, cap_cents=2_000)
    world.request(old, "ride-1", cents=1_500)
    world.clock.passes(hours=24)

    new = world.reissue(old)

    assert (world.voucher(old).held_cents, world.voucher(new).available_cents) == (1_500, 2_500)
    assert world.complete(old, "ride-1").answer["captured_cents"] == 1_500
    assert world.kinds(new) == ["voucher.succeeded"]


def test_a_ride_that_ends_while_its_dead_hold_is_let_go_is_paid(world: World) -> None:
    old = world.code(rides=1)
    world.request(old, "ride-1", cents=1_500)
    world.clock.passes(hours=24)

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.complete(old, "ride-1", cents=1_500))
        with pytest.raises(StateForbids) as refused:
            world.reissue(old)

    assert refused.value.reason == "no_rides_left"
    assert world.voucher(old).spent_cents == 1_500


def test_a_lost_card_that_was_blocked_has_an_active_successor(world: World) -> None:
    old = world.code()
    world.block(old)

    new = world.reissue(old)

    assert (world.voucher(old).state, world.voucher(new).state) == ("closed", "active")
    assert world.request(new).answer["decision"] == "approved"


def test_money_that_the_old_card_sets_free_comes_over_when_its_return_at_is_past(
    three_rides: World,
) -> None:
    world = three_rides
    old, new = _with_money_on_both(world)
    returns_at = world.voucher(old).return_at

    world.clock.now = returns_at - timedelta(milliseconds=1)
    too_early = world.request(new, "ride-2", cents=1_900)
    world.clock.now = returns_at
    in_time = world.request(new, "ride-3", cents=1_900)

    assert too_early.answer["reason"] == "insufficient_balance"
    assert in_time.answer["decision"] == "approved"
    assert (world.voucher(old).available_cents, world.voucher(new).available_cents) == (0, 1_600)
    assert world.kinds(old)[-1] == "voucher.returned"
    assert world.kinds(new)[-3:] == ["ride.requested", "voucher.succeeded", "ride.requested"]


def test_who_only_asks_is_told_of_money_that_would_come_over_and_nothing_moves(
    three_rides: World,
) -> None:
    world = three_rides
    old, new = _with_money_on_both(world)
    asked = VoucherChecked(voucher_code=new, estimated_fare_cents=1_900)
    answers = []
    before = world.everything()

    return_at = world.voucher(old).return_at
    for now in (return_at - timedelta(milliseconds=1), return_at):
        told = check_voucher(
            asked,
            world.provider_id,
            store=world.store,
            remembered=world.remembered,
            code_keys=world.code_keys,
            now=now,
        )
        answers.append(told.answer["decision"])

    assert answers == ["declined", "approved"]
    assert world.everything() == before


def test_what_comes_over_goes_back_to_the_allotment_when_the_new_card_is_revoked(
    three_rides: World,
) -> None:
    world = three_rides
    old, new = _with_money_on_both(world)
    world.clock.now = world.voucher(old).return_at
    allotted = world.allotment().available_cents

    answer = world.revoke(new)

    assert answer["available_cents"] == 0
    assert world.allotment().available_cents == allotted + 3_500
    assert world.voucher(old).is_settled
    assert world.voucher(new).is_settled


def _with_money_on_both(world: World) -> tuple[str, str]:
    """An old card with 20.00 that a cancelled ride set free, and its successor with 15.00, which is
    extended beyond the old one's return_at."""
    old = world.code(value_cents=3_500, rides=3, cap_cents=2_000)
    world.request(old, "ride-1", cents=2_000)
    new = world.reissue(old)
    world.cancel(old, "ride-1")
    world.extend(new, NOON + timedelta(days=60))
    assert (world.voucher(old).available_cents, world.voucher(new).available_cents) == (
        2_000,
        1_500,
    )
    return old, new
