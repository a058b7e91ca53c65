"""The files of monthly reports: in which folder of the bucket each stands, and the manifest. It
owns their places, by which access is given (a funder's, an auditor's and each partner's folder is
apart from the others, and figures so far are in none of them: who compared two runs would learn
counts that are too small to be told); it must never read or write one."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from farechance.report_records import PublishedFile, PublishedReport
from farechance.times import instant_text

MANIFEST: Final = "manifest.json"
CHANGES: Final = "changes.json"
"""All names of what a correction changed, where the record has no room for them."""
REPORTS, AUDIT, PARTNERS, CLOSINGS = "reports/", "audit/", "partners/", "closings/"
SO_FAR: Final = "so-far/"
"""In place of an edition: a month that isn't over. The funder's package of it has this folder for
itself."""

_CLOSING = re.compile(r"\d{4}-\d\d(?=\.json\.gz$)", re.ASCII)


def edition_part(edition: int) -> str:
    """The part of a path that tells an edition from the others; the first has none."""
    return f"correction-{edition}/" if edition else ""


def funder_folder(program_id: str, month: str, part: str) -> str:
    """Of the package for the funder. `part`: `edition_part` or `SO_FAR`."""
    if part == SO_FAR:
        return f"{SO_FAR}{program_id}/{month}/"
    return f"{REPORTS}{program_id}/{month}/{part}"


def auditor_folder(program_id: str, month: str, part: str) -> str:
    """Of the package for an auditor, which the bucket forgets after 30 days."""
    return f"{AUDIT}{program_id}/{month}/{part}"


def partner_folder(partner_id: str, program_id: str, month: str, part: str) -> str:
    """Of a partner's own part."""
    return f"{PARTNERS}{partner_id}/{program_id}/{month}/{part}"


def closings_folder(program_id: str) -> str:
    """Of what the months of a programme add up to."""
    return f"{CLOSINGS}{program_id}/"


def closing_path(program_id: str, month: str) -> str:
    """What the months up to this one add up to."""
    return f"{closings_folder(program_id)}{month}.json.gz"


def closing_month(path: str) -> str | None:
    """The month of a closing's path; None if it is no closing."""
    found = _CLOSING.search(path)
    return None if found is None else found[0]


def manifest(report: PublishedReport, changes: Sequence[str]) -> bytes:
    """The sums of every file of both packages, by which anybody can tell that they are as they were
    published, and what an edition corrects: all `changes`. Nothing else in it but what the record
    says."""
    content: dict[str, Any] = {
        "form": report.form,
        "program_id": report.program_id,
        "month": report.month,
        "edition": report.edition,
        "corrects_edition": report.edition - 1 if report.edition else None,
        "changes": changes,
        "published_at": instant_text(report.published_at),
        "funder": [_told(file) for file in report.files if not _is_audited(file)],
        "auditor": [_told(file) for file in report.files if _is_audited(file)],
    }
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()


def _is_audited(file: PublishedFile) -> bool:
    return file.path.startswith(AUDIT)


def _told(file: PublishedFile) -> dict[str, Any]:
    return {
        "name": file.name,
        "path": file.path,
        "bytes": file.size_bytes,
        "sha256": file.sha256,
    }
