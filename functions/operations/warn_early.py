"""What housekeeping tells of a programme before somebody misses it: a partner that will soon have
nothing to mint from, and last month's report that isn't there. It reads, and changes nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from farechance.programs import Allotment, PartnerStatus, Status
from farechance.store import Store, keys
from farechance.times import local_day, report_runs_at
from operations.judge_owed import Judged

LATE_AFTER = timedelta(hours=24)
"""The schedule is tried for twelve hours, a report for eight: then nothing comes by itself."""


@dataclass(frozen=True, slots=True)
class LowAllotment:
    """A partner with less than a tenth left, in cents."""

    program_id: str
    partner_id: str
    available_cents: int
    given_cents: int


@dataclass(frozen=True, slots=True)
class MissingReport:
    """A month that should have been reported a day ago."""

    program_id: str
    month: str


def low_allotments(judged: Judged, *, store: Store, now: datetime) -> list[LowAllotment]:
    """Only where more could be minted: not of a programme that is over, paused or closed, nor of a
    partner that is suspended. Raises Busy."""
    if local_day(now, judged.rules.zone) > judged.rules.ends_on:
        return []
    given = judged.added_up.given_cents
    return [
        LowAllotment(one.program_id, one.partner_id, one.available_cents, given[one.partner_id])
        for one in store.all_of(keys.allotment(judged.program_id, ""))
        if _may_mint(one) and one.is_nearly_used_up(given.get(one.partner_id, 0))
    ]


def missing_report(judged: Judged, *, store: Store, now: datetime) -> MissingReport | None:
    """Of the last month that is closed. Raises Busy."""
    closed = judged.added_up.closed
    if closed is None or now < report_runs_at(closed.month) + LATE_AFTER:
        return None
    # A closed programme has no more reports once nothing happens to it any more.
    is_quiet = not (closed.entries or closed.held_cents or closed.owed_cents)
    if judged.program.status is Status.CLOSED and is_quiet:
        return None
    key = keys.report(judged.program_id, closed.month)
    found = store.read(key)[key]
    return MissingReport(judged.program_id, closed.month) if found is None else None


def _may_mint(allotment: Allotment) -> bool:
    return allotment.status is Status.ACTIVE and allotment.partner_status is PartnerStatus.ACTIVE
