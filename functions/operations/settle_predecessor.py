"""What the old card of a reissued one set free comes over once the old one's return_at is past: by
housekeeping, or here, before anything is decided about the new one. So it doesn't matter when
housekeeping comes by (domain.md, invariant 10). Costs a read, of reissued cards only."""

from datetime import datetime

from farechance.store import LostRace, Remembered, Store, keys
from farechance.vouchers import Voucher, VoucherState
from operations.return_money import return_money_once


def settle_predecessor(
    voucher: Voucher, *, store: Store, remembered: Remembered, now: datetime
) -> None:
    """Raises LostRace if money came over: the voucher must be read again."""
    if not _may_inherit(voucher, now) or voucher.predecessor_key is None:
        return
    key = keys.voucher(voucher.predecessor_key)
    if return_money_once(key, store, remembered, now, successor=voucher):
        raise LostRace


def inherited_cents(voucher: Voucher, *, store: Store, now: datetime) -> int:
    """What would come over now, for who only asks."""
    if not _may_inherit(voucher, now) or voucher.predecessor_key is None:
        return 0
    key = keys.voucher(voucher.predecessor_key)
    old = store.read(key)[key]
    return 0 if old is None else old.available_cents + old.held_cents


def with_inheritance(voucher: Voucher, *, store: Store, now: datetime) -> Voucher:
    """The voucher with what would come over now, for who only asks."""
    if not _may_inherit(voucher, now):
        return voucher
    if cents := inherited_cents(voucher, store=store, now=now):
        return voucher.model_copy(update={"available_cents": voucher.available_cents + cents})
    # It may have come over after the voucher was read, and before the old one was.
    key = keys.voucher(voucher.voucher_key)
    return store.read(key)[key] or voucher


def _may_inherit(voucher: Voucher, now: datetime) -> bool:
    is_open = voucher.state is not VoucherState.CLOSED and now < voucher.return_at
    return is_open and voucher.inherits_at is not None and now >= voucher.inherits_at
