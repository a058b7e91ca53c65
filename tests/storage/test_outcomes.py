"""Outcomes: with consent only, counted by month without the person; languages; and the record that
is handed to her."""

from contextlib import nullcontext
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

import people
from builders import NOON, OTHER_PARTNER
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.participants import MAX_OUTCOME_DAYS, OutcomeKind
from people import TODAY
from threads import at_once, until_answered
from world import World

JOB, VISIT = OutcomeKind.JOB_STARTED, OutcomeKind.FAMILY_VISIT_MADE


def test_an_outcome_is_in_the_record_and_counted_without_the_person(world: World) -> None:
    person, _ = people.with_vouchers(world)

    answer, is_replay = people.outcome(world, person, JOB)

    assert (answer.kind, answer.day, is_replay) == (JOB, TODAY, False)
    assert world.participant(person).outcomes == {JOB: (TODAY,)}
    assert people.counted(world) == {"job_started": (1, 1)}
    counts = [item for item in world.items("people") if item["pk"]["S"].startswith("outcomes#")]
    assert person not in str(counts)
    assert world.participant(person).subject_id not in str(counts)


def test_outcomes_and_people_are_counted_apart(world: World) -> None:
    persons = [world.enroll(consent=people.consent()) for _ in range(3)]
    for person in persons:
        people.outcome(world, person, VISIT, TODAY)
    world.clock.passes(days=3)
    people.outcome(world, persons[0], VISIT, TODAY + timedelta(days=1))
    people.outcome(world, persons[0], JOB, TODAY)

    assert people.counted(world) == {"family_visit_made": (4, 3), "job_started": (1, 1)}


def test_an_outcome_belongs_to_the_month_in_which_it_is_recorded(world: World) -> None:
    person, _ = people.with_vouchers(world)
    # Still March in New York.
    world.clock.now = NOON.replace(month=4, day=1, hour=3)
    people.outcome(world, person, JOB, date(2026, 3, 5))
    world.clock.passes(hours=1)
    people.outcome(world, person, VISIT, date(2026, 3, 5))

    assert people.counted(world, "2026-03") == {"job_started": (1, 1)}
    assert people.counted(world, "2026-04") == {"family_visit_made": (1, 1)}


def test_a_repeat_isnt_counted_again(world: World) -> None:
    person, _ = people.with_vouchers(world)
    first, _ = people.outcome(world, person, JOB, key="key-1")
    before = world.everything()

    again, is_replay = people.outcome(world, person, JOB, key="key-1")
    with pytest.raises(StateForbids) as refused:
        people.outcome(world, person, JOB, key="key-2")

    assert (again, is_replay) == (first, True)
    assert refused.value.reason == "outcome_recorded"
    assert world.everything() == before


def test_many_at_once_are_each_counted_once(world: World) -> None:
    persons = [world.enroll(consent=people.consent()) for _ in range(4)]

    at_once([partial(_until_recorded, world, one) for one in persons])

    assert people.counted(world) == {"job_started": (4, 4)}


@pytest.mark.parametrize("how", ["never granted", "withdrawn", "all withdrawn", "expired"])
def test_without_consent_to_it_no_outcome_is_recorded(world: World, how: str) -> None:
    if how == "never granted":
        person = world.enroll()
    elif how == "expired":
        ends = NOON + timedelta(hours=1)
        person = world.enroll(consent=people.consent(expires_at=ends))
        world.clock.now = ends
    else:
        person, _ = people.with_vouchers(world)
        use = "outcomes" if how == "withdrawn" else "enrollment"
        people.consents(world, person, people.withdrawing(use))
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        people.outcome(world, person, JOB)

    assert refused.value.reason == "outcomes_without_consent"
    assert world.everything() == before


@pytest.mark.parametrize(
    ("day", "is_taken"),
    [
        (TODAY - timedelta(days=1), False),
        (TODAY, True),
        # It is tomorrow already at the other end of the world.
        (TODAY + timedelta(days=1), True),
        (TODAY + timedelta(days=2), False),
    ],
)
def test_a_day_lies_between_the_enrollment_and_today(
    world: World, day: date, is_taken: bool
) -> None:
    person, _ = people.with_vouchers(world)

    expected = nullcontext() if is_taken else pytest.raises(FieldErrors, match="/day")
    with expected:
        people.outcome(world, person, JOB, day)

    assert bool(world.participant(person).outcomes) == is_taken
    assert bool(people.counted(world)) == is_taken


def test_outcomes_of_one_kind_have_a_bound(world: World) -> None:
    person, _ = people.with_vouchers(world)
    world.clock.passes(days=MAX_OUTCOME_DAYS)
    for number in range(MAX_OUTCOME_DAYS):
        people.outcome(world, person, VISIT, TODAY + timedelta(days=number))

    with pytest.raises(StateForbids) as refused:
        people.outcome(world, person, VISIT, TODAY + timedelta(days=MAX_OUTCOME_DAYS))

    assert refused.value.reason == "too_many_outcomes"
    assert people.counted(world) | people.counted(world, "2026-04")


def test_another_partner_records_nothing_about_somebody_elses_person(world: World) -> None:
    person, _ = people.with_vouchers(world)

    with pytest.raises(NotFound):
        people.outcome(world.another(partner_id=OTHER_PARTNER), person, JOB)

    assert people.counted(world) == {}


def test_another_language_is_that_of_the_next_voucher(world: World) -> None:
    person, (old, _) = people.with_vouchers(world)

    answer, _ = people.speaks(world, person, "es")
    (new,) = people.vouchers_for(world, person, 1)

    assert answer.language == world.participant(person).language == "es"
    assert (world.voucher(old).language, world.voucher(new).language) == ("en", "es")


# ── the record ───────────────────────────────────────────────────────────────────────────────────


def test_a_record_holds_all_that_is_held_about_a_person(world: World) -> None:
    person, codes = people.with_vouchers(world, external_ref="case-77")
    world.request(codes[0], "ride-1", cents=50)
    world.complete(codes[0], "ride-1", cents=50)
    people.outcome(world, person, JOB)
    people.consents(world, person, people.withdrawing("sms"))
    world.revoke(codes[1])

    record = people.record(world, person)

    stored = world.participant(person)
    shown = record.participant
    for name in shown.model_fields_set & type(stored).model_fields.keys():
        assert getattr(shown, name) == getattr(stored, name)
    assert [(one.kind, one.day) for one in record.outcomes] == [(JOB, TODAY)]
    assert {one.voucher.last4 for one in record.vouchers} == {code[-4:] for code in codes}
    entries = {one.voucher.last4: len(one.entries) for one in record.vouchers}
    assert entries == {codes[0][-4:]: 3, codes[1][-4:]: 2}
    assert not record.more_vouchers
    held = set(type(stored).model_fields)
    # What isn't told: the random id and what it is for, how and until when the record is kept
    # (erase_at says that), and what follows from the vouchers.
    assert held - set(type(shown).model_fields) == {
        "partner_id",
        "subject_id",
        "outcomes",
        "enrollment_key",
        "last_voucher_ends_at",
        "last_outcome_at",
        "open_vouchers",
        "minted_month",
        "minted_in_month",
        "version",
    }


def test_a_record_holds_neither_codes_nor_rides_nor_the_random_id(world: World) -> None:
    person, codes = people.with_vouchers(world)
    world.request(codes[0], "ride-of-a-test", cents=50)

    text = people.record(world, person).model_dump_json()

    for code in codes:
        assert code not in text
        assert code.replace("-", "") not in text
    assert "ride-of-a-test" not in text
    assert world.participant(person).subject_id not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["case-77", "0.50 for a ride", "you started a job", "text messages", "erased on"]),
        ("es", ["case-77", "0.50 de un viaje", "empezaste un trabajo", "mensajes", "se borra el"]),
    ],
)
def test_a_record_is_readable_in_the_persons_language(
    world: World, language: Any, words: list[str]
) -> None:
    person, codes = people.with_vouchers(world, external_ref="case-77", language=language)
    world.request(codes[0], "ride-1", cents=50)
    world.complete(codes[0], "ride-1", cents=50)
    world.request(codes[1], "ride-2", cents=9_000)
    people.outcome(world, person, JOB)
    people.consents(world, person, people.withdrawing("sms"))
    people.leaves(world, person)

    lines = people.record(world, person).in_words

    text = "\n".join(lines)
    assert all(word in text for word in words), text
    assert not any(sign in text for sign in ("{", "}", "job_", "None"))
    assert all(line.endswith(".") for line in lines)


def test_a_record_without_vouchers_says_so(world: World) -> None:
    person = world.enroll()

    record = people.record(world, person)

    assert record.vouchers == ()
    assert "We know of no card of yours." in record.in_words


def test_a_record_is_the_partners_own_persons(world: World) -> None:
    person, _ = people.with_vouchers(world)

    with pytest.raises(NotFound):
        people.record(world, person, OTHER_PARTNER)


def _until_recorded(world: World, person: str) -> object:
    return until_answered(lambda: people.outcome(world, person, JOB, key="key-1"))
