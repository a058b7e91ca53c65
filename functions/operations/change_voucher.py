"""The writes of an act on a voucher: its item at the version that was read, the entry that says so,
chained to the entry before it, and the account to which money leaves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from farechance.ledger import Facts, Kind, append
from farechance.programs import Rules
from farechance.store import Write, keys, writes
from farechance.voucher_acts import Act, set_free
from farechance.vouchers import Voucher

_FREED: Mapping[Kind, str] = {Kind.HOLD_LAPSED: "lapse", Kind.HOLD_REPLACED: "replace"}


def act_writes(
    before: Voucher,
    act: Act,
    identity: str,
    rules: Rules,
    now: datetime,
    *,
    answer: Mapping[str, Any] | None = None,
    content_digest: str | None = None,
) -> list[Write]:
    """One change of the voucher's item since `before`, the entry named `identity`, and what the
    act gives back to the allotment."""
    after, entry = with_entry(
        act, identity, rules, now, answer=answer, content_digest=content_digest
    )
    changed = after.model_copy(update={"version": before.version + 1})
    made = [writes.change(keys.voucher(before.voucher_key), before, changed), entry]
    if act.to_allotment_cents:
        made.append(
            writes.give_to_allotment(before.program_id, before.partner_id, act.to_allotment_cents)
        )
    return made


def hold_writes(
    voucher: Voucher, kind: Kind, ride_key: str, rules: Rules, now: datetime
) -> tuple[Voucher, list[Write]]:
    """The hold of another ride is set free, once for each ride: the voucher after it (its item is
    changed by the caller), and the writes of the ride and the entry."""
    hold = voucher.holds[ride_key]
    act = set_free(kind, voucher, ride_key)
    after, entry = with_entry(act, f"{_FREED[kind]}#{ride_key}", rules, now)
    is_lapsed = kind is Kind.HOLD_LAPSED
    ride = writes.lapse(ride_key, hold) if is_lapsed else writes.void_replaced(ride_key)
    return after, [ride, entry]


def with_entry(
    act: Act,
    identity: str,
    rules: Rules,
    now: datetime,
    *,
    answer: Mapping[str, Any] | None = None,
    content_digest: str | None = None,
) -> tuple[Voucher, Write]:
    """The voucher with its chain ending in the act's entry, and the entry."""
    chain, entry = append(
        act.voucher.chain,
        account=keys.voucher_account(act.voucher.voucher_key),
        identity=identity,
        kind=act.kind,
        program_id=act.voucher.program_id,
        zone=rules.zone,
        now=now,
        facts=_with_owner(act),
        changes=act.changes,
        content_digest=content_digest,
        answer=answer,
    )
    return act.voucher.model_copy(update={"chain": chain}), writes.put_entry(entry)


def _with_owner(act: Act) -> Facts:
    """An entry's own facts, and whose voucher it is about."""
    voucher = act.voucher
    return act.facts.model_copy(
        update={
            "partner_id": voucher.partner_id,
            "voucher_id": voucher.voucher_id,
            "subject_id": voucher.subject_id,
            "purpose": voucher.purpose,
        }
    )
