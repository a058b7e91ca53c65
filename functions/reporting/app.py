"""The door of monthly reports: a queue's message names a programme and a month, which is published,
or verified if it is there. Where there is no time for all of it, the message is sent on."""

import secrets
from collections.abc import Callable

from farechance.announcer import Announcer
from farechance.edge import problems
from farechance.edge.clock import utc_now
from farechance.edge.queue import Queue
from farechance.errors import Busy
from farechance.report_bucket import ReportBucket
from farechance.report_queue import ReportName, ReportQueue
from farechance.settings import Settings
from farechance.store import Store
from farechance.telemetry import Count, Event, count, logger
from operations.publish_report import End, Reported, publish_report
from operations.report_tools import ReportTools

_RESERVE_SECONDS = 180
"""Once a month is added up, its files are written: hundreds of megabytes at most."""

_COUNTS = {End.PUBLISHED: Count.REPORT_PUBLISHED, End.CORRECTED: Count.REPORT_CORRECTED}
_MOST_NAMED = 20

settings = Settings.from_environment()
store = Store(settings)
bucket = ReportBucket(settings)
announcer = Announcer(settings)
reports = ReportQueue(settings)


def work(name: ReportName, has_time: Callable[[], bool]) -> None:
    """One month of one programme."""
    tools = ReportTools(store, bucket, announcer, utc_now, has_time, secrets.token_bytes(32))
    try:
        reported = publish_report(name.program_id, name.month, tools)
    except Busy:
        # It passes: the queue has it done again.
        raise
    except Exception as error:
        count(Count.REPORT_FAILED)
        problems.count_defect(error)
        logger.error(
            Event.REPORT_FAILED,
            program_id=name.program_id,
            month=name.month,
            error=type(error).__name__,
        )
        raise
    if reported.end is End.GOES_ON:
        reports.send(name)
    _tell(name, reported)


def _tell(name: ReportName, reported: Reported) -> None:
    if reported.end in _COUNTS:
        count(_COUNTS[reported.end])
    logger.info(
        Event.REPORT_RUN,
        program_id=name.program_id,
        month=name.month,
        end=reported.end.value,
        edition=reported.edition,
        changes=reported.changes[:_MOST_NAMED],
    )


queue = Queue(ReportName, work, reserve_seconds=_RESERVE_SECONDS)
handler = queue.handle
