"""Adds up a month from the closing of the month before it; where that is missing, from the last one
that is there, or from the programme's first month, and keeps each closing on the way. A closed
month never changes, so its closing is as good as its entries."""

import gzip
import shutil
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from farechance.report_files import closing_month, closing_path, closings_folder
from farechance.reports.closing import Closing
from farechance.reports.lines import Lines
from farechance.times import next_month
from operations.add_up_month import Month, OutOfTime, add_up_month
from operations.read_report_sources import Sources, outcomes_of, statements_of
from operations.report_tools import ReportTools


class GoesOn(Exception):
    """Some months were added up and kept, and there was no time for the rest: the next run begins
    where this one ended."""


def add_up(month: str, sources: Sources, tools: ReportTools, folder: Path) -> tuple[Month, Lines]:
    """The month, and its lines in files within `folder`. Raises GoesOn; OutOfTime if there wasn't
    even time for the first month that had to be added up, which a repeat wouldn't change;
    BooksDiffer, Busy."""
    program_id = sources.program.program_id
    closing = _latest_closing(month, sources, tools)
    at = sources.first_month if closing is None else next_month(closing.month)
    was_kept = False
    while True:
        # A month without entries asks for no time.
        if was_kept and not tools.has_time():
            raise GoesOn
        work = folder / at
        work.mkdir()
        lines = Lines(work)
        try:
            made = _add_up_one(at, closing, lines, sources, tools)
        except OutOfTime as error:
            if was_kept:
                raise GoesOn from error
            raise
        if at == month:
            return made, lines
        shutil.rmtree(work)
        closing = made.closing
        if made.report.is_complete:
            keep_closing(program_id, closing, tools)
            was_kept = True
        at = next_month(at)


def keep_closing(program_id: str, closing: Closing, tools: ReportTools) -> None:
    """Over the one that is there, if one is."""
    content = gzip.compress(closing.model_dump_json().encode(), mtime=0)
    tools.bucket.put(closing_path(program_id, closing.month), content)


def _kept_months(program_id: str, tools: ReportTools) -> Mapping[str, str]:
    """The months of which a closing is there, with its path."""
    paths = tools.bucket.paths(closings_folder(program_id))
    months = {path: closing_month(path) for path in paths}
    return {month: path for path, month in months.items() if month is not None}


def _latest_closing(month: str, sources: Sources, tools: ReportTools) -> Closing | None:
    kept = _kept_months(sources.program.program_id, tools)
    for earlier in sorted((one for one in kept if one < month), reverse=True):
        try:
            return Closing.model_validate_json(gzip.decompress(tools.bucket.get(kept[earlier])))
        except (ValidationError, OSError, EOFError):
            # Of an older form: its months are added up again.
            continue
    return None


def _add_up_one(
    month: str, before: Closing | None, lines: Lines, sources: Sources, tools: ReportTools
) -> Month:
    program_id = sources.program.program_id
    return add_up_month(
        sources.program,
        sources.rules,
        month,
        before=before,
        names=sources.names,
        outcomes=outcomes_of(program_id, month, tools.store),
        statements=statements_of(program_id, month, tools.store),
        store=tools.store,
        salt=sources.salt,
        lines=lines,
        now=tools.clock(),
        has_time=tools.has_time,
    )
