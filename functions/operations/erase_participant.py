"""Erases a person: her record, the reference by which her partner knows her, the keys of calls
about her, and what her enrollment's key says of it. Vouchers and entries keep the random id that
only her record could resolve; outcomes were counted without her. So no entry and no report
changes."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from farechance.errors import FieldErrors, NotFound
from farechance.participant_api import Erased
from farechance.participant_records import ErasedParticipant
from farechance.participants import Participant
from farechance.store import Store, Write, keys, writes
from farechance.store.keys import Key
from operations.administration_plan import Plan

if TYPE_CHECKING:
    from farechance.commands import EraseParticipant

_CALLS_AT_ONCE = 90
"""Beside them a transaction has room for the rest of what is erased."""


def erase_participant(
    participant_id: str, partner_id: str, *, store: Store, clock: Callable[[], datetime]
) -> Erased:
    """When the person was erased, be it now or before. Raises NotFound, Busy."""
    return store.again(lambda: _attempt(participant_id, partner_id, store, clock()))


def erase_if_due(key: Key[Participant], *, store: Store, clock: Callable[[], datetime]) -> bool:
    """Whether the person's time had come. Raises Busy; repeating is safe, also side by side."""

    def attempt() -> bool:
        person, now = store.read(key)[key], clock()
        if person is None or now < person.erase_at:
            return False
        _erase(person, store, now)
        return True

    return store.again(attempt)


def erase_by_command(command: "EraseParticipant", *, store: Store, now: datetime) -> Plan:
    """Raises NotFound, FieldErrors (`confirm`)."""
    if command.confirm != command.participant_id:
        raise FieldErrors.one("/confirm", "must be the participant's id, typed again")
    key = keys.participant(command.partner_id, command.participant_id)
    erased_key = keys.erased(command.partner_id, command.participant_id)
    found = store.read(key, erased_key)
    person = found[key]
    if person is None:
        if found[erased_key] is None:
            raise NotFound("participant", command.participant_id)
        return Plan(
            answer={
                "in_words": f"{command.participant_id} was erased before; nothing is held.",
                "participant_id": command.participant_id,
            }
        )

    def prepare() -> dict[str, str]:
        _delete_most_calls(person, store)
        return {}

    return Plan(
        answer={
            "in_words": f"{command.participant_id} is erased: nothing that leads to the person is "
            "held any more. Cards stay valid, and no entry and no report changes.",
            "participant_id": command.participant_id,
        },
        prepare=prepare,
        writes_after=lambda _: _last_writes(person, store, now),
    )


def _attempt(participant_id: str, partner_id: str, store: Store, now: datetime) -> Erased:
    key = keys.participant(partner_id, participant_id)
    erased_key = keys.erased(partner_id, participant_id)
    found = store.read(key, erased_key)
    person, erased = found[key], found[erased_key]
    if person is not None:
        erased = _erase(person, store, now)
    elif erased is None:
        # A read of two items is no snapshot: the mark is written as the record goes.
        erased = store.read(erased_key)[erased_key]
    if erased is None:
        raise NotFound("participant", participant_id)
    return Erased(participant_id=participant_id, erased_at=erased.erased_at)


def _erase(person: Participant, store: Store, now: datetime) -> ErasedParticipant:
    _delete_most_calls(person, store)
    store.commit(*_last_writes(person, store, now))
    return ErasedParticipant(participant_id=person.participant_id, erased_at=now)


def _delete_most_calls(person: Participant, store: Store) -> None:
    """All but as many as the last transaction can take. Whoever is cut off here has only forgotten
    answers that nobody will ask for."""
    while len(some := _calls(person, store)) == _CALLS_AT_ONCE:
        store.commit(*some)


def _last_writes(person: Participant, store: Store, now: datetime) -> list[Write]:
    partner_id, participant_id = person.partner_id, person.participant_id
    erased = ErasedParticipant(participant_id=participant_id, erased_at=now)
    return [
        writes.delete_at(keys.participant(partner_id, participant_id), person),
        writes.delete(keys.external_reference(partner_id, person.program_id, person.external_ref)),
        writes.forget_body(keys.enrollment_key_at(partner_id, person.enrollment_key)),
        writes.put_new(keys.erased(partner_id, participant_id), erased),
        *_calls(person, store),
    ]


def _calls(person: Participant, store: Store) -> list[Write]:
    first = keys.participant_call_at(person.partner_id, person.participant_id, "")
    page = store.page(first, keys.calls_about(person.participant_id), limit=_CALLS_AT_ONCE)
    return [
        writes.delete(
            keys.participant_call_at(person.partner_id, person.participant_id, call.place)
        )
        for call in page.items
    ]
