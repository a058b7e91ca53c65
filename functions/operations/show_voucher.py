"""Shows a partner one of its vouchers, and its ledger without hours and ride ids."""

from datetime import datetime, timedelta

from farechance import cursors
from farechance.advice import what_to_do_now
from farechance.codes import CodeKeys
from farechance.ledger import Entry
from farechance.partner_api import EntryAnswer, EntryList, EntryQuery, LastDecline, VoucherAnswer
from farechance.store import Remembered, Store, keys
from farechance.times import local_day
from farechance.voucher_acts import ActReason
from farechance.vouchers import Reason, Terms, Voucher
from operations.find_voucher import find_voucher
from operations.read_terms import ProgramTerms, read_terms
from operations.reissue_voucher import successor_id

_HOUR_IS_TOLD_FOR = timedelta(hours=24)


def show_voucher(
    voucher_id: str,
    partner_id: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> VoucherAnswer:
    """Raises NotFound, also for another partner's."""
    voucher = find_voucher(voucher_id, partner_id, store=store, code_keys=code_keys)
    return show(voucher, remembered, code_keys, now)


def show(
    voucher: Voucher, remembered: Remembered, code_keys: CodeKeys, now: datetime
) -> VoucherAnswer:
    """A voucher as its partner may see it."""
    terms = read_terms(voucher, remembered, now)
    return VoucherAnswer(
        voucher_id=voucher.voucher_id,
        program_id=voucher.program_id,
        purpose=voucher.purpose,
        language=voucher.language,
        assigned=voucher.subject_id is not None,
        status=voucher.state_at(now),
        blocked_by=voucher.blocked_by,
        closed_reason=voucher.closed_reason,
        successor_id=_successor_id(voucher, code_keys),
        last4=voucher.last4,
        currency=terms.rules.currency,
        value_cents=voucher.value_cents,
        cap_cents=voucher.cap_cents,
        available_cents=voucher.available_cents,
        held_cents=voucher.held_cents,
        spent_cents=voucher.spent_cents,
        rides=voucher.max_rides,
        rides_used=voucher.rides_counted,
        rides_left=max(0, voucher.rides_left),
        valid_from=voucher.valid_from,
        expires_at=voucher.expires_at,
        minted_at=voucher.minted_at,
        last_decline=_last_decline(voucher, terms, now),
    )


def list_entries(
    voucher_id: str,
    query: EntryQuery,
    partner_id: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> EntryList:
    """The entries in the order in which they were written. Raises NotFound, FieldErrors."""
    voucher = find_voucher(voucher_id, partner_id, store=store, code_keys=code_keys)
    return entries_of(voucher, query, store=store, remembered=remembered, now=now)


def entries_of(
    voucher: Voucher, query: EntryQuery, *, store: Store, remembered: Remembered, now: datetime
) -> EntryList:
    """A page of a voucher's entries. Raises FieldErrors."""
    zone = read_terms(voucher, remembered, now).rules.zone
    after = 0 if query.cursor is None else _sequence(query.cursor)
    # One more than is shown says whether more follow.
    account = keys.voucher_account(voucher.voucher_key)
    following = store.entries(account, after, query.limit + 1)
    shown = following[: query.limit]
    return EntryList(
        voucher_id=voucher.voucher_id,
        entries=tuple(_told(entry, local_day(entry.recorded_at, zone)) for entry in shown),
        cursor=cursors.written(str(shown[-1].sequence)) if len(following) > len(shown) else None,
    )


def _successor_id(voucher: Voucher, code_keys: CodeKeys) -> str | None:
    if voucher.successor_key is None:
        return None
    return successor_id(voucher, code_keys)


def _last_decline(voucher: Voucher, terms: ProgramTerms, now: datetime) -> LastDecline | None:
    decline = voucher.last_decline
    if decline is None:
        return None
    return LastDecline(
        day=local_day(decline.at, terms.rules.zone),
        at=decline.at if now - decline.at < _HOUR_IS_TOLD_FOR else None,
        reason=decline.reason,
        what_to_do=what_to_do_now(
            decline.reason,
            voucher,
            Terms(terms.rules, terms.program.status, terms.partner.status),
            now,
        ),
    )


def _sequence(cursor: str) -> int:
    place = cursors.read(cursor)
    return int(place) if place.isdigit() and len(place) < 10 else 0


def _told(entry: Entry, recorded_on: object) -> EntryAnswer:
    return EntryAnswer.model_validate(
        {
            "sequence": entry.sequence,
            "recorded_on": recorded_on,
            "kind": entry.kind,
            "ride_day": entry.ride_day,
            "reason": entry.reason and Reason(entry.reason),
            "act_reason": entry.act_reason and ActReason(entry.act_reason),
            "changes": entry.changes,
            "fare_cents": entry.fare_cents,
            "overage_cents": entry.overage_cents,
            "overage_owed_by": entry.overage_owed_by,
            "shortfall_cents": entry.shortfall_cents,
        }
    )
