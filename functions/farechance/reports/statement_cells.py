"""Cells of a ride company's statement: amounts and times as spreadsheets and billing systems of
several countries write them. It owns which spellings are taken; it must never guess: what could
mean two things is refused, and why is said in words for whoever asks the company for another
file."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from farechance.money import MAX_RIDE_CENTS, dollars
from farechance.times import in_utc

MOST_SYMBOLS = 100
"""Of a cell that we read: an amount, a time and an id are shorter."""

# A space, which also stands between thousands, in its three widths.
_BLANKS = " \u00a0\u202f"
_MINUS = "-\u2212\u2013"
_CURRENCY = re.compile(r"(?P<code>[A-Z]{3})|\$", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)
# Thousands, if any, in groups of three by one mark; then, after another mark, one or two decimals.
_AMOUNT = re.compile(
    r"(?P<whole>\d+|\d{1,3}(?P<mark>[,.' ])\d{3}(?:(?P=mark)\d{3})*)?"
    r"(?:(?P<point>[.,])(?P<decimals>\d{1,2}))?",
    re.ASCII,
)
_TWO_MEANINGS = re.compile(r"\d{1,3}[.,]\d{3}", re.ASCII)
_MORE_DECIMALS = re.compile(r".*[.,]\d{3,}", re.ASCII)
_TIME = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?) ?"
    r"(?P<zone>Z|[+-]\d\d:[0-5]\d)?",
    re.ASCII,
)


@dataclass(eq=False)
class UnreadableCell(Exception):
    """`why` is for a person and repeats nothing of what stands there: it may be about another."""

    why: str


def cents_of(cell: str, what: str, currency: str) -> int:
    """Exact cents, with at most two decimals. Taken: `12`, `12.3`, `12.34`, `12,34`, `1,234.56`,
    `1.234,56`, `1 234,56`, with the programme's currency, or `$` for USD, before or
    behind. Raises UnreadableCell; `what` names the cell."""
    text = _without_currency(cell, what, currency)
    if text[:1] in tuple(_MINUS) or text[-1:] in tuple(_MINUS) or text.startswith("("):
        raise UnreadableCell(f"{what} is below zero; only rides are taken here, and no refunds")
    if _TWO_MEANINGS.fullmatch(text):
        raise UnreadableCell(f"{what} could be thousands or decimals; write it with two decimals")
    found = _AMOUNT.fullmatch(text)
    if not _DIGITS.search(text) or found is None or found["point"] == found["mark"] is not None:
        if _MORE_DECIMALS.fullmatch(text):
            raise UnreadableCell(f"{what} has more than two decimals")
        raise UnreadableCell(f"{what} is not an amount such as 12.34")
    whole = "".join(_DIGITS.findall(found["whole"] or "0"))
    cents = int(Decimal(f"{whole}.{found['decimals'] or '0'}") * 100)
    if cents > MAX_RIDE_CENTS:
        raise UnreadableCell(f"{what} is more than {dollars(MAX_RIDE_CENTS)}, the most of a ride")
    return cents


def instant_of(cell: str, what: str, zone: ZoneInfo) -> datetime:
    """RFC 3339 with a zone, or the clock on the wall in the programme's `zone`. An hour that the
    wall shows twice or never is refused: it has to be written with a zone. Raises
    UnreadableCell."""
    found = _TIME.fullmatch(cell)
    if found is None:
        raise UnreadableCell(
            f"{what} is not a time such as 2026-03-01T14:00:00Z, or 2026-03-01 14:00 in {zone.key}"
        )
    try:
        written = datetime.fromisoformat(found["local"] + (found["zone"] or ""))
        instant = in_utc(written if written.tzinfo else written.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        raise UnreadableCell(f"{what} is no day of the calendar or no time of the day") from None
    if written.tzinfo is None:
        _check_wall(written, what, zone)
    return instant


def _check_wall(written: datetime, what: str, zone: ZoneInfo) -> None:
    first, second = (written.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return
    offset = first.astimezone(zone).isoformat()[-6:]
    example = f"with its zone, as {written.isoformat(timespec='seconds')}{offset}"
    if second - first > timedelta():
        raise UnreadableCell(f"{what} came twice that night in {zone.key}; it must be {example}")
    raise UnreadableCell(f"{what} is a time that clocks in {zone.key} skipped that night")


def _without_currency(cell: str, what: str, currency: str) -> str:
    """The number alone, with plain blanks in it."""
    text = cell
    for blank in _BLANKS:
        text = text.replace(blank, " ")
    text = text.strip()
    for found in _CURRENCY.finditer(text):
        # A $ alone may be the dollar of several countries.
        if (found["code"] or "USD") != currency:
            raise UnreadableCell(f"{what} is not in {currency}, the programme's currency")
    return _CURRENCY.sub("", text, count=1).strip()
