"""Stand-in, replaced by the page."""

from typing import Any

from farechance.reports.content import Report


def report_schema() -> dict[str, Any]:
    """Stand-in, replaced by the page."""
    return Report.model_json_schema()
