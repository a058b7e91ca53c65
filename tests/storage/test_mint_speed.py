"""How many vouchers a partner may mint in a clock hour: exactly as many as the programme's rules
say, however they are asked for, and nothing is left behind by a mint that comes too fast."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.errors import FieldErrors, MintingTooFast, StateForbids
from threads import at_once
from units import cost_of
from wire import Wire
from world import World


@pytest.fixture
def ten(worlds: Callable[..., World]) -> World:
    """A programme whose partners may mint ten vouchers an hour."""
    return worlds().with_program(rules=builders.rules(max_vouchers_per_partner_hour=10))


def _minted(world: World) -> int:
    return sum(item["pk"]["S"].startswith("voucher#") for item in world.items("vouchers"))


def _mints(world: World, vouchers: int, key: str = "") -> Any:
    return world.mints(world.mint_request(unassigned=vouchers, value_cents=100), key)


def test_the_last_voucher_of_an_hour_may_be_minted_and_not_one_more(ten: World) -> None:
    _mints(ten, 7)
    ten.clock.now = NOON + timedelta(minutes=59, seconds=58, milliseconds=1)
    before = ten.everything()

    with pytest.raises(MintingTooFast) as refused:
        _mints(ten, 4)
    untouched = ten.everything()
    _mints(ten, 3)

    told = refused.value
    assert (told.minted, told.most, told.retry_after_seconds) == (7, 10, 2)
    assert (told.program_id, told.partner_id) == (ten.program_id, ten.partner_id)
    assert untouched == before
    assert (ten.allotment().minted_hour, ten.allotment().minted_in_hour) == ("2026-03-02T17", 10)


def test_a_new_hour_begins_to_the_millisecond_and_the_same_request_is_done_then(
    ten: World,
) -> None:
    _mints(ten, 10)
    ten.clock.now = NOON + timedelta(hours=1) - timedelta(milliseconds=1)
    with pytest.raises(MintingTooFast) as refused:
        _mints(ten, 1, "key-1")

    ten.clock.now = NOON + timedelta(hours=1)
    _, is_replay = _mints(ten, 1, "key-1")

    assert refused.value.retry_after_seconds == 1
    assert not is_replay
    assert (ten.allotment().minted_hour, ten.allotment().minted_in_hour) == ("2026-03-02T18", 1)


def test_a_repeat_is_answered_when_nothing_more_may_be_minted(ten: World) -> None:
    first, _ = _mints(ten, 10, "key-1")
    before = ten.everything()

    again, is_replay = _mints(ten, 10, "key-1")

    assert (again, is_replay) == (first, True)
    assert ten.everything() == before


def test_threads_mint_exactly_as_many_as_an_hour_allows(ten: World) -> None:
    results = at_once([partial(_mints, ten.another(), 2) for _ in range(8)])

    refused = [one for one in results if isinstance(one, Exception)]
    assert len(refused) == 3
    assert all(isinstance(one, MintingTooFast) for one in refused)
    assert _minted(ten) == ten.allotment().minted_in_hour == 10
    assert ten.allotment().available_cents == 50_000 - 10 * 100


@pytest.mark.parametrize("minted_before", [0, 1])
def test_whoever_is_overtaken_at_the_last_moment_counts_what_was_minted_meanwhile(
    ten: World, minted_before: int
) -> None:
    if minted_before:
        _mints(ten, minted_before)
    rival = ten.another()

    with Wire(ten.client) as wire:
        wire.before("TransactWriteItems", lambda: _mints(rival, 10 - minted_before))
        with pytest.raises(MintingTooFast):
            _mints(ten, 1)

    assert _minted(ten) == ten.allotment().minted_in_hour == 10


def test_a_machine_whose_clock_is_behind_finds_no_empty_hour(ten: World) -> None:
    behind = ten.another(clock=type(ten.clock)(NOON - timedelta(seconds=1)))
    _mints(ten, 9)

    _mints(behind, 1)
    with pytest.raises(MintingTooFast) as refused:
        _mints(behind, 1)

    assert refused.value.retry_after_seconds == 3_601
    assert (ten.allotment().minted_hour, ten.allotment().minted_in_hour) == ("2026-03-02T17", 10)


def test_a_batch_counts_its_vouchers_when_they_are_reserved_and_not_again(ten: World) -> None:
    ten.enroll(external_ref="case-x1")
    started, _ = ten.starts_batch(ten.batch_request("case-x1", "case-unknown"), "batch-1")
    counted = ten.allotment().minted_in_hour
    ten.works_on(started.batch_id)
    _mints(ten, 8)
    before = ten.everything()

    with pytest.raises(MintingTooFast):
        ten.starts_batch(ten.batch_request(unassigned=2), "batch-2")
    again, is_replay = ten.starts_batch(ten.batch_request("case-x1", "case-unknown"), "batch-1")

    assert ten.everything() == before
    assert (again, is_replay) == (started, True)
    assert (counted, ten.allotment().minted_in_hour) == (1, 9)


def test_cards_that_an_administrator_mints_count_as_the_partners(ten: World) -> None:
    _mints(ten, 4)
    before = ten.everything()

    with pytest.raises(MintingTooFast):
        ten.mint_cards(cards=7)
    untouched = ten.everything()
    ten.mint_cards(cards=6)

    assert untouched == before
    assert _minted(ten) == ten.allotment().minted_in_hour == 10


def test_cards_that_are_overtaken_say_why_the_rest_must_wait(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(rules=builders.rules(max_vouchers_per_partner_hour=50))

    partner = world.another()

    def partner_mints_meanwhile(call: Any) -> Any:
        _mints(partner, 25)
        return call.deliver()

    with Wire(world.client) as line:
        line.disturb(partner_mints_meanwhile, "TransactWriteItems", at=1)
        with pytest.raises(StateForbids) as refused:
            world.mint_cards(cards=50, value_cents=100, command_id="cards-1")
    world.clock.passes(hours=1)
    answer = world.mint_cards(cards=50, value_cents=100, command_id="cards-1")

    assert refused.value.reason == "cards_minted_in_part"
    assert (refused.value.facts["minted"], refused.value.facts["because"]) == (
        25,
        "minting_too_fast",
    )
    assert len(answer["voucher_ids"]) == 50


def test_a_card_for_a_lost_one_does_not_count(ten: World) -> None:
    minted, _ = _mints(ten, 10)
    lost = minted.vouchers[0].code
    assert lost is not None

    ten.reissue(lost)

    assert ten.allotment().minted_in_hour == 10


def test_more_than_ever_fit_in_an_hour_is_a_wrong_field_since_waiting_is_no_help(
    ten: World,
) -> None:
    people = [f"case-x{number}" for number in range(11)]
    for one in people:
        ten.enroll(external_ref=one)
    before = ten.everything()
    wanted: dict[str, Callable[[], Any]] = {
        "/unassigned": lambda: _mints(ten, 11),
        "/rows": lambda: ten.starts_batch(ten.batch_request(*people)),
        "/cards": lambda: ten.mint_cards(cards=11),
    }

    for pointer, mint in wanted.items():
        with pytest.raises(FieldErrors) as refused:
            mint()
        ((where, how),) = [(one.pointer, one.detail) for one in refused.value.errors]
        assert where == pointer
        assert "max_vouchers_per_partner_hour allows 10 " in how
        assert "set_rules" in how
    assert ten.everything() == before


def test_the_rules_in_force_count_for_all_that_was_minted_in_the_hour(ten: World) -> None:
    _mints(ten, 5)

    def rule(most: int) -> None:
        rules = builders.rules(max_vouchers_per_partner_hour=most)
        ten.administer("set_rules", program_id=ten.program_id, rules=rules)
        ten.clock.passes(minutes=1)

    rule(5)
    with pytest.raises(MintingTooFast):
        _mints(ten, 1)
    rule(6)
    _mints(ten, 1)

    assert ten.allotment().minted_in_hour == 6


def test_each_partner_and_each_program_has_an_hour_of_its_own(ten: World) -> None:
    _mints(ten, 10)

    ten.mint(ten.mint_request(value_cents=100), partner=ten.other_partner_id)

    assert ten.allotment(ten.other_partner_id).minted_in_hour == 1
    assert ten.allotment().minted_in_hour == 10


def test_counting_takes_no_further_trip_and_no_further_unit(ten: World) -> None:
    _mints(ten, 1)

    cost = cost_of(ten, lambda world: _mints(world, 1))

    # A voucher, its entry, the key and the allotment.
    assert (cost.round_trips, cost.write_units) == (2, 8)
