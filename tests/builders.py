"""Builders of test data: each makes one valid thing; a test names only what matters to it."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from math import degrees
from typing import Any

from pydantic import BaseModel

from farechance.batch_api import BatchRequest, BatchRow
from farechance.callbacks import (
    RideAdjusted,
    RideCallback,
    RideCancelled,
    RideCompleted,
    RideRequested,
)
from farechance.edge import requests, strict_json
from farechance.enrollment_api import EnrollmentRequest
from farechance.errors import FieldErrors
from farechance.ledger import Account
from farechance.participants import Attestation, Consent
from farechance.partner_api import MintRequest
from farechance.places import EARTH_RADIUS_METERS, NOWHERE, Place, Trip
from farechance.programs import (
    Partner,
    PartnerStatus,
    PurposeRule,
    Rules,
    ServiceArea,
    Status,
    WeeklyHours,
)
from farechance.ride_case import Case, Outcome
from farechance.ride_table import decide
from farechance.rides import Ride, RideEvent, RideState
from farechance.vouchers import Approval, Hold, Reason, Terms, Voucher, judge_request

NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""A Monday, noon in New York."""

CODE_KEYS = {"1": "a key that only tests know, long enough to be one"}
PROGRAM, PARTNER, OTHER_PARTNER = "prg_harbor", "org_second_start", "org_new_leaf"
PROVIDER, OTHER_PROVIDER = "pvd_city_cabs", "pvd_other_cabs"
RIDE_KEY = f"{PROVIDER}#ride-1"


def rules(**changes: Any) -> Rules:
    """Two rides of half the value each, a week, New York."""
    fields: dict[str, Any] = {
        "time_zone": "America/New_York",
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2026, 12, 31),
        "max_value_cents": 10_000,
        "valid_days": 7,
        "purposes": (PurposeRule(name="job_interview"), PurposeRule(name="family")),
        "provider_ids": (PROVIDER,),
        "rider_facing_name": "City Rides",
    }
    return Rules(**{**fields, **changes})


def terms(**changes: Any) -> Terms:
    """Everything active; `changes` are the rules'."""
    return Terms(rules(**changes), Status.ACTIVE, PartnerStatus.ACTIVE)


def area(radius_meters: int = 5_000, **changes: Any) -> ServiceArea:
    """A circle around the middle of a city."""
    fields: dict[str, Any] = {"latitude": 40.7, "longitude": -74.0}
    return ServiceArea(radius_meters=radius_meters, **{**fields, **changes})


def north(meters: float) -> Place:
    """A place so far to the north of the middle of `area`."""
    return Place(latitude=40.7 + degrees(meters / EARTH_RADIUS_METERS), longitude=-74.0)


def hours(weekday: str, begin: str, end: str) -> WeeklyHours:
    """Hours of one weekday."""
    return WeeklyHours.model_validate({"weekday": weekday, "from": begin, "to": end})


def voucher(**changes: Any) -> Voucher:
    """40.00 for two rides of 20.00, a week from NOON, unassigned."""
    fields: dict[str, Any] = {
        "voucher_key": "k" * 32,
        "voucher_id": "vch_1" + "v" * 25,
        "program_id": PROGRAM,
        "partner_id": PARTNER,
        "rules_version": 1,
        "purpose": "job_interview",
        "language": "en",
        "last4": "7KDM",
        "value_cents": 4_000,
        "cap_cents": 2_000,
        "max_rides": 2,
        "available_cents": 4_000,
        "valid_from": NOON,
        "expires_at": NOON + timedelta(days=7),
        "minted_at": NOON,
    }
    return Voucher(**{**fields, **changes})


def hold(cents: int = 1_500, *, hours: float = 24) -> Hold:
    """A hold that lasts until some hours from NOON; a dead one if they are not above 0."""
    return Hold(cents=cents, expires_at=NOON + timedelta(hours=hours))


def with_open_hold(**changes: Any) -> Voucher:
    """A voucher with 25.00 available, and 15.00 held for a ride under way."""
    fields: dict[str, Any] = {
        "available_cents": 2_500,
        "last_hold_expires_at": hold().expires_at,
        **changes,
    }
    return voucher_with_holds({RIDE_KEY: hold(1_500)}, **fields)


def ride(**changes: Any) -> Ride:
    """A ride of the voucher about which nothing has been said."""
    fields: dict[str, Any] = {
        "provider_id": PROVIDER,
        "ride_id": "ride-1",
        "voucher_key": "k" * 32,
        "voucher_id": "vch_1" + "v" * 25,
        "state": RideState.NONE,
    }
    return Ride(**{**fields, **changes})


def held(cents: int = 1_500, *, hours: float = 24, **changes: Any) -> tuple[Voucher, Ride]:
    """A voucher with one open hold, and the ride that it is for."""
    one = hold(cents, hours=hours)
    fields: dict[str, Any] = {
        "available_cents": 4_000 - cents,
        "held_cents": cents,
        "holds": {RIDE_KEY: one},
        "last_hold_expires_at": one.expires_at,
    }
    held_ride = ride(
        state=RideState.HELD,
        hold_cents=cents,
        hold_expires_at=one.expires_at,
        fare_cents=cents,
    )
    return voucher(**{**fields, **changes}), held_ride


def lapsed(promised_cents: int = 1_500, **changes: Any) -> tuple[Voucher, Ride]:
    """A voucher, and a ride of it whose hold was let go."""
    let_go = ride(state=RideState.LAPSED, promised_cents=promised_cents, fare_cents=promised_cents)
    return voucher(**changes), let_go


def captured(cents: int = 1_500, **changes: Any) -> tuple[Voucher, Ride]:
    """A voucher that paid one ride at NOON, and the ride."""
    fields: dict[str, Any] = {
        "available_cents": 4_000 - cents,
        "spent_cents": cents,
        "rides_counted": 1,
        "last_captured_at": NOON,
    }
    paid = ride(
        state=RideState.CAPTURED,
        fare_cents=cents,
        captured_cents=cents,
        counted=True,
        completed_at=NOON,
    )
    return voucher(**{**fields, **changes}), paid


def partner(**changes: Any) -> Partner:
    """An organisation with a help line."""
    fields: dict[str, Any] = {
        "partner_id": PARTNER,
        "name": "Second Start",
        "help_name": "Second Start",
        "help_phone": "555-0100",
        "client_ids": ("client-1",),
        "cursor_key": "a key that only tests know",
    }
    return Partner(**{**fields, **changes})


def enrollment(**changes: Any) -> EnrollmentRequest:
    """A person who agreed to be enrolled."""
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "external_ref": "case-1",
        "language": "en",
        "attestation": Attestation(eligible=True, attested_by="staff-7", attested_on=NOON.date()),
        "consent": Consent(
            text_version="2026-01", language="en", granted_at=NOON, uses=("enrollment",)
        ),
    }
    return EnrollmentRequest(**{**fields, **changes})


def mint_request(**changes: Any) -> MintRequest:
    """One unassigned voucher of 40.00."""
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "purpose": "job_interview",
        "value_cents": 4_000,
    }
    if "participant_ids" not in changes:
        fields["unassigned"] = 1
    return MintRequest(**{**fields, **changes})


def batch_request(*references: str, **changes: Any) -> BatchRequest:
    """Vouchers of 40.00: one for each reference, or two unassigned ones."""
    fields: dict[str, Any] = {
        "program_id": PROGRAM,
        "purpose": "job_interview",
        "value_cents": 4_000,
        "rows": tuple(BatchRow(external_ref=one) for one in references),
    }
    if not references and "rows" not in changes:
        fields["unassigned"] = 2
    return BatchRequest(**{**fields, **changes})


def requested(at: datetime = NOON, **changes: Any) -> RideEvent:
    """A request for a ride of about 15.00, made at `at`."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": "any",
        "estimated_fare_cents": 1_500,
        "currency": "USD",
        "requested_at": at,
    }
    return _event(RideRequested(**{**fields, **changes}), at)


def completed(at: datetime = NOON, **changes: Any) -> RideEvent:
    """The same ride, made for 15.00."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": "any",
        "fare_cents": 1_500,
        "currency": "USD",
        "completed_at": at,
    }
    return _event(RideCompleted(**{**fields, **changes}), at)


def cancelled(at: datetime = NOON, **changes: Any) -> RideEvent:
    """The same ride, cancelled."""
    fields: dict[str, Any] = {"ride_id": "ride-1", "voucher_code": "any", "cancelled_at": at}
    return _event(RideCancelled(**{**fields, **changes}), at)


def adjusted(at: datetime = NOON, **changes: Any) -> RideEvent:
    """The same ride, corrected to 17.00."""
    fields: dict[str, Any] = {
        "ride_id": "ride-1",
        "voucher_code": "any",
        "adjustment_id": "adjustment-1",
        "fare_cents": 1_700,
        "adjusted_at": at,
        "why": "correction",
    }
    return _event(RideAdjusted(**{**fields, **changes}), at)


def voucher_with_holds(holds: Mapping[str, Hold], **changes: Any) -> Voucher:
    """A voucher with these open holds beside what is available."""
    held_cents = sum(one.cents for one in holds.values())
    return voucher(**{"holds": dict(holds), "held_cents": held_cents, **changes})


def judged(
    asked: Voucher | None = None,
    cents: int = 1_500,
    *,
    terms_now: Terms | None = None,
    pickup_at: datetime | None = None,
    now: datetime = NOON,
    trip: Trip = NOWHERE,
) -> Approval | Reason:
    """What a request for a ride is told, by default of a new voucher at NOON."""
    return judge_request(asked or voucher(), terms_now or terms(), cents, pickup_at, now, trip=trip)


def approved(judgement: Approval | Reason) -> Approval:
    """The approval, if it is one."""
    assert isinstance(judgement, Approval), judgement
    return judgement


def decided(
    event: RideEvent,
    voucher_before: Voucher | None = None,
    ride_before: Ride | None = None,
    *,
    now: datetime = NOON,
    terms_now: Terms | None = None,
    **rule_changes: Any,
) -> Outcome:
    """What the ride table decides about an event, by default of a new ride at NOON."""
    return decide(
        Case(
            voucher_before or voucher(),
            ride_before,
            event,
            terms_now or terms(**rule_changes),
            now,
        )
    )


def amounts(outcome: Outcome) -> dict[str, Any]:
    """What an answer says of money, without what is 0."""
    return {name: value for name, value in outcome.answer.items() if "cents" in name and value}


def in_turn(voucher: Voucher, ride: Ride, *events: RideEvent, now: datetime = NOON) -> Outcome:
    """The outcome of the last of some events, each upon what the one before it made."""
    outcome: Outcome | None = None
    for event in events:
        outcome = decided(event, voucher, ride, now=now)
        voucher, ride = outcome.voucher, outcome.ride
    assert outcome is not None
    return outcome


def other_than(before: Voucher, after: Voucher) -> dict[str, Any]:
    """What of a voucher is other than before, beside its version."""
    old, new = dict(before), dict(after)
    return {name: new[name] for name in new if new[name] != old[name] and name != "version"}


def moved(outcome: Outcome) -> dict[Account, int]:
    """What an event's own entry moves, without what is 0."""
    return {account: cents for account, cents in outcome.changes.items() if cents}


def refusals(model: type[BaseModel], body: Mapping[str, Any]) -> dict[str, str]:
    """Why a body is refused, as the doors read it: words by pointer; empty if it is taken."""
    try:
        requests.parsed(model, strict_json.read(json.dumps(body).encode()))
    except FieldErrors as wrong:
        return {one.pointer: one.detail for one in wrong.errors}
    return {}


def _event(callback: RideCallback, now: datetime) -> RideEvent:
    return callback.event(PROVIDER, now)
