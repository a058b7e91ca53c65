"""Stand-in, replaced by the page."""

from farechance.reports.content import Report


def summary_csv(report: Report) -> str:
    """Stand-in, replaced by the page."""
    return f"month\r\n{report.month}\r\n"
