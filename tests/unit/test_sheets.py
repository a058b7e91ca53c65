"""Tables: what spreadsheets write is read, what can't be read is refused in words, and what we
write is no formula, no number and no day."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farechance.errors import MalformedSheet
from farechance.sheets import MOST_CELL_SYMBOLS, SheetRow, as_text, read_column, written


def read(text: str | bytes) -> list[tuple[int, str]]:
    body = text.encode() if isinstance(text, str) else text
    return [(row.line, row.text) for row in read_column(body, "external_ref")]


def refused(text: str | bytes) -> tuple[str, str]:
    with pytest.raises(MalformedSheet) as wrong:
        read(text)
    return wrong.value.problem, wrong.value.where


# ── what is read ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "external_ref\ncase-1\ncase-2\n",
        "external_ref\r\ncase-1\r\ncase-2\r\n",
        "external_ref\rcase-1\rcase-2\r",
        "external_ref\ncase-1\ncase-2",
        "\ufeffexternal_ref\r\ncase-1\r\ncase-2\r\n",
        '"external_ref"\r\n"case-1"\r\n"case-2"\r\n',
        '\ufeff"external_ref"\r\n"case-1"\r\n"case-2"\r\n',
        "External_Ref\n case-1 \n\u00a0case-2\t\n",
        "external_ref,\ncase-1,\ncase-2,\n",
        "external_ref;;\ncase-1;;\ncase-2;;\n",
        ";external_ref\n;case-1\n;case-2\n",
        "external_ref\t\ncase-1\t\ncase-2\t\n",
        "'external_ref\n'case-1\n'case-2\n",
    ],
    ids=repr,
)
def test_whatever_a_spreadsheet_makes_of_a_column_is_read(text: str) -> None:
    assert read(text) == [(2, "case-1"), (3, "case-2")]


def test_the_line_of_separators_that_a_spreadsheet_writes_is_skipped_and_counted() -> None:
    assert read("sep=;\r\nexternal_ref;\r\ncase-1;\r\n") == [(3, "case-1")]
    assert read("\ufeffsep=,\nexternal_ref\ncase-1\n") == [(3, "case-1")]


def test_empty_lines_are_skipped_and_counted() -> None:
    text = "\nexternal_ref,\n\ncase-1,\n,\n   ,\n\ncase-2,\n\n\n"

    assert read(text) == [(4, "case-1"), (8, "case-2")]


def test_a_quote_that_stays_open_spoils_its_own_line_and_no_other() -> None:
    text = 'external_ref\ncase-1\n"case-2\n"case-3"x\n"a ""b"""\n case-4;"\ncase-5\n'

    assert read(text) == [
        (2, "case-1"),
        (3, '"case-2'),
        (4, '"case-3"x'),
        (5, 'a "b"'),
        (6, 'case-4;"'),
        (7, "case-5"),
    ]


def test_a_cell_in_two_lines_is_no_reference_and_each_line_is_told() -> None:
    assert read('external_ref\r\n"case\r\n1"\r\ncase-2\r\n') == [
        (2, '"case'),
        (3, '1"'),
        (4, "case-2"),
    ]


def test_what_stands_beside_the_column_is_part_of_the_row_so_that_it_cannot_pass() -> None:
    assert read("external_ref\nDoe, Jane\n") == [(2, "Doe,Jane")]
    assert read("external_ref;\ncase-1;Jane\n;Jane\n") == [(2, "case-1;Jane"), (3, ";Jane")]


def test_a_long_cell_is_cut_and_stays_too_long() -> None:
    for cell in ("x" * 5_000, "x" * 200_000, '"' + "x" * 200_000 + '"'):
        (_, text), after = read(f"external_ref\n{cell}\ncase-2\n")
        assert len(text) == MOST_CELL_SYMBOLS > 64
        assert after == (3, "case-2")


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_as_such(encoding: str) -> None:
    assert refused("external_ref\r\ncase-1\r\n".encode(encoding)) == ("utf16", "")


def test_another_encoding_is_refused_with_the_line() -> None:
    text = "external_ref\ncase-1\nJosé\n".encode("cp1252")

    assert refused(text) == ("not_utf8", "line 3")


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ('"external_ref\ncase-1', "quotes", 1),
        ('\n"external_ref"x\ncase-1', "quotes", 2),
        ("x" * 200_000 + "\ncase-1", "no_header", 1),
    ],
    ids=["open", "something behind it", "a header like a file"],
)
def test_a_header_that_is_no_row_refuses_the_file(text: str, problem: str, line: int) -> None:
    assert refused(text) == (problem, f"line {line}")


@pytest.mark.parametrize(
    "text", ["", "\n\n", "case-1\ncase-2\n", "external ref\ncase-1\n", "\ufeff"]
)
def test_a_file_without_the_column_is_refused(text: str) -> None:
    assert refused(text) == ("no_header", "")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("name,external_ref\nJane,case-1\n", 1),
        ("external_ref;date_of_birth\ncase-1;1980\n", 2),
        ("external_ref,external_ref\ncase-1,case-2\n", 2),
    ],
)
def test_another_column_refuses_the_file_and_is_told_by_its_number(text: str, column: int) -> None:
    assert refused(text) == ("unknown_column", f"column {column}")


@pytest.mark.parametrize("text", ["external_ref\n", "external_ref,\n,\n\n"])
def test_a_file_without_rows_is_refused(text: str) -> None:
    assert refused(text) == ("empty", "")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        rows = read_column(b"external_ref\n" + body, "external_ref")
    except MalformedSheet:
        return
    assert all(row.line >= 2 and row.text for row in rows)


REFERENCES = st.text("abcXYZ019_-", min_size=1, max_size=64)


@given(
    st.lists(REFERENCES, min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.booleans(),
    st.integers(0, 2),
)
def test_every_dialect_of_every_spreadsheet_is_read_alike(
    references: list[str], separator: str, end: str, quoting: int, mark: bool, empty: int
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerows([one, *[""] * empty] for one in ["external_ref", *references])

    rows = read_column(("\ufeff" * mark + out.getvalue()).encode(), "external_ref")

    assert rows == tuple(SheetRow(line, ref) for line, ref in enumerate(references, start=2))


# ── what is written ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_no_cell_is_a_formula(first: str) -> None:
    text = written(("name",), [(f"{first}HYPERLINK(1)",)])

    ((_,), (cell,)) = list(csv.reader(io.StringIO(text, newline="")))
    assert cell == f"'{first}HYPERLINK(1)"


def test_text_is_in_quotes_numbers_are_not_and_lines_end_as_the_standard_says() -> None:
    text = written(("line", "name"), [(1, 'a "b", c'), (2, None)])

    assert text == '"line","name"\r\n1,"a ""b"", c"\r\n2,""\r\n'


def test_what_would_be_taken_for_a_number_or_a_day_is_marked_as_text() -> None:
    assert [as_text(one) for one in ("0042", "1E5", "mar-3", "TRUE", "-7")] == [
        "'0042",
        "'1E5",
        "'mar-3",
        "'TRUE",
        "'-7",
    ]
    assert as_text(None) is None


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_whatever_is_written_is_read_back_and_begins_no_formula(cells: list[str]) -> None:
    text = written(["n"] * len(cells), [cells])

    _, found = list(csv.reader(io.StringIO(text, newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for cell in found)
    assert [cell.removeprefix("'") for cell in found] == [one.removeprefix("'") for one in cells]


@given(st.lists(REFERENCES, min_size=1, max_size=20))
def test_a_column_that_we_wrote_can_be_sent_again(references: list[str]) -> None:
    text = written(("external_ref",), [(as_text(one),) for one in references])

    assert [row.text for row in read_column(text.encode(), "external_ref")] == references
