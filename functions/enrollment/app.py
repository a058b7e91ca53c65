"""The door for people: enrolling them, finding them again, and what becomes of them. What reaches
their vouchers is behind the door of minting, since this function can't."""

from pydantic import BaseModel

from farechance.edge.door import Call, Door, Replayed
from farechance.endpoint import NoQuery
from farechance.enrollment_api import (
    Enrolled,
    EnrollmentRequest,
    ParticipantAnswer,
    ParticipantList,
    ParticipantQuery,
)
from farechance.participant_api import (
    Erased,
    Exited,
    ExitRequest,
    LanguageAnswer,
    LanguageRequest,
    OutcomeAnswer,
    OutcomeRequest,
)
from farechance.people_endpoints import (
    CHANGE_LANGUAGE,
    ENROLL,
    ERASE_PARTICIPANT,
    EXIT_PARTICIPANT,
    LIST_PARTICIPANTS,
    RECORD_OUTCOME,
    SHOW_PARTICIPANT,
)
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, count
from operations.act_on_participant import CallAbout
from operations.change_participant import change_language, exit_participant
from operations.enroll import enroll
from operations.erase_participant import erase_participant
from operations.find_participants import list_participants, show_participant
from operations.record_outcome import record_outcome

store = Store(Settings.from_environment())
remembered = Remembered(store)
door = Door(remembered)
handler = door.handle


@door.serves(ENROLL)
def enroll_participant(call: Call[EnrollmentRequest]) -> Replayed[Enrolled]:
    """POST /v1/participants"""
    enrolled, is_replay = enroll(
        call.body, call.caller.partner_id, call.idempotency_key, store=store, clock=call.clock
    )
    if not is_replay:
        count(Count.PARTICIPANT_ENROLLED)
    return Replayed(enrolled, is_replay)


@door.serves(LIST_PARTICIPANTS)
def list_own_participants(call: Call[ParticipantQuery]) -> ParticipantList:
    """GET /v1/participants"""
    return list_participants(call.body, call.caller.partner_id, store=store, now=call.clock())


@door.serves(SHOW_PARTICIPANT)
def show_own_participant(call: Call[NoQuery]) -> ParticipantAnswer:
    """GET /v1/participants/{participant_id}"""
    return show_participant(
        call.path["participant_id"], call.caller.partner_id, store=store, now=call.clock()
    )


@door.serves(EXIT_PARTICIPANT)
def exit_own_participant(call: Call[ExitRequest]) -> Replayed[Exited]:
    """POST /v1/participants/{participant_id}/exit"""
    about = _about(call, "exit")
    return Replayed(*exit_participant(about, store=store, clock=call.clock))


@door.serves(CHANGE_LANGUAGE)
def change_own_language(call: Call[LanguageRequest]) -> Replayed[LanguageAnswer]:
    """POST /v1/participants/{participant_id}/language"""
    about = _about(call, "language")
    return Replayed(*change_language(call.body, about, store=store, clock=call.clock))


@door.serves(RECORD_OUTCOME)
def record_own_outcome(call: Call[OutcomeRequest]) -> Replayed[OutcomeAnswer]:
    """POST /v1/participants/{participant_id}/outcomes"""
    about = _about(call, "outcome")
    return Replayed(
        *record_outcome(call.body, about, store=store, remembered=remembered, clock=call.clock)
    )


@door.serves(ERASE_PARTICIPANT)
def erase_own_participant(call: Call[NoQuery]) -> Erased:
    """DELETE /v1/participants/{participant_id}"""
    return erase_participant(
        call.path["participant_id"], call.caller.partner_id, store=store, clock=call.clock
    )


def _about[Body: BaseModel](call: Call[Body], act: str) -> CallAbout:
    return CallAbout(
        participant_id=call.path["participant_id"],
        partner_id=call.caller.partner_id,
        idempotency_key=call.idempotency_key,
        act=act,
        content=call.body,
    )
