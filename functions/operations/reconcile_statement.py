"""Reconciles a ride company's statement of a month, as it was dropped into the inbox, with the
ledger: files first, then the record, then the month's report again, so that page one says it. What
was cut off is done again as a whole: the same file and the same ledger give the same bytes. A file
that can't be read gets one beside it that says why."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from farechance.errors import Busy, MalformedSheet, NotFound
from farechance.report_bucket import ReportBucket
from farechance.report_records import ReconciledStatement
from farechance.reports import statement_content, statement_words
from farechance.reports.findings import Because, Reconciled
from farechance.reports.reconciliation import OurRides, Reconciliation
from farechance.reports.statement_report import About, as_csv, as_json, as_page
from farechance.reports.statement_sheet import StatementLine
from farechance.statement_files import FORM, StatementName, is_to_be_read, problem_path
from farechance.store import Remembered, Store, keys, writes
from farechance.times import local_month
from operations.judge_lines import LineJudge
from operations.look_up_rides import AT_ONCE, look_up, read_rides
from operations.open_statement import Statement, open_statement

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class StatementTools:
    """What reconciling works with. `send_report` has a programme's month reported."""

    store: Store
    bucket: ReportBucket
    send_report: Callable[[str, str], None]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a file: a statement's counts, or a slug of what is wrong with it."""

    name: StatementName | None
    statement: statement_content.Statement | None = None
    problem: str | None = None


def reconcile_statement(path: str, tools: StatementTools) -> Told | None:
    """None if there is nothing to do: no statement, or taken away again. Raises BooksDiffer, and
    Busy, after which repeating is safe."""
    if not is_to_be_read(path) or tools.bucket.mark(path) is None:
        return None
    name = StatementName.of_path(path)
    if name is None:
        said = f"A statement's name has the form {FORM}, and this one hasn't: {path}"
        return _refused(path, None, "name", said, tools)
    for _ in range(_ATTEMPTS):
        try:
            told, mark = _reconciled(name, tools)
        except MalformedSheet as problem:
            return _refused(path, name, problem.problem, statement_words.why_not(problem), tools)
        except NotFound as missing:
            if missing.kind == "statement":
                return None
            said = f"There is no such {missing.kind}: {missing.name}."
            return _refused(path, name, "not_found", said, tools)
        # Another file may have been dropped meanwhile, and reconciled by another before us.
        if told.problem or tools.bucket.mark(path) == mark:
            return told
    raise Busy


def compare(statement: Statement, store: Store, clock: Callable[[], datetime]) -> Reconciled:
    """Against the ledger as it stands now. Raises MalformedSheet, BooksDiffer, Busy."""
    name = statement.name
    ours = OurRides(name.provider_id)
    for entry in store.month_entries(name.program_id, name.month):
        ours.add(entry)
    reconciliation = Reconciliation(name.program_id, name.month, statement.zone, ours)
    judge = LineJudge(statement, store=store, remembered=Remembered(store), clock=clock)
    uncertain = _uncertain(statement, reconciliation)
    for some in batched(uncertain, AT_ONCE, strict=False):
        rides = read_rides(some, name.provider_id, store)
        for one in look_up(some, rides, name.provider_id, store):
            known = one.known
            is_open = known is None or known.is_open
            whether = judge.whether(one) if is_open else Because.AS_IT_IS
            reconciliation.look_up(one.line, known, whether)
    return reconciliation.end()


def _uncertain(statement: Statement, reconciliation: Reconciliation) -> Iterator[StatementLine]:
    for line in statement.lines():
        if not reconciliation.take(line) and isinstance(line, StatementLine):
            yield line


def _reconciled(name: StatementName, tools: StatementTools) -> tuple[Told, str]:
    with open_statement(name, store=tools.store, bucket=tools.bucket) as statement:
        now = tools.clock()
        if name.month > local_month(now, statement.zone):
            said = f"{name.month} hasn't begun yet in {statement.zone.key}."
            return _refused(name.path, name, "not_begun", said, tools), statement.mark
        reconciled = compare(statement, tools.store, tools.clock)
        _write_files(statement, reconciled, tools)
        tools.store.again(lambda: _record(name, reconciled.statement, now, tools.store))
        if tools.bucket.mark(problem_path(name.path)) is not None:
            tools.bucket.remove(problem_path(name.path))
        tools.send_report(name.program_id, name.month)
        return Told(name, reconciled.statement), statement.mark


def _write_files(statement: Statement, reconciled: Reconciled, tools: StatementTools) -> None:
    name = statement.name
    about = About(
        program_id=name.program_id,
        program_name=statement.program.name,
        provider_id=name.provider_id,
        provider_name=statement.provider.name,
        month=name.month,
        time_zone=statement.zone.key,
        currency=statement.currency,
        file_sha256=statement.sha256,
    )
    tools.bucket.put(f"{name.folder}statement.csv", as_csv(reconciled))
    tools.bucket.put(f"{name.folder}statement.json", as_json(about, reconciled))
    tools.bucket.put(f"{name.folder}statement.html", as_page(about, reconciled).encode())


def _record(
    name: StatementName, statement: statement_content.Statement, now: datetime, store: Store
) -> None:
    key = keys.statement(name.program_id, name.month, name.provider_id)
    before = store.read(key)[key]
    if before is None:
        record = ReconciledStatement(
            program_id=name.program_id,
            month=name.month,
            provider_id=name.provider_id,
            statement=statement,
            reconciled_at=now,
        )
        store.commit(writes.put_new(key, record))
    elif before.statement != statement:
        changes = {"statement": statement, "reconciled_at": now, "version": before.version + 1}
        store.commit(writes.change(key, before, before.model_copy(update=changes)))


def _refused(
    path: str, name: StatementName | None, problem: str, said: str, tools: StatementTools
) -> Told:
    """Tells it where whoever dropped the file will look."""
    told = f"This file was not reconciled.\n\n{said}\n\nDrop it again when that is mended.\n"
    tools.bucket.put(problem_path(path), told.encode())
    return Told(name, problem=problem)
