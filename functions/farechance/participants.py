"""Participants: people, known by an opaque id and the partner's own reference. It owns what may be
held about a person and when a voucher may be minted for one; it must never hold a name, a date of
birth, an offence, a sentence, supervision, health or an address (domain.md, 'People')."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, StringConstraints, model_validator

from farechance.identifiers import (
    ExternalRef,
    Language,
    ParticipantId,
    PartnerId,
    ProgramId,
    StaffRef,
    VoucherId,
)
from farechance.programs import SENT, STORED
from farechance.times import Instant

MAX_OPEN_VOUCHERS = 40


class ParticipantStatus(StrEnum):
    """Where a person stands in a programme."""

    ACTIVE = "active"
    EXITED = "exited"


def _really_true(value: object) -> object:
    # To Literal, 1 is as good as True.
    if value is not True:
        raise ValueError("must be true")
    return value


class Attestation(BaseModel):
    """A partner's word that the person is eligible, by which member of staff and on which day. On
    which grounds is nobody's business."""

    model_config = SENT

    eligible: Annotated[Literal[True], BeforeValidator(_really_true)]
    attested_by: StaffRef
    attested_on: date


ConsentUse = Literal["enrollment", "sms", "outcomes"]


class Consent(BaseModel):
    """What the person agreed to: which version of the text, in which language, when, until when,
    and for which uses, of which `enrollment` must be one."""

    model_config = SENT

    text_version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.-]{1,20}$")]
    language: Language
    granted_at: Instant
    expires_at: Instant | None = None
    uses: tuple[ConsentUse, ...] = Field(min_length=1, max_length=3)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if "enrollment" not in self.uses:
            raise ValueError("uses must include 'enrollment': nobody is enrolled without consent")
        if len(set(self.uses)) != len(self.uses):
            raise ValueError("each use may stand once")
        if self.expires_at is not None and self.expires_at <= self.granted_at:
            raise ValueError("expires_at must be later than granted_at")
        return self


class Participant(BaseModel):
    """The stored record: the only place that links `subject_id` (in vouchers and entries) to a
    person. `open_vouchers` names the vouchers that may still ride, with when each expires."""

    model_config = STORED

    participant_id: ParticipantId
    partner_id: PartnerId
    program_id: ProgramId
    external_ref: ExternalRef
    subject_id: str
    language: Language
    status: ParticipantStatus = ParticipantStatus.ACTIVE
    attestation: Attestation
    consent: Consent
    enrolled_at: Instant
    open_vouchers: dict[VoucherId, Instant] = Field(default={}, max_length=MAX_OPEN_VOUCHERS)
    minted_month: str = ""
    minted_in_month: int = 0
    version: int = 1

    def cannot_receive(self, now: datetime) -> str | None:
        """Why no voucher may be minted for this person now, or None."""
        if self.status is not ParticipantStatus.ACTIVE:
            return "participant_exited"
        if self.consent.expires_at is not None and self.consent.expires_at <= now:
            return "consent_expired"
        return None

    def cannot_receive_more(
        self, vouchers: int, month: str, most_in_month: int, now: datetime
    ) -> str | None:
        """Why so many vouchers more can't be the person's, in `month` of which `most_in_month` may,
        or None."""
        if reason := self.cannot_receive(now):
            return reason
        if self.minted_in(month) + vouchers > most_in_month:
            return "monthly_limit_reached"
        if len(self.still_open(now)) + vouchers > MAX_OPEN_VOUCHERS:
            return "too_many_open_vouchers"
        return None

    def with_vouchers(self, minted: dict[str, datetime], month: str, now: datetime) -> Self:
        """The record after vouchers (id → when it expires) are minted in `month`."""
        return self.model_copy(
            update={
                "open_vouchers": {**self.still_open(now), **minted},
                "minted_month": month,
                "minted_in_month": self.minted_in(month) + len(minted),
                "version": self.version + 1,
            }
        )

    def with_voucher_instead(
        self, old: VoucherId, new: VoucherId, expires_at: datetime, now: datetime
    ) -> Self:
        """The record after a voucher got another id or another end; no month's count changes."""
        others = {one: ends for one, ends in self.still_open(now).items() if one != old}
        return self.model_copy(
            update={
                "open_vouchers": {**others, new: expires_at},
                "version": self.version + 1,
            }
        )

    def still_open(self, now: datetime) -> dict[str, datetime]:
        """Without those that expired over eight days ago, past every use."""
        return {
            voucher: ends
            for voucher, ends in self.open_vouchers.items()
            if ends > now - timedelta(days=8)
        }

    def minted_in(self, month: str) -> int:
        """How many vouchers were minted for the person in `month`."""
        return self.minted_in_month if month == self.minted_month else 0


class ExternalReference(BaseModel):
    """Makes (programme, external_ref) unique within a partner."""

    model_config = STORED

    participant_id: ParticipantId


class EnrollmentKey(BaseModel):
    """An Idempotency-Key of an enrollment. Ids and a digest only, so that erasing the person's
    record erases the person (domain.md, 'Erasure')."""

    model_config = STORED

    body_digest: str
    participant_id: ParticipantId
