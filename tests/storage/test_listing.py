"""Vouchers are listed by any filter, page by page, each once, one's own only, and as of now."""

from collections.abc import Callable
from typing import Any

import pytest

import builders
from builders import OTHER_PARTNER
from farechance import cursors
from farechance.errors import FieldErrors
from farechance.partner_api import VoucherAnswer
from farechance.voucher_api import VoucherList, VoucherQuery
from farechance.vouchers import Blocker, VoucherState
from operations import list_vouchers as module
from operations.list_vouchers import list_vouchers
from wire import Wire
from world import World


def _page(world: World, partner: str = "", **query: Any) -> VoucherList:
    return list_vouchers(
        VoucherQuery.model_validate(query, strict=False),
        partner or world.partner_id,
        store=world.store,
        remembered=world.remembered,
        code_keys=world.code_keys,
        now=world.clock.now,
    )


def _all(world: World, **query: Any) -> list[VoucherAnswer]:
    """Every page's vouchers, in turn."""
    page = _page(world, **query)
    listed = list(page.vouchers)
    while page.cursor is not None:
        page = _page(world, **query, cursor=page.cursor)
        listed += page.vouchers
    return listed


def _ids(listed: list[VoucherAnswer]) -> list[str]:
    return [one.voucher_id for one in listed]


def _id(world: World, code: str) -> str:
    return world.voucher(code).voucher_id


def _for(world: World, person: str) -> str:
    return world.code(participant_ids=(person,), unassigned=None)


@pytest.fixture
def small_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is looked at in one call ends soon."""
    monkeypatch.setattr(module, "_LOOKED_AT_AT_ONCE", 3)
    monkeypatch.setattr(module, "_READ_AT_ONCE", 3)
    monkeypatch.setattr(module, "MOST_PAGES", 2)


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_all_vouchers_are_listed_once_the_newest_first(world: World, limit: int) -> None:
    minted = []
    for _ in range(3):
        world.clock.passes(seconds=1)
        minted.append(_id(world, world.code()))
    world.mint(partner=OTHER_PARTNER)

    listed = _all(world, limit=limit)

    assert _ids(listed) == minted[::-1]


def test_vouchers_of_one_mint_are_listed_once_although_they_have_one_time(world: World) -> None:
    minted = world.mint(world.mint_request(unassigned=7))

    listed = _all(world, limit=2)

    assert sorted(_ids(listed)) == sorted(one.voucher_id for one in minted.vouchers)


def test_a_listed_voucher_is_shown_as_by_itself_with_its_last_decline(world: World) -> None:
    code = world.code()
    world.request(code, cents=9_000)
    world.request(code, "ride-2", cents=1_000)

    (listed,) = _page(world).vouchers

    assert (listed.available_cents, listed.held_cents, listed.rides_left) == (3_000, 1_000, 1)
    assert listed.last_decline is not None
    assert listed.last_decline.reason == "over_ride_cap"
    assert "shorter ride" in listed.last_decline.what_to_do


def test_all_vouchers_of_a_person_are_listed_closed_ones_too(world: World) -> None:
    person, somebody = world.enroll(), world.enroll()
    first, revoked = _for(world, person), _for(world, person)
    _for(world, somebody)
    card = world.code()
    world.assign(card, person)
    world.revoke(revoked)
    successor = world.reissue(first)
    world.clock.passes(days=30)

    listed = _all(world, participant_id=person)

    mine = {_id(world, code) for code in (first, revoked, card, successor)}
    assert set(_ids(listed)) == mine
    assert len(listed) == 4
    assert {one.status for one in listed} == {VoucherState.CLOSED}


@pytest.mark.parametrize("participant_id", ["par_nobody", None])
def test_nobodys_and_another_partners_person_have_no_vouchers(
    world: World, participant_id: str | None
) -> None:
    person = world.enroll()
    _for(world, person)

    page = _page(world, OTHER_PARTNER, participant_id=participant_id or person)

    assert (page.vouchers, page.cursor) == ((), None)


def test_vouchers_are_found_by_the_end_of_the_code_however_it_is_typed(world: World) -> None:
    codes = [world.code() for _ in range(3)]
    last4 = codes[1][-4:]

    for typed in (last4, last4.lower(), last4.replace("0", "o").replace("1", "l")):
        assert _id(world, codes[1]) in _ids(_all(world, last4=typed))
    assert {one.last4 for one in _all(world, last4=last4)} == {last4}
    assert _page(world, OTHER_PARTNER, last4=last4).vouchers == ()


def test_vouchers_are_listed_by_what_they_are_by_the_clock(world: World) -> None:
    active, blocked, revoked = world.code(), world.code(), world.code()
    world.block(blocked)
    world.revoke(revoked)

    by_status = {status: _ids(_all(world, status=status)) for status in VoucherState}
    world.clock.now = world.voucher(active).return_at
    later = _ids(_all(world, status="closed"))

    assert by_status == {
        VoucherState.ACTIVE: [_id(world, active)],
        VoucherState.BLOCKED: [_id(world, blocked)],
        VoucherState.CLOSED: [_id(world, revoked)],
    }
    assert len(later) == 3


def test_filters_are_taken_together(world: World) -> None:
    person = world.enroll()
    open_one, blocked = _for(world, person), _for(world, person)
    world.block(blocked)
    world.block(world.code())

    listed = _all(world, participant_id=person, status="blocked", program_id=world.program_id)

    assert _ids(listed) == [_id(world, blocked)]
    last4 = open_one[-4:]
    both = _all(world, participant_id=person, last4=last4, status="active")
    assert _ids(both) == [_id(world, open_one)]
    assert _all(world, participant_id=person, program_id="prg_another") == []


def test_programs_are_listed_one_after_the_other_and_each_by_itself(
    worlds: Callable[..., World],
) -> None:
    first = worlds().with_program()
    second = first.another(program_id="prg_zebra")
    fields = {"name": "Zebra", "funder": "Harbor Foundation"}
    rules = builders.rules(provider_ids=(first.provider_id,))
    second.administer("create_program", program_id="prg_zebra", rules=rules, **fields)
    second.administer("fund", program_id="prg_zebra", amount_cents=20_000)
    second.allot(second.partner_id, 20_000)
    in_first = [_id(first, first.code()) for _ in range(2)]
    in_second = _id(second, second.code())

    whole = _ids(_all(first, limit=1))

    assert sorted(whole[:2]) == sorted(in_first)
    assert whole[2:] == [in_second]
    assert _ids(_all(first, program_id="prg_zebra")) == [in_second]
    assert sorted(_ids(_all(first, program_id=first.program_id))) == sorted(in_first)
    assert _all(first, program_id="prg_of_others") == []


@pytest.mark.usefixtures("small_looks")
@pytest.mark.parametrize("by", ["participant_id", "last4", "status"])
def test_a_call_looks_at_a_bounded_number_and_the_cursor_goes_on_from_there(
    world: World, by: str
) -> None:
    person = world.enroll()
    wanted = _for(world, person)
    world.block(wanted)
    # The newest are looked at first, so that the wanted one comes last.
    world.clock.passes(seconds=1)
    world.mint(world.mint_request(unassigned=12, value_cents=1_000))
    query = {by: {"participant_id": person, "last4": wanted[-4:], "status": "blocked"}[by]}

    with Wire(world.client) as line:
        page = _page(world, **query)
        queries = [call for call in line.calls if call.operation == "Query"]
    listed = _all(world, **query)

    assert page.vouchers == ()
    assert page.cursor is not None
    assert len(queries) == 2
    assert _ids(listed) == [_id(world, wanted)]


@pytest.mark.usefixtures("small_looks")
def test_a_call_that_ends_between_two_programs_goes_on_with_the_second(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program()
    for program_id in ("prg_x", "prg_y", "prg_z"):
        other = world.another(program_id=program_id)
        rules = builders.rules(provider_ids=(world.provider_id,))
        named = {"name": program_id, "funder": "Harbor Foundation", "rules": rules}
        other.administer("create_program", program_id=program_id, **named)
        other.administer("fund", program_id=program_id, amount_cents=20_000)
        other.allot(other.partner_id, 20_000)
    last = world.another(program_id="prg_z").code()

    page = _page(world)

    assert page.vouchers == ()
    assert _ids(_all(world)) == [_id(world, last)]


def test_what_is_minted_between_two_pages_moves_nothing(world: World) -> None:
    minted = []
    for _ in range(4):
        world.clock.passes(seconds=1)
        minted.append(_id(world, world.code()))
    first = _page(world, limit=2)

    world.clock.passes(seconds=1)
    world.code()
    second = _page(world, limit=2, cursor=first.cursor)

    assert _ids([*first.vouchers, *second.vouchers]) == minted[::-1]


def test_a_cursor_is_one_that_a_list_of_the_partners_own_gave(world: World) -> None:
    world.code()
    world.code()
    own = _page(world, limit=1).cursor
    assert own is not None

    for partner, cursor in (
        (OTHER_PARTNER, own),
        ("", "____"),
        ("", cursors.written("somewhere")),
        ("", cursors.written("vch_1" + "0" * 25)),
    ):
        with pytest.raises(FieldErrors) as refused:
            _page(world, partner, cursor=cursor)
        assert [error.pointer for error in refused.value.errors] == ["/cursor"]


def test_a_page_reads_what_it_shows_and_no_voucher_of_another(world: World) -> None:
    world.mint(world.mint_request(unassigned=9))
    world.mint(partner=OTHER_PARTNER)

    with Wire(world.client) as line:
        _page(world, program_id=world.program_id, limit=3)
    (looked,) = (call.sent for call in line.calls if call.operation == "Query")

    assert looked["Limit"] == 3
    assert looked["ExpressionAttributeValues"] == {
        ":allotment": {"S": f"{world.program_id}#{world.partner_id}"}
    }


def test_a_ride_writes_nothing_to_the_index_of_the_list(world: World) -> None:
    code = world.code()
    before = _indexed(world)

    world.request(code)
    world.complete(code)
    world.block(code)

    assert _indexed(world) == before
    assert before[0]["last4"] == {"S": code[-4:]}


def test_a_list_says_who_blocked_and_which_card_took_its_place(world: World) -> None:
    lost, stopped = world.code(), world.code()
    successor = world.reissue(lost)
    world.administer("block_voucher", voucher_id=_id(world, stopped))

    listed = {one.voucher_id: one for one in _all(world)}

    assert listed[_id(world, lost)].successor_id == _id(world, successor)
    assert listed[_id(world, stopped)].blocked_by is Blocker.ADMINISTRATOR
    assert listed[_id(world, successor)].successor_id is None


def _indexed(world: World) -> list[dict[str, Any]]:
    """What the index holds of each voucher."""
    names = ("pk", "allotment", "minted_at", "subject_id", "last4")
    vouchers = [it for it in world.items("vouchers") if it["pk"]["S"].startswith("voucher#")]
    return [{name: item[name] for name in names if name in item} for item in vouchers]
