"""A service area to the metre: distances on the globe, circles, and which ends of a trip must lie
in one (domain.md, 'Rules a programme can set')."""

from math import acos, asin, atan2, cos, degrees, isclose, pi, radians, sin
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import area, north
from farechance.places import (
    EARTH_RADIUS_METERS,
    NOWHERE,
    Place,
    Trip,
    is_served,
    lies_inside,
    meters_between,
)

Ends = Literal["pickup", "dropoff", "either", "both"]

INSIDE, OUTSIDE = north(0), north(6_000)


def away(latitude: float, longitude: float, bearing: float, meters: float) -> Place:
    """The place so far away in a direction (degrees from north), along the great circle."""
    angle, begin, direction = meters / EARTH_RADIUS_METERS, radians(latitude), radians(bearing)
    end = asin(sin(begin) * cos(angle) + cos(begin) * sin(angle) * cos(direction))
    east = atan2(sin(direction) * sin(angle) * cos(begin), cos(angle) - sin(begin) * sin(end))
    around = (longitude + degrees(east) + 540) % 360 - 180
    return Place(latitude=degrees(end), longitude=around)


@pytest.mark.parametrize("bearing", [0, 45, 90, 180, 271])
@pytest.mark.parametrize("radius", [20, 5_000, 500_000])
@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        pytest.param(40.7, -74.0, id="New York"),
        pytest.param(0.0, 0.0, id="the equator"),
        pytest.param(-33.9, 151.2, id="the south"),
        pytest.param(51.9, 179.999, id="beside the antimeridian"),
        pytest.param(89.9, 20.0, id="beside the pole"),
    ],
)
def test_a_circle_ends_at_its_radius_to_the_metre(
    latitude: float, longitude: float, radius: int, bearing: float
) -> None:
    circle = (area(radius, latitude=latitude, longitude=longitude),)

    def is_inside(meters: float) -> bool:
        return lies_inside(away(latitude, longitude, bearing, meters), circle)

    assert is_inside(0)
    assert is_inside(radius - 1)
    assert is_inside(radius)
    assert not is_inside(radius + 0.01)
    assert not is_inside(radius + 1)


def test_a_degree_of_latitude_is_as_long_as_on_any_map() -> None:
    here, there = Place(latitude=40, longitude=-74), Place(latitude=41, longitude=-74)

    # The whole way around is 40,030,230 metres on a sphere with the Earth's mean radius, and 60
    # nautical miles are a degree on the real one.
    assert isclose(meters_between(here, there), 40_030_230 / 360, abs_tol=0.01)
    assert isclose(meters_between(here, there), 60 * 1_852, rel_tol=0.005)


def test_two_sights_of_a_city_are_as_far_apart_as_they_are() -> None:
    empire_state = Place(latitude=40.748_817, longitude=-73.985_428)
    statue = Place(latitude=40.689_247, longitude=-74.044_502)

    assert isclose(meters_between(empire_state, statue), 8_280, rel_tol=0.005)


coordinates = st.tuples(st.floats(-90, 90, allow_nan=False), st.floats(-180, 180, allow_nan=False))


@given(coordinates, coordinates)
def test_distances_are_the_angles_between_places_and_the_same_both_ways(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    here, there = (Place(latitude=at[0], longitude=at[1]) for at in (one, other))

    between = meters_between(here, there)

    # The angle between two vectors is coarse where they are close, so only to 100 metres.
    north, south = radians(one[0]), radians(other[0])
    cosine = sin(north) * sin(south) + cos(north) * cos(south) * cos(radians(one[1] - other[1]))
    angle = acos(max(-1.0, min(1.0, cosine)))
    assert isclose(between, EARTH_RADIUS_METERS * angle, abs_tol=100)
    assert isclose(between, meters_between(there, here), abs_tol=0.001)
    assert 0 <= between <= EARTH_RADIUS_METERS * pi
    assert meters_between(here, here) == 0


def test_the_other_side_of_the_antimeridian_is_close_by() -> None:
    fiji = area(20_000, latitude=-16.8, longitude=179.95)

    assert lies_inside(Place(latitude=-16.8, longitude=-179.95), (fiji,))
    assert lies_inside(Place(latitude=-16.8, longitude=-180), (fiji,))
    assert not lies_inside(Place(latitude=-16.8, longitude=0), (fiji,))


def test_of_several_circles_one_is_enough() -> None:
    far = area(latitude=42.0)

    assert lies_inside(INSIDE, (far, area()))
    assert lies_inside(INSIDE, (area(), far))
    assert not lies_inside(OUTSIDE, (far, area()))


@pytest.mark.parametrize(
    ("pickup", "dropoff", "served"),
    [
        # pickup, dropoff, either, both: True, False, or None where a place is missing.
        (INSIDE, INSIDE, (True, True, True, True)),
        (INSIDE, OUTSIDE, (True, False, True, False)),
        (OUTSIDE, INSIDE, (False, True, True, False)),
        (OUTSIDE, OUTSIDE, (False, False, False, False)),
        (INSIDE, None, (True, None, True, None)),
        (None, INSIDE, (None, True, True, None)),
        (OUTSIDE, None, (False, None, None, None)),
        (None, OUTSIDE, (None, False, None, None)),
        (None, None, (None, None, None, None)),
    ],
)
def test_the_ends_that_the_rules_name_must_lie_inside_and_what_is_missing_is_not_taken_for_inside(
    pickup: Place | None, dropoff: Place | None, served: tuple[bool | None, ...]
) -> None:
    trip = Trip(pickup, dropoff)
    every_end: tuple[Ends, ...] = ("pickup", "dropoff", "either", "both")

    assert tuple(is_served(trip, (area(),), ends) for ends in every_end) == served


@pytest.mark.parametrize("ends", ["pickup", "dropoff", "either", "both"])
@pytest.mark.parametrize("trip", [NOWHERE, Trip(OUTSIDE, OUTSIDE)], ids=["nowhere", "anywhere"])
def test_without_a_service_area_every_trip_is_served(trip: Trip, ends: Ends) -> None:
    assert is_served(trip, (), ends) is True


def test_a_place_is_never_shown() -> None:
    place = Place(latitude=40.712_811, longitude=-74.006_023)

    for shown in (
        repr(place),
        str(place),
        repr(Trip(place, place)),
        repr(builders.requested(pickup=place)),
    ):
        assert "40.7" not in shown
        assert "74.0" not in shown
