"""Rides are paid where and when the programme says: circles to the metre, weekly hours to the
second at the pick-up, the way home at any hour. What was sent of places stands in no table
afterwards; that no log holds one is shown in test_logs.py."""

from datetime import UTC, datetime, time, timedelta
from math import degrees
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from e2e.scene import Scene, now

ZONE = ZoneInfo("America/New_York")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# A day soon, so that now is never within its hours.
DAY = (datetime.now(ZONE) + timedelta(days=3)).date()
HOURS = {"weekday": WEEKDAYS[DAY.weekday()], "from": "10:00", "to": "11:00"}
AREA = {"latitude": 40.7, "longitude": -74.0, "radius_meters": 5_000}
PLANTED = {"latitude": 40.71281143907, "longitude": -74.00602358217}
SECOND = timedelta(seconds=1)


def north(meters: float) -> dict[str, float]:
    """So far from the middle of AREA."""
    return {"latitude": 40.7 + degrees(meters / 6_371_008.8), "longitude": -74.0}


def at(hour: int) -> datetime:
    """An hour of DAY by the clock on the wall."""
    return datetime.combine(DAY, time(hour), ZONE).astimezone(UTC)


@pytest.fixture(scope="module")
def scene(scene: Scene) -> Scene:
    """One of its own: a partner may have so many programmes, and no more."""
    return Scene(scene.running)


@pytest.fixture(scope="module")
def city(scene: Scene) -> str:
    """A programme that pays rides within a circle, direct captures too."""
    return scene.new_program("city", service_areas=[AREA], direct_capture=True, max_rides=5)


@pytest.fixture(scope="module")
def mornings(scene: Scene) -> str:
    """A programme that pays rides in one hour of the week."""
    return scene.new_program("mornings", weekly_hours=[HOURS], max_rides=5)


def test_a_ride_begins_within_the_area_to_the_metre(scene: Scene, city: str) -> None:
    voucher = scene.mint(program_id=city)

    inside = scene.request(voucher["code"], 500, pickup=north(5_000))
    outside = scene.request(voucher["code"], 500, pickup=north(5_001))
    missing = scene.request(voucher["code"], 500, dropoff=north(0))

    assert inside["decision"] == "approved"
    assert outside["reason"] == "outside_service_area"
    assert missing["reason"] == "location_missing"
    shown = scene.show(voucher)
    assert shown["held_cents"] == 500
    assert shown["last_decline"]["reason"] == "location_missing"
    assert "both places" in shown["last_decline"]["what_to_do"]
    assert scene.books_are_right(city)


def test_a_check_says_what_a_request_would(scene: Scene, city: str) -> None:
    code = scene.mint(program_id=city)["code"]

    def check(**places: Any) -> dict[str, Any]:
        return scene.tell("voucher.checked", voucher_code=code, **places).expect(200)

    inside, outside, missing = check(pickup=PLANTED), check(pickup=north(5_001)), check()

    assert inside["decision"] == "approved"
    assert outside["reason"] == "outside_service_area"
    assert missing["reason"] == "location_missing"


def test_a_direct_capture_lies_within_the_area_or_is_refused(scene: Scene, city: str) -> None:
    voucher = scene.mint(program_id=city)

    def complete(ride_id: str, **places: Any) -> dict[str, Any]:
        return scene.tell(
            "ride.completed",
            ride_id=f"{ride_id}-{voucher['voucher_id']}",
            voucher_code=voucher["code"],
            fare_cents=500,
            currency="USD",
            completed_at=now(),
            **places,
        ).expect(200)

    paid = complete("inside", pickup=PLANTED)
    refused = complete("outside", pickup=north(5_001))
    missing = complete("missing")

    assert (paid["outcome"], paid["captured_cents"]) == ("captured", 500)
    assert (refused["outcome"], refused["reason"]) == ("refused", "outside_service_area")
    assert (missing["outcome"], missing["reason"]) == ("refused", "location_missing")
    assert refused["shortfall_cents"] == missing["shortfall_cents"] == 500
    assert scene.show(voucher)["spent_cents"] == 500
    assert scene.books_are_right(city)


def test_a_ride_begins_within_the_hours_to_the_second(scene: Scene, mornings: str) -> None:
    voucher = scene.mint(program_id=mornings, value_cents=5_000)

    told = {
        name: scene.request(voucher["code"], 500, pickup_at=pickup_at)
        for name, pickup_at in {
            "early": at(10) - SECOND,
            "first": at(10),
            "last": at(11) - SECOND,
            "late": at(11),
        }.items()
    }
    at_once = scene.request(voucher["code"], 500)

    said = {name: answer.get("reason", answer["decision"]) for name, answer in told.items()}
    assert said == {
        "early": "outside_hours",
        "first": "approved",
        "last": "approved",
        "late": "outside_hours",
    }
    assert at_once["reason"] == "outside_hours"
    assert f"{DAY:%b} {DAY.day}, 10:00 am" in at_once["rider_message"]["text"]
    assert scene.show(voucher)["held_cents"] == 1_000
    assert scene.books_are_right(mornings)


def test_the_way_home_is_paid_at_any_hour(scene: Scene, mornings: str) -> None:
    voucher = scene.mint(program_id=mornings, value_cents=5_000)
    there = scene.request(voucher["code"], 500, pickup_at=at(10))
    before = scene.request(voucher["code"], 500)

    scene.complete(there, 500)
    home = scene.request(voucher["code"], 500)

    assert before["reason"] == "outside_hours"
    assert home["decision"] == "approved"
    assert scene.books_are_right(mornings)


def test_a_place_changes_no_events_identity_and_stands_in_no_table(scene: Scene, city: str) -> None:
    voucher = scene.mint(program_id=city)
    asked_at = now()
    first = scene.request(
        voucher["code"], 500, requested_at=asked_at, pickup=PLANTED, dropoff=PLANTED
    )

    again = scene.request(
        voucher["code"], 500, ride_id=first["ride_id"], requested_at=asked_at, pickup=north(9_000)
    )
    scene.complete(first, 500, pickup=PLANTED, dropoff=PLANTED)

    assert (again["decision"], again["replayed"]) == ("approved", True)
    assert again["authorization_id"] == first["authorization_id"]
    stored = str(scene.stored())
    assert "71281143907" not in stored
    assert "00602358217" not in stored


def test_a_place_that_cannot_be_is_told_where_it_stands(scene: Scene, city: str) -> None:
    voucher = scene.mint(program_id=city)

    answer = scene.tell(
        "ride.requested",
        ride_id="nowhere",
        voucher_code=voucher["code"],
        estimated_fare_cents=500,
        currency="USD",
        requested_at=now(),
        pickup={"latitude": 90.000001, "longitude": -74.0},
    )

    errors = answer.expect(422)["errors"]
    assert [error["pointer"] for error in errors] == ["/data/pickup/latitude"]
    assert scene.show(voucher)["held_cents"] == 0


def test_rules_that_cannot_be_meant_are_refused_in_words(scene: Scene) -> None:
    night = {"weekday": "monday", "from": "22:00", "to": "06:00"}

    asked = scene.admin.ask(
        "create_program",
        program_id=f"{scene.program_id}_night",
        name="Rides at night",
        funder="Riverside Fund",
        rules={**scene.rules(), "weekly_hours": [night]},
    )

    assert asked["done"] is False
    assert [error["pointer"] for error in asked["errors"]] == ["/rules/weekly_hours/0"]
