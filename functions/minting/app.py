"""The door for vouchers: minting them and looking at them; and who is calling."""

from farechance.edge.door import Call, Door, Replayed
from farechance.endpoints import LIST_ENTRIES, MINT, SHOW_VOUCHER, WHO_AM_I, NoQuery
from farechance.partner_api import (
    EntryList,
    EntryQuery,
    Minted,
    MintRequest,
    VoucherAnswer,
    WhoAmI,
)
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, count
from farechance.vault import Vault
from operations.mint import mint
from operations.show_voucher import list_entries, show_voucher
from operations.who_am_i import who_am_i

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
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
