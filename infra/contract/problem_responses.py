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
from farechance.endpoint import Endpoint
from farechance.problem_api import Problem
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
    errors.Busy(),
    # Whatever isn't foreseen is said as an internal error.
    Exception(),
)
_UNKNOWN_FIELD = errors.FieldErrors.one("/surprise", "is not a field that we know")
_NO_TYPE = errors.FieldErrors.one("/type", "is needed")
_INSTANCE = "8c1c6a4e-request"
# What an operation may not find: by what stands in its path, or else by what must be sent.
_NOT_FOUND = {
    "participant_id": errors.NotFound("participant", "par_nobodys"),
    "voucher_id": errors.NotFound("voucher", "vch_nobodys"),
    "batch_id": errors.NotFound("batch", "bat_nobodys"),
    "program_id": errors.NotFound("programme", "prg_nobodys"),
    "voucher_ids": errors.NotFound("voucher", "vch_nobodys"),
}
_HEADERS: Mapping[str, Mapping[str, Any]] = {
    "Retry-After": {
        "description": "Seconds to wait before the same request is sent again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "WWW-Authenticate": {"schema": {"type": "string"}},
}


@dataclass(frozen=True, slots=True)
class _Refusal:
    """One way to be refused: a status, a slug, what it means, the headers that it has, and the body
    as an example of this name."""

    status: int
    slug: str
    meaning: str
    headers: frozenset[str]
    name: str
    body: Mapping[str, Any]


def of_partner_endpoint(endpoint: Endpoint[Any, Any]) -> Responses:
    """What may meet a partner's call."""
    has_body = endpoint.method == "POST"
    is_open = endpoint in endpoints.OPEN_ENDPOINTS
    said: list[Exception] = [_UNKNOWN_FIELD, *_OF_ANY_CODE]
    if is_open:
        said += [errors.NotFound("sheet"), errors.LinkExpired()]
    else:
        said.append(errors.NotAuthenticated("Bearer"))
    if endpoint.scope:
        said.append(errors.ScopeMissing(endpoint.scope))
    if has_body:
        said += _of_a_body(endpoint.most_bytes, tables=endpoint.csv_parameters is not None)
    if endpoint.wants_key:
        said += [errors.IdempotencyKeyMissing(), errors.IdempotencyKeyReused()]
    if endpoint.csv_parameters:
        said.append(errors.MalformedSheet("no_header"))
    said += _not_found(endpoint)
    if endpoint in (endpoints.MINT, endpoints.START_BATCH):
        said.append(errors.MintingTooFast("", "", 490, 500, 1_200))
    said += [errors.StateForbids(reason) for reason in endpoint.problems]
    return _responses(
        [*map(_by_the_code, said), *_by_the_gateway(has_token=not is_open, has_body=has_body)]
    )


def of_provider_door() -> Responses:
    """What may meet a callback. Refused facts aren't problems: they are answered 200."""
    proof = errors.NotAuthenticated(signatures.SCHEME)
    said = (proof, *_of_a_body(requests.MAX_BODY_BYTES), _NO_TYPE, *_OF_ANY_CODE)
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
        name = "_or_".join(response["content"][_PROBLEM_JSON]["examples"])
        # One of the same name with other headers or words stays where it is.
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


def _of_a_body(most_bytes: int, *, tables: bool = False) -> tuple[Exception, ...]:
    return (
        errors.MalformedBody("syntax", "line 1 column 1"),
        errors.BodyTooLarge(most_bytes),
        errors.UnsupportedMediaType((requests.JSON, *((requests.CSV,) if tables else ()))),
    )


def _not_found(endpoint: Endpoint[Any, Any]) -> list[errors.NotFound]:
    """At most one: what is named may not be there for the caller."""
    fields = endpoint.body.model_fields
    in_path = [error for name, error in _NOT_FOUND.items() if f"{{{name}}}" in endpoint.path]
    needed = [name for name, field in fields.items() if field.is_required()]
    return [*in_path, *(error for name, error in _NOT_FOUND.items() if name in needed)][:1]


def _by_the_code(error: Exception) -> _Refusal:
    said, slug = problems.say(error), problems.slug_of(error)
    about = {errors.NotFound: "kind", errors.ScopeMissing: "scope"}.get(type(error))
    name = f"{slug}_{getattr(error, about)}" if about else slug
    return _Refusal(
        status=said.kind.status,
        slug=slug,
        meaning=said.detail if isinstance(error, errors.StateForbids) else f"{said.kind.title}.",
        headers=frozenset(said.headers),
        name=name.replace(":", "_"),
        body=json.loads(problems.response(error, _INSTANCE)["body"]),
    )


def _by_the_gateway(*, has_token: bool, has_body: bool) -> Iterator[_Refusal]:
    never = OF_OTHER_PATHS
    never |= frozenset() if has_token else OF_TOKENS
    never |= frozenset() if has_body else OF_BODIES
    (api,) = template.resources("AWS::Serverless::Api").values()
    for kind, response in api["Properties"]["GatewayResponses"].items():
        if kind not in never:
            said = json.loads(response["ResponseTemplates"]["application/json"])
            slug = said["type"].removeprefix(problems.TYPE)
            yield _Refusal(
                status=response["StatusCode"],
                slug=slug,
                meaning=f"{said['title']}.",
                headers=frozenset(response["ResponseParameters"]["Headers"]) - {"Content-Type"},
                name=slug,
                body={**said, "instance": _INSTANCE},
            )


def _responses(refusals: Iterable[_Refusal]) -> Responses:
    by_status: dict[int, list[_Refusal]] = {}
    for refusal in refusals:
        by_status.setdefault(refusal.status, []).append(refusal)
    return {str(status): _response(some) for status, some in sorted(by_status.items())}


def _response(refusals: list[_Refusal]) -> dict[str, Any]:
    # Where the code and the gateway have the same slug, the code's words stand.
    of_slugs = {one.slug: one for one in reversed(refusals)}
    meanings = {slug: one.meaning for slug, one in of_slugs.items()}
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
    examples = {of_slugs[slug].name: {"value": of_slugs[slug].body} for slug in slugs}
    response: dict[str, Any] = {
        "description": "\n".join(f"* `{slug}`: {meanings[slug]}" for slug in slugs),
        "content": {_PROBLEM_JSON: {"schema": schema, "examples": examples}},
    }
    return {**response, "headers": headers} if headers else response
