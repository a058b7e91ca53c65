"""Tells an administrator a voucher's story by her command: a question, which changes nothing. That
it was asked is on record, and the story isn't: it stands in the ledger."""

from datetime import datetime

from farechance.codes import CodeKeys
from farechance.commands import ExplainVoucher
from farechance.money import amount
from farechance.store import Remembered, Store
from farechance.voucher_names import Wanted
from farechance.vouchers import Voucher
from operations.administration_plan import Plan
from operations.find_vouchers import MOST_FOUND, find_vouchers
from operations.read_terms import read_terms
from operations.tell_story import tell_story


def explain_voucher(
    command: ExplainVoucher,
    *,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    now: datetime,
) -> Plan:
    """Raises NotFound."""
    wanted = Wanted(command.voucher_id, command.partner_id, command.last4, command.authorization_id)
    found = find_vouchers(wanted, store=store, remembered=remembered, code_keys=code_keys, now=now)
    if len(found) > 1:
        return _to_choose_from(found, remembered, now)
    (voucher,) = found
    story = tell_story(voucher, store=store, remembered=remembered, now=now)
    return Plan(
        answer={
            "in_words": story.in_words,
            "voucher_id": voucher.voucher_id,
            "last4": voucher.last4,
            "status": voucher.state_at(now).value,
            "story": list(story.lines),
        },
        secrets=("in_words", "story"),
    )


def _to_choose_from(found: tuple[Voucher, ...], remembered: Remembered, now: datetime) -> Plan:
    more = " at least" if len(found) == MOST_FOUND else ""
    return Plan(
        answer={
            "in_words": f"{len(found)} vouchers{more} of {found[0].partner_id} end in "
            f"{found[0].last4}. Choose one of them, and ask again with its voucher_id.",
            "vouchers": [
                {
                    "voucher_id": one.voucher_id,
                    "program_id": one.program_id,
                    "status": one.state_at(now).value,
                    "worth": amount(
                        one.value_cents, read_terms(one, remembered, now).rules.currency
                    ),
                    "minted_at": one.minted_at.isoformat(),
                }
                for one in found
            ],
        },
        secrets=("in_words", "vouchers"),
    )
