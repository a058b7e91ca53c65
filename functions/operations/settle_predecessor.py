"""What the old card of a reissued one set free comes over once the old one's return_at is past: by
housekeeping, or here, before anything is decided about the new one. So it doesn't matter when
housekeeping comes by (domain.md, invariant 10). Costs a read, of reissued cards only."""

from datetime import datetime

from farechance.store import LostRace, Remembered, Store, keys
from farechance.store.keys import Key
from farechance.vouchers import Voucher


def settle_predecessor(
    voucher: Voucher, *, store: Store, remembered: Remembered, now: datetime
) -> None:
    """Raises LostRace if money came over: the voucher must be read again."""
    old_key = _predecessor(voucher, now)
    if old_key is None:
        return
    # No ride waits for it at the start of its function: few cards are reissued.
    from operations.return_money import return_money_once  # noqa: PLC0415

    if return_money_once(old_key, store, remembered, now, successor=voucher):
        raise LostRace


def with_inheritance(voucher: Voucher, *, store: Store, now: datetime) -> Voucher:
    """The voucher with what would come over now, for who only asks."""
    old_key = _predecessor(voucher, now)
    if old_key is None:
        return voucher
    old = store.read(old_key)[old_key]
    if old is not None and (cents := old.available_cents + old.held_cents):
        return voucher.model_copy(update={"available_cents": voucher.available_cents + cents})
    # It may have come over after the voucher was read, and before the old one was.
    key = keys.voucher(voucher.voucher_key)
    return store.read(key)[key] or voucher


def _predecessor(voucher: Voucher, now: datetime) -> Key[Voucher] | None:
    """The old card from which money may come over now."""
    if voucher.predecessor_key is None or voucher.inherits_at is None:
        return None
    may_inherit = now >= voucher.inherits_at and not voucher.is_over(now)
    return keys.voucher(voucher.predecessor_key) if may_inherit else None
