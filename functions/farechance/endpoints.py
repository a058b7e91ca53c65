"""All endpoints of the API, each once: method, path, scope, models, status. Doors serve them, from
modules of their own, so that a function loads no models of others; the contract is made from them,
and the template's routes are tested against them."""

from collections.abc import Mapping

from farechance.batch_endpoints import LIST_BATCH_VOUCHERS, SHOW_BATCH, START_BATCH
from farechance.card_endpoints import OPEN_SHEET, PRINT_CARDS, SEND_CODE, SHOW_CARD
from farechance.people_endpoints import (
    CHANGE_CONSENT,
    CHANGE_LANGUAGE,
    ENROLL,
    ERASE_PARTICIPANT,
    EXIT_PARTICIPANT,
    LIST_PARTICIPANTS,
    RECORD_OUTCOME,
    SHOW_PARTICIPANT,
    SHOW_RECORD,
)
from farechance.report_endpoints import LIST_REPORTS
from farechance.voucher_endpoints import (
    ASSIGN_VOUCHER,
    BLOCK_VOUCHER,
    EXTEND_VOUCHER,
    LIST_ENTRIES,
    LIST_VOUCHERS,
    MINT,
    REISSUE_VOUCHER,
    REVOKE_VOUCHER,
    SHOW_VOUCHER,
    UNBLOCK_VOUCHER,
    WHO_AM_I,
)

__all__ = [
    "ASSIGN_VOUCHER",
    "AUTHORIZATIONS_PATH",
    "BLOCK_VOUCHER",
    "CHANGE_CONSENT",
    "CHANGE_LANGUAGE",
    "CONTRACT_PATH",
    "DOCS_PATH",
    "ENROLL",
    "ERASE_PARTICIPANT",
    "EVENTS_PATH",
    "EXIT_PARTICIPANT",
    "EXTEND_VOUCHER",
    "LIST_BATCH_VOUCHERS",
    "LIST_ENTRIES",
    "LIST_PARTICIPANTS",
    "LIST_REPORTS",
    "LIST_VOUCHERS",
    "METHODS",
    "MINT",
    "OPEN_ENDPOINTS",
    "OPEN_SHEET",
    "PARTNER_ENDPOINTS",
    "PRINT_CARDS",
    "RECORD_OUTCOME",
    "REISSUE_VOUCHER",
    "REVOKE_VOUCHER",
    "SEND_CODE",
    "SHOW_BATCH",
    "SHOW_CARD",
    "SHOW_PARTICIPANT",
    "SHOW_RECORD",
    "SHOW_VOUCHER",
    "START_BATCH",
    "UNBLOCK_VOUCHER",
    "WHO_AM_I",
]

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
