"""Participants: people, known by an opaque id and the partner's own reference. It owns what may be
held about a person and when a voucher may be minted for one; it must never hold a name, a date of
birth, an offence, a sentence, supervision, health or an address (domain.md, 'People')."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from farechance.identifiers import (
    ExternalRef,
    Language,
    ParticipantId,
    PartnerId,
    ProgramId,
    StaffRef,
    VoucherId,
)
from farechance.strictness import SENT, STORED
from farechance.times import Instant

MAX_OPEN_VOUCHERS = 40
MAX_OUTCOME_DAYS = 40
"""Of one kind: nobody attends more interviews in a programme."""

KEPT_FOR = timedelta(days=90)
"""How long a record outlives its use (domain.md, 'Erasure')."""

WAITS_FOR = timedelta(days=365)
"""How long a person may wait for a first voucher under a consent that names no end of its own."""


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
TextVersion = Literal["2026-01"]
"""The versions of the consent text, each of which is in infra/consent in every language. They are
added and never removed: records name the one that a person agreed to."""


class HeldConsent(BaseModel):
    """What the person agreed to, as it stands: which version of the text, in which language, when,
    until when, and for which uses. A use that was withdrawn is no longer among them."""

    model_config = SENT

    text_version: TextVersion
    language: Language
    granted_at: Instant
    expires_at: Instant | None = None
    uses: tuple[ConsentUse, ...] = Field(max_length=3)


class Consent(HeldConsent):
    """What the person agreed to: which version of the text, in which language, when, until when,
    and for which uses, of which `enrollment` must be one."""

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


class OutcomeKind(StrEnum):
    """What became of a person, as the person told."""

    INTERVIEW_ATTENDED = "interview_attended"
    OFFER_RECEIVED = "offer_received"
    JOB_STARTED = "job_started"
    EMPLOYED_AFTER_30_DAYS = "employed_after_30_days"
    EMPLOYED_AFTER_90_DAYS = "employed_after_90_days"
    EMPLOYED_AFTER_180_DAYS = "employed_after_180_days"
    FAMILY_VISIT_MADE = "family_visit_made"


class Participant(BaseModel):
    """The stored record: the only place that links `subject_id` (in vouchers and entries) to a
    person. `open_vouchers` names the vouchers that may still ride, with when each expires.
    `withdrawn` says when which use of the consent was withdrawn, `last_outcome_at` when an outcome
    was recorded last. `enrollment_key` is where the
    enrollment's Idempotency-Key is kept, for erasing."""

    model_config = STORED

    participant_id: ParticipantId
    partner_id: PartnerId
    program_id: ProgramId
    external_ref: ExternalRef
    subject_id: str
    language: Language
    status: ParticipantStatus = ParticipantStatus.ACTIVE
    attestation: Attestation
    consent: HeldConsent
    withdrawn: dict[ConsentUse, Instant] = {}
    outcomes: dict[OutcomeKind, tuple[date, ...]] = {}
    enrolled_at: Instant
    exited_at: Instant | None = None
    last_voucher_ends_at: Instant | None = None
    last_outcome_at: Instant | None = None
    enrollment_key: str = ""
    open_vouchers: dict[VoucherId, Instant] = Field(default={}, max_length=MAX_OPEN_VOUCHERS)
    minted_month: str = ""
    minted_in_month: int = 0
    version: int = 1

    def cannot_receive(self, now: datetime) -> str | None:
        """Why no voucher may be minted for this person now, or None."""
        if self.status is not ParticipantStatus.ACTIVE:
            return "participant_exited"
        if "enrollment" not in self.consent.uses:
            return "consent_withdrawn"
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
                "last_voucher_ends_at": self._last_end(*minted.values()),
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
                "last_voucher_ends_at": self._last_end(expires_at),
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

    def may_be_used_for(self, use: ConsentUse, now: datetime) -> bool:
        """Whether the person's consent to a use stands now."""
        ends_at = self.consent.expires_at
        return use in self.consent.uses and (ends_at is None or now < ends_at)

    @property
    def erase_at(self) -> datetime:
        """When the record is erased if nobody asks for it before: 90 days after exit or after
        consent was withdrawn, whichever is first; without these, 90 days after the latest of
        the last voucher's end, the last outcome's recording, and when she enrolled or agreed. Who
        has had no voucher yet waits for one: 90 days beyond the consent's end, or a year."""
        ended = (self.exited_at, self.withdrawn.get("enrollment"))
        if ends := [moment for moment in ended if moment is not None]:
            return min(ends) + KEPT_FOR
        agreed_at = max(self.enrolled_at, self.consent.granted_at)
        used = (agreed_at, self.last_voucher_ends_at, self.last_outcome_at)
        kept_until = max(moment for moment in used if moment is not None) + KEPT_FOR
        if self.last_voucher_ends_at is not None:
            return kept_until
        consent_ends_at = self.consent.expires_at
        waits_until = consent_ends_at + KEPT_FOR if consent_ends_at else agreed_at + WAITS_FOR
        return max(kept_until, waits_until)

    def after(self, **changes: object) -> Self:
        """The next version with some fields changed, validated as if read from the table."""
        return type(self).model_validate({**vars(self), "version": self.version + 1, **changes})

    def _last_end(self, *ends: datetime) -> datetime:
        return max(end for end in (self.last_voucher_ends_at, *ends) if end is not None)


class ExternalReference(BaseModel):
    """Makes (programme, external_ref) unique within a partner."""

    model_config = STORED

    participant_id: ParticipantId


class EnrollmentKey(BaseModel):
    """An Idempotency-Key of an enrollment. After erasure only the id stays: a digest of what was
    sent would let somebody try out references (domain.md, 'Erasure')."""

    model_config = STORED

    body_digest: str | None = None
    participant_id: ParticipantId
