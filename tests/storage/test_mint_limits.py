"""What a mint is refused for, exactly at the limit; and nothing is left behind."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.participants import Consent
from world import World


def test_the_last_cent_of_an_allotment_may_be_minted_and_not_one_more(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(cents=8_002)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.mint(world.mint_request(value_cents=4_002))
    untouched = world.everything()
    world.mint(world.mint_request(value_cents=4_001))

    assert refused.value.reason == "insufficient_allotment"
    assert refused.value.facts == {"available_cents": 4_001, "needed_cents": 4_002}
    assert untouched == before
    assert world.allotment().available_cents == 0


def test_a_mint_that_cannot_be_paid_as_a_whole_mints_nothing(world: World) -> None:
    world.mint(world.mint_request(unassigned=12))
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.mint(world.mint_request(unassigned=2))

    assert refused.value.reason == "insufficient_allotment"
    assert world.everything() == before


def test_a_refused_mint_may_be_sent_again_when_there_is_money(world: World) -> None:
    request = world.mint_request(unassigned=13)
    with pytest.raises(StateForbids):
        world.mints(request, "key-1")
    world.administer("fund", program_id=world.program_id, amount_cents=2_000)
    world.allot(world.partner_id, 2_000)

    minted, is_replay = world.mints(request, "key-1")

    assert not is_replay
    assert len(minted.vouchers) == 13
    assert world.allotment().available_cents == 0


def test_a_pause_stops_mints_at_once_also_where_it_is_not_known_yet(world: World) -> None:
    world.mint()
    world.administer("pause_program", program_id=world.program_id)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.mint()

    assert refused.value.reason == "program_paused"
    assert world.everything() == before


def test_after_a_resume_it_mints_again(world: World) -> None:
    world.administer("pause_program", program_id=world.program_id)
    world.administer("resume_program", program_id=world.program_id)

    minted = world.mint()

    assert len(minted.vouchers) == 1
    assert world.allotment().available_cents == 46_000


def test_a_program_without_an_allotment_for_the_partner_is_unknown_to_it(world: World) -> None:
    world.create_partner("org_stranger")
    before = world.everything()

    for program_id in (world.program_id, "prg_nowhere"):
        with pytest.raises(NotFound):
            world.mint(world.mint_request(program_id=program_id), partner="org_stranger")

    assert world.everything() == before


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        ("/purpose", {"purpose": "holiday"}),
        ("/value_cents", {"value_cents": 10_001}),
        ("/value_cents", {"value_cents": 99}),
        ("/rides", {"rides": 3}),
        ("/cap_cents", {"cap_cents": 2_001}),
        ("/valid_from", {"valid_from": NOON + timedelta(days=400)}),
        ("/expires_at", {"expires_at": NOON + timedelta(days=400)}),
        ("/expires_at", {"expires_at": NOON}),
    ],
    ids=str,
)
def test_what_the_rules_do_not_allow_is_refused(
    world: World, pointer: str, changes: dict[str, Any]
) -> None:
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        world.mint(world.mint_request(**changes))

    assert pointer in [error.pointer for error in refused.value.errors]
    assert world.everything() == before


def test_a_person_gets_as_many_vouchers_a_month_as_the_rules_say(
    worlds: Callable[..., World],
) -> None:
    rules = builders.rules(max_vouchers_per_participant_month=3)
    world = worlds().with_program(rules=rules)
    person = world.enroll()
    _mint_for(world, person, 2)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        _mint_for(world, person, 2)
    untouched = world.everything()
    _mint_for(world, person, 1)

    assert refused.value.reason == "monthly_limit_reached"
    assert refused.value.facts == {"participant_id": person}
    assert untouched == before
    assert world.participant(person).minted_in_month == 3


def test_a_month_ends_at_midnight_in_the_zone_of_the_program(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(rules=builders.rules(max_vouchers_per_participant_month=1))
    person = world.enroll()
    midnight = NOON.replace(month=4, day=1, hour=4, minute=0)
    world.clock.now = midnight - timedelta(seconds=1)
    _mint_for(world, person, 1)
    with pytest.raises(StateForbids):
        _mint_for(world, person, 1)

    world.clock.now = midnight
    _mint_for(world, person, 1)

    stored = world.participant(person)
    assert (stored.minted_month, stored.minted_in_month) == ("2026-04", 1)


def test_a_person_has_40_open_vouchers_at_most(worlds: Callable[..., World]) -> None:
    rules = builders.rules(max_vouchers_per_participant_month=40, valid_days=60)
    world = worlds().with_program(rules=rules)
    person = world.enroll()
    _mint_for(world, person, 25)
    _mint_for(world, person, 15)
    world.clock.now = NOON.replace(month=4)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        _mint_for(world, person, 1)

    assert refused.value.reason == "too_many_open_vouchers"
    assert world.everything() == before
    assert len(world.participant(person).open_vouchers) == 40


def test_vouchers_that_are_over_make_room(worlds: Callable[..., World]) -> None:
    rules = builders.rules(max_vouchers_per_participant_month=40, valid_days=1)
    world = worlds().with_program(rules=rules)
    person = world.enroll()
    _mint_for(world, person, 25)
    _mint_for(world, person, 15)

    world.clock.now = NOON.replace(month=4)
    _mint_for(world, person, 1)

    assert len(world.participant(person).open_vouchers) == 1


def test_after_a_consent_has_expired_no_voucher_is_minted(world: World) -> None:
    consent = Consent(
        text_version="2026-01",
        language="en",
        granted_at=NOON,
        expires_at=NOON + timedelta(days=1),
        uses=("enrollment",),
    )
    person = world.enroll(consent=consent)
    _mint_for(world, person, 1)
    world.clock.passes(days=1)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        _mint_for(world, person, 1)

    assert refused.value.reason == "consent_expired"
    assert world.everything() == before


def test_a_person_who_left_gets_no_voucher(world: World, bystander: Any) -> None:
    person = world.enroll()
    bystander.update_item(
        TableName=world.tables["people"],
        Key={"pk": {"S": world.partner_id}, "sk": {"S": f"participant#{person}"}},
        UpdateExpression="SET #status = :exited",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":exited": {"S": "exited"}},
    )
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        _mint_for(world, person, 1)

    assert refused.value.reason == "participant_exited"
    assert world.everything() == before


def _mint_for(world: World, person: str, times: int) -> None:
    world.mint(
        world.mint_request(participant_ids=(person,) * times, unassigned=None, value_cents=100)
    )
