"""Says beforehand, in words, why a mint would find no money: what the condition of its transaction
would refuse without a word."""

from farechance.errors import StateForbids
from farechance.programs import Allotment, PartnerStatus, Status


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
