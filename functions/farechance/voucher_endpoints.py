"""The endpoints of vouchers, and who is calling."""

from farechance.endpoint import Endpoint, NoQuery
from farechance.partner_api import EntryList, EntryQuery, Minted, MintRequest, VoucherAnswer, WhoAmI
from farechance.voucher_api import (
    Acted,
    ActRequest,
    AssignRequest,
    ExtendRequest,
    Reissued,
    VoucherList,
    VoucherQuery,
)

WHO_AM_I = Endpoint("GET", "/whoami", None, "Who is calling and what is left", NoQuery, WhoAmI)
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
