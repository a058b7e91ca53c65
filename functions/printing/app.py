"""The door for cards to print: a partner's own, and sheets that a link opens. It can write
nothing."""

from datetime import datetime

from farechance.card_api import CardPage, CardsRequest, SheetQuery
from farechance.card_endpoints import OPEN_SHEET, PRINT_CARDS, SHOW_CARD
from farechance.edge.clock import utc_now
from farechance.edge.door import Call, Door, Opened
from farechance.endpoint import NoQuery
from farechance.priming import prime
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys
from farechance.vault import Vault
from operations.print_cards import CardTools, open_sheet, print_cards

settings = Settings.from_environment()
store = Store(settings)
remembered = Remembered(store)
vault = Vault(settings)
# Nobody has this name: it opens the connection.
prime(settings, lambda: store.read(keys.client("-")), lambda: vault.code_keys(utc_now()))
door = Door(remembered)
handler = door.handle


@door.serves(SHOW_CARD)
def show_card(call: Call[NoQuery]) -> CardPage:
    """GET /v1/vouchers/{voucher_id}/card"""
    now = call.clock()
    return print_cards([call.path["voucher_id"]], call.caller.partner_id, _tools(now), now)


@door.serves(PRINT_CARDS)
def print_some_cards(call: Call[CardsRequest]) -> CardPage:
    """POST /v1/cards"""
    now = call.clock()
    return print_cards(call.body.voucher_ids, call.caller.partner_id, _tools(now), now)


@door.opens(OPEN_SHEET)
def open_sheet_by_link(call: Opened[SheetQuery]) -> CardPage:
    """GET /v1/sheets"""
    now = call.clock()
    return open_sheet(call.body.token, _tools(now), now)


def _tools(now: datetime) -> CardTools:
    return CardTools(store, remembered, vault.code_keys(now))
