"""The contract, and what is said of paths and methods that aren't in it."""

import json
from pathlib import Path

import pytest

from contract import __file__ as contract_folder
from farechance.endpoints import METHODS
from functional.gateway import Answer, proxy_event
from functional.players import Partner
from functional.stack import Stack

DOCUMENT = Path(contract_folder).with_name("openapi.json")


def _ask(stack: Stack, method: str, path: str) -> Answer:
    return stack.send("contract", proxy_event(method, path))


def test_the_contract_is_served_as_it_was_made(stack: Stack) -> None:
    answer = _ask(stack, "GET", "/openapi.json")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.body == json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert answer.body["openapi"].startswith("3.1")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for path, right in METHODS.items()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if method not in right
    ],
)
def test_a_wrong_method_is_told_which_are_right(stack: Stack, method: str, path: str) -> None:
    called = path.replace("{", "").replace("}", "")

    answer = _ask(stack, method, called)

    answer.problem(405, "method_not_allowed")
    assert answer.headers["allow"] == ", ".join(METHODS[path])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/v1/whoami",
        "/whoami/",
        "/vouchers/vch_1/entries/2",
        "/providers/pvd_city_cabs",
        "/openapi.jsonx",
        "/participants//record",
        "/../whoami",
        "/\u0000",
        "/" + "x" * 5_000,
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_path_is_not_found(stack: Stack, method: str, path: str) -> None:
    with stack.unchanged():
        answer = _ask(stack, method, path)

    answer.problem(404, "not_found")
    assert "allow" not in answer.headers


def test_a_path_that_leads_to_the_wrong_function_is_not_found(
    stack: Stack, partner: Partner
) -> None:
    with stack.unchanged():
        answers = [
            partner.get("/participants/par_1/record"),
            partner.get("/vouchers/vch_1/card/picture"),
            partner.call("DELETE", "/participants/par_1"),
        ]

    for answer in answers:
        answer.problem(404, "not_found")


def test_no_answer_is_kept_by_a_cache_or_taken_for_another_type(
    stack: Stack, partner: Partner
) -> None:
    answers = [partner.get("/whoami"), partner.get("/participants"), _ask(stack, "GET", "/x")]

    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
