"""Movements: what an entry of the ledger moved, in the words of domain.md ('Accounts and the only
ways that money moves'), and what it says of money that no account holds: debts, payments, tips. It
owns the words that stand in `entries.csv`; from them every figure of money is added up again."""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from farechance.books import owed_change
from farechance.errors import BooksDiffer
from farechance.ledger import Account, Entry, Kind


class Movement(StrEnum):
    """Each moves money from one account to one other, but for those from `shortfall` on, which say
    what is owed, paid or on a bill. `_available` is what a capture took beyond its hold."""

    FUND = "fund"
    DEFUND = "defund"
    ALLOT = "allot"
    UNALLOT = "unallot"
    RESERVE = "reserve"
    RELEASE = "release"
    MINT = "mint"
    MINT_IN_BATCH = "mint_in_batch"
    AUTHORIZE = "authorize"
    VOID = "void"
    LAPSE = "lapse"
    CAPTURE = "capture"
    CAPTURE_AVAILABLE = "capture_available"
    FEE = "fee"
    FEE_AVAILABLE = "fee_available"
    REFUND = "refund"
    RETURN = "return"
    REISSUE = "reissue"
    INHERIT = "inherit"
    ACCEPT_SHORTFALL = "accept_shortfall"
    ACCEPT_OVERAGE = "accept_overage"
    SHORTFALL = "shortfall"
    OVERAGE_OF_PROGRAM = "overage_of_program"
    OVERAGE_OF_RIDER = "overage_of_rider"
    UNDECIDED = "undecided"
    WRITE_OFF = "write_off"
    PAYMENT = "payment"
    TIP = "tip"


CAPTURES = (
    Movement.CAPTURE,
    Movement.CAPTURE_AVAILABLE,
    Movement.FEE,
    Movement.FEE_AVAILABLE,
)
FEES = (Movement.FEE, Movement.FEE_AVAILABLE)
ACCEPTANCES = (Movement.ACCEPT_SHORTFALL, Movement.ACCEPT_OVERAGE)

WAYS: Mapping[tuple[Account, Account], Movement] = {
    (Account.OUTSIDE, Account.UNALLOTTED): Movement.FUND,
    (Account.UNALLOTTED, Account.OUTSIDE): Movement.DEFUND,
    (Account.UNALLOTTED, Account.ALLOTTED): Movement.ALLOT,
    (Account.ALLOTTED, Account.UNALLOTTED): Movement.UNALLOT,
    (Account.ALLOTTED, Account.RESERVED): Movement.RESERVE,
    (Account.RESERVED, Account.ALLOTTED): Movement.RELEASE,
    (Account.ALLOTTED, Account.AVAILABLE): Movement.MINT,
    (Account.RESERVED, Account.AVAILABLE): Movement.MINT_IN_BATCH,
    (Account.AVAILABLE, Account.HELD): Movement.AUTHORIZE,
    (Account.HELD, Account.AVAILABLE): Movement.VOID,
    (Account.HELD, Account.SPENT): Movement.CAPTURE,
    (Account.AVAILABLE, Account.SPENT): Movement.CAPTURE_AVAILABLE,
    (Account.SPENT, Account.AVAILABLE): Movement.REFUND,
    (Account.AVAILABLE, Account.ALLOTTED): Movement.RETURN,
    (Account.AVAILABLE, Account.TRANSFER): Movement.REISSUE,
    (Account.TRANSFER, Account.AVAILABLE): Movement.INHERIT,
    (Account.UNALLOTTED, Account.PAID_DIRECT): Movement.ACCEPT_SHORTFALL,
}
"""The only ways, each with what it is called unless the entry's kind says more."""

_OF_FEES: Mapping[Movement, Movement] = {
    Movement.CAPTURE: Movement.FEE,
    Movement.CAPTURE_AVAILABLE: Movement.FEE_AVAILABLE,
}
_AS_OF: Mapping[tuple[Kind, Movement], Movement] = {
    (Kind.HOLD_LAPSED, Movement.VOID): Movement.LAPSE,
    (Kind.OVERAGE_ACCEPTED, Movement.ACCEPT_SHORTFALL): Movement.ACCEPT_OVERAGE,
}

# Where an entry takes from two accounts or gives to two: a capture takes the hold first, and what
# it leaves of the hold is free again.
_ORDER = (Account.HELD, Account.SPENT)


type Moved = tuple[Movement, int]
"""A movement, and its cents."""


def movements(entry: Entry) -> Iterator[Moved]:
    """What the entry moved and says, in cents, none of them zero. Raises BooksDiffer where money
    went a way that there isn't."""
    for way, cents in _ways(entry):
        if way not in WAYS:
            raise BooksDiffer(f"{entry.account} {entry.identity}: {way[0]} to {way[1]} is no way")
        yield _named(entry, WAYS[way]), cents
    said = {
        Movement.SHORTFALL: entry.shortfall_cents,
        Movement.OVERAGE_OF_PROGRAM: _overage(entry, "program"),
        Movement.OVERAGE_OF_RIDER: _overage(entry, "rider"),
        Movement.UNDECIDED: owed_change(entry),
        Movement.WRITE_OFF: entry.decided_cents if entry.kind is Kind.WRITTEN_OFF else None,
        Movement.PAYMENT: entry.paid_cents,
        Movement.TIP: _tip(entry),
    }
    for movement, cents_said in said.items():
        if cents_said:
            yield movement, cents_said


def _named(entry: Entry, movement: Movement) -> Movement:
    """What the kind of the entry says that the movement was for."""
    if entry.kind is Kind.RIDE_CANCELLED or entry.of_fee:
        return _OF_FEES.get(movement, movement)
    return _AS_OF.get((entry.kind, movement), movement)


def _ways(entry: Entry) -> Iterator[tuple[tuple[Account, Account], int]]:
    """Who gave to whom: every change is zero at the end, since an entry balances."""
    left = dict(entry.changes)
    givers = sorted((it for it in left if left[it] < 0), key=_place)
    takers = sorted((it for it in left if left[it] > 0), key=_place)
    for giver in givers:
        for taker in takers:
            cents = min(-left[giver], left[taker])
            if cents:
                left[giver] += cents
                left[taker] -= cents
                yield (giver, taker), cents


def _place(account: Account) -> int:
    return _ORDER.index(account) if account in _ORDER else len(_ORDER)


def _overage(entry: Entry, owed_by: str) -> int | None:
    return entry.overage_cents if entry.overage_owed_by == owed_by else None


def _tip(entry: Entry) -> int | None:
    return entry.tip_cents if entry.kind is Kind.RIDE_COMPLETED and not entry.reason else None
