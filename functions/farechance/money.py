"""Money: whole cents, and the one rule of what a voucher pays. It owns bounds and arithmetic; it
must never see a float, a voucher or a clock."""

from typing import Annotated

from pydantic import Field

MAX_RIDE_CENTS = 1_000_000
"""The dearest ride that is believed: 10,000 units of the currency."""

MAX_PROGRAM_CENTS = 10_000_000_000
"""The largest budget: 100 million units of the currency."""

RideCents = Annotated[int, Field(ge=0, le=MAX_RIDE_CENTS)]
ProgramCents = Annotated[int, Field(ge=0, le=MAX_PROGRAM_CENTS)]
RideChangeCents = Annotated[int, Field(ge=-MAX_RIDE_CENTS, le=MAX_RIDE_CENTS)]
PositiveRideCents = Annotated[int, Field(ge=1, le=MAX_RIDE_CENTS)]
PositiveProgramCents = Annotated[int, Field(ge=1, le=MAX_PROGRAM_CENTS)]


def covered(fare_cents: int, cap_cents: int, own_cents: int, available_cents: int) -> int:
    """What the voucher pays of a fare: min(fare, cap per ride, own + available), where own is the
    ride's hold, or what it captured already (domain.md, 'A ride's life')."""
    return min(fare_cents, cap_cents, own_cents + available_cents)


def shortfall(fare_cents: int, cap_cents: int, promised_cents: int, covered_cents: int) -> int:
    """What a hold that lapsed had promised and the voucher can no longer pay (domain.md)."""
    return max(0, min(fare_cents, cap_cents, promised_cents) - covered_cents)


def share(value_cents: int, rides: int) -> int:
    """The default cap: an equal share for each ride, rounded up (two rides: half the value)."""
    return -(-value_cents // rides)


def dollars(cents: int) -> str:
    """For people: `1234567` as `12,345.67`. Whole-number arithmetic, any sign."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def amount(cents: int, currency: str) -> str:
    """The same with its currency: `$12.00`, `CAD 12.00`."""
    return f"{'$' if currency == 'USD' else f'{currency} '}{dollars(cents)}"
