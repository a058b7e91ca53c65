"""The published contract, and the answer for every path that no other function serves: 404, or 405
with `Allow` where the path is known and the method isn't."""

import re
from collections.abc import Mapping
from typing import Any

from farechance.edge import problems
from farechance.endpoints import CONTRACT_PATH, METHODS
from farechance.errors import MethodNotAllowed, NotFound


class Published:
    """Serves one document, made when the code was built."""

    def __init__(self, document: str) -> None:
        self._document = document

    def handle(self, event: dict[str, Any], _context: object) -> dict[str, Any]:
        """One invocation."""
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
        request_id = str(event.get("requestContext", {}).get("requestId", ""))
        return problems.response(_missing(path, METHODS), request_id)


def _missing(path: str, methods: Mapping[str, tuple[str, ...]]) -> Exception:
    for known, allowed in methods.items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", known), path):
            return MethodNotAllowed(allowed)
    return NotFound("path")
