"""The edge of scheduled jobs: an invocation in, log lines and metrics out, and a few figures for
who invokes it by hand. It owns how long a job may go on; a job that fails as a whole is raised, so
that the platform runs it again."""

from collections.abc import Callable
from typing import Any

from farechance.telemetry import invocation

RESERVE_SECONDS = 10
"""A step that has begun ends well within it: three tries of a call take some 6 seconds."""


class Schedule:
    """Has a job done within an invocation's time."""

    def __init__(self, job: Callable[[Callable[[], bool]], dict[str, Any]]) -> None:
        self._job = job

    def handle(self, _event: dict[str, Any], context: Any) -> dict[str, Any]:
        """One invocation."""
        with invocation(getattr(context, "aws_request_id", "")):
            return self._job(time_left(context))


def time_left(context: Any, reserve_seconds: int = RESERVE_SECONDS) -> Callable[[], bool]:
    """Whether there is time for another step, and what must come after it."""
    return lambda: bool(context.get_remaining_time_in_millis() > reserve_seconds * 1_000)
