"""Plays a ride company on a trial stack: a request, and what became of the ride, by the use cases
that a company's own messages take, so that a partner's developer sees a ride happen to her voucher.
It must never run where rides are real.

Each message is a transaction of its own. A command that was cut short goes on where it stopped:
what it has told already, it finds under the ride's id, which follows from the command's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from farechance.callbacks import VoucherChecked
from farechance.codes import CodeKeys, code_of
from farechance.commands import SimulateRide
from farechance.errors import NotFound, StateForbids
from farechance.identifiers import Environment
from farechance.money import dollars
from farechance.places import NOWHERE, Place, Trip
from farechance.programs import PartnerStatus, Rules
from farechance.ride_case import Outcome
from farechance.rides import EventKind, RideEvent, simulated_ride_id
from farechance.store import Remembered, Store, keys
from farechance.vouchers import Reason, Voucher
from operations.administration_plan import Plan
from operations.check_voucher import check_voucher
from operations.find_voucher import find_voucher
from operations.read_terms import read_terms
from operations.record_ride_event import record_ride_event, with_ids


class _ToldBefore(Exception):
    """The same message was on record, at another time, when this one was decided."""


def simulate_ride(
    command: SimulateRide,
    *,
    environment: Environment,
    store: Store,
    remembered: Remembered,
    code_keys: CodeKeys,
    clock: Callable[[], datetime],
) -> Plan:
    """Raises StateForbids (`trial_only`), NotFound. Playing it also raises StateForbids
    (`command_id_reused`)."""
    if environment != "trial":
        raise StateForbids("trial_only", {"environment": environment})
    voucher = find_voucher(command.voucher_id, command.partner_id, store=store, code_keys=code_keys)
    provider_key = keys.provider(command.provider_id)
    provider = store.read(provider_key)[provider_key]
    if provider is None or provider.status is not PartnerStatus.ACTIVE:
        raise NotFound("provider", command.provider_id)
    now = clock()
    rules = read_terms(voucher, remembered, now).rules
    # The code follows from the id, so a request names the voucher as a rider does.
    code = str(code_of(code_keys, command.voucher_id))
    if command.dry_run:
        trip = _trip(rules)
        asked = VoucherChecked(
            voucher_code=code,
            estimated_fare_cents=command.estimated_fare_cents,
            pickup=trip.pickup,
            dropoff=trip.dropoff,
        )
        told = check_voucher(
            asked,
            command.provider_id,
            store=store,
            remembered=remembered,
            code_keys=code_keys,
            now=now,
        )
        words = _requested(command, told.answer)
        return Plan(answer={"in_words": words, "answer_to_request": told.answer})
    play = _Play(command, voucher, code, rules, store, remembered, code_keys, clock)
    return Plan(answer={}, prepare=play.out)


@dataclass(frozen=True, slots=True)
class _Play:
    """One ride, from the request to what became of it."""

    command: SimulateRide
    voucher: Voucher
    code: str
    rules: Rules
    store: Store
    remembered: Remembered
    code_keys: CodeKeys
    clock: Callable[[], datetime]

    def out(self) -> dict[str, Any]:
        """Every message in its order, and what each was answered."""
        command = self.command
        asked = self._tell(EventKind.REQUESTED, command.estimated_fare_cents)
        words = [_requested(command, asked)]
        answers = {"answer_to_request": asked}
        if asked["decision"] == "approved":
            match command.outcome:
                case "completed":
                    fare = command.fare_cents
                    fare = command.estimated_fare_cents if fare is None else fare
                    told = self._tell(EventKind.COMPLETED, fare)
                    words.append(_completed(fare, told))
                    answers["answer_to_event"] = told
                case "cancelled":
                    told = self._tell(EventKind.CANCELLED, 0)
                    words.append(_cancelled(told))
                    answers["answer_to_event"] = told
                case "under_way":
                    words.append("The ride is left under way.")
        return {
            "in_words": " ".join(words),
            "ride_id": simulated_ride_id(command.command_id),
            "provider_id": command.provider_id,
            "voucher_id": command.voucher_id,
            **answers,
        }

    def _tell(self, kind: EventKind, cents: int) -> dict[str, Any]:
        event = self._event(kind, cents)
        before = self._before(event)
        if before is not None:
            return before
        try:
            told = record_ride_event(
                event,
                store=self.store,
                remembered=self.remembered,
                code_keys=self.code_keys,
                clock=self.clock,
                command_id=self.command.command_id,
                check=_is_first,
            )
        except _ToldBefore:
            # By the same command, sent twice at once.
            return self._tell(kind, cents)
        return _in_order(told.answer)

    def _before(self, event: RideEvent) -> dict[str, Any] | None:
        """What this very command was answered before it was cut short. A message's time is the
        moment at which it is made, so a second one would be a conflict."""
        key = keys.entry(keys.voucher_account(self.voucher.voucher_key), event.identity)
        first = self.store.read(key)[key]
        if first is None or first.answer is None:
            return None
        if (first.command_id, first.fare_cents) != (self.command.command_id, event.fare_cents):
            raise StateForbids("command_id_reused", {"command_id": self.command.command_id})
        return _in_order(with_ids(first.answer, self.voucher, event))

    def _event(self, kind: EventKind, cents: int) -> RideEvent:
        is_request = kind is EventKind.REQUESTED
        return RideEvent(
            kind=kind,
            provider_id=self.command.provider_id,
            ride_id=simulated_ride_id(self.command.command_id),
            voucher_code=self.code,
            at=self.clock(),
            fare_cents=cents,
            currency=None if kind is EventKind.CANCELLED else self.rules.currency,
            trip=_trip(self.rules) if is_request else NOWHERE,
        )


def _in_order(answer: Mapping[str, Any]) -> dict[str, Any]:
    """By name: what comes back from the ledger has lost the order in which it was told."""
    return dict(sorted(answer.items()))


def _is_first(outcome: Outcome) -> None:
    """Raises _ToldBefore before a conflict is written."""
    if outcome.reason is Reason.EVENT_CONFLICT:
        raise _ToldBefore


def _trip(rules: Rules) -> Trip:
    """Within the programme's first circle, if it has one."""
    if not rules.service_areas:
        return NOWHERE
    middle = Place(
        latitude=rules.service_areas[0].latitude, longitude=rules.service_areas[0].longitude
    )
    return Trip(middle, middle)


def _requested(command: SimulateRide, answer: Mapping[str, Any]) -> str:
    asked = (
        f"{command.provider_id} asks for a ride of {dollars(command.estimated_fare_cents)} with "
        f"{command.voucher_id}"
    )
    reads = f'The rider reads: "{answer["rider_message"]["text"]}"'
    if answer["decision"] == "declined":
        return f"{asked}. It is declined ({answer['reason']}). {reads}."
    return f"{asked}. It is approved, and {dollars(answer['held_cents'])} is held. {reads}."


def _completed(fare_cents: int, answer: Mapping[str, Any]) -> str:
    if answer["outcome"] == "refused":
        return f"Its fare of {dollars(fare_cents)} is refused ({answer['reason']})."
    paid = f"It is made for {dollars(fare_cents)}, of which the voucher pays "
    paid += f"{dollars(answer['captured_cents'])}."
    if answer["overage_cents"]:
        paid += f" {dollars(answer['overage_cents'])} isn't covered."
    return paid


def _cancelled(answer: Mapping[str, Any]) -> str:
    if answer["outcome"] == "refused":
        return f"Its cancellation is refused ({answer['reason']})."
    return f"It is cancelled, and {dollars(answer['released_cents'])} is free again."
