"""Requests: may this ride begin, and what is held for it. It owns the rules of the ride table that
hold or decline; it must never know of a fare that was driven."""

from farechance.ledger import Account
from farechance.ride_case import Case, Outcome, Rule, ride_after
from farechance.rides import RideState
from farechance.times import instant_text
from farechance.vouchers import (
    REQUEST_MAX_AGE,
    Approval,
    Decline,
    Hold,
    Reason,
    Voucher,
    for_provider,
    judge_request,
)


def authorize(case: Case) -> Outcome:
    """– requested: held, or declined with the first reason."""
    event = case.event
    if event.at < case.now - REQUEST_MAX_AGE:
        return decline(case, Reason.REQUEST_TOO_OLD)
    replaced = _replaced(case)
    voucher = case.voucher.without_holds(replaced)
    judgement = judge_request(
        voucher, case.terms, event.fare_cents, event.pickup_at, case.now, trip=event.trip
    )
    if isinstance(judgement, Reason):
        # The car that was to be replaced keeps its hold: a decline changes no money.
        return decline(case, judgement)
    return _hold(case, voucher, judgement, replaced)


def decline(case: Case, reason: Reason) -> Outcome:
    """A request that is declined; a ride that exists already stays as it is."""
    is_new = case.ride_state is RideState.NONE
    return Outcome(
        voucher=case.voucher.after(last_decline=Decline(at=case.now, reason=reason)),
        ride=ride_after(case, RideState.DECLINED) if is_new else case.known_ride,
        reason=reason,
        answer={"decision": "declined", "reason": for_provider(reason).value},
    )


def declines(reason: Reason) -> Rule:
    """The rule that declines a request for a fixed reason."""
    return lambda case: decline(case, reason)


def _replaced(case: Case) -> tuple[str, ...]:
    """The ride that this one replaces, if its hold is open and of the same voucher."""
    ride_key = case.event.replaced_ride_key
    return (ride_key,) if ride_key in case.voucher.holds else ()


def _hold(case: Case, voucher: Voucher, approval: Approval, replaced: tuple[str, ...]) -> Outcome:
    event, cents, expires_at = case.event, approval.hold_cents, approval.hold_expires_at
    freed = voucher.without_holds(approval.let_go)
    latest = max(expires_at, voucher.last_hold_expires_at or expires_at)
    after = freed.after(
        available_cents=freed.available_cents - cents,
        held_cents=freed.held_cents + cents,
        holds={**freed.holds, event.ride_key: Hold(cents=cents, expires_at=expires_at)},
        last_hold_expires_at=latest,
    )
    return Outcome(
        voucher=after,
        ride=ride_after(
            case,
            RideState.HELD,
            hold_cents=cents,
            hold_expires_at=expires_at,
            fare_cents=event.fare_cents,
        ),
        changes={Account.AVAILABLE: -cents, Account.HELD: cents},
        let_go=approval.let_go,
        replaced=replaced,
        answer={
            "decision": "approved",
            "held_cents": cents,
            "hold_expires_at": instant_text(expires_at),
        },
    )
