"""A person leaves a programme, or is spoken to in another language."""

from collections.abc import Callable
from datetime import datetime

from farechance.participant_acts import exit_program, speak
from farechance.participant_api import Exited, LanguageAnswer, LanguageRequest
from farechance.participants import Participant
from farechance.store import Store
from operations.act_on_participant import CallAbout, Done, act_on_participant


def exit_participant(
    call: CallAbout, *, store: Store, clock: Callable[[], datetime]
) -> tuple[Exited, bool]:
    """No new voucher; cards already handed over stay valid. Raises as `act_on_participant`, and
    StateForbids (`participant_exited`)."""

    def decide(person: Participant, now: datetime) -> Done[Exited]:
        after = exit_program(person, now)
        answer = Exited(
            participant_id=person.participant_id, exited_at=now, erase_at=after.erase_at
        )
        return Done(after, answer)

    return act_on_participant(call, decide, Exited, store=store, clock=clock)


def change_language(
    request: LanguageRequest, call: CallAbout, *, store: Store, clock: Callable[[], datetime]
) -> tuple[LanguageAnswer, bool]:
    """For vouchers minted from now on. Raises as `act_on_participant`."""

    def decide(person: Participant, _: datetime) -> Done[LanguageAnswer]:
        answer = LanguageAnswer(participant_id=person.participant_id, language=request.language)
        return Done(speak(person, request.language), answer)

    return act_on_participant(call, decide, LanguageAnswer, store=store, clock=clock)
