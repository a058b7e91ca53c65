"""Writes the files of a report: the funder's package, the auditor's, and each partner's part. The
same month makes the same bytes; only the manifest, which comes last, says when."""

import json
from collections.abc import Mapping

from farechance.report_bucket import ReportBucket
from farechance.report_files import auditor_folder, funder_folder, partner_folder
from farechance.report_records import PublishedFile
from farechance.reports.content import Report
from farechance.reports.lines import Lines
from farechance.reports.page import html
from farechance.reports.schema import report_schema
from farechance.reports.summary import summary_csv
from operations.add_up_month import Month


def report_json(report: Report) -> bytes:
    """What `report.json` holds."""
    return (report.model_dump_json(indent=2) + "\n").encode()


def write_packages(
    report: Report, lines: Lines, part: str, bucket: ReportBucket
) -> tuple[PublishedFile, ...]:
    """The funder's files and the auditor's. `part`: which edition, in `report_files`'s words."""
    folder = funder_folder(report.program_id, report.month, part)
    schema = json.dumps(report_schema(), indent=1, ensure_ascii=False) + "\n"
    return (
        *_write_report(report, folder, bucket),
        bucket.put(f"{folder}report.schema.json", schema.encode()),
        bucket.put_file(f"{folder}entries.csv", lines.entries),
        write_audit_file(report, lines, part, bucket),
    )


def write_audit_file(
    report: Report, lines: Lines, part: str, bucket: ReportBucket
) -> PublishedFile:
    """The auditor's file alone, which the bucket forgets."""
    folder = auditor_folder(report.program_id, report.month, part)
    return bucket.put_file(f"{folder}audit.csv", lines.audit)


def write_partners(
    made: Month, part: str, bucket: ReportBucket
) -> Mapping[str, tuple[PublishedFile, ...]]:
    """Each partner's files."""
    written = {}
    for partner_id, report in sorted(made.partners.items()):
        folder = partner_folder(partner_id, report.program_id, report.month, part)
        written[partner_id] = _write_report(report, folder, bucket)
    return written


def _write_report(report: Report, folder: str, bucket: ReportBucket) -> tuple[PublishedFile, ...]:
    return (
        bucket.put(f"{folder}report.html", html(report).encode()),
        bucket.put(f"{folder}report.json", report_json(report)),
        bucket.put(f"{folder}summary.csv", summary_csv(report).encode()),
    )
