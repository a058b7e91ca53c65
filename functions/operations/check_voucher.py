"""Says what a request for a ride would be told, were it made now; changes nothing."""

from datetime import datetime
from typing import Any

from farechance import messages
from farechance.callbacks import VoucherChecked
from farechance.codes import CodeKeys, key_of, read_code
from farechance.places import Trip
from farechance.store import Remembered, Store, keys
from farechance.told import Told
from farechance.vouchers import Reason, Terms, Voucher, for_provider, judge_request
from operations.read_terms import provider_help_phone, read_terms
from operations.settle_predecessor import with_inheritance


def check_voucher(
    asked: VoucherChecked,
    provider_id: str,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> Told:
    """The decision, what would be held, and the message. Without an estimate: for a ride as dear
    as the voucher now allows."""
    voucher = _read(asked.voucher_code, store, code_keys)
    if voucher is None:
        return _unknown(provider_help_phone(provider_id, remembered, now))
    terms = read_terms(voucher, remembered, now)
    if provider_id not in terms.rules.provider_ids:
        return _unknown(provider_help_phone(provider_id, remembered, now))
    voucher = with_inheritance(voucher, store=store, now=now)
    usable_cents = min(voucher.cap_cents, voucher.left_cents(now))
    estimate_cents = asked.estimated_fare_cents or max(1, usable_cents)
    judgement = judge_request(
        voucher,
        Terms(terms.rules, terms.program.status, terms.partner.status),
        estimate_cents,
        asked.pickup_at,
        now,
        trip=Trip(asked.pickup, asked.dropoff),
    )
    if isinstance(judgement, Reason):
        message = messages.declined(
            voucher, terms.rules, terms.partner, judgement, now, asked.pickup_at
        )
        return Told(_declined(judgement, message), judgement)
    with_hold = voucher.model_copy(
        update={
            "available_cents": voucher.available_cents
            + sum(voucher.holds[ride].cents for ride in judgement.let_go)
            - judgement.hold_cents,
            "max_rides": voucher.max_rides + len(judgement.let_go) - 1,
        }
    )
    message = messages.approved(
        with_hold, terms.rules, terms.partner, judgement.hold_cents, estimate_cents
    )
    return Told(
        {
            "decision": "approved",
            "voucher_id": voucher.voucher_id,
            "held_cents": judgement.hold_cents,
            **message.as_member(),
        }
    )


def _read(written_code: str, store: Store, code_keys: CodeKeys) -> Voucher | None:
    code = read_code(code_keys, written_code)
    if code is None:
        return None
    key = keys.voucher(key_of(code_keys, code))
    return store.read(key)[key]


def _unknown(help_phone: str) -> Told:
    return Told(
        _declined(Reason.VOUCHER_UNKNOWN, messages.unknown_code(help_phone)),
        Reason.VOUCHER_UNKNOWN,
    )


def _declined(reason: Reason, message: messages.RiderMessage) -> dict[str, Any]:
    return {
        "decision": "declined",
        "reason": for_provider(reason).value,
        **message.as_member(),
    }
