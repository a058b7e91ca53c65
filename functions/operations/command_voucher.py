"""Blocks, unblocks and revokes one voucher by a command of whoever runs the system."""

from copy import replace
from datetime import datetime

from farechance.codes import CodeKeys
from farechance.commands import BlockVoucher, RevokeVoucher, UnblockVoucher
from farechance.errors import FieldErrors
from farechance.ledger import Facts
from farechance.money import dollars
from farechance.store import Remembered, Store
from farechance.voucher_acts import Act, block, revoke, unblock
from farechance.vouchers import Blocker, Voucher
from operations.administration_plan import Plan
from operations.change_voucher import act_writes
from operations.find_voucher import find_voucher
from operations.read_terms import read_terms
from operations.settle_predecessor import settle_predecessor, with_inheritance


def command_voucher(
    command: BlockVoucher | UnblockVoucher | RevokeVoucher,
    *,
    by: Blocker,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`), StateForbids (`voucher_closed`, `voucher_blocked`,
    `voucher_not_blocked`, `blocked_by_administrator`, `blocked_by_participant`)."""
    if isinstance(command, RevokeVoucher) and command.confirm != command.voucher_id:
        raise FieldErrors.one("/confirm", "must be the voucher's id, typed again")
    before = find_voucher(command.voucher_id, None, store=store, code_keys=code_keys)
    if command.dry_run:
        before = with_inheritance(before, store=store, now=now)
    else:
        settle_predecessor(before, store=store, remembered=remembered, now=now)
    act, words = _act(command, before, by, now)
    rules = read_terms(before, remembered, now).rules
    by_command = replace(act, facts=Facts(command_id=command.command_id))
    made = act_writes(before, by_command, f"command#{command.command_id}", rules, now)
    return Plan(
        answer={
            "in_words": f"{command.voucher_id} {words}",
            "voucher_id": command.voucher_id,
            "status": act.voucher.state.value,
            "available_cents": act.voucher.available_cents,
            "held_cents": act.voucher.held_cents,
        },
        writes_after=lambda _: made,
    )


def _act(
    command: BlockVoucher | UnblockVoucher | RevokeVoucher,
    before: Voucher,
    by: Blocker,
    now: datetime,
) -> tuple[Act, str]:
    match command:
        case BlockVoucher():
            act = block(before, now, by)
            return act, "is blocked: no new ride; approved rides are still paid."
        case UnblockVoucher():
            act = unblock(before, now, by)
            return act, "is active again, and rides may begin with it."
        case RevokeVoucher():
            act = revoke(before, now)
            return act, (
                f"is closed for good; {dollars(act.to_allotment_cents)} went back to the "
                f"partner's allotment, and {dollars(before.held_cents)} stays held for rides "
                "that were approved."
            )
