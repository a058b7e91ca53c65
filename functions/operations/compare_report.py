"""Compares a month that was added up again with what was published of it."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from farechance.report_bucket import ReportBucket
from farechance.report_figures import changed_figures
from farechance.report_records import PublishedFile, PublishedReport
from farechance.reports.content import Report
from farechance.reports.lines import Lines
from operations.add_up_month import Month
from operations.write_report_files import report_json

_JSON = "report.json"


def changes(
    published: PublishedReport, made: Month, lines: Lines, bucket: ReportBucket
) -> tuple[str, ...]:
    """The names of the figures, and of the files of lines, that aren't as they were published;
    nothing if all are. Of the same form only. How a page is laid out is no figure."""
    return tuple(_changes(published, made, lines, bucket))


def _changes(
    published: PublishedReport, made: Month, lines: Lines, bucket: ReportBucket
) -> Iterator[str]:
    yield from _changed(published.files, made.report, bucket)
    for file in (lines.entries, lines.audit):
        if _named(published.files, file.name).sha256 != _sha256(file):
            yield file.name
    for partner_id in sorted({*published.partners, *made.partners}):
        name = f"partners[{partner_id}]"
        if partner_id in published.partners and partner_id in made.partners:
            files = published.partners[partner_id]
            for figure in _changed(files, made.partners[partner_id], bucket):
                yield f"{name}.{figure}"
        else:
            yield name


def _changed(
    files: Sequence[PublishedFile], report: Report, bucket: ReportBucket
) -> tuple[str, ...]:
    before = _named(files, _JSON)
    if before.sha256 == hashlib.sha256(report_json(report)).hexdigest():
        return ()
    try:
        return changed_figures(Report.model_validate_json(bucket.get(before.path)), report)
    except ValidationError:
        # It can't be read as a report, whatever it is.
        return (_JSON,)


def _named(files: Sequence[PublishedFile], name: str) -> PublishedFile:
    return next(file for file in files if file.name == name)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
