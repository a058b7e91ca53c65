"""Service areas and weekly hours on real tables: what a voucher was minted under decides, a place
changes no event's identity, and none is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest

import builders
from builders import NOON, area, hours, north
from farechance.places import Place
from farechance.rides import RideState
from world import World

# NOON is a Monday's, in New York.
BY_DAY = (hours("monday", "08:00", "12:00"),)
PLANTED = Place(latitude=40.712_811, longitude=-74.006_023)


@pytest.fixture
def city(worlds: Callable[..., World]) -> World:
    """A programme that pays rides which begin in a city, and which may be settled directly."""
    return worlds().with_program(
        rules=builders.rules(service_areas=(area(),), direct_capture=True, max_rides=5)
    )


def test_a_ride_is_paid_within_the_area_to_the_metre(city: World) -> None:
    code = city.code()

    inside = city.request(code, "ride-1", cents=500, pickup=north(5_000))
    outside = city.request(code, "ride-2", cents=500, pickup=north(5_001))
    missing = city.request(code, "ride-3", cents=500, dropoff=north(0))

    assert inside.answer["decision"] == "approved"
    assert outside.answer["reason"] == "outside_service_area"
    assert missing.answer["reason"] == "location_missing"
    assert city.voucher(code).held_cents == 500
    reasons = [entry.reason for entry in city.entries(code)]
    assert reasons == [None, None, "outside_service_area", "location_missing"]


def test_older_vouchers_keep_the_hours_under_which_they_were_minted(world: World) -> None:
    old = world.code()
    world.administer(
        "set_rules", program_id=world.program_id, rules=builders.rules(weekly_hours=BY_DAY)
    )
    world.clock.passes(seconds=60)
    new = world.code()

    of_old = world.request(old, "ride-1")
    of_new = world.request(new, "ride-2")

    assert of_old.answer["decision"] == "approved"
    assert of_new.answer["reason"] == "outside_hours"
    assert world.voucher(new).available_cents == 4_000


def test_the_way_home_is_paid_after_the_hours_and_the_ride_after_it_is_not(
    worlds: Callable[..., World],
) -> None:
    rules = builders.rules(weekly_hours=BY_DAY, max_rides=5, return_hours=1)
    world = worlds().with_program(rules=rules)
    world.clock.now = NOON - timedelta(minutes=1)
    code = world.code()
    world.request(code, "there", cents=500)
    world.clock.now = NOON + timedelta(minutes=30)
    stranded = world.request(code, "before-it-is-over", cents=500)
    world.complete(code, "there", cents=500)

    world.clock.passes(hours=1)
    home = world.request(code, "home", cents=500)
    world.clock.passes(seconds=1)
    another = world.request(code, "another", cents=500)

    assert stranded.answer["reason"] == "outside_hours"
    assert home.answer["decision"] == "approved"
    assert another.answer["reason"] == "outside_hours"


def test_a_place_makes_no_event_another_one(city: World) -> None:
    code = city.code()
    declined = city.request(code, "ride-1", cents=500)
    approved = city.request(code, "ride-2", cents=500, pickup=PLANTED)
    captured = city.complete(code, "ride-3", cents=500, pickup=PLANTED)
    before = city.everything()

    with_place = city.request(code, "ride-1", cents=500, pickup=PLANTED, dropoff=PLANTED)
    elsewhere = city.request(code, "ride-2", cents=500, pickup=north(9_000))
    nowhere = city.complete(code, "ride-3", cents=500)

    # A repeat gets the first answer, whatever is known of the place by now.
    for first, again in ((declined, with_place), (approved, elsewhere), (captured, nowhere)):
        assert again.is_replay
        assert again.answer == first.answer
    assert declined.answer["reason"] == "location_missing"
    assert captured.answer["outcome"] == "captured"
    assert city.everything() == before


def test_a_direct_capture_without_a_place_is_refused_and_its_fare_on_record(city: World) -> None:
    code = city.code()

    told = city.complete(code, "ride-1", cents=700, dropoff=PLANTED)

    assert (told.answer["outcome"], told.answer["reason"]) == ("refused", "location_missing")
    assert told.answer["shortfall_cents"] == 700
    ride = city.ride("ride-1")
    assert ride is not None
    assert (ride.state, ride.refused_cents) == (RideState.REFUSED, 700)
    assert city.voucher(code).available_cents == 4_000


def test_no_place_is_kept_whatever_is_decided(city: World) -> None:
    code = city.code()
    places = {"pickup": PLANTED, "dropoff": Place(latitude=42.712_811, longitude=-75.006_023)}
    away = {"pickup": places["dropoff"]}

    city.request(code, "approved", cents=500, **places)
    city.request(code, "approved", cents=600, **places)
    city.request(code, "declined", cents=500, **away)
    city.request(code, "replacing", cents=500, replaces_ride_id="approved", **places)
    city.complete(code, "replacing", cents=500, **places)
    city.complete(code, "direct", cents=500, **places)
    city.complete(code, "refused", cents=500, **away)
    city.request(city.unknown_code(), "unknown", cents=500, **places)

    reasons = [entry.reason for entry in city.entries(code) if entry.reason]
    assert reasons == ["event_conflict", "outside_service_area", "outside_service_area"]
    assert city.voucher(code).spent_cents == 1_000
    stored = str(city.everything())
    for trace in ("40.71", "42.71", "74.006", "75.006", "712811", "006023"):
        assert trace not in stored
