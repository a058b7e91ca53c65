"""The door of the monthly schedule: a message for each programme, so that each report is made, and
fails, by itself."""

from collections.abc import Callable
from typing import Any

from farechance.edge.clock import utc_now
from farechance.edge.schedule import Schedule
from farechance.errors import Busy
from farechance.report_queue import ReportName, ReportQueue
from farechance.settings import Settings
from farechance.store import Store
from farechance.telemetry import Event, logger
from operations.dispatch_reports import dispatch_reports

settings = Settings.from_environment()
store = Store(settings)
reports = ReportQueue(settings)


def send_report(program_id: str, month: str) -> None:
    """Has a month reported."""
    reports.send(ReportName(program_id=program_id, month=month))


def dispatch(_has_time: Callable[[], bool]) -> dict[str, Any]:
    """Every programme. Raises Busy if one couldn't be sent, so that the platform runs it again."""
    dispatched = dispatch_reports(store=store, now=utc_now(), send=send_report)
    for program_id, error in dispatched.failed:
        logger.error(Event.REPORT_NOT_DISPATCHED, program_id=program_id, error=error)
    logger.info(Event.REPORTS_DISPATCHED, sent=dispatched.sent, failed=len(dispatched.failed))
    if dispatched.failed:
        raise Busy
    return {"sent": dispatched.sent}


schedule = Schedule(dispatch)
handler = schedule.handle
