"""The door of housekeeping: on a schedule it returns what vouchers leave behind, judges what is
owed, warns of what will soon be missed, sends batches again with which nobody goes on, and erases
people whose time has come."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from farechance.batch_queue import BatchName, BatchQueue
from farechance.edge.clock import utc_now
from farechance.edge.schedule import Schedule
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, Event, count, logger, measure_money_left
from operations.judge_owed import Judged
from operations.keep_house import Kept, keep_house

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
batches = BatchQueue(settings)


def send_batch(partner_id: str, batch_id: str) -> None:
    """Has a batch worked on."""
    batches.send(BatchName(partner_id=partner_id, batch_id=batch_id))


def keep(has_time: Callable[[], bool]) -> dict[str, Any]:
    """All that is due, as far as there is time; what was done, in figures."""
    kept = keep_house(
        store=store,
        remembered=remembered,
        clock=utc_now,
        has_time=has_time,
        send_batch=send_batch,
    )
    _tell(kept)
    return {
        "returned": kept.returned,
        "erased": kept.erased,
        "paused": [judged.program_id for judged in kept.judged if judged.was_paused],
        "failed": len(kept.failed),
        "is_complete": kept.is_complete,
    }


def _tell(kept: Kept) -> None:
    for judged in kept.judged:
        _tell_of(judged)
    for low in kept.low:
        count(Count.ALLOTMENT_LOW)
        logger.warning(Event.ALLOTMENT_LOW, **asdict(low))
    for missing in kept.missing:
        count(Count.REPORT_MISSING)
        logger.error(Event.REPORT_MISSING, **asdict(missing))
    for name, error in kept.failed:
        count(Count.HOUSEKEEPING_FAILED)
        logger.error(Event.HOUSEKEEPING_FAILED, what=name, error=error)
    if kept.returned:
        count(Count.VOUCHER_RETURNED, kept.returned)
    if kept.sent_again:
        count(Count.BATCH_SENT_AGAIN, kept.sent_again)
    # A run that was cut off is told only by its log line: the next goes on, and if none ever comes
    # to its end, that is an alarm.
    if kept.is_complete:
        count(Count.HOUSE_KEPT)
    logger.info(
        Event.HOUSE_KEPT,
        returned=kept.returned,
        erased=kept.erased,
        is_complete=kept.is_complete,
        sent_again=kept.sent_again,
    )


def _tell_of(judged: Judged) -> None:
    measure_money_left(judged.program_id, judged.left_cents)
    if judged.is_reached:
        count(Count.OWED_REACHED)
    if judged.is_near:
        count(Count.OWED_NEAR)
        logger.warning(
            Event.OWED_NEAR,
            program_id=judged.program_id,
            owed_cents=judged.owed_cents,
            max_owed_cents=judged.max_owed_cents,
            was_paused=judged.was_paused,
        )


schedule = Schedule(keep)
handler = schedule.handle
