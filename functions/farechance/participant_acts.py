"""What is done to a participant's record: consent granted anew or withdrawn, exit, an outcome,
another language. It owns when each is allowed; it must never read or write. Vouchers that a person
has are not its business: they stay valid (domain.md, 'People')."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from farechance.errors import FieldError, FieldErrors, StateForbids
from farechance.identifiers import Language
from farechance.participants import (
    MAX_OUTCOME_DAYS,
    Consent,
    ConsentUse,
    HeldConsent,
    OutcomeKind,
    Participant,
    ParticipantStatus,
)
from farechance.times import AHEAD

SAID_WITHIN = timedelta(days=3_653)
"""How far back somebody may have attested or agreed: ten years. What is older is a date of birth
that was typed into the wrong field, and no date of birth is kept."""


def wrong_times(consent: HeldConsent, now: datetime, within: str = "") -> list[FieldError]:
    """What is wrong with when a consent was granted and ends, judged by our clock."""
    wrong = []
    if consent.granted_at > now + AHEAD:
        wrong.append(
            FieldError(f"{within}/granted_at", "is more than 5 minutes ahead of our clock")
        )
    if consent.granted_at < now - SAID_WITHIN:
        wrong.append(FieldError(f"{within}/granted_at", "is more than ten years ago"))
    if consent.expires_at is not None and consent.expires_at <= now:
        wrong.append(FieldError(f"{within}/expires_at", "is past already"))
    return wrong


def wrong_attestation(day: date, now: datetime) -> list[FieldError]:
    """What is wrong with the day of an attestation, judged by our clock."""
    pointer = "/attestation/attested_on"
    if not has_begun_somewhere(day, now):
        return [FieldError(pointer, "lies in the future")]
    if day < (now - SAID_WITHIN).date():
        return [FieldError(pointer, "is more than ten years ago")]
    return []


def has_begun_somewhere(day: date, now: datetime) -> bool:
    """A day has begun somewhere fourteen hours before it does in UTC."""
    return day <= (now + timedelta(hours=14)).date()


def grant(person: Participant, consent: Consent, now: datetime) -> Participant:
    """The whole consent anew, in place of what stood. Raises StateForbids (`participant_exited`),
    FieldErrors: one that was given before the last withdrawal was withdrawn by it. Of that the day
    is known; on the same day, only the consent itself that was withdrawn is known to be older."""
    _must_not_have_left(person)
    wrong = wrong_times(consent, now)
    said_before = person.consent.granted_at
    withdrawn_on = max(person.withdrawn.values(), default=said_before)
    is_older = consent.granted_at < max(withdrawn_on, said_before)
    if is_older or (person.withdrawn and consent.granted_at == said_before):
        wrong.append(
            FieldError("/granted_at", "is earlier than what the person said last; ask anew")
        )
    if wrong:
        raise FieldErrors(tuple(wrong))
    return person.after(consent=HeldConsent(**dict(consent)), withdrawn={})


def withdraw(
    person: Participant, uses: Sequence[ConsentUse], new_subject_id: str, day: datetime
) -> Participant:
    """Without some uses from `day` on (its midnight in UTC); what was withdrawn before stays so.
    Without `enrollment` no use is left, and the link to vouchers and entries is cut: the record
    forgets both, and has a random id that none of them carries."""
    ends_all = "enrollment" in uses
    gone = tuple(use for use in person.consent.uses if ends_all or use in uses)
    kept = tuple(use for use in person.consent.uses if use not in gone)
    changes: dict[str, object] = {
        "consent": person.consent.model_copy(update={"uses": kept}),
        "withdrawn": {**person.withdrawn, **dict.fromkeys(gone, day)},
    }
    if "enrollment" in gone:
        changes |= {"subject_id": new_subject_id, "open_vouchers": {}}
    return person.after(**changes)


def exit_program(person: Participant, now: datetime) -> Participant:
    """Ends enrollment: no new voucher. Raises StateForbids (`participant_exited`)."""
    _must_not_have_left(person)
    return person.after(status=ParticipantStatus.EXITED, exited_at=now)


def speak(person: Participant, language: Language) -> Participant:
    """Another language for the person's next vouchers; those that she has keep theirs."""
    return person.after(language=language)


def record_outcome(
    person: Participant, kind: OutcomeKind, day: date, first_day: date, now: datetime
) -> Participant:
    """Each kind once for each day, from `first_day` on, that on which the person was enrolled.
    Raises StateForbids (`outcomes_without_consent`, `outcome_recorded`, `too_many_outcomes`),
    FieldErrors."""
    facts = {"participant_id": person.participant_id}
    if not person.may_be_used_for("outcomes", now):
        raise StateForbids("outcomes_without_consent", facts)
    if not has_begun_somewhere(day, now):
        raise FieldErrors.one("/day", "lies in the future")
    if day < first_day:
        raise FieldErrors.one("/day", "lies before the day on which the person was enrolled")
    days = person.outcomes.get(kind, ())
    if day in days:
        raise StateForbids("outcome_recorded", facts)
    if len(days) >= MAX_OUTCOME_DAYS:
        raise StateForbids("too_many_outcomes", facts)
    return person.after(outcomes={**person.outcomes, kind: (*days, day)}, last_outcome_at=now)


def _must_not_have_left(person: Participant) -> None:
    if person.status is ParticipantStatus.EXITED:
        raise StateForbids("participant_exited", {"participant_id": person.participant_id})
