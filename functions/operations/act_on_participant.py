"""Carries out a partner's call about one person, once for each Idempotency-Key: the key's record is
kept beside the person's, with the answer, and is erased with her. Every call changes the person's
version, so that whoever erases her at the same time sees what it left."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from pydantic import BaseModel

from farechance.errors import IdempotencyKeyReused, NotFound
from farechance.ledger import digest
from farechance.participant_records import ParticipantCall
from farechance.participants import Participant
from farechance.store import Store, Write, keys, writes
from farechance.strictness import stored_answer


class CallAbout(NamedTuple):
    """Which act on which person a partner asks for, under which key, with which `content`."""

    participant_id: str
    partner_id: str
    idempotency_key: str
    act: str
    content: BaseModel


class Done[Answer: BaseModel](NamedTuple):
    """What a call makes of the person's record, what it answers, and what it writes beside."""

    after: Participant
    answer: Answer
    beside: Sequence[Write] = ()


def act_on_participant[Answer: BaseModel](
    call: CallAbout,
    decide: Callable[[Participant, datetime], Done[Answer]],
    told: type[Answer],
    *,
    store: Store,
    clock: Callable[[], datetime],
) -> tuple[Answer, bool]:
    """The answer, and whether this was a repeat. Raises NotFound, also once the person is erased,
    IdempotencyKeyReused, what `decide` raises, Busy."""

    answer, is_replay = store.again(lambda: _attempt(call, decide, store, clock()))
    # As JSON, where strict reading takes text for a time.
    return told.model_validate_json(json.dumps(answer)), is_replay


def _attempt(
    call: CallAbout,
    decide: Callable[[Participant, datetime], Done[Any]],
    store: Store,
    now: datetime,
) -> tuple[dict[str, Any], bool]:
    key = keys.participant(call.partner_id, call.participant_id)
    call_key = keys.participant_call(call.partner_id, call.participant_id, call.idempotency_key)
    found = store.read(key, call_key)
    person, record = found[key], found[call_key]
    if person is None:
        raise NotFound("participant", call.participant_id)
    content_digest = digest({"act": call.act, **stored_answer(call.content)})
    if record is not None:
        if record.content_digest != content_digest:
            raise IdempotencyKeyReused
        return record.answer, True

    with store.refusing_unless(call_key):
        done = decide(person, now)
    answer = stored_answer(done.answer)
    new = ParticipantCall(place="", content_digest=content_digest, answer=answer)
    store.commit(
        writes.change(key, person, done.after), writes.put_new(call_key, new), *done.beside
    )
    return answer, False
