"""The endpoints of batches."""

from farechance.batch_api import (
    COLUMN,
    BatchAnswer,
    BatchParameters,
    BatchRequest,
    BatchStarted,
    BatchVoucherList,
    BatchVoucherQuery,
)
from farechance.endpoint import Endpoint, NoQuery

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
    csv_column=COLUMN,
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
