"""Takes in money from the funder: outside → programme.unallotted."""

from datetime import datetime

from farechance.commands import Fund
from farechance.errors import FieldErrors, StateForbids
from farechance.ledger import Account, Kind
from farechance.money import MAX_PROGRAM_CENTS, dollars
from farechance.programs import Status
from farechance.store import Store
from operations.administration_plan import Plan, existing_program
from operations.change_program import program_writes


def fund(command: Fund, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_closed`), FieldErrors. The first money makes a draft
    active."""
    before = existing_program(command.program_id, store)
    if before.status is Status.CLOSED:
        raise StateForbids("program_closed", {"program_id": command.program_id})
    cents = command.amount_cents
    if before.funded_cents + cents > MAX_PROGRAM_CENTS:
        raise FieldErrors.one("/amount_cents", f"a programme holds at most {MAX_PROGRAM_CENTS}")
    after, made = program_writes(
        before,
        Kind.PROGRAM_FUNDED,
        command.command_id,
        now,
        changes={Account.OUTSIDE: -cents, Account.UNALLOTTED: cents},
        funded_cents=before.funded_cents + cents,
        unallotted_cents=before.unallotted_cents + cents,
        status=Status.ACTIVE if before.status is Status.DRAFT else before.status,
    )
    return Plan(
        answer={
            "in_words": f"{dollars(cents)} was added to {command.program_id}. In all "
            f"{dollars(after.funded_cents)} was funded; {dollars(after.unallotted_cents)} of it "
            "is not allotted to a partner.",
            "program_id": command.program_id,
            "status": after.status.value,
            "funded_cents": after.funded_cents,
            "unallotted_cents": after.unallotted_cents,
        },
        writes_after=lambda _: made,
    )
