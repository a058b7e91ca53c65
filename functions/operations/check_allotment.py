"""Says beforehand, in words, why a mint would find no money, or comes too fast: what the condition
of its transaction would refuse without a word. And tells afterwards of one that nearly did."""

from collections.abc import Callable
from datetime import datetime

from farechance.errors import FieldErrors, MintingTooFast, StateForbids
from farechance.programs import Allotment, PartnerStatus, Rules, Status
from farechance.times import seconds_to_the_end_of

type TellOfHaste = Callable[[str, str], None]
"""Is told a partner's and a programme's id, so that somebody hears of it."""


def check_allotment(allotment: Allotment, needed_cents: int) -> None:
    """Raises StateForbids (`program_paused`, `program_closed`, `program_draft`,
    `partner_suspended`, `insufficient_allotment`)."""
    if allotment.status is not Status.ACTIVE:
        raise StateForbids(f"program_{allotment.status}", {"program_id": allotment.program_id})
    if allotment.partner_status is not PartnerStatus.ACTIVE:
        raise StateForbids("partner_suspended", {"program_id": allotment.program_id})
    if allotment.available_cents < needed_cents:
        raise StateForbids(
            "insufficient_allotment",
            {"available_cents": allotment.available_cents, "needed_cents": needed_cents},
        )


def check_speed(
    allotment: Allotment, vouchers: int, rules: Rules, now: datetime, pointer: str
) -> None:
    """Raises MintingTooFast; and for more than ever fit in an hour, because of it, FieldErrors at
    `pointer`: then waiting is no help."""
    most = rules.max_vouchers_per_partner_hour
    hour = allotment.hour_of(now)
    minted = allotment.minted_in(hour)
    if minted + vouchers <= most:
        return
    too_fast = MintingTooFast(
        allotment.program_id,
        allotment.partner_id,
        minted,
        most,
        seconds_to_the_end_of(hour, now),
    )
    if vouchers > most:
        raise FieldErrors.one(
            pointer,
            f"the programme's rule max_vouchers_per_partner_hour allows {most} in an hour; an "
            "administrator can raise it by set_rules",
        ) from too_fast
    raise too_fast


def note_speed(
    allotment: Allotment, vouchers: int, rules: Rules, now: datetime, tell: TellOfHaste | None
) -> None:
    """After a mint: tells of one that brought its hour to four fifths of what the rules allow. Who
    took care never to be refused would else never be seen."""
    minted = allotment.minted_in(allotment.hour_of(now)) + vouchers
    if tell and minted * 5 >= rules.max_vouchers_per_partner_hour * 4:
        tell(allotment.partner_id, allotment.program_id)
