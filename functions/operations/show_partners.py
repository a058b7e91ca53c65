"""Shows partners and ride companies: reads who they are, where they take part, and, at the same
time, their calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import htpy as h

from farechance.call_metrics import CallMetrics
from farechance.errors import Busy
from farechance.programs import Partner, Provider
from farechance.store import Store, keys
from farechance.store.side_by_side import at_once
from farechance.widgets.asked import Asked
from farechance.widgets.partners import CallsSeen, PartnersSeen, partners_widget
from operations.keep_house import list_programs

# Together as many as one read can have.
MOST_PARTNERS, MOST_PROVIDERS, MOST_PROGRAMS = 60, 20, 20


def show_partners(asked: Asked, *, store: Store, metrics: CallMetrics) -> h.Element:
    """Raises Busy."""
    partner_ids, (provider_ids, program_ids) = at_once(
        lambda: [one.partner_id for one in store.all_of(keys.listed_partner(""))],
        lambda: at_once(
            lambda: [one.provider_id for one in store.all_of(keys.listed_provider(""))],
            lambda: [one.program_id for one in list_programs(store)],
        ),
    )
    shown_partners, shown_providers = partner_ids[:MOST_PARTNERS], provider_ids[:MOST_PROVIDERS]
    who, calls = at_once(
        lambda: _who(shown_partners, shown_providers, program_ids[:MOST_PROGRAMS], store),
        lambda: _calls([*shown_partners, *shown_providers], asked, metrics),
    )
    more = len(partner_ids) + len(provider_ids) - len(shown_partners) - len(shown_providers)
    return partners_widget(
        asked,
        PartnersSeen(who.partners, who.providers, who.programs, who.accepted_by, calls, more),
    )


@dataclass(frozen=True, slots=True)
class _Who:
    partners: Sequence[Partner]
    providers: Sequence[Provider]
    programs: Mapping[str, str]
    accepted_by: Mapping[str, Sequence[str]]


def _who(
    partner_ids: Sequence[str],
    provider_ids: Sequence[str],
    program_ids: Sequence[str],
    store: Store,
) -> _Who:
    partner_keys = [keys.partner(one) for one in partner_ids]
    provider_keys = [keys.provider(one) for one in provider_ids]
    program_keys = [keys.program(one) for one in program_ids]
    found = store.read(*partner_keys, *provider_keys, *program_keys)
    programs = _those_there(found[key] for key in program_keys)
    rules_keys = [keys.rules(one.program_id, one.rules_version) for one in programs]
    rules = store.read(*rules_keys)
    accepted_by: dict[str, list[str]] = {}
    for program, key in zip(programs, rules_keys, strict=True):
        current = rules[key]
        for provider_id in current.provider_ids if current else ():
            accepted_by.setdefault(provider_id, []).append(program.program_id)
    return _Who(
        partners=_those_there(found[key] for key in partner_keys),
        providers=_those_there(found[key] for key in provider_keys),
        programs={one.program_id: one.name for one in programs},
        accepted_by=accepted_by,
    )


def _those_there[Model](found: Iterable[Model | None]) -> list[Model]:
    return [one for one in found if one is not None]


def _calls(
    callers: Sequence[str], asked: Asked, metrics: CallMetrics
) -> Mapping[str, CallsSeen] | None:
    """None where they can't be known now: who takes part is shown all the same."""
    try:
        counted = metrics.calls(callers, asked.starts_at, asked.ends_at, asked.now)
    except Busy:
        return None
    return {
        caller: CallsSeen(one.calls, one.not_done, one.last_at) for caller, one in counted.items()
    }
