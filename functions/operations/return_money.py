"""Returns the money of one voucher that is past its return_at: dead holds lapse, the voucher is
closed, and what is available goes to the allotment, or to the successor of a reissued card if that
one is open. It changes no decision about a ride and no captured cent, whenever it runs (domain.md,
invariant 10): by the clock the voucher counted as closed already, and a successor that is asked
for something has the money come over first."""

from collections.abc import Callable
from datetime import datetime

from farechance.store import Remembered, Store, Write, keys
from farechance.store.keys import Key
from farechance.voucher_acts import give_back, inherit
from farechance.vouchers import Voucher
from operations.change_voucher import act_writes, lapse_writes
from operations.read_terms import read_terms


def return_money(
    key: Key[Voucher],
    *,
    store: Store,
    remembered: Remembered,
    clock: Callable[[], datetime],
) -> bool:
    """Whether there was anything to do. Raises Busy; repeating is safe, also side by side."""
    return store.again(lambda: return_money_once(key, store, remembered, clock()))


def return_money_once(
    key: Key[Voucher],
    store: Store,
    remembered: Remembered,
    now: datetime,
    successor: Voucher | None = None,
) -> bool:
    """`successor` is the open voucher to which the money goes, where it is known. Raises LostRace
    where it was overtaken."""
    before = store.read(key)[key]
    if before is None or before.is_settled or now < before.return_at:
        return False
    rules = read_terms(before, remembered, now).rules
    voucher = before
    made: list[Write] = []
    for _, ride_key in sorted((hold.expires_at, ride) for ride, hold in before.holds.items()):
        voucher, some = lapse_writes(voucher, ride_key, rules, now)
        made += some
    successor = successor or _open_successor(before, store, now)
    act = give_back(voucher, now, successor_is_open=successor is not None)
    # Money may come free more than once, so the entry is named by its place in the chain.
    identity = f"returned#{voucher.chain.sequence + 1}"
    made += act_writes(before, act, identity, rules, now)
    if successor is not None and act.to_successor_cents:
        came_over = inherit(successor, act.to_successor_cents)
        made += act_writes(successor, came_over, f"from#{before.voucher_id}#{identity}", rules, now)
    store.commit(*made)
    return True


def _open_successor(voucher: Voucher, store: Store, now: datetime) -> Voucher | None:
    if voucher.successor_key is None:
        return None
    key = keys.voucher(voucher.successor_key)
    successor = store.read(key)[key]
    return None if successor is None or successor.is_over(now) else successor
