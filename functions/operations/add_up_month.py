"""Stand-in, replaced by the sums: counts entries and rides' money, and nothing else."""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from farechance.errors import BooksDiffer
from farechance.ledger import Account
from farechance.participant_records import OutcomeCount
from farechance.programs import Program, Rules
from farechance.reports.closing import Closing, Sums
from farechance.reports.content import Report, Statement
from farechance.reports.lines import Lines
from farechance.store import Store, keys
from farechance.times import month_ends_at, next_month


class OutOfTime(Exception):
    """Stand-in, replaced by the sums."""


@dataclass(frozen=True, slots=True)
class Names:
    """Stand-in, replaced by the sums."""

    partners: Mapping[str, str]
    providers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Month:
    """Stand-in, replaced by the sums."""

    report: Report
    partners: Mapping[str, Report]
    closing: Closing


def add_up_month(
    program: Program,
    rules: Rules,
    month: str,
    *,
    before: Closing | None,
    names: Names,
    outcomes: Sequence[OutcomeCount],
    statements: Sequence[Statement],
    store: Store,
    salt: bytes,
    lines: Lines,
    now: datetime,
    has_time: Callable[[], bool],
) -> Month:
    """Stand-in, replaced by the sums."""
    moved: dict[Account, int] = dict(before.program.moved) if before else {}
    opened = dict(moved)
    captured, found = 0, []
    for entry in store.month_entries(program.program_id, month):
        if not has_time():
            raise OutOfTime
        found.append(entry)
        captured += entry.changes.get(Account.SPENT, 0)
        for account, cents in entry.changes.items():
            moved[account] = moved.get(account, 0) + cents
    if sum(moved.values()):
        raise BooksDiffer(f"{program.program_id} {month}")
    named = sorted(
        hmac.new(salt, f"{it.account} {it.identity}".encode(), "sha256").hexdigest() for it in found
    )
    lines.entries.write_text("\n".join(named), encoding="utf-8")
    lines.audit.write_text("\n".join(["audit", *named]), encoding="utf-8")
    sums = Sums(entries=(before.program.entries if before else 0) + len(found), moved=moved)
    report = _report(program, rules, month, now, len(found), captured)
    report = report.model_copy(
        update={
            "money": report.money.model_copy(
                update={
                    "opening": Sums(moved=opened).split(of_partner=False),
                    "closing": sums.split(of_partner=False),
                }
            ),
            "exceptions": report.exceptions.model_copy(update={"statements": tuple(statements)}),
        }
    )
    return Month(
        report,
        {
            one: report.model_copy(update={"partner_id": one, "partner_name": name, "budget": None})
            for one, name in names.partners.items()
        },
        Closing(program_id=program.program_id, month=month, program=sums),
    )


def _report(
    program: Program, rules: Rules, month: str, now: datetime, entries: int, captured: int
) -> Report:
    first = date.fromisoformat(f"{month}-01")
    last = date.fromisoformat(f"{next_month(month)}-01") - timedelta(days=1)
    values: dict[str, Any] = {
        "program_id": program.program_id,
        "program_name": program.name,
        "funder": program.funder,
        "month": month,
        "time_zone": program.time_zone,
        "first_day": first,
        "last_day": last,
        "is_complete": now >= month_ends_at(month, rules.zone),
        "currency": rules.currency,
        "entries": entries,
        "budget": None,
    }
    return Report.model_validate(_blank(Report) | values)


def _blank(model: Any) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if not field.is_required():
            continue
        if hasattr(kind, "model_fields"):
            made[name] = kind.model_validate(_blank(kind))
        elif "tuple" in str(kind):
            made[name] = ()
        elif "None" in str(kind):
            made[name] = None
        else:
            made[name] = 0
    return made
