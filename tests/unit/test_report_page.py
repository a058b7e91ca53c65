"""The page of a report: one file that loads nothing, whatever it is given is escaped, and somebody
who hears it learns as much as somebody who sees it."""

import re
from itertools import pairwise

import pytest

import report_builders as builders
from farechance.reports import words
from farechance.reports.charts import Bar, Heading, columns, rows
from farechance.reports.content import Declined, Identity, Outcome, Report, Share
from farechance.reports.document import document
from farechance.reports.page import html
from farechance.reports.style import STYLE
from pages import Page

PLANTED = """<b onclick="x()">'&amp;"""
REPORTS = {
    "a month": builders.a_report(),
    "a partner's part": builders.a_partner_report(),
    "nothing happened": builders.an_empty_month(),
    "counts that are not told": builders.a_report(people=builders.some_not_told()),
    "so far": builders.a_report(is_complete=False),
}
any_report = pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)


def _planted() -> Report:
    """A report in which every word that somebody could choose is mark-up."""
    money = builders.money(ride_companies=(builders.owing(name=PLANTED),))
    rides = builders.rides(
        by_purpose=(Share(name=PLANTED, rides=1_912, net_cents=builders.NET),),
        declined_by_reason=(Declined(reason=PLANTED, times=1),),
        refused_by_reason=(Declined(reason=PLANTED, times=1),),
    )
    people = builders.people(
        by_partner=(builders.partner_row(name=PLANTED),),
        outcomes=(Outcome(outcome=PLANTED, people=20),),
    )
    return builders.a_report(
        program_name=PLANTED,
        funder=PLANTED,
        basis=PLANTED,
        currency="XBX",
        money=money,
        rides=rides,
        people=people,
        identities=(
            Identity(name=PLANTED, left=PLANTED, right=PLANTED, left_value=1, right_value=1),
        ),
    )


# ── one file ─────────────────────────────────────────────────────────────────────────────────────


@any_report
def test_the_page_runs_nothing_and_loads_nothing(report: Report) -> None:
    made = html(report)

    page = Page.of(made)
    assert not page.all("script", "link", "iframe", "img", "object", "embed", "base", "form")
    assert "://" not in made
    assert "javascript:" not in made
    assert "url(" not in STYLE
    assert "@import" not in STYLE
    assert not [
        name
        for element in page.elements
        for name in element.attributes
        if name.startswith("on") or name in {"src", "srcset", "style", "xlink:href"}
    ]


@any_report
def test_every_link_leads_to_a_place_on_the_page_and_no_place_is_there_twice(
    report: Report,
) -> None:
    page = Page.of(html(report))

    places = [one.attributes["id"] for one in page.elements if "id" in one.attributes]
    assert len(set(places)) == len(places)
    links = {one.attributes["href"] for one in page.all("a")}
    assert links <= {f"#{place}" for place in places}
    assert {"#money", "#rides", "#people", "#notes"} <= links


@pytest.mark.parametrize("is_partners", [False, True])
def test_whatever_somebody_may_choose_is_shown_as_text(is_partners: bool) -> None:
    report = _planted()
    if is_partners:
        report = report.model_copy(update={"partner_id": "org_b", "partner_name": PLANTED})

    page = Page.of(html(report))

    assert not page.all("b")
    assert not [one for one in page.elements if "onclick" in one.attributes]
    shown = page.all("body")[0].text
    # The heading, the funder, a company, a reason of each kind, an outcome, the basis.
    assert shown.count(PLANTED) + shown.count(PLANTED.replace("'", "’")) > 8
    assert PLANTED in page.all("title")[0].text


def test_a_chart_shows_mark_up_as_text() -> None:
    heading = Heading("chart-x", PLANTED, PLANTED)
    bars = [Bar(PLANTED, 5, PLANTED, PLANTED)]

    upright, lying = columns(heading, bars, axis=lambda _: PLANTED), rows(heading, bars, whole=9)

    for drawing in (upright, lying):
        page = Page(drawing)
        assert not page.all("b")
        assert page.all("title")[0].text == PLANTED


# ── for everybody ────────────────────────────────────────────────────────────────────────────────


@any_report
def test_headings_go_down_one_rank_at_a_time(report: Report) -> None:
    page = Page.of(html(report))

    ranks = [int(one.tag[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert ranks.count(1) == 1
    assert ranks[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(ranks))
    assert not [one for one in page.all("h1", "h2", "h3") if not one.text]


@any_report
def test_the_page_says_its_language_its_title_and_where_its_parts_are(report: Report) -> None:
    page = Page.of(html(report))

    assert page.all("html")[0].attributes["lang"] == "en"
    assert page.all("title")[0].text == f"{words.title(report)}: monthly report"
    assert [len(page.all(tag)) for tag in ("header", "main", "footer", "nav")] == [1, 1, 1, 1]
    names = {one.attributes.get("id"): one.text for one in page.elements}
    assert all(names[one.attributes["aria-labelledby"]] for one in page.all("section"))


@any_report
def test_every_table_has_a_caption_and_every_cell_is_named(report: Report) -> None:
    page = Page.of(html(report))

    for table in page.all("table"):
        (caption,) = table.all("caption")
        assert caption.text
        (head,) = table.all("thead")
        columns_ = len(head.all("tr")[0].children)
        assert columns_ > 1
        for cell in head.all("th"):
            assert cell.attributes["scope"] == "col"
            assert cell.text
        for body in table.all("tbody") + table.all("tfoot"):
            for row in body.all("tr"):
                first, *others = row.children
                assert (first.tag, first.attributes["scope"]) == ("th", "row")
                assert first.text
                assert {other.tag for other in others} == {"td"}
                assert len(row.children) == columns_
    captions = [table.all("caption")[0].text for table in page.all("table")]
    assert len(set(captions)) == len(captions)


@any_report
def test_every_chart_is_an_image_with_a_title_and_a_description(report: Report) -> None:
    page = Page.of(html(report))

    charts = page.all("svg")
    assert charts
    for chart in charts:
        (title,), (description,) = chart.all("title"), chart.all("desc")
        named = f"{title.attributes['id']} {description.attributes['id']}"
        assert chart.attributes["role"] == "img"
        assert chart.attributes["aria-labelledby"] == named
        assert title.text
        assert description.text


def test_a_month_has_five_charts_and_all_that_they_show_stands_in_tables() -> None:
    report = builders.a_report()

    page = Page.of(html(report))

    assert [one.attributes["id"] for one in page.all("title")[1:]] == [
        "chart-grant-title",
        "chart-split-title",
        "chart-day-title",
        "chart-week-title",
        "chart-hour-title",
    ]
    days = page.table("By day of the ride") + page.table("By day, continued")
    assert len(days) == len(report.money.by_day)
    assert days[0] == ["February 26", "0", "-$21.50"]
    assert days[-1] == ["March 31", "87", "$1,138.95"]
    assert page.table("By week")[0] == ["February 23", "38", "$621.43"]
    assert page.table("By hour")[8] == ["08:00", "250"]
    assert len(page.table("By hour")) == 24
    assert ["Spent, or passed", "$53,771.15", "212"] in page.table("The grant to date")


def test_words_and_accents_stand_out_from_what_is_behind_them() -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", STYLE))

    # WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for a bar in its frame.
    assert min(_contrast(colours[name], "#ffffff") for name in ("ink", "muted", "accent")) >= 4.5
    assert _contrast(colours["accent"], colours["tint"]) >= 3


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# ── what it says ─────────────────────────────────────────────────────────────────────────────────


@any_report
def test_page_one_is_what_is_read_aloud(report: Report) -> None:
    page = Page.of(html(report))

    shown = page.all("main")[0].text.replace("’", "'")
    assert all(paragraph in shown for paragraph in words.paragraphs(report))


def test_the_money_is_printed_as_an_equation() -> None:
    page = Page.of(html(builders.a_report()))

    assert page.table("What came and what went") == [
        ["Opening balance", "$57,528.60"],
        ["+ Granted", "$20,000.00"],
        ["− Taken back", "$0.00"],
        ["− Captured for rides", "$31,482.15"],
        ["+ Refunded", "$214.40"],
        ["− Accepted beyond vouchers", "$32.00"],
        ["= Closing balance", "$46,228.85"],
    ]
    assert page.table("City Cabs: what is payable") == [
        ["Payable at the opening", "$22,154.00"],
        ["+ Captured", "$26,110.20"],
        ["− Refunded", "$181.40"],
        ["+ Accepted beyond vouchers", "$32.00"],
        ["− Paid", "$22,154.00"],
        ["= Payable at the end", "$25,960.80"],
    ]


def test_each_equation_that_was_checked_is_printed_as_money_or_as_a_count() -> None:
    report = builders.a_report()

    checked = Page.of(html(report)).table("Equations that were checked: both sides are the same")

    assert len(checked) == len(report.identities)
    assert checked[0] == [
        "What came and wentopening + funded − defunded − captured + refunded − accepted = closing",
        "$46,228.85",
        "$46,228.85",
    ]
    assert checked[-1] == ["Completed ridescompleted = sum over purposes", "1,912", "1,912"]


def test_money_between_two_cards_is_shown_only_when_there_is_some() -> None:
    usual = Page.of(html(builders.a_report())).table("Where it was and is")
    closing = builders.split(in_transfer_cents=1_250)

    page = Page.of(html(builders.a_report(money=builders.money(closing=closing))))

    assert "Between an old card and its new one" not in [row[0] for row in usual]
    assert ["Between an old card and its new one", "$0.00", "$12.50"] in page.table(
        "Where it was and is"
    )


def test_reasons_are_said_in_words_that_people_understand() -> None:
    page = Page.of(html(builders.a_report()))

    declined = page.table("Requests that were declined")
    assert declined[0] == ["Not enough money left on the voucher", "96"]
    assert declined[-1] == ["Outside the hours of the programme", "5"]
    assert not re.search(r"[a-z]_[a-z]", page.all("main")[0].text.replace("America/New_York", ""))


def test_a_statement_that_differs_is_shown_line_by_line_and_to_be_looked_at() -> None:
    page = Page.of(html(builders.a_report()))

    statement = page.table("City Cabs: its own statement")
    assert ["Another amount", "2"] in statement
    assert ["The statement charges", "$25,999.05"] in statement
    assert ["Differences to the statement of City Cabs", "5"] in page.table(
        "Exceptions of the month"
    )
    assert page.table("Changes to rides of earlier months") == [
        ["February 2026", "5", "$44.10", "$21.50"]
    ]


def test_counts_of_people_that_are_not_told_are_nowhere_on_the_page() -> None:
    page = Page.of(html(builders.a_report(people=builders.some_not_told())))

    assert page.table("People, counted once within a partner")[:3] == [
        ["People who rode", "640"],
        ["of these, for the first time", "not told"],
        ["of these, also in an earlier month", "not told"],
    ]
    partners = {row[0]: row[3] for row in page.table("By partner")}
    assert partners["New Leaf Reentry"] == "not told"
    # Nine rides have at most nine riders, as anybody sees.
    assert partners["Open Gate Families"] == "fewer than 11"
    assert page.table("Recorded in the month, with consent") == [["Started a job", "not told"]]


def test_a_month_that_is_not_over_says_so_and_tells_how_things_are_now() -> None:
    page = Page.of(html(builders.a_report(is_complete=False)))

    assert "So far. The month is not over" in page.all("header")[0].text
    assert page.table("City Cabs: what is payable")[-1] == ["= Payable now", "$25,960.80"]
    shown = page.all("main")[0].text
    assert "at the end" not in shown.lower()


def test_a_partners_part_has_no_grant_no_payable_and_no_other_partner() -> None:
    page = Page.of(html(builders.a_partner_report()))

    assert page.all("h1")[0].text == "Second Start March 2026"
    shown = page.all("main")[0].text
    assert "Payable" not in shown
    assert "The grant" not in shown
    assert "By partner" not in shown
    assert page.table("What came and what went")[1] == ["+ Allotted", "$13,430.05"]


def test_the_notes_say_how_to_read_the_report() -> None:
    report = builders.a_report()

    notes = Page.of(html(report)).all("main")[0].text

    assert report.basis in notes
    assert "by the clock of America/New_York" in notes
    assert "A count of fewer than 11 people is not told, nor is a larger one from which" in notes
    assert "Somebody whom two partners enrolled counts twice" in notes
    assert "nobody checks where a ride goes" in notes
    assert "no cause is claimed" in notes


# ── charts and frame ─────────────────────────────────────────────────────────────────────────────


def test_bars_are_as_long_as_their_values() -> None:
    bars = [Bar("a", 100), Bar("b", 25), Bar("c", 0), Bar("d", 400)]

    drawing = Page(rows(Heading("chart-x", "t", "d"), bars, whole=100, width=201))

    lengths = [
        float(one.attributes["width"])
        for one in drawing.all("rect")
        if one.attributes["class"] == "bar"
    ]
    # What is more than the whole fills its frame.
    assert lengths == [200, pytest.approx(49.25, abs=0.1), 0, 200]


def test_columns_stand_on_the_base_line_and_hang_from_it_below_zero() -> None:
    bars = [Bar("a", 300, "300"), Bar("b", -100, "-100"), Bar("c", 150)]

    drawing = Page(columns(Heading("chart-x", "t", "d"), bars))

    tops, heights = (
        [float(one.attributes[name]) for one in drawing.all("rect")] for name in ("y", "height")
    )
    (base,) = (
        float(one.attributes["y1"])
        for one in drawing.all("line")
        if one.attributes["class"] == "base"
    )
    assert heights[0] == pytest.approx(3 * heights[1], abs=0.2)
    assert heights[0] == pytest.approx(2 * heights[2], abs=0.2)
    assert tops[0] + heights[0] == pytest.approx(base, abs=0.2)
    assert tops[1] == pytest.approx(base, abs=0.2)


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0], ["0", "1"]),
        ([7], ["0", "2", "4", "6", "8"]),
        ([250, 3], ["0", "100", "200", "300"]),
        ([90, -30], ["-50", "0", "50", "100"]),
        ([131_000], ["0", "50000", "100000", "150000"]),
    ],
)
def test_an_axis_has_a_few_round_values(values: list[int], marks: list[str]) -> None:
    bars = [Bar("", value) for value in values]

    drawing = Page(columns(Heading("chart-x", "t", "d"), bars, axis=str))

    assert [one.text for one in drawing.all("text")] == marks


def test_a_page_of_something_else_has_the_same_frame() -> None:
    page = Page.of(document("A < B", "text"))

    assert page.all("title")[0].text == "A < B"
    assert page.all("style")[0].text.startswith("@page")
    assert page.all("body")[0].text == "text"
