"""Adds up every account of a programme from the stored items and shows the identity of
conservation (domain.md, invariant 1): funded = unallotted + paid direct + allotted + Σ vouchers
(available + held + spent)."""

from dataclasses import dataclass
from typing import Any

from farechance.commands import CheckBooks
from farechance.money import dollars
from farechance.programs import Program
from farechance.store import Store, keys
from operations.administration_plan import Plan, existing_program

_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Books:
    """What was added up, in cents."""

    program: Program
    allotted_cents: int
    available_cents: int
    held_cents: int
    spent_cents: int
    vouchers: int

    @property
    def found_cents(self) -> int:
        """The right-hand side of the identity."""
        return (
            self.program.unallotted_cents
            + self.program.paid_direct_cents
            + self.allotted_cents
            + self.available_cents
            + self.held_cents
            + self.spent_cents
        )

    @property
    def balance(self) -> bool:
        """Whether both sides are the same."""
        return self.found_cents == self.program.funded_cents


def check_books(command: CheckBooks, *, store: Store) -> Plan:
    """Raises NotFound. Minting goes on while it adds up; a difference is looked at again before
    it is told."""
    books = _add_up(existing_program(command.program_id, store), store)
    for _ in range(_ATTEMPTS - 1):
        if books.balance:
            break
        # A voucher that was just minted may not be in the index yet.
        store.pause(_PAUSE_SECONDS)
        books = _add_up(existing_program(command.program_id, store), store)
    return Plan(answer=_answer(books))


def _add_up(program: Program, store: Store) -> Books:
    """One page of vouchers at a time: memory doesn't grow with the programme."""
    allotted = available = held = spent = count = 0
    for allotment in store.all_of(keys.allotment(program.program_id, "")):
        allotted += allotment.available_cents
        for page in store.voucher_keys(program.program_id, allotment.partner_id):
            found = store.read(*page)
            for key in page:
                voucher = found[key]
                if voucher is not None:
                    available += voucher.available_cents
                    held += voucher.held_cents
                    spent += voucher.spent_cents
                    count += 1
    return Books(program, allotted, available, held, spent, count)


def _answer(books: Books) -> dict[str, Any]:
    program = books.program
    sign = "=" if books.balance else "≠"
    verdict = (
        "The books balance."
        if books.balance
        else "THE BOOKS DIFFER by "
        f"{dollars(books.found_cents - program.funded_cents)}. Tell an engineer at once."
    )
    return {
        "in_words": f"{verdict} Funded {dollars(program.funded_cents)} {sign} "
        f"{dollars(program.unallotted_cents)} not allotted + "
        f"{dollars(program.paid_direct_cents)} paid directly + "
        f"{dollars(books.allotted_cents)} allotted and not minted + "
        f"{dollars(books.available_cents)} on vouchers + "
        f"{dollars(books.held_cents)} held for rides under way + "
        f"{dollars(books.spent_cents)} spent on rides.",
        "balance": books.balance,
        "program_id": program.program_id,
        "status": program.status.value,
        "funded_cents": program.funded_cents,
        "unallotted_cents": program.unallotted_cents,
        "paid_direct_cents": program.paid_direct_cents,
        "allotted_cents": books.allotted_cents,
        "available_cents": books.available_cents,
        "held_cents": books.held_cents,
        "spent_cents": books.spent_cents,
        "vouchers": books.vouchers,
    }
