"""The paths of the contract: a partner's from `farechance.endpoints`, a provider's two doors, and
the document itself, to fetch or to read.

It owns parameters, headers and the words for each operation. It must never list a partner's path:
those are where the doors have them from.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from farechance import endpoints
from farechance.batch_api import COLUMN
from farechance.callbacks import Callback
from farechance.card_api import CardPage
from farechance.edge import requests
from farechance.endpoint import Endpoint
from farechance.identifiers import BatchId, ParticipantId, ProviderId, VoucherId
from farechance.provider_api import Approved, Declined, Ignored, Recorded
from infra.contract import problem_responses
from infra.contract.schemas import SCHEMAS, Schemas, ref
from infra.local import template

TAGS = {
    "whoami": "Who is calling",
    "participants": "People whom a partner enrolls",
    "voucher-batches": "Many vouchers at once, minted in the background",
    "vouchers": "Vouchers, and what became of their money",
    "cards": "Cards to print",
    "reports": "Monthly reports",
    "sheets": "Cards that an administrator has minted, by a link",
    "providers": "Callbacks of ride companies",
    "openapi.json": "This document",
    "docs": "This document as a page",
}
"""By the first part of the path."""

_DOORS = {
    endpoints.AUTHORIZATIONS_PATH: (
        "ask_for_authorization",
        "Ask whether a voucher pays a ride",
        "For `ride.requested` and `voucher.checked`: a decision while the rider waits, within two "
        "seconds. Every other type is taken here too.",
    ),
    endpoints.EVENTS_PATH: (
        "report_event",
        "Say what became of a ride",
        "For `ride.completed`, `ride.cancelled`, `ride.adjusted` and `webhook.test`: facts, as "
        "often and in whatever order they come. Every other type is taken here too.",
    ),
}
_PATH_PARAMETERS: Mapping[str, tuple[Any, str]] = {
    "participant_id": (ParticipantId, "A participant of yours."),
    "batch_id": (BatchId, "A batch of yours."),
    "voucher_id": (VoucherId, "A voucher of yours."),
    "provider_id": (ProviderId, "Yours: the id of the ride company that sends the callback."),
}
_JSON, _HTML = "application/json", "text/html"


def paths(schemas: Schemas) -> dict[str, dict[str, Any]]:
    """Every operation, by its path and its method."""
    found: dict[str, dict[str, Any]] = {}
    # The name by which the doors know an endpoint is its name for generated clients too.
    names = {one: name for name, one in vars(endpoints).items() if isinstance(one, Endpoint)}
    listed = (*endpoints.PARTNER_ENDPOINTS, *endpoints.OPEN_ENDPOINTS)
    if names.keys() != {*listed}:
        raise ValueError("an endpoint is in neither list, or in none of the modules")
    for one in listed:
        operation = _partner_operation(names[one].lower(), one, schemas)
        found.setdefault(one.path, {})[one.method.lower()] = operation
    for path in _DOORS:
        found[path] = {"post": _provider_operation(path, schemas)}
    found[endpoints.CONTRACT_PATH] = {"get": _own_operation()}
    found[endpoints.DOCS_PATH] = {"get": _docs_operation()}
    return found


def scopes() -> dict[str, str]:
    """Scopes as a token names them, with the words of the template."""
    (server,) = template.resources("AWS::Cognito::UserPoolResourceServer").values()
    properties = server["Properties"]
    return {
        f"{properties['Identifier']}/{one['ScopeName']}": one["ScopeDescription"]
        for one in properties["Scopes"]
    }


def _partner_operation(
    operation_id: str, endpoint: Endpoint[Any, Any], schemas: Schemas
) -> dict[str, Any]:
    changes, has_body = endpoint.wants_key, endpoint.method == "POST"
    needed = [scope for scope in scopes() if scope.partition("/")[2] == endpoint.scope]
    words = f"Needs the scope `{needed[0]}`." if needed else "Any scope will do."
    is_open = endpoint in endpoints.OPEN_ENDPOINTS
    if is_open:
        words = "The token in the link is the proof. It works for 15 minutes."
    parameters = _path_parameters(endpoint.path)
    success = _success(endpoint, schemas)
    operation: dict[str, Any] = {
        "operationId": operation_id,
        "tags": _tags(endpoint.path),
        "summary": endpoint.summary,
        "description": words + (" Safe to repeat under its Idempotency-Key." if changes else ""),
        "security": [] if is_open else [{"partner_token": needed}],
    }
    if changes:
        parameters.append(_idempotency_key())
        success["headers"] = {"Idempotency-Replayed": _replayed()}
    if has_body:
        operation["requestBody"] = _body(schemas.asked(endpoint.body), ref(endpoint.body))
    else:
        parameters += _query_parameters(schemas.asked(endpoint.body))
    if endpoint.csv_parameters:
        parameters += _query_parameters(schemas.asked(endpoint.csv_parameters), of_csv=True)
        operation["requestBody"]["content"][requests.CSV] = {"schema": _table()}
    if endpoint.answers_csv:
        success["content"][requests.CSV] = {"schema": {"type": "string"}}
        success["headers"] = {"Link": _next_page(), "Content-Disposition": _file_name()}
    if parameters:
        operation["parameters"] = parameters
    problems = problem_responses.of_partner_endpoint(endpoint)
    return {**operation, "responses": {str(endpoint.status): success, **problems}}


def _success(endpoint: Endpoint[Any, Any], schemas: Schemas) -> dict[str, Any]:
    if endpoint.answer is CardPage:
        words = " ".join((CardPage.__doc__ or "").split())
        content = {_HTML: {"schema": {"type": "string"}}}
        headers = _of_pages("The page runs nothing and loads nothing.", kept_by_nobody=True)
        return {"description": words, "content": content, "headers": headers}
    return {
        "description": schemas.told(endpoint.answer)["description"],
        "content": {_JSON: {"schema": ref(endpoint.answer)}},
    }


def _provider_operation(path: str, schemas: Schemas) -> dict[str, Any]:
    operation_id, summary, description = _DOORS[path]
    answers = [ref(answer) for answer in (Approved, Declined, Recorded, Ignored)]
    return {
        "operationId": operation_id,
        "tags": _tags(path),
        "summary": summary,
        "description": description,
        "security": [{"callback_signature": []}, {"callback_hmac": []}],
        "parameters": [*_path_parameters(path), *_webhook_headers()],
        "requestBody": _body(schemas.asked(Callback), {"$ref": f"{SCHEMAS}Callback"}),
        "responses": {
            "200": {
                "description": "The decision about a request or a check, the outcome of a fact, or "
                "that it was ignored. A refusal is an answer too.",
                "content": {_JSON: {"schema": {"oneOf": answers}}},
            },
            **problem_responses.of_provider_door(),
        },
    }


def _own_operation() -> dict[str, Any]:
    return {
        "operationId": "contract",
        "tags": _tags(endpoints.CONTRACT_PATH),
        "summary": "Get this document",
        "security": [],
        "responses": {
            "200": {
                "description": "An OpenAPI 3.1 document.",
                "content": {_JSON: {"schema": {"type": "object"}}},
            },
            **problem_responses.of_contract(),
        },
    }


def _docs_operation() -> dict[str, Any]:
    return {
        "operationId": "docs",
        "tags": _tags(endpoints.DOCS_PATH),
        "summary": "Read this document, and try it on a trial stack",
        "security": [],
        "responses": {
            "200": {
                "description": "A page for a browser, with all that it needs.",
                "content": {_HTML: {"schema": {"type": "string"}}},
                "headers": _of_pages(
                    "The page runs and loads nothing but what stands in it, and calls this API and "
                    "the token URL."
                ),
            },
            **problem_responses.of_contract(),
        },
    }


def _tags(path: str) -> list[str]:
    return [path.split("/")[1]]


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": words,
            "schema": TypeAdapter(kind).json_schema(),
        }
        for name, (kind, words) in _PATH_PARAMETERS.items()
        if f"{{{name}}}" in path
    ]


def _query_parameters(model: Mapping[str, Any], *, of_csv: bool = False) -> list[dict[str, Any]]:
    words = {"description": "Beside a body of CSV; beside one of JSON nothing of it."}
    return [
        {
            "name": name,
            "in": "query",
            "required": not of_csv and name in model.get("required", ()),
            "schema": schema,
        }
        | (words if of_csv else {})
        for name, schema in model["properties"].items()
    ]


def _table() -> dict[str, str]:
    return {
        "type": "string",
        "description": f"A first line with the one column `{COLUMN}`, then a line for each person. "
        "UTF-8 with or without a byte order mark; commas, semicolons or tabs; as spreadsheets save "
        "'CSV UTF-8'. Lines are counted from 1, the first one too. All else stands in the query.",
    }


def _next_page() -> dict[str, Any]:
    return {
        "description": "Of CSV: the next page, while more follow (RFC 8288, `rel=next`).",
        "schema": {"type": "string"},
    }


def _file_name() -> dict[str, Any]:
    return {
        "description": "Of CSV: under which name it is saved (RFC 6266).",
        "schema": {"type": "string"},
    }


def _of_pages(policy: str, *, kept_by_nobody: bool = False) -> dict[str, Any]:
    """What a browser may do with a page, and a search engine with one that holds codes."""
    words = {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "No other page learns where this one was.",
    }
    if kept_by_nobody:
        words["X-Robots-Tag"] = "No search engine keeps it."
    return {
        name: {"description": said, "required": True, "schema": {"type": "string"}}
        for name, said in words.items()
    }


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "Yours for this one request: 1 to 64 visible ASCII characters.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,64}$"},
    }


def _replayed() -> dict[str, Any]:
    return {
        "description": "Whether this is the answer to an earlier call under the same key.",
        "required": True,
        "schema": {"type": "string", "enum": ["true", "false"]},
    }


def _webhook_headers() -> list[dict[str, Any]]:
    return [
        {
            "name": "webhook-id",
            "in": "header",
            "required": False,
            "description": "Of Standard Webhooks, where it is needed: yours for this message, and "
            "a part of what is signed.",
            "schema": {"type": "string", "pattern": "^[!-~]{1,256}$"},
        },
        {
            "name": "webhook-timestamp",
            "in": "header",
            "required": False,
            "description": "Of Standard Webhooks, where it is needed: when it is sent, in seconds "
            "since 1970 (Unix time).",
            "schema": {"type": "string", "pattern": "^[0-9]{1,12}$"},
        },
    ]


def _body(model: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "description": model["description"],
        "required": True,
        "content": {_JSON: {"schema": schema}},
    }
