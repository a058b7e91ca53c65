"""Admin commands: what an administrator may ask for, as one discriminated union. It owns the form
of each command and of the record that it leaves; it must never carry one out.

Ids of programmes, partners and providers are chosen by the caller, so that prepared commands work
as they stand (api.md, 'Names that must be the same everywhere')."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)

from farechance.codes import holds_code
from farechance.identifiers import (
    AuthorizationId,
    CommandId,
    Language,
    Last4,
    ParticipantId,
    PartnerId,
    Phone,
    ProgramId,
    ProviderId,
    Purpose,
    RideId,
    SignatureHeader,
    VoucherId,
)
from farechance.money import PositiveProgramCents, PositiveRideCents, RideCents
from farechance.programs import Profile, RiderNeeds, RotationStep, Rules
from farechance.scopes import SCOPES, Scope
from farechance.signatures import is_secret
from farechance.strictness import SENT, STORED
from farechance.times import Instant
from farechance.voucher_names import NEVER, NEVER_A_CODE, NO_CODE_WITHIN, Remark

NO_SECRET = (
    "secret must be as its profile has it: whsec_ and base64 of 24 to 64 bytes, or with "
    "hmac_sha256_hex 32 to 256 visible ASCII characters"
)


def _month(written: str) -> str:
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", written, re.ASCII):
        raise ValueError("must be a year and a month, as 2026-03")
    return written


_Month = Annotated[str, AfterValidator(_month)]


def _no_code_on_cards(rules: Rules) -> Rules:
    if holds_code(rules.rider_facing_name):
        raise ValueError(NEVER)
    return rules


_NewRules = Annotated[Rules, AfterValidator(_no_code_on_cards)]


class _Command(BaseModel):
    """What every command says: `command_id` makes a repeat harmless, `requested_by` and `reason`
    go into the audit as they are typed. With `dry_run` it is only said what would happen."""

    model_config = SENT

    command_id: Annotated[CommandId, NO_CODE_WITHIN]
    requested_by: Remark
    reason: Remark
    dry_run: bool = False


class Question(_Command):
    """A command that changes nothing. It is asked anew each time, also under the same
    `command_id`, and each time is on record."""


class CreateProgram(_Command):
    """A programme with the first version of its rules. A draft until it is funded."""

    command: Literal["create_program"]
    program_id: ProgramId
    name: Remark
    funder: Remark
    rules: _NewRules


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
    name: Remark
    help_name: Annotated[str, Field(min_length=1, max_length=40), NO_CODE_WITHIN]
    help_phone: Phone
    scopes: tuple[Scope, ...] = Field(default=SCOPES, min_length=1, max_length=len(SCOPES))


GivenSecret = Annotated[str | None, Field(exclude=True, repr=False, max_length=256)]
"""A signing secret that the ride company's own platform made. It is kept in Secrets Manager and
nowhere else: it belongs to no record and no answer."""


class RegisterProvider(_Command):
    """A ride company and its signing secret: one that is made and shown once, or the one that its
    own platform has made, `secret`. `signature_header` goes with the profile `hmac_sha256_hex`."""

    command: Literal["register_provider"]
    provider_id: ProviderId
    name: Remark
    profile: Profile = "standard"
    signature_header: Annotated[SignatureHeader, NO_CODE_WITHIN] | None = None
    secret: GivenSecret = None
    rider_needs: RiderNeeds
    help_phone: Phone
    staff_can_book: bool

    @model_validator(mode="after")
    def _signs_somewhere(self) -> Self:
        if (self.profile == "hmac_sha256_hex") != (self.signature_header is not None):
            raise ValueError(
                "signature_header is needed with the profile hmac_sha256_hex and goes with no other"
            )
        if self.secret is not None and not is_secret(self.profile, self.secret):
            raise ValueError(NO_SECRET)
        return self


class SetRules(_Command):
    """A new version of the rules, for vouchers minted from now on (within a minute). Currency and
    time zone stay: months and amounts must add up."""

    command: Literal["set_rules"]
    program_id: ProgramId
    rules: _NewRules


class CloseProgram(_Command):
    """No mint and no authorization any more; approved rides are paid, and money goes back as it
    comes free. `confirm` is the programme's id, typed again."""

    command: Literal["close_program"]
    program_id: ProgramId
    confirm: ProgramId


class Defund(_Command):
    """Money back to the funder: unallotted → outside."""

    command: Literal["defund"]
    program_id: ProgramId
    amount_cents: PositiveProgramCents


class Unallot(_Command):
    """Money back from a partner: its allotment → unallotted."""

    command: Literal["unallot"]
    program_id: ProgramId
    partner_id: PartnerId
    amount_cents: PositiveProgramCents


class SuspendPartner(_Command):
    """Stops a partner's mints at once and new authorizations of its vouchers within a minute."""

    command: Literal["suspend_partner"]
    partner_id: PartnerId


class ResumePartner(_Command):
    """Takes a suspension back."""

    command: Literal["resume_partner"]
    partner_id: PartnerId


class BlockVoucher(_Command):
    """Stops one voucher's new rides; approved rides are paid."""

    command: Literal["block_voucher"]
    voucher_id: VoucherId


class UnblockVoucher(_Command):
    """Takes a block back."""

    command: Literal["unblock_voucher"]
    voucher_id: VoucherId


class RevokeVoucher(_Command):
    """Closes one voucher for good; its money goes back to the partner's allotment. `confirm` is
    the voucher's id, typed again."""

    command: Literal["revoke_voucher"]
    voucher_id: VoucherId
    confirm: VoucherId


class AcceptShortfall(_Command):
    """Pays the ride company, from the programme's unallotted money, what a lapsed hold had
    promised."""

    command: Literal["accept_shortfall"]
    program_id: ProgramId
    provider_id: ProviderId
    ride_id: RideId
    amount_cents: PositiveRideCents


class AcceptOverage(_Command):
    """Pays the ride company, from the programme's unallotted money, what a fare was above the
    voucher and the programme owes."""

    command: Literal["accept_overage"]
    program_id: ProgramId
    provider_id: ProviderId
    ride_id: RideId
    amount_cents: PositiveRideCents


class WriteOff(_Command):
    """Says that a shortfall or an overage of a ride won't be paid. Moves no money. `confirm` is the
    ride's id, typed again."""

    command: Literal["write_off"]
    program_id: ProgramId
    provider_id: ProviderId
    ride_id: RideId
    amount_cents: PositiveRideCents
    confirm: RideId


class RecordPayment(_Command):
    """A payment to the ride company that was made outside of the system."""

    command: Literal["record_payment"]
    program_id: ProgramId
    provider_id: ProviderId
    month: _Month
    amount_cents: PositiveProgramCents
    invoice_ref: Remark


class MintCards(_Command):
    """Unassigned cards for a partner that has no app, from its allotment, and a link to print them.
    The fields are those of a mint by the partner itself."""

    command: Literal["mint_cards"]
    program_id: ProgramId
    partner_id: PartnerId
    cards: int = Field(ge=1, le=100)
    purpose: Purpose
    value_cents: PositiveRideCents
    rides: int | None = Field(default=None, ge=1, le=50)
    cap_cents: PositiveRideCents | None = None
    valid_from: Instant | None = None
    expires_at: Instant | None = None
    language: Language = "en"

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.cap_cents is not None and self.cap_cents > self.value_cents:
            raise ValueError("cap_cents must not exceed value_cents")
        return self


class CheckBooks(Question):
    """Adds up every account of a programme from the stored items."""

    command: Literal["check_books"]
    program_id: ProgramId


class ExplainVoucher(Question):
    """Tells a voucher's story in plain sentences, and what to do. It is named by its id; or by its
    partner and the last 4 symbols of its code; or by an authorization id, which a ride company
    has. Never by its code."""

    command: Literal["explain_voucher"]
    voucher_id: Annotated[VoucherId | None, NEVER_A_CODE] = None
    partner_id: Annotated[PartnerId | None, NEVER_A_CODE] = None
    last4: Annotated[Last4 | None, NEVER_A_CODE] = None
    authorization_id: Annotated[AuthorizationId | None, NEVER_A_CODE] = None

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        ways = (self.voucher_id, self.last4, self.authorization_id)
        if sum(way is not None for way in ways) != 1:
            raise ValueError("name one voucher_id, or partner_id and last4, or authorization_id")
        if (self.partner_id is None) != (self.last4 is None):
            raise ValueError("partner_id and last4 go together")
        return self


class EraseParticipant(_Command):
    """Erases one person: nothing that leads to her is held any more; no entry and no report
    changes. `confirm` is the participant's id, typed again."""

    command: Literal["erase_participant"]
    partner_id: PartnerId
    participant_id: ParticipantId
    confirm: ParticipantId


class RunReport(_Command):
    """Has a month's report published, or verified if it is there; a month that isn't over is
    written so far. It answers before that is done."""

    command: Literal["run_report"]
    program_id: ProgramId
    month: _Month


class ApplyStatement(_Command):
    """Records the rides that only a ride company's own statement has: their messages never came.
    `statement_digest` names the very file; a dry run, which needs none, tells it."""

    command: Literal["apply_statement"]
    program_id: ProgramId
    provider_id: ProviderId
    month: _Month
    statement_digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None

    @model_validator(mode="after")
    def _was_looked_at(self) -> Self:
        if self.statement_digest is None and not self.dry_run:
            raise ValueError("statement_digest is needed: a dry run of this command tells it")
        return self


class _Rotation(_Command):
    """`begin` makes a new secret, shown once, beside the one that is in use: both are good, until
    `finish` voids the old one, or `abandon` the new one. These two ask for `confirm`."""

    step: RotationStep


class RotatePartnerSecret(_Rotation):
    """A new client for a partner, and the end of the old one, whose scopes it has. Where the old
    one is gone, as tables that were restored may have it, it has `scopes`, else all of them.
    `confirm` is the partner's id, typed again."""

    command: Literal["rotate_partner_secret"]
    partner_id: PartnerId
    scopes: tuple[Scope, ...] | None = Field(default=None, min_length=1, max_length=len(SCOPES))
    confirm: PartnerId | None = None


class RotateProviderSecret(_Rotation):
    """A new signing secret for a ride company, made here or, `secret`, by its own platform, and the
    end of the old one. `confirm` is the ride company's id, typed again."""

    command: Literal["rotate_provider_secret"]
    provider_id: ProviderId
    secret: GivenSecret = None
    confirm: ProviderId | None = None

    @model_validator(mode="after")
    def _begins(self) -> Self:
        if self.secret is not None and self.step != "begin":
            raise ValueError("secret goes with the step begin")
        return self


RideOutcome = Literal["completed", "cancelled", "under_way"]
"""What becomes of a simulated ride, if it is approved."""


class SimulateRide(_Command):
    """On a trial stack: a ride company asks for a ride with a voucher now, and says what became of
    it. `fare_cents` is the fare of one that is completed, the estimate unless it is said."""

    command: Literal["simulate_ride"]
    partner_id: PartnerId
    voucher_id: Annotated[VoucherId, NEVER_A_CODE]
    provider_id: ProviderId
    estimated_fare_cents: PositiveRideCents
    outcome: RideOutcome = "completed"
    fare_cents: RideCents | None = None

    @model_validator(mode="after")
    def _costs_only_when_made(self) -> Self:
        if self.fare_cents is not None and self.outcome != "completed":
            raise ValueError("fare_cents goes with the outcome completed")
        return self


GivenUp = Literal["batches", "reports", "statements"]
"""What waits in a queue of its own once it was given up."""


class RetryGivenUp(_Command):
    """Has work that was given up tried again: its messages go back to their queue."""

    command: Literal["retry_given_up"]
    queue: GivenUp


Command = Annotated[
    CreateProgram
    | Fund
    | Allot
    | PauseProgram
    | ResumeProgram
    | CreatePartner
    | RegisterProvider
    | SetRules
    | CloseProgram
    | Defund
    | Unallot
    | SuspendPartner
    | ResumePartner
    | BlockVoucher
    | UnblockVoucher
    | RevokeVoucher
    | AcceptShortfall
    | AcceptOverage
    | WriteOff
    | RecordPayment
    | MintCards
    | CheckBooks
    | ExplainVoucher
    | EraseParticipant
    | RunReport
    | ApplyStatement
    | RotatePartnerSecret
    | RotateProviderSecret
    | RetryGivenUp
    | SimulateRide,
    Field(discriminator="command"),
]

COMMAND: TypeAdapter[Command] = TypeAdapter(Command, config=ConfigDict(hide_input_in_errors=True))


class CommandRecord(BaseModel):
    """The audit of a command: who asked, why, when, what was asked for (`content` holds no
    secret, though a command may carry one) and what was answered, but never a secret."""

    model_config = STORED

    command_id: CommandId
    command: str
    requested_by: str
    reason: str
    carried_out_at: Instant
    content: dict[str, Any]
    answer: dict[str, Any]


_ABOUT_ASKING = frozenset({"requested_by", "reason", "dry_run"})


def what_is_asked(content: Mapping[str, Any]) -> dict[str, Any]:
    """A command's content without who asks, why, and whether it is only tried out: so much must be
    the same under one `command_id`. After an answer that was lost nobody types the same words
    again, and whoever is told to choose another id does it twice."""
    return {name: value for name, value in content.items() if name not in _ABOUT_ASKING}
