"""Reissues a lost card: the old voucher is closed, what is available moves to a new one with a new
code, the same dates and rules and the rides that are left. Open holds stay with the old one; dead
ones are let go where the new card would lack their money or their ride."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from farechance import codes
from farechance.codes import CodeKeys
from farechance.errors import BooksDiffer
from farechance.programs import Rules
from farechance.store import Write, keys, writes
from farechance.voucher_acts import Act, in_the_way, received, reissue, successor
from farechance.vouchers import Voucher
from operations.act_on_voucher import VoucherCall, VoucherTools, act_on_voucher
from operations.change_voucher import lapse_writes, with_entry
from operations.replace_open_voucher import replace_open_voucher


def reissue_voucher(
    call: VoucherCall, tools: VoucherTools, *, codes_too: bool
) -> tuple[dict[str, Any], bool]:
    """The successor's id and, if `codes_too`, its code beside what the old voucher is. The code
    isn't stored: a repeat derives it again. Raises as `act_on_voucher`, and StateForbids
    (`voucher_closed`, `blocked_by_administrator`, `blocked_by_participant`,
    `blocked_by_operator`, `no_rides_left`,
    `too_many_open_vouchers`)."""
    new_id = successor_id(call.voucher_id, call.partner_id, tools.code_keys)
    code = codes.code_of(tools.code_keys, new_id)
    if code is None:
        raise BooksDiffer(f"the code secret lacks the version of {new_id}")
    new_key = codes.key_of(tools.code_keys, code)

    def decide(voucher: Voucher, rules: Rules, now: datetime) -> tuple[Act, list[Write]]:
        made: list[Write] = []
        for ride_key in in_the_way(voucher, now):
            voucher, some = lapse_writes(voucher, ride_key, rules, now)
            made += some
        act = reissue(voucher, new_key, now)
        new = successor(voucher, new_id, new_key, code[-4:], now)
        for_person = replace_open_voucher(
            voucher, new_id, new.expires_at, store=tools.store, now=now
        )
        return act, [*made, *_new_writes(voucher, new, rules, now), *for_person]

    answer, is_replay = act_on_voucher(call, decide, tools)
    shown: Mapping[str, Any] = {"successor_id": new_id, "last4": code[-4:]}
    told: Mapping[str, Any] = {"code": codes.grouped(code)} if codes_too else {}
    return {**answer, **shown, **told}, is_replay


def successor_id(voucher_id: str, partner_id: str, code_keys: CodeKeys) -> str:
    """The id of the card that takes a lost one's place. Follows from the old id and the version of
    the secret that the old id names, so that a repeat meets its own items."""
    version = voucher_id.removeprefix("vch_")[:1].upper()
    if version not in code_keys:
        version = codes.newest_version(code_keys)
    return codes.voucher_id(code_keys, version, partner_id, f"reissue#{voucher_id}", 0)


def _new_writes(old: Voucher, new: Voucher, rules: Rules, now: datetime) -> list[Write]:
    act = received(new, new.available_cents)
    after, entry = with_entry(act, f"from#{old.voucher_id}", rules, now)
    return [writes.put_new(keys.voucher(new.voucher_key), after), entry]
