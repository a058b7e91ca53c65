"""The contract breaks nobody who calls by the published one: what counts as a break, and what
doesn't."""

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.contract import published
from infra.contract.breaks import breaks
from infra.contract.document import document
from infra.contract.published import FOLDER, breaks_of, served
from infra.contract.schema_breaks import UNDERSTOOD, WORDS

type Contract = dict[str, Any]
type Change = Callable[[Contract], None]

MINT = ("paths", "/vouchers", "post")
ASKED = ("components", "schemas", "MintRequest")
TOLD = ("components", "schemas", "Minted")


def _contract() -> Contract:
    """A contract with one of each kind of thing that may change."""
    told = {"$ref": "#/components/schemas/Minted"}
    limit = {"type": "integer", "default": 50}
    flows = {"clientCredentials": {"scopes": {"vouchers:write": "", "codes:read": ""}}}
    callback = {
        "oneOf": [{"$ref": "#/components/schemas/Problem"}, {"$ref": "#/components/schemas/Test"}],
        "discriminator": {
            "propertyName": "type",
            "mapping": {
                "problem": "#/components/schemas/Problem",
                "test": "#/components/schemas/Test",
            },
        },
    }
    return {
        "servers": [{"url": "../v1"}],
        "paths": {
            "/vouchers": {
                "post": {
                    "operationId": "mint",
                    "security": [{"token": ["vouchers:write"]}, {"signature": []}],
                    "parameters": [
                        {"name": "limit", "in": "query", "schema": limit},
                        {"name": "key", "in": "header", "required": True, "schema": {}},
                    ],
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/MintRequest"}
                            },
                            "text/csv": {"schema": {"type": "string"}},
                        },
                    },
                    "responses": {
                        "201": {
                            "headers": {"Replayed": {"required": True, "schema": {}}},
                            "content": {"application/json": {"schema": told}},
                        },
                        "409": {"$ref": "#/components/responses/closed"},
                    },
                }
            },
            "/whoami": {"get": {"security": [], "responses": {"200": {"content": {}}}}},
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "oauth2", "flows": flows},
                "signature": {"type": "apiKey", "in": "header", "name": "webhook-signature"},
            },
            "responses": {
                "closed": {
                    "content": {
                        "application/problem+json": {
                            "schema": {
                                "$ref": "#/components/schemas/Problem",
                                "properties": {"type": {"enum": ["closed", "paused"]}},
                            }
                        }
                    }
                }
            },
            "schemas": {
                "MintRequest": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["purpose"],
                    "properties": {
                        "purpose": {"type": "string", "enum": ["work", "family"]},
                        "cents": {"type": "integer", "minimum": 1, "maximum": 100},
                        "note": {"type": "string", "pattern": "^[a-z]+$"},
                        "people": {"type": "array", "items": {"type": "string"}, "maxItems": 9},
                        "next": {"$ref": "#/components/schemas/MintRequest"},
                        "tip_cents": {"type": "integer", "default": 0},
                        "counts": {"type": "object", "propertyNames": {"maxLength": 9}},
                        "callback": callback,
                    },
                },
                "Minted": {
                    "type": "object",
                    "required": ["id", "state"],
                    "properties": {
                        "id": {"type": "string", "maxLength": 20},
                        "state": {"type": "string", "enum": ["active", "closed"]},
                        "card": {"oneOf": [{"$ref": "#/components/schemas/Problem"}]},
                        "spare": {"type": "integer"},
                        "lines": {"type": "array", "items": {"type": "string"}},
                        "sums": {
                            "type": "object",
                            "additionalProperties": {"type": "integer"},
                            "propertyNames": {"maxLength": 9},
                        },
                        "state_of": {"oneOf": [{"$ref": "#/components/schemas/Test"}]},
                    },
                },
                "Test": {"type": "object"},
                "Problem": {
                    "type": "object",
                    "required": ["type"],
                    "properties": {"type": {"type": "string"}},
                },
            },
        },
    }


def _put(*path: str | int, to: Any) -> Change:
    def change(contract: Contract) -> None:
        _at(contract, path[:-1])[path[-1]] = to

    return change


def _add(*path: Any) -> Change:
    """The last of what is given, to the list that the rest leads to."""

    def change(contract: Contract) -> None:
        _at(contract, path[:-1]).append(path[-1])

    return change


def _drop(*path: str | int) -> Change:
    def change(contract: Contract) -> None:
        del _at(contract, path[:-1])[path[-1]]

    return change


def _at(contract: Contract, path: tuple[str | int, ...]) -> Any:
    place: Any = contract
    for part in path:
        place = place[part]
    return place


FIELDS, SAID = (*ASKED, "properties"), (*TOLD, "properties")
MAPPING = (*FIELDS, "callback", "discriminator", "mapping")
PURPOSE, CENTS = (*ASKED, "properties", "purpose"), (*ASKED, "properties", "cents")
STATE = (*TOLD, "properties", "state")
SLUGS = ("components", "responses", "closed", "content", "application/problem+json", "schema")
BREAKS = {
    "GET /whoami: is gone": _drop("paths", "/whoami"),
    "POST /vouchers: the status 409 is gone": _drop(*MINT, "responses", "409"),
    "POST /vouchers, 201: application/json is gone": _drop(
        *MINT, "responses", "201", "content", "application/json"
    ),
    "POST /vouchers, 201: the header Replayed is gone": _drop(
        *MINT, "responses", "201", "headers", "Replayed"
    ),
    "POST /vouchers, 201: the header Replayed may be absent now": _put(
        *MINT, "responses", "201", "headers", "Replayed", "required", to=False
    ),
    "POST /vouchers, 201, field spare: is gone": _drop(*TOLD, "properties", "spare"),
    "POST /vouchers, 201, field id: may be absent now": _put(*TOLD, "required", to=["state"]),
    "POST /vouchers, 201, field id: its maxLength was 20 and is 40": _put(
        *TOLD, "properties", "id", "maxLength", to=40
    ),
    "POST /vouchers, 201, field state: no longer one of its values: closed": _put(
        *STATE, "enum", to=["active"]
    ),
    "POST /vouchers, 201, field state: may be any value now": _drop(*STATE, "enum"),
    "POST /vouchers, 201, field card: no longer one of its forms: Problem": _put(
        *TOLD, "properties", "card", "oneOf", to=[]
    ),
    "POST /vouchers, 201, field spare: its type was integer and is string": _put(
        *TOLD, "properties", "spare", "type", to="string"
    ),
    "POST /vouchers, 409, field type: no longer one of its values: paused": _put(
        *SLUGS, "properties", "type", "enum", to=["closed"]
    ),
    "POST /vouchers, request: text/csv is gone": _drop(*MINT, "requestBody", "content", "text/csv"),
    "POST /vouchers: a body is needed now": _put(*MINT, "requestBody", "required", to=True),
    "POST /vouchers, request, field cents: is needed now": _put(
        *ASKED, "required", to=["purpose", "cents"]
    ),
    "POST /vouchers, request, field cents: is gone": _drop(*CENTS),
    "POST /vouchers, request, field cents: its maximum was 100 and is 50": _put(
        *CENTS, "maximum", to=50
    ),
    "POST /vouchers, request, field cents: its minimum was 1 and is 2": _put(
        *CENTS, "minimum", to=2
    ),
    "POST /vouchers, request, field people: its minItems was None and is 1": _put(
        *ASKED, "properties", "people", "minItems", to=1
    ),
    "POST /vouchers, request, field people, each of items: its type was string and is integer": (
        _put(*ASKED, "properties", "people", "items", to={"type": "integer"})
    ),
    "POST /vouchers, request, field note: its pattern was ^[a-z]+$ and is ^[a-y]+$": _put(
        *ASKED, "properties", "note", "pattern", to="^[a-y]+$"
    ),
    "POST /vouchers, request, field purpose: no longer one of its values: family": _put(
        *PURPOSE, "enum", to=["work"]
    ),
    "POST /vouchers, request, field note: may only be a now": _put(
        *ASKED, "properties", "note", "const", to="a"
    ),
    "POST /vouchers, query parameter limit: is gone": _drop(*MINT, "parameters", 0),
    "POST /vouchers, query parameter limit: is needed now": _put(
        *MINT, "parameters", 0, "required", to=True
    ),
    "POST /vouchers, query parameter page: is new and needed": _add(
        *MINT, "parameters", {"name": "page", "in": "query", "required": True, "schema": {}}
    ),
    "POST /vouchers: the proof token (vouchers:write) is no longer enough": _put(
        *MINT, "security", 0, "token", to=["vouchers:write", "codes:read"]
    ),
    "POST /vouchers: the proof signature () is no longer enough": _drop(*MINT, "security", 1),
    "GET /whoami: the proof of nothing is no longer enough": _put(
        "paths", "/whoami", "get", "security", to=[{"token": []}]
    ),
    "POST /vouchers: its operationId was mint": _put(*MINT, "operationId", to="mint_vouchers"),
    "POST /vouchers, query parameter limit: its default was 50 and is 20": _put(
        *MINT, "parameters", 0, "schema", "default", to=20
    ),
    "POST /vouchers, query parameter limit: its not was None and is {'const': 7}": _put(
        *MINT, "parameters", 0, "schema", "not", to={"const": 7}
    ),
    "POST /vouchers, header parameter key: its type was None and is string": _put(
        *MINT, "parameters", 1, "schema", "type", to="string"
    ),
    "POST /vouchers, request, field tip_cents: its default was 0 and is 100": _put(
        *FIELDS, "tip_cents", "default", to=100
    ),
    "POST /vouchers, request, field tip_cents: its default was 0 and is None": _drop(
        *FIELDS, "tip_cents", "default"
    ),
    "POST /vouchers, request, field cents: its default was None and is 5": _put(
        *CENTS, "default", to=5
    ),
    "POST /vouchers, request: its dependentRequired was None and is {'cents': ['note']}": _put(
        *ASKED, "dependentRequired", to={"cents": ["note"]}
    ),
    "POST /vouchers, request, field note: its not was None and is {'const': 'a'}": _put(
        *FIELDS, "note", "not", to={"const": "a"}
    ),
    "POST /vouchers, request, field counts, each of additionalProperties: its type was None and is "
    "integer": _put(*FIELDS, "counts", "additionalProperties", to={"type": "integer"}),
    "POST /vouchers, request, field counts, each of propertyNames: its maxLength was 9 and is 5": (
        _put(*FIELDS, "counts", "propertyNames", "maxLength", to=5)
    ),
    "POST /vouchers, request, field note: may only be one of these now: Test": _put(
        *FIELDS, "note", "oneOf", to=[{"$ref": "#/components/schemas/Test"}]
    ),
    "POST /vouchers, request, field callback: test no longer means Test": _put(
        *MAPPING, "test", to="#/components/schemas/Problem"
    ),
    "POST /vouchers, request, field callback: problem no longer means Problem": _drop(
        *FIELDS, "callback", "discriminator"
    ),
    "POST /vouchers, request, field callback: its forms are no longer told apart by type": _put(
        *FIELDS, "callback", "discriminator", "propertyName", to="kind"
    ),
    "POST /vouchers, 201, field lines, each of items: its type was string and is None": _drop(
        *SAID, "lines", "items"
    ),
    "POST /vouchers, 201, field sums, each of additionalProperties: its type was integer and is "
    "None": _drop(*SAID, "sums", "additionalProperties"),
    "POST /vouchers, 201, field sums, each of propertyNames: its maxLength was 9 and is None": (
        _drop(*SAID, "sums", "propertyNames")
    ),
    "POST /vouchers, 201, field state_of: no longer one of its forms: Test": _drop(
        *SAID, "state_of", "oneOf"
    ),
    "security scheme token: its flow clientCredentials is gone": _drop(
        "components", "securitySchemes", "token", "flows", "clientCredentials"
    ),
    "security scheme token: its flow clientCredentials no longer has codes:read": _drop(
        *("components", "securitySchemes", "token", "flows", "clientCredentials"),
        *("scopes", "codes:read"),
    ),
    "security scheme signature: its name changed": _put(
        "components", "securitySchemes", "signature", "name", to="x-signature"
    ),
}
ADDITIONS = {
    "a path": _put("paths", "/cards", to={"post": {"responses": {}}}),
    "a method": _put("paths", "/vouchers", "get", to={"responses": {}}),
    "a status": _put(*MINT, "responses", "429", to={"content": {}}),
    "a field of an answer": _put(*TOLD, "properties", "more", to={"type": "string"}),
    "an answer's field is sure now": _put(*TOLD, "required", to=["id", "state", "spare"]),
    "a value of an answer": _put(*STATE, "enum", to=["active", "closed", "blocked"]),
    "a narrower bound of an answer": _put(*TOLD, "properties", "id", "maxLength", to=10),
    "a slug of a problem": _put(
        *SLUGS, "properties", "type", "enum", to=["closed", "paused", "slow"]
    ),
    "an optional field of a request": _put(*ASKED, "properties", "more", to={"type": "string"}),
    "a field that is no longer needed": _put(*ASKED, "required", to=[]),
    "a value of a request": _put(*PURPOSE, "enum", to=["work", "family", "health"]),
    "any value of a request": _drop(*PURPOSE, "enum"),
    "a wider bound of a request": _put(*CENTS, "maximum", to=1_000),
    "no bound of a request": _drop(*CENTS, "minimum"),
    "no pattern of a request": _drop(*ASKED, "properties", "note", "pattern"),
    "an optional parameter": _add(
        *MINT, "parameters", {"name": "page", "in": "query", "schema": {}}
    ),
    "any element of a request": _drop(*FIELDS, "people", "items"),
    "any name of a request": _drop(*FIELDS, "counts", "propertyNames"),
    "any type of a request": _drop(*FIELDS, "note", "type"),
    "a type of an answer": _put(*SAID, "lines", "items", "minLength", to=1),
    "fewer values of an answer's map": _put(
        *SAID, "sums", "additionalProperties", "multipleOf", to=5
    ),
    "a default of what is no longer needed": _put(
        *ASKED,
        to={
            **_at(_contract(), ASKED),
            "required": [],
            "properties": {
                **_at(_contract(), FIELDS),
                "purpose": {**_at(_contract(), PURPOSE), "default": "work"},
            },
        },
    ),
    "a form of a request": _add(
        *FIELDS, "callback", "oneOf", {"$ref": "#/components/schemas/Minted"}
    ),
    "a flow": _put("components", "securitySchemes", "token", "flows", "implicit", to={}),
    "a scope less": _put(*MINT, "security", 0, "token", to=[]),
    "another proof": _add(*MINT, "security", {"link": []}),
    "other words": _put(*ASKED, "description", to="Mints."),
    "a media type of a request": _put(
        *MINT, "requestBody", "content", "text/plain", to={"schema": {}}
    ),
}


@pytest.mark.parametrize("words", BREAKS)
def test_a_break_is_found_and_said_in_words(words: str) -> None:
    present = _contract()
    BREAKS[words](present)

    found = breaks(_contract(), present)

    assert words in found


@pytest.mark.parametrize("kind", ADDITIONS)
def test_what_is_added_or_loosened_breaks_nobody(kind: str) -> None:
    present = _contract()
    ADDITIONS[kind](present)

    assert breaks(_contract(), present) == []


def test_the_contract_breaks_nobody_who_calls_by_the_published_one() -> None:
    assert breaks_of(served()) == [], "see infra/decisions/0022"


def test_a_break_of_the_real_contract_is_found() -> None:
    present = copy.deepcopy(document())
    asked = present["components"]["schemas"]["MintRequest"]
    asked["required"].append("language")

    found = breaks_of({"v1": present})

    assert found == ["v1, POST /vouchers, request, field language: is needed now"]


def test_a_published_contract_is_one_of_a_stage_that_is_served() -> None:
    (file,) = FOLDER.glob("*.json")

    assert {file.stem} == served().keys()
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept["servers"][0]["url"] == f"../{file.stem}"


def test_each_stage_is_guarded_by_what_was_published_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    first, second = _contract(), _contract()
    del second["paths"]["/whoami"]
    (tmp_path / "v1.json").write_text(json.dumps(first), encoding="utf-8")

    assert breaks_of({"v1": first, "v2": second}) == []
    assert published.unpublished({"v1": first, "v2": second}) == ["v2"]
    # That there is a second doesn't let the first go.
    assert breaks_of({"v1": second, "v2": second}) == ["v1, GET /whoami: is gone"]
    assert breaks_of({"v2": second}) == ["v1: is published and isn't served"]


def test_what_is_served_is_published_unless_that_breaks_somebody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    contracts = {"v1": _contract()}
    monkeypatch.setattr(published, "served", lambda: contracts)

    assert published.main() == 0
    assert published.unpublished(contracts) == []
    before = (tmp_path / "v1.json").read_bytes()
    del contracts["v1"]["paths"]["/whoami"]

    assert published.main() == 1
    assert (tmp_path / "v1.json").read_bytes() == before


def test_every_keyword_of_a_schema_is_one_whose_changes_can_be_judged() -> None:
    used = {name for schema in _schemas(document()) for name in _keywords(schema)}

    assert {"default", "discriminator", "propertyNames", "const"} <= used
    # Of these two it can't be told which of them takes more: another one is a break.
    assert used - WORDS - UNDERSTOOD == {"pattern", "format"}


def _schemas(value: Any) -> Iterator[Any]:
    """All that stand in a document: of models, parameters, headers and bodies."""
    if isinstance(value, dict):
        yield from value["schemas"].values() if "schemas" in value else ()
        yield from [value["schema"]] if "schema" in value else ()
        for name, inner in value.items():
            # What they hold, `_keywords` walks through; an example may hold anything.
            if name not in ("schema", "schemas", "examples"):
                yield from _schemas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _schemas(inner)


def _keywords(schema: Any) -> set[str]:
    """All that stands in a schema, but for the names of its fields."""
    found = set(schema)
    for name in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(name), dict):
            found |= _keywords(schema[name])
    for inner in [*schema.get("properties", {}).values(), *schema.get("oneOf", ())]:
        found |= _keywords(inner)
    return found
