"""How often a code is sent, and to whom."""

from datetime import timedelta

import pytest

import builders
from builders import NOON
from farechance.errors import StateForbids
from farechance.participants import Participant, ParticipantStatus
from farechance.sends import MAX_SENDS_IN_A_DAY, DayOfSends, check_consent


def _person(*uses: str, **changes: object) -> Participant:
    request = builders.enrollment()
    consent = request.consent.model_copy(update={"uses": ("enrollment", *uses)})
    person = Participant(
        participant_id="par_1",
        partner_id="org_second_start",
        program_id=request.program_id,
        external_ref=request.external_ref,
        subject_id="sub_1",
        language="en",
        attestation=request.attestation,
        consent=consent,
        enrolled_at=NOON,
    )
    return person.model_copy(update=changes)


def test_a_code_is_sent_three_times_a_day_and_not_once_more() -> None:
    third = DayOfSends(count=1).one_more("vch_1").one_more("vch_1")

    assert (third.count, third.version) == (MAX_SENDS_IN_A_DAY, 3)
    with pytest.raises(StateForbids) as refused:
        third.one_more("vch_1")
    assert refused.value.reason == "too_many_sends"


def test_whoever_agreed_to_sms_may_be_sent_a_code() -> None:
    check_consent(_person("sms"), NOON, "vch_1")


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (None, "sms_not_consented"),
        (_person(), "sms_not_consented"),
        (_person("outcomes"), "sms_not_consented"),
        (_person("sms", status=ParticipantStatus.EXITED), "participant_exited"),
        (
            _person(
                "sms",
                consent=builders.enrollment().consent.model_copy(
                    update={
                        "uses": ("enrollment", "sms"),
                        "granted_at": NOON - timedelta(days=2),
                        "expires_at": NOON,
                    }
                ),
            ),
            "consent_expired",
        ),
    ],
    ids=["nobody", "no use", "another use", "exited", "expired"],
)
def test_nobody_else_may(person: Participant | None, reason: str) -> None:
    with pytest.raises(StateForbids) as refused:
        check_consent(person, NOON, "vch_1")

    assert refused.value.reason == reason
