"""What came of a statement as files: a page to be read, a table that is safe in a spreadsheet, and
the same bytes each time. And where the files stand."""

import csv
import io
import json
from datetime import date
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from builders import PROGRAM, PROVIDER
from farechance.edge import requests
from farechance.edge.dropped_files import DroppedFiles
from farechance.errors import MalformedSheet
from farechance.reports.applied import Applied, carried_out, looked_at
from farechance.reports.findings import Because, Finding, Reconciled, Verdict
from farechance.reports.statement_content import Statement
from farechance.reports.statement_report import MOST_ON_PAGE, About, as_csv, as_json, as_page
from farechance.reports.statement_sheet import StatementLine
from farechance.reports.statement_words import why_not
from farechance.statement_files import StatementName, is_to_be_read, problem_path

ABOUT = About(
    program_id=PROGRAM,
    program_name="Harbor <rides>",
    provider_id=PROVIDER,
    provider_name="City & Cabs",
    month="2026-03",
    time_zone="America/New_York",
    currency="USD",
    file_sha256="0" * 64,
)
SAME = {"matched": 2, "lines": 2, "charged_cents": 3_000, "ledger_cents": 3_000}


def statement(**counts: int) -> Statement:
    names = Statement.model_fields.keys() - {"provider_id"}
    return Statement(provider_id=PROVIDER, **{**dict.fromkeys(names, 0), **counts})


def finding(ride: str, line: int | None = 2, verdict: Verdict = Verdict.ONLY_THEIRS) -> Finding:
    because = Because.CAN_BE_APPLIED if verdict is Verdict.ONLY_THEIRS else Because.AS_IT_IS
    return Finding(verdict, because, line, ride, date(2026, 3, 2), 1_500)


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


# ── the files ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("ride", ["=1+1", "+1", "-1", "@SUM(A1)", "0042", "1E5", "mar-3"])
def test_no_ride_of_the_table_is_a_formula_a_number_or_a_day(ride: str) -> None:
    (one,) = rows(as_csv(Reconciled(statement(), (finding(ride),))))

    assert one["ride_id"] == f"'{ride}"
    assert (one["line"], one["class"], one["day"]) == ("2", "Only on the statement", "2026-03-02")
    assert (one["charged_cents"], one["ledger_cents"]) == ("1500", "")
    assert "apply_statement" in one["what_to_do"]


def test_the_table_has_what_doesnt_match_and_nothing_else() -> None:
    late = Finding(Verdict.MATCHED, Because.LATE, 3, "late")
    ours = finding("ours", None, Verdict.ONLY_OURS)

    found = rows(as_csv(Reconciled(statement(), (finding("lost"), late, ours))))

    assert [one["ride_id"] for one in found] == ["'lost", "'ours"]


def test_the_page_says_it_in_words_and_shows_names_as_they_are() -> None:
    it = statement(lines=3, matched=1, only_theirs=1, doubled=1, charged_cents=4_500)

    page = as_page(ABOUT, Reconciled(it, (finding("<script>alert(1)</script>"),)))

    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<title>City &amp; Cabs: statement of March 2026 – Harbor &lt;rides&gt;</title>" in page
    assert "<h1>City &amp; Cabs <span>March 2026</span></h1>" in page
    assert "City &amp; Cabs charges $45.00 on 3 lines; the ledger says $0.00." in page
    assert "1 of the lines match" in page
    assert "America/New_York" in page
    assert _Balanced.is_balanced(page)


def test_a_statement_that_matches_needs_no_table_of_lines() -> None:
    page = as_page(ABOUT, Reconciled(statement(**SAME), ()))

    assert "Every line matches." in page
    assert "Nothing: every line matches, and the ledger has no ride beside them." in page


def test_a_page_stays_short_and_says_what_it_leaves_out() -> None:
    many = tuple(finding(f"ride-{number}", number) for number in range(2, MOST_ON_PAGE + 9))
    reconciled = Reconciled(statement(), many)

    page = as_page(ABOUT, reconciled)

    assert "7 more are in statement.csv." in page
    assert page.count("ride-") == MOST_ON_PAGE
    assert len(rows(as_csv(reconciled))) == MOST_ON_PAGE + 7


def test_the_same_findings_are_the_same_bytes_and_json_has_all() -> None:
    reconciled = Reconciled(statement(**SAME), (finding("lost"),))

    content = as_json(ABOUT, reconciled)

    assert content == as_json(ABOUT, reconciled)
    told = json.loads(content)
    assert told["statement"]["matched"] == 2
    assert (told["file_sha256"], told["month"]) == ("0" * 64, "2026-03")
    assert told["findings"][0]["class"] == "only_theirs"
    assert "ledger_cents" not in told["findings"][0]


class _Balanced(HTMLParser):
    """Whether every element that is opened is closed, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong = 0

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.wrong += self.open.pop() != tag

    @classmethod
    def is_balanced(cls, page: str) -> bool:
        it = cls()
        it.feed(page)
        return not it.open and not it.wrong


# ── problems in words ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("problem", ["utf16", "no_header", "too_many_lines", "too_large", "empty"])
def test_every_problem_of_a_file_has_its_words(problem: str) -> None:
    assert why_not(MalformedSheet(problem)).endswith(".")


def test_a_column_that_is_missing_or_twice_is_named() -> None:
    assert (
        why_not(MalformedSheet("missing_column", "fare")) == "The first line names no column fare."
    )
    assert why_not(MalformedSheet("doubled_column", "fare")) == (
        "The first line has two columns that could be fare."
    )


# ── where files stand ────────────────────────────────────────────────────────────────────────────


def test_a_statements_name_is_read_from_its_path_and_made_into_it() -> None:
    path = "inbox/prg_harbor/pvd_city_cabs/2026-03.csv"

    name = StatementName.of_path(path)

    assert name is not None
    assert name.path == path
    assert name.folder == "statements/prg_harbor/2026-03/pvd_city_cabs/"


@pytest.mark.parametrize(
    "path",
    [
        "inbox/prg_harbor/pvd_city_cabs/2026-3.csv",
        "inbox/prg_harbor/pvd_city_cabs/2026-00.csv",
        "inbox/prg_harbor/pvd_city_cabs/2026-03.CSV",
        "inbox/prg_harbor/pvd_city_cabs/2026-03.csv\n",
        "inbox/prg_harbor/pvd_city_cabs/x/2026-03.csv",
        "inbox/pvd_city_cabs/prg_harbor/2026-03.csv",
        "inbox/PRG_HARBOR/pvd_city_cabs/2026-03.csv",
        "inbox/../pvd_city_cabs/2026-03.csv",
        "statements/prg_harbor/pvd_city_cabs/2026-03.csv",
        "",
    ],
)
def test_other_paths_are_no_statements(path: str) -> None:
    assert StatementName.of_path(path) is None


def test_what_is_said_of_a_file_is_never_read_itself_however_long_the_files_name() -> None:
    for path in ("inbox/x", "inbox/" + "é" * 500, "inbox/" + "🚕" * 250):
        beside = problem_path(path)

        assert is_to_be_read(path)
        assert not is_to_be_read(beside)
        assert len(beside.encode()) <= 1_024


def test_a_path_in_a_message_is_decoded() -> None:
    message = {
        "Records": [
            {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": "inbox/a+b/%C3%A9%2B.csv"}}}
        ]
    }

    assert requests.parsed(DroppedFiles, message).paths == ("inbox/a b/é+.csv",)


def test_the_message_by_which_a_queue_is_tried_out_has_no_files() -> None:
    message = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "reports"}

    assert requests.parsed(DroppedFiles, message).paths == ()


# ── what applying came to ────────────────────────────────────────────────────────────────────────


def test_a_look_says_what_would_be_done_and_how() -> None:
    counts = Applied(already_there=3)
    line = StatementLine(2, "a", None, 1_500, 1_200, None)  # type: ignore[arg-type]
    counts.add(line, None, {"captured_cents": 1_000, "shortfall_cents": 200})
    counts.refused["no_authorization"] += 1

    told = looked_at(counts, ZoneInfo("America/New_York"))

    assert told["in_words"] == (
        "1 ride that only the statement has would be recorded, with fares of 15.00, of which it "
        "charges 12.00. Vouchers would pay 10.00 in all and leave a shortfall of 2.00, in the "
        "order of the file. The ledger knew 3 rides of the others before. 1 line can't be "
        "applied, see 'refused'. Times without a zone are those of America/New_York. To "
        "do it, send the command with this statement_digest."
    )
    assert (told["would_apply"], told["refused"]) == (1, {"no_authorization": 1})
    assert (told["captured_cents"], told["shortfall_cents"]) == (1_000, 200)


def test_what_is_left_is_said_and_how_it_goes_on() -> None:
    told = carried_out(Applied(applied=2, fare_cents=3_000, captured_cents=2_000, lines_left=7))

    assert told["in_words"] == (
        "2 rides that only the statement had are recorded, with fares of 30.00, of which vouchers "
        "pay 20.00. The ledger knew no rides of the others before. There "
        "was no time for 7 lines: send the same command again, and it goes on."
    )
    assert told["lines_left"] == 7
