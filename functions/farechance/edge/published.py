"""The published contract, the page to try it, and the answer for every path that no other function
serves: 404, or 405 with `Allow` where the path is known and the method isn't."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from farechance.edge import problems
from farechance.endpoints import CONTRACT_PATH, DOCS_PATH, METHODS
from farechance.errors import MethodNotAllowed, NotFound
from farechance.telemetry import invocation


class Published:
    """Serves one document, made when the code was built, and the page that shows it, which is put
    together when it is first asked for: the other paths don't wait for it."""

    def __init__(self, document: str, docs_page: Callable[[], dict[str, Any]]) -> None:
        self._document = document
        self._docs_page = cache(docs_page)

    def handle(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """One invocation."""
        request_id = str(event.get("requestContext", {}).get("requestId", ""))
        with invocation(request_id):
            return self._answer(event, request_id)

    def _answer(self, event: dict[str, Any], request_id: str) -> dict[str, Any]:
        path, method = str(event.get("path", "")), str(event.get("httpMethod", ""))
        if path == CONTRACT_PATH and method == "GET":
            return {
                "statusCode": 200,
                "headers": {
                    "Content-Type": "application/json",
                    "Cache-Control": "public, max-age=300",
                    "X-Content-Type-Options": "nosniff",
                },
                "body": self._document,
                "isBase64Encoded": False,
            }
        if path == DOCS_PATH and method == "GET":
            return self._docs_page()
        return problems.response(_missing(path, METHODS), request_id)


def _missing(path: str, methods: Mapping[str, tuple[str, ...]]) -> Exception:
    for known, allowed in methods.items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path):
            return MethodNotAllowed(allowed)
    return NotFound("path")
