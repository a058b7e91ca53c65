"""The endpoints of cards, sheets and SMS."""

from farechance.card_api import CardPage, CardsRequest, SendRequest, Sent, SheetQuery
from farechance.endpoint import Endpoint, NoQuery

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
