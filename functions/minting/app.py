"""The door for vouchers: minting them, few or many, looking at them, acting on them; who is
calling. What of a person reaches her vouchers stands in `people`, and batches in `batches`: both
are loaded when they are called."""

from typing import Any

from farechance.edge.clock import utc_now
from farechance.edge.door import Call, Door, Replayed
from farechance.edge.problems import tell_of_haste
from farechance.endpoint import NoQuery
from farechance.partner_api import EntryList, EntryQuery, Minted, MintRequest, VoucherAnswer, WhoAmI
from farechance.priming import prime
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys
from farechance.strictness import stored_answer
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
from operations.act_on_voucher import (
    VoucherCall,
    VoucherTools,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.list_vouchers import list_vouchers
from operations.mint import mint
from operations.reissue_voucher import reissue_voucher
from operations.show_voucher import list_entries, show_voucher
from operations.who_am_i import who_am_i

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
# Nobody has this name: it opens the connection.
prime(settings, lambda: store.read(keys.client("-")), lambda: vault.code_keys(utc_now()))
door = Door(remembered)
door.loads("/voucher-batches", "minting.batches")
door.loads("/participants", "minting.people")
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
