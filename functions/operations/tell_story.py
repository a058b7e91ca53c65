"""Reads all that a voucher's story is told from. Whoever may see it, sees all of it."""

from datetime import datetime

from farechance.store import Remembered, Store, keys
from farechance.voucher_story import MOST_ENTRIES, Known, Story, tell
from farechance.vouchers import Voucher
from operations.read_terms import read_terms
from operations.settle_predecessor import with_inheritance


def tell_story(voucher: Voucher, *, store: Store, remembered: Remembered, now: datetime) -> Story:
    """Raises BooksDiffer if its programme, rules or partner isn't there."""
    terms = read_terms(voucher, remembered, now)
    company_keys = [keys.provider(one) for one in terms.rules.provider_ids]
    companies = remembered.read(*company_keys, now=now)
    older = max(0, voucher.chain.sequence - MOST_ENTRIES)
    account = keys.voucher_account(voucher.voucher_key)
    return tell(
        Known(
            voucher=with_inheritance(voucher, store=store, now=now),
            rules=terms.rules,
            program=terms.program,
            partner=terms.partner,
            companies=[it for key in company_keys if (it := companies[key]) is not None],
            entries=store.entries(account, older, MOST_ENTRIES),
            older_entries=older,
            successor=_successor(voucher, store),
            now=now,
        )
    )


def _successor(voucher: Voucher, store: Store) -> Voucher | None:
    if voucher.successor_key is None:
        return None
    key = keys.voucher(voucher.successor_key)
    return store.read(key)[key]
