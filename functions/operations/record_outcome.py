"""Records what became of a person, with her consent: in her record, and as one more in the month's
count of her partner, which names nobody and stays when she is erased."""

from collections.abc import Callable
from datetime import datetime

from farechance import participant_acts
from farechance.participant_api import OutcomeAnswer, OutcomeRequest
from farechance.participants import Participant
from farechance.store import Remembered, Store, keys, writes
from farechance.times import local_day, local_month
from operations.act_on_participant import CallAbout, Done, act_on_participant
from operations.read_terms import program_zone


def record_outcome(
    request: OutcomeRequest,
    call: CallAbout,
    *,
    store: Store,
    remembered: Remembered,
    clock: Callable[[], datetime],
) -> tuple[OutcomeAnswer, bool]:
    """It belongs to the month in which it is recorded, so that a closed month never changes. Raises
    as `act_on_participant`, and FieldErrors, StateForbids (`outcomes_without_consent`,
    `outcome_recorded`, `too_many_outcomes`)."""

    def decide(person: Participant, now: datetime) -> Done[OutcomeAnswer]:
        zone = program_zone(person.program_id, remembered, now)
        first_day = local_day(person.enrolled_at, zone)
        after = participant_acts.record_outcome(person, request.kind, request.day, first_day, now)
        month = local_month(now, zone)
        key = keys.outcome_count(person.program_id, month, person.partner_id, request.kind)
        counted = writes.count_outcome(key, month=month, whose=person, kind=request.kind)
        answer = OutcomeAnswer(
            participant_id=person.participant_id,
            kind=request.kind,
            day=request.day,
            recorded_at=now,
        )
        return Done(after, answer, [counted])

    return act_on_participant(call, decide, OutcomeAnswer, store=store, clock=clock)
