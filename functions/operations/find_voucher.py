"""Finds a voucher by its id: the code follows from the id, the key from the code, the item from the
key."""

from farechance.codes import CodeKeys, code_of, key_of
from farechance.errors import NotFound
from farechance.store import Store, keys
from farechance.store.keys import Key
from farechance.vouchers import Voucher


def find_voucher(
    voucher_id: str, partner_id: str | None, *, store: Store, code_keys: CodeKeys
) -> Voucher:
    """The voucher as it stands. Raises NotFound, also for another partner's than `partner_id`
    (None: an administrator may see all)."""
    key = voucher_key(voucher_id, code_keys)
    if key is None:
        raise NotFound("voucher", voucher_id)
    voucher = store.read(key)[key]
    if voucher is None or partner_id not in (None, voucher.partner_id):
        raise NotFound("voucher", voucher_id)
    return voucher


def voucher_key(voucher_id: str, code_keys: CodeKeys) -> Key[Voucher] | None:
    """Where the voucher of an id stands, if it stands anywhere; None for an id that leads nowhere,
    or whose version of the secret isn't there."""
    code = code_of(code_keys, voucher_id)
    return None if code is None else keys.voucher(key_of(code_keys, code))
