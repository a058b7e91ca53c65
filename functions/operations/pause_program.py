"""Pauses a programme and resumes it. The mark goes onto every allotment first, where each mint's
condition sees it, then onto the programme: cut short, the command is repeated from the start."""

from collections.abc import Mapping
from datetime import datetime
from itertools import batched
from typing import Any

from farechance.commands import PauseProgram, ResumeProgram
from farechance.errors import StateForbids
from farechance.ledger import Kind
from farechance.programs import Program, Status
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import program_writes

_AT_ONCE = 50


def pause_program(command: PauseProgram, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_not_active`). A paused programme may be paused
    again: where a resumption was cut short, some of its allotments are open."""
    return mark_program(
        in_status((Status.ACTIVE, Status.PAUSED), command.program_id, store),
        Status.PAUSED,
        Kind.PROGRAM_PAUSED,
        command.command_id,
        "is paused. Nothing can be minted; new rides are declined within a minute; rides that "
        "were approved are still paid.",
        store,
        now,
    )


def resume_program(command: ResumeProgram, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_not_paused`). An active programme may be resumed
    where a pause was cut short and given up: some of its allotments are still paused."""
    allotments = store.all_of(keys.allotment(command.program_id, ""))
    is_half_paused = any(one.status is Status.PAUSED for one in allotments)
    statuses = (Status.PAUSED, Status.ACTIVE) if is_half_paused else (Status.PAUSED,)
    return mark_program(
        in_status(statuses, command.program_id, store),
        Status.ACTIVE,
        Kind.PROGRAM_RESUMED,
        command.command_id,
        "is active again: vouchers can be minted, and within a minute rides are approved.",
        store,
        now,
    )


def mark_program(
    before: Program,
    status: Status,
    kind: Kind,
    command_id: str,
    words: str,
    store: Store,
    now: datetime,
) -> Plan:
    """The plan that puts a status onto every allotment and then onto the programme."""
    _, made = program_writes(before, kind, command_id, now, status=status)

    def prepare() -> dict[str, Any]:
        mark_allotments(before, status, store)
        return {}

    def writes_after(_: Mapping[str, Any]) -> list[Write]:
        return made

    return Plan(
        answer={
            "in_words": f"{before.program_id} {words}",
            "program_id": before.program_id,
            "status": status.value,
        },
        prepare=prepare,
        writes_after=writes_after,
    )


def mark_allotments(program: Program, status: Status, store: Store) -> None:
    """Where each mint's condition sees it. An allotment that is made meanwhile changes the
    programme, so that whoever changes the programme next is overtaken and does this again. What is
    closed stays closed."""
    allotments = store.all_of(keys.allotment(program.program_id, ""))
    open_to_it = (
        one for one in allotments if status is Status.CLOSED or one.status is not Status.CLOSED
    )
    for some in batched(open_to_it, _AT_ONCE, strict=False):
        store.commit(*(writes.mark_program(one.program_id, one.partner_id, status) for one in some))


def in_status(statuses: tuple[Status, ...], program_id: str, store: Store) -> Program:
    """The programme, if it stands in one of the statuses. Raises NotFound, StateForbids."""
    before = existing_program(program_id, store)
    if before.status not in statuses:
        raise StateForbids(f"program_not_{statuses[0]}", {"status": before.status.value})
    return before
