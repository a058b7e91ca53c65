"""Adds up every account of a programme from the stored items and shows the identity of
conservation (domain.md, invariant 1): funded = unallotted + paid direct + allotted + Σ vouchers
(available + held + spent)."""

from dataclasses import dataclass
from typing import Any

from farechance.commands import CheckBooks
from farechance.money import dollars
from farechance.programs import Allotment, Program
from farechance.store import Store, keys
from operations.administration_plan import Plan, existing_program

_ATTEMPTS = 3
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Books:
    """What was added up, in cents. `stood_still`: neither the programme nor an allotment moved
    between the beginning and the end."""

    program: Program
    allotted_cents: int
    available_cents: int
    held_cents: int
    spent_cents: int
    vouchers: int
    stood_still: bool

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
    """Raises NotFound. Minting goes on while it adds up, so a difference is told as one only if
    neither the programme nor an allotment moved meanwhile."""
    books = _add_up(command.program_id, store)
    for _ in range(_ATTEMPTS - 1):
        if books.balance:
            break
        # A voucher that was just minted may not be in the index yet.
        store.pause(_PAUSE_SECONDS)
        books = _add_up(command.program_id, store)
    return Plan(answer=_answer(books))


def _add_up(program_id: str, store: Store) -> Books:
    """One page of vouchers at a time: memory doesn't grow with the programme."""
    program, allotments = _budget(program_id, store)
    available = held = spent = count = 0
    for allotment in allotments:
        for page in store.voucher_keys(program_id, allotment.partner_id):
            found = store.read(*page)
            for key in page:
                voucher = found[key]
                if voucher is not None:
                    available += voucher.available_cents
                    held += voucher.held_cents
                    spent += voucher.spent_cents
                    count += 1
    return Books(
        program=program,
        allotted_cents=sum(allotment.available_cents for allotment in allotments),
        available_cents=available,
        held_cents=held,
        spent_cents=spent,
        vouchers=count,
        stood_still=(program, allotments) == _budget(program_id, store),
    )


def _budget(program_id: str, store: Store) -> tuple[Program, list[Allotment]]:
    allotments = list(store.all_of(keys.allotment(program_id, "")))
    return existing_program(program_id, store), allotments


def _verdict(books: Books) -> str:
    if books.balance:
        return "The books balance."
    difference = dollars(books.found_cents - books.program.funded_cents)
    if not books.stood_still:
        return (
            "The books could not be compared, since vouchers were being minted meanwhile "
            f"(a difference of {difference} that says nothing). Please check again in a moment."
        )
    return f"THE BOOKS DIFFER by {difference}. Tell an engineer at once."


def _answer(books: Books) -> dict[str, Any]:
    program = books.program
    sign = "=" if books.balance else "≠"
    return {
        "in_words": f"{_verdict(books)} Funded {dollars(program.funded_cents)} {sign} "
        f"{dollars(program.unallotted_cents)} not allotted + "
        f"{dollars(program.paid_direct_cents)} paid directly + "
        f"{dollars(books.allotted_cents)} allotted and not minted + "
        f"{dollars(books.available_cents)} on vouchers + "
        f"{dollars(books.held_cents)} held for rides under way + "
        f"{dollars(books.spent_cents)} spent on rides.",
        "balance": books.balance,
        "stood_still": books.stood_still,
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
