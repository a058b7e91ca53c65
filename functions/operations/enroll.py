"""Enrolls a person: the record, the partner's own reference and the call's key, in one
transaction."""

import uuid
from collections.abc import Callable
from datetime import datetime

from farechance.enrollment_api import Enrolled, EnrollmentRequest
from farechance.errors import (
    FieldErrors,
    IdempotencyKeyReused,
    NotFound,
    StateForbids,
)
from farechance.ledger import digest
from farechance.participant_acts import wrong_attestation, wrong_times
from farechance.participants import EnrollmentKey, ExternalReference, Participant
from farechance.programs import Allotment, Status
from farechance.store import Store, keys, writes
from farechance.strictness import stored_answer


def enroll(
    request: EnrollmentRequest,
    partner_id: str,
    idempotency_key: str,
    *,
    store: Store,
    clock: Callable[[], datetime],
) -> tuple[Enrolled, bool]:
    """The person's id, and whether this was a repeat. Raises FieldErrors, NotFound, StateForbids
    (`already_enrolled`, `program_closed`), IdempotencyKeyReused, Busy."""
    return store.again(lambda: _attempt(request, partner_id, idempotency_key, store, clock()))


def _attempt(
    request: EnrollmentRequest, partner_id: str, key: str, store: Store, now: datetime
) -> tuple[Enrolled, bool]:
    key_key = keys.enrollment_key(partner_id, key)
    reference_key = keys.external_reference(partner_id, request.program_id, request.external_ref)
    allotment_key = keys.allotment(request.program_id, partner_id)
    found = store.read(key_key, reference_key, allotment_key)
    body_digest = digest(stored_answer(request))
    if record := found[key_key]:
        return _replay(record, body_digest, partner_id, store), True

    with store.refusing_unless(key_key):
        _check_times(request, now)
        _check(found[allotment_key], found[reference_key], request)

    participant = Participant(
        participant_id=f"par_{uuid.uuid4().hex}",
        partner_id=partner_id,
        program_id=request.program_id,
        external_ref=request.external_ref,
        subject_id=f"sub_{uuid.uuid4().hex}",
        language=request.language,
        attestation=request.attestation,
        consent=request.consent,
        enrolled_at=now,
        enrollment_key=keys.enrollment_place(key),
    )
    participant_id = participant.participant_id
    store.commit(
        writes.put_new(keys.participant(partner_id, participant_id), participant),
        writes.put_new(reference_key, ExternalReference(participant_id=participant_id)),
        writes.put_new(
            key_key,
            EnrollmentKey(body_digest=body_digest, participant_id=participant_id),
        ),
    )
    return _told(participant), False


def _check(
    allotment: Allotment | None, reference: ExternalReference | None, request: EnrollmentRequest
) -> None:
    if allotment is None:
        raise NotFound("programme", request.program_id)
    if allotment.status is Status.CLOSED:
        raise StateForbids("program_closed", {"program_id": request.program_id})
    if reference is not None:
        raise StateForbids("already_enrolled", {"participant_id": reference.participant_id})


def _replay(record: EnrollmentKey, body_digest: str, partner_id: str, store: Store) -> Enrolled:
    participant_key = keys.participant(partner_id, record.participant_id)
    participant = store.read(participant_key)[participant_key]
    if participant is None:
        # Erased: nothing brings the record back (domain.md, 'Erasure'), nor says what was in it.
        raise NotFound("participant")
    if record.body_digest != body_digest:
        raise IdempotencyKeyReused
    return _told(participant)


def _told(participant: Participant) -> Enrolled:
    return Enrolled(
        participant_id=participant.participant_id,
        program_id=participant.program_id,
        external_ref=participant.external_ref,
        enrolled_at=participant.enrolled_at,
    )


def _check_times(request: EnrollmentRequest, now: datetime) -> None:
    wrong = [
        *wrong_attestation(request.attestation.attested_on, now),
        *wrong_times(request.consent, now, "/consent"),
    ]
    if wrong:
        raise FieldErrors(tuple(wrong))
