"""Enrolling people and finding them, through the door of a partner."""

from typing import Any

import pytest

from farechance.enrollment_api import Enrolled, ParticipantAnswer, ParticipantList
from functional.bodies import enrollment_body, mint_body, rfc3339
from functional.players import Partner
from functional.stack import Stack


def _with(part: str, **changes: Any) -> dict[str, Any]:
    body = enrollment_body()
    return {**body, part: {**body[part], **changes}}


def test_a_person_is_enrolled_and_shown(stack: Stack, partner: Partner) -> None:
    body = enrollment_body()

    answer = partner.post("/participants", body)
    enrolled = Enrolled.model_validate_json(answer.text)
    shown = partner.get(f"/participants/{enrolled.participant_id}")

    assert answer.status == 201
    assert enrolled.external_ref == body["external_ref"]
    person = ParticipantAnswer.model_validate_json(shown.text)
    assert (person.participant_id, person.open_voucher_ids) == (enrolled.participant_id, ())
    stored = stack.world.participant(enrolled.participant_id)
    assert stored.subject_id not in answer.text + shown.text


def test_a_person_is_shown_with_the_open_vouchers(partner: Partner) -> None:
    person = partner.post("/participants", enrollment_body()).body["participant_id"]
    minted = partner.post("/vouchers", mint_body(participant_ids=[person, person])).body

    shown = ParticipantAnswer.model_validate_json(partner.get(f"/participants/{person}").text)

    assert set(shown.open_voucher_ids) == {one["voucher_id"] for one in minted["vouchers"]}


def test_a_list_has_pages(partner: Partner) -> None:
    people = {
        partner.post("/participants", enrollment_body()).body["participant_id"] for _ in range(3)
    }

    first = ParticipantList.model_validate_json(partner.get("/participants", limit="2").text)
    second = ParticipantList.model_validate_json(
        partner.get("/participants", limit="2", cursor=str(first.cursor)).text
    )

    assert {one.participant_id for one in first.participants + second.participants} == people
    assert len(first.participants) == 2


def test_enrolling_somebody_again_names_who_it_is(stack: Stack, partner: Partner) -> None:
    body = enrollment_body()
    person = partner.post("/participants", body).body["participant_id"]

    with stack.unchanged():
        answer = partner.post("/participants", body)

    problem = answer.problem(409, "already_enrolled")
    assert problem.model_extra == {"participant_id": person}


@pytest.mark.parametrize(
    ("external_ref", "words"),
    [
        ("123-45-6789", "social security number"),
        ("123456789", "social security number"),
        ("212-555-0100", "phone number"),
        ("12125550100", "phone number"),
        ("555-0100", "phone number"),
        ("somebody@example.org", "e-mail address"),
        ("case 7", "letters, digits"),
        ("", "letters, digits"),
        ("c" * 65, "letters, digits"),
        ("cäse", "letters, digits"),
    ],
)
def test_a_reference_that_points_to_a_person_is_refused_with_the_reason(
    stack: Stack, partner: Partner, external_ref: str, words: str
) -> None:
    with stack.unchanged():
        answer = partner.post("/participants", enrollment_body(external_ref=external_ref))

    answer.pointers("/external_ref")
    assert words in answer.text
    assert not external_ref or external_ref not in answer.text


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("/name", enrollment_body(name="not to be told")),
        ("/date_of_birth", enrollment_body(date_of_birth="1990-01-01")),
        ("/offence", enrollment_body(offence="not to be told")),
        ("/consent/ip", _with("consent", ip="192.0.2.1")),
        ("/attestation/reason", _with("attestation", reason="not to be told")),
        ("", enrollment_body(**{"a/b~c": 1})),
        ("/attestation/eligible", _with("attestation", eligible=False)),
        ("/attestation/eligible", _with("attestation", eligible="true")),
        ("/attestation/eligible", _with("attestation", eligible=1)),
        ("/attestation/attested_by", _with("attestation", attested_by="a@example.org")),
        ("/attestation/attested_on", _with("attestation", attested_on="2026-02-30")),
        ("/attestation/attested_on", _with("attestation", attested_on=rfc3339(days=2)[:10])),
        ("/consent/granted_at", _with("consent", granted_at=rfc3339(hours=1))),
        ("/consent/granted_at", _with("consent", granted_at="2026-03-01")),
        ("/consent/granted_at", _with("consent", granted_at=1_772_000_000)),
        (
            "/consent/expires_at",
            _with("consent", expires_at=rfc3339(), granted_at=rfc3339(days=-1)),
        ),
        ("/consent/uses/1", _with("consent", uses=["enrollment", "marketing"])),
        ("/consent", _with("consent", uses=["sms"])),
        ("/consent/uses", _with("consent", uses=[])),
        ("/language", enrollment_body(language="fr")),
        ("/program_id", enrollment_body(program_id="harbor")),
        ("/program_id", enrollment_body(program_id=7)),
        ("/consent", {k: v for k, v in enrollment_body().items() if k != "consent"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_or_unknown_field_is_refused_where_it_stands(
    stack: Stack, partner: Partner, pointer: str, body: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = partner.post("/participants", body)

    answer.pointers(pointer)
    assert "not to be told" not in answer.text


def test_all_wrong_fields_are_told_at_once(stack: Stack, partner: Partner) -> None:
    with stack.unchanged():
        answer = partner.post(
            "/participants", enrollment_body(external_ref="a@b.c", language="fr", note="x")
        )

    answer.pointers("/external_ref", "/language", "/note")


@pytest.mark.parametrize(
    ("pointer", "query"),
    [
        ("/limit", {"limit": "0"}),
        ("/limit", {"limit": "101"}),
        ("/limit", {"limit": "many"}),
        ("/status", {"status": "asleep"}),
        ("/cursor", {"cursor": "not a cursor"}),
        ("/cursor", {"cursor": "____"}),
        ("/page", {"page": "2"}),
        ("", {"external_ref": "case-1"}),
    ],
    ids=str,
)
def test_a_wrong_query_is_refused(
    stack: Stack, partner: Partner, pointer: str, query: dict[str, str]
) -> None:
    with stack.unchanged():
        answer = partner.get("/participants", **query)

    answer.pointers(pointer)


def test_a_query_that_says_a_thing_twice_is_refused(stack: Stack, partner: Partner) -> None:
    event_like = {"multiValueQueryStringParameters": {"limit": ["1", "2"]}}

    with stack.unchanged():
        answer = partner.call("GET", "/participants", query={"limit": "2"}, over=event_like)

    answer.pointers("/limit")
