"""What holds of every endpoint of a partner, whatever it does: the one scope that it wants, the
fields that it takes and no others, and the fields that it tells and no others. A new endpoint is
asked as well."""

import json
from collections.abc import Iterator
from copy import replace
from random import Random
from typing import Any

import pytest

from builders import PARTNER
from farechance import endpoints
from farechance.card_api import CardPage
from farechance.endpoint import Endpoint
from farechance.endpoints import PARTNER_ENDPOINTS
from farechance.scopes import SCOPES
from functional.gateway import Answer
from functional.stack import Stack
from functional.tenants import Names, Sent, Worlds, call_of

# What the code keeps for itself, by the names of its models and tables.
INTERNAL = frozenset(
    {"pk", "sk", "subject_id", "voucher_key", "chain", "version", "body_digest", "cursor_key"}
    | {"secret_version", "client_ids", "minted_in_hour", "erase_shard", "content_digest"}
)
MOST_TRIES = 60


@pytest.fixture
def worlds(stack: Stack) -> Worlds:
    """One of the two is enough here."""
    return Worlds(stack)


@pytest.fixture
def names(worlds: Worlds) -> Names:
    """What this partner was told."""
    return worlds.names(Random(1).choice, {PARTNER})


def test_each_endpoint_wants_exactly_its_scope(stack: Stack, worlds: Worlds, names: Names) -> None:
    worlds.begin(is_alone=True)
    refused: dict[str, set[str]] = {}

    with stack.unchanged():
        for endpoint in PARTNER_ENDPOINTS:
            others = [scope for scope in SCOPES if scope != endpoint.scope]
            answer = worlds.call(PARTNER, call_of(endpoint, names), scopes=others)
            if endpoint.scope:
                problem = answer.problem(403, "scope_missing")
                assert problem.model_extra == {"scope": endpoint.scope}
                refused.setdefault(endpoint.scope, set()).add(endpoint.name)

    assert set(refused) == set(SCOPES)
    asked = {endpoint.name for endpoint in PARTNER_ENDPOINTS if endpoint.scope is None}
    assert asked == {endpoints.WHO_AM_I.name}
    for endpoint in PARTNER_ENDPOINTS:
        alone = [endpoint.scope] if endpoint.scope else []
        assert worlds.call(PARTNER, call_of(endpoint, names), scopes=alone).status != 403


@pytest.mark.parametrize("field", ["partner_id", "spoken_of_nowhere"])
def test_each_endpoint_refuses_a_field_that_it_does_not_know(
    stack: Stack, worlds: Worlds, names: Names, field: str
) -> None:
    worlds.begin(is_alone=True)

    with stack.unchanged():
        told = {
            endpoint.name: _pointers(worlds.call(PARTNER, _with(sent, field, "org_new_leaf")))
            for endpoint in PARTNER_ENDPOINTS
            for sent in [call_of(endpoint, names)]
        }

    assert {name: pointers for name, pointers in told.items() if f"/{field}" not in pointers} == {}


def test_each_endpoint_refuses_to_be_told_what_it_tells(
    stack: Stack, worlds: Worlds, names: Names
) -> None:
    worlds.begin(is_alone=True)
    taken = []

    with stack.unchanged():
        for endpoint in PARTNER_ENDPOINTS:
            told: Any = endpoint.answer.model_fields
            known: Any = endpoint.body.model_fields
            for field in told.keys() - known.keys():
                sent = _with(call_of(endpoint, names), field, "none of ours")
                if f"/{field}" not in _pointers(worlds.call(PARTNER, sent)):
                    taken.append((endpoint.name, field))

    assert taken == []


def test_each_endpoint_tells_the_fields_of_the_contract_and_no_others(worlds: Worlds) -> None:
    for endpoint in PARTNER_ENDPOINTS:
        told = _done(worlds, endpoint)
        assert told is not None, f"{endpoint.name} was never done"
        if endpoint.answer is CardPage:
            continue
        read: Any = endpoint.answer
        # Also of the models within it, whatever they say of themselves.
        read.model_validate_json(told.text, extra="forbid")
        assert not INTERNAL & set(_members(told.body)), endpoint.name


def _done(worlds: Worlds, endpoint: Endpoint[Any, Any]) -> Answer | None:
    """The answer to a call that was carried out."""
    worlds.begin(is_alone=True)
    for seed in range(MOST_TRIES):
        answer = worlds.call(
            PARTNER, call_of(endpoint, worlds.names(Random(seed).choice, {PARTNER}))
        )
        if answer.status < 300 and "csv" not in answer.headers["content-type"]:
            return answer
    return None


def _with(sent: Sent, field: str, value: str) -> Sent:
    """The call with one thing more: in its body, or in its query."""
    if sent.body is None:
        return replace(sent, query={**sent.query, field: value})
    return replace(sent, body=json.dumps({**json.loads(sent.body), field: value}).encode())


def _pointers(answer: Answer) -> set[str]:
    return {error.pointer for error in answer.problem(422, "field_errors").errors or ()}


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, member in value.items():
            yield name
            yield from _members(member)
    elif isinstance(value, list):
        for member in value:
            yield from _members(member)
