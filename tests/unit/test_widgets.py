"""What the widgets of programmes, partners and reports say, and how they look."""

import re
from copy import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest

import builders
from farechance.programs import Allotment, PartnerStatus, Program, Provider, RiderNeeds
from farechance.programs import Status as ProgramStatus
from farechance.report_records import PublishedFile, PublishedReport, ReconciledStatement
from farechance.reports.statement_content import Statement
from farechance.standings import Standing
from farechance.widgets import style
from farechance.widgets.budgets import MOST_DAYS, Budget, pace_of
from farechance.widgets.frame import share_in_words
from farechance.widgets.partners import CallsSeen, PartnersSeen, partners_widget
from farechance.widgets.programs import ProgramSeen, how_long, money_parts, programs_widget
from farechance.widgets.reports import MonthSeen, ReportsSeen, reports_widget
from shown import words
from unit.test_widget_forms import NOW, asked


def program(**changes: Any) -> Program:
    """Of 8,000.00, of which 200.00 is with nobody and 10.00 was paid directly."""
    fields: dict[str, Any] = {
        "program_id": "prg_harbor",
        "name": "Harbor rides",
        "funder": "Riverside Fund",
        "status": ProgramStatus.ACTIVE,
        "rules_version": 1,
        "time_zone": "America/New_York",
        "funded_cents": 800_000,
        "unallotted_cents": 20_000,
        "paid_direct_cents": 1_000,
    }
    return Program(**{**fields, **changes})


def standing(**changes: Any) -> Standing:
    """At eleven in the morning of March 2: 2,500.00 spent, of which 300.00 since February began."""
    fields: dict[str, Any] = {
        "program_id": "prg_harbor",
        "as_of": NOW - timedelta(hours=1),
        "month": "2026-03",
        "available_cents": 400_000,
        "held_cents": 3_000,
        "spent_cents": 250_000,
        "reserved_cents": 6_000,
        "owed_cents": 0,
        "covered_cents": 5_000,
        "covered_before_cents": 25_000,
    }
    return Standing(**{**fields, **changes})


def allotment(cents: int) -> Allotment:
    """What a partner may mint from."""
    return Allotment(
        program_id="prg_harbor",
        partner_id="org_a",
        status=ProgramStatus.ACTIVE,
        available_cents=cents,
    )


def budget(now_standing: Standing | None = None, **changes: Any) -> Budget:
    """With 1,200.00 with partners: 6,590.00 is on vouchers."""
    return Budget.of(program(**changes), (allotment(100_000), allotment(20_000)), now_standing)


def seen(now_standing: Standing | None = None, **changes: Any) -> ProgramSeen:
    """A programme with the usual rules."""
    return ProgramSeen(program(**changes), builders.rules(), budget(now_standing, **changes))


# ── programmes ───────────────────────────────────────────────────────────────────────────────


def test_a_budget_is_split_as_it_was_added_up_and_still_adds_up_to_what_was_funded() -> None:
    parts = money_parts(asked(), budget(standing()))

    assert [(part.name, part.cents) for part in parts] == [
        ("Spent on rides", 250_000),
        ("Paid directly", 1_000),
        ("Held for rides under way", 3_000),
        # 659,000 on vouchers, less what is spent, held and reserved.
        ("Free on vouchers", 400_000),
        ("Reserved for batches", 6_000),
        ("With partners, to mint from", 120_000),
        ("Not given to a partner yet", 20_000),
    ]
    assert sum(part.cents for part in parts) == 800_000


def test_what_was_minted_since_the_split_is_free_on_vouchers() -> None:
    # Five hundred more came from the partners' allotments since.
    later = Budget.of(program(), (allotment(70_000),), standing())

    assert later.free_cents == 400_000 + 50_000


def test_before_the_first_split_what_is_on_vouchers_is_one_part() -> None:
    parts = money_parts(asked(), budget())

    assert [part.name for part in parts][1] == "On vouchers"
    assert sum(part.cents for part in parts) == 800_000


def test_how_long_the_money_lasts_is_said_by_the_pace_of_two_months() -> None:
    words_of_it = how_long(seen(standing()))

    # 300.00 in the 28 days of February and two of March: ten a day; 5,490.00 is left.
    assert words_of_it.startswith("At the pace of the last 30 days ($10.00 a day) it lasts 549")
    assert "beyond the programme's end on December 31, 2026" in words_of_it


def test_where_it_ends_before_the_programme_the_day_is_said() -> None:
    fast = standing(covered_before_cents=595_000)

    assert how_long(seen(fast)) == (
        "At the pace of the last 30 days ($200.00 a day) it lasts 27 more days, until about "
        "March 29, 2026. The programme ends on December 31, 2026."
    )


@pytest.mark.parametrize(
    "none",
    [
        None,
        standing(covered_cents=0, covered_before_cents=0),
        standing(covered_cents=-500, covered_before_cents=200),
    ],
)
def test_without_a_pace_it_is_said_to_be_unknown(none: Standing | None) -> None:
    assert how_long(seen(none)).startswith("How long it lasts is unknown")


def test_a_pace_counts_no_days_before_the_programme_began_and_none_beyond_ten_years() -> None:
    late = replace(seen(standing()), rules=builders.rules(starts_on=date(2026, 2, 26)))
    slow = seen(standing(covered_cents=1, covered_before_cents=0))

    pace, slow_pace = pace_of(late.budget, late.rules), pace_of(slow.budget, slow.rules)

    assert pace is not None
    assert slow_pace is not None
    assert pace.over_days == 5
    assert slow_pace.over_days == 2
    assert slow_pace.days_left == MOST_DAYS
    assert "longer than ten years" in how_long(slow)


def test_what_is_owed_is_said_with_the_limit_at_which_it_pauses() -> None:
    owing = seen(standing(owed_cents=45_000))
    limited = replace(owing, rules=builders.rules(max_owed_cents=50_000))

    without, within = (words(str(programs_widget(asked(), [one], 0))) for one in (owing, limited))

    assert "$450.00 is owed beyond vouchers" in without
    assert "no limit" in without
    assert "At $500.00 it pauses by itself" in within
    assert "owed beyond" not in words(str(programs_widget(asked(), [seen(standing())], 0)))


@pytest.mark.parametrize(
    ("status", "state", "button"),
    [
        (ProgramStatus.DRAFT, "Draft", None),
        (ProgramStatus.ACTIVE, "Active", "pause_program"),
        (ProgramStatus.PAUSED, "Paused", "resume_program"),
        (ProgramStatus.CLOSED, "Closed", None),
    ],
)
def test_each_state_is_said_and_has_its_button(
    status: ProgramStatus, state: str, button: str | None
) -> None:
    html = str(programs_widget(asked(), [seen(standing(), status=status)], 0))

    assert state in words(html)
    sent = re.findall(r"(?:pause|resume)_program(?=&#34;,)", html)
    assert sent == ([button] if button else [])


def test_programmes_that_run_stand_first_and_what_is_not_shown_is_counted() -> None:
    shown = [
        seen(None, name=name, status=status)
        for name, status in (
            ("Over", ProgramStatus.CLOSED),
            ("Stopped", ProgramStatus.PAUSED),
            ("Running", ProgramStatus.ACTIVE),
            ("Planned", ProgramStatus.DRAFT),
        )
    ]

    text = words(str(programs_widget(asked(), shown, 3)))

    places = [text.index(name) for name in ("Stopped", "Running", "Planned", "Over")]
    assert places == sorted(places)
    assert "3 programmes more not shown" in text
    assert "There is no programme yet" in words(str(programs_widget(asked(), [], 0)))


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [
        (0, 100, "0%"),
        (1, 1_000, "< 1%"),
        (5, 1_000, "1%"),
        (1, 3, "33%"),
        (3, 3, "100%"),
        (1, 0, "–"),
    ],
)
def test_a_share_is_rounded_and_never_says_nothing_of_something(
    part: int, whole: int, said: str
) -> None:
    assert share_in_words(part, whole) == said


# ── partners and ride companies ──────────────────────────────────────────────────────────────


def provider() -> Provider:
    """A ride company."""
    return Provider(
        provider_id="pvd_city_cabs",
        name="City Cabs",
        profile="standard",
        rider_needs=RiderNeeds(smartphone=True, data=False, own_payment_method=False),
        help_phone="555-0199",
        staff_can_book=True,
    )


def partners(calls: dict[str, CallsSeen] | None, **changes: Any) -> str:
    """What the widget says, by an administrator's role."""
    partner = builders.partner(program_ids=("prg_harbor",), **changes)
    seen_partners = PartnersSeen(
        [partner],
        [provider()],
        {"prg_harbor": "Harbor rides"},
        {"pvd_city_cabs": ["prg_harbor"]},
        calls,
    )
    return words(str(partners_widget(asked(), seen_partners)))


def test_a_caller_is_shown_with_its_last_call_and_how_many_were_not_done() -> None:
    text = partners(
        {
            "org_second_start": CallsSeen(1_200, 12, NOW - timedelta(minutes=7)),
            "pvd_city_cabs": CallsSeen(10, 4, NOW - timedelta(days=1)),
        }
    )

    assert "Active Harbor rides Mar 2, 16:53 1,200 12 (1%)" in text
    assert "Active Harbor rides Mar 1, 17:00 10 4 (40%): many" in text
    assert "Calls from Mar 2, 14:00 to Mar 2, 17:00" in text


def test_who_did_not_call_is_said_to_be_silent_and_nobody_is_guessed_at() -> None:
    assert partners({}).count("none in this time") == 2
    unknown = partners(None)
    assert unknown.count("unknown") == 6
    assert "try again in a minute" in unknown


def test_who_is_suspended_is_said_to_be() -> None:
    assert "Suspended" in partners({}, status=PartnerStatus.SUSPENDED)


# ── reports ──────────────────────────────────────────────────────────────────────────────────


def report(**changes: Any) -> PublishedReport:
    """February's, as first published."""
    file = PublishedFile(
        path="reports/prg_harbor/2026-02/report.html", size_bytes=1, sha256="0" * 64
    )
    fields: dict[str, Any] = {
        "program_id": "prg_harbor",
        "month": "2026-02",
        "form": 1,
        "rules_version": 1,
        "published_at": datetime(2026, 3, 1, 14, 2, tzinfo=UTC),
        "files": (file,),
    }
    return PublishedReport(**{**fields, **changes})


def statement(**changes: Any) -> ReconciledStatement:
    """A ride company's of February, all as in the ledger."""
    counts = dict.fromkeys(
        ("different_amount", "only_theirs", "only_ours", "doubled", "unreadable"), 0
    )
    fields: dict[str, Any] = {
        "provider_id": "pvd_city_cabs",
        "lines": 120,
        "matched": 120,
        "charged_cents": 120_000,
        "ledger_cents": 120_000,
        **counts,
    }
    return ReconciledStatement(
        program_id="prg_harbor",
        month="2026-02",
        provider_id="pvd_city_cabs",
        statement=Statement(**{**fields, **changes}),
        reconciled_at=NOW,
    )


def month(**changes: Any) -> MonthSeen:
    """February, published."""
    plain = MonthSeen("2026-02", True, False, report(), "https://bucket/report.html", [statement()])
    return replace(plain, **changes)


def reports(*months: MonthSeen) -> str:
    """The widget's HTML."""
    names = {"pvd_city_cabs": "City Cabs"}
    return str(reports_widget(asked(), [ReportsSeen(program(), "USD", months, names)], 0))


def test_a_published_month_has_a_link_and_its_statements() -> None:
    html = reports(month())

    assert 'href="https://bucket/report.html"' in html
    assert 'rel="noopener noreferrer"' in html
    text = words(html)
    assert "February 2026 Published Mar 1, 14:02 Open City Cabs" in text
    assert "City Cabs: 120 lines, $1,200.00, all as in the ledger" in text


def test_what_differs_on_a_statement_is_counted_by_kind() -> None:
    text = words(reports(month(statements=[statement(only_theirs=3, doubled=1)])))

    assert "120 lines; 3 only on the statement, 1 charged twice" in text


def test_a_correction_names_the_figures_that_changed() -> None:
    corrected = report(edition=2, changes=("money.spent_cents", "rides.completed"))

    text = words(reports(month(report=corrected)))

    assert "Correction 2" in text
    assert "Changed: money.spent_cents, rides.completed" in text


def test_a_month_that_is_missing_is_told_from_one_that_is_not_due() -> None:
    missing = words(reports(month(report=None, link="", is_late=True)))
    due = words(reports(month(report=None, link="")))
    running = words(reports(month(report=None, link="", is_over=False)))

    assert "Missing: run it" in missing
    assert "Published on the 1st" in due
    assert "Not over yet" in running


def test_the_month_to_run_again_is_the_last_that_is_over() -> None:
    html = reports(month(month="2026-03", is_over=False, report=None, link=""), month())

    assert re.search(r'name="f\w+_month" value="2026-02"', html)
    assert "run_report" in html


# ── how they look ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("theme", [style.LIGHT, style.DARK])
@pytest.mark.parametrize("ink", ["ink", "muted", "accent", "good", "warn", "bad"])
def test_words_can_be_read_on_their_ground(theme: dict[str, str], ink: str) -> None:
    grounds = (theme["ground"], theme["tint"])

    assert min(_contrast(theme[ink], ground) for ground in grounds) >= 4.5
    assert _contrast(theme["on-accent"], theme["accent"]) >= 4.5


@pytest.mark.parametrize("theme", [style.LIGHT, style.DARK])
def test_parts_of_a_budget_that_touch_are_told_apart(theme: dict[str, str]) -> None:
    parts = ("spent", "held", "vouchers", "reserved", "allotted", "unallotted")

    assert all(theme[one] != theme[other] for one, other in pairwise(parts))


def test_every_rule_of_the_style_is_within_the_widget_and_loads_nothing() -> None:
    selectors = re.findall(r"([^{}]+)\{", style.STYLE)

    assert all(
        one.strip().startswith(".fare-chance") for many in selectors for one in many.split(",")
    )
    assert "url(" not in style.STYLE
    assert "@import" not in style.STYLE
    assert "</" not in style.STYLE


def test_times_are_those_of_the_dashboards_clock() -> None:
    far = asked(zone=timezone(timedelta(hours=-5)))

    assert far.moment(NOW) == "Mar 2, 12:00"
    assert far.clock(NOW) == "12:00"
    assert far.moment(NOW - timedelta(days=90)) == "Dec 2 2025, 12:00"


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, 'contrast ratio'."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
