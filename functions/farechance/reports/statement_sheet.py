"""A ride company's own statement as a table: one line for each ride that it charges. It reads line
by line, in constant memory, and goes on behind each line that it can't read; what a spreadsheet or
a billing system makes of a table is taken (`sheets`). It must never know what the ledger says."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import BinaryIO
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from farechance.errors import MalformedSheet
from farechance.identifiers import ProviderReference
from farechance.reports.statement_cells import MOST_SYMBOLS, UnreadableCell, cents_of, instant_of
from farechance.sheets import SEPARATOR_LINE, SEPARATORS, UTF16_MARKS

MOST_LINES = 100_000
MOST_BYTES = 50_000_000

# Of a line; what is longer is refused, and none of it is kept.
_MOST_LINE_SYMBOLS = 10_000
# A note in quotes may have several lines. A quote that stays open spoils its own line alone.
_MOST_LINES_OF_A_CELL = 10

_SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "ride_id": ("ride_id", "ride", "trip_id", "trip"),
    "completed_at": ("completed_at", "completed", "completion_time", "dropoff_at", "ended_at"),
    "fare": ("fare", "fare_amount", "total_fare", "ride_fare"),
    "charged": (
        "charged",
        "amount_charged",
        "charged_to_voucher",
        "charged_to_the_voucher",
        "amount_charged_to_voucher",
        "amount_charged_to_the_voucher",
        "voucher_amount",
    ),
    "authorization_id": ("authorization_id", "authorization", "authorisation_id", "auth_id"),
}
_OPTIONAL = ("authorization_id",)
_NO_LETTERS = re.compile(r"[\W_]+")
# What whoever wrote the file put before a cell that a spreadsheet would take for a formula.
_MARKED = re.compile(r"^'(?=[=+\-@])")
_REFERENCE: TypeAdapter[str] = TypeAdapter(ProviderReference)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One ride, as the company states it: amounts in cents, `line` as an editor counts it.
    `fare_cents` is what the whole ride cost, `charged_cents` what of it the voucher is to pay."""

    line: int
    ride_id: str
    completed_at: datetime
    fare_cents: int
    charged_cents: int
    authorization_id: str | None


@dataclass(frozen=True, slots=True)
class UnreadableLine:
    """A line that says nothing that we can use, and why, in words. It repeats nothing of what
    stands there, which may be about a person."""

    line: int
    why: str


def read_statement(
    file: BinaryIO, zone: ZoneInfo, currency: str
) -> Iterator[StatementLine | UnreadableLine]:
    """Every line below the header that isn't empty. Local times are of `zone`, amounts of
    `currency`. Raises MalformedSheet where the file as a whole can't be read: `utf16`, `no_header`,
    `missing_column`, `doubled_column`, `too_many_lines`, `too_large`, `empty`."""
    if file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise MalformedSheet("too_large")
    file.seek(0)
    first = file.read(2)
    # A text of our letters has a zero in every pair of bytes, also where no mark says so.
    if first in UTF16_MARKS or b"\0" in first:
        raise MalformedSheet("utf16")
    file.seek(0)
    # A letter in another encoding spoils no more than its own cell.
    text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline=None)
    try:
        yield from _read(text, zone, currency)
    finally:
        text.detach()


def _read(
    text: io.TextIOWrapper, zone: ZoneInfo, currency: str
) -> Iterator[StatementLine | UnreadableLine]:
    lines = _lines(text)
    separator, width, columns = _header(lines, currency)
    rows = 0
    for number, cells in _records(lines, separator, width):
        if cells is not None and not any(cells):
            continue
        rows += 1
        if rows > MOST_LINES:
            raise MalformedSheet("too_many_lines")
        try:
            yield _line(number, cells, width, columns, zone, currency)
        except UnreadableCell as unreadable:
            yield UnreadableLine(number, unreadable.why)
    if not rows:
        raise MalformedSheet("empty")


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str | None]]:
    """Each line with its number; None for one that is too long to be a ride's."""
    number = 0
    while line := text.readline(_MOST_LINE_SYMBOLS):
        number += 1
        whole: str | None = line
        while len(line) == _MOST_LINE_SYMBOLS and not line.endswith("\n"):
            whole, line = None, text.readline(_MOST_LINE_SYMBOLS)
        yield number, whole


def _header(
    lines: Iterator[tuple[int, str | None]], currency: str
) -> tuple[str, int, Mapping[str, int]]:
    """What parts the cells, how many there are, and which holds what."""
    separator = ""
    for _, line in lines:
        if line is None:
            break
        if named := SEPARATOR_LINE.match(line):
            separator = named[1]
        elif line.strip():
            separator = separator or max(SEPARATORS, key=line.count)
            cells = _cells([line], separator)
            return (separator, *_columns(cells or [], currency))
    raise MalformedSheet("no_header")


def _columns(cells: Sequence[str], currency: str) -> tuple[int, Mapping[str, int]]:
    names = [_name(cell, currency) for cell in cells]
    found: dict[str, int] = {}
    for column, spellings in _SPELLINGS.items():
        places = [place for place, name in enumerate(names) if name in spellings]
        if len(places) > 1:
            raise MalformedSheet("doubled_column", column)
        if places:
            found[column] = places[0]
    if not found:
        raise MalformedSheet("no_header")
    for column in _SPELLINGS:
        if column not in found and column not in _OPTIONAL:
            raise MalformedSheet("missing_column", column)
    return len(cells), found


def _name(cell: str, currency: str) -> str:
    """A column's name without capitals, blanks, dashes or brackets, and without its currency."""
    name = _NO_LETTERS.sub("_", cell.casefold()).strip("_")
    return name.removesuffix(f"_{currency.casefold()}")


def _records(
    lines: Iterator[tuple[int, str | None]], separator: str, width: int
) -> Iterator[tuple[int, list[str] | None]]:
    """Each row with the number of its first line; None where it is none. Lines are joined only
    where that closes a quote and makes a row with as many cells as the header has."""
    ahead: deque[tuple[int, str | None]] = deque()
    while ahead or (ahead := deque(islice(lines, 1))):
        number, line = ahead.popleft()
        cells = None if line is None else _cells([line], separator)
        if line is not None and cells is None and '"' in line:
            ahead.extend(islice(lines, _MOST_LINES_OF_A_CELL - len(ahead)))
            cells, more = _joined(line, ahead, separator, width)
            for _ in range(more):
                ahead.popleft()
        yield number, cells


def _joined(
    line: str, ahead: Sequence[tuple[int, str | None]], separator: str, width: int
) -> tuple[list[str] | None, int]:
    """The cells of a row in several lines, and how many lines it has beyond its first."""
    joined = [line]
    for more, (_, following) in enumerate(ahead, start=1):
        if following is None:
            break
        joined.append(following)
        cells = _cells(joined, separator)
        if cells is not None:
            return (cells, more) if len(cells) == width else (None, 0)
    return None, 0


def _cells(lines: Sequence[str], separator: str) -> list[str] | None:
    """The cells of one row without blanks around them, or None where a quote is amiss."""
    try:
        row = next(csv.reader(lines, delimiter=separator, strict=True), [])
    except csv.Error:
        return None
    return [cell.strip() for cell in row]


def _line(
    number: int,
    cells: Sequence[str] | None,
    width: int,
    columns: Mapping[str, int],
    zone: ZoneInfo,
    currency: str,
) -> StatementLine:
    if cells is None:
        raise UnreadableCell("the line is too long, or a quotation mark in it is amiss")
    if any(cells[width:]):
        raise UnreadableCell(
            "it has more cells than the first line has names; "
            "a comma in an amount must stand in quotation marks"
        )
    found = {name: _cell(cells, place, name) for name, place in columns.items()}
    authorization = found.get("authorization_id", "")
    return StatementLine(
        line=number,
        ride_id=_reference(found["ride_id"], "the ride_id"),
        completed_at=instant_of(found["completed_at"], "the time of completion", zone),
        fare_cents=cents_of(found["fare"], "the fare", currency),
        charged_cents=cents_of(found["charged"], "the amount charged", currency),
        authorization_id=_reference(authorization, "the authorization_id")
        if authorization
        else None,
    )


def _cell(cells: Sequence[str], place: int, name: str) -> str:
    cell = _MARKED.sub("", cells[place], count=1) if place < len(cells) else ""
    if not cell and name not in _OPTIONAL:
        raise UnreadableCell(f"the cell {name} is empty")
    if len(cell) > MOST_SYMBOLS:
        raise UnreadableCell(f"the cell {name} is too long")
    return cell


def _reference(cell: str, what: str) -> str:
    try:
        return _REFERENCE.validate_python(cell)
    except ValidationError:
        raise UnreadableCell(
            f"{what} is not 1 to 64 letters, digits and signs without blanks and without #"
        ) from None
