"""Instants as they are sent and stored, and where a programme's days and months begin."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from farechance.times import (
    Instant,
    in_utc,
    instant_text,
    last_settled_month,
    local_day,
    local_midnight,
    local_month,
    month_before,
    month_settles_at,
    next_month,
)

INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.builds(
    lambda since, zone: (datetime(2000, 1, 2, tzinfo=UTC) + since).astimezone(zone),
    st.timedeltas(timedelta(0), timedelta(days=36_880)),
    zones,
)


def as_sent(text: str) -> datetime:
    """A time as it comes in JSON."""
    return INSTANT.validate_json(f'"{text}"', strict=True)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-01T14:00:00Z", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-03-01T09:00:00-05:00", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-03-01T19:45:00+05:45", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-03-01T14:00:00+00:00", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-03-01T14:00:00-00:00", datetime(2026, 3, 1, 14, tzinfo=UTC)),
        ("2026-03-01T14:00:00.5Z", datetime(2026, 3, 1, 14, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-03-01T14:00:00.123Z", datetime(2026, 3, 1, 14, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-03-01T14:00:00.123999Z", datetime(2026, 3, 1, 14, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-03-01T14:00:00.999999999Z", datetime(2026, 3, 1, 14, 0, 0, 999_000, tzinfo=UTC)),
        ("2028-02-29T00:00:00Z", datetime(2028, 2, 29, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
        ("2100-12-31T23:59:59Z", datetime(2100, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2026-01-01T00:30:00+01:00", datetime(2025, 12, 31, 23, 30, tzinfo=UTC)),
    ],
)
def test_an_rfc_3339_time_is_read_in_utc_to_the_millisecond(text: str, instant: datetime) -> None:
    read = as_sent(text)

    assert read == instant
    assert read.tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026-03-01T14:00:00", id="without a zone"),
        pytest.param("2026-03-01 14:00:00Z", id="a blank for the T"),
        pytest.param("2026-03-01T14:00Z", id="without seconds"),
        pytest.param("2026-03-01", id="a day"),
        pytest.param("20260301T140000Z", id="without signs between"),
        pytest.param("2026-W09-7T14:00:00Z", id="a week"),
        pytest.param("2026-03-01T14:00:00+0500", id="a zone without a colon"),
        pytest.param("2026-03-01T14:00:00+05", id="a zone without minutes"),
        pytest.param("2026-03-01T14:00:00+00:60", id="a zone of sixty minutes"),
        pytest.param("2026-03-01T14:00:00+24:00", id="a zone of a whole day"),
        pytest.param("2026-03-01T14:00:00.Z", id="a point without decimals"),
        pytest.param("2026-03-01T14:00:00,5Z", id="a decimal comma"),
        pytest.param("2026-03-01T14:00:00.1234567891Z", id="ten decimals"),
        pytest.param("2026-03-01T24:00:00Z", id="hour 24"),
        pytest.param("2026-03-01T14:60:00Z", id="minute 60"),
        pytest.param("2026-03-01T14:00:60Z", id="second 60"),
        pytest.param("2026-02-29T14:00:00Z", id="a day that is not"),
        pytest.param("2026-13-01T14:00:00Z", id="a month that is not"),
        pytest.param("0000-01-01T00:00:00Z", id="year 0"),
        pytest.param("1999-12-31T23:59:59Z", id="before the year 2000"),
        pytest.param("2101-01-01T00:00:00Z", id="after the year 2100"),
        pytest.param(" 2026-03-01T14:00:00Z", id="a blank before"),
        pytest.param("2026-03-01T14:00:00Z ", id="a blank after"),
        pytest.param("2026-03-01T14:00:00Z\\n", id="a line break after"),
        pytest.param("٢٠٢٦-03-01T14:00:00Z", id="digits of another script"),
        pytest.param("1772373600", id="seconds of an epoch, as text"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_not_an_rfc_3339_time_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        as_sent(text)


@pytest.mark.parametrize("sent", ["1772373600", "1772373600.5", "true", "null", "[]"])
def test_a_time_is_text_and_nothing_else(sent: str) -> None:
    with pytest.raises(ValidationError):
        INSTANT.validate_json(sent, strict=True)


@pytest.mark.parametrize(
    "text", ["2031-07-09 16:41", "2031-07-09T16:41:12+24:00", "2031-02-30T16:41:12Z"]
)
def test_the_words_about_a_wrong_time_do_not_repeat_it(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        as_sent(text)

    words = caught.value.errors(include_input=False)[0]["msg"]
    assert "2031" not in words
    assert "16:41" not in words


def test_a_time_without_a_zone_is_refused_inside_too() -> None:
    with pytest.raises(ValueError, match="time zone"):
        in_utc(datetime.fromisoformat("2026-03-01T14:00:00"))


def test_a_time_is_written_in_utc_with_three_decimals() -> None:
    new_york = datetime(2026, 3, 1, 9, 0, 0, 7_999, tzinfo=ZoneInfo("America/New_York"))

    assert instant_text(new_york) == "2026-03-01T14:00:00.007Z"


@given(instants, instants)
def test_written_times_sort_as_times_do(one: datetime, other: datetime) -> None:
    assert (instant_text(one) < instant_text(other)) == (in_utc(one) < in_utc(other))
    assert (instant_text(one) == instant_text(other)) == (in_utc(one) == in_utc(other))


@given(instants)
def test_a_written_time_reads_as_the_same_instant(instant: datetime) -> None:
    text = instant_text(instant)

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert as_sent(text) == in_utc(instant)
    assert timedelta(0) <= instant - in_utc(instant) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        pytest.param("UTC", date(2026, 3, 8), "2026-03-08T00:00:00.000Z", id="UTC"),
        pytest.param(
            "America/New_York", date(2026, 3, 8), "2026-03-08T05:00:00.000Z", id="a day of 23 hours"
        ),
        pytest.param(
            "America/New_York", date(2026, 3, 9), "2026-03-09T04:00:00.000Z", id="the day after it"
        ),
        pytest.param(
            "America/New_York", date(2026, 11, 1), "2026-11-01T04:00:00.000Z", id="one of 25 hours"
        ),
        pytest.param(
            "America/New_York", date(2026, 11, 2), "2026-11-02T05:00:00.000Z", id="the one after it"
        ),
        pytest.param(
            "America/Phoenix", date(2026, 7, 1), "2026-07-01T07:00:00.000Z", id="no clock change"
        ),
        # The clock goes from 00:00 to 01:00: the day begins at 01:00.
        pytest.param(
            "America/Havana", date(2026, 3, 8), "2026-03-08T05:00:00.000Z", id="Havana skips it"
        ),
        pytest.param(
            "Asia/Beirut", date(2026, 3, 29), "2026-03-28T22:00:00.000Z", id="Beirut skips it"
        ),
        # The clock goes from 01:00 back to 00:00: the day begins the first time.
        pytest.param(
            "America/Havana",
            date(2026, 11, 1),
            "2026-11-01T04:00:00.000Z",
            id="Havana has it twice",
        ),
        # The clock goes from 00:00 back to 23:00 of the day before: that day lasts 25 hours.
        pytest.param(
            "Asia/Beirut", date(2026, 10, 25), "2026-10-24T22:00:00.000Z", id="Beirut delays it"
        ),
    ],
)
def test_a_local_day_begins_at_its_first_instant(zone: str, day: date, begins: str) -> None:
    midnight = local_midnight(day, ZoneInfo(zone))

    assert instant_text(midnight) == begins
    assert local_day(midnight, ZoneInfo(zone)) == day
    assert local_day(midnight - timedelta(milliseconds=1), ZoneInfo(zone)) == day - timedelta(1)


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 11, 2), 24)]
)
def test_the_nights_when_the_clock_changes_make_days_of_23_and_25_hours(
    day: date, hours: int
) -> None:
    zone = ZoneInfo("America/New_York")

    lasts = local_midnight(day + timedelta(days=1), zone) - local_midnight(day, zone)

    assert lasts == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("instant", "zone", "month"),
    [
        ("2026-04-01T03:59:59.999Z", "America/New_York", "2026-03"),
        ("2026-04-01T04:00:00.000Z", "America/New_York", "2026-04"),
        ("2026-01-01T04:59:59.999Z", "America/New_York", "2025-12"),
        ("2026-01-01T05:00:00.000Z", "America/New_York", "2026-01"),
        ("2026-03-31T15:00:00.000Z", "Asia/Tokyo", "2026-04"),
        ("2026-03-31T23:59:59.999Z", "UTC", "2026-03"),
    ],
)
def test_a_month_is_counted_in_the_programmes_zone(instant: str, zone: str, month: str) -> None:
    assert local_month(as_sent(instant), ZoneInfo(zone)) == month


@pytest.mark.parametrize(
    ("month", "before"), [("2026-03", "2026-02"), ("2026-01", "2025-12"), ("2024-03", "2024-02")]
)
def test_the_month_before_is_the_one_whose_next_it_is(month: str, before: str) -> None:
    assert month_before(month) == before
    assert next_month(before) == month


@pytest.mark.parametrize(
    ("now", "zone", "month"),
    [
        # New York leaves March at 04:00 UTC, and two hours later nothing of it is under way.
        ("2026-04-01T05:59:59+00:00", "America/New_York", "2026-02"),
        ("2026-04-01T06:00:00+00:00", "America/New_York", "2026-03"),
        # When the schedule runs, the month is over wherever it is.
        ("2026-04-01T14:00:00+00:00", "Etc/GMT+12", "2026-03"),
        ("2026-04-01T13:59:59+00:00", "Etc/GMT+12", "2026-02"),
        ("2026-04-01T14:00:00+00:00", "Pacific/Kiritimati", "2026-03"),
    ],
)
def test_a_month_settles_two_hours_after_its_end_in_its_zone(
    now: str, zone: str, month: str
) -> None:
    instant = datetime.fromisoformat(now)

    assert last_settled_month(instant, ZoneInfo(zone)) == month
    assert month_settles_at(month, ZoneInfo(zone)) <= instant
    assert month_settles_at(next_month(month), ZoneInfo(zone)) > instant
