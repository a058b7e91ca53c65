"""Page one in words: right in grammar and in what it tells, short enough to be read aloud, and
never a claim of what a ride led to."""

import re
from typing import Any

import pytest

import report_builders as builders
from farechance.participants import OutcomeKind
from farechance.reports import phrases, plain_words, words
from farechance.reports.content import LateAdjustments, Outcome, Report
from farechance.vouchers import Reason

# 130 words a minute is slow; figures are longer when they are read aloud than they look.
MOST_WORDS = 270


def _said(report: Report) -> str:
    return " ".join(words.paragraphs(report))


def test_page_one_tells_rides_dollars_the_median_and_people() -> None:
    first, *_ = words.paragraphs(builders.a_report())

    assert first == (
        "From March 1 to March 31, 2026, New York time, Harbor Rides Home paid $31,267.75 for "
        "1,912 rides, $115.00 of it in fees for cancelled rides. The median fare was $14.20: half "
        "of the rides cost no more than that. 640 people rode: 212 for the first time, and 428 who "
        "had ridden in an earlier month."
    )


def test_page_one_tells_the_grant_against_its_time() -> None:
    _, second, *_ = words.paragraphs(builders.a_report())

    assert second == (
        "Of the grant of $100,000.00 to date, $53,771.15 is spent. That is 53 percent, and 58 "
        "percent of the programme's days are over (212 of 365). $46,228.85 is left, $11,866.10 of "
        "it in vouchers."
    )


def test_page_one_tells_what_is_owed_against_the_ride_companys_own_statement() -> None:
    _, _, third, *_ = words.paragraphs(builders.a_report())

    assert third == (
        "City Cabs was paid $22,154.00 in the month; $25,960.80 is still payable to it. Its own "
        "statement says $25,999.05, and our books $25,928.80: 1,571 lines agree, 5 differ. Bay "
        "Wheels was paid $4,026.15 in the month; $5,338.95 is still payable to it. Its own "
        "statement has not been compared yet. $21.30 beyond the vouchers is undecided."
    )


def test_what_nobody_has_decided_is_told_only_where_there_is_any() -> None:
    decided = builders.money(undecided_cents=0)
    of_nobody = builders.money(ride_companies=(), undecided_cents=800)

    assert "undecided" not in _said(builders.a_report(money=decided))
    assert ("No ride company is owed anything. $8.00 beyond the vouchers is undecided.") in _said(
        builders.a_report(money=of_nobody)
    )
    assert "undecided" not in _said(builders.a_partner_report())


def test_a_statement_that_agrees_is_said_to() -> None:
    agreeing = builders.statement(
        lines=1_571,
        different_amount=0,
        only_theirs=0,
        only_ours=0,
        doubled=0,
        charged_cents=2_592_880,
    )

    said = _said(builders.a_report(exceptions=builders.exceptions(statements=(agreeing,))))

    assert (
        "Its own statement says $25,928.80, as our books do: every one of 1,571 lines agrees."
        in said
    )


def test_many_ride_companies_are_told_together() -> None:
    companies = tuple(
        builders.owing(provider_id=f"pvd_{number}", name=f"Company {number}") for number in range(5)
    )
    money = builders.money(ride_companies=companies)

    said = _said(builders.a_report(money=money))

    assert "5 ride companies were paid $110,770.00 in the month, and $129,804.00 is still" in said
    assert "1 statement of theirs was compared with our books: 5 lines differ." in said
    assert "Company 3" not in said


def test_a_ride_company_that_was_paid_too_much_owes_it_back() -> None:
    company = builders.owing(opening_cents=0, paid_cents=2_600_000)
    money = builders.money(ride_companies=(company,))

    said = _said(builders.a_report(money=money))

    assert "City Cabs was paid $26,000.00 in the month; $39.20 is owed back by it." in said


def test_cards_without_a_person_are_told_and_so_are_rides_on_them() -> None:
    said = _said(builders.a_report())

    assert "60 cards were handed out without a person. 14 cards got a person later." in said
    assert "84 rides were taken on cards without a person: who rode is not known." in said


def test_outcomes_are_told_without_a_cause_and_unknown_as_unknown() -> None:
    said = _said(builders.a_report())

    assert (
        "Partners recorded that 58 people attended a job interview, 21 people received a job "
        "offer, 17 people started a job and 43 people visited family. How many were still "
        "employed after 30 days is not told, so that nobody can be singled out. Of everybody else "
        "nothing is known, and nothing here says what a ride led to."
    ) in said


@pytest.mark.parametrize(
    "report",
    [
        builders.a_report(),
        builders.a_report(people=builders.some_not_told()),
        builders.a_partner_report(),
        builders.an_empty_month(),
    ],
)
def test_no_report_claims_a_cause_and_each_is_read_aloud_in_two_minutes(report: Report) -> None:
    said = _said(report)

    assert not re.search(
        r"\b(because|thanks to|thus|helped|led to a|result(ed)?|saved|prevented|due to)\b", said
    )
    assert len(said.split()) <= MOST_WORDS


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        ({"riders": None, "new_riders": None, "returning_riders": None}, "How many people rode is"),
        ({"new_riders": None, "returning_riders": None}, "640 people rode; how many of them for"),
    ],
)
def test_a_count_that_is_not_told_is_not_told_in_words_either(
    people: dict[str, Any], expected: str
) -> None:
    first, *_ = words.paragraphs(builders.a_report(people=builders.people(**people)))

    assert expected in first
    assert first.endswith("is not told, so that nobody can be singled out.")
    assert "Fewer" not in first
    assert "212" not in first
    assert "428" not in first


def test_few_riders_are_fewer_than_the_threshold_where_everybody_sees_it() -> None:
    report = builders.a_report(
        rides=builders.rides(completed=12, on_unassigned_cards=2),
        people=builders.people(riders=None, new_riders=None, returning_riders=None),
    )

    first, *_ = words.paragraphs(report)

    assert first.endswith("Fewer than 11 people rode.")


@pytest.mark.parametrize(
    ("count", "most", "shown"),
    [(12, 40, "12"), (0, 0, "0"), (None, 10, "fewer than 11"), (None, 11, "not told")],
)
def test_in_a_table_a_count_that_is_not_told_is_fewer_only_where_that_is_sure(
    count: int | None, most: int, shown: str
) -> None:
    assert phrases.people(count, most, 11) == shown


def test_one_of_each_is_right_in_grammar() -> None:
    report = builders.a_report(
        rides=builders.rides(completed=1, on_unassigned_cards=1),
        vouchers=builders.vouchers(minted_unassigned=1, assigned_later=1),
        people=builders.people(
            riders=1,
            new_riders=1,
            returning_riders=0,
            outcomes=(Outcome(outcome="employed_after_30_days", people=1),),
        ),
        exceptions=builders.exceptions(
            shortfalls=1,
            late_adjustments=(
                LateAdjustments(
                    month="2026-02", adjustments=1, captured_cents=0, refunded_cents=100
                ),
            ),
            statements=(builders.statement(matched=1, only_theirs=0, only_ours=0, doubled=0),),
        ),
    )

    said = _said(report)

    for right in (
        "for 1 ride, $115.00 of it in fees for cancelled rides.",
        "1 person rode: 1 for the first time, and 0 who had ridden in an earlier month.",
        "1 card was handed out without a person. 1 card got a person later. 1 ride was taken on",
        "1 person was still employed after 30 days.",
        "1 shortfall came to $41.20, which was driven and no voucher could pay.",
        "1 message that contradicted",
        "1 change to rides of February 2026 came late and is counted here.",
        "1 line agrees, 2 differ.",
    ):
        assert right in said


def test_a_month_in_which_nothing_happened_says_so() -> None:
    said = words.paragraphs(builders.an_empty_month())

    assert said == (
        "From March 1 to March 31, 2026, New York time, Harbor Rides Home paid for no rides.",
        said[1],
        "No ride company is owed anything.",
        "No cards were handed out without a person.",
        "No outcomes were recorded in the month: what became of people is not known.",
    )


def test_a_month_with_more_refunds_than_fares_says_so() -> None:
    money = builders.money(captured_cents=0, refunded_cents=1_250)
    report = builders.an_empty_month(money=money)

    first, *_ = words.paragraphs(report)

    assert first.endswith("paid for no rides, and $12.50 more was refunded than paid.")


def test_fees_in_a_month_without_rides_are_told() -> None:
    money = builders.money(captured_cents=1_250, refunded_cents=0)
    report = builders.an_empty_month(money=money)

    first, *_ = words.paragraphs(report)

    assert first.endswith("paid for no rides, and $12.50 for fees and earlier rides.")


def test_without_a_grant_on_record_nothing_is_divided_by_it() -> None:
    report = builders.a_report(
        budget=builders.budget(granted_cents=0, spent_cents=0, spent_percent=0)
    )

    _, second, *_ = words.paragraphs(report)

    assert second.startswith("No grant is on record yet; 58 percent of the programme's days")


def test_a_month_that_is_not_over_is_so_far() -> None:
    report = builders.a_report(is_complete=False)

    first, *_ = words.paragraphs(report)

    assert first.startswith("So far in March 2026, which is not over in New York, Harbor Rides")
    assert words.title(report) == "Harbor Rides Home, March 2026 so far"
    assert words.subject(report) == "Harbor Rides Home: report for March 2026 so far"


def test_a_partners_part_is_about_its_vouchers_and_not_about_the_grant() -> None:
    report = builders.a_partner_report()

    said = _said(report)

    assert "the vouchers of Second Start in Harbor Rides Home paid $16,588.60 for" in said
    assert (
        "Second Start was allotted $13,430.05 in the month. At the end of the month it could "
        "still mint vouchers of $4,550.00, and $6,194.55 was in vouchers."
    ) in said
    assert "grant" not in said
    assert "payable" not in said


def test_what_was_taken_back_of_an_allotment_is_told_and_so_is_now() -> None:
    part = builders.a_partner_report()
    money = part.money.model_copy(update={"defunded_cents": 5_000})

    said = _said(part.model_copy(update={"money": money, "is_complete": False}))

    assert "in the month, and $50.00 was taken back. It can still mint vouchers of" in said
    assert "$6,194.55 is in vouchers." in said


def test_the_e_mail_says_page_one_without_a_link_in_lines_that_any_program_shows() -> None:
    report = builders.a_report()

    text = words.page_one_text(report)

    flat = " ".join(text.split())
    assert all(paragraph in flat for paragraph in words.paragraphs(report))
    assert text.startswith("Harbor Rides Home, March 2026\n=====")
    assert "://" not in text
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()) <= 78
    assert len(text.encode()) < 256 * 1024


def test_the_subject_is_short_ascii_and_keeps_the_month_however_the_programme_is_called() -> None:
    names = ("Compañía de Vuelta a Casa", "W" * 200, "回家", "two\nlines\tand \x07 a bell")

    subjects = [words.subject(builders.a_report(program_name=name)) for name in names]

    assert subjects[0] == "Compania de Vuelta a Casa: report for March 2026"
    assert subjects[2] == "Rides: report for March 2026"
    assert subjects[3] == "two lines and a bell: report for March 2026"
    for subject in subjects:
        assert subject.isascii()
        assert subject.isprintable()
        assert len(subject) < 100
        assert subject.endswith(": report for March 2026")


def test_every_reason_and_every_outcome_has_words_that_are_no_slugs() -> None:
    said = [plain_words.reason(reason) for reason in Reason]
    said += [plain_words.outcome(kind, 2) for kind in OutcomeKind]

    assert len(set(said)) == len(said)
    assert not any("_" in one for one in said)


def test_a_slug_of_a_later_version_is_said_as_it_stands() -> None:
    assert plain_words.reason("some_new_reason") == "Some new reason"
    assert plain_words.outcome("some_new_outcome", 3) == "some new outcome"


@pytest.mark.parametrize(
    ("cents", "shown"), [(0, "$0.00"), (-5, "-$0.05"), (123_456_789, "$1,234,567.89")]
)
def test_money_has_commas_and_its_sign_in_front(cents: int, shown: str) -> None:
    assert phrases.money(cents, "USD") == shown
