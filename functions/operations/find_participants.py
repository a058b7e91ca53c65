"""Finds a partner's own participants: one by id, or a page of a list."""

from datetime import datetime

from farechance import cursors
from farechance.enrollment_api import ParticipantAnswer, ParticipantList, ParticipantQuery
from farechance.errors import NotFound
from farechance.participants import Participant
from farechance.store import Store, keys

_MOST_PAGES = 20


def show_participant(
    participant_id: str, partner_id: str, *, store: Store, now: datetime
) -> ParticipantAnswer:
    """Raises NotFound: another partner's key leads nowhere."""
    key = keys.participant(partner_id, participant_id)
    participant = store.read(key)[key]
    if participant is None:
        raise NotFound("participant", participant_id)
    return ParticipantAnswer.of(participant, now)


def list_participants(
    query: ParticipantQuery, partner_id: str, *, store: Store, now: datetime
) -> ParticipantList:
    """A page of at most `limit`, in the order of their ids. A page that filters may be short and
    still have a cursor: it reads a bounded number of items."""
    if query.external_ref is not None and query.program_id is not None:
        return _by_reference(query, query.program_id, query.external_ref, partner_id, store, now)
    first = keys.participant(partner_id, "")
    after = None if query.cursor is None else keys.PARTICIPANTS + cursors.read(query.cursor)
    matching: list[Participant] = []
    for _ in range(_MOST_PAGES):
        page = store.page(first, keys.PARTICIPANTS, after)
        for participant in page.items:
            if _matches(participant, query):
                matching.append(participant)
            if len(matching) == query.limit:
                return _list(matching, participant.participant_id, now)
        after = page.after
        if after is None:
            return _list(matching, None, now)
    return _list(matching, str(after).removeprefix(keys.PARTICIPANTS), now)


def _by_reference(
    query: ParticipantQuery,
    program_id: str,
    external_ref: str,
    partner_id: str,
    store: Store,
    now: datetime,
) -> ParticipantList:
    reference_key = keys.external_reference(partner_id, program_id, external_ref)
    reference = store.read(reference_key)[reference_key]
    if reference is None:
        return _list([], None, now)
    key = keys.participant(partner_id, reference.participant_id)
    participant = store.read(key)[key]
    return _list([participant] if participant and _matches(participant, query) else [], None, now)


def _matches(participant: Participant, query: ParticipantQuery) -> bool:
    return query.program_id in (None, participant.program_id) and query.status in (
        None,
        participant.status,
    )


def _list(participants: list[Participant], ended_at: str | None, now: datetime) -> ParticipantList:
    return ParticipantList(
        participants=tuple(ParticipantAnswer.of(one, now) for one in participants),
        cursor=ended_at and cursors.written(ended_at),
    )
