"""Links a partner to its own parts of the reports that were published."""

from datetime import datetime, timedelta

from farechance.errors import NotFound
from farechance.report_api import (
    MAX_REPORTS,
    MonthlyReport,
    ReportFile,
    ReportList,
    ReportQuery,
)
from farechance.report_bucket import LINK_SECONDS, ReportBucket
from farechance.report_records import PublishedReport
from farechance.store import Store, keys


def link_reports(
    query: ReportQuery, partner_id: str, *, store: Store, bucket: ReportBucket, now: datetime
) -> ReportList:
    """Raises NotFound for a programme in which the partner has no allotment, and for a month of
    which nothing of its own is published; Busy."""
    allotment_key = keys.allotment(query.program_id, partner_id)
    if store.read(allotment_key)[allotment_key] is None:
        raise NotFound("programme", query.program_id)
    published = [one for one in _published(query, store) if partner_id in one.partners]
    if query.month is not None and not published:
        raise NotFound("report", query.month)
    return ReportList(
        program_id=query.program_id,
        links_expire_at=now + timedelta(seconds=LINK_SECONDS),
        reports=tuple(
            _linked(one, partner_id, bucket) for one in reversed(published[-MAX_REPORTS:])
        ),
    )


def _published(query: ReportQuery, store: Store) -> list[PublishedReport]:
    key = keys.report(query.program_id, query.month or "")
    if query.month is None:
        # One item a month, of a programme that lasts ten years at most.
        return list(store.all_of(key))
    found = store.read(key)[key]
    return [] if found is None else [found]


def _linked(report: PublishedReport, partner_id: str, bucket: ReportBucket) -> MonthlyReport:
    return MonthlyReport(
        month=report.month,
        edition=report.edition,
        published_at=report.published_at,
        files=tuple(
            ReportFile(
                name=file.name,
                link=bucket.link(file.path, f"{report.program_id}-{report.month}-{file.name}"),
                bytes=file.size_bytes,
                sha256=file.sha256,
            )
            for file in report.partners[partner_id]
        ),
    )
