"""An unassigned card is handed to a person: once, within the person's limits, with consent."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

import builders
from builders import NOON, OTHER_PARTNER
from farechance.errors import NotFound, StateForbids
from farechance.participants import Consent, ParticipantStatus
from farechance.store import keys, writes
from threads import at_once
from world import World


def test_an_assigned_card_is_the_persons_and_counts_for_the_month(world: World) -> None:
    person = world.enroll(language="es")
    code = world.code()
    world.request(code)

    answer = world.assign(code, person)
    world.complete(code)

    voucher, stored = world.voucher(code), world.participant(person)
    assert answer["status"] == "active"
    assert (voucher.subject_id, voucher.language) == (stored.subject_id, "es")
    assert stored.open_vouchers == {voucher.voucher_id: voucher.expires_at}
    assert (stored.minted_in_month, stored.minted_month) == (1, "2026-03")
    assert [entry.subject_id for entry in world.entries(code)] == [
        None,
        None,
        stored.subject_id,
        stored.subject_id,
    ]


def test_a_card_is_assigned_once(world: World) -> None:
    code, person, another = world.code(), world.enroll(), world.enroll()
    minted_for = world.code(participant_ids=(person,), unassigned=None)
    world.assign(code, person)
    before = world.everything()

    for card, whom in ((code, another), (code, person), (minted_for, another)):
        with pytest.raises(StateForbids) as refused:
            world.assign(card, whom)
        assert refused.value.reason == "already_assigned"

    assert world.everything() == before


def test_a_card_assigned_to_two_at_once_is_one_persons(world: World) -> None:
    code, person, another = world.code(), world.enroll(), world.enroll()

    results = at_once([partial(world.another().assign, code, one) for one in (person, another)])

    refused = [one for one in results if isinstance(one, StateForbids)]
    assert [one.reason for one in refused] == ["already_assigned"]
    counts = sorted(world.participant(one).minted_in_month for one in (person, another))
    assert counts == [0, 1]


def test_the_months_limit_counts_assigned_cards_too(world: World) -> None:
    person = world.enroll()
    world.mint(world.mint_request(participant_ids=(person,) * 9, unassigned=None, value_cents=100))
    april = datetime.fromisoformat("2026-04-01T04:00:00Z")
    tenth, eleventh = world.code(), world.code(expires_at=april + timedelta(days=1))
    world.assign(tenth, person)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.assign(eleventh, person)
    untouched = world.everything()
    world.clock.now = april
    world.assign(eleventh, person)

    assert refused.value.reason == "monthly_limit_reached"
    assert refused.value.facts == {"participant_id": person}
    assert untouched == before
    assert (world.participant(person).minted_month, world.participant(person).minted_in_month) == (
        "2026-04",
        1,
    )


def test_a_person_has_forty_open_vouchers_at_most(worlds: Callable[..., World]) -> None:
    rules = builders.rules(valid_days=90, max_vouchers_per_participant_month=40)
    world = worlds().with_program(rules=rules)
    person = world.enroll()
    for number in (25, 15):
        world.mint(
            world.mint_request(participant_ids=(person,) * number, unassigned=None, value_cents=100)
        )
    code = world.code()
    world.clock.passes(days=31)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.assign(code, person)

    assert refused.value.reason == "too_many_open_vouchers"
    assert world.everything() == before
    assert world.voucher(code).subject_id is None


@pytest.mark.parametrize("why", ["consent_expired", "participant_exited"])
def test_nobody_gets_a_card_without_consent(world: World, why: str) -> None:
    code = world.code()
    if why == "consent_expired":
        person = world.enroll(
            consent=Consent(
                text_version="2026-01",
                language="en",
                granted_at=NOON,
                expires_at=NOON + timedelta(hours=1),
                uses=("enrollment",),
            )
        )
        world.clock.passes(hours=1)
    else:
        person = world.enroll()
        _exits(world, person)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.assign(code, person)

    assert refused.value.reason == why
    assert world.everything() == before


def test_a_card_that_has_expired_takes_nothing_of_the_persons_month(world: World) -> None:
    person, code = world.enroll(), world.code()
    world.clock.now = world.voucher(code).expires_at
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.assign(code, person)

    assert refused.value.reason == "voucher_expired"
    assert world.everything() == before


def test_a_person_of_another_program_or_partner_is_not_found(world: World) -> None:
    second = world.another(program_id="prg_second")
    second.administer(
        "create_program",
        program_id="prg_second",
        name="Second",
        funder="Harbor Foundation",
        rules=builders.rules(),
    )
    second.administer("fund", program_id="prg_second", amount_cents=100)
    second.allot(world.partner_id, 100)
    of_other_program = second.enroll()
    of_other_partner = world.another(partner_id=OTHER_PARTNER).enroll()
    code = world.code()
    before = world.everything()

    for person in (of_other_program, of_other_partner, "par_" + "0" * 26):
        with pytest.raises(NotFound) as refused:
            world.assign(code, person)
        assert (refused.value.kind, refused.value.name) == ("participant", person)

    assert world.everything() == before


def _exits(world: World, person: str) -> None:
    key, before = keys.participant(world.partner_id, person), world.participant(person)
    after = before.model_copy(
        update={"status": ParticipantStatus.EXITED, "version": before.version + 1}
    )
    world.store.commit(writes.change(key, before, after))
