"""What a function's first request would wait for, done while the function starts. It owns how such
waits run side by side; it must never decide whether a function may start: what fails here is met
again by the first request, which can tell its caller."""

from collections.abc import Callable
from threading import Thread
from time import monotonic

from farechance.settings import Settings
from farechance.telemetry import Event, logger

_MOST_SECONDS = 1.0
"""For all of them together: a ride company gives up after about 2 seconds, and its request waits
for the start. Whoever hasn't answered by then is asked again by the first request."""


def prime(settings: Settings, *waits: Callable[[], object]) -> None:
    """Begins all of them at once, and returns when they have ended or time is over. Only on Lambda:
    whoever imports a handler elsewhere asks nobody."""
    if not settings.on_lambda:
        return
    threads = [Thread(target=_tried, args=(wait,), daemon=True) for wait in waits]
    for thread in threads:
        thread.start()
    deadline = monotonic() + _MOST_SECONDS
    for thread in threads:
        thread.join(max(0.0, deadline - monotonic()))


def _tried(wait: Callable[[], object]) -> None:
    try:
        wait()
    except Exception as error:
        logger.info(Event.NOT_PRIMED, error=type(error).__name__)
