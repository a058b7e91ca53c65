"""Carries out an admin command, once: the command's record is written in the same transaction as
its effect, a repeat gets the recorded answer, and no record holds a secret."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from farechance.clients import Clients
from farechance.commands import (
    AcceptOverage,
    AcceptShortfall,
    Allot,
    ApplyStatement,
    BlockVoucher,
    CheckBooks,
    CloseProgram,
    Command,
    CommandRecord,
    CreatePartner,
    CreateProgram,
    Defund,
    EraseParticipant,
    ExplainVoucher,
    Fund,
    MintCards,
    PauseProgram,
    Question,
    RecordPayment,
    RegisterProvider,
    ResumePartner,
    ResumeProgram,
    RetryGivenUp,
    RevokeVoucher,
    RotatePartnerSecret,
    RotateProviderSecret,
    RunReport,
    SetRules,
    SimulateRide,
    SuspendPartner,
    Unallot,
    UnblockVoucher,
    WriteOff,
    what_is_asked,
)
from farechance.errors import StateForbids
from farechance.given_up import GivenUpQueues
from farechance.identifiers import Environment
from farechance.report_bucket import ReportBucket
from farechance.report_queue import ReportName, ReportQueue
from farechance.roles import Role
from farechance.settings import Settings
from farechance.store import Remembered, Store, keys, writes
from farechance.strictness import stored_answer
from farechance.times import instant_text
from farechance.vault import Vault
from farechance.voucher_acts import BLOCKER_OF
from operations.administration_plan import Plan
from operations.allot import allot
from operations.apply_statement import ApplyTools, apply_statement
from operations.check_books import check_books
from operations.close_program import close_program
from operations.command_voucher import command_voucher
from operations.create_partner import create_partner
from operations.create_program import create_program
from operations.erase_participant import erase_by_command
from operations.explain_voucher import explain_voucher
from operations.fund import fund
from operations.mint_cards import mint_cards, sheet_link
from operations.pause_program import pause_program, resume_program
from operations.register_provider import register_provider
from operations.retry_given_up import retry_given_up
from operations.rotate_partner_secret import rotate_partner_secret
from operations.rotate_provider_secret import rotate_provider_secret
from operations.run_report import run_report
from operations.set_rules import set_rules
from operations.settle_owed import accept, record_payment, write_off
from operations.simulate_ride import simulate_ride
from operations.suspend_partner import resume_partner, suspend_partner
from operations.take_back import defund, unallot


@dataclass
class Tools:
    """What commands work with: the same for the function of each role, which knows only what its
    role needs, and can't reach what it doesn't know. One for each function's process."""

    store: Store
    vault: Vault
    clients: Clients
    clock: Callable[[], datetime]
    api_url: str = ""
    environment: Environment = field(kw_only=True)
    bucket: ReportBucket = field(kw_only=True)
    send_report: Callable[[str, str], None] = field(kw_only=True)
    given_up: GivenUpQueues = field(kw_only=True)

    @classmethod
    def of(cls, settings: Settings, clock: Callable[[], datetime]) -> Self:
        """As a function's settings name them."""
        reports = ReportQueue(settings)
        return cls(
            Store(settings),
            Vault(settings),
            Clients(settings),
            clock,
            settings.api_url,
            environment=settings.environment,
            bucket=ReportBucket(settings),
            send_report=lambda program_id, month: reports.send(
                ReportName(program_id=program_id, month=month)
            ),
            given_up=GivenUpQueues(settings),
        )

    def carry_out(
        self, command: Command, has_time: Callable[[], bool], role: Role
    ) -> dict[str, Any]:
        """The answer, in words and figures; secrets only in the first answer. Raises FieldErrors,
        NotFound, StateForbids (`command_id_reused` and the command's own), Busy. Whether `role` may
        send the command, the console's edge has asked before."""
        return self.store.again(lambda: _attempt(command, self, has_time, role))


def _attempt(
    command: Command, tools: Tools, has_time: Callable[[], bool], role: Role
) -> dict[str, Any]:
    now = tools.clock()
    record_key = keys.command(command.command_id)
    record = tools.store.read(record_key)[record_key]
    content = stored_answer(command)
    if record is not None and isinstance(command, Question):
        if record.command != command.command:
            raise _used_before(record)
        # A question is asked anew each time, and each time is on record.
        record_key = keys.command(f"{command.command_id}@{instant_text(now)}")
    elif record is not None:
        if what_is_asked(record.content) != what_is_asked(content):
            raise _used_before(record)
        told = {**record.answer, **_told_anew(command, tools, now)}
        return _said("This was done before, and nothing was done now.", told, "repeated")

    with tools.store.refusing_unless(record_key):
        plan = _plan(command, tools, has_time, now, role)
    # A question changes nothing, so there is nothing to try: each time is on record.
    if command.dry_run and not isinstance(command, Question):
        return _said("Nothing was done. Without dry_run:", plan.answer, "dry_run")
    made = plan.prepare()
    answer = {**plan.answer, **made}
    if answer.get("lines_left"):
        # Not all of it is done: the same command goes on, and each part of it is on record.
        record_key = keys.command(f"{command.command_id}@{instant_text(now)}")
    audit = CommandRecord(
        command_id=command.command_id,
        command=command.command,
        requested_by=command.requested_by,
        reason=command.reason,
        carried_out_at=now,
        content=content,
        answer={name: value for name, value in answer.items() if name not in plan.secrets},
    )
    tools.store.commit(*plan.writes_after(made), writes.put_new(record_key, audit))
    return answer


def _used_before(record: CommandRecord) -> StateForbids:
    return StateForbids(
        "command_id_reused",
        {
            "command_id": record.command_id,
            "carried_out": record.command,
            "carried_out_at": instant_text(record.carried_out_at),
            "carried_out_for": record.requested_by,
        },
    )


def _told_anew(command: Command, tools: Tools, now: datetime) -> dict[str, Any]:
    """What a repeat is told that no record holds."""
    if isinstance(command, MintCards):
        return sheet_link(command, tools.vault.code_keys(now), tools.api_url, now)
    return {}


def _said(beforehand: str, answer: Mapping[str, Any], mark: str) -> dict[str, Any]:
    """An answer of which nothing is done now, and says so first."""
    return {**answer, "in_words": f"{beforehand} {answer['in_words']}", mark: True}


def _plan(  # noqa: C901, PLR0911, PLR0912 - a row for each command
    command: Command, tools: Tools, has_time: Callable[[], bool], now: datetime, role: Role
) -> Plan:
    store = tools.store
    match command:
        case CreateProgram():
            return create_program(command, store=store, now=now)
        case SetRules():
            return set_rules(command, store=store, now=now)
        case Fund():
            return fund(command, store=store, now=now)
        case Defund():
            return defund(command, store=store, now=now)
        case Allot():
            return allot(command, store=store, now=now)
        case Unallot():
            return unallot(command, store=store, now=now)
        case PauseProgram():
            return pause_program(command, store=store, now=now)
        case ResumeProgram():
            return resume_program(command, store=store, now=now)
        case CloseProgram():
            return close_program(command, store=store, now=now)
        case CreatePartner():
            return create_partner(command, store=store, clients=tools.clients)
        case SuspendPartner():
            return suspend_partner(command, store=store)
        case ResumePartner():
            return resume_partner(command, store=store)
        case RegisterProvider():
            return register_provider(command, store=store, vault=tools.vault)
        case BlockVoucher() | UnblockVoucher() | RevokeVoucher():
            return command_voucher(
                command,
                by=BLOCKER_OF[role],
                store=store,
                remembered=Remembered(store),
                code_keys=tools.vault.code_keys(now),
                now=now,
            )
        case AcceptShortfall() | AcceptOverage():
            return accept(command, store=store, now=now)
        case WriteOff():
            return write_off(command, store=store, now=now)
        case RecordPayment():
            return record_payment(command, store=store, now=now)
        case MintCards():
            return mint_cards(
                command,
                store=store,
                code_keys=tools.vault.code_keys(now),
                api_url=tools.api_url,
                clock=tools.clock,
            )
        case CheckBooks():
            return check_books(command, store=store, clock=tools.clock, has_time=has_time)
        case ExplainVoucher():
            return explain_voucher(
                command,
                store=store,
                remembered=Remembered(store),
                code_keys=tools.vault.code_keys(now),
                now=now,
            )
        case EraseParticipant():
            return erase_by_command(command, store=store, now=now)
        case RunReport():
            return run_report(command, store=store, now=now, send=tools.send_report)
        case RotatePartnerSecret():
            return rotate_partner_secret(command, store=store, clients=tools.clients)
        case RotateProviderSecret():
            return rotate_provider_secret(command, store=store, vault=tools.vault, now=now)
        case RetryGivenUp():
            return retry_given_up(command, given_up=tools.given_up, has_time=has_time)
        case ApplyStatement():
            with_statements = ApplyTools(store, tools.bucket, tools.clock, has_time)
            return apply_statement(command, with_statements)
        case SimulateRide():
            return simulate_ride(
                command,
                environment=tools.environment,
                store=store,
                remembered=Remembered(store),
                code_keys=tools.vault.code_keys(now),
                clock=tools.clock,
            )
