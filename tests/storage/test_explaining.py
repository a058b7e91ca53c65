"""A voucher's story on real tables: how it is found, from which entries it is told, and what of it
is on record."""

import json
from typing import Any

import pytest

from builders import NOON
from farechance.errors import NotFound
from farechance.rides import authorization_id
from farechance.store import keys
from farechance.voucher_story import MOST_ENTRIES
from operations import list_vouchers
from operations.find_vouchers import MOST_FOUND
from world import World


def explain(world: World, **named: Any) -> dict[str, Any]:
    return world.administer("explain_voucher", **named)


def test_a_voucher_is_found_by_its_id_by_its_last_4_and_by_an_authorization(world: World) -> None:
    code = world.code()
    voucher = world.voucher(code)
    approved = world.request(code, "ride-1").answer
    before = {table: world.items(table) for table in ("vouchers", "ledger", "people")}

    answers = [
        explain(world, voucher_id=voucher.voucher_id),
        explain(world, partner_id=world.partner_id, last4=voucher.last4),
        explain(world, partner_id=world.partner_id, last4=voucher.last4.lower()),
        explain(world, authorization_id=approved["authorization_id"]),
    ]

    assert [one["voucher_id"] for one in answers] == [voucher.voucher_id] * 4
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert answers[0]["status"] == "active"
    assert {table: world.items(table) for table in before} == before


def test_nothing_is_found_by_what_leads_nowhere(world: World) -> None:
    code = world.code()
    voucher = world.voucher(code)

    for named in (
        {"voucher_id": "vch_1" + "0" * 25},
        {"voucher_id": "vch_x"},
        {"partner_id": world.partner_id, "last4": _other_than(voucher.last4)},
        # Another partner's.
        {"partner_id": world.other_partner_id, "last4": voucher.last4},
        {"partner_id": "org_nobody", "last4": voucher.last4},
        {"authorization_id": authorization_id("0" * 32, "any")},
    ):
        with pytest.raises(NotFound):
            explain(world, **named)


def test_several_with_the_same_end_are_listed_to_choose_from(world: World, bystander: Any) -> None:
    codes = [world.code() for _ in range(3)]
    last4 = world.voucher(codes[0]).last4
    for code in codes[1:]:
        _renamed(world, bystander, code, last4)

    answer = explain(world, partner_id=world.partner_id, last4=last4)

    ids = {world.voucher(code).voucher_id for code in codes}
    assert {one["voucher_id"] for one in answer["vouchers"]} == ids
    assert answer["in_words"].startswith(f"3 vouchers of {world.partner_id} end in {last4}.")
    assert "story" not in answer
    for one in answer["vouchers"]:
        assert (one["program_id"], one["worth"]) == (world.program_id, "$40.00")
        assert explain(world, voucher_id=one["voucher_id"])["voucher_id"] == one["voucher_id"]


def test_no_more_are_listed_than_somebody_can_look_through(world: World, bystander: Any) -> None:
    codes = [world.code(value_cents=100) for _ in range(MOST_FOUND + 2)]
    last4 = world.voucher(codes[0]).last4
    for code in codes[1:]:
        _renamed(world, bystander, code, last4)

    answer = explain(world, partner_id=world.partner_id, last4=last4)

    assert len(answer["vouchers"]) == MOST_FOUND
    assert answer["in_words"].startswith(f"{MOST_FOUND} vouchers at least")


def test_a_voucher_is_found_behind_many_that_are_newer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that one call of the list doesn't come to its end.
    monkeypatch.setattr(list_vouchers, "_LOOKED_AT_AT_ONCE", 1)
    monkeypatch.setattr(list_vouchers, "MOST_PAGES", 2)
    oldest = world.voucher(world.code(value_cents=100))
    for _ in range(5):
        world.clock.passes(seconds=1)
        world.code(value_cents=100)

    found = explain(world, partner_id=world.partner_id, last4=oldest.last4)
    world.clock.passes(seconds=1)
    world.code(value_cents=100)

    assert found["voucher_id"] == oldest.voucher_id
    # Further back it isn't looked.
    with pytest.raises(NotFound):
        explain(world, partner_id=world.partner_id, last4=oldest.last4)


def test_the_newest_entries_are_told_in_their_order(world: World) -> None:
    code = world.code()
    for _ in range(MOST_ENTRIES // 2):
        world.block(code)
        world.unblock(code)
    world.clock.passes(minutes=5)
    world.request(code, cents=9_000)

    told = explain(world, voucher_id=world.voucher(code).voucher_id)["story"]

    assert "Only the newest 30 entries are told here; 2 older entries left out." in told
    assert told[-1].startswith("March 2, 2026, at 12:05 PM: City Cabs asked")
    assert "unblocked it" in told[-2]
    assert not any("minted it" in line for line in told)


def test_what_would_come_over_from_an_older_card_is_told(world: World) -> None:
    code = world.code()
    world.request(code, "ride-1", cents=1_500)
    new = world.reissue(code)
    world.extend(new, NOON.replace(month=12))
    world.clock.passes(days=10)

    told = explain(world, voucher_id=world.voucher(new).voucher_id)["story"]

    assert world.voucher(new).available_cents == 2_500
    assert "$40.00 and 1 ride are left for new rides; $0.00 is spent." in told
    assert "It took the place of an older card, which was reissued." in told


def test_that_it_was_asked_is_on_record_each_time_and_the_story_is_not(world: World) -> None:
    voucher = world.voucher(world.code())

    for second in range(3):
        world.clock.passes(seconds=1)
        explain(
            world,
            command_id="on-the-phone",
            requested_by=f"desk {second}",
            voucher_id=voucher.voucher_id,
        )
    tried = explain(world, command_id="tried", dry_run=True, voucher_id=voucher.voucher_id)

    records = [
        item
        for item in world.items("programs")
        if item["pk"]["S"].startswith(("command#on-the-phone", "command#tried"))
    ]
    asked_by = sorted(item["requested_by"]["S"] for item in records)
    assert asked_by == ["desk 0", "desk 1", "desk 2", "test"]
    # The story tells the hour of a decline, which no record keeps.
    for item in records:
        assert set(item["answer"]["M"]) == {"voucher_id", "last4", "status"}
    assert tried["story"]


def test_one_command_id_is_good_for_a_question_about_another_voucher(world: World) -> None:
    one, other = (world.voucher(world.code()) for _ in range(2))

    first = explain(world, command_id="saved", voucher_id=one.voucher_id)
    world.clock.passes(seconds=1)
    second = explain(world, command_id="saved", voucher_id=other.voucher_id)

    assert (first["voucher_id"], second["voucher_id"]) == (one.voucher_id, other.voucher_id)


def test_neither_person_nor_code_nor_ride_is_told_or_on_record(world: World) -> None:
    person = world.enroll(external_ref="case-private")
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    code = str(world.mint(request).vouchers[0].code)
    voucher = world.voucher(code)
    world.request(code, "ride-private", cents=9_000)

    answer = explain(world, command_id="asked", voucher_id=voucher.voucher_id)

    key = keys.command("asked")
    record = world.store.read(key)[key]
    assert record is not None
    for text in (json.dumps(answer), record.model_dump_json()):
        for private in (code, person, voucher.subject_id or "-", "private", voucher.voucher_key):
            assert private not in text


def _renamed(world: World, bystander: Any, code: str, last4: str) -> None:
    """As if chance had given the code the same end."""
    bystander.update_item(
        TableName=world.tables["vouchers"],
        Key={"pk": {"S": f"voucher#{world.voucher_key(code)}"}},
        UpdateExpression="SET last4 = :last4",
        ExpressionAttributeValues={":last4": {"S": last4}},
    )


def _other_than(last4: str) -> str:
    return "0000" if last4 != "0000" else "1111"
