"""What an event of a ride is known by: its identity for ever, its content to tell a repeat from a
conflict, and the authorization that leads to its voucher."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON, OTHER_PROVIDER, PROVIDER, RIDE_KEY
from farechance.callbacks import RideRequested
from farechance.edge import requests
from farechance.rides import EventKind, RideEvent, RideState, authorization_id, voucher_key_of

VOUCHER_KEY = "k" * 32


def test_an_event_is_known_by_its_provider_ride_and_kind_for_ever() -> None:
    identities = [
        builders.requested().identity,
        builders.completed().identity,
        builders.cancelled().identity,
        builders.requested(ride_id="ride-2").identity,
        replace(builders.requested(), provider_id=OTHER_PROVIDER).identity,
        builders.adjusted(adjustment_id="a").identity,
        builders.adjusted(adjustment_id="b").identity,
    ]

    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize(
    "changes",
    [
        {"fare_cents": 1},
        {"at": NOON + timedelta(days=1)},
        {"currency": "EUR"},
        {"tip_cents": 1},
        {"authorization_id": "aut_1"},
        {"voucher_code": "other"},
        {"requested_at": NOON},
    ],
)
def test_what_an_event_says_is_no_part_of_its_identity(changes: dict[str, Any]) -> None:
    event = builders.completed()

    assert replace(event, **changes).identity == event.identity


def test_no_two_rides_share_an_identity_whatever_their_names() -> None:
    events = [builders.completed(ride_id=name) for name in ("1", "ride", "a:b", "a|b", "completed")]

    assert len({event.identity for event in events}) == len(events)
    assert all(event.identity.count("#") == 3 for event in events)


CONTENT: list[dict[str, Any]] = [
    {"fare_cents": 1_501},
    {"tip_cents": 1},
    {"currency": "EUR"},
    {"at": NOON + timedelta(milliseconds=1)},
    {"requested_at": NOON},
    {"pickup_at": NOON},
    {"replaces_ride_id": "ride-0"},
    {"why": "toll"},
]


@pytest.mark.parametrize("changes", CONTENT, ids=lambda one: next(iter(one)))
def test_other_amounts_currencies_times_or_whys_are_other_content(changes: dict[str, Any]) -> None:
    event = builders.completed()

    assert replace(event, **changes).content_digest != event.content_digest


def test_each_kind_of_other_content_is_another() -> None:
    digests = {replace(builders.completed(), **changes).content_digest for changes in CONTENT}

    assert len(digests) == len(CONTENT)


@pytest.mark.parametrize(
    "changes", [{"authorization_id": "aut_1"}, {"voucher_code": "other"}, {"voucher_code": None}]
)
def test_how_the_voucher_is_named_is_no_part_of_the_content(changes: dict[str, Any]) -> None:
    event = builders.completed()

    assert replace(event, **changes).content_digest == event.content_digest


def test_contents_are_compared_as_values_and_not_as_they_are_written() -> None:
    body = {
        "ride_id": "ride-1",
        "voucher_code": "1ABC",
        "estimated_fare_cents": 1_500,
        "currency": "USD",
        "requested_at": "2026-03-02T17:00:00Z",
    }
    other_zone = {**body, "requested_at": "2026-03-02T12:00:00.000400-05:00"}
    with_more = {**body, "pickup": {"latitude": 1.5, "longitude": 2}, "booked_by": "staff", "x": 1}

    def digest(sent: dict[str, Any]) -> str:
        return requests.parsed(RideRequested, sent).event(PROVIDER, NOON).content_digest

    assert digest(other_zone) == digest(body)
    assert digest(with_more) == digest(body)


def test_an_authorization_leads_to_its_voucher() -> None:
    authorization = authorization_id(VOUCHER_KEY, RIDE_KEY)

    assert authorization.startswith("aut_")
    assert len(authorization) <= 64
    assert voucher_key_of(authorization, RIDE_KEY) == VOUCHER_KEY


def test_an_authorization_opens_no_other_ride() -> None:
    authorization = authorization_id(VOUCHER_KEY, RIDE_KEY)

    assert voucher_key_of(authorization, f"{PROVIDER}#ride-2") is None
    assert voucher_key_of(authorization, f"{OTHER_PROVIDER}#ride-1") is None


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "aut_",
        "aut_" + "k" * 44,
        "k" * 44,
        authorization_id(VOUCHER_KEY, RIDE_KEY)[:-1],
        authorization_id(VOUCHER_KEY, RIDE_KEY)[4:],
        authorization_id(VOUCHER_KEY, RIDE_KEY).upper(),
        authorization_id("j" + VOUCHER_KEY[1:], RIDE_KEY)[:-12] + "0" * 12,
    ],
)
def test_what_was_never_given_is_no_authorization(authorization: str) -> None:
    assert voucher_key_of(authorization, RIDE_KEY) is None


def test_the_states_and_events_of_a_ride_are_those_of_the_design() -> None:
    assert {state.value for state in RideState} == {
        "none",
        "held",
        "captured",
        "voided",
        "lapsed",
        "declined",
        "refused",
    }
    assert {kind.value for kind in EventKind} == {
        "requested",
        "completed",
        "cancelled",
        "adjusted",
    }


def test_of_a_new_ride_nothing_is_held_paid_owed_or_counted() -> None:
    new = builders.ride().model_dump(
        exclude={"provider_id", "ride_id", "voucher_key", "voucher_id"}
    )

    assert new == {
        "state": RideState.NONE,
        "hold_cents": 0,
        "hold_expires_at": None,
        "promised_cents": 0,
        "fare_cents": 0,
        "captured_cents": 0,
        "overage_cents": 0,
        "overage_owed_by": None,
        "shortfall_cents": 0,
        "refused_cents": 0,
        "accepted_cents": 0,
        "accepted_overage_cents": 0,
        "written_off_cents": 0,
        "counted": False,
        "fee_cap_cents": None,
        "ceiling_cents": None,
        "adjustment": None,
        "completed_at": None,
        "version": 1,
    }


def test_an_event_names_its_ride_among_all_providers() -> None:
    event: RideEvent = builders.requested()

    assert event.ride_key == RIDE_KEY
