"""Places: where a ride begins and ends, and whether that lies in a programme's service area. It
owns the form of a point and the arithmetic on the globe; it must never keep a point: one is used
for the check and dropped, also from digests (domain.md, 'People')."""

from collections.abc import Sequence
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, NamedTuple

from pydantic import BaseModel, Field

from farechance.programs import Latitude, Longitude, ServiceArea, ServiceAreaEnds
from farechance.strictness import RECEIVED

EARTH_RADIUS_METERS = 6_371_008.8
"""The mean radius of the Earth (IUGG). On a sphere of it, distances are right to half a percent."""


class Place(BaseModel):
    """A point on the map, in degrees (WGS 84). It is used for the check of a service area, then
    dropped."""

    model_config = RECEIVED

    # Never shown: a log line or a trace must not tell where somebody is.
    latitude: Annotated[Latitude, Field(repr=False)]
    longitude: Annotated[Longitude, Field(repr=False)]


class Trip(NamedTuple):
    """Where a ride begins and ends, as far as its provider says."""

    pickup: Place | None = None
    dropoff: Place | None = None


NOWHERE = Trip()
"""A trip of which its provider says nothing."""


def is_served(trip: Trip, areas: Sequence[ServiceArea], ends: ServiceAreaEnds) -> bool | None:
    """Whether the ends that must lie in one of the circles do; None if a place is missing without
    which that can't be told. Without circles every trip is served."""
    if not areas:
        return True
    both = (trip.pickup, trip.dropoff)
    asked = {"pickup": both[:1], "dropoff": both[1:]}.get(ends, both)
    known = [lies_inside(place, areas) for place in asked if place is not None]
    if ends == "either" and any(known):
        return True
    if len(known) < len(asked):
        return None
    return all(known)


def lies_inside(place: Place, areas: Sequence[ServiceArea]) -> bool:
    """Whether a place lies in one of the circles, their edges included."""
    # To the millimetre, far below what a coordinate tells and far above what arithmetic loses.
    return any(round(meters_between(place, area), 3) <= area.radius_meters for area in areas)


def meters_between(one: Place, other: Place | ServiceArea) -> float:
    """Along the great circle, by the haversine formula: exact for the smallest distances too."""
    north, south = radians(one.latitude), radians(other.latitude)
    east_west = radians(one.longitude - other.longitude)
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin(east_west / 2) ** 2
    return 2 * EARTH_RADIUS_METERS * asin(min(1.0, sqrt(half)))
