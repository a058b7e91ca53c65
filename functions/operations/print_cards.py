"""Makes pages of cards to print: of vouchers that a partner names, or of those that an
administrator's command minted. A page is made when it is asked for, and stored nowhere."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from farechance import card_links, card_page, cards, codes
from farechance.card_api import CardPage
from farechance.card_links import Sheet
from farechance.cards import Card
from farechance.codes import CodeKeys
from farechance.errors import NotFound, StateForbids
from farechance.programs import Provider, Rules
from farechance.store import Remembered, Store, keys
from farechance.vouchers import Voucher
from operations.find_voucher import voucher_key
from operations.read_terms import read_terms


class CardTools(NamedTuple):
    """What cards are made with."""

    store: Store
    remembered: Remembered
    code_keys: CodeKeys


def print_cards(
    voucher_ids: Sequence[str], partner_id: str, tools: CardTools, now: datetime
) -> CardPage:
    """A page of at most 100 cards in this order, all or none. Raises NotFound, also for another
    partner's, StateForbids (`voucher_closed`, `voucher_expired`,
    `nothing_left`)."""
    found = _read(voucher_ids, tools)
    for voucher_id, voucher in zip(voucher_ids, found, strict=True):
        if voucher is None or voucher.partner_id != partner_id:
            raise NotFound("voucher", voucher_id)
    vouchers = [voucher for voucher in found if voucher is not None]
    for voucher in vouchers:
        cards.check_usable(voucher, now)
    return _page(vouchers, tools, now)


def open_sheet(token: str, tools: CardTools, now: datetime) -> CardPage:
    """The cards of a link that still pay rides: nobody stands there who could mend the others.
    Raises NotFound, LinkExpired, StateForbids (`voucher_closed`, if none is left)."""
    sheet = card_links.read(token, tools.code_keys, now)
    vouchers = [one for one in _read(_ids(sheet, tools), tools) if one is not None]
    usable = [one for one in vouchers if cards.why_unusable(one, now) is None]
    if not usable:
        raise StateForbids("voucher_closed", {"cards": 0})
    return _page(usable, tools, now)


def _ids(sheet: Sheet, tools: CardTools) -> list[str]:
    """They follow from the key of each part, and from the version of the secret that its record
    names."""
    parts = list(sheet.parts())
    part_keys = [keys.mint_key(sheet.partner_id, key) for key, _ in parts]
    found = tools.store.read(*part_keys)
    return [
        codes.voucher_id(tools.code_keys, record.secret_version, sheet.partner_id, key, index)
        for (key, size), part_key in zip(parts, part_keys, strict=True)
        if (record := found[part_key]) is not None
        for index in range(size)
    ]


def _read(voucher_ids: Sequence[str], tools: CardTools) -> list[Voucher | None]:
    """The vouchers as they stand, in one read; None for an id that leads nowhere."""
    named = [voucher_key(voucher_id, tools.code_keys) for voucher_id in voucher_ids]
    found = tools.store.read(*(key for key in named if key))
    return [found[key] if key else None for key in named]


def _page(vouchers: Sequence[Voucher], tools: CardTools, now: datetime) -> CardPage:
    return CardPage(html=card_page.page([_card(voucher, tools, now) for voucher in vouchers]))


def _card(voucher: Voucher, tools: CardTools, now: datetime) -> Card:
    code = codes.code_of(tools.code_keys, voucher.voucher_id)
    if code is None:
        raise NotFound("voucher", voucher.voucher_id)
    terms = read_terms(voucher, tools.remembered, now)
    providers = _providers(terms.rules, tools.remembered, now)
    return cards.card(voucher, code, terms.rules, terms.partner, providers, now)


def _providers(rules: Rules, remembered: Remembered, now: datetime) -> list[Provider]:
    """Those that are registered: a programme may name a ride company before it is."""
    wanted = [keys.provider(one) for one in rules.provider_ids]
    found = remembered.read(*wanted, now=now)
    return [provider for key in wanted if (provider := found[key]) is not None]
