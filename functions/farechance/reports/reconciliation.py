"""A ride company's own statement of a month against the ledger: each of its lines in one class, and
the rides that only the ledger has. It owns the classes and the sums; it must never read anything:
entries and lines come in, and what isn't certain from them is asked for.

A ride belongs to the statement of the month on whose day it was completed. What the ledger says of
it is captured − refunded: of its entries of the month, or else of the whole ride, as it stands now
(it may have been recorded late, or adjusted since)."""

from copy import replace
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from farechance.errors import BooksDiffer
from farechance.identifiers import Month, ProgramId, ProviderId
from farechance.ledger import Account, Entry, Kind
from farechance.reports.findings import (
    Because,
    Finding,
    KnownFare,
    KnownRide,
    Reconciled,
    Verdict,
)
from farechance.reports.statement_content import Statement
from farechance.reports.statement_sheet import StatementLine, UnreadableLine
from farechance.rides import authorization_id, ride_id_of
from farechance.times import local_day, local_month

_FARE_TAKEN = frozenset({"captured", "refunded", "unchanged"})
"""What an event's answer says where the fare that it states is now the ride's."""


@dataclass(slots=True)
class OurRide:
    """What the month's entries say of a ride. The fare is that of the latest entry that has one."""

    voucher_key: str
    day: date | None
    cents: int = 0
    fare_cents: int | None = None
    fare_sequence: int = 0
    tip_cents: int = 0
    is_fee: bool = False

    @property
    def fare(self) -> KnownFare:
        """What it cost."""
        return KnownFare(self.fare_cents, self.tip_cents, self.is_fee)

    def add(self, entry: Entry, *, has_fare: bool) -> None:
        """Takes one of its entries in."""
        self.cents += entry.changes.get(Account.SPENT, 0)
        self.tip_cents += entry.tip_cents or 0
        self.is_fee |= entry.kind is Kind.RIDE_CANCELLED or entry.of_fee is True
        if has_fare and entry.sequence > self.fare_sequence:
            self.fare_cents, self.fare_sequence = entry.fare_cents, entry.sequence


class OurRides:
    """What the ledger's entries of the month say of one company's rides, whatever the number of
    entries."""

    def __init__(self, provider_id: ProviderId) -> None:
        self.provider_id = provider_id
        self.rides: dict[str, OurRide] = {}

    def add(self, entry: Entry) -> None:
        """Takes one entry of the month in. Raises BooksDiffer."""
        if entry.provider_id != self.provider_id:
            return
        has_fare = entry.reason is None and (entry.answer or {}).get("outcome") in _FARE_TAKEN
        if Account.SPENT not in entry.changes and not has_fare:
            return
        ride_id = ride_id_of(entry.identity)
        if ride_id is None:
            raise BooksDiffer(f"{entry.account} {entry.identity} was spent for no ride")
        # The account is named by the voucher's key.
        voucher_key = entry.account.partition("#")[2]
        ride = self.rides.setdefault(ride_id, OurRide(voucher_key, entry.ride_day))
        ride.add(entry, has_fare=has_fare)


class Reconciliation:
    """Takes the lines of a file, one by one."""

    def __init__(self, program_id: ProgramId, month: Month, zone: ZoneInfo, ours: OurRides) -> None:
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
        ours = self._ours.get(line.ride_id)
        if ours is None or self._is_of_other_month(ours.day) or not self._agrees(line, ours):
            return False
        self._counts[Verdict.MATCHED] += 1
        self._ledger_cents += line.charged_cents
        return True

    def look_up(self, line: StatementLine, known: KnownRide | None, whether: Because) -> None:
        """Classes a line whose ride isn't in the month just so. `whether` a ride of which no
        completion is known can be applied, or why not. Raises BooksDiffer."""
        if known is None and line.ride_id in self._ours:
            raise BooksDiffer(f"the ride {line.ride_id} has entries and isn't there")
        if known is not None and known.program_id != self._program_id:
            self._find(self._finding(line, Verdict.ONLY_THEIRS, Because.OTHER_PROGRAM))
        elif known is None or known.is_open:
            self._find(self._finding(line, Verdict.ONLY_THEIRS, whether))
        elif month := self._other_month(known):
            found = self._finding(line, Verdict.ONLY_THEIRS, Because.OTHER_MONTH)
            self._find(replace(found, of_month=month))
        else:
            self._compare(line, known)

    def end(self) -> Reconciled:
        """After the last line: what the ledger has beside them."""
        missing = (one for one in self._ours.items() if one[0] not in self._first_lines)
        for ride_id, ours in sorted(missing, key=lambda one: (str(one[1].day), one[0])):
            if ours.cents == 0:
                continue
            is_of_other = self._is_of_other_month(ours.day)
            verdict = Verdict.OF_OTHER_MONTH if is_of_other else Verdict.ONLY_OURS
            self._ledger_cents += 0 if is_of_other else ours.cents
            self._find(Finding(verdict, ride_id=ride_id, day=ours.day, ledger_cents=ours.cents))
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

    def _agrees(self, line: StatementLine, ours: OurRide) -> bool:
        """Whether the month's entries say of the ride what the line says."""
        given = authorization_id(ours.voucher_key, f"{self._provider_id}#{line.ride_id}")
        return (
            ours.cents == line.charged_cents
            and line.authorization_id in (None, given)
            and ours.fare.agrees(line.fare_cents)
        )

    def _compare(self, line: StatementLine, known: KnownRide) -> None:
        """A line and its ride, by the month's entries and as it stands now: what matches either,
        matches."""
        ours = self._ours.get(line.ride_id)
        of_month = ours.fare if ours and ours.cents == line.charged_cents else None
        of_now = known.fare if known.captured_cents == line.charged_cents else None
        fares = [fare for fare in (of_month, of_now) if fare is not None]
        ledger_cents = line.charged_cents if fares else known.captured_cents
        self._ledger_cents += ledger_cents
        verdict, because = Verdict.MATCHED, Because.LATE
        if not fares:
            verdict = Verdict.DIFFERENT_AMOUNT
            because = Because.AS_IT_IS if known.captured_cents else Because.NOTHING_PAID
        elif line.authorization_id is not None and not known.is_authorized:
            verdict, because = Verdict.DIFFERENT_AUTHORIZATION, Because.AS_IT_IS
        elif not any(fare.agrees(line.fare_cents) for fare in fares):
            verdict, because = Verdict.DIFFERENT_FARE, Because.AS_IT_IS
        elif ledger_cents == 0:
            # No entry says of nothing when it was recorded, and there is nothing to be told.
            self._counts[Verdict.MATCHED] += 1
            return
        fare_cents = fares[0].cents if fares else known.fare.cents
        found = self._finding(line, verdict, because)
        self._find(replace(found, ledger_cents=ledger_cents, ledger_fare_cents=fare_cents))

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
            fare_cents=line.fare_cents,
            first_line=first_line,
        )

    def _find(self, finding: Finding) -> None:
        self._counts[finding.verdict] += 1
        self._findings.append(finding)

    def _statement(self) -> Statement:
        counts = self._counts
        beside = counts[Verdict.ONLY_OURS] + counts[Verdict.OF_OTHER_MONTH]
        return Statement(
            provider_id=self._provider_id,
            lines=sum(counts.values()) - beside,
            matched=counts[Verdict.MATCHED],
            different_amount=counts[Verdict.DIFFERENT_AMOUNT],
            different_authorization=counts[Verdict.DIFFERENT_AUTHORIZATION],
            different_fare=counts[Verdict.DIFFERENT_FARE],
            only_theirs=counts[Verdict.ONLY_THEIRS],
            only_ours=counts[Verdict.ONLY_OURS],
            doubled=counts[Verdict.DOUBLED],
            unreadable=counts[Verdict.UNREADABLE],
            charged_cents=self._charged_cents,
            ledger_cents=self._ledger_cents,
        )
