"""Enrolling people: once for each reference, once for each key, whoever comes at the same time."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

import builders
from builders import NOON
from farechance.errors import (
    FieldErrors,
    IdempotencyKeyReused,
    NotFound,
    StateForbids,
)
from farechance.participants import Attestation, Consent
from threads import at_once
from wire import Wire
from world import World


def test_a_person_is_enrolled_with_attestation_and_consent(world: World) -> None:
    request = builders.enrollment(external_ref="case-7")

    enrolled, is_replay = world.enrolls(request, "key-1")

    assert not is_replay
    assert (enrolled.external_ref, enrolled.enrolled_at) == ("case-7", NOON)
    stored = world.participant(enrolled.participant_id)
    assert stored.attestation == request.attestation
    assert stored.consent.model_dump() == request.consent.model_dump()
    assert stored.subject_id not in (enrolled.participant_id, enrolled.external_ref)
    assert len(world.items("people")) == 3


def test_a_repeat_gets_the_same_answer_and_enrolls_nobody(world: World) -> None:
    request = builders.enrollment()
    first, _ = world.enrolls(request, "key-1")
    before = world.everything()

    world.clock.passes(days=400)
    again, is_replay = world.another().enrolls(request, "key-1")

    assert (again, is_replay) == (first, True)
    assert world.everything() == before


def test_a_key_with_another_body_is_refused(world: World) -> None:
    world.enrolls(builders.enrollment(external_ref="case-1"), "key-1")
    before = world.everything()

    with pytest.raises(IdempotencyKeyReused):
        world.enrolls(builders.enrollment(external_ref="case-2"), "key-1")

    assert world.everything() == before


def test_the_same_key_of_another_partner_is_another_key(world: World) -> None:
    first, _ = world.enrolls(builders.enrollment(), "key-1")

    other, is_replay = world.enrolls(builders.enrollment(), "key-1", world.other_partner_id)

    assert not is_replay
    assert other.participant_id != first.participant_id
    assert len(world.items("people")) == 6


def test_the_same_reference_is_enrolled_once_and_the_refusal_names_the_person(
    world: World,
) -> None:
    first, _ = world.enrolls(builders.enrollment(), "key-1")
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.enrolls(builders.enrollment(language="es"), "key-2")

    assert refused.value.reason == "already_enrolled"
    assert refused.value.facts == {"participant_id": first.participant_id}
    assert world.everything() == before


def test_a_refused_key_may_be_used_again(world: World) -> None:
    world.enrolls(builders.enrollment(), "key-1")
    with pytest.raises(StateForbids):
        world.enrolls(builders.enrollment(), "key-2")

    enrolled, is_replay = world.enrolls(builders.enrollment(external_ref="case-2"), "key-2")

    assert not is_replay
    assert world.participant(enrolled.participant_id).external_ref == "case-2"


def test_two_partners_enroll_the_same_reference_without_learning_of_each_other(
    world: World,
) -> None:
    own, _ = world.enrolls(builders.enrollment(), "key-1")

    others, _ = world.enrolls(builders.enrollment(), "key-2", world.other_partner_id)

    assert own.participant_id != others.participant_id
    partitions = {item["pk"]["S"] for item in world.items("people")}
    assert partitions == {world.partner_id, world.other_partner_id}


def test_a_program_in_which_the_partner_has_no_allotment_is_unknown_to_it(world: World) -> None:
    before = world.everything()

    for program_id in ("prg_nowhere", world.program_id):
        with pytest.raises(NotFound):
            world.enrolls(builders.enrollment(program_id=program_id), "key-1", "org_stranger")

    assert world.everything() == before


def test_after_an_erasure_a_repeat_finds_nobody_and_brings_nobody_back(
    world: World, bystander: Any
) -> None:
    enrolled, _ = world.enrolls(builders.enrollment(), "key-1")
    key = {"pk": world.partner_id, "sk": f"participant#{enrolled.participant_id}"}
    bystander.delete_item(
        TableName=world.tables["people"], Key={name: {"S": value} for name, value in key.items()}
    )
    before = world.everything()

    with pytest.raises(NotFound):
        world.enrolls(builders.enrollment(), "key-1")

    assert world.everything() == before


@pytest.mark.parametrize(
    ("pointer", "changes"),
    [
        (
            "/attestation/attested_on",
            {
                "attestation": Attestation(
                    eligible=True, attested_by="staff-7", attested_on=date(2026, 3, 4)
                )
            },
        ),
        (
            "/consent/granted_at",
            {
                "consent": Consent(
                    text_version="2026-01",
                    language="en",
                    granted_at=NOON + timedelta(minutes=5, milliseconds=1),
                    uses=("enrollment",),
                )
            },
        ),
        (
            "/consent/expires_at",
            {
                "consent": Consent(
                    text_version="2026-01",
                    language="en",
                    granted_at=NOON - timedelta(days=2),
                    expires_at=NOON,
                    uses=("enrollment",),
                )
            },
        ),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    world: World, pointer: str, changes: dict[str, Any]
) -> None:
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        world.enrolls(builders.enrollment(**changes), "key-1")

    assert [error.pointer for error in refused.value.errors] == [pointer]
    assert world.everything() == before


def test_of_two_that_enroll_one_reference_at_once_one_wins(world: World) -> None:
    request = builders.enrollment()

    results = at_once([partial(world.another().enrolls, request, f"key-{n}") for n in range(4)])

    won = [one for one in results if not isinstance(one, Exception)]
    lost = [one for one in results if isinstance(one, StateForbids)]
    assert (len(won), len(lost)) == (1, 3)
    assert {one.facts["participant_id"] for one in lost} == {won[0][0].participant_id}
    assert len(world.items("people")) == 3


def test_one_key_sent_several_times_at_once_enrolls_once(world: World) -> None:
    request = builders.enrollment()

    results = at_once([partial(world.another().enrolls, request, "key-1")] * 4)

    answers = [one for one in results if not isinstance(one, Exception)]
    assert len(answers) == 4
    assert len({enrolled.participant_id for enrolled, _ in answers}) == 1
    assert [is_replay for _, is_replay in answers].count(False) == 1
    assert len(world.items("people")) == 3


def test_who_is_overtaken_at_the_last_moment_is_told_who_is_enrolled(world: World) -> None:
    rival: list[str] = []

    def overtake() -> None:
        rival.append(world.another().enrolls(builders.enrollment(), "key-2")[0].participant_id)

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", overtake)
        with pytest.raises(StateForbids) as refused:
            world.enrolls(builders.enrollment(), "key-1")

    assert refused.value.facts == {"participant_id": rival[0]}
    assert len(world.items("people")) == 3


def test_people_are_enrolled_while_a_program_is_paused(world: World) -> None:
    world.administer("pause_program", program_id=world.program_id)

    enrolled, _ = world.enrolls(builders.enrollment(), "key-1")

    assert world.participant(enrolled.participant_id).enrolled_at == NOON


def test_enrolling_writes_nothing_but_people(worlds: Callable[..., World]) -> None:
    world = worlds().with_program()
    before = world.everything()

    world.enroll()

    after = world.everything()
    assert {name for name in after if after[name] != before[name]} == {"people"}
