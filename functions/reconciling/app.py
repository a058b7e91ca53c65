"""The door of ride companies' statements: a queue's message names files that were dropped into the
inbox, and each is reconciled with the ledger."""

from collections.abc import Callable

from farechance.edge.clock import utc_now
from farechance.edge.dropped_files import DroppedFiles
from farechance.edge.queue import Queue
from farechance.report_bucket import ReportBucket
from farechance.report_queue import ReportName, ReportQueue
from farechance.settings import Settings
from farechance.store import Store
from farechance.telemetry import Count, Event, count, logger
from operations.reconcile_statement import StatementTools, Told, reconcile_statement

settings = Settings.from_environment()
store = Store(settings)
bucket = ReportBucket(settings)
reports = ReportQueue(settings)


def work(dropped: DroppedFiles, _has_time: Callable[[], bool]) -> None:
    """Each file, as it lies there now."""
    tools = StatementTools(store, bucket, send_report, utc_now)
    for path in dropped.paths:
        told = reconcile_statement(path, tools)
        if told is not None:
            _tell(told)


def send_report(program_id: str, month: str) -> None:
    """Has a month reported."""
    reports.send(ReportName(program_id=program_id, month=month))


def _tell(told: Told) -> None:
    # A file that has no statement's name may have any name: it is in no log.
    named = {} if told.name is None else told.name.model_dump()
    if told.statement is None:
        count(Count.STATEMENT_REFUSED)
        logger.info(Event.STATEMENT_REFUSED, problem=told.problem, **named)
        return
    count(Count.STATEMENT_RECONCILED)
    counts = told.statement.model_dump(exclude={"provider_id"})
    logger.info(Event.STATEMENT_RECONCILED, **named, **counts)


queue = Queue(DroppedFiles, work)
handler = queue.handle
