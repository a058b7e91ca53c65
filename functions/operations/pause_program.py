"""Pauses a programme and resumes it. The mark goes onto every allotment first, where each mint's
condition sees it, then onto the programme: cut short, the command is repeated from the start."""

from collections.abc import Mapping
from datetime import datetime
from itertools import batched
from typing import Any

from farechance.commands import PauseProgram, ResumeProgram
from farechance.errors import StateForbids
from farechance.ledger import Kind
from farechance.programs import Status
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan, existing_program
from operations.change_program import program_writes

_AT_ONCE = 50


def pause_program(command: PauseProgram, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_not_active`). A paused programme may be paused
    again: where a resumption was cut short, some of its allotments are open."""
    return _mark(
        command,
        ((Status.ACTIVE, Status.PAUSED), Status.PAUSED, Kind.PROGRAM_PAUSED),
        "is paused. Nothing can be minted; new rides are declined within a minute; rides that "
        "were approved are still paid.",
        store,
        now,
    )


def resume_program(command: ResumeProgram, *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, StateForbids (`program_not_paused`)."""
    return _mark(
        command,
        ((Status.PAUSED,), Status.ACTIVE, Kind.PROGRAM_RESUMED),
        "is active again: vouchers can be minted, and within a minute rides are approved.",
        store,
        now,
    )


def _mark(
    command: PauseProgram | ResumeProgram,
    step: tuple[tuple[Status, ...], Status, Kind],
    words: str,
    store: Store,
    now: datetime,
) -> Plan:
    from_statuses, to_status, kind = step
    before = existing_program(command.program_id, store)
    if before.status not in from_statuses:
        reason = f"program_not_{from_statuses[0]}"
        raise StateForbids(reason, {"status": before.status.value})
    _, made = program_writes(before, kind, command.command_id, now, status=to_status)

    def prepare() -> dict[str, Any]:
        # An allotment that is made meanwhile changes the programme, and this attempt is repeated.
        allotments = store.all_of(keys.allotment(command.program_id, ""))
        for some in batched(allotments, _AT_ONCE, strict=False):
            store.commit(*(writes.mark_allotment(one, to_status) for one in some))
        return {}

    def writes_after(_: Mapping[str, Any]) -> list[Write]:
        return made

    return Plan(
        answer={
            "in_words": f"{command.program_id} {words}",
            "program_id": command.program_id,
            "status": to_status.value,
        },
        prepare=prepare,
        writes_after=writes_after,
    )
