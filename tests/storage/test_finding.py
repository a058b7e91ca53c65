"""Finding things again: page by page, one's own only, and as of now."""

from datetime import timedelta

import pytest

from builders import NOON
from farechance.enrollment_api import ParticipantQuery
from farechance.errors import FieldErrors, NotFound
from farechance.partner_api import EntryList, EntryQuery, VoucherAnswer
from farechance.vouchers import VoucherState
from operations.find_participants import list_participants, show_participant
from operations.show_voucher import list_entries, show_voucher
from world import World


def _found(world: World, partner: str = "", **query: object) -> tuple[list[str], str | None]:
    asked = ParticipantQuery.model_validate(query)
    page = list_participants(
        asked, partner or world.partner_id, store=world.store, now=world.clock()
    )
    return [one.participant_id for one in page.participants], page.cursor


def _shown(world: World, voucher_id: str, partner: str = "") -> VoucherAnswer:
    return show_voucher(
        voucher_id,
        partner or world.partner_id,
        store=world.store,
        remembered=world.remembered,
        code_keys=world.code_keys,
        now=world.clock.now,
    )


def _entries(world: World, voucher_id: str, partner: str = "", **query: object) -> EntryList:
    return list_entries(
        voucher_id,
        EntryQuery.model_validate(query),
        partner or world.partner_id,
        store=world.store,
        remembered=world.remembered,
        code_keys=world.code_keys,
        now=world.clock.now,
    )


def test_all_participants_are_listed_once_page_by_page(world: World) -> None:
    people = {world.enroll() for _ in range(7)}

    listed: list[str] = []
    cursor: str | None = None
    while True:
        page, cursor = _found(world, limit=3, **({"cursor": cursor} if cursor else {}))
        listed += page
        if cursor is None:
            break

    assert sorted(listed) == sorted(people)
    assert _found(world, world.other_partner_id) == ([], None)


def test_a_participant_is_found_by_reference_within_its_program_only(world: World) -> None:
    person = world.enroll(external_ref="case-7")

    found, _ = _found(world, program_id=world.program_id, external_ref="case-7")
    elsewhere, _ = _found(world, program_id="prg_elsewhere", external_ref="case-7")
    of_another, _ = _found(
        world, world.other_partner_id, program_id=world.program_id, external_ref="case-7"
    )

    assert (found, elsewhere, of_another) == ([person], [], [])
    assert world.participant(person).external_ref == "case-7"


def test_a_cursor_of_one_partner_shows_another_only_its_own(world: World) -> None:
    for _ in range(3):
        world.enroll()
    _, cursor = _found(world, limit=1)

    found, _ = _found(world, world.other_partner_id, cursor=cursor)

    assert cursor is not None
    assert found == []


@pytest.mark.parametrize("cursor", ["A", "____", "w6k"])
def test_what_no_list_gave_is_no_cursor(world: World, cursor: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        _found(world, cursor=cursor)

    assert [error.pointer for error in refused.value.errors] == ["/cursor"]


@pytest.mark.parametrize("participant_id", ["par_nobody", "x" * 5_000, "par_\x00", "é" * 40])
def test_whoever_is_not_there_is_not_found_however_the_id_is_written(
    world: World, participant_id: str
) -> None:
    with pytest.raises(NotFound) as refused:
        show_participant(participant_id, world.partner_id, store=world.store, now=world.clock())

    assert refused.value.kind == "participant"


def test_another_partner_finds_neither_person_nor_voucher_nor_entries(world: World) -> None:
    person = world.enroll()
    voucher_id = world.mint().vouchers[0].voucher_id

    with pytest.raises(NotFound):
        show_participant(person, world.other_partner_id, store=world.store, now=world.clock())
    with pytest.raises(NotFound):
        _shown(world, voucher_id, world.other_partner_id)
    with pytest.raises(NotFound):
        _entries(world, voucher_id, world.other_partner_id)

    assert _shown(world, voucher_id).voucher_id == voucher_id


@pytest.mark.parametrize("voucher_id", ["vch_1nothing", "x" * 5_000, "", "vch_", "vch_é"])
def test_a_voucher_that_was_never_minted_is_not_found(world: World, voucher_id: str) -> None:
    with pytest.raises(NotFound) as refused:
        _shown(world, voucher_id)

    assert refused.value.kind == "voucher"


def test_a_voucher_is_shown_with_what_is_left_of_it(world: World) -> None:
    minted = world.mint().vouchers[0]
    code = str(minted.code)
    world.request(code, "ride-1")
    world.complete(code, "ride-1", cents=1_200)
    world.request(code, "ride-2", cents=1_000)

    shown = _shown(world, minted.voucher_id)

    assert (shown.available_cents, shown.held_cents, shown.spent_cents) == (1_800, 1_000, 1_200)
    assert (shown.rides, shown.rides_used, shown.rides_left) == (2, 1, 0)
    assert (shown.status, shown.assigned) == (VoucherState.ACTIVE, False)
    assert shown.last4 == minted.last4 == code[-4:]


def test_past_return_at_a_voucher_is_shown_as_closed_whether_or_not_anybody_came_by(
    world: World,
) -> None:
    minted = world.mint().vouchers[0]
    return_at = world.voucher(str(minted.code)).return_at

    world.clock.now = return_at - timedelta(milliseconds=1)
    before = _shown(world, minted.voucher_id).status
    world.clock.now = return_at
    after = _shown(world, minted.voucher_id).status

    assert (before, after) == (VoucherState.ACTIVE, VoucherState.CLOSED)
    assert world.voucher(str(minted.code)).state is VoucherState.ACTIVE


def test_the_hour_of_a_decline_is_told_for_a_day_and_then_its_day(world: World) -> None:
    minted = world.mint().vouchers[0]
    world.request(str(minted.code), cents=9_000)

    world.clock.now = NOON + timedelta(hours=24, seconds=-1)
    within = _shown(world, minted.voucher_id).last_decline
    world.clock.now = NOON + timedelta(hours=24)
    after = _shown(world, minted.voucher_id).last_decline

    assert within is not None
    assert after is not None
    assert (within.at, after.at) == (NOON, None)
    assert within.day == after.day == NOON.date()
    assert within.reason == "over_ride_cap"


def test_entries_are_listed_in_order_without_hours_and_ride_ids(world: World) -> None:
    minted = world.mint().vouchers[0]
    code = str(minted.code)
    for number in range(6):
        world.request(code, f"ride-{number}", cents=9_000)
    world.request(code, "ride-6")
    world.complete(code, "ride-6")

    first = _entries(world, minted.voucher_id, limit=5)
    second = _entries(world, minted.voucher_id, limit=5, cursor=first.cursor)

    told = [*first.entries, *second.entries]
    assert [entry.sequence for entry in told] == list(range(1, 10))
    assert second.cursor is None
    assert told[-1].changes == {
        "voucher.held": -1_500,
        "voucher.spent": 1_500,
    }
    text = first.model_dump_json() + second.model_dump_json()
    assert "ride-6" not in text
    assert "17:00" not in text


def test_exactly_a_page_of_entries_has_no_cursor(world: World) -> None:
    minted = world.mint().vouchers[0]
    world.request(str(minted.code))

    page = _entries(world, minted.voucher_id, limit=2)

    assert (len(page.entries), page.cursor) == (2, None)
