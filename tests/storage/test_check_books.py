"""The check of the books adds up what is stored, and says so when it doesn't add up."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from farechance.errors import StateForbids
from farechance.store import database
from wire import Call, Wire
from world import World


def _check(world: World, **fields: Any) -> dict[str, Any]:
    return world.administer("check_books", program_id=world.program_id, **fields)


@contextmanager
def _tampered(bystander: Any, table: str, key: dict[str, str], field: str) -> Iterator[None]:
    """One cent more in a stored balance, for a while."""
    for cents in ("1", "-1"):
        bystander.update_item(
            TableName=table,
            Key={name: {"S": value} for name, value in key.items()},
            UpdateExpression=f"ADD {field} :cents",
            ExpressionAttributeValues={":cents": {"N": cents}},
        )
        if cents == "1":
            yield


def test_the_books_balance_through_a_day(world: World) -> None:
    world.mint(partner=world.other_partner_id)
    codes = [world.code() for _ in range(3)]
    world.request(codes[0], "ride-0")
    world.request(codes[1], "ride-1")
    world.complete(codes[1], "ride-1", cents=1_200)
    before = world.everything()

    books = _check(world)

    assert books["balance"] is True
    assert books["in_words"].startswith("The books balance.")
    assert (books["funded_cents"], books["unallotted_cents"]) == (100_000, 0)
    assert (books["allotted_cents"], books["vouchers"]) == (84_000, 4)
    assert (books["available_cents"], books["held_cents"], books["spent_cents"]) == (
        13_300,
        1_500,
        1_200,
    )
    # That it was asked is on record, and nothing else is written.
    after = world.everything()
    written = [it for it in after.pop("programs") if it not in before["programs"]]
    assert [it["command"]["S"] for it in written] == ["check_books"]
    del before["programs"]
    assert after == before


def test_a_question_is_answered_anew_under_the_same_command_id(world: World) -> None:
    first = _check(world, command_id="daily")
    world.mint()

    second = _check(world, command_id="daily")

    assert (first["vouchers"], second["vouchers"]) == (0, 1)
    assert second["balance"] is True
    world.clock.passes(seconds=1)
    _check(world, command_id="daily", requested_by="somebody else")
    records = [it for it in world.items("programs") if it["pk"]["S"].startswith("command#daily")]
    assert len(records) == 3
    assert {it["requested_by"]["S"] for it in records} >= {"somebody else"}


def test_a_question_does_not_take_the_command_id_of_another_command(world: World) -> None:
    world.administer("fund", command_id="once", program_id=world.program_id, amount_cents=100)

    with pytest.raises(StateForbids) as refused:
        _check(world, command_id="once")

    assert refused.value.reason == "command_id_reused"


def test_a_mint_in_between_is_no_difference(world: World) -> None:
    with Wire(world.client) as line:
        # Before every query of every attempt, so that nothing ever stands still.
        line.before("Query", partial(world.mint, world.mint_request(value_cents=100)), times=100)
        books = _check(world)

    assert "DIFFER" not in books["in_words"]
    assert books["stood_still"] is False
    assert _check(world)["balance"] is True


@pytest.mark.parametrize("moves", ["a reissue", "a mint whose sum comes back"])
def test_what_moves_between_two_pages_of_every_look_is_no_difference(
    world: World, monkeypatch: pytest.MonkeyPatch, moves: str
) -> None:
    monkeypatch.setattr(database, "_PAGE", 1)
    cards = []
    for _ in range(4):
        cards.append(world.code())
        world.clock.passes(minutes=1)
    looks, pages = 0, 0
    allotment = {"S": f"{world.program_id}#{world.partner_id}"}

    def meanwhile(call: Call) -> AWSResponse:
        nonlocal looks, pages
        if allotment in call.sent.get("ExpressionAttributeValues", {}).values():
            is_first = "ExclusiveStartKey" not in call.sent
            looks, pages = (looks + 1, 0) if is_first else (looks, pages + 1)
            if pages == looks:
                _leaves(world.another(), cards[looks - 1], moves)
        return call.deliver()

    with Wire(world.client) as line:
        # In each look the card that was read last, so that it still has what another has too.
        line.disturb(meanwhile, "Query", times=1_000)
        books = _check(world)

    assert looks == 3
    assert "DIFFER" not in books["in_words"]
    assert (books["differ"], books["stood_still"]) == (False, False)
    world.clock.passes(minutes=1)
    assert _check(world)["balance"] is True


def _leaves(world: World, card: str, moves: str) -> None:
    if moves == "a reissue":
        world.reissue(card)
    else:
        world.revoke(card)
        world.code()


def test_more_vouchers_than_fit_on_a_page_are_all_added_up(world: World) -> None:
    for _ in range(5):
        world.mint(world.mint_request(unassigned=25, value_cents=100))

    books = _check(world)

    assert (books["vouchers"], books["available_cents"]) == (125, 12_500)
    assert books["balance"] is True


@pytest.mark.parametrize("what", ["voucher", "allotment", "program"])
def test_a_balance_that_was_tampered_with_is_told(world: World, bystander: Any, what: str) -> None:
    code = world.code()
    table, key, field = {
        "voucher": ("vouchers", {"pk": f"voucher#{world.voucher_key(code)}"}, "available_cents"),
        "allotment": (
            "programs",
            {"pk": f"allotment#{world.program_id}", "sk": world.partner_id},
            "available_cents",
        ),
        "program": (
            "programs",
            {"pk": f"program#{world.program_id}", "sk": "program"},
            "unallotted_cents",
        ),
    }[what]

    with _tampered(bystander, world.tables[table], key, field):
        world.clock.passes(minutes=1)
        books = _check(world)

    assert (books["balance"], books["differ"]) == (False, True)
    assert "THE BOOKS DIFFER by 0.01" in books["in_words"]
    assert _check(world)["balance"] is True


def test_a_voucher_that_vanished_is_told(world: World, bystander: Any) -> None:
    code = world.code()
    key = {"pk": {"S": f"voucher#{world.voucher_key(code)}"}}
    table = world.tables["vouchers"]
    item = bystander.get_item(TableName=table, Key=key)["Item"]
    bystander.delete_item(TableName=table, Key=key)
    world.clock.passes(minutes=1)

    books = _check(world)

    bystander.put_item(TableName=table, Item=item)
    assert books["balance"] is False
    assert "THE BOOKS DIFFER by -40.00" in books["in_words"]
    assert _check(world)["balance"] is True
