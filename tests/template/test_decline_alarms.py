"""The alarms on declines, played: a month of real rides, hour by hour, with as many declined as the
demo has, with all, and with none."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.local import template
from infra.local.history_sums import totals
from infra.local.rides import RealRide, read_month

ALARMS = template.resources("AWS::CloudWatch::Alarm", template.MONITORING)
NAMES = ("DeclinesHigh", "DeclinesAll", "DeclinesNone")
HOUR = timedelta(hours=1)
MARCH = (datetime(2019, 3, 1, 5, tzinfo=UTC), datetime(2019, 4, 1, 4, tzinfo=UTC))

type Decisions = Sequence[tuple[datetime, bool]]
"""When, and whether it was declined."""


@pytest.fixture(scope="module")
def rides() -> list[RealRide]:
    return [one for one in read_month() if MARCH[0] <= one.picked_up_at < MARCH[1]]


@pytest.fixture(scope="module")
def usual_share() -> float:
    month = totals(read_month())["2019-03"]
    return 1 - month["rides approved"] / month["rides asked for"]


def _decided(rides: Sequence[RealRide], declined: Callable[[int], bool]) -> Decisions:
    return [(ride.picked_up_at, declined(number)) for number, ride in enumerate(rides)]


def _share(share: float) -> Callable[[int], bool]:
    """Declined, spread evenly."""
    return lambda number: int((number + 1) * share) > int(number * share)


def _rings(name: str, decided: Decisions) -> Iterator[datetime]:
    """Each full hour at which CloudWatch would find the threshold reached."""
    properties = ALARMS[name]["Properties"]
    (formula,) = (one["Expression"] for one in properties["Metrics"] if "Expression" in one)
    periods = {one["MetricStat"]["Period"] for one in properties["Metrics"] if "MetricStat" in one}
    period = timedelta(seconds=periods.pop())
    at = decided[0][0].replace(minute=0, second=0)
    while at <= decided[-1][0]:
        at += HOUR
        within = [declined for moment, declined in decided if at - period <= moment < at]
        # Without a decision neither sum nor sample count is there, and that doesn't breach.
        if within and _value(formula, sum(within), len(within)) >= properties["Threshold"]:
            yield at


def _value(formula: str, declined: int, decided: int) -> float:
    """CloudWatch's arithmetic: what these alarms use of it is also Python's."""
    names: dict[str, Any] = {"declined": declined, "decided": decided, "IF": _if}
    return float(eval(formula.replace("AND", "and"), {"__builtins__": {}}, names))  # noqa: S307


def _if(condition: bool, then: float, otherwise: float) -> float:
    return then if condition else otherwise


def test_the_alarms_on_declines_are_these() -> None:
    assert {name for name in ALARMS if name.startswith("Declines")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_month_with_the_usual_share_is_quiet(
    name: str, rides: list[RealRide], usual_share: float
) -> None:
    # As many as the demo's month has: neither none nor most.
    assert 0.1 < usual_share < 0.34

    assert list(_rings(name, _decided(rides, _share(usual_share)))) == []


def test_a_month_in_which_a_third_is_declined_is_quiet_too(rides: list[RealRide]) -> None:
    decided = _decided(rides, _share(1 / 3))

    assert [list(_rings(name, decided)) for name in NAMES] == [[], [], []]


def test_a_month_in_which_all_are_declined_rings_on_its_first_day(rides: list[RealRide]) -> None:
    decided = _decided(rides, lambda _: True)

    for name in ("DeclinesHigh", "DeclinesAll"):
        assert next(_rings(name, decided)) - decided[0][0] < timedelta(days=1)


def test_an_afternoon_from_which_on_all_are_declined_is_told_within_four_hours(
    rides: list[RealRide], usual_share: float
) -> None:
    usual = _share(usual_share)
    waited = []
    for day in range(2, 30):
        broken_at = datetime(2019, 3, day, 17, tzinfo=UTC)
        near = [one for one in rides if abs(one.picked_up_at - broken_at) < timedelta(days=1)]
        decided = [
            (one.picked_up_at, one.picked_up_at >= broken_at or usual(number))
            for number, one in enumerate(near)
        ]
        waited.append(next(_rings("DeclinesAll", decided)) - broken_at)

    assert min(waited) >= 2 * HOUR
    assert max(waited) <= 4 * HOUR


def test_a_day_on_which_three_of_four_are_declined_rings(rides: list[RealRide]) -> None:
    decided = _decided(rides, lambda number: number % 5 != 0)

    assert len(list(_rings("DeclinesHigh", decided))) > 600


@pytest.mark.parametrize(("daily", "rings"), [(9, False), (10, True)])
def test_a_small_programme_has_a_share_from_ten_rides_a_day_on(daily: int, rings: bool) -> None:
    begin = datetime(2019, 3, 1, tzinfo=UTC)
    decided = [(begin + timedelta(hours=2 * number), True) for number in range(daily)]

    assert bool(list(_rings("DeclinesHigh", decided))) == rings


def test_a_month_in_which_none_is_declined_rings_once_there_were_sixty_in_a_day(
    rides: list[RealRide],
) -> None:
    decided = _decided(rides, lambda _: False)

    first = next(_rings("DeclinesNone", decided))

    assert sum(moment < first for moment, _ in decided) >= 60
    assert first - decided[0][0] < timedelta(days=1)
    assert list(_rings("DeclinesNone", decided[:59])) == []
