"""The ride table: what every event does to a ride in every state. It owns the transitions, all of
them in `TABLE`; what each does to money stands in `ride_requests` and `ride_settlements`. It must
never read or write anything."""

from collections.abc import Mapping

from farechance.ride_case import Case, Outcome, Rule, amounts
from farechance.ride_requests import authorize, decline, declines
from farechance.ride_settlements import (
    capture_held,
    capture_lapsed,
    entomb,
    not_supported,
    refuse_direct_capture,
    refused,
    refuses,
    stay_voided,
    void,
)
from farechance.rides import EventKind, RideState
from farechance.vouchers import Reason


def decide(case: Case) -> Outcome:
    """The decision about an event that hasn't been seen before."""
    if case.event.currency not in (None, case.rules.currency):
        return _wrong_currency(case)
    state = case.ride.state if case.ride else RideState.NONE
    return TABLE[state, case.event.kind](case)


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
        return decline(case, Reason.CURRENCY_MISMATCH)
    # An approved ride must still be payable when its provider has put the currency right.
    return refused(case, Reason.CURRENCY_MISMATCH, takes="content")


# A pair that only a repeat can bring is answered from the ledger before the table is asked; its
# row says what a first one would be told, were there ever one.
TABLE: Mapping[tuple[RideState, EventKind], Rule] = {
    (RideState.NONE, EventKind.REQUESTED): authorize,
    (RideState.NONE, EventKind.COMPLETED): refuse_direct_capture,
    (RideState.NONE, EventKind.CANCELLED): entomb,
    (RideState.NONE, EventKind.ADJUSTED): not_supported,
    (RideState.HELD, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.HELD, EventKind.COMPLETED): capture_held,
    (RideState.HELD, EventKind.CANCELLED): void,
    (RideState.HELD, EventKind.ADJUSTED): not_supported,
    (RideState.CAPTURED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.CAPTURED, EventKind.COMPLETED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.CANCELLED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.ADJUSTED): not_supported,
    (RideState.VOIDED, EventKind.REQUESTED): declines(Reason.RIDE_CANCELLED),
    (RideState.VOIDED, EventKind.COMPLETED): refuses(Reason.RIDE_CANCELLED, owes_the_fare=True),
    (RideState.VOIDED, EventKind.CANCELLED): stay_voided,
    (RideState.VOIDED, EventKind.ADJUSTED): not_supported,
    (RideState.LAPSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.LAPSED, EventKind.COMPLETED): capture_lapsed,
    (RideState.LAPSED, EventKind.CANCELLED): void,
    (RideState.LAPSED, EventKind.ADJUSTED): not_supported,
    (RideState.DECLINED, EventKind.REQUESTED): declines(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.COMPLETED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.CANCELLED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.ADJUSTED): not_supported,
    (RideState.REFUSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.REFUSED, EventKind.COMPLETED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.CANCELLED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.ADJUSTED): not_supported,
}
