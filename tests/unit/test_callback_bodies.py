"""What a ride company sends, as it is read: strict in what we know, indifferent to the rest."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import BaseModel

from builders import NOON, PROVIDER, refusals
from farechance.callbacks import (
    RIDE_CALLBACKS,
    Callback,
    RideAdjusted,
    RideCancelled,
    RideCompleted,
    RideRequested,
    VoucherChecked,
)
from farechance.edge import requests
from farechance.errors import FieldErrors
from farechance.places import NOWHERE, Place, Trip
from farechance.rides import EventKind
from farechance.times import instant_text

AT = "2026-03-02T17:00:00Z"
REQUESTED: dict[str, Any] = {
    "ride_id": "ride-1",
    "voucher_code": "1ABC-DEFG-HJKM-NPQR",
    "estimated_fare_cents": 1_500,
    "currency": "USD",
    "requested_at": AT,
}
COMPLETED: dict[str, Any] = {
    "ride_id": "ride-1",
    "authorization_id": "aut_1",
    "fare_cents": 1_500,
    "currency": "USD",
    "completed_at": AT,
}
CANCELLED: dict[str, Any] = {
    "ride_id": "ride-1",
    "authorization_id": "aut_1",
    "cancelled_at": AT,
}
ADJUSTED: dict[str, Any] = {
    "ride_id": "ride-1",
    "authorization_id": "aut_1",
    "adjustment_id": "adjustment-1",
    "fare_cents": 1_700,
    "adjusted_at": AT,
    "why": "toll",
}
CHECKED: dict[str, Any] = {"voucher_code": "1ABC-DEFG-HJKM-NPQR"}
MODELS: dict[type[Any], dict[str, Any]] = {
    RideRequested: REQUESTED,
    RideCompleted: COMPLETED,
    RideCancelled: CANCELLED,
    RideAdjusted: ADJUSTED,
    VoucherChecked: CHECKED,
}
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)


def event_refusal(model: type[Any], body: dict[str, Any]) -> list[str]:
    """The pointers of times that cannot be, when the clock says NOON."""
    callback = requests.parsed(model, body)
    try:
        if model is VoucherChecked:
            callback.check_times(NOON)
        else:
            callback.event(PROVIDER, NOON)
    except FieldErrors as wrong:
        return [one.pointer for one in wrong.errors]
    return []


def test_the_kinds_of_ride_events_are_those_of_the_design() -> None:
    assert list(RIDE_CALLBACKS) == [
        "ride.requested",
        "ride.completed",
        "ride.cancelled",
        "ride.adjusted",
    ]


@each_model
def test_the_least_that_a_callback_needs_is_taken(model: type[Any]) -> None:
    assert refusals(model, MODELS[model]) == {}
    assert event_refusal(model, MODELS[model]) == []


@each_model
def test_each_field_that_a_callback_needs_is_needed(model: type[Any]) -> None:
    body = MODELS[model]

    for field in body:
        wrong = refusals(model, {name: body[name] for name in body if name != field})
        if field == "authorization_id":
            assert wrong == {"": "authorization_id or voucher_code is needed"}
        else:
            assert wrong == {f"/{field}": "is needed"}


@each_model
def test_fields_that_we_do_not_know_are_dropped(model: type[Any]) -> None:
    body = {**MODELS[model], "driver": "x", "vehicle": {"plate": "x"}, "route": [[1, 2]]}

    callback = requests.parsed(model, body)

    assert callback == requests.parsed(model, MODELS[model])
    assert "driver" not in callback.model_dump()


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (RideRequested, "estimated_fare_cents", ["1500", 1_500.0, True, 0, -1, 1_000_001, None]),
        (RideRequested, "currency", ["usd", "US", 840, None]),
        (RideRequested, "ride_id", ["", "a" * 65, "a#b", "a b", 7]),
        (RideRequested, "voucher_code", ["", "1" * 65, 1]),
        (RideRequested, "requested_at", ["2026-03-02", "now", 1_772_470_800, None]),
        (RideRequested, "pickup_at", ["2026-03-02T17:00:00", 0]),
        (RideRequested, "pickup", [{"latitude": 91, "longitude": 0}, [40.7, -74.0], "here"]),
        (RideRequested, "dropoff", [{"latitude": 0, "longitude": -180.5}, {"latitude": 0}]),
        (RideRequested, "pickup", [{"latitude": "40.7", "longitude": 0}]),
        (RideRequested, "pickup", [{"latitude": True, "longitude": 0}, {}]),
        (RideCompleted, "pickup", [{"latitude": -90.000_001, "longitude": 0}]),
        (RideCompleted, "dropoff", [{"latitude": 0, "longitude": 180.000_001}]),
        (VoucherChecked, "pickup", [{"latitude": None, "longitude": 0}]),
        (VoucherChecked, "dropoff", [{"latitude": 0, "longitude": [0]}]),
        (RideRequested, "booked_by", ["driver", ""]),
        (RideRequested, "replaces_ride_id", ["", "a#b"]),
        (RideCompleted, "fare_cents", ["1500", 1_500.0, True, -1, 1_000_001, None]),
        (RideCompleted, "tip_cents", ["1", 1.0, True, -1, None]),
        (RideCompleted, "distance_meters", [-1, 1.5, 10_000_001]),
        (RideCompleted, "authorization_id", ["", "a" * 65, "a#b"]),
        (RideCancelled, "cancellation_fee_cents", ["1", 1.0, True, -1, 1_000_001, None]),
        (RideAdjusted, "fare_cents", ["1", 1.0, True, -1]),
        (RideAdjusted, "why", ["", "because", "TOLL"]),
        (RideAdjusted, "adjustment_id", ["", "a#b", 1]),
        (VoucherChecked, "estimated_fare_cents", [0, "1", 1.0, True]),
    ],
)
def test_a_field_is_taken_only_as_what_it_is_and_within_its_bounds(
    model: type[Any], field: str, values: list[Any]
) -> None:
    for value in values:
        wrong = refusals(model, {**MODELS[model], field: value})
        assert wrong, value
        assert all(pointer.startswith(f"/{field}") for pointer in wrong), value


@pytest.mark.parametrize(
    "why", ["toll", "wait", "dispute", "correction", "refund", "tip", "damage"]
)
def test_an_adjustment_says_why(why: str) -> None:
    assert refusals(RideAdjusted, {**ADJUSTED, "why": why}) == {}


@pytest.mark.parametrize(
    ("model", "field", "values"),
    [
        (RideRequested, "voucher_code", ["1", "1" * 64]),
        (RideRequested, "estimated_fare_cents", [1, 1_000_000]),
        (RideRequested, "booked_by", ["rider", "staff"]),
        (RideRequested, "pickup", [{"latitude": -90, "longitude": 180}]),
        (RideCompleted, "dropoff", [{"latitude": 90.0, "longitude": -180.0}]),
        (VoucherChecked, "pickup", [{"latitude": 40.712811, "longitude": -74, "accuracy": 5}]),
        (RideCompleted, "distance_meters", [0, 10_000_000]),
        (RideCompleted, "duration_seconds", [0, 1_000_000]),
        (RideCancelled, "cancellation_fee_cents", [0, 1_000_000]),
    ],
)
def test_a_field_may_go_to_its_bounds(model: type[Any], field: str, values: list[Any]) -> None:
    for value in values:
        assert refusals(model, {**MODELS[model], field: value}) == {}


def test_a_tip_and_a_fee_are_nothing_unless_they_are_said() -> None:
    completed = requests.parsed(RideCompleted, COMPLETED).event(PROVIDER, NOON)
    cancelled = requests.parsed(RideCancelled, CANCELLED).event(PROVIDER, NOON)

    assert completed.tip_cents == 0
    assert cancelled.fare_cents == 0


def test_a_fare_may_be_nothing_but_an_estimate_may_not() -> None:
    assert refusals(RideCompleted, {**COMPLETED, "fare_cents": 0}) == {}
    assert refusals(RideAdjusted, {**ADJUSTED, "fare_cents": 0}) == {}
    assert "/estimated_fare_cents" in refusals(
        RideRequested, {**REQUESTED, "estimated_fare_cents": 0}
    )


@pytest.mark.parametrize(("tip", "is_taken"), [(0, True), (1_500, True), (1_501, False)])
def test_a_tip_is_part_of_the_fare(tip: int, is_taken: bool) -> None:
    wrong = refusals(RideCompleted, {**COMPLETED, "tip_cents": tip})

    assert (wrong == {}) is is_taken


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (RideRequested, "requested_at"),
        (RideCompleted, "completed_at"),
        (RideCompleted, "requested_at"),
        (RideCancelled, "cancelled_at"),
        (RideAdjusted, "adjusted_at"),
    ],
)
def test_a_time_may_be_five_minutes_ahead_and_no_more(model: type[Any], field: str) -> None:
    ahead = NOON + timedelta(minutes=5)
    too_far = ahead + timedelta(milliseconds=1)

    assert event_refusal(model, {**MODELS[model], field: instant_text(ahead)}) == []
    assert event_refusal(model, {**MODELS[model], field: instant_text(too_far)}) == [
        f"/data/{field}"
    ]


@pytest.mark.parametrize("model", [RideRequested, VoucherChecked], ids=lambda one: one.__name__)
def test_a_ride_is_booked_thirty_days_ahead_and_no_more(model: type[Any]) -> None:
    ahead = NOON + timedelta(days=30)
    too_far = ahead + timedelta(milliseconds=1)
    past = NOON - timedelta(days=30)

    assert event_refusal(model, {**MODELS[model], "pickup_at": instant_text(ahead)}) == []
    assert event_refusal(model, {**MODELS[model], "pickup_at": instant_text(past)}) == []
    assert event_refusal(model, {**MODELS[model], "pickup_at": instant_text(too_far)}) == [
        "/data/pickup_at"
    ]


def test_an_old_fact_is_still_a_fact() -> None:
    long_ago = {"completed_at": "2025-01-01T00:00:00Z"}

    assert event_refusal(RideCompleted, {**COMPLETED, **long_ago}) == []


def test_a_callback_becomes_an_event_in_the_words_of_the_domain() -> None:
    requested = requests.parsed(
        RideRequested, {**REQUESTED, "pickup_at": AT, "replaces_ride_id": "ride-0"}
    ).event(PROVIDER, NOON)
    completed = requests.parsed(
        RideCompleted, {**COMPLETED, "tip_cents": 200, "requested_at": AT}
    ).event(PROVIDER, NOON)
    cancelled = requests.parsed(RideCancelled, {**CANCELLED, "cancellation_fee_cents": 300}).event(
        PROVIDER, NOON
    )
    adjusted = requests.parsed(RideAdjusted, ADJUSTED).event(PROVIDER, NOON)

    assert (requested.kind, requested.fare_cents) == (EventKind.REQUESTED, 1_500)
    assert (requested.pickup_at, requested.replaces_ride_id) == (NOON, "ride-0")
    assert requested.voucher_code == "1ABC-DEFG-HJKM-NPQR"
    assert (completed.kind, completed.fare_cents, completed.tip_cents) == (
        EventKind.COMPLETED,
        1_500,
        200,
    )
    assert (completed.authorization_id, completed.requested_at) == ("aut_1", NOON)
    assert (cancelled.kind, cancelled.fare_cents) == (EventKind.CANCELLED, 300)
    assert (adjusted.kind, adjusted.fare_cents) == (EventKind.ADJUSTED, 1_700)
    assert (adjusted.adjustment_id, adjusted.why) == ("adjustment-1", "toll")
    assert all(event.at == NOON for event in (requested, completed, cancelled, adjusted))


def test_places_reach_the_decision_and_are_never_shown_nor_part_of_the_content() -> None:
    place = {"latitude": 40.712_345, "longitude": -74.0}
    requested = requests.parsed(RideRequested, {**REQUESTED, "pickup": place, "dropoff": place})
    completed = requests.parsed(RideCompleted, {**COMPLETED, "pickup": place, "dropoff": place})

    sent_elsewhere = requests.parsed(RideRequested, REQUESTED).event(PROVIDER, NOON)

    here = Place(latitude=40.712_345, longitude=-74)
    for event in (requested.event(PROVIDER, NOON), completed.event(PROVIDER, NOON)):
        assert event.trip == Trip(pickup=here, dropoff=here)
        for shown in (repr(event), str(event), repr(event.trip), str(here)):
            assert "40.712" not in shown
            assert "74" not in shown
    assert "40.712" not in repr(requested)
    assert sent_elsewhere.trip == NOWHERE
    assert sent_elsewhere.content_digest == requested.event(PROVIDER, NOON).content_digest
    assert sent_elsewhere.identity == requested.event(PROVIDER, NOON).identity


@pytest.mark.parametrize(
    ("envelope", "pointer"),
    [
        ({"timestamp": AT, "data": {}}, "/type"),
        ({"type": "ride.completed", "data": {}}, "/timestamp"),
        ({"type": "ride.completed", "timestamp": AT}, "/data"),
        ({"type": "", "timestamp": AT, "data": {}}, "/type"),
        ({"type": "x" * 65, "timestamp": AT, "data": {}}, "/type"),
        ({"type": 1, "timestamp": AT, "data": {}}, "/type"),
        ({"type": "ride.completed", "timestamp": 1_772_470_800, "data": {}}, "/timestamp"),
        ({"type": "ride.completed", "timestamp": AT, "data": []}, "/data"),
    ],
)
def test_an_envelope_has_a_type_a_timestamp_and_data(
    envelope: dict[str, Any], pointer: str
) -> None:
    assert list(refusals(Callback, envelope)) == [pointer]


def test_an_envelope_may_carry_more_and_its_type_may_be_unknown() -> None:
    envelope = {"type": "ride.rated", "timestamp": AT, "data": {"stars": 5}, "version": 2}

    assert refusals(Callback, envelope) == {}
    assert refusals(Callback, {**envelope, "type": "x" * 64}) == {}


def test_an_envelope_too_may_be_five_minutes_ahead_and_no_more() -> None:
    def envelope(ahead: timedelta) -> Callback:
        body = {"type": "webhook.test", "timestamp": instant_text(NOON + ahead), "data": {}}
        return requests.parsed(Callback, body)

    envelope(timedelta(minutes=5)).check_times(NOON)
    envelope(timedelta(days=-400)).check_times(NOON)
    with pytest.raises(FieldErrors) as caught:
        envelope(timedelta(minutes=5, milliseconds=1)).check_times(NOON)

    assert [one.pointer for one in caught.value.errors] == ["/timestamp"]


@pytest.mark.parametrize("body", [[], "text", 7, None, True])
def test_a_body_that_is_no_object_is_a_field_error(body: Any) -> None:
    assert list(refusals(Callback, body)) == [""]


@pytest.mark.parametrize("model", [*RIDE_CALLBACKS.values(), VoucherChecked])
def test_no_field_of_ours_has_a_name_that_is_a_ride_companys_own(model: type[BaseModel]) -> None:
    """infra/guides/provider.md lets them begin theirs with `x_`."""
    assert [name for name in model.model_fields if name.startswith("x_")] == []
