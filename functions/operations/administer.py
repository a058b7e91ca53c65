"""Carries out an admin command, once: the command's record is written in the same transaction as
its effect, a repeat gets the recorded answer, and no record holds a secret."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance.clients import Clients
from farechance.commands import (
    Allot,
    CheckBooks,
    Command,
    CommandRecord,
    CreatePartner,
    CreateProgram,
    Fund,
    PauseProgram,
    RegisterProvider,
    ResumeProgram,
)
from farechance.errors import StateForbids
from farechance.partner_api import stored_answer
from farechance.store import Store, keys, writes
from farechance.vault import Vault
from operations.administration_plan import Plan
from operations.allot import allot
from operations.check_books import check_books
from operations.create_partner import create_partner
from operations.create_program import create_program
from operations.fund import fund
from operations.pause_program import pause_program, resume_program
from operations.register_provider import register_provider


@dataclass(frozen=True, slots=True)
class Tools:
    """What commands work with."""

    store: Store
    vault: Vault
    clients: Clients
    clock: Callable[[], datetime]


def administer(command: Command, tools: Tools) -> dict[str, Any]:
    """The answer, in words and figures; secrets only in the first answer. Raises FieldErrors,
    NotFound, StateForbids (`command_id_reused` and the command's own), Busy."""
    return tools.store.again(lambda: _attempt(command, tools))


def _attempt(command: Command, tools: Tools) -> dict[str, Any]:
    now = tools.clock()
    record_key = keys.command(command.command_id)
    record = tools.store.read(record_key)[record_key]
    content = stored_answer(command)
    if record is not None and not isinstance(command, CheckBooks):
        if record.content != content:
            raise StateForbids("command_id_reused", {"command_id": command.command_id})
        return {**record.answer, "repeated": True}

    plan = _plan(command, tools, now)
    if command.dry_run:
        return {**plan.answer, "dry_run": True}
    made = plan.prepare()
    answer = {**plan.answer, **made}
    audit = CommandRecord(
        command_id=command.command_id,
        command=command.command,
        requested_by=command.requested_by,
        reason=command.reason,
        carried_out_at=now,
        content=content,
        answer={name: value for name, value in answer.items() if name not in plan.secrets},
    )
    effects = plan.writes_after(made)
    if record is None:
        effects.append(writes.put_new(record_key, audit))
    if effects:
        tools.store.commit(*effects)
    return answer


def _plan(command: Command, tools: Tools, now: datetime) -> Plan:
    match command:
        case CreateProgram():
            return create_program(command, store=tools.store, now=now)
        case Fund():
            return fund(command, store=tools.store, now=now)
        case Allot():
            return allot(command, store=tools.store, now=now)
        case PauseProgram():
            return pause_program(command, store=tools.store, now=now)
        case ResumeProgram():
            return resume_program(command, store=tools.store, now=now)
        case CreatePartner():
            return create_partner(command, store=tools.store, clients=tools.clients)
        case RegisterProvider():
            return register_provider(command, store=tools.store, vault=tools.vault)
        case CheckBooks():
            return check_books(command, store=tools.store)
