"""The ride table: what every event does to a ride in every state, and the money that follows. It
owns the transitions, all of them in `TABLE`; it must never read or write anything.

Answers are in the words of api.md ('Provider callbacks'), amounts in cents; the ids of voucher and
authorization, which follow from the event, are added where the answer is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from farechance.ledger import Account
from farechance.money import covered, shortfall
from farechance.programs import Rules
from farechance.rides import EventKind, OwedBy, Ride, RideEvent, RideState
from farechance.times import instant_text
from farechance.vouchers import (
    REQUEST_MAX_AGE,
    Approval,
    Decline,
    Hold,
    Reason,
    Terms,
    Voucher,
    for_provider,
    judge_request,
)


@dataclass(frozen=True, slots=True)
class Case:
    """All that a rule may look at."""

    voucher: Voucher
    ride: Ride | None
    event: RideEvent
    terms: Terms
    now: datetime

    @property
    def known_ride(self) -> Ride:
        """The ride, or a new one of this voucher about which nothing is known."""
        return self.ride or Ride(
            provider_id=self.event.provider_id,
            ride_id=self.event.ride_id,
            voucher_key=self.voucher.voucher_key,
            voucher_id=self.voucher.voucher_id,
            state=RideState.NONE,
            version=0,
        )

    @property
    def rules(self) -> Rules:
        """Those under which the voucher was minted."""
        return self.terms.rules


Takes = Literal["identity", "content", "nothing"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an event does. `ride` and `voucher` are as they will be stored; `let_go` are the dead
    holds (by ride) that lapse first; `changes` is the event's own movement of money; `answer` is
    what the provider is told; `reason` is the true one. `takes` says what a repeat is known by: the
    event's identity; its identity and content, where the event may still come put right; or
    nothing, where it leaves no trace and is judged anew."""

    voucher: Voucher
    ride: Ride
    answer: Mapping[str, Any]
    changes: Mapping[Account, int] = field(default_factory=dict)
    let_go: Mapping[str, Hold] = field(default_factory=dict)
    reason: Reason | None = None
    shortfall_cents: int = 0
    overage_cents: int = 0
    takes: Takes = "identity"


Rule = Callable[[Case], Outcome]


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
        answer = _amounts(case, "refused", reason=Reason.EVENT_CONFLICT)
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        reason=Reason.EVENT_CONFLICT,
        takes="content",
        answer=answer,
    )


def turned_away(event: RideEvent, reason: Reason) -> dict[str, Any]:
    """The answer to an event that reaches no voucher, or another than its ride has: nothing is
    said of any voucher, and nothing is kept."""
    if event.kind is EventKind.REQUESTED:
        return {"decision": "declined", "reason": reason.value}
    nothing = ("captured_cents", "released_cents", "overage_cents", "shortfall_cents")
    return {"outcome": "refused", "reason": reason.value, **dict.fromkeys(nothing, 0)}


def _wrong_currency(case: Case) -> Outcome:
    if case.event.kind is EventKind.REQUESTED:
        return _decline(case, Reason.CURRENCY_MISMATCH)
    # An approved ride must still be payable when its provider has put the currency right.
    return _refused(case, Reason.CURRENCY_MISMATCH, takes="content")


def _authorize(case: Case) -> Outcome:
    """– requested: held, or declined with the first reason."""
    event, voucher = case.event, case.voucher
    if event.replaces_ride_id is not None:
        return _decline(case, Reason.NOT_SUPPORTED)
    if event.at < case.now - REQUEST_MAX_AGE:
        return _decline(case, Reason.REQUEST_TOO_OLD)
    judgement = judge_request(voucher, case.terms, event.fare_cents, event.pickup_at, case.now)
    if isinstance(judgement, Reason):
        return _decline(case, judgement)
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
        ride=_ride_after(
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


def _decline(case: Case, reason: Reason) -> Outcome:
    """A request that is declined; a ride that exists already stays as it is."""
    return Outcome(
        voucher=case.voucher.after(last_decline=Decline(at=case.now, reason=reason)),
        ride=case.ride or _ride_after(case, RideState.DECLINED),
        reason=reason,
        answer={"decision": "declined", "reason": for_provider(reason).value},
    )


def declines(reason: Reason) -> Rule:
    """The rule that declines a request for a fixed reason."""
    return lambda case: _decline(case, reason)


def _capture_held(case: Case) -> Outcome:
    """held completed: captured up to covered(fare), the rest of the hold set free. A dead hold
    still pays until return_at; past that it counts as lapsed."""
    if case.now >= case.voucher.return_at:
        return _capture(case, own_cents=case.known_ride.hold_cents, payable=False)
    return _capture(case, own_cents=case.known_ride.hold_cents, payable=True)


def _capture_lapsed(case: Case) -> Outcome:
    """lapsed completed: from available, if a ride is left and return_at isn't past, else 0; what
    the hold had promised and is gone is a shortfall, never dropped."""
    payable = case.now < case.voucher.return_at and case.voucher.rides_left >= 1
    return _capture(case, own_cents=0, payable=payable)


def _capture(case: Case, *, own_cents: int, payable: bool) -> Outcome:
    event, voucher, ride = case.event, case.voucher, case.known_ride
    fare_cents = event.fare_cents - event.tip_cents
    cap_cents = voucher.cap_cents
    paid = covered(fare_cents, cap_cents, own_cents, voucher.available_cents) if payable else 0
    promised = ride.promised_cents if payable else max(ride.promised_cents, own_cents)
    missing = shortfall(fare_cents, cap_cents, promised, paid)
    overage = fare_cents - paid - missing
    after = voucher.after(
        available_cents=voucher.available_cents + own_cents - paid,
        held_cents=voucher.held_cents - own_cents,
        spent_cents=voucher.spent_cents + paid,
        holds=_without(voucher, event.ride_key),
        rides_counted=voucher.rides_counted + payable,
        last_captured_at=_latest(voucher, min(event.at, case.now), counted=payable),
    )
    owed_by = _owed_by(case, overage)
    return Outcome(
        voucher=after,
        ride=_ride_after(
            case,
            RideState.CAPTURED,
            fare_cents=fare_cents,
            captured_cents=paid,
            overage_cents=overage,
            overage_owed_by=owed_by,
            shortfall_cents=missing,
            counted=payable,
            completed_at=event.at,
            promised_cents=promised,
        ),
        changes={
            Account.HELD: -own_cents,
            Account.AVAILABLE: own_cents - paid,
            Account.SPENT: paid,
        },
        shortfall_cents=missing,
        overage_cents=overage,
        answer=_amounts(
            case,
            "captured",
            captured_cents=paid,
            released_cents=max(0, own_cents - paid),
            overage_cents=overage,
            shortfall_cents=missing,
        ),
    )


def _void(case: Case) -> Outcome:
    """held cancelled: the hold goes back. A fee isn't covered (programmes with covered fees are
    refused when they are made), so it is overage."""
    event, voucher, own_cents = case.event, case.voucher, case.known_ride.hold_cents
    return Outcome(
        voucher=voucher.after(
            available_cents=voucher.available_cents + own_cents,
            held_cents=voucher.held_cents - own_cents,
            holds=_without(voucher, event.ride_key),
        ),
        ride=_ride_after(
            case,
            RideState.VOIDED,
            overage_cents=event.fare_cents,
            overage_owed_by=_owed_by(case, event.fare_cents),
        ),
        changes={Account.HELD: -own_cents, Account.AVAILABLE: own_cents},
        overage_cents=event.fare_cents,
        answer=_amounts(case, "voided", released_cents=own_cents, overage_cents=event.fare_cents),
    )


def _void_without_money(case: Case) -> Outcome:
    """lapsed cancelled, and – cancelled: a tombstone, so that a request that was overtaken by its
    own cancellation never holds money. Nothing is held for it, so nobody owes a fee."""
    return Outcome(
        voucher=case.voucher.after(),
        ride=_ride_after(case, RideState.VOIDED),
        answer=_amounts(case, "voided"),
    )


def _stay_voided(case: Case) -> Outcome:
    """voided cancelled: a first one follows a replacement, which has voided the ride already."""
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        answer=_amounts(case, "voided"),
    )


def _refuse_direct_capture(case: Case) -> Outcome:
    """– completed: for providers that ask nobody beforehand. No programme allows it yet, so the
    ride is refused and its fare recorded as a shortfall."""
    outcome = _refused(case, Reason.DIRECT_CAPTURE_NOT_ALLOWED, owes_the_fare=True)
    fare_cents = case.event.fare_cents - case.event.tip_cents
    return Outcome(
        voucher=outcome.voucher,
        ride=_ride_after(
            case,
            RideState.REFUSED,
            fare_cents=fare_cents,
            shortfall_cents=fare_cents,
            completed_at=case.event.at,
        ),
        reason=outcome.reason,
        shortfall_cents=fare_cents,
        answer=outcome.answer,
    )


def refuses(reason: Reason, *, owes_the_fare: bool = False) -> Rule:
    """The rule that refuses an event for a fixed reason and leaves the ride as it is; where a fare
    was driven, it is recorded as a shortfall."""
    return lambda case: _refused(case, reason, owes_the_fare=owes_the_fare)


def _refused(
    case: Case,
    reason: Reason,
    *,
    owes_the_fare: bool = False,
    takes: Takes = "identity",
) -> Outcome:
    missing = case.event.fare_cents - case.event.tip_cents if owes_the_fare else 0
    return Outcome(
        voucher=case.voucher.after(),
        ride=case.known_ride,
        reason=reason,
        shortfall_cents=missing,
        takes=takes,
        answer=_amounts(case, "refused", reason=reason, shortfall_cents=missing),
    )


def _not_supported(case: Case) -> Outcome:
    """An adjustment cannot be applied yet: it is refused, leaves no trace, and may come again."""
    return _refused(case, Reason.NOT_SUPPORTED, takes="nothing")


def _ride_after(case: Case, state: RideState, **changes: object) -> Ride:
    before = case.known_ride
    return Ride.model_validate(
        {**dict(before), "state": state, "version": before.version + 1, **changes}
    )


def _without(voucher: Voucher, ride_key: str) -> dict[str, Hold]:
    return {ride: hold for ride, hold in voucher.holds.items() if ride != ride_key}


def _latest(voucher: Voucher, completed_at: datetime, *, counted: bool) -> datetime | None:
    if not counted:
        return voucher.last_captured_at
    return max(completed_at, voucher.last_captured_at or completed_at)


def _owed_by(case: Case, overage_cents: int) -> OwedBy | None:
    """Who owes what the voucher doesn't cover: under `rider_pays` the person, else the programme
    (domain.md, 'Overage rule': under `decline` the person never pays)."""
    if overage_cents == 0:
        return None
    return "rider" if case.rules.overage == "rider_pays" else "program"


def _amounts(
    case: Case,
    outcome: str,
    *,
    reason: Reason | None = None,
    captured_cents: int = 0,
    released_cents: int = 0,
    overage_cents: int = 0,
    shortfall_cents: int = 0,
) -> dict[str, Any]:
    answer = {
        "outcome": outcome,
        "reason": reason and for_provider(reason).value,
        "captured_cents": captured_cents,
        "released_cents": released_cents,
        "overage_cents": overage_cents,
        "overage_owed_by": _owed_by(case, overage_cents),
        "shortfall_cents": shortfall_cents,
    }
    return {name: value for name, value in answer.items() if value is not None}


# A pair that only a repeat can bring is answered from the ledger before the table is asked; its
# row says what a first one would be told, were there ever one.
TABLE: Mapping[tuple[RideState, EventKind], Rule] = {
    (RideState.NONE, EventKind.REQUESTED): _authorize,
    (RideState.NONE, EventKind.COMPLETED): _refuse_direct_capture,
    (RideState.NONE, EventKind.CANCELLED): _void_without_money,
    (RideState.NONE, EventKind.ADJUSTED): _not_supported,
    (RideState.HELD, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.HELD, EventKind.COMPLETED): _capture_held,
    (RideState.HELD, EventKind.CANCELLED): _void,
    (RideState.HELD, EventKind.ADJUSTED): _not_supported,
    (RideState.CAPTURED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.CAPTURED, EventKind.COMPLETED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.CANCELLED): refuses(Reason.RIDE_COMPLETED, owes_the_fare=True),
    (RideState.CAPTURED, EventKind.ADJUSTED): _not_supported,
    (RideState.VOIDED, EventKind.REQUESTED): declines(Reason.RIDE_CANCELLED),
    (RideState.VOIDED, EventKind.COMPLETED): refuses(Reason.RIDE_CANCELLED, owes_the_fare=True),
    (RideState.VOIDED, EventKind.CANCELLED): _stay_voided,
    (RideState.VOIDED, EventKind.ADJUSTED): _not_supported,
    (RideState.LAPSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.LAPSED, EventKind.COMPLETED): _capture_lapsed,
    (RideState.LAPSED, EventKind.CANCELLED): _void_without_money,
    (RideState.LAPSED, EventKind.ADJUSTED): _not_supported,
    (RideState.DECLINED, EventKind.REQUESTED): declines(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.COMPLETED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.CANCELLED): refuses(Reason.RIDE_DECLINED),
    (RideState.DECLINED, EventKind.ADJUSTED): _not_supported,
    (RideState.REFUSED, EventKind.REQUESTED): declines(Reason.RIDE_ALREADY_SETTLED),
    (RideState.REFUSED, EventKind.COMPLETED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.CANCELLED): refuses(Reason.RIDE_REFUSED),
    (RideState.REFUSED, EventKind.ADJUSTED): _not_supported,
}
