"""The door for people: enrolling them and finding them again."""

from farechance.edge.door import Call, Door, Replayed
from farechance.endpoints import ENROLL, LIST_PARTICIPANTS, SHOW_PARTICIPANT, NoQuery
from farechance.partner_api import (
    Enrolled,
    EnrollmentRequest,
    ParticipantAnswer,
    ParticipantList,
    ParticipantQuery,
)
from farechance.settings import Settings
from farechance.store import Remembered, Store
from farechance.telemetry import Count, count
from operations.enroll import enroll
from operations.find_participants import list_participants, show_participant

store = Store(Settings.from_environment())
door = Door(Remembered(store))
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
