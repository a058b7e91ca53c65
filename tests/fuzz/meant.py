"""What the contract says in words, since a schema can't: how a right request is put right before
it is sent, and which of Schemathesis' findings aren't faults. Each has its reason; nothing else is
left out (infra/decisions/0026-how-the-api-is-fuzzed.md)."""

import unicodedata
import uuid
from collections.abc import Iterator
from typing import Any

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, Failure

from farechance.edge import strict_json
from fuzz import contract

type Case = schemathesis.Case[Any]
ROWS = 3
# What API Gateway and the emulator add to every answer, and what our own all have (the door's).
_OF_EVERY_ANSWER = frozenset(
    {"content-type", "content-length", "cache-control", "x-content-type-options", "date", "server"}
)


def prepare(case: Case, *, is_right: bool) -> None:
    """What no schema can say is put right before a request is sent that has to be."""
    body = case.body
    if case.operation.path == "/voucher-batches" and isinstance(body, dict):
        # Thousands of vouchers would be right, and would be minted.
        unassigned = body.get("unassigned")
        if isinstance(unassigned, int) and ROWS < unassigned <= contract.MOST_ROWS:
            body["unassigned"] = ROWS
    if is_right:
        case.body = _as_the_contract_says(body)
        if "Idempotency-Key" in (case.headers or {}):
            # Made-up keys are alike, and one with another body is refused.
            case.headers["Idempotency-Key"] = uuid.uuid4().hex


def undocumented_headers(case: Case, response: schemathesis.Response) -> Iterator[Failure]:
    documented = case.operation.responses.find_by_status_code(response.status_code)
    known = {
        name.lower() for name in (documented.definition.get("headers", {}) if documented else {})
    }
    for name in response.headers:
        if name.lower() not in known | _OF_EVERY_ANSWER and not name.lower().startswith("x-amz"):
            yield Failure(operation=case.operation.label, title="Undocumented header", message=name)


def is_meant(failure: Failure, case: Case, response: schemathesis.Response) -> bool:
    """What looks like a fault and stands in the contract in words."""
    if not isinstance(failure, AcceptedNegativeData):
        return False
    if contract.PROVIDERS in case.operation.path:
        # A callback of an unknown type is ignored, and a test may hold anything.
        return bool(response.json().get("outcome") == "ignored")
    # null is taken for 'absent', and the contract offers it to nobody.
    return _has_null(case.body)


def _as_the_contract_says(value: Any) -> Any:
    """What the contract says in words of all JSON, since a schema can't: whole numbers are written
    without a fraction and have 30 digits at most, and strings hold no control characters."""
    if isinstance(value, dict):
        return {
            _as_the_contract_says(name): _as_the_contract_says(one) for name, one in value.items()
        }
    if isinstance(value, list):
        return [_as_the_contract_says(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return _as_the_contract_says(int(value))
    if isinstance(value, int) and abs(value) >= 10 ** (strict_json.MAX_DIGITS - 1):
        return value % 10 ** (strict_json.MAX_DIGITS - 1)
    if isinstance(value, str):
        return "".join(one for one in value if unicodedata.category(one) not in ("Cc", "Cs"))
    return value


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(one is None or _has_null(one) for one in value.values())
    return isinstance(value, list) and any(_has_null(one) for one in value)


@schemathesis.serializer("text/csv")
def _csv(_context: schemathesis.SerializationContext, value: Any) -> bytes:
    """A sheet as it is; what isn't one, as text."""
    return str(value).encode("utf-8", "replace")
