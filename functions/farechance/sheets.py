"""Tables as spreadsheets write and read them: comma-separated values (RFC 4180). It owns what of a
spreadsheet's habits is taken when a partner sends one, and that no cell of one that we send is a
formula or loses its zeros; it must never know what a row means."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from farechance.errors import MalformedSheet

MOST_CELL_SYMBOLS = 200
"""What is longer is cut: nothing that we take is so long, and a cut cell is still no reference."""

UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SEPARATORS = ",;\t"
# Excel takes it from a first line such as 'sep=;', and writes it for some.
SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
# OWASP, 'CSV Injection': what a spreadsheet takes for a formula, or skips to find one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


class SheetRow(NamedTuple):
    """The line of a row, counted as a text editor does, and its text."""

    line: int
    text: str


def read_column(body: bytes, column: str) -> tuple[SheetRow, ...]:
    """The rows of a table that has this one column. Taken: UTF-8 with or without a byte order
    mark, LF or CRLF, commas, semicolons or tabs, quotes, empty cells and lines. What stands
    beside the column is part of the row's text; a line that is no row is one by itself, as it
    stands. Raises MalformedSheet."""
    text = _text(body)
    separator, skipped = _separator(text)
    rows = _rows(text, separator)
    for _ in range(skipped):
        next(rows)
    first_line, header = next(rows, (0, []))
    if isinstance(header, str):
        raise MalformedSheet("quotes" if '"' in header else "no_header", f"line {first_line}")
    place = _place(header, column)
    found = tuple(
        SheetRow(line, _row_text(cells, place, separator)) for line, cells in rows if any(cells)
    )
    if not found:
        raise MalformedSheet("empty")
    return found


def written(names: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> str:
    """A table with a header line, CRLF, and every cell of text in quotes."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow(["" if cell is None else harmless(cell) for cell in row])
    return out.getvalue()


def as_text(cell: str | None) -> str | None:
    """A cell that no spreadsheet may take for a number or a day, as '0042', '1E5' or 'mar-3'. The
    mark in front is what spreadsheets themselves know for it; `read_column` takes it away."""
    return cell and f"'{cell}"


def harmless(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _text(body: bytes) -> str:
    # A text of our letters has a zero in every pair of bytes, also where no mark says so.
    if body.startswith(UTF16_MARKS) or b"\0" in body[:2]:
        raise MalformedSheet("utf16")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise MalformedSheet("not_utf8", f"line {line}") from None


def _separator(text: str) -> tuple[str, int]:
    """What parts the cells, and how many lines stand before the header."""
    if named := SEPARATOR_LINE.match(text):
        return named[1], 1
    first_line = text.lstrip("\r\n").partition("\n")[0]
    return max(SEPARATORS, key=first_line.count), 0


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str] | str]]:
    """Each row with its line, its cells without blanks around them; or the whole line, where a
    quote is amiss or a cell is like a file. Each line is read by itself, since nothing that we take
    holds a line break: a quote that stays open spoils its own line and not the rest."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        try:
            cells = next(csv.reader([line], delimiter=separator, strict=True), [])
        except csv.Error:
            yield number, line.strip()
            continue
        if cells:
            yield number, [cell.strip() for cell in cells]


def _place(header: list[str], column: str) -> int:
    names = [name.casefold().removeprefix("'") for name in header]
    if column not in names:
        raise MalformedSheet("no_header")
    place = names.index(column)
    for number, name in enumerate(names):
        if name and number != place:
            # What stands there isn't repeated: it may be a person's.
            raise MalformedSheet("unknown_column", f"column {number + 1}")
    return place


def _row_text(cells: list[str] | str, place: int, separator: str) -> str:
    if isinstance(cells, str):
        return cells[:MOST_CELL_SYMBOLS]
    beside = [cell for number, cell in enumerate(cells) if number != place and cell]
    own = cells[place].removeprefix("'") if place < len(cells) else ""
    return separator.join([own, *beside])[:MOST_CELL_SYMBOLS]
