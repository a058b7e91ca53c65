"""What is done to a voucher beside rides: assigned, blocked, extended, revoked, reissued, and
emptied when its time is past. It owns when each is allowed and the money that moves; it must never
read or write. Open holds stay where they are: an approved ride is paid (domain.md, invariant 7)."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from farechance.errors import FieldErrors, StateForbids
from farechance.ledger import NO_FACTS, Account, Facts, Kind
from farechance.programs import Rules
from farechance.roles import Role
from farechance.times import instant_text
from farechance.vouchers import Blocker, ClosedReason, Voucher, VoucherState, program_days

BLOCKER_OF: Final[Mapping[Role, Blocker]] = {
    Role.OPERATOR: Blocker.OPERATOR,
    Role.ADMINISTRATOR: Blocker.ADMINISTRATOR,
}
"""As whom somebody who runs the system blocks a voucher, and takes blocks back."""

# Whose block counts for more, may block over it and take it back.
_WEIGHT = {
    Blocker.PARTNER: 0,
    Blocker.OPERATOR: 1,
    Blocker.PARTICIPANT: 2,
    Blocker.ADMINISTRATOR: 3,
}


class ActReason(StrEnum):
    """Why a partner did something to a voucher. Words to choose from and no free text: the ledger
    keeps them for ever, and what is kept for ever says nothing about a person."""

    LOST = "lost"
    STOLEN = "stolen"
    DAMAGED = "damaged"
    FOUND = "found"
    MISUSE = "misuse"
    MISTAKE = "mistake"
    PLANS_CHANGED = "plans_changed"
    NO_LONGER_NEEDED = "no_longer_needed"
    OTHER = "other"


class Act(NamedTuple):
    """What an act makes of a voucher: its next version, the money that moves, and what its entry
    says beside. `to_allotment_cents` and `to_successor_cents` leave the voucher."""

    kind: Kind
    voucher: Voucher
    changes: Mapping[Account, int] = {}
    to_allotment_cents: int = 0
    to_successor_cents: int = 0
    facts: Facts = NO_FACTS


def block(voucher: Voucher, now: datetime, by: Blocker = Blocker.PARTNER) -> Act:
    """active → blocked; over a partner's block an operator may have another, over both its person,
    and over all an administrator. Raises StateForbids (`voucher_closed`, `voucher_blocked`)."""
    _must_be_open(voucher, now)
    if not may_block(voucher, by):
        raise StateForbids("voucher_blocked", {"voucher_id": voucher.voucher_id})
    return Act(Kind.VOUCHER_BLOCKED, voucher.after(state=VoucherState.BLOCKED, blocked_by=by))


def may_block(voucher: Voucher, by: Blocker) -> bool:
    """Whether it is active, or was blocked by somebody whose block counts for less."""
    return voucher.state is VoucherState.ACTIVE or (
        voucher.state is VoucherState.BLOCKED and _WEIGHT[by] > _weight_of_block(voucher)
    )


def may_unblock(voucher: Voucher, by: Blocker) -> bool:
    """Whether a block is theirs to take back: it isn't of somebody whose block counts for more."""
    return _WEIGHT[by] >= _weight_of_block(voucher)


def unblock(voucher: Voucher, now: datetime, by: Blocker = Blocker.PARTNER) -> Act:
    """blocked → active. Raises StateForbids (`voucher_closed`, `voucher_not_blocked`; of whom it
    isn't to take back `blocked_by_administrator`, `blocked_by_participant`,
    `blocked_by_operator`)."""
    _must_be_open(voucher, now)
    if voucher.state is not VoucherState.BLOCKED:
        raise StateForbids("voucher_not_blocked", {"voucher_id": voucher.voucher_id})
    _must_be_theirs(voucher, by)
    return Act(Kind.VOUCHER_UNBLOCKED, voucher.after(state=VoucherState.ACTIVE, blocked_by=None))


def extend(voucher: Voucher, rules: Rules, expires_at: datetime, now: datetime) -> Act:
    """Moves the end to a later one within the programme's days, also of a voucher that has just
    expired. Raises StateForbids (`voucher_closed`), FieldErrors."""
    _must_be_open(voucher, now)
    _, ends = program_days(rules)
    if expires_at <= voucher.expires_at:
        present = instant_text(voucher.expires_at)
        raise FieldErrors.one("/expires_at", f"must be later than the present one, {present}")
    if not now < expires_at <= ends:
        raise FieldErrors.one("/expires_at", "must be later than now, within the programme's days")
    return Act(Kind.VOUCHER_EXTENDED, voucher.after(expires_at=expires_at))


def assign(voucher: Voucher, subject_id: str, language: str, now: datetime) -> Act:
    """An unassigned card is handed to a person, once. Raises StateForbids (`voucher_closed`,
    `already_assigned`, `voucher_expired`: it would only use up what she may have this month)."""
    _must_be_open(voucher, now)
    if voucher.subject_id is not None:
        raise StateForbids("already_assigned", {"voucher_id": voucher.voucher_id})
    if voucher.expires_at <= now:
        raise StateForbids("voucher_expired", {"voucher_id": voucher.voucher_id})
    return Act(Kind.VOUCHER_ASSIGNED, voucher.after(subject_id=subject_id, language=language))


def revoke(voucher: Voucher, now: datetime) -> Act:
    """Closed for good; what is available goes back at once, what is held when it is set free and
    return_at is past. Raises StateForbids (`voucher_closed`)."""
    _must_be_open(voucher, now)
    cents = voucher.available_cents
    closed = _closed(voucher, ClosedReason.REVOKED, now)
    return _to_allotment(Kind.VOUCHER_REVOKED, closed, cents)


def in_the_way(voucher: Voucher, now: datetime) -> tuple[str, ...]:
    """The rides whose dead holds a reissue lets go: the oldest first, and no more than the new card
    needs for a ride up to its cap. A request on the old card would have done the same; on the new
    one it no longer can, so that nobody is falsely refused (domain.md, invariant 3)."""
    let_go: list[str] = []
    for ride in voucher.dead_rides(now):
        left = voucher.without_holds(let_go)
        if left.rides_left >= 1 and left.available_cents >= voucher.cap_cents:
            break
        let_go.append(ride)
    return tuple(let_go)


def reissue(voucher: Voucher, successor_key: str, now: datetime) -> Act:
    """A lost card: closed, what is available moves to the successor; open holds stay. Raises
    StateForbids (`voucher_closed`; `blocked_by_administrator`, `blocked_by_participant`,
    `blocked_by_operator`: a new card would undo the block; `no_rides_left`: the new card could pay
    nothing)."""
    _must_be_open(voucher, now)
    _must_be_theirs(voucher, Blocker.PARTNER)
    if voucher.rides_left < 1:
        raise StateForbids("no_rides_left", {"voucher_id": voucher.voucher_id})
    cents = voucher.available_cents
    closed = _closed(voucher, ClosedReason.REISSUED, now, successor_key=successor_key)
    return _to_successor(Kind.VOUCHER_REISSUED, closed, cents)


def successor(voucher: Voucher, new_id: str, new_key: str, last4: str, now: datetime) -> Voucher:
    """The new card: the same dates and rules, what was available, and the rides that are left
    (open holds of the old one keep theirs)."""
    return Voucher(
        voucher_key=new_key,
        voucher_id=new_id,
        last4=last4,
        program_id=voucher.program_id,
        partner_id=voucher.partner_id,
        rules_version=voucher.rules_version,
        subject_id=voucher.subject_id,
        purpose=voucher.purpose,
        language=voucher.language,
        value_cents=voucher.value_cents,
        cap_cents=voucher.cap_cents,
        max_rides=voucher.rides_left,
        available_cents=voucher.available_cents,
        valid_from=voucher.valid_from,
        expires_at=voucher.expires_at,
        minted_at=now,
        last_captured_at=voucher.last_captured_at,
        predecessor_key=voucher.voucher_key,
        inherits_at=_closed(voucher, ClosedReason.REISSUED, now).return_at,
    )


def give_back(voucher: Voucher, now: datetime, *, successor_is_open: bool) -> Act:
    """What housekeeping does past return_at, once the holds have lapsed (each an act of its own):
    the voucher is closed as expired if nothing closed it before, and what is available leaves."""
    cents = voucher.available_cents
    if voucher.state is VoucherState.CLOSED:
        closed = voucher.after()
    else:
        closed = _closed(voucher, ClosedReason.EXPIRED, now)
    if successor_is_open:
        return _to_successor(Kind.VOUCHER_RETURNED, closed, cents)
    return _to_allotment(Kind.VOUCHER_RETURNED, closed, cents)


def inherit(voucher: Voucher, cents: int) -> Act:
    """The successor of a reissued card receives what the old one set free later."""
    return received(voucher.after(available_cents=voucher.available_cents + cents), cents)


def received(voucher: Voucher, cents: int) -> Act:
    """What came from the old card; `voucher` is as it stands with it."""
    return Act(
        Kind.VOUCHER_SUCCEEDED, voucher, {Account.TRANSFER: -cents, Account.AVAILABLE: cents}
    )


def set_free(kind: Kind, voucher: Voucher, ride_key: str) -> Act:
    """The hold of another ride goes: held → available. `kind` says why: it is dead, or another car
    was sent."""
    cents = voucher.holds[ride_key].cents
    return Act(
        kind,
        voucher.without_holds((ride_key,)).after(),
        {Account.HELD: -cents, Account.AVAILABLE: cents},
        facts=Facts(provider_id=ride_key.partition("#")[0]),
    )


def _to_allotment(kind: Kind, closed: Voucher, cents: int) -> Act:
    return Act(
        kind,
        closed.model_copy(update={"available_cents": 0}),
        {Account.AVAILABLE: -cents, Account.ALLOTTED: cents},
        to_allotment_cents=cents,
    )


def _to_successor(kind: Kind, closed: Voucher, cents: int) -> Act:
    return Act(
        kind,
        closed.model_copy(update={"available_cents": 0}),
        {Account.AVAILABLE: -cents, Account.TRANSFER: cents},
        to_successor_cents=cents,
    )


def _closed(voucher: Voucher, reason: ClosedReason, now: datetime, **more: object) -> Voucher:
    # One that had expired ended then.
    closed_at = min(now, voucher.expires_at)
    return voucher.after(
        state=VoucherState.CLOSED, closed_reason=reason, closed_at=closed_at, **more
    )


def _must_be_open(voucher: Voucher, now: datetime) -> None:
    if voucher.is_over(now):
        raise StateForbids("voucher_closed", {"voucher_id": voucher.voucher_id})


def _must_be_theirs(voucher: Voucher, by: Blocker) -> None:
    """The block, if there is one."""
    if voucher.blocked_by is not None and not may_unblock(voucher, by):
        reason = f"blocked_by_{voucher.blocked_by.value}"
        raise StateForbids(reason, {"voucher_id": voucher.voucher_id})


def _weight_of_block(voucher: Voucher) -> int:
    return _WEIGHT[voucher.blocked_by or Blocker.PARTNER]
