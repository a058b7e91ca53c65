"""The door for vouchers: minting them, few or many, looking at them, acting on them; who is
calling; and what of a person reaches her vouchers, her consent and her record."""

from typing import Any

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
from farechance.edge.door import Call, Door, Replayed, Sheet
from farechance.edge.problems import tell_of_haste
from farechance.endpoint import NoQuery
from farechance.participant_api import ConsentAnswer, ConsentRequest, ParticipantRecord
from farechance.partner_api import (
    EntryList,
    EntryQuery,
    Minted,
    MintRequest,
    VoucherAnswer,
    WhoAmI,
    stored_answer,
)
from farechance.people_endpoints import CHANGE_CONSENT, SHOW_RECORD
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, count
from farechance.vault import Vault
from farechance.voucher_api import (
    Acted,
    ActRequest,
    AssignRequest,
    ExtendRequest,
    Reissued,
    VoucherList,
    VoucherQuery,
)
from farechance.voucher_endpoints import (
    ASSIGN_VOUCHER,
    BLOCK_VOUCHER,
    EXTEND_VOUCHER,
    LIST_ENTRIES,
    LIST_VOUCHERS,
    MINT,
    REISSUE_VOUCHER,
    REVOKE_VOUCHER,
    SHOW_VOUCHER,
    UNBLOCK_VOUCHER,
    WHO_AM_I,
)
from operations.act_on_participant import CallAbout
from operations.act_on_voucher import (
    VoucherCall,
    VoucherTools,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.change_consent import change_consent
from operations.list_vouchers import list_vouchers
from operations.mint import mint
from operations.reissue_voucher import reissue_voucher
from operations.show_batch import list_batch_vouchers, show_batch
from operations.show_record import show_record
from operations.show_voucher import list_entries, show_voucher
from operations.start_batch import start_batch
from operations.who_am_i import who_am_i

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
batches = BatchQueue(settings)
door = Door(remembered)
handler = door.handle


@door.serves(WHO_AM_I)
def tell_who_is_calling(call: Call[NoQuery]) -> WhoAmI:
    """GET /v1/whoami"""
    return who_am_i(
        call.caller.partner,
        call.caller.scopes,
        settings.environment,
        store=store,
        remembered=remembered,
        now=call.clock(),
    )


@door.serves(MINT)
def mint_vouchers(call: Call[MintRequest]) -> Replayed[Minted]:
    """POST /v1/vouchers"""
    minted, is_replay = mint(
        call.body,
        call.caller.partner_id,
        call.idempotency_key,
        codes_too="codes:read" in call.caller.scopes,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(call.clock()),
        clock=call.clock,
        tell_of_haste=tell_of_haste,
    )
    if not is_replay:
        count(Count.VOUCHER_MINTED, len(minted.vouchers))
    return Replayed(minted, is_replay)


@door.serves(SHOW_VOUCHER)
def show_own_voucher(call: Call[NoQuery]) -> VoucherAnswer:
    """GET /v1/vouchers/{voucher_id}"""
    now = call.clock()
    return show_voucher(
        call.path["voucher_id"],
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )


@door.serves(LIST_ENTRIES)
def list_own_entries(call: Call[EntryQuery]) -> EntryList:
    """GET /v1/vouchers/{voucher_id}/entries"""
    now = call.clock()
    return list_entries(
        call.path["voucher_id"],
        call.body,
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )


@door.serves(LIST_VOUCHERS)
def list_own_vouchers(call: Call[VoucherQuery]) -> VoucherList:
    """GET /v1/vouchers"""
    now = call.clock()
    return list_vouchers(
        call.body,
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )


@door.serves(ASSIGN_VOUCHER)
def assign_own_voucher(call: Call[AssignRequest]) -> Replayed[Acted]:
    """POST /v1/vouchers/{voucher_id}/assign"""
    person = call.body.participant_id
    return _acted(assign_voucher(_asked("assign", call), person, _tools(call)))


@door.serves(BLOCK_VOUCHER)
def block_own_voucher(call: Call[ActRequest]) -> Replayed[Acted]:
    """POST /v1/vouchers/{voucher_id}/block"""
    return _acted(block_voucher(_asked("block", call), _tools(call)))


@door.serves(UNBLOCK_VOUCHER)
def unblock_own_voucher(call: Call[ActRequest]) -> Replayed[Acted]:
    """POST /v1/vouchers/{voucher_id}/unblock"""
    return _acted(unblock_voucher(_asked("unblock", call), _tools(call)))


@door.serves(EXTEND_VOUCHER)
def extend_own_voucher(call: Call[ExtendRequest]) -> Replayed[Acted]:
    """POST /v1/vouchers/{voucher_id}/extend"""
    ends = call.body.expires_at
    return _acted(extend_voucher(_asked("extend", call), ends, _tools(call)))


@door.serves(REVOKE_VOUCHER)
def revoke_own_voucher(call: Call[ActRequest]) -> Replayed[Acted]:
    """POST /v1/vouchers/{voucher_id}/revoke"""
    return _acted(revoke_voucher(_asked("revoke", call), _tools(call)))


@door.serves(REISSUE_VOUCHER)
def reissue_own_voucher(call: Call[ActRequest]) -> Replayed[Reissued]:
    """POST /v1/vouchers/{voucher_id}/reissue"""
    answer, is_replay = reissue_voucher(
        _asked("reissue", call), _tools(call), codes_too="codes:read" in call.caller.scopes
    )
    return Replayed(Reissued.model_validate(answer, strict=False), is_replay)


def _asked[Body: (ActRequest, AssignRequest, ExtendRequest)](
    act: str, call: Call[Body]
) -> VoucherCall:
    return VoucherCall(
        voucher_id=call.path["voucher_id"],
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        content={"act": act, **stored_answer(call.body)},
        reason=call.body.reason,
    )


def _tools(call: Call[Any]) -> VoucherTools:
    return VoucherTools(store, remembered, vault.code_keys(call.clock()), call.clock)


def _acted(told: tuple[dict[str, Any], bool]) -> Replayed[Acted]:
    answer, is_replay = told
    return Replayed(Acted.model_validate(answer, strict=False), is_replay)


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


@door.serves(CHANGE_CONSENT)
def change_own_consent(call: Call[ConsentRequest]) -> Replayed[ConsentAnswer]:
    """POST /v1/participants/{participant_id}/consent"""
    return Replayed(
        *change_consent(
            call.body,
            CallAbout(
                participant_id=call.path["participant_id"],
                partner_id=call.caller.partner_id,
                idempotency_key=call.idempotency_key,
                act="consent",
                content=call.body,
            ),
            store=store,
            remembered=remembered,
            code_keys=vault.code_keys(call.clock()),
            clock=call.clock,
        )
    )


@door.serves(SHOW_RECORD)
def show_own_record(call: Call[NoQuery]) -> ParticipantRecord:
    """GET /v1/participants/{participant_id}/record"""
    now = call.clock()
    return show_record(
        call.path["participant_id"],
        call.caller.partner_id,
        store=store,
        remembered=remembered,
        code_keys=vault.code_keys(now),
        now=now,
    )
