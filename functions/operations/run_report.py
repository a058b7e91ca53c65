"""Has a month of a programme reported, by an admin's command: published if it isn't yet, verified
if it is, and so far if it isn't over."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from farechance.commands import RunReport
from farechance.errors import FieldErrors
from farechance.report_files import SO_FAR, edition_part, funder_folder
from farechance.report_records import PublishedReport
from farechance.store import Store, keys
from farechance.times import instant_text, last_settled_month, local_month
from operations.administration_plan import Plan, existing_program
from operations.read_report_sources import first_month


def run_report(
    command: RunReport, *, store: Store, now: datetime, send: Callable[[str, str], None]
) -> Plan:
    """`send`: which programme, and which month of it, is to be reported. Raises NotFound, and
    FieldErrors for a month that hasn't begun."""
    program = existing_program(command.program_id, store)
    first = first_month(command.program_id, store)
    zone = ZoneInfo(program.time_zone)
    if command.month > local_month(now, zone):
        raise FieldErrors.one("/month", "hasn't begun yet")
    if command.month < first:
        return Plan(answer=_nothing(command, first))
    key = keys.report(program.program_id, command.month)
    published = store.read(key)[key]
    is_over = command.month <= last_settled_month(now, zone)

    def prepare() -> dict[str, Any]:
        send(program.program_id, command.month)
        return {}

    return Plan(answer=_answer(command, published, is_over=is_over), prepare=prepare)


def _nothing(command: RunReport, first: str) -> dict[str, Any]:
    return {
        "in_words": f"Of {command.month} there is nothing to report: the programme began in "
        f"{first}.",
        "program_id": command.program_id,
        "month": command.month,
    }


def _answer(
    command: RunReport, published: PublishedReport | None, *, is_over: bool
) -> dict[str, Any]:
    program_id, month = command.program_id, command.month
    if published is not None:
        part = edition_part(published.edition)
        what = (
            f"{_edition(published.edition)} of {month} was published on "
            f"{instant_text(published.published_at)[:10]}. It is added up again and compared in "
            "the next minutes, and corrected if a figure differs."
        )
        so_far = {
            "edition": published.edition,
            "published_at": instant_text(published.published_at),
            "folder": funder_folder(program_id, month, part),
        }
    elif is_over:
        what = f"Nothing of {month} is published yet. It is published in the next minutes."
        so_far = {"folder": funder_folder(program_id, month, "")}
    else:
        what = (
            f"{month} isn't over. Its figures so far are written in the next minutes, into a "
            "folder of the bucket that only admins open; nobody is told of them."
        )
        so_far = {"folder": funder_folder(program_id, month, SO_FAR)}
    return {"in_words": what, "program_id": program_id, "month": month, **so_far}


def _edition(edition: int) -> str:
    return f"Correction {edition} of the report" if edition else "The report"
