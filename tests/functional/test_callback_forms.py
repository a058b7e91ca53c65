"""The form of callbacks: what is wrong is told where it stands, what is unknown is dropped and
counted, and places are never kept."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from functional.bodies import cancelled, completed, requested, rfc3339
from functional.players import Partner, Provider, mint_code
from functional.stack import Stack

Change = Callable[[dict[str, Any]], object]

REQUESTED = [
    ("/data/requested_at", lambda it: it.update(requested_at=rfc3339(minutes=6))),
    ("/data/requested_at", lambda it: it.update(requested_at="2026-03-01 10:00:00Z")),
    ("/data/requested_at", lambda it: it.pop("requested_at")),
    ("/data/pickup_at", lambda it: it.update(pickup_at=rfc3339(days=31))),
    ("/data/estimated_fare_cents", lambda it: it.update(estimated_fare_cents=0)),
    ("/data/estimated_fare_cents", lambda it: it.update(estimated_fare_cents="1500")),
    ("/data/estimated_fare_cents", lambda it: it.update(estimated_fare_cents=1500.0)),
    ("/data/estimated_fare_cents", lambda it: it.update(estimated_fare_cents=1_000_001)),
    ("/data/currency", lambda it: it.update(currency="usd")),
    ("/data/ride_id", lambda it: it.update(ride_id="ride#1")),
    ("/data/ride_id", lambda it: it.update(ride_id="")),
    ("/data/ride_id", lambda it: it.update(ride_id="r" * 65)),
    ("/data/voucher_code", lambda it: it.update(voucher_code="")),
    ("/data/voucher_code", lambda it: it.update(voucher_code="1" * 65)),
    ("/data/pickup/latitude", lambda it: it.update(pickup={"latitude": 91, "longitude": 0})),
    ("/data/booked_by", lambda it: it.update(booked_by="nobody")),
]
COMPLETED = [
    ("/data/completed_at", lambda it: it.update(completed_at=rfc3339(minutes=6))),
    ("/data/requested_at", lambda it: it.update(requested_at=rfc3339(minutes=6))),
    ("/data/fare_cents", lambda it: it.update(fare_cents=-1)),
    ("/data", lambda it: it.update(tip_cents=1_201)),
    ("/data", lambda it: it.pop("voucher_code")),
    ("/data/authorization_id", lambda it: it.update(authorization_id="aut_é")),
]
CANCELLED = [
    ("/data/cancelled_at", lambda it: it.update(cancelled_at=rfc3339(minutes=6))),
    ("/data/cancellation_fee_cents", lambda it: it.update(cancellation_fee_cents=1.5)),
    ("/data", lambda it: it.pop("voucher_code")),
]


@pytest.mark.parametrize(
    ("kind", "pointer", "change"),
    [
        *(("ride.requested", *case) for case in REQUESTED),
        *(("ride.completed", *case) for case in COMPLETED),
        *(("ride.cancelled", *case) for case in CANCELLED),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_field_is_told_where_it_stands(
    stack: Stack, partner: Partner, provider: Provider, kind: str, pointer: str, change: Change
) -> None:
    code = mint_code(partner)
    build = {
        "ride.requested": requested,
        "ride.completed": completed,
        "ride.cancelled": cancelled,
    }[kind]
    data = build(code)
    change(data)

    with stack.unchanged():
        answer = provider.tell(kind, data)

    answer.pointers(pointer)
    assert code not in answer.text


@pytest.mark.parametrize(
    ("pointer", "body"),
    [
        ("/type", {"timestamp": rfc3339(), "data": {}}),
        ("/type", {"type": "", "timestamp": rfc3339(), "data": {}}),
        ("/type", {"type": 7, "timestamp": rfc3339(), "data": {}}),
        ("/type", {"type": "x" * 1_001, "timestamp": rfc3339(), "data": {}}),
        ("/timestamp", {"type": "ride.requested", "data": {}}),
        ("/timestamp", {"type": "ride.requested", "timestamp": "now", "data": {}}),
        ("/timestamp", {"type": "ride.requested", "timestamp": rfc3339(hours=1), "data": {}}),
        ("/data", {"type": "ride.requested", "timestamp": rfc3339()}),
        ("/data", {"type": "ride.requested", "timestamp": rfc3339(), "data": []}),
    ],
    # Not by the bodies: their times differ from one worker of the tests to the next.
    ids=range(9),
)
def test_a_wrong_envelope_is_told_where_it_stands(
    stack: Stack, provider: Provider, pointer: str, body: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = provider.send(json.dumps(body).encode())

    answer.pointers(pointer)


@pytest.mark.parametrize(
    "body",
    [
        {"type": "webhook.test"},
        {"type": "webhook.test", "timestamp": "now", "data": "anything"},
        {"type": "driver.rated", "data": [1]},
        {"type": "x" * 65, "timestamp": None},
    ],
    ids=range(4),
)
def test_a_test_and_an_unknown_type_may_hold_anything(
    stack: Stack, provider: Provider, body: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = provider.send(json.dumps(body).encode())

    assert answer.status == 200
    assert answer.body["outcome"] == "ignored"


def test_unknown_fields_are_dropped_and_counted(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    more = {"driver_rating": 5, "vehicle": {"plate": "secret-plate"}, "notes": ["secret-note"]}

    answer = provider.tell("ride.requested", requested(code, **more), "authorizations")

    assert answer.body["decision"] == "approved"
    assert stack.counted()["FieldUnknown"] == 3
    stored = str(stack.world.everything())
    assert "secret-plate" not in stored
    assert "secret-note" not in stored
    assert "secret-plate" not in stack.log


def test_unknown_fields_are_no_part_of_what_tells_a_repeat_from_a_conflict(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    request = requested(mint_code(partner))
    provider.tell("ride.requested", request, "authorizations")

    with stack.unchanged():
        again = provider.tell("ride.requested", {**request, "eta": 4}, "authorizations")

    assert again.body["replayed"] is True


def test_places_are_taken_and_never_kept(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    places = {
        "pickup": {"latitude": 40.71234, "longitude": -74.00617, "address": "secret-street 1"},
        "dropoff": {"latitude": 40.75321, "longitude": -73.98765},
    }

    provider.tell("ride.requested", requested(code, **places), "authorizations")
    provider.tell("ride.completed", completed(code, **places, distance_meters=5_001))

    stored = str(stack.world.everything())
    for trace in ("40.71234", "74.00617", "73.98765", "secret-street", "5001"):
        assert trace not in stored
        assert trace not in stack.log
    assert stack.world.voucher(code).spent_cents == 1_200


def test_a_time_in_another_zone_is_the_same_moment(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    request = requested(mint_code(partner))
    provider.tell("ride.requested", request, "authorizations")
    moment = datetime.fromisoformat(request["requested_at"])
    elsewhere = moment.astimezone().isoformat()

    with stack.unchanged():
        again = provider.tell("ride.requested", {**request, "requested_at": elsewhere})

    assert again.body["replayed"] is True
