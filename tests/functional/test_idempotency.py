"""Repeats of partners' calls: the same key and body, the same answer; nothing is done twice."""

from typing import Any

import pytest

from functional.bodies import enrollment_body, mint_body
from functional.players import Partner
from functional.stack import Stack

ENROLL, MINT = "/participants", "/vouchers"


def _body(path: str, **changes: Any) -> dict[str, Any]:
    return enrollment_body(**changes) if path == ENROLL else mint_body(**changes)


@pytest.mark.parametrize("path", [ENROLL, MINT])
@pytest.mark.parametrize("key", ["", "with blank", "naïve", "k" * 65, "\ttab", "new\nline"])
def test_a_call_without_a_usable_key_is_refused(
    stack: Stack, partner: Partner, path: str, key: str
) -> None:
    with stack.unchanged():
        answer = partner.post(path, _body(path), Idempotency_Key=key)

    answer.problem(400, "idempotency_key_missing")


@pytest.mark.parametrize("path", [ENROLL, MINT])
@pytest.mark.parametrize("key", ["k", "k" * 64, "!~#/=\"'"])
def test_any_visible_ascii_is_a_key(partner: Partner, path: str, key: str) -> None:
    answer = partner.post(path, _body(path), key)

    assert answer.status == 201
    assert answer.headers["idempotency-replayed"] == "false"


@pytest.mark.parametrize("path", [ENROLL, MINT])
def test_a_repeat_gets_the_same_answer_and_is_marked(
    stack: Stack, partner: Partner, path: str
) -> None:
    body = _body(path)
    first = partner.post(path, body, "key-1")

    with stack.unchanged():
        again = partner.post(path, body, "key-1")

    assert (again.status, again.text) == (first.status, first.text)
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("path", [ENROLL, MINT])
def test_a_repeat_may_write_the_same_body_otherwise(
    stack: Stack, partner: Partner, path: str
) -> None:
    body = _body(path)
    first = partner.post(path, body, "key-1")

    with stack.unchanged():
        again = partner.post(
            path,
            dict(reversed(body.items())),
            "key-1",
            Content_Type="application/json; charset=utf-8",
        )

    assert again.text == first.text


@pytest.mark.parametrize("path", [ENROLL, MINT])
def test_a_key_with_another_body_is_refused(stack: Stack, partner: Partner, path: str) -> None:
    partner.post(path, _body(path), "key-1")

    with stack.unchanged():
        answer = partner.post(path, _body(path, language="es"), "key-1")

    answer.problem(422, "idempotency_key_reused")


def test_one_key_serves_an_enrollment_and_a_mint(partner: Partner) -> None:
    enrolled = partner.post(ENROLL, enrollment_body(), "key-1")
    minted = partner.post(MINT, mint_body(), "key-1")

    assert (enrolled.status, minted.status) == (201, 201)
    assert minted.headers["idempotency-replayed"] == "false"


def test_a_repeat_of_a_mint_has_its_codes_while_the_program_is_paused(
    stack: Stack, partner: Partner
) -> None:
    first = partner.post(MINT, mint_body(unassigned=3), "key-1")
    stack.world.administer("pause_program", program_id=stack.world.program_id)

    with stack.unchanged():
        again = partner.post(MINT, mint_body(unassigned=3), "key-1")

    assert again.text == first.text
    assert all(one["code"] for one in again.body["vouchers"])


def test_a_repeat_by_a_token_without_the_scope_for_codes_has_none(
    stack: Stack, partner: Partner
) -> None:
    partner.post(MINT, mint_body(), "key-1")
    partner.scopes = "farechance/vouchers:write"

    with stack.unchanged():
        again = partner.post(MINT, mint_body(), "key-1")

    assert "code" not in again.body["vouchers"][0]
    assert again.headers["idempotency-replayed"] == "true"


def test_a_refused_call_does_not_use_up_its_key(stack: Stack, partner: Partner) -> None:
    with stack.unchanged():
        refused = partner.post(MINT, mint_body(value_cents=1), "key-1")
    taken = partner.post(MINT, mint_body(), "key-1")

    refused.pointers("/value_cents")
    assert taken.status == 201
    assert taken.headers["idempotency-replayed"] == "false"
