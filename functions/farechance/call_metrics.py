"""Amazon CloudWatch: the only place that reads metrics. It owns how calls by partners and ride
companies are asked for; which are counted, `telemetry` says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import batched
from typing import Any

from botocore.config import Config

from farechance import aws
from farechance.passing import busy_if_it_passes
from farechance.settings import Settings
from farechance.telemetry import Count

_PASSING = frozenset(
    {"InternalServiceFault", "InternalServiceError", "ServiceUnavailable", "Throttling"}
)
# Amazon CloudWatch API Reference, 'GetMetricData': as many in one request; and how long a period
# must be for what is so old. Of a caller there are two.
_AT_ONCE = 500
_POINTS = 720
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Calls:
    """What somebody called in a time: how often, how often it wasn't done, and when last (to the
    period that the time is counted in; None: never)."""

    calls: int = 0
    not_done: int = 0
    last_at: datetime | None = None


class CallMetrics:
    """One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._namespace = settings.metrics_namespace

    def calls(
        self, callers: Sequence[str], starts_at: datetime, ends_at: datetime, now: datetime
    ) -> Mapping[str, Calls]:
        """Of each caller, in that time. Raises Busy."""
        found: dict[str, Calls] = {}
        period = period_seconds(starts_at, ends_at, now)
        for some in batched(callers, _AT_ONCE // 2, strict=False):
            series = self._series(some, period, starts_at, ends_at)
            for place, caller in enumerate(some):
                calls, not_done = series[f"c{place}"], series[f"n{place}"]
                at = [moment for moment, value in calls if value > 0]
                found[caller] = Calls(
                    calls=sum(value for _, value in calls),
                    not_done=sum(value for _, value in not_done),
                    last_at=max(at) if at else None,
                )
        return found

    def _series(
        self, callers: Sequence[str], period: int, starts_at: datetime, ends_at: datetime
    ) -> Mapping[str, list[tuple[datetime, int]]]:
        asked = [
            self._query(f"{letter}{place}", name, caller, period)
            for place, caller in enumerate(callers)
            for letter, name in (("c", Count.CALL), ("n", Count.CALL_NOT_DONE))
        ]
        series: dict[str, list[tuple[datetime, int]]] = {one["Id"]: [] for one in asked}
        pages = self._cloudwatch.get_paginator("get_metric_data").paginate(
            MetricDataQueries=asked, StartTime=starts_at, EndTime=ends_at
        )
        with busy_if_it_passes(_PASSING):
            for page in pages:
                for one in page["MetricDataResults"]:
                    moments = (moment.astimezone(UTC) for moment in one["Timestamps"])
                    values = (round(value) for value in one["Values"])
                    series[one["Id"]].extend(zip(moments, values, strict=True))
        return series

    def _query(self, id_: str, name: Count, caller: str, period: int) -> dict[str, Any]:
        dimensions = {"service": "any", "caller": caller}
        metric = {
            "Namespace": self._namespace,
            "MetricName": name.value,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        }
        return {"Id": id_, "MetricStat": {"Metric": metric, "Period": period, "Stat": "Sum"}}

    @cached_property
    def _cloudwatch(self) -> Any:
        # Made when it is needed: a widget of others doesn't ask it.
        config = Config(
            connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
        )
        return aws.client("cloudwatch", config=config)


def period_seconds(starts_at: datetime, ends_at: datetime, now: datetime) -> int:
    """As fine as it may be with some hundreds of points: minutes are kept for 15 days, five minutes
    for 63, hours for longer."""
    age = now - starts_at
    step = 3_600 if age > timedelta(days=63) else 300 if age > timedelta(days=15) else _MINUTE
    seconds = int((ends_at - starts_at).total_seconds())
    return max(-(-seconds // _POINTS // step) * step, step)
