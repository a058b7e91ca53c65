"""The widget of partners and ride companies: their state, where they take part, when each called
last and how many of its calls weren't done. It owns the words; what it says,
`operations.show_partners` read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import htpy as h

from farechance.programs import Partner, PartnerStatus, Provider
from farechance.reports import phrases
from farechance.widgets import frame
from farechance.widgets.asked import Asked
from farechance.widgets.forms import CommandButton, command_forms
from farechance.widgets.frame import Tone

_STATES: dict[PartnerStatus, tuple[str, Tone]] = {
    PartnerStatus.ACTIVE: ("Active", "good"),
    PartnerStatus.SUSPENDED: ("Suspended", "warn"),
}
# More than this part of somebody's calls failed: somebody should ask why.
_MANY_PERCENT = 5


@dataclass(frozen=True, slots=True)
class CallsSeen:
    """What somebody called in the dashboard's time; when last, to the minute or coarser."""

    calls: int
    not_done: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class PartnersSeen:
    """All that is shown. `programs` are names by id; `accepted_by`: in which programmes a ride
    company drives; `calls` by caller, None where it can't be known now."""

    partners: Sequence[Partner]
    providers: Sequence[Provider]
    programs: Mapping[str, str]
    accepted_by: Mapping[str, Sequence[str]]
    calls: Mapping[str, CallsSeen] | None
    more: int = 0


def partners_widget(asked: Asked, seen: PartnersSeen) -> h.Element:
    """Both tables. Who is suspended stands first."""
    since = f"Calls from {asked.moment(asked.starts_at)} to {asked.moment(asked.ends_at)}."
    rate = "Not done: refused or failed, and not merely asking for what isn't there."
    return frame.widget(
        asked,
        frame.section(
            "Partners",
            _table(
                asked,
                "Partner",
                [
                    (one.partner_id, one.name, one.status, one.program_ids)
                    for one in sorted(seen.partners, key=lambda one: one.status, reverse=True)
                ],
                seen,
            )
            if seen.partners
            else h.p["There is no partner yet. Create one with create_partner."],
            command_forms(asked, [_button(one) for one in seen.partners]),
        ),
        frame.section(
            "Ride companies",
            _table(
                asked,
                "Ride company",
                [
                    (
                        one.provider_id,
                        one.name,
                        one.status,
                        seen.accepted_by.get(one.provider_id, ()),
                    )
                    for one in seen.providers
                ],
                seen,
            )
            if seen.providers
            else h.p["There is no ride company yet. Register one with register_provider."],
        ),
        frame.note(f"{since} {rate}"),
        frame.note("Their calls can't be read now: try again in a minute.")
        if seen.calls is None
        else None,
        frame.note(f"{seen.more:,} more aren't shown here.") if seen.more else None,
    )


def _table(
    asked: Asked,
    kind: str,
    rows: Sequence[tuple[str, str, PartnerStatus, Sequence[str]]],
    seen: PartnersSeen,
) -> h.Element:
    return frame.table(
        f"{kind}, state and calls",
        (kind, "State", "Programmes", "Last call", "Calls", "Not done"),
        [
            (
                frame.named(name, id_),
                frame.pill(*_STATES[status]),
                _programs(programs, seen.programs),
                *_calls(asked, id_, seen.calls),
            )
            for id_, name, status, programs in rows
        ],
        figures=(4, 5),
        is_captioned=False,
    )


def _programs(program_ids: Sequence[str], names: Mapping[str, str]) -> h.Node:
    return ", ".join(names.get(one, one) for one in program_ids) or "none"


def _calls(
    asked: Asked, caller: str, calls: Mapping[str, CallsSeen] | None
) -> tuple[h.Node, h.Node, h.Node]:
    if calls is None:
        return "unknown", "unknown", "unknown"
    one = calls.get(caller)
    if one is None or not one.calls or one.last_at is None:
        return "none in this time", "0", "–"
    share = frame.share_in_words(one.not_done, one.calls)
    failed = f"{phrases.number(one.not_done)} ({share})"
    is_many = one.not_done * 100 > one.calls * _MANY_PERCENT
    return (
        asked.moment(one.last_at),
        phrases.number(one.calls),
        frame.pill(f"{failed}: many", "bad") if is_many else failed,
    )


def _button(partner: Partner) -> CommandButton:
    about = {"partner_id": partner.partner_id}
    if partner.status is PartnerStatus.SUSPENDED:
        return CommandButton(
            "resume_partner",
            f"Resume {partner.name}",
            f"Resume {partner.name} ({partner.partner_id})? It can mint again, and within a minute "
            "rides of its vouchers are approved.",
            about,
        )
    return CommandButton(
        "suspend_partner",
        f"Suspend {partner.name}",
        f"Suspend {partner.name} ({partner.partner_id})? It can't mint, and within a minute new "
        "rides of its vouchers are declined. Rides that were approved are still paid.",
        about,
    )
