"""Weekly hours of a programme: when a ride may begin, by the clock on the wall in the programme's
zone. On the two nights a year when the clock changes, the wall decides too: an hour that comes
twice counts twice, and one that is skipped never comes. It must never ask what time it is."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from farechance.programs import WEEKDAYS, WeeklyHours

_ENDS_OF_FOLD = (0, 1)
_DAYS_AHEAD = range(8)


def is_open(hours: Sequence[WeeklyHours], instant: datetime, zone: ZoneInfo) -> bool:
    """Whether an instant lies in one of the hours, `from` included and `to` not; without hours,
    always."""
    if not hours:
        return True
    local = instant.astimezone(zone)
    # As text, so that 24:00 ends a day. Hours begin and end with a whole minute.
    clock = f"{local:%H:%M}"
    return any(
        one.weekday == WEEKDAYS[local.weekday()] and one.from_ <= clock < one.to for one in hours
    )


def next_opening(
    hours: Sequence[WeeklyHours], instant: datetime, zone: ZoneInfo
) -> datetime | None:
    """When hours next begin, at `instant` or later, in UTC; None if not within a week (the only
    ones may lie in an hour that is skipped)."""
    today = instant.astimezone(zone).date()
    openings = [
        datetime.combine(day, time.fromisoformat(one.from_), zone).replace(fold=fold)
        for day in (today + timedelta(days=ahead) for ahead in _DAYS_AHEAD)
        for one in hours
        for fold in _ENDS_OF_FOLD
        if one.weekday == WEEKDAYS[day.weekday()]
    ]
    # In an hour that is skipped, either fold leads beside it (PEP 495): so it is asked again.
    ahead = (at for opening in openings if (at := opening.astimezone(UTC)) >= instant)
    return min((at for at in ahead if is_open(hours, at, zone)), default=None)
