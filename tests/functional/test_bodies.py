"""Bodies that cannot be read: each refusal of api.md, at every door that takes one, in both forms
in which the gateway may hand a body over. Nothing is written."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from functional.bodies import enrollment_body, mint_body, requested
from functional.gateway import Answer
from functional.players import Partner, Provider
from functional.stack import Stack

Send = Callable[..., list[Answer]]


@pytest.fixture(params=["enroll", "mint", "callback"])
def send(request: pytest.FixtureRequest, partner: Partner, provider: Provider) -> Send:
    """Sends bytes to one door, once in base 64 and once, where they are text, plain."""

    def once(body: bytes, headers: dict[str, str]) -> Answer:
        if request.param == "enroll":
            return partner.post("/participants", body, **headers)
        if request.param == "mint":
            return partner.post("/vouchers", body, **headers)
        return provider.send(body, "authorizations", **headers)

    def both(body: bytes, *, plain_too: bool = True, **headers: str) -> list[Answer]:
        answers = []
        for in_base64 in (True, False) if plain_too else (True,):
            partner.in_base64 = provider.in_base64 = in_base64
            answers.append(once(body, headers))
        return answers

    return both


@pytest.fixture
def valid(request: pytest.FixtureRequest) -> dict[str, Any]:
    """A body that the door would take."""
    door = request.node.callspec.params["send"]
    if door == "callback":
        data = requested("1ABC-DEFG-HJKM-NPQR")
        return {"type": "ride.requested", "timestamp": data["requested_at"], "data": data}
    return enrollment_body() if door == "enroll" else mint_body()


def _text(body: Any) -> str:
    return json.dumps(body)


@pytest.mark.parametrize(
    ("detail", "broken"),
    [
        ("must be JSON", lambda text: text[:-1]),
        ("must be JSON", lambda text: text + "x"),
        ("must be JSON", lambda _: ""),
        ("must be JSON", lambda text: text.replace('"', "'")),
        ("must be JSON", lambda text: text.replace("}", ",}")),
        ("must be JSON", lambda text: text.replace("}", ',"note":"a\nbreak"}')),
        ("stands twice", lambda text: text.replace("}", ',"note":1,"note":2}')),
        ("nested too deep", lambda text: text.replace("}", f',"note":{"[" * 20}{"]" * 20}}}')),
        ("nested too deep", lambda _: "[" * 100_000),
        ("control characters", lambda text: text.replace("}", ',"note":"a\\u0000b"}')),
        ("control characters", lambda text: text.replace("}", ',"note":"a\\nb"}')),
        ("control characters", lambda text: text.replace("}", ',"note":"\\ud800"}')),
        ("control characters", lambda text: text.replace("}", ',"a\\u0007b":1}')),
        ("must be finite", lambda text: text.replace("}", ',"note":NaN}')),
        ("must be finite", lambda text: text.replace("}", ',"note":-Infinity}')),
        ("must be finite", lambda text: text.replace("}", ',"note":1e999}')),
        ("must be finite", lambda text: text.replace("}", f',"note":{"9" * 5_000}}}')),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_json_as_it_should_be_written_is_refused(
    stack: Stack, send: Send, valid: Any, detail: str, broken: Callable[[str], str]
) -> None:
    with stack.unchanged():
        answers = send(broken(_text(valid)).encode())

    for answer in answers:
        assert detail in answer.problem(400, "malformed_body").detail


def test_what_is_not_utf_8_is_refused(stack: Stack, send: Send, valid: Any) -> None:
    body = _text(valid).encode().replace(b"}", b',"note":"\xff"}')

    with stack.unchanged():
        (answer,) = send(body, plain_too=False)

    assert "UTF-8" in answer.problem(400, "malformed_body").detail


def test_a_body_of_300_kilobytes_is_too_large(stack: Stack, send: Send, valid: Any) -> None:
    body = _text({**valid, "note": "x" * 300_000}).encode()

    with stack.unchanged():
        answers = send(body)

    for answer in answers:
        assert "262144 bytes" in answer.problem(413, "body_too_large").detail


def test_a_body_of_exactly_256_kilobytes_is_read(stack: Stack, send: Send, valid: Any) -> None:
    body = _text(valid).encode()

    with stack.unchanged():
        too_large = send(body.ljust(256 * 1_024) + b"x")
        read = send(b"[" + b" " * (256 * 1_024 - 2) + b"]")

    assert [answer.status for answer in too_large] == [413, 413]
    assert [answer.status for answer in read] == [422, 422]


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "json"]
)
def test_another_media_type_is_refused(
    stack: Stack, send: Send, valid: Any, media_type: str
) -> None:
    with stack.unchanged():
        answers = send(_text(valid).encode(), Content_Type=media_type)

    for answer in answers:
        assert "application/json" in answer.problem(415, "unsupported_media_type").detail


def test_a_body_that_does_not_say_what_it_is_is_refused(
    stack: Stack, send: Send, valid: Any
) -> None:
    with stack.unchanged():
        answers = send(_text(valid).encode(), Content_Type="")

    for answer in answers:
        answer.problem(415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_taken_however_it_is_named(send: Send, valid: Any, media_type: str) -> None:
    (answer,) = send(_text(valid).encode(), plain_too=False, Content_Type=media_type)

    assert answer.status in (200, 201)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_json_that_is_not_an_object_is_refused(stack: Stack, send: Send, body: bytes) -> None:
    with stack.unchanged():
        answers = send(body)

    for answer in answers:
        answer.pointers("")


def test_a_body_that_is_not_base_64_although_it_should_be_is_refused(
    stack: Stack, partner: Partner
) -> None:
    event = {
        "resource": "/vouchers",
        "path": "/vouchers",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json", "Idempotency-Key": "key-1"},
        "requestContext": {
            "requestId": "8c1c6a4e-request",
            "authorizer": {"claims": {"client_id": partner.client_id, "scope": partner.scopes}},
        },
        "body": "{}",
        "isBase64Encoded": True,
    }

    with stack.unchanged():
        answer = stack.send("minting", event)

    answer.problem(400, "malformed_body")
