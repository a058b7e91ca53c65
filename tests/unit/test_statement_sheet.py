"""A ride company's statement as a file: what spreadsheets and billing systems write is read to the
cent, and what can't be read is refused line by line, in words."""

import csv
import io
import tracemalloc
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farechance.errors import MalformedSheet
from farechance.reports import statement_sheet
from farechance.reports.statement_cells import UnreadableCell, cents_of, instant_of
from farechance.reports.statement_sheet import StatementLine, UnreadableLine, read_statement

NEW_YORK = ZoneInfo("America/New_York")
HEADER = "ride_id,completed_at,fare,amount charged to the voucher,authorization_id"
AT = "2026-03-01T14:00:00Z"


def read(text: str | bytes) -> list[StatementLine | UnreadableLine]:
    body = text.encode() if isinstance(text, str) else text
    return list(read_statement(io.BytesIO(body), NEW_YORK, "USD"))


def one(row: str, header: str = HEADER) -> StatementLine:
    (line,) = read(f"{header}\n{row}\n")
    assert isinstance(line, StatementLine), line
    return line


def why(row: str, header: str = HEADER) -> str:
    (line,) = read(f"{header}\n{row}\n")
    assert isinstance(line, UnreadableLine), line
    return line.why


def refused(text: str | bytes) -> tuple[str, str]:
    with pytest.raises(MalformedSheet) as wrong:
        read(text)
    return wrong.value.problem, wrong.value.where


RIDE = StatementLine(2, "r-1", datetime(2026, 3, 1, 14, tzinfo=UTC), 1_500, 1_234, "aut_1")


# ── what is read ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        f"{HEADER}\nr-1,{AT},15.00,12.34,aut_1\n",
        f"\ufeff{HEADER}\r\nr-1,{AT},15.00,12.34,aut_1\r\n",
        f"{HEADER}\rr-1,{AT},15.00,12.34,aut_1\r",
        f"{HEADER}\nr-1,{AT},15.00,12.34,aut_1",
        f'"ride_id","completed_at","fare","charged","authorization_id"\n"r-1","{AT}","15","12.34",'
        '"aut_1"\n',
        f'{HEADER}\nr-1,{AT},15,"12,34",aut_1\n',
        f"RIDE ID;Completed at;Fare (USD);Charged to voucher;Authorization-ID\n"
        f"r-1;{AT};15;12,34;aut_1\n",
        f"ride_id\tcompleted_at\tfare\tcharged\tauthorization_id\nr-1\t{AT}\t$15.00\t$12.34\taut_1",
        f"city,authorization_id,charged,fare,completed_at,ride_id\nRome,aut_1,12.34,15,{AT},r-1,,",
        f"{HEADER}\n r-1 , {AT} ,\u00a015.00,12.34, aut_1 \n",
    ],
    ids=repr,
)
def test_whatever_a_spreadsheet_makes_of_a_statement_is_read(text: str) -> None:
    assert read(text) == [RIDE]


def test_the_line_of_separators_and_empty_lines_are_skipped_and_counted() -> None:
    text = f"sep=;\r\n\r\n{HEADER.replace(',', ';')}\r\n;;;;\r\n\r\nr-1;{AT};15;12,34;aut_1;\r\n"

    (line,) = read(text)

    assert isinstance(line, StatementLine)
    assert (line.line, line.ride_id, line.charged_cents) == (6, "r-1", 1_234)


@pytest.mark.parametrize(
    "name", ["amount_charged", "Charged", "CHARGED TO VOUCHER", "Amount charged to the voucher"]
)
def test_the_amount_charged_has_several_names(name: str) -> None:
    line = one(f"r-1,{AT},15.00,12.34", f"ride_id,completed_at,fare,{name}")

    assert (line.charged_cents, line.authorization_id) == (1_234, None)


def test_an_empty_authorization_is_none() -> None:
    assert one(f"r-1,{AT},15.00,12.34,").authorization_id is None
    assert one(f"r-1,{AT},15.00,12.34").authorization_id is None


def test_a_mark_against_formulas_is_no_part_of_an_id_and_any_other_is() -> None:
    assert one(f"'=r-1,{AT},15.00,12.34").ride_id == "=r-1"
    assert one(f"'r-1,{AT},15.00,12.34").ride_id == "'r-1"


def test_a_note_in_several_lines_is_one_cell_and_the_lines_behind_it_keep_their_numbers() -> None:
    text = f'{HEADER},note\r\nr-1,{AT},1,1,,"first\r\nsecond, ""third"""\r\nr-2,{AT},2,2,,plain\r\n'

    assert [(it.line, getattr(it, "ride_id", "")) for it in read(text)] == [(2, "r-1"), (4, "r-2")]


def test_a_letter_in_another_encoding_spoils_no_column_that_isnt_ours() -> None:
    text = f"{HEADER},city\nr-1,{AT},15,12.34,aut_1,San Jos\xe9\n".encode("cp1252")

    assert read(text) == [RIDE]


# ── amounts ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("0", 0),
        ("12", 1_200),
        ("12.3", 1_230),
        ("12.34", 1_234),
        ("12,34", 1_234),
        (".5", 50),
        ("0,05", 5),
        ("1234.56", 123_456),
        ("1,234.56", 123_456),
        ("1.234,56", 123_456),
        ("1 234,56", 123_456),
        ("1\u00a0234,56", 123_456),
        ("1\u202f234,56", 123_456),
        ("1'234.56", 123_456),
        ("$12.34", 1_234),
        ("$ 12.34", 1_234),
        ("12,34 $", 1_234),
        ("USD 12.34", 1_234),
        ("12.34USD", 1_234),
        ("10,000.00", 1_000_000),
    ],
)
def test_an_amount_is_exact_in_every_countrys_spelling(cell: str, cents: int) -> None:
    assert cents_of(cell, "the fare", "USD") == cents


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("-12.34", "the fare is below zero; only rides are taken here, and no refunds"),
        ("\u221212.34", "the fare is below zero; only rides are taken here, and no refunds"),
        ("12.34-", "the fare is below zero; only rides are taken here, and no refunds"),
        ("(12.34)", "the fare is below zero; only rides are taken here, and no refunds"),
        ("$-12.34", "the fare is below zero; only rides are taken here, and no refunds"),
        ("-$12.34", "the fare is below zero; only rides are taken here, and no refunds"),
        ("1,234", "the fare could be thousands or decimals; write it with two decimals"),
        ("1.234", "the fare could be thousands or decimals; write it with two decimals"),
        ("1234.567", "the fare has more than two decimals"),
        ("1,234.567", "the fare has more than two decimals"),
        ("10000.01", "the fare is more than 10,000.00, the most of a ride"),
        ("99999999999999999999", "the fare is more than 10,000.00, the most of a ride"),
        ("EUR 12.34", "the fare is not in USD, the programme's currency"),
        ("twelve", "the fare is not an amount such as 12.34"),
        ("1,23,456.00", "the fare is not an amount such as 12.34"),
        ("1,234,56", "the fare is not an amount such as 12.34"),
        ("1.234.56", "the fare is not an amount such as 12.34"),
        ("12.", "the fare is not an amount such as 12.34"),
        ("1e3", "the fare is not an amount such as 12.34"),
        ("٣", "the fare is not an amount such as 12.34"),
        ("$$3", "the fare is not an amount such as 12.34"),
        ("€3", "the fare is not an amount such as 12.34"),
        ("=1+1", "the fare is not an amount such as 12.34"),
        ("$", "the fare is not an amount such as 12.34"),
        (".", "the fare is not an amount such as 12.34"),
    ],
)
def test_what_is_no_amount_or_could_be_two_is_refused_in_words(cell: str, said: str) -> None:
    with pytest.raises(UnreadableCell) as wrong:
        cents_of(cell, "the fare", "USD")

    assert wrong.value.why == said


@pytest.mark.parametrize("cell", ["$12.34", "12,34 $"])
def test_a_dollar_sign_is_that_of_the_united_states_alone(cell: str) -> None:
    with pytest.raises(UnreadableCell) as wrong:
        cents_of(cell, "the fare", "CAD")

    assert wrong.value.why == "the fare is not in CAD, the programme's currency"


@given(st.integers(0, 1_000_000), st.sampled_from(["{:,}.{:02d}", "{}.{:02d}", "${:,}.{:02d}"]))
def test_every_amount_that_is_written_with_two_decimals_is_read_back(cents: int, as_: str) -> None:
    written = as_.format(cents // 100, cents % 100)
    swapped = written.translate(str.maketrans(",.", ".,"))

    assert cents_of(written, "it", "USD") == cents_of(swapped, "it", "USD") == cents


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_refused(cell: str) -> None:
    try:
        cents = cents_of(cell, "it", "USD")
    except UnreadableCell:
        return
    assert 0 <= cents <= 1_000_000


# ── times ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("cell", "hour_in_utc"),
    [
        ("2026-03-01T14:00:00Z", 14),
        ("2026-03-01T09:00:00-05:00", 14),
        ("2026-03-01 09:00:00.5-05:00", 14),
        ("2026-03-01 14:00Z", 14),
        ("2026-03-01 09:00", 14),
        ("2026-03-01T09:00:00", 14),
        ("2026-03-08 01:59", 6),
        ("2026-03-08 03:00", 7),
        ("2026-11-01 00:59", 4),
        ("2026-11-01 02:00", 7),
        ("2026-11-01 01:30:00-05:00", 6),
    ],
)
def test_a_time_has_a_zone_or_is_of_the_clock_on_the_programmes_wall(
    cell: str, hour_in_utc: int
) -> None:
    instant = instant_of(cell, "it", NEW_YORK)

    assert (instant.tzinfo, instant.hour) == (UTC, hour_in_utc)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "2026-11-01 01:30",
            "it came twice that night in America/New_York; it must be with its zone, as "
            "2026-11-01T01:30:00-04:00",
        ),
        ("2026-03-08 02:30", "it is a time that clocks in America/New_York skipped that night"),
        ("2026-02-30 12:00", "it is no day of the calendar or no time of the day"),
        ("2026-03-01 25:00", "it is no day of the calendar or no time of the day"),
        ("1926-03-01 12:00", "it is no day of the calendar or no time of the day"),
        ("0001-01-01T00:00:00+14:00", "it is no day of the calendar or no time of the day"),
    ],
)
def test_a_time_that_never_was_or_was_twice_is_refused_in_words(cell: str, said: str) -> None:
    with pytest.raises(UnreadableCell) as wrong:
        instant_of(cell, "it", NEW_YORK)

    assert wrong.value.why == said


@pytest.mark.parametrize("cell", ["03/01/2026 14:00", "2026-03-01", "14:00", "1772373600", "x"])
def test_other_spellings_of_a_time_are_told_how_it_is_written(cell: str) -> None:
    said = why(f"r-1,{cell},15.00,12.34,")

    assert said == (
        "the time of completion is not a time such as 2026-03-01T14:00:00Z, or 2026-03-01 14:00 in "
        "America/New_York"
    )


# ── what is refused, line by line ────────────────────────────────────────────────────────────────


def test_a_bad_line_spoils_no_other() -> None:
    bad = [
        f"r 1,{AT},1,1,",
        f'"r-2,{AT},1,1,',
        f",{AT},1,1,",
        "x" * 30_000,
        f"r-3,{AT},1,-1,",
        "Total,,1234.50,1234.50,",
        f"r-4,{AT},{'1' * 101},1,",
        f"r-5,{AT},1,1,a b",
    ]
    text = "\n".join([HEADER, *(f"{row}\nok-{place},{AT},1,1," for place, row in enumerate(bad))])

    lines = read(text)

    told = [(it.line, it.why) for it in lines if isinstance(it, UnreadableLine)]
    form = "is not 1 to 64 letters, digits and signs without blanks and without #"
    assert told == [
        (2, f"the ride_id {form}"),
        (4, "the line is too long, or a quotation mark in it is amiss"),
        (6, "the cell ride_id is empty"),
        (8, "the line is too long, or a quotation mark in it is amiss"),
        (10, "the amount charged is below zero; only rides are taken here, and no refunds"),
        (12, "the cell completed_at is empty"),
        (14, "the cell fare is too long"),
        (16, f"the authorization_id {form}"),
    ]
    assert [it.ride_id for it in lines if isinstance(it, StatementLine)] == [
        f"ok-{place}" for place in range(len(bad))
    ]


def test_a_comma_in_an_amount_that_isnt_in_quotes_is_told_and_never_read_as_two_cells() -> None:
    header = "ride_id,completed_at,fare,charged"

    assert why(f"r-1,{AT},12,34,12,34", header) == (
        "it has more cells than the first line has names; a comma in an amount must stand in "
        "quotation marks"
    )


# ── what is refused as a whole ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_refused_as_such(encoding: str) -> None:
    assert refused(f"{HEADER}\nr-1,{AT},1,1,\n".encode(encoding)) == ("utf16", "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ("no_header", "")),
        ("\n\n", ("no_header", "")),
        (f"r-1,{AT},1,1,\n", ("no_header", "")),
        ("x" * 200_000, ("no_header", "")),
        ('"ride_id\n', ("no_header", "")),
        ("ride_id,fare,charged\n", ("missing_column", "completed_at")),
        ("ride_id,completed_at,charged\n", ("missing_column", "fare")),
        ("ride_id,completed_at,fare,fare,charged\n", ("doubled_column", "fare")),
        ("ride_id,trip_id,completed_at,fare,charged\n", ("doubled_column", "ride_id")),
        (f"{HEADER}\n", ("empty", "")),
        (f"{HEADER}\n,,,\n\n", ("empty", "")),
    ],
)
def test_a_file_that_is_no_statement_is_refused(text: str, problem: tuple[str, str]) -> None:
    assert refused(text) == problem


def test_a_file_with_too_many_lines_or_bytes_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "".join(f"r-{number},{AT},1,1,\n" for number in range(3))
    monkeypatch.setattr(statement_sheet, "MOST_LINES", 3)
    assert len(read(f"{HEADER}\n{rows}")) == 3

    assert refused(f"{HEADER}\n{rows}r-9,{AT},1,1,\n") == ("too_many_lines", "")

    monkeypatch.setattr(statement_sheet, "MOST_BYTES", 100)
    assert refused(f"{HEADER}\n{rows}") == ("too_large", "")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        lines = read(f"{HEADER}\n".encode() + body)
    except MalformedSheet:
        return
    assert [it.line for it in lines] == sorted({it.line for it in lines})
    assert all(it.line >= 2 for it in lines)


RIDE_IDS = st.text("abcXYZ019_-!'", min_size=1, max_size=64)


@given(
    st.lists(st.tuples(RIDE_IDS, st.integers(0, 1_000_000)), min_size=1, max_size=20),
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from([".", ","]),
    st.booleans(),
)
def test_every_dialect_of_every_spreadsheet_is_read_alike(
    rides: list[tuple[str, int]], separator: str, end: str, quoting: int, point: str, mark: bool
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(["ride_id", "note", "completed_at", "fare", "charged"])
    for ride, cents in rides:
        amount = f"{cents // 100}{point}{cents % 100:02d}"
        writer.writerow([ride, 'a "note";, x', AT, amount, amount])

    lines = read("\ufeff" * mark + out.getvalue())

    found = [(it.ride_id, it.charged_cents) for it in lines if isinstance(it, StatementLine)]
    # Whoever marks cells against formulas marks these, and no ride is named so.
    assert found == [
        (ride.replace("'-", "-", 1) if ride[:2] == "'-" else ride, cents) for ride, cents in rides
    ]


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


def test_ten_times_the_lines_take_no_more_memory() -> None:
    small, large = _peak(_rows(10_000)), _peak(_rows(100_000))

    assert large < 1.5 * small


def _rows(number: int) -> io.BytesIO:
    rows = (f"ride-{one},{AT},15.00,12.34,aut_{one}\n" for one in range(number))
    return io.BytesIO(f"{HEADER}\n{''.join(rows)}".encode())


def _peak(file: io.BytesIO) -> int:
    tracemalloc.start()
    try:
        count = _count(read_statement(file, NEW_YORK, "USD"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count in (10_000, 100_000)
    return peak


def _count(lines: Iterable[object] | Iterator[object]) -> int:
    return sum(1 for _ in lines)
