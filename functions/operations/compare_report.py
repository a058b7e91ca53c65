"""Compares a month that was added up again with what was published of it, and the files of the
bucket with their record."""

import json
from collections.abc import Iterator, Sequence

from pydantic import ValidationError

from farechance.errors import Busy
from farechance.report_bucket import ReportBucket
from farechance.report_figures import changed_figures
from farechance.report_files import CHANGES, edition_part
from farechance.report_records import PublishedFile, PublishedReport
from farechance.reports.content import Report
from farechance.reports.lines import Lines
from operations.add_up_month import Month
from operations.write_report_files import made_files, report_json, sha256_of, write_file

_JSON = "report.json"


def changes(
    published: PublishedReport, made: Month, lines: Lines, bucket: ReportBucket
) -> tuple[str, ...]:
    """The names of the figures, and of the files of lines, that aren't as they were published;
    nothing if all are. Of the same form only. How a page is laid out is no figure."""
    return tuple(_changes(published, made, lines, bucket))


def restore_files(
    published: PublishedReport, made: Month, lines: Lines, bucket: ReportBucket
) -> tuple[str, ...]:
    """Writes again what is missing or other than the record says, from a month whose figures are
    as they were. What can't be made as it was, such as a page that is laid out anew, stays; those
    files' names are told."""
    broken = tuple(
        (name, one)
        for name, one in _recorded(published)
        if not is_there(one.path, one.sha256, bucket)
    )
    if not broken:
        return ()
    files = made_files(made, lines, edition_part(published.edition))
    other = []
    for name, one in broken:
        if one.path in files and sha256_of(files[one.path]) == one.sha256:
            write_file(one.path, files[one.path], bucket)
        else:
            other.append(name)
    return tuple(other)


def recorded_report(published: PublishedReport, bucket: ReportBucket) -> Report:
    """The funder's report as it is recorded. Raises Busy if the bucket has another, which somebody
    wrote at this moment: the next run restores or corrects it."""
    return Report.model_validate_json(_read(_named(published.files, _JSON), bucket))


def changes_json(changed: Sequence[str]) -> bytes:
    """What the file of all that a correction changed holds."""
    return (json.dumps(changed, indent=1, ensure_ascii=False) + "\n").encode()


def recorded_changes(published: PublishedReport, bucket: ReportBucket) -> tuple[str, ...]:
    """All that a correction changed. Raises Busy as `recorded_report` does."""
    if not published.more_changes:
        return published.changes
    return tuple(json.loads(_read(_named(published.files, CHANGES), bucket)))


def is_there(path: str, sha256: str, bucket: ReportBucket) -> bool:
    """Whether the bucket has a file, byte by byte."""
    # It is looked for in a list, since who may not list a folder is denied what isn't there.
    return bucket.mark(path) is not None and bucket.sha256(path) == sha256


def _read(file: PublishedFile, bucket: ReportBucket) -> bytes:
    content = bucket.get(file.path)
    if sha256_of(content) != file.sha256:
        raise Busy
    return content


def _recorded(published: PublishedReport) -> Iterator[tuple[str, PublishedFile]]:
    for one in published.files:
        yield one.name, one
    for partner_id, files in sorted(published.partners.items()):
        for one in files:
            yield f"partners[{partner_id}].{one.name}", one


def _changes(
    published: PublishedReport, made: Month, lines: Lines, bucket: ReportBucket
) -> Iterator[str]:
    yield from _changed(published.files, made.report, bucket)
    for file in (lines.entries, lines.audit):
        if _named(published.files, file.name).sha256 != sha256_of(file):
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
    if before.sha256 == sha256_of(report_json(report)):
        return ()
    if not is_there(before.path, before.sha256, bucket):
        # Which figures were other isn't known any more.
        return (_JSON,)
    try:
        return changed_figures(Report.model_validate_json(bucket.get(before.path)), report)
    except ValidationError:
        # It can't be read as a report, whatever it is.
        return (_JSON,)


def _named(files: Sequence[PublishedFile], name: str) -> PublishedFile:
    return next(file for file in files if file.name == name)
