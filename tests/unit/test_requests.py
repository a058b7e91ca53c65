"""What the gateway hands over, taken apart: exact bytes, headers, bodies and queries, and where in
them something is wrong."""

import base64
import json
from typing import Any

import pytest

from builders import PROGRAM
from farechance.commands import COMMAND
from farechance.edge import requests, strict_json
from farechance.edge.requests import MAX_BODY_BYTES, body_of, headers_of
from farechance.enrollment_api import ParticipantQuery
from farechance.errors import BodyTooLarge, FieldErrors, MalformedBody, UnsupportedMediaType
from farechance.partner_api import MintRequest
from farechance.programs import PurposeRule


def event(body: bytes, content_type: str | None = "application/json") -> dict[str, Any]:
    """A call as the gateway hands it over: every body is binary."""
    headers = {} if content_type is None else {"Content-Type": content_type}
    return {
        "headers": headers,
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def query(**values: str) -> dict[str, Any]:
    return {
        "queryStringParameters": values or None,
        "multiValueQueryStringParameters": {name: [one] for name, one in values.items()} or None,
    }


def pointers(wrong: FieldErrors) -> list[str]:
    return [one.pointer for one in wrong.errors]


@pytest.mark.parametrize("body", [b"", b"{}", "é".encode(), b"\x00\xff\r\n", b"="])
def test_a_body_is_the_exact_bytes_that_were_sent(body: bytes) -> None:
    assert body_of(event(body)) == body


def test_a_body_that_the_gateway_took_for_text_is_its_bytes() -> None:
    assert body_of({"body": "é", "isBase64Encoded": False}) == "é".encode()
    assert body_of({"body": None, "isBase64Encoded": False}) == b""
    assert body_of({}) == b""


def test_a_body_of_256_kilobytes_is_read_and_no_more() -> None:
    assert MAX_BODY_BYTES == 256 * 1024
    assert len(body_of(event(b"x" * MAX_BODY_BYTES))) == MAX_BODY_BYTES
    with pytest.raises(BodyTooLarge):
        body_of(event(b"x" * (MAX_BODY_BYTES + 1)))
    with pytest.raises(BodyTooLarge):
        body_of({"body": "é" * (MAX_BODY_BYTES // 2 + 1), "isBase64Encoded": False})


@pytest.mark.parametrize("body", ["not base 64!", "AAAA!", "AA AA", "AAA", "é"])
def test_a_body_that_is_not_the_base_64_that_it_says_is_malformed(body: str) -> None:
    with pytest.raises(MalformedBody):
        body_of({"body": body, "isBase64Encoded": True})


def test_headers_are_found_whatever_their_capitals() -> None:
    assert headers_of({"headers": {"Idempotency-KEY": "a", "x": "B"}}) == {
        "idempotency-key": "a",
        "x": "B",
    }
    assert headers_of({"headers": None}) == {}
    assert headers_of({}) == {}


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("Application/JSON ;charset=UTF-8", True),
        ("text/json", False),
        ("text/plain", False),
        ("application/jsonp", False),
        ("application/x-www-form-urlencoded", False),
        ("", False),
        (None, False),
    ],
)
def test_a_body_must_say_that_it_is_json(content_type: str | None, is_json: bool) -> None:
    body = json.dumps(
        {"program_id": PROGRAM, "purpose": "job", "value_cents": 1, "unassigned": 1}
    ).encode()

    if is_json:
        assert requests.json_body(MintRequest, event(body, content_type)).value_cents == 1
    else:
        with pytest.raises(UnsupportedMediaType):
            requests.json_body(MintRequest, event(body, content_type))


def test_a_pointer_leads_to_what_is_wrong_or_to_what_holds_a_name_that_isnt_told() -> None:
    with pytest.raises(FieldErrors) as caught:
        requests.parsed(
            MintRequest,
            {
                "program_id": PROGRAM,
                "purpose": "job",
                "value_cents": 1,
                "participant_ids": ["par_1", "nobody"],
                "a/b~c": 1,
            },
            "/data",
        )

    assert pointers(caught.value) == ["/data/participant_ids/1", "/data"]


def test_a_wrong_name_in_a_map_is_pointed_at_by_itself() -> None:
    body = {"name": "job", "public_label": {"en": "Ride", "fr": "Course"}}

    with pytest.raises(FieldErrors) as caught:
        requests.parsed(PurposeRule, body)

    assert pointers(caught.value) == ["/public_label/fr"]


def test_a_pointer_into_a_command_does_not_name_the_command() -> None:
    command = {"command": "fund", "command_id": "f", "requested_by": "x", "reason": "y"}

    with pytest.raises(ValueError, match="amount_cents") as caught:
        COMMAND.validate_json(json.dumps({**command, "program_id": PROGRAM}))
    wrong = requests.field_errors(caught.value, skipping=1)  # type: ignore[arg-type]

    assert pointers(wrong) == ["/amount_cents"]


def test_twenty_wrong_fields_are_named_at_most() -> None:
    with pytest.raises(FieldErrors) as caught:
        requests.parsed(MintRequest, {f"field_{number}": 1 for number in range(200)})

    assert len(caught.value.errors) == 20


def test_a_query_is_read_as_what_its_names_say() -> None:
    asked = requests.query(ParticipantQuery, query(program_id=PROGRAM, limit="7", status="exited"))

    assert (asked.program_id, asked.limit, asked.status) == (PROGRAM, 7, "exited")
    assert requests.query(ParticipantQuery, query()).limit == 50


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"limit": "0"}, "/limit"),
        ({"limit": "101"}, "/limit"),
        ({"limit": "many"}, "/limit"),
        ({"limit": ""}, "/limit"),
        ({"status": "gone"}, "/status"),
        ({"program_id": "harbor"}, "/program_id"),
        ({"cursor": "é"}, "/cursor"),
        ({"surprise": "1"}, "/surprise"),
        ({"program_id": PROGRAM, "external_ref": "123-45-6789"}, "/external_ref"),
        ({"external_ref": "case-1"}, ""),
    ],
)
def test_a_query_is_taken_only_as_what_it_is(values: dict[str, str], pointer: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        requests.query(ParticipantQuery, query(**values))

    assert pointers(caught.value) == [pointer]


def test_a_name_in_a_query_may_stand_once() -> None:
    twice = {
        "queryStringParameters": {"limit": "2"},
        "multiValueQueryStringParameters": {"limit": ["1", "2"]},
    }

    with pytest.raises(FieldErrors) as caught:
        requests.query(ParticipantQuery, twice)

    assert pointers(caught.value) == ["/limit"]


@pytest.mark.parametrize(
    "name", ["jane@example.org", "555-010-0100", "987654320", "1971-03-14", "A Name", "x" * 41, ""]
)
def test_a_name_that_no_field_has_isnt_repeated(name: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        requests.query(ParticipantQuery, query(**{name: "1", "surprise": "1"}))

    told = {error.pointer: error.detail for error in caught.value.errors}
    assert told == {
        "": "holds a field that we don't know",
        "/surprise": "is not a field that we know",
    }


def test_a_name_that_stands_twice_is_told_only_if_a_field_may_have_it() -> None:
    for name, told in (("limit", "limit"), ("jane@example.org", "")):
        with pytest.raises(MalformedBody) as caught:
            strict_json.read(f'{{"{name}": 1, "{name}": 2}}'.encode())
        assert caught.value.where == told
