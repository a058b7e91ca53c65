"""What can be found of a line of a ride company's statement, or of a ride that has none: the
classes, and the one rule by which a ride that only the statement has may be applied. It must never
read anything, nor count."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from farechance.reports.statement_content import Statement
from farechance.reports.statement_sheet import StatementLine
from farechance.rides import RideState

_APPROVED = frozenset({RideState.HELD, RideState.LAPSED})
"""Of a ride that was approved and has no end: the message of its completion may have been lost."""

OPEN = _APPROVED | {RideState.NONE}
"""Of a ride of which no completion is known."""


class Verdict(StrEnum):
    """The class of a line, or of a ride that has none. `of_other_month` was recorded in the month
    and belongs to another month's statement: it is told, and counts nowhere. Of what differs, the
    first is told: the amount charged, then the authorization, then the fare."""

    MATCHED = "matched"
    DIFFERENT_AMOUNT = "different_amount"
    DIFFERENT_AUTHORIZATION = "different_authorization"
    DIFFERENT_FARE = "different_fare"
    ONLY_THEIRS = "only_theirs"
    ONLY_OURS = "only_ours"
    DOUBLED = "doubled"
    UNREADABLE = "unreadable"
    OF_OTHER_MONTH = "of_other_month"


class Because(StrEnum):
    """What is known beyond the class, from which it follows what to do: of a ride that only the
    statement has, also why it can't be applied, if it can't."""

    AS_IT_IS = "as_it_is"
    LATE = "late"
    NOTHING_PAID = "nothing_paid"
    CAN_BE_APPLIED = "can_be_applied"
    NO_AUTHORIZATION = "no_authorization"
    WRONG_AUTHORIZATION = "wrong_authorization"
    LOOKS_LIKE_FEE = "looks_like_cancellation_fee"
    IN_THE_FUTURE = "completed_in_the_future"
    CHARGED_DIFFERS = "charged_differs"
    OTHER_PROGRAM = "other_program"
    OTHER_MONTH = "other_month"


@dataclass(frozen=True, slots=True)
class KnownFare:
    """What a ride cost, as the ledger has it; None where no fare was taken. `tip_cents` came on
    top. Of a fee, which is no fare, a company may state none."""

    cents: int | None = None
    tip_cents: int = 0
    is_fee: bool = False

    def agrees(self, stated_cents: int) -> bool:
        """Whether a line that states so much says the same: with the tip, or without."""
        if self.cents is None or (self.is_fee and stated_cents == 0):
            return True
        return stated_cents in (self.cents, self.cents + self.tip_cents)


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
    fare: KnownFare = KnownFare()

    @property
    def is_open(self) -> bool:
        """Whether no completion of it is known."""
        return self.state in OPEN


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
    fare_cents: int | None = None
    ledger_fare_cents: int | None = None
    first_line: int | None = None
    why: str = ""
    of_month: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. `findings` are those that didn't match, and those that did but were recorded
    in another month: lines first, as they stand in the file."""

    statement: Statement
    findings: tuple[Finding, ...]


def whether_named(line: StatementLine, known: KnownRide | None, program_id: str) -> Because:
    """Whether a line leads to a ride of the programme that was approved and has no end, by the
    authorization that was given for it: `CAN_BE_APPLIED`, or why not. What its voucher would pay is
    asked after that."""
    if known is not None and known.program_id != program_id:
        return Because.OTHER_PROGRAM
    if line.authorization_id is None:
        return Because.NO_AUTHORIZATION
    if known is None or known.state not in _APPROVED or not known.is_authorized:
        return Because.WRONG_AUTHORIZATION
    return Because.CAN_BE_APPLIED
