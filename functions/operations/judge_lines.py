"""Whether a line of a ride company's statement can be applied: the one rule of reconciling, which
says so, and of `apply_statement`, which does it. It must never write."""

from collections.abc import Callable
from datetime import datetime

from farechance.callbacks import RideCompleted
from farechance.errors import FieldErrors
from farechance.reports.findings import Because, whether_named
from farechance.reports.statement_sheet import StatementLine
from farechance.ride_case import Outcome
from farechance.rides import RideEvent
from farechance.store import Remembered, Store
from farechance.vouchers import Voucher
from operations.look_up_rides import LookedUp
from operations.open_statement import Statement
from operations.read_terms import read_terms
from operations.record_ride_event import foreseen


class LineJudge:
    """Is asked about lines in the order of the file: what an earlier one would take from a voucher
    is gone for those that it foresees after it."""

    def __init__(
        self,
        statement: Statement,
        *,
        store: Store,
        remembered: Remembered,
        clock: Callable[[], datetime],
    ) -> None:
        self._statement, self._store = statement, store
        self._remembered, self._clock = remembered, clock
        self._left: dict[str, Voucher] = {}

    def event(self, one: LookedUp) -> RideEvent | Because:
        """The message that never came, as the provider would have stated it, or why it is not
        stated for it."""
        name = self._statement.name
        whether = whether_named(one.line, one.known, name.program_id)
        if whether is not Because.CAN_BE_APPLIED:
            return whether
        if self._looks_like_fee(one):
            return Because.LOOKS_LIKE_FEE
        stated = RideCompleted(
            ride_id=one.line.ride_id,
            authorization_id=one.line.authorization_id,
            fare_cents=one.line.fare_cents,
            currency=self._statement.currency,
            completed_at=one.line.completed_at,
        )
        try:
            return stated.event(name.provider_id, self._clock())
        except FieldErrors:
            return Because.IN_THE_FUTURE

    def foresee(self, one: LookedUp) -> Outcome | Because:
        """What applying the line would do now, or why it isn't applied."""
        event = self.event(one)
        if isinstance(event, Because) or one.ride is None or one.voucher is None:
            return event if isinstance(event, Because) else Because.WRONG_AUTHORIZATION
        outcome = foreseen(
            event,
            one.ride,
            self._left.get(one.voucher.voucher_key, one.voucher),
            store=self._store,
            remembered=self._remembered,
            now=self._clock(),
        )
        if not pays_what_is_charged(one.line, outcome):
            return Because.CHARGED_DIFFERS
        # What comes over from an old card is in it already.
        self._left[one.voucher.voucher_key] = outcome.voucher.model_copy(
            update={"predecessor_key": None}
        )
        return outcome

    def whether(self, one: LookedUp) -> Because:
        """`CAN_BE_APPLIED`, or why not."""
        foreseen_ = self.foresee(one)
        return foreseen_ if isinstance(foreseen_, Because) else Because.CAN_BE_APPLIED

    def _looks_like_fee(self, one: LookedUp) -> bool:
        """A fee that is covered is never more than this, and would be counted as a ride."""
        if one.voucher is None:
            return False
        terms = read_terms(one.voucher, self._remembered, self._clock())
        most_cents = terms.rules.max_cancellation_fee_cents
        return most_cents > 0 and one.line.charged_cents <= most_cents


def pays_what_is_charged(line: StatementLine, outcome: Outcome) -> bool:
    """Whether what is paid, with what was promised and can't be paid any more, is what is charged.
    What is refused pays nothing."""
    promised = outcome.answer.get("captured_cents", 0) + outcome.answer.get("shortfall_cents", 0)
    return outcome.reason is None and bool(promised == line.charged_cents)
