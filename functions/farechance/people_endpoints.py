"""The endpoints of people: enrolling them, what becomes of them, and what is held about them."""

from farechance.endpoint import Endpoint, NoQuery
from farechance.enrollment_api import (
    Enrolled,
    EnrollmentRequest,
    ParticipantAnswer,
    ParticipantList,
    ParticipantQuery,
)
from farechance.participant_api import (
    ConsentAnswer,
    ConsentRequest,
    Erased,
    Exited,
    ExitRequest,
    LanguageAnswer,
    LanguageRequest,
    OutcomeAnswer,
    OutcomeRequest,
    ParticipantRecord,
)

ENROLL = Endpoint(
    "POST",
    "/participants",
    "participants:write",
    "Enroll a person",
    EnrollmentRequest,
    Enrolled,
    status=201,
    problems=("already_enrolled", "program_closed"),
)
LIST_PARTICIPANTS = Endpoint(
    "GET",
    "/participants",
    "participants:read",
    "List your participants",
    ParticipantQuery,
    ParticipantList,
)
SHOW_PARTICIPANT = Endpoint(
    "GET",
    "/participants/{participant_id}",
    "participants:read",
    "Show one participant",
    NoQuery,
    ParticipantAnswer,
)
CHANGE_CONSENT = Endpoint(
    "POST",
    "/participants/{participant_id}/consent",
    "participants:write",
    "Grant consent anew, or withdraw it",
    ConsentRequest,
    ConsentAnswer,
    problems=("participant_exited", "link_cut"),
)
EXIT_PARTICIPANT = Endpoint(
    "POST",
    "/participants/{participant_id}/exit",
    "participants:write",
    "End a person's enrollment",
    ExitRequest,
    Exited,
    problems=("participant_exited",),
)
CHANGE_LANGUAGE = Endpoint(
    "POST",
    "/participants/{participant_id}/language",
    "participants:write",
    "Speak to a person in another language",
    LanguageRequest,
    LanguageAnswer,
)
RECORD_OUTCOME = Endpoint(
    "POST",
    "/participants/{participant_id}/outcomes",
    "participants:write",
    "Record what became of a person",
    OutcomeRequest,
    OutcomeAnswer,
    status=201,
    problems=("outcomes_without_consent", "outcome_recorded", "too_many_outcomes"),
)
SHOW_RECORD = Endpoint(
    "GET",
    "/participants/{participant_id}/record",
    "participants:read",
    "Get all that is held about a person, to hand to her",
    NoQuery,
    ParticipantRecord,
)
ERASE_PARTICIPANT = Endpoint(
    "DELETE",
    "/participants/{participant_id}",
    "participants:write",
    "Erase a person",
    NoQuery,
    Erased,
)
