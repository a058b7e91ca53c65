"""Cards that an administrator mints in parts: cut short anywhere, overtaken by the partner, sent
again. Each card is minted once, and the money adds up."""

from typing import Any

import pytest

import wire
from farechance.errors import Busy, StateForbids
from operations.print_cards import open_sheet
from wire import Wire
from world import World


def _token(answer: Any) -> str:
    return str(answer["link"]).partition("token=")[2]


def _cards_of(world: World, link: Any) -> int:
    page = open_sheet(_token(link), world.card_tools, world.clock.now)
    return page.html.count("<article")


def _minted(world: World) -> int:
    return sum(item["pk"]["S"].startswith("voucher#") for item in world.items("vouchers"))


def test_a_hundred_cards_are_four_transactions_and_one_for_the_record(world: World) -> None:
    with Wire(world.client) as line:
        answer = world.mint_cards(cards=100, value_cents=500)

    assert line.operations.count("TransactWriteItems") == 5
    assert len(set(answer["voucher_ids"])) == _minted(world) == 100
    assert _cards_of(world, answer) == 100
    assert world.allotment().available_cents == 50_000 - 100 * 500


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_what_was_cut_short_goes_on_where_it_stopped(world: World, part: int) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=part - 1, times=1_000)
        with pytest.raises(Busy):
            world.mint_cards(cards=60, value_cents=500, command_id="cards-1")
    before = _minted(world)

    answer = world.mint_cards(cards=60, value_cents=500, command_id="cards-1")

    assert before == min((part - 1) * 25, 60)
    assert _minted(world) == len(answer["voucher_ids"]) == 60
    assert world.allotment().available_cents == 50_000 - 60 * 500


def test_a_part_that_can_no_longer_be_paid_is_told_with_a_link_to_those_before(
    world: World,
) -> None:
    partner = world.another()

    def partner_mints_meanwhile(call: Any) -> Any:
        """All that is left, between the first part and the second."""
        partner.mint(partner.mint_request(unassigned=3, value_cents=10_000))
        return call.deliver()

    with Wire(world.client) as line:
        line.disturb(partner_mints_meanwhile, "TransactWriteItems", at=1, times=1)
        with pytest.raises(StateForbids) as refused:
            world.mint_cards(cards=50, command_id="cards-1")

    facts = dict(refused.value.facts)
    assert refused.value.reason == "cards_minted_in_part"
    assert (facts["minted"], facts["cards"]) == (25, 50)
    assert facts["because"] == "insufficient_allotment"
    assert _cards_of(world, facts) == 25
    world.administer("fund", program_id=world.program_id, amount_cents=25_000)
    world.allot(world.partner_id, 25_000)
    answer = world.mint_cards(cards=50, command_id="cards-1")
    assert len(answer["voucher_ids"]) == _cards_of(world, answer) == 50


def test_the_same_command_with_other_cards_is_refused_even_before_it_is_done(
    world: World,
) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1, times=1_000)
        with pytest.raises(Busy):
            world.mint_cards(cards=50, command_id="cards-1")

    for other in ({"value_cents": 900}, {"cards": 25}, {"cards": 51}):
        with pytest.raises(StateForbids) as refused:
            world.mint_cards(**{"cards": 50, "command_id": "cards-1", **other})
        assert refused.value.reason == "command_id_reused"

    assert _minted(world) == 25
    # In other words it is still the same, and goes on.
    world.mint_cards(cards=50, command_id="cards-1", reason="another")
    assert _minted(world) == 50


def test_fewer_cards_are_no_repeat_of_a_command_that_was_cut_short_before_its_record(
    world: World,
) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=2, times=1_000)
        with pytest.raises(Busy):
            world.mint_cards(cards=50, value_cents=500, command_id="cards-1")

    with pytest.raises(StateForbids) as refused:
        world.mint_cards(cards=25, value_cents=500, command_id="cards-1")
    tried = world.mint_cards(cards=50, value_cents=500, command_id="cards-1", dry_run=True)
    done = world.mint_cards(cards=50, value_cents=500, command_id="cards-1")

    assert refused.value.reason == "command_id_reused"
    assert (tried["cards"], tried["dry_run"]) == (50, True)
    assert len(done["voucher_ids"]) == _cards_of(world, done) == _minted(world) == 50


def test_a_command_that_meets_another_with_its_id_is_refused(world: World) -> None:
    def another_is_faster(call: Any) -> Any:
        world.mint_cards(cards=25, value_cents=500, command_id="cards-1")
        return call.deliver()

    with Wire(world.client) as line:
        line.disturb(another_is_faster, "TransactWriteItems", at=0, times=1)
        with pytest.raises(StateForbids) as refused:
            world.mint_cards(cards=50, value_cents=500, command_id="cards-1")

    assert refused.value.reason == "command_id_reused"
    assert _minted(world) == 25


def test_a_partners_own_key_never_meets_the_cards_of_a_command(world: World) -> None:
    world.mint_cards(cards=1, command_id="cards-1")

    # No door lets a blank into a key; whatever else a partner chooses is another mint.
    world.mint(key="cards-cards-1-0")
    world.mint(key="cardscards-10")

    assert _minted(world) == 3


def test_each_entry_names_the_command_that_minted_it(world: World) -> None:
    world.mint_cards(cards=2, command_id="cards-1")

    entries = [item for item in world.items("ledger") if item["sk"]["S"] == "minted"]
    assert [item["command_id"]["S"] for item in entries] == ["cards-1"] * 2
