"""Every refusal that the contract describes is what the handlers say."""

import json
from typing import Any

import pytest

from farechance import endpoints
from farechance.edge.requests import MAX_BODY_BYTES
from farechance.endpoint import Endpoint
from functional.contract import PROBLEM, responses_of
from functional.gateway import REQUEST_ID, Answer
from functional.players import Partner, Provider
from functional.stack import Stack
from infra.contract.examples import FILE

NOBODYS = {
    "participant_id": "par_nobodys",
    "voucher_id": "vch_nobodys",
    "batch_id": "bat_nobodys",
    "program_id": "prg_nobodys",
}


def _problems(endpoint_path: str, method: str, status: int) -> dict[str, Any]:
    """The examples of a status, by their slugs."""
    response = responses_of(method, endpoint_path)[str(status)]
    examples = response["content"][PROBLEM]["examples"].values()
    return {one["value"]["type"].rpartition(":")[2]: one["value"] for one in examples}


def _check(answer: Answer, endpoint: Endpoint[Any, Any], status: int, slug: str) -> None:
    answer.problem(status, slug)
    assert answer.body == _problems(endpoint.path, endpoint.method, status)[slug]


def _send(partner: Partner, endpoint: Endpoint[Any, Any], **changes: Any) -> Answer:
    """A call of an endpoint that names what is nobody's, as the contract's example has it but for
    the changes."""
    ids = {name: NOBODYS.get(name, value) for name, value in _query(endpoint).items()}
    body = {name: NOBODYS.get(name, value) for name, value in _body(endpoint).items()}
    if "voucher_ids" in body:
        body["voucher_ids"] = [NOBODYS["voucher_id"]]
    if "participant_ids" in body:
        body = {k: v for k, v in body.items() if k != "participant_ids"} | {"unassigned": 1}
    is_post = endpoint.method == "POST"
    sent: dict[str, Any] = {
        "query": ids,
        "body": json.dumps(body).encode() if is_post else None,
        "headers": {"Content-Type": "application/json", "Idempotency-Key": "key-1"},
        **changes,
    }
    return partner.call(endpoint.method, endpoint.path.format(**NOBODYS), **sent)


ALL = pytest.mark.parametrize("endpoint", endpoints.PARTNER_ENDPOINTS, ids=lambda one: one.name)
POSTED = pytest.mark.parametrize(
    "endpoint",
    [one for one in endpoints.PARTNER_ENDPOINTS if one.method == "POST"],
    ids=lambda one: one.name,
)


def test_the_examples_carry_the_request_id_of_these_tests() -> None:
    assert _problems("/whoami", "get", 401)["not_authenticated"]["instance"] == REQUEST_ID


@ALL
def test_a_token_of_nobody_is_refused_as_the_contract_says(
    partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    partner.client_id = "nobody"

    _check(_send(partner, endpoint), endpoint, 401, "not_authenticated")


@ALL
def test_a_missing_scope_is_refused_as_the_contract_says(
    partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    partner.scopes = ""
    answer = _send(partner, endpoint)

    if endpoint.scope:
        _check(answer, endpoint, 403, "scope_missing")
    else:
        assert answer.status == 200
        assert "scope_missing" not in _problems(endpoint.path, endpoint.method, 403)


@ALL
def test_what_is_nobodys_is_not_found_where_the_contract_says_so(
    stack: Stack, partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    with stack.unchanged():
        answer = _send(partner, endpoint)

    if "404" in responses_of(endpoint.method, endpoint.path):
        _check(answer, endpoint, 404, "not_found")
    else:
        assert answer.status == 200


@ALL
def test_a_field_that_nobody_knows_is_refused_as_the_contract_says(
    partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    surprise = {"surprise": "1"}
    if endpoint.method == "POST":
        answer = _send(partner, endpoint, body=json.dumps({**_body(endpoint), **surprise}).encode())
    else:
        answer = _send(partner, endpoint, query={**_query(endpoint), **surprise})

    _check(answer, endpoint, 422, "field_errors")


@POSTED
def test_a_body_that_cannot_be_taken_is_refused_as_the_contract_says(
    stack: Stack, partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    key = {"Idempotency-Key": "key-1"}
    json_type = {**key, "Content-Type": "application/json"}
    too_large = b" " * (endpoint.most_bytes + 1)

    with stack.unchanged():
        malformed = _send(partner, endpoint, body=b"nonsense")
        large = _send(partner, endpoint, body=too_large, headers=json_type)
        of_another_type = _send(partner, endpoint, headers={**key, "Content-Type": "text/plain"})

    _check(malformed, endpoint, 400, "malformed_body")
    _check(large, endpoint, 413, "body_too_large")
    _check(of_another_type, endpoint, 415, "unsupported_media_type")


@POSTED
def test_a_missing_key_is_refused_as_the_contract_says(
    partner: Partner, endpoint: Endpoint[Any, Any]
) -> None:
    answer = _send(partner, endpoint, headers={"Content-Type": "application/json"})

    if endpoint.wants_key:
        _check(answer, endpoint, 400, "idempotency_key_missing")
    else:
        assert "idempotency_key_missing" not in _problems(endpoint.path, endpoint.method, 400)


@pytest.mark.parametrize("door", ["authorizations", "events"])
def test_a_callback_is_refused_as_the_contract_says(provider: Provider, door: str) -> None:
    path = f"/providers/{{provider_id}}/{door}"

    refused = {
        (400, "malformed_body"): provider.send(b"nonsense", door),
        (401, "not_authenticated"): provider.deliver(b"{}", {}, door),
        (413, "body_too_large"): provider.send(b" " * (MAX_BODY_BYTES + 1), door),
        (415, "unsupported_media_type"): provider.send(b"{}", door, Content_Type="text/plain"),
        (422, "field_errors"): provider.send(b"{}", door),
    }

    for (status, slug), answer in refused.items():
        answer.problem(status, slug)
        assert answer.body == _problems(path, "post", status)[slug]


def _example(endpoint: Endpoint[Any, Any]) -> dict[str, Any]:
    played = json.loads(FILE.read_text(encoding="utf-8"))
    name = next(name for name, one in vars(endpoints).items() if one is endpoint).lower()
    (first, *_) = played[name].values()
    found: dict[str, Any] = first
    return found


def _body(endpoint: Endpoint[Any, Any]) -> dict[str, Any]:
    body: dict[str, Any] = _example(endpoint).get("body", {})
    return body


def _query(endpoint: Endpoint[Any, Any]) -> dict[str, Any]:
    query: dict[str, Any] = _example(endpoint).get("query", {})
    return query
