"""Carries out a partner's act on a voucher, once for each Idempotency-Key: the entry is named by
the key, and keeps the answer and a digest of what was asked for."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import datetime
from typing import Any, NamedTuple

from farechance import contents
from farechance.codes import CodeKeys
from farechance.errors import IdempotencyKeyReused
from farechance.programs import Rules
from farechance.store import Remembered, Store, Write, keys
from farechance.voucher_acts import Act, ActReason, block, extend, revoke, unblock
from farechance.vouchers import Blocker, Voucher
from operations.change_voucher import act_writes
from operations.find_voucher import find_voucher
from operations.read_terms import read_terms
from operations.replace_open_voucher import replace_open_voucher
from operations.settle_predecessor import settle_predecessor


class VoucherCall(NamedTuple):
    """Who asks for an act on which voucher, under which key, and why if they say so. `content` is
    all that was asked for."""

    voucher_id: str
    partner_id: str
    idempotency_key: str
    content: Mapping[str, Any]
    reason: ActReason | None = None


class VoucherTools(NamedTuple):
    """What acts on vouchers work with."""

    store: Store
    remembered: Remembered
    code_keys: CodeKeys
    clock: Callable[[], datetime]


type Decide = Callable[[Voucher, Rules, datetime], tuple[Act, list[Write]]]


def act_on_voucher(
    call: VoucherCall, decide: Decide, tools: VoucherTools
) -> tuple[dict[str, Any], bool]:
    """What the voucher is after the act, and whether this was a repeat. Raises NotFound,
    IdempotencyKeyReused, StateForbids, FieldErrors, Busy."""
    return tools.store.again(lambda: _attempt(call, decide, tools, tools.clock()))


def _attempt(
    call: VoucherCall, decide: Decide, tools: VoucherTools, now: datetime
) -> tuple[dict[str, Any], bool]:
    store = tools.store
    before = find_voucher(call.voucher_id, call.partner_id, store=store, code_keys=tools.code_keys)
    identity = _identity(call.idempotency_key)
    entry_key = keys.entry(keys.voucher_account(before.voucher_key), identity)
    entry = store.read(entry_key)[entry_key]
    if entry is not None:
        if not contents.is_same(call.content, entry.content_digest, tools.code_keys):
            raise IdempotencyKeyReused
        return dict(entry.answer or {}), True

    with store.refusing_unless(entry_key):
        settle_predecessor(before, store=store, remembered=tools.remembered, now=now)
        rules = read_terms(before, tools.remembered, now).rules
        act, beside = decide(before, rules, now)
    act = replace(act, facts=act.facts.model_copy(update={"act_reason": call.reason}))
    answer = _answer(act.voucher)
    content_digest = contents.sealed(call.content, tools.code_keys)
    made = act_writes(
        before, act, identity, rules, now, answer=answer, content_digest=content_digest
    )
    store.commit(*beside, *made)
    return answer, False


def block_writes(voucher: Voucher, rules: Rules, code_keys: CodeKeys, now: datetime) -> list[Write]:
    """A block that a person asked for, as part of another call. Its entry is as that of any block,
    under a key that nobody chose or can guess: it doesn't say whose call it was."""
    act = block(voucher, now, Blocker.PARTICIPANT)
    place = {"voucher_key": voucher.voucher_key, "sequence": voucher.chain.sequence + 1}
    return act_writes(
        voucher,
        act,
        _identity(contents.sealed(place, code_keys)),
        rules,
        now,
        answer=_answer(act.voucher),
        content_digest=contents.sealed({"act": "block"}, code_keys),
    )


def _identity(idempotency_key: str) -> str:
    return f"key#{keys.hashed(idempotency_key)}"


def _answer(voucher: Voucher) -> dict[str, Any]:
    return {
        "voucher_id": voucher.voucher_id,
        "status": voucher.state.value,
        "available_cents": voucher.available_cents,
        "held_cents": voucher.held_cents,
    }


def block_voucher(call: VoucherCall, tools: VoucherTools) -> tuple[dict[str, Any], bool]:
    """No new ride; approved rides are still paid."""
    return act_on_voucher(call, lambda voucher, _, now: (block(voucher, now), []), tools)


def unblock_voucher(call: VoucherCall, tools: VoucherTools) -> tuple[dict[str, Any], bool]:
    """Takes a block back."""
    return act_on_voucher(call, lambda voucher, _, now: (unblock(voucher, now), []), tools)


def revoke_voucher(call: VoucherCall, tools: VoucherTools) -> tuple[dict[str, Any], bool]:
    """Closed for good; what is available goes back to the allotment at once."""
    return act_on_voucher(call, lambda voucher, _, now: (revoke(voucher, now), []), tools)


def extend_voucher(
    call: VoucherCall, expires_at: datetime, tools: VoucherTools
) -> tuple[dict[str, Any], bool]:
    """Moves `expires_at`, within the programme's days."""

    def decide(voucher: Voucher, rules: Rules, now: datetime) -> tuple[Act, list[Write]]:
        act = extend(voucher, rules, expires_at, now)
        return act, replace_open_voucher(
            voucher, voucher.voucher_id, expires_at, store=tools.store, now=now
        )

    return act_on_voucher(call, decide, tools)
