"""How figures are said to people: numbers, money, days, months, and counts of people that may not
be told. It owns their form; it must never compute one."""

from datetime import date

from farechance.card_words import WORDS, day_in_words
from farechance.money import amount

NOT_TOLD = "not told"
"""In a cell: a count of people that is too small to be told, or would tell another one."""


def number(value: int) -> str:
    """`1,912`."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """`1 ride`, `1,912 rides`, `no rides`: with the noun; `many` is `one` with an s by default."""
    noun = one if value == 1 else many or f"{one}s"
    return f"{number(value) if value else 'no'} {noun}"


def money(cents: int, currency: str) -> str:
    """`$12.00`, `-$12.00`: the sign in front of the currency, as people write it."""
    return f"-{amount(-cents, currency)}" if cents < 0 else amount(cents, currency)


def hundredths(value: int) -> str:
    """`286` as `2.86`."""
    return f"{value // 100:,}.{value % 100:02d}"


def people(value: int | None, most: int, threshold: int) -> str:
    """For a cell: a count of people. `most` is how many they can be at the most, as anybody sees
    (nobody rides without a ride). Where that is below the threshold, so is the count, and it is
    said to be; else it may be any, since a large count isn't told if it would tell a small one."""
    if value is not None:
        return number(value)
    return f"fewer than {threshold}" if most < threshold else NOT_TOLD


def day(value: date, *, with_year: bool = True) -> str:
    """`March 1, 2026`, or `March 1`."""
    return day_in_words(value, "en", with_year=with_year)


def days(first: date, last: date) -> str:
    """`March 1 to March 31, 2026`: the year once, if it is one."""
    return f"{day(first, with_year=first.year != last.year)} to {day(last)}"


def month(value: str) -> str:
    """`2026-03` as `March 2026`."""
    year, number_ = value.split("-")
    return f"{WORDS['en'].months.split()[int(number_) - 1]} {year}"


def the_end(*, is_complete: bool) -> str:
    """When the figures at the end are those of: of a month that isn't over, of now."""
    return "at the end" if is_complete else "now"


def zone(name: str) -> str:
    """A zone by its city: `America/New_York` as `New York`."""
    return name.rpartition("/")[2].replace("_", " ")


def short_day(value: date) -> str:
    """`Mar 2`, for the narrow room under a column."""
    return f"{WORDS['en'].months.split()[value.month - 1][:3]} {value.day}"


def listed(some: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(some[:-1]), some[-1]]) if some[1:] else "".join(some)
