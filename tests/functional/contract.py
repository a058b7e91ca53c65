"""The committed contract, as tests of answers read it. Each refusal that a test's call meets must
be in it, so that none is known to the code alone."""

import json
import re
from typing import Any

from functional.gateway import Answer
from infra.contract.document import FILE

PROBLEM = "application/problem+json"
_CONTRACT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


def responses_of(method: str, path: str) -> dict[str, Any]:
    """What an operation may answer, by status; `path` is as the contract writes it."""
    shared = _CONTRACT["components"]["responses"]
    return {
        status: shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for status, one in _CONTRACT["paths"][path][method.lower()]["responses"].items()
    }


def check_is_described(method: str, path: str, answer: Answer) -> None:
    """Fails if the call is one of the contract's and this problem isn't in it for that call."""
    if answer.headers["content-type"] != PROBLEM:
        return
    for pattern, operations in _CONTRACT["paths"].items():
        is_it = re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", pattern), path)
        if is_it and method.lower() in operations:
            responses = responses_of(method, pattern)
            assert str(answer.status) in responses, (method, path, answer.text)
            schema = responses[str(answer.status)]["content"][PROBLEM]["schema"]
            described = schema["properties"]["type"]["enum"]
            assert answer.body["type"] in described, (method, path, answer.text)
