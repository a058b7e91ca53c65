"""The writes of an act on a voucher: its item at the version that was read, the entry that says so,
chained to the entry before it, and the account to which money leaves."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime
from typing import Any

from farechance.ledger import Account, Facts, Kind, append
from farechance.programs import Rules
from farechance.rides import Ride
from farechance.store import Write, keys, writes
from farechance.voucher_acts import Act, set_free
from farechance.vouchers import ClosedReason, Voucher

_PAYING = (Kind.RIDE_COMPLETED, Kind.RIDE_CANCELLED)


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
    # Holds that were let go on the way made versions of their own, and the item is written once.
    if after.version != before.version + 1:
        after = after.model_copy(update={"version": before.version + 1})
    made = [writes.change(keys.voucher(before.voucher_key), before, after), entry]
    if act.to_allotment_cents:
        made.append(
            writes.give_to_allotment(before.program_id, before.partner_id, act.to_allotment_cents)
        )
    return made


def lapse_writes(
    voucher: Voucher, ride_key: str, rules: Rules, now: datetime
) -> tuple[Voucher, list[Write]]:
    """The dead hold of another ride is let go, once for each ride: the voucher after it (its item
    is changed by the caller), and the writes of the ride and the entry."""
    act = set_free(Kind.HOLD_LAPSED, voucher, ride_key)
    after, entry = with_entry(act, f"lapse#{ride_key}", rules, now)
    return after, [writes.lapse(ride_key, voucher.holds[ride_key]), entry]


def replace_writes(
    voucher: Voucher, ride: Ride, rules: Rules, now: datetime
) -> tuple[Voucher, list[Write]]:
    """The same for a ride that is voided for another car; what it cost by an adjustment that waited
    is on record as a shortfall."""
    after_ride = ride.replaced()
    act = set_free(Kind.HOLD_REPLACED, voucher, ride.ride_key)
    facts = act.facts.model_copy(
        update={
            "shortfall_cents": after_ride.refused_cents or None,
            "owed_cents": (after_ride.owed_cents - ride.owed_cents) or None,
        }
    )
    after, entry = with_entry(replace(act, facts=facts), f"replace#{ride.ride_key}", rules, now)
    return after, [writes.change(keys.ride(ride.ride_key), ride, after_ride), entry]


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
            "used_up": _used_up(act) or None,
            "never_used": _never_used(act) or None,
        }
    )


def _used_up(act: Act) -> bool:
    """Whether a ride that was paid took the last of the money or of the rides."""
    paid = act.kind in _PAYING and act.changes.get(Account.SPENT, 0) > 0
    left = act.voucher
    return paid and (
        left.available_cents + left.held_cents == 0 or left.rides_counted >= left.max_rides
    )


def _never_used(act: Act) -> bool:
    """Whether a voucher expired that paid no ride."""
    expired = act.voucher.closed_reason is ClosedReason.EXPIRED
    never_paid = act.voucher.spent_cents == 0 and act.voucher.rides_counted == 0
    return act.kind is Kind.VOUCHER_RETURNED and expired and never_paid
