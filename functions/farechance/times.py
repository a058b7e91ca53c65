"""Instants, days and months. It owns how a time is written and where a local day begins; it must
never ask what time it is: `now` is an argument everywhere below the doors."""

import re
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

AHEAD = timedelta(minutes=5)
"""How far a clock of a caller may be ahead of ours (api.md, 'version 1')."""

_SETTLED_AFTER = timedelta(hours=2)

_REPORT_RUNS_AT = time(14, tzinfo=UTC)
"""On the 1st: two hours after the last zone in which a month ends (template.yaml)."""

# RFC 3339 section 5.6; pydantic alone would also take spaces, missing seconds and bare dates.
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:[0-5]\d)", re.ASCII)


def instant_text(instant: datetime) -> str:
    """RFC 3339 in UTC with `Z` and exactly three decimals, so that text sorts as time does."""
    # It cuts to milliseconds; strftime, and isoformat with a zone, take longer.
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def in_utc(instant: datetime) -> datetime:
    """The same instant in UTC, cut to milliseconds (what is stored is what is compared)."""
    if instant.tzinfo is None:
        raise ValueError("must have a time zone")
    # Beyond these years, arithmetic with zones overflows.
    if not 2000 <= instant.year <= 2100:
        raise ValueError("must lie between the years 2000 and 2100")
    utc = instant.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)


def _read(value: object) -> datetime:
    if isinstance(value, str) and _RFC3339.fullmatch(value):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        raise ValueError("must be an RFC 3339 time with seconds and zone, as 2026-03-01T14:00:00Z")
    return in_utc(value)


class _ReadAndWritten:
    """One step to read a text or an instant, and one to write it: what pydantic would put together
    from validators and a serializer takes a function longer to load, and longer to go through."""

    def __get_pydantic_core_schema__(self, _source: Any, _: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                instant_text, return_schema=core_schema.str_schema(), when_used="json"
            ),
        )


Instant = Annotated[
    datetime, _ReadAndWritten(), WithJsonSchema({"type": "string", "format": "date-time"})
]
"""A moment: aware, UTC, to the millisecond."""


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins in `zone`; where a clock change skips midnight, the first
    instant of the day (PEP 495: the offset before the gap maps 00:00 onto it)."""
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of `instant` in `zone`."""
    return instant.astimezone(zone).date()


def day_only(instant: datetime, zone: ZoneInfo) -> datetime:
    """The calendar day of `instant` in `zone` and nothing finer, as that day's midnight in UTC."""
    return datetime.combine(local_day(instant, zone), time.min, tzinfo=UTC)


def local_month(instant: datetime, zone: ZoneInfo) -> str:
    """The calendar month of `instant` in `zone`, as `2026-03`."""
    return instant.astimezone(zone).isoformat()[:7]


def utc_hour(instant: datetime) -> str:
    """The clock hour of `instant` in UTC, as `2026-03-02T12`."""
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H}"


def seconds_to_the_end_of(hour: str, now: datetime) -> int:
    """Whole seconds until an hour of `utc_hour` is over, at least 1."""
    ends_at = datetime.fromisoformat(f"{hour}:00Z") + timedelta(hours=1)
    return max(1, ceil((ends_at - now).total_seconds()))


def next_month(month: str) -> str:
    """The month after `2026-03`, as `2026-04`."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first + timedelta(days=31):%Y-%m}"


def month_before(month: str) -> str:
    """The month before `2026-03`, as `2026-02`."""
    first = date.fromisoformat(f"{month}-01")
    return f"{first - timedelta(days=1):%Y-%m}"


def month_settles_at(month: str, zone: ZoneInfo) -> datetime:
    """From when on nothing is added to a month any more: no entry of it is under way (domain.md,
    'Months')."""
    return month_ends_at(month, zone) + _SETTLED_AFTER


def last_settled_month(now: datetime, zone: ZoneInfo) -> str:
    """The latest month that nothing is added to any more."""
    return month_before(local_month(now - _SETTLED_AFTER, zone))


def report_runs_at(month: str) -> datetime:
    """When the schedule has a month reported, in whichever zone."""
    return datetime.combine(date.fromisoformat(f"{next_month(month)}-01"), _REPORT_RUNS_AT)


def month_ends_at(month: str, zone: ZoneInfo) -> datetime:
    """The instant at which a month is over in `zone`."""
    return local_midnight(date.fromisoformat(f"{next_month(month)}-01"), zone)
