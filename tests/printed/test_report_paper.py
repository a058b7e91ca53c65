"""A report on paper and on screens: nothing is cut, all is there, and page one is one page."""

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import report_builders as builders
from farechance.reports import phrases, words
from farechance.reports.content import Report
from farechance.reports.page import html
from infra.local import chromium
from pages import Page
from printed.conftest import A4, LETTER, print_sheets

type Printed = Callable[[str, str], list[str]]

LONG = "Compañía de Transportes y Servicios de la Bahía del Norte"
# As long as a name may be, with no place to break it.
UNBROKEN = "M" * 200
MEASURE = """<script>
const edge = document.body.getBoundingClientRect().right + 1;
const over = [...document.querySelectorAll('body *')].filter(one => {
  const its = one.getBoundingClientRect();
  return !one.closest('.sideways, .plain thead') && its.right > edge;
});
const written = [...document.querySelectorAll('p, td, th, li, dt, dd, small, figcaption')];
document.body.innerHTML = '<pre>' + JSON.stringify({
  wide: document.documentElement.scrollWidth,
  screen: document.documentElement.clientWidth,
  over: over.map(one => one.tagName + ' ' + one.textContent.slice(0, 40)),
  least: Math.min(...written.map(one => parseFloat(getComputedStyle(one).fontSize))),
}).replace(/</g, '\\\\u003c') + '</pre>';
</script>"""


def _with_long_names() -> Report:
    money = builders.money(
        ride_companies=(builders.owing(name=LONG), builders.owing(name=UNBROKEN)),
    )
    partners = tuple(
        builders.partner_row(partner_id=f"org_{number}", name=f"{LONG} {number}")
        for number in range(12)
    )
    return builders.a_report(
        program_name=LONG,
        funder=UNBROKEN,
        money=money,
        people=builders.people(by_partner=(builders.partner_row(name=UNBROKEN), *partners)),
    )


# Each with how many pages it may have.
REPORTS = {
    "a month": (builders.a_report(), range(6, 9)),
    "a partner's part": (builders.a_partner_report(), range(4, 8)),
    "nothing happened": (builders.an_empty_month(is_complete=False), range(3, 6)),
    "long names": (_with_long_names(), range(8, 13)),
}
any_report = pytest.mark.parametrize("name", REPORTS)
any_paper = pytest.mark.parametrize("paper", [A4, LETTER])


@pytest.fixture(scope="module")
def on_paper(tmp_path_factory: pytest.TempPathFactory) -> Printed:
    """Prints one of the reports, once for each paper; the text of its sheets, without blanks."""

    @cache
    def printing(name: str, paper: str) -> list[str]:
        report, _ = REPORTS[name]
        folder = tmp_path_factory.mktemp("report")
        return [_flat(sheet.text) for sheet in print_sheets(html(report), paper, folder)]

    return printing


def _flat(text: str) -> str:
    """Without blanks, which are where a line happens to break."""
    return re.sub(r"[\s\u00ad\ufffe]+", "", text)


@any_paper
def test_page_one_is_one_page_and_the_money_begins_the_next(on_paper: Printed, paper: str) -> None:
    first, second, *_ = on_paper("a month", paper)

    report, _ = REPORTS["a month"]
    shown = first.replace("’", "'")
    assert all(_flat(paragraph) in shown for paragraph in words.paragraphs(report))
    assert _flat("212 of 365 days") in shown
    assert "MoneyWhatcameandwhatwent" in second


@any_report
@any_paper
def test_all_that_stands_in_the_page_stands_on_numbered_sheets_and_not_on_too_many(
    on_paper: Printed, name: str, paper: str
) -> None:
    report, pages = REPORTS[name]

    sheets = on_paper(name, paper)

    assert len(sheets) in pages
    for number, sheet in enumerate(sheets, start=1):
        assert _flat(f"Page {number} of {len(sheets)}") in sheet
    page = Page.of(html(report))
    said = [cell.text for body in page.all("tbody", "tfoot") for cell in body.all("td")]
    said += [heading.text for heading in page.all("h1", "h2", "h3")]
    # What is cut at the edge of the paper isn't in its text.
    assert [one for one in said if _flat(one) not in "".join(sheets)] == []


@any_paper
def test_a_table_that_fits_on_a_page_stands_on_one(on_paper: Printed, paper: str) -> None:
    sheets = on_paper("a month", paper)

    for table in Page.of(html(REPORTS["a month"][0])).all("table"):
        if table.attributes.get("class") == "long":
            continue
        caption, *_ = table.all("caption")
        rows = [_flat(row.text) for body in table.all("tbody") for row in body.all("tr")]
        assert [
            sheet
            for sheet in sheets
            if _flat(caption.text) in sheet and all(row in sheet for row in rows)
        ]


def test_day_by_day_a_month_is_all_there_on_the_last_sheet(on_paper: Printed) -> None:
    *_, last = on_paper("a month", A4)

    for one in REPORTS["a month"][0].money.by_day:
        day = phrases.day(one.day, with_year=False)
        assert _flat(f"{day}{one.rides}{phrases.money(one.net_cents, 'USD')}") in last


def test_a_long_table_repeats_its_head_on_the_next_page(tmp_path: Path) -> None:
    identities = tuple(
        identity.model_copy(update={"name": f"{identity.name} {number}"})
        for number in range(4)
        for identity in builders.identities()
    )
    page = html(builders.a_report(identities=identities))

    sheets = [_flat(sheet.text) for sheet in print_sheets(page, A4, tmp_path)]

    (before,) = (sheet for sheet in sheets if _flat("Requests 0") in sheet)
    (after,) = (sheet for sheet in sheets if _flat("Completed rides 3") in sheet)
    assert before != after
    assert _flat("One side") in before
    assert _flat("One side") in after


@any_report
@pytest.mark.parametrize("width", [1280, 400])
def test_on_a_screen_nothing_runs_out_to_the_right_and_all_is_large_enough(
    tmp_path: Path, name: str, width: int
) -> None:
    file = tmp_path / "report.html"
    report, _ = REPORTS[name]
    file.write_text(html(report).replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")

    shown = chromium.dump(file.as_uri(), width, 900)

    (measured,) = re.findall(r"<pre>(.*)</pre>", shown)
    page = json.loads(measured)
    assert page["over"] == []
    assert page["wide"] <= page["screen"]
    assert page["least"] >= 13
