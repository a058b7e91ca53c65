"""Real rides to play: a slice of New York's taxi records that stands beside this file.

`rides.csv` says where it comes from. Only amounts, times and distances are used; it has no places.
"""

import csv
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

FILE = Path(__file__).with_name("rides.csv")
METERS_PER_MILE = Decimal("1609.344")


@dataclass(frozen=True, slots=True)
class RealRide:
    """One ride. `total_cents` is all that was paid, the tip included."""

    number: int
    total_cents: int
    tip_cents: int
    distance_meters: int
    duration_seconds: int
    estimated_fare_cents: int

    @property
    def fare_cents(self) -> int:
        """The fare that a voucher may cover: all but the tip."""
        return self.total_cents - self.tip_cents


def read() -> list[RealRide]:
    """All of them, in the order of pick-up, numbered from 1."""
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [_ride(number, row) for number, row in enumerate(rows, start=1)]


def _ride(number: int, row: dict[str, str]) -> RealRide:
    miles = Decimal(row["distance"])
    lasted = datetime.fromisoformat(row["dropoff"]) - datetime.fromisoformat(row["pickup"])
    return RealRide(
        number=number,
        total_cents=int(Decimal(row["total"]) * 100),
        tip_cents=int(Decimal(row["tip"]) * 100),
        distance_meters=int(miles * METERS_PER_MILE),
        duration_seconds=int(lasted.total_seconds()),
        estimated_fare_cents=_estimate(miles),
    )


def _estimate(miles: Decimal) -> int:
    """What a company would say beforehand, when it knows the way and not yet the traffic.

    These rides cost $7.65 and $2.97 a mile on average (least squares over the slice), so half of
    them end dearer than they were estimated. To half a dollar, as estimates are.
    """
    return round((765 + 297 * miles) / 50) * 50
