"""Stand-in, replaced by the page."""

from farechance.reports.content import Report


def page_one_text(report: Report) -> str:
    """Stand-in, replaced by the page."""
    return f"{report.program_name} {report.month}: {report.money.net_cents} cents."


def subject(report: Report) -> str:
    """Stand-in, replaced by the page."""
    return f"{report.program_name} {report.month}"
