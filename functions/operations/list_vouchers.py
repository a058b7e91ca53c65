"""Lists a partner's own vouchers, from the index of its allotments (storage.md: a query, keyed so
that a page never reads another partner's). Person and last 4 are found in the index; what a voucher
is now is read from the voucher itself. One call looks at a bounded number and says where to go
on."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import batched, pairwise
from typing import NamedTuple

from farechance import cursors
from farechance.codes import CodeKeys
from farechance.errors import BooksDiffer, FieldErrors, NotFound
from farechance.store import AllotmentPage, AllotmentPlace, Key, Remembered, Store, keys
from farechance.times import instant_text
from farechance.voucher_api import VoucherList, VoucherQuery
from farechance.vouchers import Voucher
from operations.find_voucher import find_voucher
from operations.show_voucher import show

MOST_PAGES = 10
_READ_AT_ONCE = 100
_LOOKED_AT_AT_ONCE = 1_000


class _Search(NamedTuple):
    """Which programmes to look through, in which order, and for what: `same` are attributes of the
    index. The list goes on behind `after`, which is of the first programme."""

    partner_id: str
    program_ids: tuple[str, ...]
    same: Mapping[str, str]
    after: Voucher | None = None


def list_vouchers(
    query: VoucherQuery,
    partner_id: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> VoucherList:
    """A page of at most `limit`. One that filters may be short and still have a cursor. Raises
    FieldErrors for a cursor that no list of this partner's gave."""
    search = _search(query, partner_id, store=store, code_keys=code_keys)
    found: list[Voucher] = []

    def page(goes_on_at: str | None) -> VoucherList:
        return VoucherList(
            vouchers=tuple(show(one, remembered, code_keys, now) for one in found),
            cursor=goes_on_at and cursors.written(goes_on_at),
        )

    for number, (looked_at, following) in enumerate(_pages(search, query, store), start=1):
        for voucher in _read(looked_at.found, store):
            if query.status in (None, voucher.state_at(now)):
                found.append(voucher)
            if len(found) == query.limit:
                return page(voucher.voucher_id)
        if number == MOST_PAGES:
            return page(_goes_on_at(looked_at, following, store))
    return page(None)


def _search(query: VoucherQuery, partner_id: str, *, store: Store, code_keys: CodeKeys) -> _Search:
    begins_at, after = _place(query.cursor, partner_id, store=store, code_keys=code_keys)
    same = {} if query.last4 is None else {"last4": query.last4}
    program_ids: tuple[str, ...] = ()
    if query.participant_id is not None:
        key = keys.participant(partner_id, query.participant_id)
        person = store.read(key)[key]
        # Who isn't there has no vouchers, and neither has another partner's person.
        if person is not None and query.program_id in (None, person.program_id):
            same["subject_id"] = person.subject_id
            program_ids = (person.program_id,)
    elif query.program_id is not None:
        program_ids = (query.program_id,)
    else:
        partner_key = keys.partner(partner_id)
        partner = store.read(partner_key)[partner_key]
        program_ids = tuple(sorted(partner.program_ids)) if partner else ()
    left = tuple(one for one in program_ids if one >= begins_at)
    return _Search(partner_id, left, same, after if begins_at in left else None)


def _place(
    cursor: str | None, partner_id: str, *, store: Store, code_keys: CodeKeys
) -> tuple[str, Voucher | None]:
    """At which programme a list goes on, and behind which voucher. A cursor names one of the two; a
    voucher is looked for among the partner's own."""
    place = "" if cursor is None else cursors.read(cursor)
    if cursor is None or place.startswith("prg_"):
        return place, None
    try:
        after = find_voucher(place, partner_id, store=store, code_keys=code_keys)
    except NotFound:
        raise FieldErrors.one("/cursor", "isn't a cursor that a list gave") from None
    return after.program_id, after


def _pages(
    search: _Search, query: VoucherQuery, store: Store
) -> Iterator[tuple[AllotmentPage, str | None]]:
    """What is looked at, page by page, each with the programme that follows its own."""
    size = _LOOKED_AT_AT_ONCE if search.same else _READ_AT_ONCE
    if not search.same and query.status is None:
        size = query.limit
    after = None if search.after is None else _place_of(search.after)
    for program_id, following in pairwise((*search.program_ids, None)):
        while program_id is not None:
            page = store.allotment_page(
                program_id, search.partner_id, after=after, size=size, same=search.same
            )
            yield page, following
            after = page.last
            if after is None:
                break


def _place_of(voucher: Voucher) -> AllotmentPlace:
    return AllotmentPlace(keys.voucher(voucher.voucher_key), instant_text(voucher.minted_at))


def _read(some: tuple[Key[Voucher], ...], store: Store) -> Iterator[Voucher]:
    for at_once in batched(some, _READ_AT_ONCE, strict=False):
        found = store.read(*at_once)
        yield from (voucher for key in at_once if (voucher := found[key]) is not None)


def _goes_on_at(page: AllotmentPage, following: str | None, store: Store) -> str | None:
    """Behind the last voucher that was looked at, or at the programme that follows."""
    if page.last is None:
        return following
    last = store.read(page.last.key)[page.last.key]
    if last is None:
        raise BooksDiffer(f"{page.last.key.pk} is in the index and isn't there")
    return last.voucher_id
