"""A month's closing: what all entries up to its end add up to. The next month opens with it, so
that no month before it is read again (a closed month never changes: domain.md, 'Months'). It names
nobody: people stand in it as digests of random ids."""

import hashlib
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, field_serializer

from farechance.identifiers import Month
from farechance.ledger import Account
from farechance.reports.money_content import Split


class Sums(BaseModel):
    """Of all entries so far, in cents: what came into each account, what is payable to each ride
    company, and what of debts beyond vouchers is undecided."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    entries: int = 0
    moved: Mapping[Account, int] = {}
    payable: Mapping[str, int] = {}
    undecided_cents: int = 0

    def balance(self, account: Account) -> int:
        """What an account holds."""
        return self.moved.get(account, 0)

    @property
    def granted_cents(self) -> int:
        """What was funded and not taken back."""
        return -self.balance(Account.OUTSIDE)

    @property
    def spent_cents(self) -> int:
        """What rides took from vouchers, less refunds, and what was paid beyond vouchers."""
        return self.balance(Account.SPENT) + self.balance(Account.PAID_DIRECT)

    def split(self, *, of_partner: bool) -> Split:
        """Where the money is; of a partner's part, what isn't allotted is none of its."""
        return Split(
            unallotted_cents=0 if of_partner else self.balance(Account.UNALLOTTED),
            allotted_cents=self.balance(Account.ALLOTTED),
            reserved_cents=self.balance(Account.RESERVED),
            in_vouchers_cents=self.balance(Account.AVAILABLE),
            held_cents=self.balance(Account.HELD),
            in_transfer_cents=self.balance(Account.TRANSFER),
        )


class Closing(BaseModel):
    """What a programme's months up to this one add up to, as a whole and by partner. `riders` are
    all who had a ride, as marks."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    program_id: str
    month: Month
    program: Sums = Sums()
    partners: Mapping[str, Sums] = {}
    riders: frozenset[int] = frozenset()

    @field_serializer("riders")
    def _in_order(self, riders: frozenset[int]) -> list[int]:
        # The same people are the same bytes.
        return sorted(riders)


def mark(identifier: str) -> int:
    """A small stand-in for a random id, to tell whether it came before: 60 bits, so that a million
    of them clash once in two million reports."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:8]) >> 4
