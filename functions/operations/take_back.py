"""Takes money back: a partner's allotment → unallotted, and unallotted → outside."""

from datetime import datetime

from farechance.commands import Defund, Unallot
from farechance.errors import NotFound, StateForbids
from farechance.ledger import Account, Facts, Kind
from farechance.money import dollars
from farechance.store import Store, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import check_unallotted, program_writes


def unallot(command: Unallot, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`insufficient_allotment`)."""
    before = existing_program(command.program_id, store)
    key = keys.allotment(command.program_id, command.partner_id)
    allotment = store.read(key)[key]
    if allotment is None:
        raise NotFound("allotment", command.partner_id)
    cents = command.amount_cents
    if allotment.available_cents < cents:
        raise StateForbids(
            "insufficient_allotment",
            {"available_cents": allotment.available_cents, "needed_cents": cents},
        )
    after, made = program_writes(
        before,
        Kind.PROGRAM_UNALLOTTED,
        command.command_id,
        now,
        changes={Account.ALLOTTED: -cents, Account.UNALLOTTED: cents},
        facts=Facts(partner_id=command.partner_id),
        unallotted_cents=before.unallotted_cents + cents,
    )
    made.append(writes.unallot(command.program_id, command.partner_id, cents))
    return Plan(
        answer={
            "in_words": f"{dollars(cents)} was taken back from {command.partner_id}; "
            f"{dollars(after.unallotted_cents)} of {command.program_id} is not allotted now.",
            "program_id": command.program_id,
            "partner_id": command.partner_id,
            "available_cents": allotment.available_cents - cents,
            "unallotted_cents": after.unallotted_cents,
        },
        writes_after=lambda _: made,
    )


def defund(command: Defund, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`insufficient_budget`)."""
    before = existing_program(command.program_id, store)
    cents = command.amount_cents
    check_unallotted(before, cents)
    after, made = program_writes(
        before,
        Kind.PROGRAM_DEFUNDED,
        command.command_id,
        now,
        changes={Account.UNALLOTTED: -cents, Account.OUTSIDE: cents},
        funded_cents=before.funded_cents - cents,
        unallotted_cents=before.unallotted_cents - cents,
    )
    return Plan(
        answer={
            "in_words": f"{dollars(cents)} went back to the funder of {command.program_id}. In "
            f"all {dollars(after.funded_cents)} is funded now.",
            "program_id": command.program_id,
            "funded_cents": after.funded_cents,
            "unallotted_cents": after.unallotted_cents,
        },
        writes_after=lambda _: made,
    )
