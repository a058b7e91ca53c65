"""Stand-in, replaced by the page."""

from farechance.reports.content import Report


def html(report: Report) -> str:
    """Stand-in, replaced by the page."""
    return f"<!doctype html><p>{report.month}</p>"
