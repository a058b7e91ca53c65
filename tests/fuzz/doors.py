"""Right bodies of each door that takes one, to be broken by the grammar, and what holds for every
answer whatever came in. Who sends them and what is stored are the callers' business."""

from collections.abc import Iterator, Mapping
from typing import Any

from farechance.edge import problems
from functional.bodies import completed, enrollment_body, mint_body, requested, rfc3339
from functional.contract import PROBLEM, responses_of
from functional.gateway import Answer

CANARY = "zq-canary-7f3a"
_PLACE = {"latitude": 40.7, "longitude": -74.0}


def callbacks(code: str) -> list[dict[str, Any]]:
    """One of each kind; what is dropped holds what must not come back."""
    named = {"ride_id": "ride-1", "voucher_code": code, "note": CANARY}
    data = {
        "ride.requested": requested(code, pickup=_PLACE, booked_by="staff", note=CANARY),
        "voucher.checked": {"voucher_code": code, "pickup_at": rfc3339(hours=1), "note": CANARY},
        "ride.completed": completed(code, tip_cents=100, dropoff=_PLACE, note=CANARY),
        "ride.cancelled": {**named, "cancelled_at": rfc3339(), "cancellation_fee_cents": 100},
        "ride.adjusted": {
            **named,
            "adjustment_id": "adjustment-1",
            "fare_cents": 900,
            "adjusted_at": rfc3339(),
            "why": "toll",
        },
        "webhook.test": {"note": CANARY},
        "driver.rated": {"stars": 5, "note": CANARY},
    }
    return [{"type": kind, "timestamp": rfc3339(), "data": one} for kind, one in data.items()]


def enrollment() -> dict[str, Any]:
    """Of a person whose reference must stand in no refusal and no log."""
    body = enrollment_body(external_ref=CANARY)
    body["attestation"]["attested_by"] = CANARY
    return body


def batch() -> dict[str, Any]:
    """Two rows by reference."""
    body = mint_body(rows=[{"external_ref": CANARY, "line": 1}, {"external_ref": "case-x1"}])
    del body["unassigned"]
    return body


def check_answer(answer: Answer, path: str) -> None:
    """Raises AssertionError if it has a fault."""
    assert [*faults_of(answer, path)] == [], answer.text


def faults_of(answer: Answer, path: str) -> Iterator[str]:
    """What isn't so: documented, in its form, and without a word of what was sent."""
    documented = responses_of("POST", path)
    said = f"answered {answer.status}"
    if answer.status >= 500 or str(answer.status) not in documented:
        yield f"{said}, which it never should"
    if answer.status < 400:
        return
    if CANARY in answer.text:
        yield f"{said} with what was sent"
    if answer.headers.get("content-type") != PROBLEM:
        yield f"{said} without a problem"
    elif not _is_problem(answer):
        yield f"{said} with another problem"


def _is_problem(answer: Answer) -> bool:
    """Whether the body is one, of ours, and of this status."""
    try:
        problem: Mapping[str, Any] = answer.body
        is_ours = str(problem["type"]).startswith(problems.TYPE)
        return is_ours and bool(problem["status"] == answer.status)
    except (ValueError, LookupError, TypeError):
        return False
