"""Bodies that partners and providers send: each makes one valid thing; a test names only what
matters to it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from builders import PROGRAM


def rfc3339(at: datetime | None = None, **ahead: float) -> str:
    """A moment as it is written in JSON; now, or some time ahead of now."""
    moment = (at or datetime.now(UTC)) + timedelta(**ahead)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def enrollment_body(**changes: Any) -> dict[str, Any]:
    """A person who agreed to be enrolled."""
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "external_ref": f"case-x{uuid4().hex[:12]}",
        "language": "en",
        "attestation": {
            "eligible": True,
            "attested_by": "staff-of-the-desk",
            "attested_on": datetime.now(UTC).date().isoformat(),
        },
        "consent": {
            "text_version": "2026-01",
            "language": "en",
            "granted_at": rfc3339(),
            "uses": ["enrollment"],
        },
    }
    return {**fields, **changes}


def mint_body(**changes: Any) -> dict[str, Any]:
    """One unassigned voucher of 40.00."""
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "purpose": "job_interview",
        "value_cents": 4_000,
    }
    if "participant_ids" not in changes:
        fields["unassigned"] = 1
    return {**fields, **changes}


def requested(code: str, **changes: Any) -> dict[str, Any]:
    """A request for a ride of about 15.00."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": code,
        "estimated_fare_cents": 1_500,
        "currency": "USD",
        "requested_at": rfc3339(),
    }
    return {**fields, **changes}


def completed(code: str, **changes: Any) -> dict[str, Any]:
    """The same ride, made for 12.00."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": code,
        "fare_cents": 1_200,
        "currency": "USD",
        "completed_at": rfc3339(),
    }
    return {**fields, **changes}


def cancelled(code: str, **changes: Any) -> dict[str, Any]:
    """The same ride, cancelled."""
    return {"ride_id": "ride-1", "voucher_code": code, "cancelled_at": rfc3339(), **changes}


def adjusted(code: str, **changes: Any) -> dict[str, Any]:
    """The same ride, corrected to 11.00."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": code,
        "adjustment_id": "adjustment-1",
        "fare_cents": 1_100,
        "currency": "USD",
        "adjusted_at": rfc3339(),
        "why": "correction",
    }
    return {**fields, **changes}


ACT_BODIES: Mapping[str, dict[str, Any]] = {
    "assign": {"participant_id": "par_" + "0" * 32},
    "block": {},
    "unblock": {},
    "extend": {"expires_at": rfc3339(days=20)},
    "revoke": {},
    "reissue": {},
}
"""What each act on a voucher wants; the person is nobody."""
