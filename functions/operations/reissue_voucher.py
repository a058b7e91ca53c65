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
from operations.find_voucher import find_voucher
from operations.replace_open_voucher import replace_open_voucher


def reissue_voucher(
    call: VoucherCall, tools: VoucherTools, *, codes_too: bool
) -> tuple[dict[str, Any], bool]:
    """The successor's id and, if `codes_too`, its code beside what the old voucher is. The code
    isn't stored: a repeat derives it again. Raises as `act_on_voucher`, and StateForbids
    (`voucher_closed`, `blocked_by_administrator`, `blocked_by_participant`,
    `blocked_by_operator`, `no_rides_left`,
    `too_many_open_vouchers`)."""
    newest = codes.newest_version(tools.code_keys)
    new_id, code = _new_card(call.voucher_id, call.partner_id, newest, tools.code_keys)
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
    if is_replay:
        old = find_voucher(
            call.voucher_id, call.partner_id, store=tools.store, code_keys=tools.code_keys
        )
        new_id, code = _successor(old, tools.code_keys)
    shown: Mapping[str, Any] = {"successor_id": new_id, "last4": code[-4:]}
    told: Mapping[str, Any] = {"code": codes.grouped(code)} if codes_too else {}
    return {**answer, **shown, **told}, is_replay


def successor_id(old: Voucher, code_keys: CodeKeys) -> str:
    """The id of the card that took a lost one's place. Raises BooksDiffer."""
    new_id, _ = _successor(old, code_keys)
    return new_id


def _successor(old: Voucher, code_keys: CodeKeys) -> tuple[str, str]:
    """Of the cards that can have taken its place, one for each version of the secret, the one that
    the old card names."""
    for version in code_keys:
        new_id, code = _new_card(old.voucher_id, old.partner_id, version, code_keys)
        if codes.key_of(code_keys, code) == old.successor_key:
            return new_id, code
    raise BooksDiffer(f"the code secret lacks the version of the card after {old.voucher_id}")


def _new_card(old_id: str, partner_id: str, version: str, code_keys: CodeKeys) -> tuple[str, str]:
    """Id and code. They follow from a version that is newer than the old card's if there is one:
    whoever learned the old key makes neither (infra/runbooks/leaked-code-secret.md)."""
    new_id = codes.voucher_id(code_keys, version, partner_id, f"reissue#{old_id}", 0)
    code = codes.code_of(code_keys, new_id)
    if code is None:
        raise BooksDiffer(f"the code secret lacks version {version}")
    return new_id, code


def _new_writes(old: Voucher, new: Voucher, rules: Rules, now: datetime) -> list[Write]:
    act = received(new, new.available_cents)
    after, entry = with_entry(act, f"from#{old.voucher_id}", rules, now)
    return [writes.put_new(keys.voucher(new.voucher_key), after), entry]
