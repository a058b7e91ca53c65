"""Minting: what is told, what is stored, and that a repeat is told the same for ever."""

from collections.abc import Callable
from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON
from farechance.errors import IdempotencyKeyReused, NotFound
from farechance.partner_api import Minted
from farechance.store import keys, writes
from world import World


def _codes(minted: Minted) -> list[str]:
    return [one.code for one in minted.vouchers if one.code is not None]


def test_a_mint_takes_its_money_from_the_allotment(world: World) -> None:
    minted = world.mint(world.mint_request(value_cents=4_000))

    code = _codes(minted)[0]
    voucher = world.voucher(code)
    assert (minted.total_cents, minted.minted_at) == (4_000, NOON)
    assert (voucher.available_cents, voucher.cap_cents, voucher.max_rides) == (4_000, 2_000, 2)
    assert voucher.subject_id is None
    assert world.allotment().available_cents == 46_000
    assert world.allotment(world.other_partner_id).available_cents == 50_000
    assert [dict(entry.changes) for entry in world.entries(code)] == [
        {"allotment.available": -4_000, "voucher.available": 4_000}
    ]


def test_25_vouchers_are_minted_at_once(world: World) -> None:
    minted = world.mint(world.mint_request(unassigned=25, value_cents=2_000))

    codes = _codes(minted)
    assert len(set(codes)) == 25
    assert len({one.voucher_id for one in minted.vouchers}) == 25
    assert {world.voucher(code).available_cents for code in codes} == {2_000}
    assert world.allotment().available_cents == 0


def test_25_people_get_a_voucher_each_in_one_transaction(world: World) -> None:
    people = tuple(world.enroll() for _ in range(25))

    minted = world.mint(
        world.mint_request(participant_ids=people, unassigned=None, value_cents=1_000)
    )

    assert tuple(one.participant_id for one in minted.vouchers) == people
    for one, person in zip(minted.vouchers, people, strict=True):
        stored = world.participant(person)
        assert list(stored.open_vouchers) == [one.voucher_id]
        assert one.code is not None
        assert world.voucher(one.code).subject_id == stored.subject_id


def test_a_person_may_stand_in_a_mint_more_than_once(world: World) -> None:
    one, two = world.enroll(language="es"), world.enroll()

    minted = world.mint(
        world.mint_request(participant_ids=(one, two, one), unassigned=None, value_cents=1_000)
    )

    stored = world.participant(one)
    assert [it.participant_id for it in minted.vouchers] == [one, two, one]
    assert len(set(_codes(minted))) == 3
    assert (stored.minted_in_month, len(stored.open_vouchers)) == (2, 2)
    assert world.participant(two).minted_in_month == 1
    assert [world.voucher(code).language for code in _codes(minted)] == ["es", "en", "es"]


def test_no_voucher_names_the_person_that_it_is_for(world: World) -> None:
    person = world.enroll(external_ref="case-77")

    world.mint(world.mint_request(participant_ids=(person,), unassigned=None))

    outside_of_people = str([world.items(table) for table in ("vouchers", "ledger", "programs")])
    assert person not in outside_of_people
    assert "case-77" not in outside_of_people
    assert world.participant(person).subject_id in outside_of_people


def test_a_repeat_gets_the_same_answer_with_its_codes(world: World) -> None:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person, person), unassigned=None)
    first, _ = world.mints(request, "key-1")
    before = world.everything()

    again, is_replay = world.another().mints(request, "key-1")

    assert (again, is_replay) == (first, True)
    assert all(world.voucher(code) for code in _codes(again))
    assert world.everything() == before


def test_a_repeat_gets_the_same_codes_after_a_year_new_rules_and_a_new_secret(
    world: World,
) -> None:
    request = world.mint_request(unassigned=2)
    first, _ = world.mints(request, "key-1")
    # Nothing sets new rules yet, so the test stores the second version as a command will.
    program = world.program()
    new_rules = builders.rules(currency="CAD", max_rides=1, valid_days=1, max_value_cents=500)
    program_key = keys.program(world.program_id)
    changed = program.model_copy(update={"rules_version": 2, "version": program.version + 1})
    world.store.commit(
        writes.put_new(keys.rules(world.program_id, 2), new_rules),
        writes.change(program_key, program, changed),
    )
    before = world.everything()

    world.clock.passes(days=365)
    two_secrets = {**CODE_KEYS, "2": "another key that only tests know, added later"}
    later = world.another(code_keys=two_secrets)
    again, is_replay = later.mints(request, "key-1")

    assert (again, is_replay) == (first, True)
    assert later.everything() == before


def test_new_vouchers_come_from_the_newest_secret_and_old_codes_still_ride(world: World) -> None:
    old = world.code()
    two_secrets = {**CODE_KEYS, "2": "another key that only tests know, added later"}
    later = world.another(code_keys=two_secrets)

    new = later.code()

    assert (old[0], new[0]) == ("1", "2")
    assert later.request(old, "ride-1").answer["decision"] == "approved"
    assert later.request(new, "ride-2").answer["decision"] == "approved"
    assert later.voucher(old).held_cents == later.voucher(new).held_cents == 1_500


def test_a_repeat_is_answered_while_the_program_is_paused(world: World) -> None:
    request = world.mint_request()
    first, _ = world.mints(request, "key-1")
    world.administer("pause_program", program_id=world.program_id)

    again, is_replay = world.mints(request, "key-1")

    assert (again, is_replay) == (first, True)
    assert world.allotment().available_cents == 46_000


def test_the_codes_are_told_only_to_who_may_see_them(world: World) -> None:
    request = world.mint_request()

    without, _ = world.mints(request, "key-1", codes_too=False)
    with_codes, is_replay = world.mints(request, "key-1")

    assert _codes(without) == []
    assert is_replay
    assert len(_codes(with_codes)) == 1
    assert with_codes.vouchers[0].last4 == without.vouchers[0].last4


@pytest.mark.parametrize(
    "changes",
    [{"value_cents": 4_001}, {"unassigned": 2}, {"purpose": "family"}, {"language": "es"}],
    ids=str,
)
def test_a_key_with_another_body_is_refused(world: World, changes: dict[str, Any]) -> None:
    world.mints(world.mint_request(), "key-1")
    before = world.everything()

    with pytest.raises(IdempotencyKeyReused):
        world.mints(world.mint_request(**changes), "key-1")

    assert world.everything() == before


def test_the_same_key_of_another_partner_is_another_mint(world: World) -> None:
    own = world.mint(world.mint_request(), "key-1")

    others = world.mint(world.mint_request(), "key-1", world.other_partner_id)

    assert own.vouchers[0].voucher_id != others.vouchers[0].voucher_id
    assert _codes(own) != _codes(others)
    assert world.allotment(world.other_partner_id).available_cents == 46_000


def test_another_partners_participant_is_nobody(world: World) -> None:
    person = world.enroll()
    before = world.everything()

    for participant_id in (person, "par_nobody"):
        request = world.mint_request(participant_ids=(participant_id,), unassigned=None)
        with pytest.raises(NotFound) as refused:
            world.mint(request, partner=world.other_partner_id)
        assert (refused.value.kind, refused.value.name) == ("participant", participant_id)

    assert world.everything() == before


def test_a_participant_of_another_program_is_nobody(worlds: Callable[..., World]) -> None:
    world = worlds().with_program()
    elsewhere = world.another(program_id="prg_elsewhere")
    elsewhere.administer(
        "create_program",
        program_id="prg_elsewhere",
        name="Elsewhere",
        funder="Harbor Foundation",
        rules=builders.rules(),
    )
    elsewhere.administer("fund", program_id="prg_elsewhere", amount_cents=10_000)
    elsewhere.allot(world.partner_id, 10_000)
    person = world.enroll()
    before = world.everything()

    with pytest.raises(NotFound):
        elsewhere.mint(elsewhere.mint_request(participant_ids=(person,), unassigned=None))

    assert world.everything() == before
