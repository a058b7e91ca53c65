"""Checks a programme's books: every balance is rebuilt from the ledger alone, every chain of
digests is followed, and the identity of conservation is shown (domain.md, invariants 1 and 8):
funded = unallotted + paid direct + allotted + Σ batches (reserved) + Σ vouchers (available + held +
spent).

One voucher at a time: memory doesn't grow with the programme. Rides and mints go on meanwhile, so
what looks different counts only if it stands at an unchanged version."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from farechance.batches import Batch
from farechance.books import Rebuilt, Totals, differences, rebuild
from farechance.commands import CheckBooks
from farechance.ledger import Account, Chain
from farechance.money import dollars
from farechance.programs import Allotment, Program
from farechance.store import Store, keys
from farechance.store.keys import Key
from farechance.vouchers import Voucher
from operations.administration_plan import Plan, existing_program

_ATTEMPTS = 3
_PAUSE_SECONDS = 5.0
_UNDER_WAY = timedelta(seconds=10)
"""Whatever was recorded so long before a look may have been committed during it: a call to the
store is given up after some 6 seconds. Three looks with their pauses take as long, so that what
moved before the first doesn't excuse a difference in the last."""
_MOST_NAMED = 20


@dataclass
class Books:
    """What was added up, in cents. `differences` name the account; `unsettled` are those that count
    only if `stood_still`: no money went from one item to another between the beginning and the
    end. `is_complete`: there was time for all of it."""

    program: Program
    allotted_cents: int = 0
    reserved_cents: int = 0
    available_cents: int = 0
    held_cents: int = 0
    spent_cents: int = 0
    vouchers: int = 0
    totals: Totals = field(default_factory=Totals)
    differences: list[str] = field(default_factory=list)
    unsettled: list[str] = field(default_factory=list)
    stood_still: bool = True
    is_complete: bool = True

    @property
    def found_cents(self) -> int:
        """The right-hand side of the identity."""
        return (
            self.program.unallotted_cents
            + self.program.paid_direct_cents
            + self.allotted_cents
            + self.reserved_cents
            + self.available_cents
            + self.held_cents
            + self.spent_cents
        )

    @property
    def balance(self) -> bool:
        """Whether all of it was seen and fits."""
        return self.is_complete and not self.named and self._adds_up

    @property
    def differ(self) -> bool:
        """Whether something is wrong, and not only on the move or not seen."""
        return bool(self.named) or (self.is_complete and self.stood_still and not self._adds_up)

    @property
    def named(self) -> list[str]:
        """The accounts that differ. While vouchers are minted or reissued, some only seem to."""
        return self.differences + (self.unsettled if self.stood_still else [])

    @property
    def _adds_up(self) -> bool:
        return self.found_cents == self.program.funded_cents


def check_books(
    command: CheckBooks,
    *,
    store: Store,
    clock: Callable[[], datetime],
    has_time: Callable[[], bool],
) -> Plan:
    """Raises NotFound."""
    books = audit(command.program_id, store=store, clock=clock, has_time=has_time)
    return Plan(answer=_answer(books))


def audit(
    program_id: str,
    *,
    store: Store,
    clock: Callable[[], datetime],
    has_time: Callable[[], bool],
) -> Books:
    """Raises NotFound. Adds up again where something moved meanwhile; what stood at an unchanged
    version is certain the first time."""
    books = _add_up(program_id, store, clock(), has_time)
    for _ in range(_ATTEMPTS - 1):
        if books.balance or books.differences or not books.is_complete or not has_time():
            break
        # A voucher that was just minted may not be in the index yet.
        store.pause(_PAUSE_SECONDS)
        books = _add_up(program_id, store, clock(), has_time)
    return books


def _add_up(
    program_id: str, store: Store, began_at: datetime, has_time: Callable[[], bool]
) -> Books:
    budget = _budget(program_id, store)
    program, allotments, batches = budget
    books = Books(program)
    _, own = _verified(keys.program(program_id), program_id, program, books, store)
    unsettled = [
        f"allotment of {partner_id}: it isn't there, the ledger says {cents}"
        for partner_id, cents in own.given.items()
        if cents and partner_id not in {allotment.partner_id for allotment in allotments}
    ]
    for allotment in allotments:
        vouchers = Totals()
        for page in store.voucher_keys(program_id, allotment.partner_id):
            if not has_time():
                books.is_complete = False
                return books
            for key, voucher in _readable(page, books, store).items():
                if voucher is None:
                    books.differences.append(f"{key.pk}: it is listed and isn't there")
                else:
                    vouchers.include(_add_voucher(key, voucher, books, store))
        unsettled += _add_batches(batches[allotment.partner_id], vouchers, books, store)
        given = own.given[allotment.partner_id] + vouchers.given[allotment.partner_id]
        books.allotted_cents += allotment.available_cents
        books.totals.include(vouchers)
        if given != allotment.available_cents:
            unsettled.append(
                f"allotment of {allotment.partner_id}: {allotment.available_cents} is stored, the "
                f"ledger says {given}"
            )
    books.totals.include(own)
    in_transfer = books.totals.moved[Account.TRANSFER]
    if in_transfer:
        unsettled.append(f"{Account.TRANSFER}: {in_transfer} left a voucher for nowhere")
    last = books.totals.last_between_at
    books.stood_still = budget == _budget(program_id, store) and not (
        # A reissue moves no allotment, nor does a mint whose sum was given back meanwhile.
        last is not None and last >= began_at - _UNDER_WAY
    )
    books.unsettled = unsettled
    return books


def _readable(
    page: tuple[Key[Voucher], ...], books: Books, store: Store
) -> dict[Key[Voucher], Voucher | None]:
    """The vouchers of a page. One that somebody else wrote may be in no form of ours: it is noted,
    and holds up no other."""
    try:
        found = store.read(*page)
    except ValidationError:
        if len(page) == 1:
            books.differences.append(f"{page[0].pk}: it can't be read")
            return {}
        return {key: it for one in page for key, it in _readable((one,), books, store).items()}
    return {key: found[key] for key in page}


def _add_voucher(key: Key[Voucher], found: Voucher, books: Books, store: Store) -> Totals:
    voucher, totals = _verified(key, found.voucher_id, found, books, store)
    books.vouchers += 1
    books.available_cents += voucher.available_cents
    books.held_cents += voucher.held_cents
    books.spent_cents += voucher.spent_cents
    return totals


def _add_batches(batches: list[Batch], totals: Totals, books: Books, store: Store) -> Iterator[str]:
    """Adds the entries of a partner's batches to those of its vouchers; says where what is still
    reserved isn't what both leave."""
    for batch in batches:
        key = keys.batch(batch.partner_id, batch.batch_id)
        stored, own = _verified(key, batch.batch_id, batch, books, store)
        books.reserved_cents += stored.reserved_cents
        totals.include(own)
        left = totals.reserved[batch.batch_id]
        if left != stored.reserved_cents:
            yield (
                f"{batch.batch_id}: {stored.reserved_cents} is stored as reserved, the ledger "
                f"says {left}"
            )


def _verified[Stored: (Program, Voucher, Batch)](
    key: Key[Stored], name: str, stored: Stored, books: Books, store: Store
) -> tuple[Stored, Totals]:
    """The item and the sums of its entries; a difference that stands while the item stands still is
    noted."""
    rebuilt = _rebuilt(key, store)
    for _ in range(_ATTEMPTS):
        found = [f"{name}: {one}" for one in differences(stored, rebuilt)]
        if not found:
            break
        again = store.read(key)[key]
        if again is None or again.version == stored.version:
            books.differences += found
            break
        stored, rebuilt = again, _rebuilt(key, store)
    return stored, rebuilt.totals


def _rebuilt(key: Key[Any], store: Store) -> Rebuilt:
    try:
        return rebuild(store.digested_entries(keys.account_of(key)))
    except ValidationError:
        # Somebody else wrote it: an entry that doesn't balance can't be read either.
        return Rebuilt(Totals(), Chain(), ("an entry can't be read",))


def _budget(
    program_id: str, store: Store
) -> tuple[Program, list[Allotment], dict[str, list[Batch]]]:
    """The programme, its allotments, and its batches by partner."""
    allotments = list(store.all_of(keys.allotment(program_id, "")))
    batches = {
        one.partner_id: [
            batch
            for batch in store.all_of(keys.batch(one.partner_id, ""), keys.BATCHES)
            if batch.program_id == program_id
        ]
        for one in allotments
    }
    return existing_program(program_id, store), allotments, batches


def _verdict(books: Books) -> str:
    if books.balance:
        return "The books balance."
    if not books.differ and not books.is_complete:
        return f"There was only time for {books.vouchers} vouchers; so far all is right."
    difference = dollars(books.found_cents - books.program.funded_cents)
    if not books.differ:
        return (
            "The books could not be compared, since money was on the move meanwhile "
            f"(a difference of {difference} that says nothing). Please check again in a moment."
        )
    named = "; ".join(books.named[:_MOST_NAMED])
    return f"THE BOOKS DIFFER by {difference}. Tell an engineer at once. {named}"


def _answer(books: Books) -> dict[str, Any]:
    program, totals = books.program, books.totals
    sign = "=" if books.found_cents == program.funded_cents else "≠"
    payable = {name: cents for name, cents in sorted(totals.payable.items()) if name}
    return {
        "in_words": f"{_verdict(books)} Funded {dollars(program.funded_cents)} {sign} "
        f"{dollars(program.unallotted_cents)} not allotted + "
        f"{dollars(program.paid_direct_cents)} paid directly + "
        f"{dollars(books.allotted_cents)} allotted and not minted + "
        f"{dollars(books.reserved_cents)} reserved for batches + "
        f"{dollars(books.available_cents)} on vouchers + "
        f"{dollars(books.held_cents)} held for rides under way + "
        f"{dollars(books.spent_cents)} spent on rides. Beyond vouchers "
        f"{dollars(totals.owed_cents)} may be owed and is undecided.",
        "balance": books.balance,
        "differ": books.differ,
        "stood_still": books.stood_still,
        "is_complete": books.is_complete,
        "differences": books.named[:_MOST_NAMED],
        "program_id": program.program_id,
        "status": program.status.value,
        "funded_cents": program.funded_cents,
        "unallotted_cents": program.unallotted_cents,
        "paid_direct_cents": program.paid_direct_cents,
        "allotted_cents": books.allotted_cents,
        "reserved_cents": books.reserved_cents,
        "available_cents": books.available_cents,
        "held_cents": books.held_cents,
        "spent_cents": books.spent_cents,
        "vouchers": books.vouchers,
        "entries": totals.entries,
        "owed_cents": totals.owed_cents,
        "payable_cents": payable,
    }
