"""Tells a partner who it is, what its token allows, and what is left to mint from."""

from datetime import datetime

from farechance.errors import BooksDiffer
from farechance.identifiers import Environment
from farechance.partner_api import ProgramSummary, ProviderSummary, WhoAmI
from farechance.programs import Allotment, Partner, Program, Rules
from farechance.store import Remembered, Store, keys


def who_am_i(
    partner: Partner,
    scopes: tuple[str, ...],
    environment: Environment,
    *,
    store: Store,
    remembered: Remembered,
    now: datetime,
) -> WhoAmI:
    """Balances are read anew; what seldom changes may be a minute old."""
    partner_key = keys.partner(partner.partner_id)
    current = store.read(partner_key)[partner_key] or partner
    return WhoAmI(
        partner_id=partner.partner_id,
        name=current.name,
        scopes=scopes,
        environment=environment,
        programs=tuple(
            _summary(program_id, partner.partner_id, store, remembered, now)
            for program_id in current.program_ids
        ),
    )


def _summary(
    program_id: str,
    partner_id: str,
    store: Store,
    remembered: Remembered,
    now: datetime,
) -> ProgramSummary:
    program_key, allotment_key = (
        keys.program(program_id),
        keys.allotment(program_id, partner_id),
    )
    found = store.read(program_key, allotment_key)
    program: Program | None = found[program_key]
    allotment: Allotment | None = found[allotment_key]
    if program is None or allotment is None:
        raise BooksDiffer(f"{partner_id} lists {program_id} and has no allotment in it")
    rules_key = keys.rules(program_id, program.rules_version)
    rules = remembered.read(rules_key, now=now)[rules_key]
    if rules is None:
        raise BooksDiffer(f"{program_id} has no rules {program.rules_version}")
    return ProgramSummary(
        program_id=program_id,
        name=program.name,
        funder=program.funder,
        status=program.status,
        rules_version=program.rules_version,
        rules=rules,
        available_cents=allotment.available_cents,
        providers=_providers(rules, remembered, now),
    )


def _providers(rules: Rules, remembered: Remembered, now: datetime) -> tuple[ProviderSummary, ...]:
    provider_keys = [keys.provider(one) for one in rules.provider_ids]
    found = remembered.read(*provider_keys, now=now)
    # A programme may name a ride company before it is registered.
    return tuple(
        ProviderSummary(
            provider_id=provider.provider_id,
            name=provider.name,
            rider_needs=provider.rider_needs,
            help_phone=provider.help_phone,
            staff_can_book=provider.staff_can_book,
        )
        for provider in (found[key] for key in provider_keys)
        if provider is not None
    )
