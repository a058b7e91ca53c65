"""What is left of somebody who withdrew or was erased: neither an answer nor a guess leads back."""

import json
from datetime import timedelta

import pytest

import people
from builders import NOON
from farechance.errors import IdempotencyKeyReused, StateForbids
from farechance.ledger import digest
from farechance.strictness import stored_answer
from world import World


def _in_a_batch(world: World) -> tuple[str, str]:
    person = world.enroll(external_ref="0042", consent=people.consent())
    started, _ = world.starts_batch(world.batch_request("0042"), "batch-1")
    world.works_on(started.batch_id)
    return person, started.batch_id


def test_a_batch_names_nobody_beside_a_voucher_once_the_link_is_cut(world: World) -> None:
    person, batch = _in_a_batch(world)
    (before,) = world.batch_vouchers(batch).vouchers

    people.consents(world, person, people.withdrawing("enrollment"))

    (row,) = world.batch_vouchers(batch).vouchers
    assert (before.participant_id, before.external_ref) == (person, "0042")
    assert (row.participant_id, row.external_ref) == (None, None)
    assert (row.voucher_id, row.code) == (before.voucher_id, before.code)


def test_no_digest_of_a_batch_answers_a_guess(world: World) -> None:
    person, _ = _in_a_batch(world)

    people.erases(world, person)

    body = stored_answer(world.batch_request("0042"))
    content = {**body, "rows": ["0042"], "repeat": None}
    everything = str(world.everything())
    assert digest(body) not in everything
    assert digest(content) not in everything


def test_a_batch_is_known_again_after_a_version_of_the_secret_was_added(world: World) -> None:
    _, batch = _in_a_batch(world)
    world.code_keys = {**world.code_keys, "Z": "z" * 40}

    again, is_replay = world.starts_batch(world.batch_request("0042"), "batch-1")
    with pytest.raises(StateForbids) as refused:
        world.starts_batch(world.batch_request("0042"), "batch-2")
    with pytest.raises(IdempotencyKeyReused):
        world.starts_batch(world.batch_request("0043"), "batch-1")

    assert (again.batch_id, is_replay) == (batch, True)
    assert refused.value.reason == "looks_repeated"


def test_no_digest_of_a_mint_or_an_assignment_leads_from_a_person_to_a_card(world: World) -> None:
    person = world.enroll(consent=people.consent())
    request = world.mint_request(participant_ids=(person,), unassigned=None)
    world.mint(request)
    world.assign(world.code(), person)

    people.consents(world, person, people.withdrawing("enrollment"))

    everything = str(world.everything())
    assert digest(stored_answer(request)) not in everything
    assert digest({"act": "assign", "participant_id": person}) not in everything


def test_a_block_of_somebody_who_withdrew_is_like_any_other(world: World) -> None:
    person, (code, _) = people.with_vouchers(world)
    other = world.code()
    world.clock.passes(seconds=12)
    world.block(other)

    request = people.withdrawing("enrollment", block_vouchers=True)
    answer, _ = people.consents(world, person, request)

    theirs, common = world.entries(code)[-1], world.entries(other)[-1]
    assert theirs.identity.startswith("key#")
    assert theirs.content_digest == common.content_digest
    assert (theirs.answer or {}).keys() == (common.answer or {}).keys()
    day = NOON.replace(hour=0)
    assert answer.recorded_at == day
    assert set(world.participant(person).withdrawn.values()) == {day}
    moment = json.loads(theirs.model_dump_json())["recorded_at"]
    assert moment not in str(world.items("people"))


def test_a_grant_on_the_day_of_a_withdrawal_counts_if_it_isnt_the_one_withdrawn(
    world: World,
) -> None:
    granted = people.consent(granted_at=NOON - timedelta(days=2))
    person = world.enroll(consent=granted)
    people.consents(world, person, people.withdrawing("sms"))

    midnight = NOON.replace(hour=0)
    answer, _ = people.consents(world, person, people.granting(world, granted_at=midnight))

    assert "sms" in answer.uses
