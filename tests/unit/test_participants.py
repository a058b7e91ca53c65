"""What may be held about a person, and when a voucher may be minted for one."""

from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON, PARTNER, PROGRAM, refusals
from farechance.enrollment_api import EnrollmentRequest, ParticipantAnswer
from farechance.participants import (
    MAX_OPEN_VOUCHERS,
    Consent,
    Participant,
    ParticipantStatus,
)
from farechance.strictness import stored_answer

SENT: dict[str, Any] = stored_answer(builders.enrollment())
CONSENT: dict[str, Any] = SENT["consent"]
ATTESTATION: dict[str, Any] = SENT["attestation"]


def participant(**changes: Any) -> Participant:
    enrollment = builders.enrollment()
    fields: dict[str, Any] = {
        "participant_id": "par_1",
        "partner_id": PARTNER,
        "program_id": PROGRAM,
        "external_ref": "case-1",
        "subject_id": "sub_1",
        "language": "en",
        "attestation": enrollment.attestation,
        "consent": enrollment.consent,
        "enrolled_at": NOON,
    }
    return Participant(**{**fields, **changes})


def consent_with(**changes: Any) -> Consent:
    return builders.enrollment().consent.model_copy(update=changes)


def test_an_enrollment_is_an_attestation_and_a_consent_and_no_more() -> None:
    assert refusals(EnrollmentRequest, SENT) == {}
    assert set(EnrollmentRequest.model_fields) == {
        "program_id",
        "external_ref",
        "language",
        "attestation",
        "consent",
    }


def test_what_must_not_be_held_about_a_person_is_refused_and_not_ignored() -> None:
    for field in (
        "name",
        "first_name",
        "last_name",
        "date_of_birth",
        "ssn",
        "phone",
        "email",
        "address",
        "offence",
        "sentence",
        "supervision",
        "health",
        "treatment",
        "inmate_number",
    ):
        attestation, consent = {**ATTESTATION, field: "x"}, {**CONSENT, field: "x"}
        body = {**SENT, field: "x", "attestation": attestation, "consent": consent}
        wrong = refusals(EnrollmentRequest, body)
        assert set(wrong) == {f"/{field}", f"/attestation/{field}", f"/consent/{field}"}


@pytest.mark.parametrize("eligible", [False, None, "true", 1])
def test_only_a_person_who_is_attested_to_be_eligible_can_be_enrolled(eligible: Any) -> None:
    body = {**SENT, "attestation": {**ATTESTATION, "eligible": eligible}}

    assert list(refusals(EnrollmentRequest, body)) == ["/attestation/eligible"]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"uses": []}, "/consent/uses"),
        ({"uses": ["sms"]}, "/consent"),
        ({"uses": ["enrollment", "enrollment"]}, "/consent"),
        ({"uses": ["enrollment", "marketing"]}, "/consent/uses/1"),
        ({"uses": "enrollment"}, "/consent/uses"),
        ({"expires_at": CONSENT["granted_at"]}, "/consent"),
        ({"expires_at": "2026-03-03"}, "/consent/expires_at"),
        ({"language": "fr"}, "/consent/language"),
        ({"text_version": "the new one!"}, "/consent/text_version"),
        ({"granted_at": None}, "/consent/granted_at"),
    ],
)
def test_a_consent_says_to_what_when_and_until_when(changes: Any, pointer: str) -> None:
    body = {**SENT, "consent": {**CONSENT, **changes}}

    assert list(refusals(EnrollmentRequest, body)) == [pointer]


def test_a_consent_may_be_for_all_uses_and_may_end() -> None:
    later = {"uses": ["sms", "outcomes", "enrollment"], "expires_at": "2027-03-02T00:00:00Z"}

    assert refusals(EnrollmentRequest, {**SENT, "consent": {**CONSENT, **later}}) == {}


def test_nobody_is_enrolled_without_consent() -> None:
    body = {name: value for name, value in SENT.items() if name != "consent"}

    assert refusals(EnrollmentRequest, body) == {"/consent": "is needed"}


def test_an_enrolled_person_can_receive_vouchers() -> None:
    assert participant().cannot_receive(NOON) is None


def test_nobody_who_has_left_receives_vouchers() -> None:
    exited = participant(status=ParticipantStatus.EXITED)

    assert exited.cannot_receive(NOON) == "participant_exited"


@pytest.mark.parametrize(
    ("milliseconds", "reason"), [(-1, "consent_expired"), (0, "consent_expired"), (1, None)]
)
def test_no_voucher_is_minted_once_the_consent_has_ended(
    milliseconds: int, reason: str | None
) -> None:
    granted, ends = NOON - timedelta(days=90), NOON + timedelta(milliseconds=milliseconds)

    person = participant(consent=consent_with(granted_at=granted, expires_at=ends))

    assert person.cannot_receive(NOON) == reason


def test_minted_vouchers_are_kept_with_the_person_and_counted_in_their_month() -> None:
    week = NOON + timedelta(days=7)

    once = participant().with_vouchers({"vch_1": week, "vch_2": week}, "2026-03", NOON)
    twice = once.with_vouchers({"vch_3": week}, "2026-03", NOON)

    assert once.minted_in("2026-03") == 2
    assert twice.minted_in("2026-03") == 3
    assert set(twice.open_vouchers) == {"vch_1", "vch_2", "vch_3"}
    assert twice.version == 3


def test_a_new_month_counts_from_nothing() -> None:
    week = NOON + timedelta(days=7)
    march = participant().with_vouchers({"vch_1": week}, "2026-03", NOON)

    april = march.with_vouchers({"vch_2": week}, "2026-04", NOON)

    assert march.minted_in("2026-04") == 0
    assert april.minted_in("2026-04") == 1


def test_vouchers_past_every_use_make_room_for_others() -> None:
    old, usable = NOON - timedelta(days=8), NOON - timedelta(days=8) + timedelta(milliseconds=1)
    person = participant(open_vouchers={"vch_old": old, "vch_usable": usable})

    after = person.with_vouchers({"vch_new": NOON}, "2026-03", NOON)

    assert set(person.still_open(NOON)) == {"vch_usable"}
    assert set(after.open_vouchers) == {"vch_usable", "vch_new"}


def test_a_person_has_forty_open_vouchers_at_most() -> None:
    vouchers = {f"vch_{number}": NOON for number in range(MAX_OPEN_VOUCHERS)}

    assert MAX_OPEN_VOUCHERS == 40
    assert len(participant(open_vouchers=vouchers).open_vouchers) == 40
    with pytest.raises(ValueError, match="at most 40"):
        participant(open_vouchers={**vouchers, "vch_more": NOON})


def test_the_link_between_a_person_and_the_books_is_shown_to_nobody() -> None:
    answer = stored_answer(ParticipantAnswer.of(participant(open_vouchers={"vch_1": NOON}), NOON))

    assert "subject_id" not in answer
    assert "sub_1" not in str(answer)
    assert answer["open_voucher_ids"] == ["vch_1"]


def test_a_voucher_that_is_over_is_not_shown_as_open() -> None:
    person = participant(open_vouchers={"vch_1": NOON - timedelta(days=9), "vch_2": NOON})

    answer = ParticipantAnswer.of(person, NOON)

    assert answer.open_voucher_ids == ("vch_2",)
