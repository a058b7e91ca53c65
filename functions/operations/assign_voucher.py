"""Hands an unassigned card to a person, once: the voucher gets the person's random subject_id and
language, the person's record the voucher."""

from datetime import datetime
from typing import Any

from farechance.errors import NotFound, StateForbids
from farechance.programs import Rules
from farechance.store import Write, keys, writes
from farechance.times import local_month
from farechance.voucher_acts import Act, assign
from farechance.vouchers import Voucher
from operations.act_on_voucher import VoucherCall, VoucherTools, act_on_voucher


def assign_voucher(
    call: VoucherCall, participant_id: str, tools: VoucherTools
) -> tuple[dict[str, Any], bool]:
    """Counts towards the person's limits like a mint. Raises as `act_on_voucher`, and
    StateForbids (`already_assigned`, `voucher_expired`, `consent_expired`, `participant_exited`,
    `monthly_limit_reached`, `too_many_open_vouchers`)."""

    def decide(voucher: Voucher, rules: Rules, now: datetime) -> tuple[Act, list[Write]]:
        key = keys.participant(call.partner_id, participant_id)
        person = tools.store.read(key)[key]
        if person is None or person.program_id != voucher.program_id:
            raise NotFound("participant", participant_id)
        act = assign(voucher, person.subject_id, person.language, now)
        month, most = local_month(now, rules.zone), rules.max_vouchers_per_participant_month
        if reason := person.cannot_receive_more(1, month, most, now):
            raise StateForbids(reason, {"participant_id": participant_id})
        after = person.with_vouchers({voucher.voucher_id: voucher.expires_at}, month, now)
        return act, [writes.change(key, person, after)]

    return act_on_voucher(call, decide, tools)
