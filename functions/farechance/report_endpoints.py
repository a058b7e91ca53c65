"""The endpoints of reports."""

from farechance.endpoint import Endpoint
from farechance.report_api import ReportList, ReportQuery

LIST_REPORTS = Endpoint(
    "GET",
    "/reports",
    "reports:read",
    "List your monthly reports, with links to their files",
    ReportQuery,
    ReportList,
)
