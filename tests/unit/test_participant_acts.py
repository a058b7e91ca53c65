"""What is done to a participant's record, and when it is erased if nobody asks for it."""

from datetime import timedelta
from typing import Any, get_args

import pytest

import builders
from builders import NOON, PARTNER, PROGRAM
from farechance.errors import FieldErrors, StateForbids
from farechance.participant_acts import (
    SAID_WITHIN,
    exit_program,
    grant,
    has_begun_somewhere,
    record_outcome,
    speak,
    withdraw,
    wrong_attestation,
    wrong_times,
)
from farechance.participants import (
    Consent,
    ConsentUse,
    OutcomeKind,
    Participant,
    ParticipantStatus,
)

ALL_USES: tuple[ConsentUse, ...] = get_args(ConsentUse)
DAY = timedelta(days=1)
TODAY = NOON.date()


def consent(**changes: Any) -> Consent:
    fields: dict[str, Any] = {
        "text_version": "2026-01",
        "language": "en",
        "granted_at": NOON,
        "uses": ALL_USES,
    }
    return Consent(**{**fields, **changes})


def person(**changes: Any) -> Participant:
    fields: dict[str, Any] = {
        "participant_id": "par_1",
        "partner_id": PARTNER,
        "program_id": PROGRAM,
        "external_ref": "case-1",
        "subject_id": "sub_1",
        "language": "en",
        "attestation": builders.enrollment().attestation,
        "consent": consent(),
        "enrolled_at": NOON,
        "open_vouchers": {"vch_1": NOON + 7 * DAY},
        "last_voucher_ends_at": NOON + 7 * DAY,
    }
    return Participant(**{**fields, **changes})


def test_withdrawing_enrollment_ends_every_use_and_cuts_the_link() -> None:
    after = withdraw(person(), ("enrollment",), "sub_2", NOON + DAY)

    assert after.consent.uses == ()
    assert after.withdrawn == dict.fromkeys(ALL_USES, NOON + DAY)
    assert (after.subject_id, after.open_vouchers) == ("sub_2", {})
    assert after.cannot_receive(NOON + DAY) == "consent_withdrawn"
    assert after.version == 2


@pytest.mark.parametrize("use", ["sms", "outcomes"])
def test_withdrawing_another_use_keeps_the_link(use: ConsentUse) -> None:
    after = withdraw(person(), (use,), "sub_2", NOON)

    assert use not in after.consent.uses
    assert not after.may_be_used_for(use, NOON)
    assert after.may_be_used_for("enrollment", NOON)
    assert (after.subject_id, set(after.open_vouchers)) == ("sub_1", {"vch_1"})
    assert after.cannot_receive(NOON) is None


def test_who_withdraws_twice_keeps_the_first_moment_and_the_new_link() -> None:
    once = withdraw(person(), ("enrollment",), "sub_2", NOON)

    twice = withdraw(once, ("enrollment", "sms"), "sub_3", NOON + DAY)

    assert twice.withdrawn == once.withdrawn
    assert twice.subject_id == "sub_2"


def test_consent_is_granted_anew_as_a_whole() -> None:
    withdrawn = withdraw(person(), ("enrollment",), "sub_2", NOON)

    after = grant(
        withdrawn,
        consent(uses=("enrollment",), language="es", granted_at=NOON + timedelta(minutes=1)),
        NOON,
    )

    assert (after.consent.uses, after.consent.language) == (("enrollment",), "es")
    assert after.withdrawn == {}
    assert after.cannot_receive(NOON) is None


@pytest.mark.parametrize(
    ("granted_at", "is_taken"),
    [
        (NOON + DAY - timedelta(milliseconds=1), False),
        (NOON + DAY, True),
        (NOON + DAY + timedelta(minutes=5), True),
        (NOON + DAY + timedelta(minutes=5, milliseconds=1), False),
    ],
)
def test_what_was_granted_before_a_withdrawal_or_isnt_yet_doesnt_count(
    granted_at: Any, is_taken: bool
) -> None:
    withdrawn = withdraw(person(), ("sms",), "sub_2", NOON + DAY)

    if is_taken:
        assert grant(withdrawn, consent(granted_at=granted_at), NOON + DAY).withdrawn == {}
        return
    with pytest.raises(FieldErrors) as refused:
        grant(withdrawn, consent(granted_at=granted_at), NOON + DAY)
    assert [error.pointer for error in refused.value.errors] == ["/granted_at"]


@pytest.mark.parametrize("age", [SAID_WITHIN, SAID_WITHIN + DAY])
def test_a_date_of_birth_is_no_day_on_which_somebody_agreed_or_attested(age: timedelta) -> None:
    is_taken = age == SAID_WITHIN
    said_at = NOON - age

    told = [
        *wrong_times(consent(granted_at=said_at), NOON, "/consent"),
        *wrong_attestation(said_at.date(), NOON),
    ]

    pointers = [error.pointer for error in told]
    both = ["/consent/granted_at", "/attestation/attested_on"]
    assert pointers == ([] if is_taken else both)
    # The youngest rider is older.
    assert timedelta(days=14 * 365) > SAID_WITHIN


def test_a_grant_that_has_ended_is_refused() -> None:
    ended = consent(granted_at=NOON, expires_at=NOON + DAY)

    with pytest.raises(FieldErrors) as refused:
        grant(person(), ended, NOON + DAY)

    assert [error.pointer for error in refused.value.errors] == ["/expires_at"]


def test_a_consent_is_good_until_it_ends() -> None:
    one = person(consent=consent(expires_at=NOON + DAY))

    assert one.may_be_used_for("sms", NOON + DAY - timedelta(milliseconds=1))
    assert not one.may_be_used_for("sms", NOON + DAY)


def test_who_has_left_neither_leaves_nor_agrees_again() -> None:
    left = exit_program(person(), NOON)

    assert (left.status, left.exited_at) == (ParticipantStatus.EXITED, NOON)
    with pytest.raises(StateForbids) as leaving:
        exit_program(left, NOON)
    with pytest.raises(StateForbids) as agreeing:
        grant(left, consent(), NOON)
    assert leaving.value.reason == agreeing.value.reason == "participant_exited"


def test_another_language_changes_nothing_else() -> None:
    after = speak(person(), "es")

    assert after == person(language="es", version=2)


def test_an_outcome_is_kept_by_kind_and_day() -> None:
    kind = OutcomeKind.INTERVIEW_ATTENDED
    once = record_outcome(person(), kind, TODAY, TODAY, NOON)

    twice = record_outcome(once, kind, TODAY + DAY, TODAY, NOON)

    assert twice.outcomes == {kind: (TODAY, TODAY + DAY)}
    assert twice.last_outcome_at == NOON
    with pytest.raises(StateForbids) as refused:
        record_outcome(twice, kind, TODAY, TODAY, NOON)
    assert refused.value.reason == "outcome_recorded"


@pytest.mark.parametrize(("days", "begun"), [(-1, True), (0, True), (1, True), (2, False)])
def test_a_day_begins_before_it_does_in_utc(days: int, begun: bool) -> None:
    assert has_begun_somewhere(TODAY + timedelta(days=days), NOON) == begun


@pytest.mark.parametrize(
    ("changes", "days"),
    [
        pytest.param({}, 97, id="the last voucher's end"),
        pytest.param({"last_voucher_ends_at": None}, 365, id="enrolled, no voucher yet"),
        pytest.param(
            {"last_voucher_ends_at": None, "consent": consent(granted_at=NOON + 30 * DAY)},
            395,
            id="agreed anew, no voucher yet",
        ),
        pytest.param(
            {"last_voucher_ends_at": None, "consent": consent(expires_at=NOON + 200 * DAY)},
            290,
            id="no voucher yet, until a consent that ends",
        ),
        pytest.param(
            {"last_voucher_ends_at": None, "last_outcome_at": NOON + 300 * DAY},
            390,
            id="no voucher, and an outcome",
        ),
        pytest.param({"consent": consent(expires_at=NOON + 200 * DAY)}, 97, id="a long consent"),
        pytest.param({"last_outcome_at": NOON + DAY}, 97, id="an outcome before the end"),
        pytest.param({"last_outcome_at": NOON + 90 * DAY}, 180, id="an outcome after the end"),
        pytest.param(
            {"consent": consent(granted_at=NOON + 30 * DAY)}, 120, id="agreed anew, no new voucher"
        ),
        pytest.param({"exited_at": NOON + DAY}, 91, id="left while a voucher is open"),
        pytest.param({"exited_at": NOON + 50 * DAY}, 140, id="left long after the last voucher"),
        pytest.param({"withdrawn": {"enrollment": NOON}}, 90, id="withdrawn"),
        pytest.param({"withdrawn": {"sms": NOON}}, 97, id="withdrawn another use"),
        pytest.param(
            {"exited_at": NOON + DAY, "withdrawn": {"enrollment": NOON + 2 * DAY}},
            91,
            id="left, then withdrawn",
        ),
    ],
)
def test_a_record_outlives_its_use_by_90_days(changes: Any, days: int) -> None:
    assert person(**changes).erase_at == NOON + days * DAY


def test_the_last_end_is_the_latest_of_all_vouchers() -> None:
    one = person(last_voucher_ends_at=None, open_vouchers={})

    short = one.with_vouchers({"vch_1": NOON + 3 * DAY, "vch_2": NOON + 9 * DAY}, "2026-03", NOON)
    extended = short.with_voucher_instead("vch_1", "vch_1", NOON + 20 * DAY, NOON)
    reissued = extended.with_voucher_instead("vch_2", "vch_3", NOON + 9 * DAY, NOON)

    assert short.last_voucher_ends_at == NOON + 9 * DAY
    assert extended.last_voucher_ends_at == NOON + 20 * DAY
    assert reissued.last_voucher_ends_at == NOON + 20 * DAY
