"""A ride company's own statement of a month against the ledger: each of its lines in one class, and
the rides that only the ledger has. It owns the classes and the sums; it must never read anything:
entries and lines come in, and what isn't certain from them is asked for.

A ride belongs to the statement of the month on whose day it was completed. What the ledger says of
it is captured − refunded: of its entries of the month, or else of the whole ride, as it stands now
(it may have been recorded late, or adjusted since)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from farechance.errors import BooksDiffer
from farechance.identifiers import ProgramId, ProviderId
from farechance.ledger import Account, Entry
from farechance.reports import content
from farechance.reports.statement_sheet import StatementLine, UnreadableLine
from farechance.rides import RideState, ride_id_of
from farechance.times import local_day, local_month

_APPROVED = frozenset({RideState.HELD, RideState.LAPSED})
"""Of a ride that was approved and has no end: the message of its completion may have been lost."""

OPEN = _APPROVED | {RideState.NONE}
"""Of a ride of which no completion is known."""


class Verdict(StrEnum):
    """The class of a line, or of a ride that has none. `of_other_month` was recorded in the month
    and belongs to another month's statement: it is told, and counts nowhere."""

    MATCHED = "matched"
    DIFFERENT_AMOUNT = "different_amount"
    ONLY_THEIRS = "only_theirs"
    ONLY_OURS = "only_ours"
    DOUBLED = "doubled"
    UNREADABLE = "unreadable"
    OF_OTHER_MONTH = "of_other_month"


class Because(StrEnum):
    """What is known beyond the class, from which it follows what to do."""

    AS_IT_IS = "as_it_is"
    LATE = "late"
    NOTHING_PAID = "nothing_paid"
    CAN_BE_APPLIED = "can_be_applied"
    NO_AUTHORIZATION = "no_authorization"
    WRONG_AUTHORIZATION = "wrong_authorization"
    OTHER_PROGRAM = "other_program"
    OTHER_MONTH = "other_month"


@dataclass(frozen=True, slots=True)
class KnownRide:
    """A ride as it stands now, whenever it was recorded: `none` if only its voucher is known, from
    the authorization. `program_id` is the voucher's; `is_authorized`: the line's authorization
    leads to this voucher. `completed_at` is None where nothing was captured."""

    state: RideState
    captured_cents: int
    program_id: str
    is_authorized: bool
    completed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether no completion of it is known."""
        return self.state in OPEN

    @property
    def can_be_applied(self) -> bool:
        """Whether it was approved and has no end, and the line has its authorization."""
        return self.state in _APPROVED and self.is_authorized


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the file, or one ride that none of them names. `why`: of an unreadable line, in
    words. `first_line` has the ride of a doubled one already. `of_month`: the month whose
    statement it belongs to, if that is another."""

    verdict: Verdict
    because: Because = Because.AS_IT_IS
    line: int | None = None
    ride_id: str | None = None
    day: date | None = None
    charged_cents: int | None = None
    ledger_cents: int | None = None
    first_line: int | None = None
    why: str = ""
    of_month: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. `findings` are those that didn't match, and those that did but were recorded
    in another month: lines first, as they stand in the file."""

    statement: content.Statement
    findings: tuple[Finding, ...]


class OurRides:
    """What the ledger's entries of the month say of one company's rides: one number and one day for
    each ride, whatever the number of entries."""

    def __init__(self, provider_id: ProviderId) -> None:
        self.provider_id = provider_id
        self.rides: dict[str, tuple[int, date | None]] = {}

    def add(self, entry: Entry) -> None:
        """Takes one entry of the month in. Raises BooksDiffer."""
        cents = entry.changes.get(Account.SPENT)
        if entry.provider_id != self.provider_id or cents is None:
            return
        ride_id = ride_id_of(entry.identity)
        if ride_id is None:
            raise BooksDiffer(f"{entry.account} {entry.identity} was spent for no ride")
        before, day = self.rides.get(ride_id, (0, entry.ride_day))
        self.rides[ride_id] = (before + cents, day)


class Reconciliation:
    """Takes the lines of a file, one by one."""

    def __init__(
        self, program_id: ProgramId, month: content.Month, zone: ZoneInfo, ours: OurRides
    ) -> None:
        self._program_id, self._month, self._zone = program_id, month, zone
        self._ours = ours.rides
        self._provider_id = ours.provider_id
        self._first_lines: dict[str, int] = {}
        self._counts = dict.fromkeys(Verdict, 0)
        self._charged_cents = self._ledger_cents = 0
        self._findings: list[Finding] = []

    def take(self, line: StatementLine | UnreadableLine) -> bool:
        """Whether the class of the line is certain; if not, `look_up` is to be told of the ride."""
        if isinstance(line, UnreadableLine):
            self._find(Finding(Verdict.UNREADABLE, line=line.line, why=line.why))
            return True
        self._charged_cents += line.charged_cents
        first = self._first_lines.setdefault(line.ride_id, line.line)
        if first != line.line:
            self._find(self._finding(line, Verdict.DOUBLED, first_line=first))
            return True
        cents, day = self._ours.get(line.ride_id, (None, None))
        if cents == line.charged_cents and not self._is_of_other_month(day):
            self._counts[Verdict.MATCHED] += 1
            self._ledger_cents += line.charged_cents
            return True
        return False

    def look_up(self, line: StatementLine, known: KnownRide | None) -> None:
        """Classes a line whose ride isn't in the month with this amount. Raises BooksDiffer."""
        if known is None and line.ride_id in self._ours:
            raise BooksDiffer(f"the ride {line.ride_id} has entries and isn't there")
        if known is not None and known.program_id != self._program_id:
            self._find(self._finding(line, Verdict.ONLY_THEIRS, Because.OTHER_PROGRAM))
        elif known is None or known.is_open:
            self._find(self._finding(line, Verdict.ONLY_THEIRS, _whether_applied(line, known)))
        elif month := self._other_month(known):
            found = self._finding(line, Verdict.ONLY_THEIRS, Because.OTHER_MONTH)
            self._find(replace(found, of_month=month))
        else:
            self._compare(line, known)

    def end(self) -> Reconciled:
        """After the last line: what the ledger has beside them."""
        missing = ((ride, *it) for ride, it in self._ours.items() if ride not in self._first_lines)
        for ride_id, cents, day in sorted(missing, key=lambda it: (str(it[2]), it[0])):
            if cents == 0:
                continue
            is_of_other = self._is_of_other_month(day)
            verdict = Verdict.OF_OTHER_MONTH if is_of_other else Verdict.ONLY_OURS
            self._ledger_cents += 0 if is_of_other else cents
            self._find(Finding(verdict, ride_id=ride_id, day=day, ledger_cents=cents))
        of_lines = [finding for finding in self._findings if finding.line is not None]
        of_lines.sort(key=lambda finding: finding.line or 0)
        others = [finding for finding in self._findings if finding.line is None]
        return Reconciled(self._statement(), (*of_lines, *others))

    def _is_of_other_month(self, day: date | None) -> bool:
        return day is not None and f"{day:%Y-%m}" != self._month

    def _other_month(self, known: KnownRide) -> str | None:
        """The month that a ride belongs to, if it is known and isn't this one."""
        if known.completed_at is None:
            return None
        month = local_month(known.completed_at, self._zone)
        return None if month == self._month else month

    def _compare(self, line: StatementLine, known: KnownRide) -> None:
        self._ledger_cents += known.captured_cents
        if known.captured_cents == line.charged_cents == 0:
            # No entry says of nothing when it was recorded, and there is nothing to be told.
            self._counts[Verdict.MATCHED] += 1
            return
        if known.captured_cents == line.charged_cents:
            found = self._finding(line, Verdict.MATCHED, Because.LATE)
        else:
            because = Because.AS_IT_IS if known.captured_cents else Because.NOTHING_PAID
            found = self._finding(line, Verdict.DIFFERENT_AMOUNT, because)
        self._find(replace(found, ledger_cents=known.captured_cents))

    def _finding(
        self,
        line: StatementLine,
        verdict: Verdict,
        because: Because = Because.AS_IT_IS,
        first_line: int | None = None,
    ) -> Finding:
        return Finding(
            verdict,
            because,
            line=line.line,
            ride_id=line.ride_id,
            day=local_day(line.completed_at, self._zone),
            charged_cents=line.charged_cents,
            first_line=first_line,
        )

    def _find(self, finding: Finding) -> None:
        self._counts[finding.verdict] += 1
        self._findings.append(finding)

    def _statement(self) -> content.Statement:
        counts = self._counts
        beside = counts[Verdict.ONLY_OURS] + counts[Verdict.OF_OTHER_MONTH]
        return content.Statement(
            provider_id=self._provider_id,
            lines=sum(counts.values()) - beside,
            matched=counts[Verdict.MATCHED],
            different_amount=counts[Verdict.DIFFERENT_AMOUNT],
            only_theirs=counts[Verdict.ONLY_THEIRS],
            only_ours=counts[Verdict.ONLY_OURS],
            doubled=counts[Verdict.DOUBLED],
            unreadable=counts[Verdict.UNREADABLE],
            charged_cents=self._charged_cents,
            ledger_cents=self._ledger_cents,
        )


def _whether_applied(line: StatementLine, known: KnownRide | None) -> Because:
    if line.authorization_id is None:
        return Because.NO_AUTHORIZATION
    if known is None or not known.can_be_applied:
        return Because.WRONG_AUTHORIZATION
    return Because.CAN_BE_APPLIED
