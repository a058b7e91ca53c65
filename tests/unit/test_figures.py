"""The figures of a report that are worked out, and its equations, of which none may fail."""

from datetime import date
from statistics import median as exact_median

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import PROGRAM
from farechance.errors import BooksDiffer
from farechance.programs import Program, Status
from farechance.reports import figures, identities
from farechance.reports.closing import Closing, Sums, mark
from farechance.reports.content import Identity, Report
from farechance.reports.figures import Names, Period
from farechance.reports.tally import Tally


def empty_report(month: str = "2026-03", today: date | None = None) -> Report:
    """Of a programme in which nothing happened; with `today`, of a month that isn't over."""
    rules = builders.rules()
    program = Program(
        program_id=PROGRAM,
        name="Harbor rides",
        funder="Harbor Foundation",
        status=Status.ACTIVE,
        rules_version=1,
        time_zone=rules.time_zone,
    )
    return figures.of_program(
        Period(program, rules, month, today is None, today or date(2028, 1, 1)),
        Closing(program_id=PROGRAM, month=month),
        {},
        Tally(rules.zone, month),
        Names({}, {}),
        (),
        (),
    )


@given(st.lists(st.integers(0, 50), min_size=1, max_size=30))
def test_the_median_is_exact_without_keeping_every_fare(fares: list[int]) -> None:
    counted = {cents: fares.count(cents) for cents in fares}

    # Half a cent goes up.
    assert figures.median(counted) == int(exact_median(fares) + 0.5)


def test_nothing_has_no_median_and_no_mean() -> None:
    report = empty_report()

    assert (report.rides.median_fare_cents, report.rides.mean_fare_cents) == (None, None)
    assert report.people.rides_per_rider_hundredths is None
    assert report.budget is not None
    assert report.budget.spent_percent == 0
    assert len(report.rides.by_hour) == 24


@pytest.mark.parametrize(
    ("month", "last"),
    [("2026-02", "2026-02-28"), ("2028-02", "2028-02-29"), ("2026-12", "2026-12-31")],
)
def test_a_month_ends_with_its_last_day(month: str, last: str) -> None:
    assert empty_report(month).last_day.isoformat() == last


@pytest.mark.parametrize(
    ("month", "over"), [("2025-12", 0), ("2026-01", 31), ("2026-02", 59), ("2027-06", 365)]
)
def test_the_budget_says_how_many_of_its_days_are_over(month: str, over: int) -> None:
    budget = empty_report(month).budget

    assert budget is not None
    assert (budget.days_over, budget.days_in_all) == (over, 365)


@pytest.mark.parametrize(("day", "over"), [(1, 59), (2, 60), (31, 89)])
def test_of_a_month_that_goes_on_the_days_before_today_are_over(day: int, over: int) -> None:
    budget = empty_report("2026-03", date(2026, 3, day)).budget

    assert budget is not None
    assert budget.days_over == over


def test_one_equation_that_fails_is_told_with_both_of_its_sides() -> None:
    wrong = Identity(
        name="Spent by days", left="captured", right="the days", left_value=5, right_value=4
    )
    report = empty_report().model_copy(update={"identities": (wrong,)})

    with pytest.raises(BooksDiffer, match="Spent by days: captured is 5, the days is 4"):
        identities.check(report)


def test_a_tally_takes_others_in_and_leaves_them_as_they_are() -> None:
    one, other = (Tally(builders.rules().zone, "2026-03") for _ in range(2))
    other.entries, other.completed = 2, 1
    other.fares[700] += 1
    other.riders.add(mark("sub_a"))

    one.include(other)
    one.include(other)

    assert (one.entries, one.completed, one.fares[700], len(one.riders)) == (4, 2, 2, 1)
    assert (other.entries, other.fares[700]) == (2, 1)
    assert one.after(Sums(entries=5)).entries == 9
