"""The writes of a ride's event: voucher, ride and entry; before them, for each hold that is let go
or replaced, its ride and its entry."""

from collections.abc import Mapping
from typing import Any

from farechance.ledger import Facts, Kind
from farechance.ride_case import Case, Outcome, owed_by
from farechance.rides import EventKind, Ride
from farechance.store import Write, keys, writes
from farechance.times import local_day
from farechance.voucher_acts import Act
from operations.change_voucher import act_writes, lapse_writes, replace_writes

_KINDS: Mapping[EventKind, Kind] = {
    EventKind.REQUESTED: Kind.RIDE_REQUESTED,
    EventKind.COMPLETED: Kind.RIDE_COMPLETED,
    EventKind.CANCELLED: Kind.RIDE_CANCELLED,
    EventKind.ADJUSTED: Kind.RIDE_ADJUSTED,
}


def ride_writes(
    case: Case,
    outcome: Outcome,
    answer: Mapping[str, Any],
    identity: str,
    content_digest: str,
    *,
    is_conflict: bool,
    command_id: str | None = None,
) -> list[Write]:
    """All of one transaction; `identity` names the event's own entry, `content_digest` tells
    its content, `command_id` names the admin command that it comes from, if it isn't the provider's
    own message."""
    before, known_ride = case.voucher, case.known_ride
    made: list[Write] = []
    if outcome.replaced and case.replaced_ride is not None:
        before, some = replace_writes(before, case.replaced_ride, case.rules, case.now)
        made += some
    for ride_key in outcome.let_go:
        before, some = lapse_writes(before, ride_key, case.rules, case.now)
        made += some
    act = Act(
        Kind.RIDE_CONFLICT if is_conflict else _KINDS[case.event.kind],
        outcome.voucher.model_copy(update={"chain": before.chain}) if made else outcome.voucher,
        outcome.changes,
        facts=_facts(case, outcome, known_ride, command_id),
    )
    made += act_writes(
        case.voucher,
        act,
        identity,
        case.rules,
        case.now,
        answer=answer,
        content_digest=content_digest,
    )
    own_ride = keys.ride(case.event.ride_key)
    if outcome.ride == known_ride:
        return made
    if case.ride is None:
        return [*made, writes.put_new(own_ride, outcome.ride)]
    return [*made, writes.change(own_ride, case.ride, outcome.ride)]


def _facts(case: Case, outcome: Outcome, known_ride: Ride, command_id: str | None) -> Facts:
    event, ride = case.event, outcome.ride
    # An adjustment may come in another month than the ride that it is about.
    day = ride.completed_at if event.kind is EventKind.ADJUSTED else event.pickup_at
    own_fare_cents = event.fare_cents - event.tip_cents
    counts = event.kind is EventKind.COMPLETED and outcome.reason is None and ride.counted
    # A fee's own entry says so by its kind.
    is_fee = event.kind is EventKind.ADJUSTED and ride.fee_cap_cents is not None
    return Facts(
        provider_id=event.provider_id,
        ride_day=local_day(day or event.at, case.rules.zone),
        reason=outcome.reason and outcome.reason.value,
        fare_cents=own_fare_cents if outcome.fare_cents is None else outcome.fare_cents,
        tip_cents=event.tip_cents or None,
        overage_cents=outcome.overage_cents or None,
        overage_owed_by=owed_by(case, outcome.overage_cents),
        shortfall_cents=outcome.shortfall_cents or None,
        owed_cents=(ride.owed_cents - known_ride.owed_cents) or None,
        counted=True if counts else None,
        of_fee=True if is_fee else None,
        command_id=command_id,
    )
