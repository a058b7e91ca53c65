"""Suspends a partner and resumes it. As with a programme, the mark goes onto every allotment first,
where each mint's condition sees it, then onto the partner."""

from collections.abc import Mapping
from typing import Any

from farechance.commands import ResumePartner, SuspendPartner
from farechance.errors import NotFound, StateForbids
from farechance.programs import Partner, PartnerStatus
from farechance.store import Store, Write, keys, writes
from operations.administration_plan import Plan


def suspend_partner(command: SuspendPartner, *, store: Store) -> Plan:
    """Raises NotFound. A suspended partner may be suspended again: where a resumption was cut
    short, some of its allotments are open."""
    return _mark(
        _in_status(tuple(PartnerStatus), command.partner_id, store),
        PartnerStatus.SUSPENDED,
        "is suspended. It can't mint; new rides of its vouchers are declined within a minute; "
        "rides that were approved are still paid.",
        store,
    )


def resume_partner(command: ResumePartner, *, store: Store) -> Plan:
    """Raises NotFound, StateForbids (`partner_not_suspended`)."""
    return _mark(
        _in_status((PartnerStatus.SUSPENDED,), command.partner_id, store),
        PartnerStatus.ACTIVE,
        "is active again: it can mint, and within a minute its vouchers ride.",
        store,
    )


def _mark(before: Partner, status: PartnerStatus, words: str, store: Store) -> Plan:
    key = keys.partner(before.partner_id)
    after = before.model_copy(update={"status": status, "version": before.version + 1})

    def prepare() -> dict[str, Any]:
        # A new allotment changes the partner's list of programmes, and this attempt is repeated.
        for program_id in before.program_ids:
            store.commit(writes.mark_partner(program_id, before.partner_id, status))
        return {}

    def writes_after(_: Mapping[str, Any]) -> list[Write]:
        return [writes.change(key, before, after)]

    return Plan(
        answer={
            "in_words": f"{before.name} ({before.partner_id}) {words}",
            "partner_id": before.partner_id,
            "status": status.value,
        },
        prepare=prepare,
        writes_after=writes_after,
    )


def _in_status(statuses: tuple[PartnerStatus, ...], partner_id: str, store: Store) -> Partner:
    key = keys.partner(partner_id)
    partner = store.read(key)[key]
    if partner is None:
        raise NotFound("partner", partner_id)
    if partner.status not in statuses:
        raise StateForbids(f"partner_not_{statuses[0]}", {"status": partner.status.value})
    return partner
