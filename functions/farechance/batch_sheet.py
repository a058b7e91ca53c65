"""A page of a batch's rows as a table that is safe to open in a spreadsheet: references and the
last symbols of codes stay text, and no cell is a formula."""

from typing import Any

from farechance.batch_api import COLUMN, BatchVoucherList, BatchVoucherQuery
from farechance.sheets import as_text, written

_NAMES = (
    "line",
    "outcome",
    COLUMN,
    "participant_id",
    "voucher_id",
    "code",
    "last4",
    "reason",
    "detail",
)


def batch_sheet(listed: BatchVoucherList) -> str:
    """A line of names, then a line for each row. A code is text as it stands: four groups with
    dashes are neither a number nor a day, and a rider may copy it."""
    return written(
        _NAMES,
        (
            (
                one.line,
                one.outcome.value,
                as_text(one.external_ref),
                one.participant_id,
                one.voucher_id,
                one.code,
                as_text(one.last4),
                one.reason,
                one.detail,
            )
            for one in listed.vouchers
        ),
    )


def next_query(query: BatchVoucherQuery, listed: BatchVoucherList) -> dict[str, Any] | None:
    """The query that asks for the page after this one, or None."""
    if listed.cursor is None:
        return None
    asked = {"format": "csv", "limit": query.limit, "cursor": listed.cursor}
    return asked | ({"outcome": query.outcome.value} if query.outcome else {})
