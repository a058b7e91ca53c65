"""The endpoints of the API, each once: method, path, scope, models, status. Doors serve them, the
contract is made from them, and the template's routes are tested against them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from farechance.commands import Scope
from farechance.partner_api import (
    Enrolled,
    EnrollmentRequest,
    EntryList,
    EntryQuery,
    Minted,
    MintRequest,
    ParticipantAnswer,
    ParticipantList,
    ParticipantQuery,
    VoucherAnswer,
    WhoAmI,
)


class NoQuery(BaseModel):
    """Nothing may stand behind the '?'."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Endpoint[Body, Answer]:
    """One method on one path (without the stage). `body` is read from the body of a POST, else
    from the query. `problems` are the slugs of the 409s that it may answer."""

    method: str
    path: str
    scope: Scope | None
    summary: str
    body: type[Body]
    answer: type[Answer]
    status: int = 200
    problems: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """For logs: the method and the path with its parameters unfilled."""
        return f"{self.method} {self.path}"


WHO_AM_I = Endpoint("GET", "/whoami", None, "Who is calling and what is left", NoQuery, WhoAmI)
ENROLL = Endpoint(
    "POST",
    "/participants",
    "participants:write",
    "Enroll a person",
    EnrollmentRequest,
    Enrolled,
    status=201,
    problems=("already_enrolled", "program_closed"),
)
LIST_PARTICIPANTS = Endpoint(
    "GET",
    "/participants",
    "participants:read",
    "List your participants",
    ParticipantQuery,
    ParticipantList,
)
SHOW_PARTICIPANT = Endpoint(
    "GET",
    "/participants/{participant_id}",
    "participants:read",
    "Show one participant",
    NoQuery,
    ParticipantAnswer,
)
MINT = Endpoint(
    "POST",
    "/vouchers",
    "vouchers:write",
    "Mint 1 to 25 vouchers",
    MintRequest,
    Minted,
    status=201,
    problems=(
        "insufficient_allotment",
        "program_paused",
        "program_closed",
        "partner_suspended",
        "participant_exited",
        "consent_expired",
        "monthly_limit_reached",
        "too_many_open_vouchers",
    ),
)
SHOW_VOUCHER = Endpoint(
    "GET",
    "/vouchers/{voucher_id}",
    "vouchers:read",
    "Show one voucher",
    NoQuery,
    VoucherAnswer,
)
LIST_ENTRIES = Endpoint(
    "GET",
    "/vouchers/{voucher_id}/entries",
    "vouchers:read",
    "List a voucher's ledger entries",
    EntryQuery,
    EntryList,
)

PARTNER_ENDPOINTS = (
    WHO_AM_I,
    ENROLL,
    LIST_PARTICIPANTS,
    SHOW_PARTICIPANT,
    MINT,
    SHOW_VOUCHER,
    LIST_ENTRIES,
)

AUTHORIZATIONS_PATH = "/providers/{provider_id}/authorizations"
EVENTS_PATH = "/providers/{provider_id}/events"
CONTRACT_PATH = "/openapi.json"

METHODS: Mapping[str, tuple[str, ...]] = {
    AUTHORIZATIONS_PATH: ("POST",),
    EVENTS_PATH: ("POST",),
    CONTRACT_PATH: ("GET",),
    **{
        path: tuple(sorted(one.method for one in PARTNER_ENDPOINTS if one.path == path))
        for path in sorted({one.path for one in PARTNER_ENDPOINTS})
    },
}
"""Which methods each path has, for saying 405 with `Allow`."""
