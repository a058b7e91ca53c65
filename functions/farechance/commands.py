"""Admin commands: what an administrator may ask for, as one discriminated union. It owns the form
of each command and of the record that it leaves; it must never carry one out.

Ids of programmes, partners and providers are chosen by the caller, so that prepared commands work
as they stand (api.md, 'Names that must be the same everywhere')."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, Field, TypeAdapter

from farechance.identifiers import (
    CommandId,
    PartnerId,
    Phone,
    ProgramId,
    ProviderId,
    ShortText,
)
from farechance.money import PositiveProgramCents
from farechance.programs import SENT, STORED, RiderNeeds, Rules
from farechance.times import Instant

Scope = Literal[
    "participants:read",
    "participants:write",
    "vouchers:read",
    "vouchers:write",
    "codes:read",
    "reports:read",
]
SCOPES: tuple[Scope, ...] = get_args(Scope)


class _Command(BaseModel):
    """What every command says: `command_id` makes a repeat harmless, `requested_by` and `reason`
    go into the audit as they are typed. With `dry_run` it is only said what would happen."""

    model_config = SENT

    command_id: CommandId
    requested_by: ShortText
    reason: ShortText
    dry_run: bool = False


class CreateProgram(_Command):
    """A programme with the first version of its rules. A draft until it is funded."""

    command: Literal["create_program"]
    program_id: ProgramId
    name: ShortText
    funder: ShortText
    rules: Rules


class Fund(_Command):
    """Money from the funder: outside → unallotted."""

    command: Literal["fund"]
    program_id: ProgramId
    amount_cents: PositiveProgramCents


class Allot(_Command):
    """Money for a partner to mint from: unallotted → the partner's allotment."""

    command: Literal["allot"]
    program_id: ProgramId
    partner_id: PartnerId
    amount_cents: PositiveProgramCents


class PauseProgram(_Command):
    """Stops mints at once and new authorizations within 60 seconds; approved rides are paid."""

    command: Literal["pause_program"]
    program_id: ProgramId


class ResumeProgram(_Command):
    """Takes a pause back."""

    command: Literal["resume_program"]
    program_id: ProgramId


class CreatePartner(_Command):
    """An organisation and its OAuth client, whose secret is shown once."""

    command: Literal["create_partner"]
    partner_id: PartnerId
    name: ShortText
    help_name: str = Field(min_length=1, max_length=40)
    help_phone: Phone
    scopes: tuple[Scope, ...] = Field(default=SCOPES, min_length=1, max_length=len(SCOPES))


class RegisterProvider(_Command):
    """A ride company and its signing secret, which is shown once."""

    command: Literal["register_provider"]
    provider_id: ProviderId
    name: ShortText
    profile: Literal["standard"] = "standard"
    rider_needs: RiderNeeds
    help_phone: Phone
    staff_can_book: bool


class CheckBooks(_Command):
    """Adds up every account of a programme from the stored items. A question: each time anew."""

    command: Literal["check_books"]
    program_id: ProgramId


Command = Annotated[
    CreateProgram
    | Fund
    | Allot
    | PauseProgram
    | ResumeProgram
    | CreatePartner
    | RegisterProvider
    | CheckBooks,
    Field(discriminator="command"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command)


class CommandRecord(BaseModel):
    """The audit of a command: who asked, why, when, what was asked for (`content` holds no
    secret: no command carries one) and what was answered, but never a secret."""

    model_config = STORED

    command_id: CommandId
    command: str
    requested_by: str
    reason: str
    carried_out_at: Instant
    content: dict[str, Any]
    answer: dict[str, Any]
