"""The door of batches under way: a queue's message names one, and it is worked on until it is over,
waits, or there is no more time; then it is sent on."""

from collections.abc import Callable

from farechance.batch_queue import BatchName, BatchQueue
from farechance.edge.clock import utc_now
from farechance.edge.queue import Queue
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, Event, count, logger
from farechance.vault import Vault
from operations.act_on_voucher import VoucherTools
from operations.work_on_batch import work_on_batch

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
batches = BatchQueue(settings)


def work(name: BatchName, has_time: Callable[[], bool]) -> None:
    """As much of one batch as there is time for."""
    tools = VoucherTools(store, remembered, vault.code_keys(utc_now()), utc_now)
    done = work_on_batch(name.partner_id, name.batch_id, tools, has_time)
    if done.goes_on:
        batches.send(name)
    if done.minted:
        count(Count.VOUCHER_MINTED, done.minted)
    if done.failed:
        count(Count.BATCH_ROW_FAILED, done.failed)
    logger.info(
        Event.BATCH_WORKED_ON,
        partner_id=name.partner_id,
        batch_id=name.batch_id,
        minted=done.minted,
        failed=done.failed,
        goes_on=done.goes_on,
    )


queue = Queue(BatchName, work)
handler = queue.handle
