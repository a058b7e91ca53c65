"""What partners send about people, and what they are told: as `partner_api`, for enrolling and
finding them."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, model_validator

from farechance.identifiers import ExternalRef, Language, ParticipantId, ProgramId, VoucherId
from farechance.paging import Cursor, Limit
from farechance.participants import (
    Attestation,
    Consent,
    ConsentUse,
    HeldConsent,
    Participant,
    ParticipantStatus,
)
from farechance.strictness import ANSWER, SENT
from farechance.times import Instant


class EnrollmentRequest(BaseModel):
    """Enrolls a person in a programme, with your attestation and the person's consent. No name, no
    date of birth, nothing about an offence: such fields are refused."""

    model_config = SENT

    program_id: ProgramId
    external_ref: ExternalRef
    language: Language
    attestation: Attestation
    consent: Consent


class Enrolled(BaseModel):
    """The person is enrolled and has a `participant_id`. Nothing in this answer ever changes, so a
    repeat of the call gets the very same."""

    model_config = ANSWER

    participant_id: ParticipantId
    program_id: ProgramId
    external_ref: ExternalRef
    enrolled_at: Instant


class ParticipantAnswer(BaseModel):
    """A person whom you enrolled. `open_voucher_ids` names the vouchers that may still pay a
    ride. `withdrawn` says when consent to which use was withdrawn. At `erase_at` the record is
    erased if nothing happens before."""

    model_config = ANSWER

    participant_id: ParticipantId
    program_id: ProgramId
    external_ref: ExternalRef
    language: Language
    status: ParticipantStatus
    attestation: Attestation
    consent: HeldConsent
    withdrawn: dict[ConsentUse, Instant]
    enrolled_at: Instant
    exited_at: Instant | None = None
    erase_at: Instant
    open_voucher_ids: tuple[VoucherId, ...]

    @classmethod
    def of(cls, participant: Participant, now: datetime) -> Self:
        """All but `subject_id`, which links to entries and is nobody's to see."""
        return cls(
            participant_id=participant.participant_id,
            program_id=participant.program_id,
            external_ref=participant.external_ref,
            language=participant.language,
            status=participant.status,
            attestation=participant.attestation,
            consent=participant.consent,
            withdrawn=participant.withdrawn,
            enrolled_at=participant.enrolled_at,
            exited_at=participant.exited_at,
            erase_at=participant.erase_at,
            open_voucher_ids=tuple(sorted(participant.still_open(now))),
        )


class ParticipantQuery(BaseModel):
    """Which participants to list. `external_ref` is unique in a programme only, so `program_id` is
    needed with it."""

    model_config = SENT

    program_id: ProgramId | None = None
    external_ref: ExternalRef | None = None
    status: ParticipantStatus | None = None
    cursor: Cursor | None = None
    limit: Limit = 50

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.external_ref is not None and self.program_id is None:
            raise ValueError("external_ref is unique in a programme: program_id is needed with it")
        return self


class ParticipantList(BaseModel):
    """A page of your participants. `cursor` is there while more may follow, also on a page that
    has few or none: give it back as it is to get the next one."""

    model_config = ANSWER

    participants: tuple[ParticipantAnswer, ...]
    cursor: Cursor | None = None
