"""Finds the voucher that an administrator names: by its id, by its partner and the last 4 symbols
of its code, or by an authorization id. The last 4 may be those of several."""

from datetime import datetime
from itertools import count

from farechance.codes import CodeKeys
from farechance.errors import NotFound
from farechance.store import Remembered, Store, keys
from farechance.voucher_api import VoucherQuery
from farechance.voucher_names import Wanted
from farechance.vouchers import Voucher
from operations.find_voucher import find_voucher, voucher_key
from operations.list_vouchers import list_vouchers

MOST_FOUND = 20
_MOST_CALLS = 3
_MARK_CHARACTERS = 12


def find_vouchers(
    wanted: Wanted, *, store: Store, remembered: Remembered, code_keys: CodeKeys, now: datetime
) -> tuple[Voucher, ...]:
    """At least one and at most `MOST_FOUND`, the newest of each programme first. Raises NotFound,
    also where there are more cards than can be looked at."""
    if wanted.voucher_id is not None:
        found = find_voucher(wanted.voucher_id, None, store=store, code_keys=code_keys)
        return (found,)
    if wanted.authorization_id is not None:
        return (_by_authorization(wanted.authorization_id, store),)
    return _by_last4(wanted, store=store, remembered=remembered, code_keys=code_keys, now=now)


def _by_authorization(authorization_id: str, store: Store) -> Voucher:
    key = keys.voucher(authorization_id.removeprefix("aut_")[:-_MARK_CHARACTERS])
    found = store.read(key)[key]
    if found is None:
        raise NotFound("authorization", authorization_id)
    return found


def _by_last4(
    wanted: Wanted, *, store: Store, remembered: Remembered, code_keys: CodeKeys, now: datetime
) -> tuple[Voucher, ...]:
    partner_id = wanted.partner_id or ""
    partner_key = keys.partner(partner_id)
    if store.read(partner_key)[partner_key] is None:
        raise NotFound("partner", partner_id)
    ids: list[str] = []
    cursor: str | None = None
    for number in count(1):
        page = list_vouchers(
            VoucherQuery(last4=wanted.last4, limit=MOST_FOUND, cursor=cursor),
            partner_id,
            store=store,
            remembered=remembered,
            code_keys=code_keys,
            now=now,
        )
        ids += [one.voucher_id for one in page.vouchers]
        cursor = page.cursor
        if cursor is None or len(ids) >= MOST_FOUND or number == _MOST_CALLS:
            break
    if not ids:
        raise NotFound("voucher", f"{partner_id}, last 4 {wanted.last4}")
    places = [key for one in ids[:MOST_FOUND] if (key := voucher_key(one, code_keys))]
    found = store.read(*places)
    return tuple(voucher for key in places if (voucher := found[key]) is not None)
