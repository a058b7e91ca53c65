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
    for_provider,
    judge_request,
)


def authorize(case: Case) -> Outcome:
    """– requested: held, or declined with the first reason."""
    event, voucher = case.event, case.voucher
    if event.replaces_ride_id is not None:
        return decline(case, Reason.NOT_SUPPORTED)
    if event.at < case.now - REQUEST_MAX_AGE:
        return decline(case, Reason.REQUEST_TOO_OLD)
    judgement = judge_request(voucher, case.terms, event.fare_cents, event.pickup_at, case.now)
    if isinstance(judgement, Reason):
        return decline(case, judgement)
    return _hold(case, judgement)


def _hold(case: Case, approval: Approval) -> Outcome:
    event, voucher, cents = case.event, case.voucher, approval.hold_cents
    let_go = {ride: voucher.holds[ride] for ride in approval.let_go}
    freed = sum(hold.cents for hold in let_go.values())
    kept = {ride: hold for ride, hold in voucher.holds.items() if ride not in let_go}
    expires_at = approval.hold_expires_at
    after = voucher.after(
        available_cents=voucher.available_cents + freed - cents,
        held_cents=voucher.held_cents - freed + cents,
        holds={**kept, event.ride_key: Hold(cents=cents, expires_at=expires_at)},
        last_hold_expires_at=max(expires_at, voucher.last_hold_expires_at or expires_at),
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
        let_go=let_go,
        answer={
            "decision": "approved",
            "held_cents": cents,
            "hold_expires_at": instant_text(expires_at),
        },
    )


def decline(case: Case, reason: Reason) -> Outcome:
    """A request that is declined; a ride that exists already stays as it is."""
    return Outcome(
        voucher=case.voucher.after(last_decline=Decline(at=case.now, reason=reason)),
        ride=case.ride or ride_after(case, RideState.DECLINED),
        reason=reason,
        answer={"decision": "declined", "reason": for_provider(reason).value},
    )


def declines(reason: Reason) -> Rule:
    """The rule that declines a request for a fixed reason."""
    return lambda case: decline(case, reason)
