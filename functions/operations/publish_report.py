"""Publishes the report of a month, once: files first, then the manifest, then the record, which
nobody can write twice, then the announcement. Whatever is cut off in between is done again by the
next run and ends the same. A run that finds the record compares: equal figures are verified, others
become a numbered correction beside what was published. Verified is a month whose files were read
and are, byte by byte, what the record says."""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from farechance.ledger import Kind
from farechance.programs import Program, Status
from farechance.report_files import (
    CHANGES,
    MANIFEST,
    SO_FAR,
    closing_path,
    edition_part,
    funder_folder,
    manifest,
)
from farechance.report_records import MOST_CHANGES, PublishedFile, PublishedReport
from farechance.reports.closing import Closing
from farechance.reports.content import FORM, Report
from farechance.reports.lines import Lines
from farechance.reports.words import page_one_text, subject
from farechance.store import Store, keys, writes
from farechance.times import local_month
from operations.add_up_month import Month
from operations.administration_plan import existing_program
from operations.close_months import GoesOn, add_up, keep_closing
from operations.compare_report import (
    changes,
    changes_json,
    is_there,
    recorded_changes,
    recorded_report,
    restore_files,
)
from operations.read_report_sources import Sources, read_sources
from operations.report_tools import ReportTools
from operations.write_report_files import sha256_of, write_packages, write_partners

_MOST_NAMED = 20
"""Figures that an announcement names; the manifest has all."""

_OF_STATEMENTS = re.compile(
    r"exceptions\.statements\[.*\]\.\w+|money\.ride_companies\[.*\]\.invoiced_cents"
)
"""Figures that come from a ride company's own statement, and not from the ledger."""


class End(StrEnum):
    """What became of a run."""

    PUBLISHED = "published"
    CORRECTED = "corrected"
    VERIFIED = "verified"
    SO_FAR = "so_far"
    NOTHING_TO_REPORT = "nothing_to_report"
    OTHER_FORM = "other_form"
    GOES_ON = "goes_on"


@dataclass(frozen=True, slots=True)
class Reported:
    """How a run ended. `edition` is the one that is published now; `changes` names figures that
    this run corrected. `OTHER_FORM`: it was published by an earlier version of the report, whose
    figures can't be compared. `GOES_ON`: whoever ran it runs it again."""

    end: End
    edition: int | None = None
    changes: tuple[str, ...] = ()


def publish_report(program_id: str, month: str, tools: ReportTools) -> Reported:
    """Raises NotFound, BooksDiffer (and nothing is published), OutOfTime, Busy."""
    program = existing_program(program_id, tools.store)
    key = keys.report(program_id, month)
    before = tools.store.read(key)[key]
    version = program.rules_version if before is None else before.rules_version
    sources = read_sources(program, version, new_salt=tools.salt, store=tools.store)
    this_month = local_month(tools.clock(), sources.rules.zone)
    if not sources.first_month <= month <= this_month:
        return Reported(End.NOTHING_TO_REPORT)
    with TemporaryDirectory() as folder:
        try:
            made, lines = add_up(month, sources, tools, Path(folder))
        except GoesOn:
            return Reported(End.GOES_ON)
        if not made.report.is_complete:
            return _write_so_far(made, lines, sources, tools)
        if before is None and _is_over(program, made.report, tools.store):
            _keep_if_missing(made.closing, tools)
            return Reported(End.NOTHING_TO_REPORT)
        reported = tools.store.again(lambda: _attempt(made, lines, sources, tools))
    if reported.end is not End.OTHER_FORM:
        _announce(program_id, month, tools)
    return reported


def _is_over(program: Program, report: Report, store: Store) -> bool:
    """A programme that was closed before the month began, that nothing happened to in the month,
    and that at its end holds nothing, owes nothing and has nothing to decide."""
    money = report.money
    owed = any(one.closing_cents for one in money.ride_companies)
    is_open = report.entries or owed or money.closing.held_cents or money.undecided_cents
    if is_open or program.status is not Status.CLOSED:
        return False
    # Its status is today's; when it was closed is in its account.
    own = store.all_of(keys.entry(keys.program_account(program.program_id), ""))
    return any(one.kind is Kind.PROGRAM_CLOSED and one.month < report.month for one in own)


def _attempt(made: Month, lines: Lines, sources: Sources, tools: ReportTools) -> Reported:
    key = keys.report(made.report.program_id, made.report.month)
    before = tools.store.read(key)[key]
    if before is None:
        _publish(None, (), made, lines, sources, tools)
        return Reported(End.PUBLISHED, 0)
    if before.form != FORM:
        return Reported(End.OTHER_FORM, before.edition)
    changed = changes(before, made, lines, tools.bucket)
    if not changed:
        changed = restore_files(before, made, lines, tools.bucket)
    if changed:
        after = _publish(before, changed, made, lines, sources, tools)
        return Reported(End.CORRECTED, after.edition, changed)
    _verify(before, made, tools)
    return Reported(End.VERIFIED, before.edition)


def _publish(
    before: PublishedReport | None,
    changed: tuple[str, ...],
    made: Month,
    lines: Lines,
    sources: Sources,
    tools: ReportTools,
) -> PublishedReport:
    """Raises LostRace if somebody else was first."""
    report = made.report
    edition = 0 if before is None else before.edition + 1
    part = edition_part(edition)
    after = PublishedReport(
        program_id=report.program_id,
        month=report.month,
        form=FORM,
        rules_version=sources.program.rules_version if before is None else before.rules_version,
        edition=edition,
        changes=changed[:MOST_CHANGES],
        more_changes=len(changed[MOST_CHANGES:]),
        published_at=tools.clock(),
        files=(
            *write_packages(report, lines, part, tools.bucket),
            *_write_changes(report, changed, part, tools),
        ),
        partners=write_partners(made, part, tools.bucket),
        version=1 if before is None else before.version + 1,
    )
    keep_closing(report.program_id, made.closing, tools)
    _write_manifest(after, changed, part, tools)
    key = keys.report(report.program_id, report.month)
    if before is None:
        tools.store.commit(writes.put_new(key, after))
    else:
        tools.store.commit(writes.change(key, before, after))
    return after


def _verify(report: PublishedReport, made: Month, tools: ReportTools) -> None:
    """Puts back the manifest, which somebody may have written last who wasn't the first, and the
    closing."""
    part, changed = edition_part(report.edition), recorded_changes(report, tools.bucket)
    right = sha256_of(manifest(report, changed))
    if not is_there(_manifest_path(report, part), right, tools.bucket):
        _write_manifest(report, changed, part, tools)
    _keep_if_missing(made.closing, tools)


def _announce(program_id: str, month: str, tools: ReportTools) -> None:
    """Tells of the latest edition, unless that was told, in words made from the report that is
    recorded, whoever made it. Told and not marked, it is told again: twice does no harm, never
    would."""
    key = keys.report(program_id, month)

    def attempt() -> None:
        before = tools.store.read(key)[key]
        if before is None or before.announced_at is not None:
            return
        tools.announcer.announce(*_announcement(before, recorded_report(before, tools.bucket)))
        told = before.model_copy(
            update={"announced_at": tools.clock(), "version": before.version + 1}
        )
        tools.store.commit(writes.change(key, before, told))

    tools.store.again(attempt)


def _announcement(published: PublishedReport, report: Report) -> tuple[str, str]:
    if not published.edition:
        return subject(report), page_one_text(report)
    changed = published.changes
    named = "\n".join(f"* {name}" for name in changed[:_MOST_NAMED])
    more = len(changed[_MOST_NAMED:]) + published.more_changes
    rest = f"\n* and {more} more, see the manifest" if more > 0 else ""
    return (
        f"Correction {published.edition}: {subject(report)}",
        f"This is correction {published.edition} of the report. It replaces what was published "
        f"before. {_said_of(published)}These figures or files changed:\n\n"
        f"{named}{rest}\n\n{page_one_text(report)}",
    )


def _said_of(published: PublishedReport) -> str:
    is_of_statements = all(_OF_STATEMENTS.fullmatch(name) for name in published.changes)
    if published.more_changes or not is_of_statements:
        return ""
    return "Only the comparison with the ride company's statement is new. "


def _write_so_far(made: Month, lines: Lines, sources: Sources, tools: ReportTools) -> Reported:
    """Where no funder reads; neither recorded nor announced."""
    report = PublishedReport(
        program_id=made.report.program_id,
        month=made.report.month,
        form=FORM,
        rules_version=sources.program.rules_version,
        published_at=tools.clock(),
        files=write_packages(made.report, lines, SO_FAR, tools.bucket),
    )
    _write_manifest(report, (), SO_FAR, tools)
    return Reported(End.SO_FAR)


def _write_changes(
    report: Report, changed: tuple[str, ...], part: str, tools: ReportTools
) -> tuple[PublishedFile, ...]:
    """For whoever puts the manifest back, where the record hasn't all."""
    if len(changed) <= MOST_CHANGES:
        return ()
    path = funder_folder(report.program_id, report.month, part) + CHANGES
    return (tools.bucket.put(path, changes_json(changed)),)


def _write_manifest(
    report: PublishedReport, changed: tuple[str, ...], part: str, tools: ReportTools
) -> None:
    tools.bucket.put(_manifest_path(report, part), manifest(report, changed))


def _manifest_path(report: PublishedReport, part: str) -> str:
    return funder_folder(report.program_id, report.month, part) + MANIFEST


def _keep_if_missing(closing: Closing, tools: ReportTools) -> None:
    if tools.bucket.mark(closing_path(closing.program_id, closing.month)) is None:
        keep_closing(closing.program_id, closing, tools)
