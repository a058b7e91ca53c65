"""What the API says to calls that it can't take: always a problem, never a surprise."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.scene import Scene, key
from infra.local import stack
from infra.local.client import AUTHORIZATIONS, Answer, Delivery, call, json_bytes

OPENAPI = Path(stack.ROOT / "functions" / "contract" / "openapi.json")


def test_the_contract_is_served_to_everybody(scene: Scene) -> None:
    answer = call("GET", f"{scene.running.api_url}/openapi.json")

    assert answer.expect(200) == json.loads(OPENAPI.read_text(encoding="utf-8"))
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_a_path_that_is_not_there_is_not_found(scene: Scene, method: str) -> None:
    answer = call(method, f"{scene.running.api_url}/nowhere/at/all")

    _is_problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/vouchers", "GET, POST"),
        ("DELETE", "/participants", "GET, POST"),
        ("POST", "/whoami", "GET"),
        ("PATCH", "/vouchers/vch_1", "GET"),
        ("GET", "/providers/pvd_any/events", "POST"),
        ("POST", "/openapi.json", "GET"),
        ("POST", "/docs", "GET"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    scene: Scene, method: str, path: str, allowed: str
) -> None:
    answer = call(method, scene.running.api_url + path)

    _is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allowed


@pytest.mark.parametrize("token", [None, "Bearer not-a-token"])
def test_a_call_without_a_valid_token_is_turned_away(scene: Scene, token: str | None) -> None:
    headers = {"Authorization": token} if token else {}

    answer = call("GET", f"{scene.running.api_url}/whoami", headers=headers)

    _is_problem(answer, 401, "not_authenticated")


def test_a_missing_scope_is_named(scene: Scene) -> None:
    reader, writer = scene.app("vouchers:read"), scene.app("vouchers:write")

    refused = {
        "vouchers:write": reader.post("/vouchers", scene.minting(), key()),
        "participants:write": reader.post("/participants", scene.enrollment(), key()),
        "participants:read": reader.get("/participants"),
        "vouchers:read": writer.get("/vouchers/vch_1"),
    }

    for scope, answer in refused.items():
        assert _is_problem(answer, 403, "scope_missing")["scope"] == scope
        assert scope in answer.json()["detail"]


def test_a_body_of_300_kilobytes_is_too_large(scene: Scene) -> None:
    large = json_bytes({"filler": "x" * 300 * 1024})

    partner = scene.app().post_bytes("/participants", large, {"Idempotency-Key": key()})
    company = scene.company.deliver(Delivery(AUTHORIZATIONS, large))

    _is_problem(partner, 413, "body_too_large")
    _is_problem(company, 413, "body_too_large")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"program_id": ',
        b'{"program_id": "prg_a", "program_id": "prg_b"}',
        b'{"program_id": "\xff\xfe"}',
        b'{"value_cents": NaN}',
        b"[" * 40 + b"]" * 40,
        b'{"program_id": "a\\u0000b"}',
    ],
    ids=["empty", "cut off", "twice", "not UTF-8", "NaN", "deep", "control character"],
)
def test_a_body_that_is_not_strict_json_is_refused(scene: Scene, body: bytes) -> None:
    partner = scene.app().post_bytes("/vouchers", body, {"Idempotency-Key": key()})
    signed = scene.company.signed(b"")
    if body.isascii():
        signed = scene.company.signed(body)
        company = scene.company.post(Delivery(AUTHORIZATIONS, body), signed)
        _is_problem(company, 400, "malformed_body")

    _is_problem(partner, 400, "malformed_body")


def test_a_post_without_an_idempotency_key_is_refused(scene: Scene) -> None:
    answer = scene.app().post_bytes("/vouchers", json_bytes(scene.minting()), {})

    _is_problem(answer, 400, "idempotency_key_missing")


def test_a_body_that_does_not_say_that_it_is_json_is_refused(scene: Scene) -> None:
    headers = {"Idempotency-Key": key(), "Content-Type": "text/plain"}

    answer = scene.app().post_bytes("/vouchers", json_bytes(scene.minting()), headers)

    _is_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("value", ["4000", 4000.0, True, None])
def test_a_number_is_a_whole_number_as_written(scene: Scene, value: object) -> None:
    answer = scene.app().post("/vouchers", {**scene.minting(), "value_cents": value}, key())

    (error,) = _is_problem(answer, 422, "field_errors")["errors"]
    assert error["pointer"] == "/value_cents"


def test_a_field_or_a_query_that_is_not_known_is_named(scene: Scene) -> None:
    field = scene.app().post("/vouchers", scene.minting(colour="red"), key())
    query = scene.app().get("/participants", colour="red")

    assert _is_problem(field, 422, "field_errors")["errors"][0]["pointer"] == "/colour"
    assert _is_problem(query, 422, "field_errors")["errors"][0]["pointer"] == "/colour"


def test_a_callback_that_is_signed_and_has_a_wrong_field_is_told_which(scene: Scene) -> None:
    answer = scene.tell("ride.requested", ride_id="ride-1")

    problem = _is_problem(answer, 422, "field_errors")
    assert "/data/voucher_code" in [error["pointer"] for error in problem["errors"]]


def _is_problem(answer: Answer, status: int, slug: str) -> dict[str, Any]:
    """The problem, which has the form that every problem has (RFC 9457)."""
    problem = answer.expect(status)
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["type"] == f"urn:farechance:problem:{slug}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"]
    return problem
