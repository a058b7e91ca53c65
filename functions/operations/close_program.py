"""Closes a programme: no mint, no authorization. Approved rides are paid until return_at."""

from datetime import datetime

from farechance.commands import CloseProgram
from farechance.errors import FieldErrors, StateForbids
from farechance.ledger import Kind
from farechance.programs import Status
from farechance.store import Store
from operations.administration_plan import Plan, existing_program
from operations.pause_program import mark_program


def close_program(command: CloseProgram, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`), StateForbids (`program_closed`)."""
    if command.confirm != command.program_id:
        raise FieldErrors.one("/confirm", "must be the programme's id, typed again")
    before = existing_program(command.program_id, store)
    if before.status is Status.CLOSED:
        raise StateForbids("program_closed", {"program_id": command.program_id})
    return mark_program(
        before,
        Status.CLOSED,
        Kind.PROGRAM_CLOSED,
        command.command_id,
        "is closed. Nothing can be minted and no new ride begins; rides that were approved are "
        "still paid, and what comes free goes back to the partners' allotments.",
        store,
        now,
    )
