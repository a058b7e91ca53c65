"""Gives a partner money to mint from: programme.unallotted → allotment.available."""

from datetime import datetime

from farechance.commands import Allot
from farechance.errors import FieldErrors, NotFound, StateForbids
from farechance.ledger import Account, Facts, Kind
from farechance.money import dollars
from farechance.programs import Allotment, Status
from farechance.store import Store, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import check_unallotted, program_writes

MAX_PROGRAMS = 20
"""In how many programmes one partner may have an allotment: `whoami` shows them all."""


def allot(command: Allot, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_closed`, `insufficient_budget`), FieldErrors."""
    before = existing_program(command.program_id, store)
    partner_key = keys.partner(command.partner_id)
    allotment_key = keys.allotment(command.program_id, command.partner_id)
    found = store.read(partner_key, allotment_key)
    partner, allotment = found[partner_key], found[allotment_key]
    if partner is None:
        raise NotFound("partner", command.partner_id)
    if before.status is Status.CLOSED:
        raise StateForbids("program_closed", {"program_id": command.program_id})
    cents = command.amount_cents
    check_unallotted(before, cents)
    after, made = program_writes(
        before,
        Kind.PROGRAM_ALLOTTED,
        command.command_id,
        now,
        changes={Account.UNALLOTTED: -cents, Account.ALLOTTED: cents},
        facts=Facts(partner_id=command.partner_id),
        unallotted_cents=before.unallotted_cents - cents,
    )
    if allotment is None:
        # The programme, changed at the version that was read, guards the status that it takes.
        allotment = Allotment(
            program_id=command.program_id,
            partner_id=command.partner_id,
            status=before.status,
            partner_status=partner.status,
            available_cents=cents,
        )
        made.append(writes.put_new(allotment_key, allotment))
        available = cents
    else:
        made.append(writes.give_to_allotment(command.program_id, command.partner_id, cents))
        available = allotment.available_cents + cents
    if command.program_id not in partner.program_ids:
        if len(partner.program_ids) >= MAX_PROGRAMS:
            raise FieldErrors.one("/partner_id", f"has {MAX_PROGRAMS} programmes already")
        with_program = partner.model_copy(
            update={
                "program_ids": (*partner.program_ids, command.program_id),
                "version": partner.version + 1,
            }
        )
        made.append(writes.change(partner_key, partner, with_program))
    return Plan(
        answer={
            "in_words": f"{partner.name} may now mint vouchers worth {dollars(available)} in "
            f"{command.program_id}; {dollars(after.unallotted_cents)} of the programme is not "
            "allotted to a partner.",
            "program_id": command.program_id,
            "partner_id": command.partner_id,
            "available_cents": available,
            "unallotted_cents": after.unallotted_cents,
        },
        writes_after=lambda _: made,
    )
