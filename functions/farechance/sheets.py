"""Tables as spreadsheets write and read them: comma-separated values (RFC 4180). It owns what of a
spreadsheet's habits is taken when a partner sends one, and that no cell of one that we send is a
formula or loses its zeros; it must never know what a row means."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from farechance.errors import MalformedSheet

MOST_CELL_SYMBOLS = 200
"""What is longer is cut: nothing that we take is so long, and a cut cell is still no reference."""

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATORS = ",;\t"
# Excel takes it from a first line such as 'sep=;', and writes it for some.
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
# OWASP, 'CSV Injection': what a spreadsheet takes for a formula, or skips to find one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The line on which a row begins, counted as a text editor does, and its text."""

    line: int
    text: str


def read_column(body: bytes, column: str) -> tuple[SheetRow, ...]:
    """The rows of a table that has this one column. Taken: UTF-8 with or without a byte order
    mark, LF or CRLF, commas, semicolons or tabs, quotes, empty cells and lines. What stands
    beside the column is part of the row's text. Raises MalformedSheet."""
    text = _text(body)
    separator, skipped = _separator(text)
    rows = _rows(text, separator)
    for _ in range(skipped):
        next(rows)
    _, header = next(rows, (0, []))
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
        writer.writerow(["" if cell is None else _harmless(cell) for cell in row])
    return out.getvalue()


def as_text(cell: str | None) -> str | None:
    """A cell that no spreadsheet may take for a number or a day, as '0042', '1E5' or 'mar-3'. The
    mark in front is what spreadsheets themselves know for it; `read_column` takes it away."""
    return cell and f"'{cell}"


def _harmless(cell: str | int) -> str | int:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _text(body: bytes) -> str:
    # A text of our letters has a zero in every pair of bytes, also where no mark says so.
    if body.startswith(_UTF16_MARKS) or b"\0" in body[:2]:
        raise MalformedSheet("utf16")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        raise MalformedSheet("not_utf8", f"line {line}") from None


def _separator(text: str) -> tuple[str, int]:
    """What parts the cells, and how many lines stand before the header."""
    if named := _SEPARATOR_LINE.match(text):
        return named[1], 1
    first_line = text.lstrip("\r\n").partition("\n")[0]
    return max(_SEPARATORS, key=first_line.count), 0


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row with the line on which it begins, its cells without blanks around them."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise MalformedSheet("quotes", f"line {begins}") from None
        if cells:
            yield begins, [cell.strip() for cell in cells]
        begins = reader.line_num + 1


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


def _row_text(cells: list[str], place: int, separator: str) -> str:
    beside = [cell for number, cell in enumerate(cells) if number != place and cell]
    own = cells[place].removeprefix("'") if place < len(cells) else ""
    return separator.join([own, *beside])[:MOST_CELL_SYMBOLS]
