"""Has work that was given up tried again: its messages go back to the queue that they came from,
and count there as new. What is to be done stands elsewhere, so a message too many does no harm."""

from collections.abc import Callable
from typing import Any

from farechance.commands import RetryGivenUp
from farechance.given_up import MOST_AT_ONCE, GivenUpQueues, Moved
from operations.administration_plan import Plan


def retry_given_up(
    command: RetryGivenUp, *, given_up: GivenUpQueues, has_time: Callable[[], bool]
) -> Plan:
    """Raises Busy."""
    waiting = given_up.waiting(command.queue)

    def prepare() -> dict[str, Any]:
        done = given_up.move_back(command.queue, has_time)
        left = given_up.waiting(command.queue)
        return {
            "in_words": _in_words(done, left),
            "moved": done.moved,
            "stay": done.stay,
            "waiting": left,
        }

    return Plan(
        answer={
            "in_words": f"About {waiting} messages that were given up wait there; at most "
            f"{MOST_AT_ONCE} of them are tried again at once.",
            "queue": command.queue,
            "waiting": waiting,
        },
        prepare=prepare,
    )


def _in_words(done: Moved, left: int) -> str:
    words = [f"{done.moved} messages that were given up are tried again."]
    if done.stay:
        words.append(
            f"{done.stay} stay: they are no work of this queue, but runs of a schedule that "
            "couldn't be started. See the runbook report-given-up."
        )
    if left:
        words.append(f"About {left} still wait there. Send the command again, under a new id.")
    return " ".join(words)
