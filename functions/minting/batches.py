"""Batches of vouchers, behind the door of minting."""

from farechance.batch_api import (
    BatchAnswer,
    BatchRequest,
    BatchStarted,
    BatchVoucherList,
    BatchVoucherQuery,
)
from farechance.batch_endpoints import LIST_BATCH_VOUCHERS, SHOW_BATCH, START_BATCH
from farechance.batch_queue import BatchName, BatchQueue
from farechance.batch_sheet import batch_sheet, next_query
from farechance.edge.door import Call, Replayed, Sheet
from farechance.edge.problems import tell_of_haste
from farechance.endpoint import NoQuery
from farechance.telemetry import Count, count
from minting.app import door, remembered, settings, store, vault
from operations.show_batch import list_batch_vouchers, show_batch
from operations.start_batch import start_batch

batches = BatchQueue(settings)


@door.serves(START_BATCH)
def start_own_batch(call: Call[BatchRequest]) -> Replayed[BatchStarted]:
    """POST /v1/voucher-batches"""
    started, is_replay = start_batch(
        call.body,
        call.caller.partner_id,
        call.idempotency_key,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(call.clock()),
        clock=call.clock,
        tell_of_haste=tell_of_haste,
    )
    # A repeat sends it again: the first message may be lost, and one too many is harmless.
    batches.send(BatchName(partner_id=call.caller.partner_id, batch_id=started.batch_id))
    if not is_replay:
        count(Count.BATCH_STARTED)
    return Replayed(started, is_replay)


@door.serves(SHOW_BATCH)
def show_own_batch(call: Call[NoQuery]) -> BatchAnswer:
    """GET /v1/voucher-batches/{batch_id}"""
    return show_batch(
        call.path["batch_id"],
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        now=call.clock(),
    )


@door.serves(LIST_BATCH_VOUCHERS)
def list_own_batch_vouchers(call: Call[BatchVoucherQuery]) -> BatchVoucherList | Sheet:
    """GET /v1/voucher-batches/{batch_id}/vouchers"""
    query, batch_id = call.body, call.path["batch_id"]
    listed = list_batch_vouchers(
        batch_id,
        query,
        call.caller.partner_id,
        codes_too="codes:read" in call.caller.scopes,
        store=store,
        code_keys=vault.code_keys(call.clock()),
    )
    if query.format == "csv" or (query.format is None and call.wants_csv):
        return Sheet(batch_sheet(listed), f"{batch_id}.csv", next_query(query, listed))
    return listed
