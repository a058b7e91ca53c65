"""Writes the files of a report: the funder's package, the auditor's, and each partner's part. The
same month makes the same bytes; only the manifest, which comes last, says when."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from farechance.report_bucket import ReportBucket
from farechance.report_files import auditor_folder, funder_folder, partner_folder
from farechance.report_records import PublishedFile
from farechance.reports.content import Report
from farechance.reports.lines import Lines
from farechance.reports.page import html
from farechance.reports.schema import report_schema
from farechance.reports.summary import summary_csv
from operations.add_up_month import Month

type Content = bytes | Path
"""What a file holds: in memory, or in a file of this machine."""


def report_json(report: Report) -> bytes:
    """What `report.json` holds."""
    return (report.model_dump_json(indent=2) + "\n").encode()


def write_packages(
    report: Report, lines: Lines, part: str, bucket: ReportBucket
) -> tuple[PublishedFile, ...]:
    """The funder's files and the auditor's. `part`: which edition, in `report_files`'s words."""
    return _write(_packages(report, lines, part), bucket)


def write_partners(
    made: Month, part: str, bucket: ReportBucket
) -> Mapping[str, tuple[PublishedFile, ...]]:
    """Each partner's files."""
    return {
        partner_id: _write(_partner_files(partner_id, report, part), bucket)
        for partner_id, report in sorted(made.partners.items())
    }


def made_files(made: Month, lines: Lines, part: str) -> Mapping[str, Content]:
    """What all of them hold, by path, and nothing is written."""
    files = dict(_packages(made.report, lines, part))
    for partner_id, report in made.partners.items():
        files.update(_partner_files(partner_id, report, part))
    return files


def write_file(path: str, content: Content, bucket: ReportBucket) -> PublishedFile:
    """One of them."""
    if isinstance(content, Path):
        return bucket.put_file(path, content)
    return bucket.put(path, content)


def sha256_of(content: Content) -> str:
    """The sum of what a file is going to hold."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    with content.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packages(report: Report, lines: Lines, part: str) -> Iterator[tuple[str, Content]]:
    folder = funder_folder(report.program_id, report.month, part)
    schema = json.dumps(report_schema(), indent=1, ensure_ascii=False) + "\n"
    yield from _report(report, folder)
    yield f"{folder}report.schema.json", schema.encode()
    yield f"{folder}entries.csv", lines.entries
    yield f"{auditor_folder(report.program_id, report.month, part)}audit.csv", lines.audit


def _partner_files(partner_id: str, report: Report, part: str) -> Iterator[tuple[str, Content]]:
    return _report(report, partner_folder(partner_id, report.program_id, report.month, part))


def _report(report: Report, folder: str) -> Iterator[tuple[str, Content]]:
    yield f"{folder}report.html", html(report).encode()
    yield f"{folder}report.json", report_json(report)
    yield f"{folder}summary.csv", summary_csv(report).encode()


def _write(files: Iterable[tuple[str, Content]], bucket: ReportBucket) -> tuple[PublishedFile, ...]:
    return tuple(write_file(path, content, bucket) for path, content in files)
