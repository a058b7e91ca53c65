"""The ride table: what every event does to a ride in every state. It owns the transitions, all of
them in `TABLE`; what each does stands in `ride_requests`, `ride_settlements`, `ride_adjustments`
and `ride_refusals`. It must never read or write anything."""

from collections.abc import Mapping

from farechance import ride_adjustments as adjustments
from farechance import ride_refusals as refusals
from farechance import ride_requests as requests
from farechance import ride_settlements as settlements
from farechance.ride_case import Case, Outcome, Rule, amounts
from farechance.ride_refusals import refuses
from farechance.ride_requests import declines
from farechance.rides import EventKind, RideState
from farechance.vouchers import Reason


def decide(case: Case) -> Outcome:
    """The decision about an event that hasn't been seen before."""
    if case.event.currency not in (None, case.rules.currency):
        return _wrong_currency(case)
    return TABLE[case.ride_state, case.event.kind](case)


def conflict(case: Case) -> Outcome:
    """The same event with other content: it changes nothing and is on record."""
    if case.event.kind is EventKind.REQUESTED:
        answer = {"decision": "declined", "reason": Reason.EVENT_CONFLICT.value}
    else:
        answer = amounts(case, "refused", reason=Reason.EVENT_CONFLICT)
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        reason=Reason.EVENT_CONFLICT,
        takes="content",
        answer=answer,
    )


def _wrong_currency(case: Case) -> Outcome:
    if case.event.kind is EventKind.REQUESTED:
        return requests.decline(case, Reason.CURRENCY_MISMATCH)
    # An approved ride must still be payable when its provider has put the currency right.
    return refusals.refused(case, Reason.CURRENCY_MISMATCH, takes="content")


# A pair that only a repeat can bring is answered from the ledger before the table is asked; its
# row says what a first one would be told, were there ever one.
TABLE: Mapping[tuple[RideState, EventKind], Rule] = {
    (RideState.NONE, EventKind.REQUESTED): requests.authorize,
    (RideState.NONE, EventKind.COMPLETED): settlements.capture_directly,
    (RideState.NONE, EventKind.CANCELLED): settlements.entomb,
    (RideState.NONE, EventKind.ADJUSTED): adjustments.keep_adjustment,
    (RideState.HELD, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.HELD, EventKind.COMPLETED): settlements.capture_held,
    (RideState.HELD, EventKind.CANCELLED): settlements.cancel_held,
    (RideState.HELD, EventKind.ADJUSTED): adjustments.keep_adjustment,
    (RideState.CAPTURED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.CAPTURED, EventKind.COMPLETED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.CANCELLED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.ADJUSTED): adjustments.adjust_captured,
    (RideState.VOIDED, EventKind.REQUESTED): declines(Reason.RIDE_CANCELLED),
    (RideState.VOIDED, EventKind.COMPLETED): refusals.refuse_voided,
    (RideState.VOIDED, EventKind.CANCELLED): settlements.stay_voided,
    (RideState.VOIDED, EventKind.ADJUSTED): refusals.refuse_voided,
    (RideState.LAPSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.LAPSED, EventKind.COMPLETED): settlements.capture_lapsed,
    (RideState.LAPSED, EventKind.CANCELLED): settlements.cancel_lapsed,
    (RideState.LAPSED, EventKind.ADJUSTED): adjustments.keep_adjustment,
    (RideState.DECLINED, EventKind.REQUESTED): declines(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.COMPLETED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.CANCELLED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.ADJUSTED): refuses(Reason.RIDE_DECLINED),
    (RideState.REFUSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.REFUSED, EventKind.COMPLETED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.CANCELLED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.ADJUSTED): refuses(Reason.RIDE_REFUSED),
}
