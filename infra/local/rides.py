"""Real rides to play: a month of New York's taxi records that stands beside this file.

`rides-2019-03.csv` says where it comes from. Only amounts, times and distances are used; it has no
places.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

FILE = Path(__file__).with_name("rides-2019-03.csv")
METERS_PER_MILE = Decimal("1609.344")
ZONE = ZoneInfo("America/New_York")
# The rides of 26, 27 and 28 March: as many as a demo has patience for.
DAYS_OF_THE_DEMO = slice(2_604, 2_911)


@dataclass(frozen=True, slots=True)
class RealRide:
    """One ride. `total_cents` is all that was paid, the tip included."""

    number: int
    picked_up_at: datetime
    dropped_off_at: datetime
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
    """Those of three days, in the order of pick-up, numbered from 1."""
    return _rides(_rows()[DAYS_OF_THE_DEMO])


def read_month() -> list[RealRide]:
    """All of them, in the order of pick-up, numbered from 1. The first was over before the month
    began in New York, and the last ended after it."""
    return _rides(_rows())


def _rows() -> list[dict[str, str]]:
    with FILE.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def _rides(rows: list[dict[str, str]]) -> list[RealRide]:
    return [_ride(number, row) for number, row in enumerate(rows, start=1)]


def _ride(number: int, row: dict[str, str]) -> RealRide:
    miles = Decimal(row["distance"])
    picked_up_at, dropped_off_at = _instant(row["pickup"]), _instant(row["dropoff"])
    return RealRide(
        number=number,
        picked_up_at=picked_up_at,
        dropped_off_at=dropped_off_at,
        total_cents=int(Decimal(row["total"]) * 100),
        tip_cents=int(Decimal(row["tip"]) * 100),
        distance_meters=int(miles * METERS_PER_MILE),
        duration_seconds=int((dropped_off_at - picked_up_at).total_seconds()),
        estimated_fare_cents=_estimate(miles),
    )


def _instant(local: str) -> datetime:
    """A time on a clock in New York as a moment."""
    return datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)


def _estimate(miles: Decimal) -> int:
    """What a company would say beforehand, when it knows the way and not yet the traffic.

    These rides cost $7.65 and $2.97 a mile on average (least squares over three days of them), so
    half of them end dearer than they were estimated. To half a dollar, as estimates are.
    """
    return round((765 + 297 * miles) / 50) * 50
