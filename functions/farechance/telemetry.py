"""Logs and metrics. It owns the names of events and counts; it must never be handed a code, a phone
number, a body, a token, an external reference or a secret: a log line is an event's name and
ids."""

import gc
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

# A message is an event's name: it isn't tried to be read as JSON.
logger = Logger(json_deserializer=str)
metrics = Metrics()


class Event(StrEnum):
    """Names of log lines, to search for."""

    NOT_PRIMED = "not_primed"
    CALL_ANSWERED = "call_answered"
    CALL_REFUSED = "call_refused"
    CALL_FAILED = "call_failed"
    RIDE_EVENT_ANSWERED = "ride_event_answered"
    MINT_TOO_FAST = "mint_too_fast"
    COMMAND_CARRIED_OUT = "command_carried_out"
    COMMAND_REFUSED = "command_refused"
    WIDGET_SHOWN = "widget_shown"
    HOUSE_KEPT = "house_kept"
    HOUSEKEEPING_FAILED = "housekeeping_failed"
    OWED_NEAR = "owed_near"
    ALLOTMENT_LOW = "allotment_low"
    REPORT_MISSING = "report_missing"
    BOOKS_CHECKED = "books_checked"
    BOOKS_NOT_CHECKED = "books_not_checked"
    BOOKS_DIFFER = "books_differ"
    LEDGER_OVERWRITTEN = "ledger_overwritten"
    BATCH_WORKED_ON = "batch_worked_on"
    MESSAGE_FAILED = "message_failed"
    STATEMENT_RECONCILED = "statement_reconciled"
    STATEMENT_REFUSED = "statement_refused"
    REPORTS_DISPATCHED = "reports_dispatched"
    REPORT_NOT_DISPATCHED = "report_not_dispatched"
    REPORT_RUN = "report_run"
    REPORT_FAILED = "report_failed"


class Count(StrEnum):
    """Names of metrics."""

    CALL = "Call"
    CALL_NOT_DONE = "CallNotDone"
    NOT_AUTHENTICATED = "NotAuthenticated"
    RIDE_APPROVED = "RideApproved"
    RIDE_DECLINED = "RideDeclined"
    RIDE_CAPTURED = "RideCaptured"
    COVERED_CENTS = "CoveredCents"
    MONEY_LEFT_CENTS = "MoneyLeftCents"
    RIDE_VOIDED = "RideVoided"
    RIDE_REFUNDED = "RideRefunded"
    RIDE_UNCHANGED = "RideUnchanged"
    VOUCHER_CHECKED = "VoucherChecked"
    EVENT_REFUSED = "EventRefused"
    EVENT_IGNORED = "EventIgnored"
    EVENT_REPLAYED = "EventReplayed"
    EVENT_CONFLICT = "EventConflict"
    SHORTFALL = "Shortfall"
    CODE_UNKNOWN = "CodeUnknown"
    FIELD_UNKNOWN = "FieldUnknown"
    VOUCHER_MINTED = "VoucherMinted"
    MINT_TOO_FAST = "MintTooFast"
    CODE_SENT = "CodeSent"
    PARTICIPANT_ENROLLED = "ParticipantEnrolled"
    VOUCHER_RETURNED = "VoucherReturned"
    HOUSE_KEPT = "HouseKept"
    HOUSEKEEPING_FAILED = "HousekeepingFailed"
    OWED_NEAR = "OwedNear"
    OWED_REACHED = "OwedReached"
    ALLOTMENT_LOW = "AllotmentLow"
    REPORT_MISSING = "ReportMissing"
    BOOKS_AUDITED = "BooksAudited"
    BOOKS_CHECKED = "BooksChecked"
    BOOKS_NOT_CHECKED = "BooksNotChecked"
    BOOKS_DIFFER = "BooksDiffer"
    LEDGER_OVERWRITTEN = "LedgerOverwritten"
    BATCH_STARTED = "BatchStarted"
    BATCH_ROW_FAILED = "BatchRowFailed"
    BATCH_SENT_AGAIN = "BatchSentAgain"
    MESSAGE_FAILED = "MessageFailed"
    STATEMENT_RECONCILED = "StatementReconciled"
    STATEMENT_REFUSED = "StatementRefused"
    REPORT_PUBLISHED = "ReportPublished"
    REPORT_CORRECTED = "ReportCorrected"
    REPORT_FAILED = "ReportFailed"


@contextmanager
def invocation(request_id: str) -> Iterator[None]:
    """Around each invocation: its log lines carry `request_id`, which doesn't outlive it; what was
    counted is sent at its end."""
    if not gc.isenabled():
        # The start is over (`farechance/__init__.py`): what it made stays, and isn't looked at.
        gc.freeze()
        gc.enable()
    logger.append_keys(request_id=request_id)
    try:
        yield
    finally:
        # Flushing nothing would warn, on every request that counts nothing.
        if metrics.metric_set:
            metrics.flush_metrics()
        logger.remove_keys(("request_id",))


def count_anywhere(name: Count) -> None:
    """A metric of the whole system, sent at once: its dimension `service` is `any`, whichever
    function counts it, so that one alarm sees them all."""
    _send(name, 1, {"service": "any"})


def measure_money_left(program_id: str, cents: int) -> None:
    """What of a programme's money isn't spent, sent at once: by the programme."""
    _send(Count.MONEY_LEFT_CENTS, cents, {"service": "any", "program": program_id})


def count_call(caller: str, *, is_done: bool) -> None:
    """A call of a partner or a ride company that has proved who it is (a name that anybody may use
    would be a metric that we pay for, or calls of whoever has it), sent at once: by the caller,
    whichever function took it."""
    for name in (Count.CALL,) if is_done else (Count.CALL, Count.CALL_NOT_DONE):
        _send(name, 1, {"service": "any", "caller": caller})


def _send(name: Count, value: int, dimensions: dict[str, str]) -> None:
    """One value of one metric (CloudWatch's 'Specification: Embedded metric format'). Powertools'
    own way for it makes a set of metrics anew each time, on every call that is answered."""
    described = {
        "Namespace": metrics.namespace,
        "Dimensions": [list(dimensions)],
        "Metrics": [{"Name": name.value, "Unit": MetricUnit.Count.value}],
    }
    about = {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [described]}
    sys.stdout.write(json.dumps({"_aws": about, **dimensions, name.value: [value]}) + "\n")


def count(name: Count, times: int = 1) -> None:
    """Adds to a metric of the stack's namespace; sent when the invocation ends."""
    metrics.add_metric(name=name.value, unit=MetricUnit.Count, value=times)
