"""Plays API Gateway's Lambda proxy integration: requests as the functions get them, answers as
callers see them."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import unquote

from farechance.endpoints import METHODS
from farechance.problem_api import Problem

REQUEST_ID = "8c1c6a4e-request"


def proxy_event(
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    claims: Mapping[str, str] | None = None,
    path_parameters: Mapping[str, str] | None = None,
    in_base64: bool = True,
) -> dict[str, Any]:
    """An event as the gateway makes it. With `BinaryMediaTypes: ['*/*']` a body comes in base 64;
    a plain one is taken too."""
    text = None
    if body is not None:
        text = base64.b64encode(body).decode() if in_base64 else body.decode("utf-8", "replace")
    resource, parameters = _resource_of(path)
    authorizer = {} if claims is None else {"authorizer": {"claims": dict(claims)}}
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": dict(headers or {}),
        "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": (
            {name: [value] for name, value in query.items()} if query else None
        ),
        "pathParameters": dict(path_parameters or parameters) or None,
        "stageVariables": None,
        "requestContext": {"requestId": REQUEST_ID, "stage": "v1", "httpMethod": method}
        | authorizer,
        "body": text,
        "isBase64Encoded": text is not None and in_base64,
    }


@dataclass(frozen=True)
class Answer:
    """What a caller gets. Names of headers are in lower case; `text` is the body."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def body(self) -> dict[str, Any]:
        """The body, which must be strict JSON."""
        read: dict[str, Any] = json.loads(
            self.text, object_pairs_hook=_each_once, parse_constant=_no_constant
        )
        return read

    def problem(self, status: int, slug: str) -> Problem:
        """The problem that it must be (RFC 9457)."""
        assert self.status == status, self.text
        assert self.headers["content-type"] == "application/problem+json"
        problem = Problem.model_validate_json(self.text)
        assert problem.type == f"urn:farechance:problem:{slug}"
        assert problem.status == status
        assert problem.instance == REQUEST_ID
        assert problem.title
        assert problem.detail
        return problem

    def not_authenticated(self) -> None:
        """That a callback isn't proved to come from a ride company, and no word on why."""
        problem = self.problem(401, "not_authenticated")
        assert problem.detail == "Send a valid proof of who is calling."
        assert self.headers["www-authenticate"] == "StandardWebhooks"

    def pointers(self, *expected: str) -> None:
        """The fields that must be told to be wrong, and no others."""
        problem = self.problem(422, "field_errors")
        assert problem.errors is not None
        assert sorted(error.pointer for error in problem.errors) == sorted(expected)
        assert all(error.detail for error in problem.errors)


def read_answer(told: Mapping[str, Any]) -> Answer:
    """A function's answer as the gateway passes it on."""
    many = told.get("multiValueHeaders") or {}
    headers = {name: values[0] for name, values in many.items()} | (told.get("headers") or {})
    assert told["isBase64Encoded"] is False
    return Answer(
        told["statusCode"], {name.lower(): value for name, value in headers.items()}, told["body"]
    )


def _resource_of(path: str) -> tuple[str, dict[str, str]]:
    """Which of the API's paths one is, and what stands in its places; what is none of them is the
    path that catches the others."""
    for resource in METHODS:
        names = re.findall(r"\{(\w+)\}", resource)
        if found := re.fullmatch(re.sub(r"\{\w+\}", "([^/]+)", resource), path, re.DOTALL):
            return resource, dict(zip(names, map(unquote, found.groups()), strict=True))
    return "/{proxy+}", {"proxy": path.removeprefix("/")}


def strings_of(value: Any, names: frozenset[str]) -> Iterator[str]:
    """Every value, however deep, of a member with one of these names."""
    if isinstance(value, dict):
        for name, member in value.items():
            if name in names and isinstance(member, str | float):
                yield str(member)
            yield from strings_of(member, names)
    elif isinstance(value, list):
        for member in value:
            yield from strings_of(member, names)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len(dict(pairs)) == len(pairs), "a name stands twice"
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise AssertionError(f"{name} isn't JSON")
