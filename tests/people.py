"""What a partner does about a person after enrolling her, in a `World`: the operations as the doors
call them."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from pydantic import BaseModel

from builders import NOON
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
from farechance.participant_records import OutcomeCount
from farechance.participants import Consent, OutcomeKind
from farechance.store import keys
from operations.act_on_participant import CallAbout
from operations.change_consent import change_consent
from operations.change_participant import change_language, exit_participant
from operations.erase_participant import erase_participant
from operations.record_outcome import record_outcome
from operations.show_record import show_record
from world import World

TODAY = NOON.date()

_NUMBERS = count(1)


def about(world: World, person: str, act: str, content: BaseModel, key: str = "") -> CallAbout:
    """A call of this world's partner about a person."""
    return CallAbout(person, world.partner_id, key or f"{act}-{next(_NUMBERS)}", act, content)


def consent(**changes: Any) -> Consent:
    """To everything, from NOON on."""
    fields: dict[str, Any] = {
        "text_version": "2026-01",
        "language": "en",
        "granted_at": NOON,
        "uses": ("enrollment", "sms", "outcomes"),
    }
    return Consent(**{**fields, **changes})


def granting(world: World, **changes: Any) -> ConsentRequest:
    """The whole consent anew, to everything, now."""
    fields: dict[str, Any] = {
        "action": "grant",
        "text_version": "2026-01",
        "language": "en",
        "granted_at": world.clock.now,
        "uses": ("enrollment", "sms", "outcomes"),
    }
    return ConsentRequest(**{**fields, **changes})


def withdrawing(*uses: Any, block_vouchers: bool | None = None) -> ConsentRequest:
    """Some uses end."""
    return ConsentRequest(action="withdraw", uses=uses, block_vouchers=block_vouchers)


def consents(
    world: World, person: str, request: ConsentRequest, key: str = ""
) -> tuple[ConsentAnswer, bool]:
    """What a change of consent answers, and whether it was a repeat."""
    return change_consent(
        request,
        about(world, person, "consent", request, key),
        store=world.store,
        remembered=world.remembered,
        code_keys=world.code_keys,
        clock=world.clock,
    )


def leaves(world: World, person: str, key: str = "") -> tuple[Exited, bool]:
    """Exit."""
    call = about(world, person, "exit", ExitRequest(), key)
    return exit_participant(call, store=world.store, clock=world.clock)


def speaks(world: World, person: str, language: Any, key: str = "") -> tuple[LanguageAnswer, bool]:
    """Another language."""
    request = LanguageRequest(language=language)
    call = about(world, person, "language", request, key)
    return change_language(request, call, store=world.store, clock=world.clock)


def outcome(
    world: World, person: str, kind: OutcomeKind, day: date = TODAY, key: str = ""
) -> tuple[OutcomeAnswer, bool]:
    """What became of her."""
    request = OutcomeRequest(kind=kind, day=day)
    call = about(world, person, "outcome", request, key)
    return record_outcome(
        request, call, store=world.store, remembered=world.remembered, clock=world.clock
    )


def erases(world: World, person: str, partner: str = "") -> Erased:
    """DELETE."""
    return erase_participant(
        person, partner or world.partner_id, store=world.store, clock=world.clock
    )


def record(world: World, person: str, partner: str = "") -> ParticipantRecord:
    """All that is held."""
    return show_record(
        person,
        partner or world.partner_id,
        store=world.store,
        remembered=world.remembered,
        code_keys=world.code_keys,
        now=world.clock.now,
    )


def counted(world: World, month: str = "2026-03") -> dict[str, tuple[int, int]]:
    """The outcomes that a report will find: by kind, how many, and of how many people."""
    first = keys.outcome_count(world.program_id, month, world.partner_id, "")
    found: list[OutcomeCount] = list(world.store.all_of(first, f"{month}#"))
    return {one.outcome.value: (one.recorded, one.people) for one in found}


def with_vouchers(world: World, number: int = 2, **changes: Any) -> tuple[str, list[str]]:
    """A person who agreed to everything, and the codes of her vouchers."""
    person = world.enroll(consent=consent(), **changes)
    codes = vouchers_for(world, person, number)
    return person, codes


def vouchers_for(world: World, person: str, number: int) -> list[str]:
    """The codes of new vouchers of a person."""
    request = world.mint_request(
        participant_ids=(person,) * number, unassigned=None, value_cents=100
    )
    return [str(one.code) for one in world.mint(request).vouchers]


def after_90_days(world: World) -> None:
    """The last voucher (a week) and what is kept after it are over."""
    world.clock.now = NOON + timedelta(days=99)
