"""Amazon CloudWatch's alarms: the only place that knows how those are read that ring. Which alarms
there are, infra/monitoring.yaml says."""

from functools import cached_property
from typing import Any, Final

from botocore.config import Config

from farechance import aws
from farechance.attention import Ringing
from farechance.passing import busy_if_it_passes
from farechance.settings import Settings

MOST_ALARMS: Final = 100
_PASSING = frozenset({"Throttling", "ThrottlingException", "InternalServiceError"})


class Alarms:
    """Those of this stack. One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._prefix = f"{settings.stack_name}-"

    def ringing(self) -> tuple[Ringing, ...]:
        """The newest first, at most `MOST_ALARMS`. Raises Busy."""
        with busy_if_it_passes(_PASSING):
            found = self._cloudwatch.describe_alarms(
                AlarmNamePrefix=self._prefix,
                AlarmTypes=["MetricAlarm"],
                StateValue="ALARM",
                MaxRecords=MOST_ALARMS,
            )
        ringing = [
            Ringing.of(
                one["AlarmName"],
                self._prefix,
                one.get("AlarmDescription", ""),
                one["StateUpdatedTimestamp"],
            )
            for one in found["MetricAlarms"]
            # Emulators look at the prefix alone.
            if one["StateValue"] == "ALARM"
        ]
        return tuple(sorted(ringing, key=lambda one: one.since, reverse=True))

    @cached_property
    def _cloudwatch(self) -> Any:
        # Made when it is needed: most calls of a function ask for no alarm.
        config = Config(
            connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2}
        )
        return aws.client("cloudwatch", config=config)
