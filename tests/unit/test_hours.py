"""Weekly hours to the second, in the programme's zone, and on both nights of a clock change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from builders import NOON, hours
from farechance.hours import is_open, next_opening
from farechance.programs import WEEKDAYS, WeeklyHours

NEW_YORK = ZoneInfo("America/New_York")
MONDAY = (hours("monday", "08:00", "18:00"),)


def at(text: str) -> datetime:
    """An instant, written with its offset."""
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-03-02T07:59:59-05:00", False),
        ("2026-03-02T07:59:59.999-05:00", False),
        ("2026-03-02T08:00:00-05:00", True),
        ("2026-03-02T08:00:01-05:00", True),
        ("2026-03-02T17:59:59-05:00", True),
        ("2026-03-02T17:59:59.999-05:00", True),
        ("2026-03-02T18:00:00-05:00", False),
        ("2026-03-02T18:00:01-05:00", False),
        ("2026-03-01T12:00:00-05:00", False),
        ("2026-03-03T12:00:00-05:00", False),
        ("2026-03-09T08:00:00-04:00", True),
    ],
)
def test_hours_begin_with_their_first_second_and_end_before_their_last(
    instant: str, *, expected: bool
) -> None:
    assert is_open(MONDAY, at(instant), NEW_YORK) is expected


def test_hours_are_those_of_the_programmes_zone() -> None:
    # 23:30 on Monday in New York is Tuesday in UTC, and 20:30 on Monday in Los Angeles.
    late = (hours("monday", "23:00", "24:00"),)
    instant = at("2026-03-02T23:30:00-05:00")

    assert is_open(late, instant, NEW_YORK)
    assert not is_open(late, instant, ZoneInfo("UTC"))
    assert not is_open(late, instant, ZoneInfo("America/Los_Angeles"))


def test_24_00_ends_a_day_and_00_00_begins_the_next() -> None:
    night = (hours("monday", "22:00", "24:00"), hours("tuesday", "00:00", "02:00"))
    midnight = at("2026-03-03T00:00:00-05:00")

    assert is_open(night[:1], midnight - timedelta(milliseconds=1), NEW_YORK)
    assert not is_open(night[:1], midnight, NEW_YORK)
    assert is_open(night[1:], midnight, NEW_YORK)
    assert all(
        is_open(night, midnight + timedelta(seconds=second), NEW_YORK) for second in (-1, 0, 1)
    )


def test_without_hours_it_is_always_open() -> None:
    assert is_open((), NOON, NEW_YORK)


def test_each_day_of_the_week_is_its_own() -> None:
    monday = at("2026-03-02T12:00:00-05:00")

    for number, weekday in enumerate(WEEKDAYS):
        day = (hours(weekday, "00:00", "24:00"),)
        open_days = [
            ahead for ahead in range(7) if is_open(day, monday + timedelta(days=ahead), NEW_YORK)
        ]
        assert open_days == [number]


# On 8 March 2026 the clock of New York goes from 02:00 (-05:00) to 03:00 (-04:00); on 1 November it
# goes from 02:00 (-04:00) back to 01:00 (-05:00).


@pytest.mark.parametrize(
    ("begin", "end", "instant", "expected"),
    [
        pytest.param("01:00", "03:00", "2026-03-08T01:59:59-05:00", True, id="before the gap"),
        pytest.param("01:00", "03:00", "2026-03-08T03:00:00-04:00", False, id="ends in the gap"),
        pytest.param("02:30", "04:00", "2026-03-08T01:59:59-05:00", False, id="not begun"),
        pytest.param("02:30", "04:00", "2026-03-08T03:00:00-04:00", True, id="begins in the gap"),
        pytest.param("02:30", "04:00", "2026-03-08T03:59:59-04:00", True, id="its last second"),
        pytest.param("02:30", "04:00", "2026-03-08T04:00:00-04:00", False, id="its end"),
        pytest.param("02:00", "03:00", "2026-03-08T01:59:59-05:00", False, id="skipped, before"),
        pytest.param("02:00", "03:00", "2026-03-08T03:00:00-04:00", False, id="skipped, after"),
    ],
)
def test_an_hour_that_is_skipped_never_comes(
    begin: str, end: str, instant: str, *, expected: bool
) -> None:
    assert is_open((hours("sunday", begin, end),), at(instant), NEW_YORK) is expected


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        pytest.param("2026-11-01T00:59:59-04:00", False, id="before"),
        pytest.param("2026-11-01T01:00:00-04:00", True, id="begins"),
        pytest.param("2026-11-01T01:29:59-04:00", True, id="the last second"),
        pytest.param("2026-11-01T01:30:00-04:00", False, id="ends"),
        pytest.param("2026-11-01T01:59:59-04:00", False, id="before the clock goes back"),
        pytest.param("2026-11-01T01:00:00-05:00", True, id="begins again"),
        pytest.param("2026-11-01T01:29:59-05:00", True, id="the last second again"),
        pytest.param("2026-11-01T01:30:00-05:00", False, id="ends again"),
    ],
)
def test_an_hour_that_comes_twice_counts_twice(instant: str, *, expected: bool) -> None:
    assert is_open((hours("sunday", "01:00", "01:30"),), at(instant), NEW_YORK) is expected


@pytest.mark.parametrize(
    ("day", "seconds"), [("2026-03-08", 82_800), ("2026-11-01", 90_000), ("2026-03-15", 86_400)]
)
def test_a_whole_day_is_open_from_midnight_to_midnight_however_long_it_is(
    day: str, seconds: int
) -> None:
    sunday = (hours("sunday", "00:00", "24:00"),)
    midnight = datetime.fromisoformat(day).replace(tzinfo=NEW_YORK).astimezone(UTC)

    def open_after(second: int) -> bool:
        return is_open(sunday, midnight + timedelta(seconds=second), NEW_YORK)

    assert not open_after(-1)
    assert all(open_after(second) for second in range(0, seconds, 600))
    assert open_after(seconds - 1)
    assert not open_after(seconds)


@pytest.mark.parametrize(
    ("week", "instant", "opens"),
    [
        pytest.param(MONDAY, "2026-03-02T07:59:59-05:00", "2026-03-02T08:00:00-05:00", id="today"),
        pytest.param(MONDAY, "2026-03-02T08:00:00-05:00", "2026-03-02T08:00:00-05:00", id="now"),
        pytest.param(
            MONDAY, "2026-03-02T18:00:00-05:00", "2026-03-09T08:00:00-04:00", id="in a week"
        ),
        pytest.param(
            (hours("friday", "09:00", "10:00"), *MONDAY),
            "2026-03-03T00:00:00-05:00",
            "2026-03-06T09:00:00-05:00",
            id="the next of two",
        ),
        pytest.param(
            (hours("sunday", "01:00", "01:30"),),
            "2026-11-01T01:45:00-04:00",
            "2026-11-01T01:00:00-05:00",
            id="an hour that comes again",
        ),
        pytest.param(
            (hours("sunday", "02:30", "04:00"),),
            "2026-03-08T01:00:00-05:00",
            "2026-03-08T03:30:00-04:00",
            id="in an hour that is skipped",
        ),
    ],
)
def test_the_next_opening_is_found(week: tuple[WeeklyHours, ...], instant: str, opens: str) -> None:
    found = next_opening(week, at(instant), NEW_YORK)

    assert found == at(opens)
    assert is_open(week, found, NEW_YORK)


def test_where_no_hours_come_within_a_week_none_are_told() -> None:
    skipped = (hours("sunday", "02:00", "03:00"),)

    assert next_opening(skipped, at("2026-03-01T03:00:00-05:00"), NEW_YORK) is None
    assert next_opening((), NOON, NEW_YORK) is None
