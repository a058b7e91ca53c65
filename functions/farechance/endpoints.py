"""The endpoints of the API, each once: method, path, scope, models, status. Doors serve them, the
contract is made from them, and the template's routes are tested against them."""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from farechance.batch_api import (
    BatchAnswer,
    BatchParameters,
    BatchRequest,
    BatchStarted,
    BatchVoucherList,
    BatchVoucherQuery,
)
from farechance.card_api import CardPage, CardsRequest, SendRequest, Sent, SheetQuery
from farechance.participant_api import (
    ConsentAnswer,
    ConsentRequest,
    Erased,
    Exited,
    ExitRequest,
    LanguageAnswer,
    LanguageRequest,
    OutcomeAnswer,
    OutcomeRequest,
    ParticipantRecord,
)
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
from farechance.report_api import ReportList, ReportQuery
from farechance.scopes import Scope
from farechance.voucher_api import (
    Acted,
    ActRequest,
    AssignRequest,
    ExtendRequest,
    Reissued,
    VoucherList,
    VoucherQuery,
)


class NoQuery(BaseModel):
    """Nothing may stand behind the '?'."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Endpoint[Body, Answer]:
    """One method on one path (without the stage). `body` is read from the body of a POST, else
    from the query. `problems` are the slugs of the 409s that it may answer. `changes` is no for a
    POST that only reads; every other wants an Idempotency-Key. `csv_parameters`: the body may be a
    table of rows too, and then the rest stands in the query as this model says. `answers_csv`: the
    answer may be a table too."""

    method: str
    path: str
    scope: Scope | None
    summary: str
    body: type[Body]
    answer: type[Answer]
    status: int = 200
    problems: tuple[str, ...] = ()
    most_bytes: int = 256 * 1024
    csv_parameters: type[BaseModel] | None = None
    answers_csv: bool = False
    changes: bool = True

    @property
    def wants_key(self) -> bool:
        """Whether it changes something, and so is made safe to repeat by a key."""
        return self.method == "POST" and self.changes

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
        "consent_withdrawn",
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
START_BATCH = Endpoint(
    "POST",
    "/voucher-batches",
    "vouchers:write",
    "Mint up to 10,000 vouchers in the background",
    BatchRequest,
    BatchStarted,
    status=202,
    problems=(
        "insufficient_allotment",
        "program_paused",
        "program_closed",
        "partner_suspended",
        "looks_repeated",
    ),
    most_bytes=2 * 1024 * 1024,
    csv_parameters=BatchParameters,
)
SHOW_BATCH = Endpoint(
    "GET",
    "/voucher-batches/{batch_id}",
    "vouchers:read",
    "Show how far a batch came",
    NoQuery,
    BatchAnswer,
)
LIST_BATCH_VOUCHERS = Endpoint(
    "GET",
    "/voucher-batches/{batch_id}/vouchers",
    "vouchers:read",
    "List what became of a batch's rows",
    BatchVoucherQuery,
    BatchVoucherList,
    answers_csv=True,
)

LIST_VOUCHERS = Endpoint(
    "GET",
    "/vouchers",
    "vouchers:read",
    "List your vouchers",
    VoucherQuery,
    VoucherList,
)
ASSIGN_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/assign",
    "vouchers:write",
    "Hand an unassigned card to a person, once",
    AssignRequest,
    Acted,
    problems=(
        "voucher_closed",
        "voucher_expired",
        "already_assigned",
        "participant_exited",
        "consent_expired",
        "consent_withdrawn",
        "monthly_limit_reached",
        "too_many_open_vouchers",
    ),
)
BLOCK_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/block",
    "vouchers:write",
    "Let no new ride begin; approved ones are still paid",
    ActRequest,
    Acted,
    problems=("voucher_closed", "voucher_blocked"),
)
UNBLOCK_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/unblock",
    "vouchers:write",
    "Take a block back",
    ActRequest,
    Acted,
    problems=(
        "voucher_closed",
        "voucher_not_blocked",
        "blocked_by_administrator",
        "blocked_by_operator",
        "blocked_by_participant",
    ),
)
EXTEND_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/extend",
    "vouchers:write",
    "Let a voucher end later",
    ExtendRequest,
    Acted,
    problems=("voucher_closed", "too_many_open_vouchers"),
)
REVOKE_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/revoke",
    "vouchers:write",
    "Close a voucher for good and take back what is free of it",
    ActRequest,
    Acted,
    problems=("voucher_closed",),
)
REISSUE_VOUCHER = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/reissue",
    "vouchers:write",
    "Replace a lost card by a new one with a new code",
    ActRequest,
    Reissued,
    status=201,
    problems=(
        "voucher_closed",
        "blocked_by_administrator",
        "blocked_by_operator",
        "blocked_by_participant",
        "no_rides_left",
        "too_many_open_vouchers",
    ),
)

CHANGE_CONSENT = Endpoint(
    "POST",
    "/participants/{participant_id}/consent",
    "participants:write",
    "Grant consent anew, or withdraw it",
    ConsentRequest,
    ConsentAnswer,
    problems=("participant_exited", "link_cut"),
)
EXIT_PARTICIPANT = Endpoint(
    "POST",
    "/participants/{participant_id}/exit",
    "participants:write",
    "End a person's enrollment",
    ExitRequest,
    Exited,
    problems=("participant_exited",),
)
CHANGE_LANGUAGE = Endpoint(
    "POST",
    "/participants/{participant_id}/language",
    "participants:write",
    "Speak to a person in another language",
    LanguageRequest,
    LanguageAnswer,
)
RECORD_OUTCOME = Endpoint(
    "POST",
    "/participants/{participant_id}/outcomes",
    "participants:write",
    "Record what became of a person",
    OutcomeRequest,
    OutcomeAnswer,
    status=201,
    problems=("outcomes_without_consent", "outcome_recorded", "too_many_outcomes"),
)
SHOW_RECORD = Endpoint(
    "GET",
    "/participants/{participant_id}/record",
    "participants:read",
    "Get all that is held about a person, to hand to her",
    NoQuery,
    ParticipantRecord,
)
ERASE_PARTICIPANT = Endpoint(
    "DELETE",
    "/participants/{participant_id}",
    "participants:write",
    "Erase a person",
    NoQuery,
    Erased,
)
SHOW_CARD = Endpoint(
    "GET",
    "/vouchers/{voucher_id}/card",
    "codes:read",
    "Print one card",
    NoQuery,
    CardPage,
    problems=("voucher_closed", "voucher_expired", "nothing_left"),
)
PRINT_CARDS = Endpoint(
    "POST",
    "/cards",
    "codes:read",
    "Print up to 100 cards",
    CardsRequest,
    CardPage,
    problems=("voucher_closed", "voucher_expired", "nothing_left"),
    changes=False,
)
SEND_CODE = Endpoint(
    "POST",
    "/vouchers/{voucher_id}/send",
    "codes:read",
    "Send a code by SMS",
    SendRequest,
    Sent,
    problems=(
        "sms_not_ready",
        "sms_not_consented",
        "participant_exited",
        "consent_expired",
        "too_many_sends",
        "voucher_closed",
        "voucher_expired",
        "nothing_left",
        "voucher_blocked",
    ),
)
OPEN_SHEET = Endpoint(
    "GET",
    "/sheets",
    None,
    "Open a sheet of cards by its link",
    SheetQuery,
    CardPage,
    problems=("voucher_closed",),
)

LIST_REPORTS = Endpoint(
    "GET",
    "/reports",
    "reports:read",
    "List your monthly reports, with links to their files",
    ReportQuery,
    ReportList,
)

PARTNER_ENDPOINTS = (
    WHO_AM_I,
    ENROLL,
    LIST_PARTICIPANTS,
    SHOW_PARTICIPANT,
    MINT,
    SHOW_VOUCHER,
    LIST_ENTRIES,
    LIST_VOUCHERS,
    ASSIGN_VOUCHER,
    BLOCK_VOUCHER,
    UNBLOCK_VOUCHER,
    EXTEND_VOUCHER,
    REVOKE_VOUCHER,
    REISSUE_VOUCHER,
    START_BATCH,
    SHOW_BATCH,
    LIST_BATCH_VOUCHERS,
    CHANGE_CONSENT,
    EXIT_PARTICIPANT,
    CHANGE_LANGUAGE,
    RECORD_OUTCOME,
    SHOW_RECORD,
    ERASE_PARTICIPANT,
    SHOW_CARD,
    PRINT_CARDS,
    SEND_CODE,
    LIST_REPORTS,
)

OPEN_ENDPOINTS = (OPEN_SHEET,)
"""Those whose proof is a link, and no token."""

AUTHORIZATIONS_PATH = "/providers/{provider_id}/authorizations"
EVENTS_PATH = "/providers/{provider_id}/events"
CONTRACT_PATH = "/openapi.json"
DOCS_PATH = "/docs"

METHODS: Mapping[str, tuple[str, ...]] = {
    AUTHORIZATIONS_PATH: ("POST",),
    EVENTS_PATH: ("POST",),
    CONTRACT_PATH: ("GET",),
    DOCS_PATH: ("GET",),
    **{one.path: (one.method,) for one in OPEN_ENDPOINTS},
    **{
        path: tuple(sorted(one.method for one in PARTNER_ENDPOINTS if one.path == path))
        for path in sorted({one.path for one in PARTNER_ENDPOINTS})
    },
}
"""Which methods each path has, for saying 405 with `Allow`."""
