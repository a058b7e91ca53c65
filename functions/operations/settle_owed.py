"""What is owed to a ride company beyond the vouchers: accepted (programme.unallotted →
programme.paid_direct), written off, and payments that were made outside of the system."""

from datetime import datetime

from farechance.books import payable_change
from farechance.commands import AcceptOverage, AcceptShortfall, RecordPayment, WriteOff
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.ledger import Account, Facts, Kind
from farechance.money import dollars
from farechance.rides import Ride
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import check_unallotted, program_writes


def accept(command: AcceptShortfall | AcceptOverage, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`not_owed`, `insufficient_budget`)."""
    before = existing_program(command.program_id, store)
    ride = _ride_that_owes(command, store)
    cents = command.amount_cents
    check_unallotted(before, cents)
    is_shortfall = isinstance(command, AcceptShortfall)
    after, made = program_writes(
        before,
        Kind.SHORTFALL_ACCEPTED if is_shortfall else Kind.OVERAGE_ACCEPTED,
        command.command_id,
        now,
        changes={Account.UNALLOTTED: -cents, Account.PAID_DIRECT: cents},
        facts=Facts(provider_id=command.provider_id, decided_cents=cents),
        unallotted_cents=before.unallotted_cents - cents,
        paid_direct_cents=before.paid_direct_cents + cents,
    )
    of_overage = 0 if is_shortfall else cents
    made.append(
        _decided(
            ride,
            accepted_cents=ride.accepted_cents + cents,
            accepted_overage_cents=ride.accepted_overage_cents + of_overage,
        )
    )
    return Plan(
        answer={
            "in_words": f"{dollars(cents)} of {command.program_id} is set aside for "
            f"{command.provider_id}; {dollars(ride.owed_cents - cents)} of this ride is still "
            "undecided.",
            "program_id": command.program_id,
            "unallotted_cents": after.unallotted_cents,
            "paid_direct_cents": after.paid_direct_cents,
            "undecided_cents": ride.owed_cents - cents,
        },
        writes_after=lambda _: made,
    )


def write_off(command: WriteOff, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`), StateForbids (`not_owed`)."""
    if command.confirm != command.ride_id:
        raise FieldErrors.one("/confirm", "must be the ride's id, typed again")
    before = existing_program(command.program_id, store)
    ride = _ride_that_owes(command, store)
    cents = command.amount_cents
    _, made = program_writes(
        before,
        Kind.WRITTEN_OFF,
        command.command_id,
        now,
        facts=Facts(provider_id=command.provider_id, decided_cents=cents),
    )
    made.append(_decided(ride, written_off_cents=ride.written_off_cents + cents))
    return Plan(
        answer={
            "in_words": f"{dollars(cents)} won't be paid to {command.provider_id}; "
            f"{dollars(ride.owed_cents - cents)} of this ride is still undecided.",
            "program_id": command.program_id,
            "undecided_cents": ride.owed_cents - cents,
        },
        writes_after=lambda _: made,
    )


def record_payment(command: RecordPayment, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound. Moves none of the accounts: vouchers and paid_direct were counted when they
    were spent; this says that the ride company has its money. One that is more than what is payable
    is on record too, and said to be: it was made, wherever the mistake is."""
    before = existing_program(command.program_id, store)
    _must_exist(command.provider_id, store)
    payable = _payable_cents(command, store)
    left = payable - command.amount_cents
    _, made = program_writes(
        before,
        Kind.PAYMENT_RECORDED,
        command.command_id,
        now,
        facts=Facts(
            provider_id=command.provider_id,
            paid_cents=command.amount_cents,
            paid_month=command.month,
            invoice_ref=command.invoice_ref,
        ),
    )
    return Plan(
        answer={
            "in_words": f"A payment of {dollars(command.amount_cents)} to {command.provider_id} "
            f"for {command.month} is on record (invoice {command.invoice_ref}). {_left(left)}",
            "program_id": command.program_id,
            "payable_before_cents": payable,
            "payable_cents": left,
        },
        writes_after=lambda _: made,
    )


def _payable_cents(command: RecordPayment, store: Store) -> int:
    """What is still payable to the ride company for the month: captured − refunded + accepted in
    it, less what was paid for it whenever."""
    of_month = store.month_entries(command.program_id, command.month)
    earned = sum(
        payable_change(entry) + (entry.paid_cents or 0)
        for entry in of_month
        if entry.provider_id == command.provider_id
    )
    own = store.all_of(keys.entry(keys.program_account(command.program_id), ""))
    paid = sum(
        entry.paid_cents or 0
        for entry in own
        if (entry.provider_id, entry.paid_month) == (command.provider_id, command.month)
    )
    return earned - paid


def _left(cents: int) -> str:
    if cents < 0:
        return f"That is {dollars(-cents)} MORE than was payable. Please look at the invoice."
    return f"{dollars(cents)} is still payable for that month."


def _must_exist(provider_id: str, store: Store) -> None:
    key = keys.provider(provider_id)
    if store.read(key)[key] is None:
        raise NotFound("provider", provider_id)


def _ride_that_owes(command: AcceptShortfall | AcceptOverage | WriteOff, store: Store) -> Ride:
    key = keys.ride(f"{command.provider_id}#{command.ride_id}")
    ride = store.read(key)[key]
    if ride is None:
        raise NotFound("ride", command.ride_id)
    voucher_key = keys.voucher(ride.voucher_key)
    voucher = store.read(voucher_key)[voucher_key]
    if voucher is None or voucher.program_id != command.program_id:
        raise NotFound("ride", command.ride_id)
    most = ride.owed_cents
    if isinstance(command, AcceptShortfall):
        most = ride.open_shortfall_cents
    if isinstance(command, AcceptOverage):
        most = ride.open_overage_cents
    if command.amount_cents > most:
        raise StateForbids(
            "not_owed", {"undecided_cents": most, "asked_cents": command.amount_cents}
        )
    return ride


def _decided(ride: Ride, **changes: int) -> Write:
    after = ride.model_copy(update={**changes, "version": ride.version + 1})
    return writes.change(keys.ride(ride.ride_key), ride, after)
