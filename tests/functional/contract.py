"""What the contract says of a refusal: it must describe each one that a test's call meets, so that
none is known to the code alone."""

import json
import re
from collections.abc import Iterator
from typing import Any

from functional.gateway import Answer
from infra.contract.document import FILE

_CONTRACT: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
_PROBLEM = "application/problem+json"


def check_is_described(method: str, path: str, answer: Answer) -> None:
    """Fails if the call is one of the contract's and this problem isn't in it for that call."""
    if answer.headers["content-type"] != _PROBLEM:
        return
    for responses in _operations(method, path):
        assert str(answer.status) in responses, (method, path, answer.text)
        response = responses[str(answer.status)]
        if "$ref" in response:
            response = _CONTRACT["components"]["responses"][response["$ref"].rpartition("/")[2]]
        described = response["content"][_PROBLEM]["schema"]["properties"]["type"]["enum"]
        assert answer.body["type"] in described, (method, path, answer.text)


def _operations(method: str, path: str) -> Iterator[dict[str, Any]]:
    """The responses of the operation that is called; none for what isn't in the contract."""
    for pattern, operations in _CONTRACT["paths"].items():
        is_it = re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", pattern), path)
        if is_it and method.lower() in operations:
            yield operations[method.lower()]["responses"]
