"""Plays what happens to the cards of a history and to their rides, by the use cases themselves.

It owns what each card's code is, which rides were approved and how they ended. Several threads may
play cards side by side; the steps of one card are played in order. A step that was played before
meets its own effect, so a history that was cut short is played again from its beginning.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from farechance.callbacks import (
    RideAdjusted,
    RideCallback,
    RideCancelled,
    RideCompleted,
    RideRequested,
)
from farechance.times import instant_text
from farechance.told import Told
from farechance.voucher_acts import ActReason
from infra.local.client import Refused
from infra.local.history_plan import Act, Card, Step
from infra.local.history_stage import PROVIDER_ID, Stage
from infra.local.rides import RealRide
from operations.act_on_voucher import (
    VoucherCall,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.record_ride_event import record_ride_event
from operations.reissue_voucher import reissue_voucher

REASONS = {
    Act.REISSUE: ActReason.LOST,
    Act.BLOCK: ActReason.LOST,
    Act.UNBLOCK: ActReason.FOUND,
    Act.REVOKE: ActReason.NO_LONGER_NEEDED,
}


class Player:
    """Plays on one stage. `told` counts the answers to first messages: `approved`, `captured`, a
    reason."""

    def __init__(self, stage: Stage) -> None:
        self.told: Counter[str] = Counter()
        self._stage = stage
        self._vouchers: dict[Card, tuple[str, str, datetime]] = {}
        self._participants: dict[tuple[str, int], str] = {}
        self._approved: dict[int, str] = {}
        self._completed: dict[int, datetime] = {}

    def enrolled(self, partner_id: str, person: int, participant_id: str) -> None:
        """A person whom a card may be handed to."""
        self._participants[partner_id, person] = participant_id

    def minted(self, card: Card, voucher_id: str, code: str, expires_at: datetime) -> None:
        """A card that rides from now on."""
        self._vouchers[card] = voucher_id, code, expires_at

    def participant(self, partner_id: str, person: int) -> str:
        """A person's id, by her number with her partner."""
        return self._participants[partner_id, person]

    def participant_of(self, card: Card) -> str:
        """For whom a card is, or to whom it is handed later."""
        return self.participant(card.promise.partner_id, card.person or 0)

    def play(self, steps: list[Step]) -> int:
        """Some steps of one card; how many rides were asked for. Raises Refused if the system does
        what the plan doesn't expect."""
        for step in steps:
            if step.ride is None:
                self._act(step)
            elif step.act is Act.REQUEST:
                self._request(step, step.ride)
            elif step.act in (Act.COMPLETE, Act.CANCEL):
                self._end(step, step.ride)
            elif step.ride.number in self._completed:
                self._follow(step, step.ride)
        return sum(step.act is Act.REQUEST for step in steps)

    def _request(self, step: Step, ride: RealRide) -> None:
        is_late = ride.number % 307 == 100
        told = self._records(
            RideRequested(
                ride_id=ride_id(ride.number),
                voucher_code=self._vouchers[step.card][1],
                estimated_fare_cents=ride.estimated_fare_cents,
                currency="USD",
                requested_at=step.at - timedelta(minutes=10 if is_late else 0),
            ),
            step.at,
        )
        if told.answer["decision"] == "approved":
            self._approved[ride.number] = told.answer["authorization_id"]

    def _end(self, step: Step, ride: RealRide) -> None:
        if ride.number not in self._approved:
            return
        if step.act is Act.COMPLETE:
            self._completed[ride.number] = step.at
            self._records(self._completion(ride), step.at)
            return
        self._records(
            RideCancelled(
                ride_id=ride_id(ride.number),
                authorization_id=self._approved[ride.number],
                cancelled_at=step.at,
                cancellation_fee_cents=step.fare_cents,
            ),
            step.at,
        )

    def _follow(self, step: Step, ride: RealRide) -> None:
        """What follows a completed ride."""
        if step.act is Act.CONTRADICT:
            told = self._records(self._completion(ride, more_cents=100), step.at)
            _expect(told.answer["reason"] == "event_conflict", "a contradiction was taken")
        elif step.act is Act.REPEAT:
            told = self._records(self._completion(ride), step.at)
            _expect(told.is_replay, "a repeat wasn't known as one")
        else:
            fields: dict[str, Any] = {"why": step.why}
            self._records(
                RideAdjusted(
                    ride_id=ride_id(ride.number),
                    authorization_id=self._approved[ride.number],
                    adjustment_id=step.why,
                    fare_cents=step.fare_cents,
                    adjusted_at=step.at,
                    **fields,
                ),
                step.at,
            )

    def _completion(self, ride: RealRide, more_cents: int = 0) -> RideCompleted:
        return RideCompleted(
            ride_id=ride_id(ride.number),
            authorization_id=self._approved[ride.number],
            fare_cents=ride.total_cents + more_cents,
            tip_cents=ride.tip_cents,
            currency="USD",
            completed_at=ride.dropped_off_at,
        )

    def _records(self, callback: RideCallback, at: datetime) -> Told:
        stage = self._stage
        told = record_ride_event(
            callback.event(PROVIDER_ID, at),
            store=stage.store,
            remembered=stage.remembered,
            code_keys=stage.code_keys,
            clock=lambda: at,
        )
        if not told.is_replay:
            said = told.answer.get("decision") or told.answer["outcome"]
            self.told[told.reason.value if told.reason else said] += 1
        return told

    def _act(self, step: Step) -> None:
        voucher_id, _, expires_at = self._vouchers[step.card]
        tools = self._stage.tools(step.at)
        if step.act is Act.ASSIGN:
            participant_id = self.participant_of(step.card)
            call = _call(step, voucher_id, participant_id=participant_id)
            assign_voucher(call, participant_id, tools)
        elif step.act is Act.REISSUE:
            answer, _ = reissue_voucher(_call(step, voucher_id), tools, codes_too=True)
            self._vouchers[step.card] = answer["successor_id"], answer["code"], expires_at
        elif step.act is Act.EXTEND:
            later = expires_at + timedelta(days=7)
            extend_voucher(_call(step, voucher_id, expires_at=instant_text(later)), later, tools)
        elif step.act is Act.BLOCK:
            block_voucher(_call(step, voucher_id), tools)
        elif step.act is Act.UNBLOCK:
            unblock_voucher(_call(step, voucher_id), tools)
        else:
            revoke_voucher(_call(step, voucher_id), tools)


def _call(step: Step, voucher_id: str, **content: Any) -> VoucherCall:
    """The reason is no part of what a repeat is known by here: it follows from the act."""
    return VoucherCall(
        voucher_id=voucher_id,
        partner_id=step.card.promise.partner_id,
        idempotency_key=f"history-{step.act.name.lower()}",
        content={"act": step.act.name.lower(), **content},
        reason=REASONS.get(step.act),
    )


def ride_id(number: int) -> str:
    """The ride company's own name for a ride."""
    return f"2019-03-{number:04d}"


def _expect(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise Refused(otherwise)
