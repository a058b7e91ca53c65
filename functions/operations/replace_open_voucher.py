"""Keeps the list of a person's open vouchers true when one of them is extended or reissued. The
person is found by the voucher's random subject_id, within her partner's own records; one who was
erased isn't found, and her card goes on without a person."""

from datetime import datetime

from farechance.errors import StateForbids
from farechance.participants import MAX_OPEN_VOUCHERS
from farechance.store import Store, Write, keys, writes
from farechance.vouchers import Voucher


def replace_open_voucher(
    voucher: Voucher, new_id: str, expires_at: datetime, *, store: Store, now: datetime
) -> list[Write]:
    """The write of the person's record, or none. Raises StateForbids (`too_many_open_vouchers`)."""
    if voucher.subject_id is None:
        return []
    person = store.participant_of(voucher.partner_id, voucher.subject_id)
    if person is None:
        return []
    after = person.with_voucher_instead(voucher.voucher_id, new_id, expires_at, now)
    if len(after.open_vouchers) > MAX_OPEN_VOUCHERS:
        raise StateForbids("too_many_open_vouchers", {"participant_id": person.participant_id})
    key = keys.participant(person.partner_id, person.participant_id)
    return [writes.change(key, person, after)]
