"""The books: what the entries of an account add up to, whether they follow one another, and what is
owed to ride companies. It owns this arithmetic; it must never read, and it takes nothing from the
balances that it is compared with."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from farechance.batches import Batch
from farechance.ledger import Account, Chain, Entry, Kind
from farechance.programs import Program
from farechance.vouchers import Voucher

_ACCEPTED = (Kind.SHORTFALL_ACCEPTED, Kind.OVERAGE_ACCEPTED)
_BETWEEN_ITEMS = {Account.ALLOTTED, Account.RESERVED, Account.TRANSFER}


@dataclass
class Totals:
    """Sums over entries, in cents. `moved` by account; `given` by partner is what came into its
    allotment; `reserved` by batch is what it has left; `payable` by ride company is what the
    programme owes it: captured − refunded + accepted − paid (domain.md, 'What is owed to the ride
    company'); `owed_cents` is what may be owed beyond that, and is undecided; `last_between_at` is
    when money last left an item for another one."""

    entries: int = 0
    moved: Counter[Account] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    reserved: Counter[str] = field(default_factory=Counter)
    payable: Counter[str] = field(default_factory=Counter)
    owed_cents: int = 0
    last_between_at: datetime | None = None

    def add(self, entry: Entry) -> None:
        """Takes one entry in."""
        self.entries += 1
        self.moved.update(entry.changes)
        self.given[entry.partner_id or ""] += entry.changes.get(Account.ALLOTTED, 0)
        self.reserved[entry.batch_id or ""] += entry.changes.get(Account.RESERVED, 0)
        self.payable[entry.provider_id or ""] += payable_change(entry)
        self.owed_cents += owed_change(entry)
        if not _BETWEEN_ITEMS.isdisjoint(entry.changes):
            self._moved_between_at(entry.recorded_at)

    def include(self, other: "Totals") -> None:
        """Takes other sums in."""
        self.entries += other.entries
        self.moved.update(other.moved)
        self.given.update(other.given)
        self.reserved.update(other.reserved)
        self.payable.update(other.payable)
        self.owed_cents += other.owed_cents
        if other.last_between_at is not None:
            self._moved_between_at(other.last_between_at)

    def _moved_between_at(self, at: datetime) -> None:
        self.last_between_at = max(at, self.last_between_at or at)


def payable_change(entry: Entry) -> int:
    """What an entry adds to what is payable to its ride company."""
    accepted = entry.decided_cents or 0 if entry.kind in _ACCEPTED else 0
    return entry.changes.get(Account.SPENT, 0) + accepted - (entry.paid_cents or 0)


def owed_change(entry: Entry) -> int:
    """What an entry adds to what may be owed beyond vouchers: what its event changed of its ride's
    debt, or what was accepted or written off of it. So the sum is what the rides say, and what was
    decided of one ride never hides what another owes."""
    return (entry.owed_cents or 0) - (entry.decided_cents or 0)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One account, from its entries alone: the sums, and what is wrong with its chain."""

    totals: Totals
    last: Chain
    broken: tuple[str, ...]


def rebuild(entries: Iterable[tuple[Entry, str]]) -> Rebuilt:
    """From the entries of an account in order, each with the digest of what is stored."""
    totals = Totals()
    broken: list[str] = []
    previous: str | None = None
    for entry, digest in entries:
        totals.add(entry)
        if entry.sequence != totals.entries:
            broken.append(f"entry {entry.sequence} stands where {totals.entries} should")
        if entry.previous_digest != previous:
            broken.append(f"entry {entry.sequence} doesn't follow from the one before it")
        previous = digest
    return Rebuilt(totals, Chain(sequence=totals.entries, last_digest=previous), tuple(broken))


def differences(stored: Program | Voucher | Batch, rebuilt: Rebuilt) -> Iterator[str]:
    """Where a stored item isn't what its entries say, in words; nothing if all is right."""
    yield from rebuilt.broken
    chain = stored.chain
    if (chain.sequence, chain.last_digest) != (rebuilt.last.sequence, rebuilt.last.last_digest):
        yield "its last entry isn't the one that the item names"
    for account, cents in _balances(stored).items():
        if cents != rebuilt.totals.moved[account]:
            yield f"{account}: {cents} is stored, the ledger says {rebuilt.totals.moved[account]}"


def _balances(stored: Program | Voucher | Batch) -> Mapping[Account, int]:
    if isinstance(stored, Batch):
        # Its vouchers' own entries take from it, so its balance follows from them too.
        return {}
    if isinstance(stored, Program):
        return {
            Account.OUTSIDE: -stored.funded_cents,
            Account.UNALLOTTED: stored.unallotted_cents,
            Account.PAID_DIRECT: stored.paid_direct_cents,
        }
    return {
        Account.AVAILABLE: stored.available_cents,
        Account.HELD: stored.held_cents,
        Account.SPENT: stored.spent_cents,
    }
