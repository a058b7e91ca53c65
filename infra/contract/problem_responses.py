"""The ways in which an operation may be refused: what the code says, and what the gateway says
before or instead of it.

It owns which problem can meet which operation. Statuses, slugs and words are those of
`edge.problems` and of the template's gateway responses; it must never have any of its own.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from farechance import endpoints, errors, signatures
from farechance.edge import problems, requests
from farechance.endpoints import Endpoint
from farechance.partner_api import Problem
from infra.contract.schemas import ref
from infra.local import template

type Responses = dict[str, Any]

# Of the gateway's own answers these can meet a call with a token only, one with a body only, and
# no call to a path that is ours.
OF_TOKENS = frozenset(
    {"UNAUTHORIZED", "EXPIRED_TOKEN", "ACCESS_DENIED", "INVALID_API_KEY", "INVALID_SIGNATURE"}
)
OF_BODIES = frozenset({"REQUEST_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"})
OF_OTHER_PATHS = frozenset({"MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"})

_PROBLEM_JSON = "application/problem+json"
_OF_ANY_CODE = (
    errors.FieldErrors(()),
    errors.Busy(),
    # Whatever isn't foreseen is said as an internal error.
    Exception(),
)
_OF_A_BODY = (
    errors.MalformedBody("syntax"),
    errors.BodyTooLarge(requests.MAX_BODY_BYTES),
    errors.UnsupportedMediaType(("application/json",)),
)
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Retry-After": {
        "description": "Seconds to wait before the same request is sent again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {"schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One way to be refused: a status, a slug, what it means, and the headers that it has."""

    status: int
    slug: str
    meaning: str
    headers: frozenset[str]


def of_partner_endpoint(endpoint: Endpoint[Any, Any]) -> Responses:
    """What may meet a partner's call."""
    has_body = endpoint.method == "POST"
    is_open = endpoint in endpoints.OPEN_ENDPOINTS
    said: list[Exception] = [*_OF_ANY_CODE]
    if is_open:
        said += [errors.NotFound("sheet"), errors.LinkExpired()]
    else:
        said.append(errors.NotAuthenticated("Bearer"))
    if endpoint.scope:
        said.append(errors.ScopeMissing(endpoint.scope))
    if has_body:
        said += _OF_A_BODY
    if endpoint.wants_key:
        said += [errors.IdempotencyKeyMissing(), errors.IdempotencyKeyReused()]
    if endpoint.csv_parameters:
        said.append(errors.MalformedSheet("no_header"))
    # A path, a body or what a query must have names things, and one of them may not be there for
    # the caller.
    has_to_ask = any(one.is_required() for one in endpoint.body.model_fields.values())
    if has_body or has_to_ask or "{" in endpoint.path:
        said.append(errors.NotFound("thing"))
    said += [errors.StateForbids(reason) for reason in endpoint.problems]
    return _responses(
        [*map(_by_the_code, said), *_by_the_gateway(has_token=not is_open, has_body=has_body)]
    )


def of_provider_door() -> Responses:
    """What may meet a callback. Refused facts aren't problems: they are answered 200."""
    said = (errors.NotAuthenticated(signatures.SCHEME), *_OF_A_BODY, *_OF_ANY_CODE)
    return _responses([*map(_by_the_code, said), *_by_the_gateway(has_token=False, has_body=True)])


def of_contract() -> Responses:
    """What may meet a reader of the document, who is anybody."""
    return _responses(_by_the_gateway(has_token=False, has_body=False))


def shared(paths: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, Any], Responses]:
    """The paths with references to the problems that many operations have, and those problems by
    name. The problems of a state are each operation's own."""
    found: Responses = {}

    def named(status: str, response: dict[str, Any]) -> dict[str, Any]:
        if _PROBLEM_JSON not in response["content"] or status == "409":
            return response
        types = response["content"][_PROBLEM_JSON]["schema"]["properties"]["type"]["enum"]
        name = "_or_".join(one.removeprefix(problems.TYPE) for one in types)
        # One of the same slugs with other headers stays where it is.
        is_same = found.setdefault(name, response) == response
        return {"$ref": f"#/components/responses/{name}"} if is_same else response

    with_references = {
        path: {
            method: {
                **operation,
                "responses": {
                    code: named(code, one) for code, one in operation["responses"].items()
                },
            }
            for method, operation in methods.items()
        }
        for path, methods in paths.items()
    }
    return with_references, dict(sorted(found.items()))


def _by_the_code(error: Exception) -> _Refusal:
    said = problems.say(error)
    return _Refusal(
        status=said.kind.status,
        slug=problems.slug_of(error),
        meaning=said.detail if isinstance(error, errors.StateForbids) else f"{said.kind.title}.",
        headers=frozenset(said.headers),
    )


def _by_the_gateway(*, has_token: bool, has_body: bool) -> Iterator[_Refusal]:
    never = OF_OTHER_PATHS
    never |= frozenset() if has_token else OF_TOKENS
    never |= frozenset() if has_body else OF_BODIES
    (api,) = template.resources("AWS::Serverless::Api").values()
    for kind, response in api["Properties"]["GatewayResponses"].items():
        if kind not in never:
            said = json.loads(response["ResponseTemplates"]["application/json"])
            yield _Refusal(
                status=response["StatusCode"],
                slug=said["type"].removeprefix(problems.TYPE),
                meaning=f"{said['title']}.",
                headers=frozenset(response["ResponseParameters"]["Headers"]) - {"Content-Type"},
            )


def _responses(refusals: Iterable[_Refusal]) -> Responses:
    by_status: dict[int, list[_Refusal]] = {}
    for refusal in refusals:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {str(status): _response(some) for status, some in sorted(by_status.items())}


def _response(refusals: list[_Refusal]) -> dict[str, Any]:
    # Where the code and the gateway have the same slug, the code's words stand.
    meanings = {one.slug: one.meaning for one in reversed(refusals)}
    slugs = sorted(meanings)
    headers = {
        name: {"required": all(name in one.headers for one in refusals), **_HEADERS[name]}
        for name in sorted({name for one in refusals for name in one.headers})
    }
    schema = {
        **ref(Problem),
        "properties": {
            "type": {"enum": [problems.TYPE + slug for slug in slugs]},
            "status": {"const": refusals[0].status},
        },
    }
    response: dict[str, Any] = {
        "description": "\n".join(f"* `{slug}`: {meanings[slug]}" for slug in slugs),
        "content": {_PROBLEM_JSON: {"schema": schema}},
    }
    return {**response, "headers": headers} if headers else response
