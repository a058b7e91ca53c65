"""The queues of work that was given up: the only place that knows how many messages wait there, and
how they go back. It must never lose one: a message is sent before it is deleted, and a message too
many does no harm.

SQS can move messages back by itself, as a task. It isn't used: it says of no message whether it
went, it doesn't take a queue into which others send than the queue that failed, as the schedule
does into that of reports, and the emulator lacks it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from botocore.config import Config
from pydantic import BaseModel, ValidationError

from farechance import aws
from farechance.commands import GivenUp
from farechance.message_queue import PASSING
from farechance.passing import busy_if_it_passes
from farechance.report_queue import ReportName
from farechance.settings import Settings

MOST_AT_ONCE: Final = 100
_AT_A_TIME = 10
# What isn't moved is there for others again after this.
_HIDDEN_SECONDS = 60
# What a message must be to be worked on; others come from nowhere but their queue.
_FORMS: dict[GivenUp, type[BaseModel]] = {"reports": ReportName}


@dataclass(frozen=True, slots=True)
class Moved:
    """How many messages went back to their queue, and how many stay: those that aren't for it."""

    moved: int
    stay: int


class GivenUpQueues:
    """One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._given_up = settings.given_up_queue_urls
        self._queues = {
            "batches": settings.batch_queue_url,
            "reports": settings.report_queue_url,
            "statements": settings.statement_queue_url,
        }

    def waiting(self, queue: GivenUp) -> int:
        """About how many messages wait: SQS doesn't know it to the last. Raises Busy."""
        with busy_if_it_passes(PASSING):
            found = self._sqs.get_queue_attributes(
                QueueUrl=self._given_up[queue], AttributeNames=["ApproximateNumberOfMessages"]
            )
        return int(found["Attributes"]["ApproximateNumberOfMessages"])

    def move_back(self, queue: GivenUp, has_time: Callable[[], bool]) -> Moved:
        """At most `MOST_AT_ONCE`. Raises Busy; whoever repeats it moves those that are left."""
        moved = stay = 0
        while moved + stay < MOST_AT_ONCE and has_time():
            with busy_if_it_passes(PASSING):
                messages = self._received(queue)
                for message in messages:
                    if _is_for(queue, message["Body"]):
                        self._move(queue, message)
                        moved += 1
                    else:
                        stay += 1
            if not messages:
                break
        return Moved(moved, stay)

    def _received(self, queue: GivenUp) -> list[Any]:
        found = self._sqs.receive_message(
            QueueUrl=self._given_up[queue],
            MaxNumberOfMessages=_AT_A_TIME,
            VisibilityTimeout=_HIDDEN_SECONDS,
            # So that all of SQS's machines are asked.
            WaitTimeSeconds=1,
        )
        messages: list[Any] = found.get("Messages", [])
        return messages

    def _move(self, queue: GivenUp, message: Any) -> None:
        self._sqs.send_message(QueueUrl=self._queues[queue], MessageBody=message["Body"])
        self._sqs.delete_message(
            QueueUrl=self._given_up[queue], ReceiptHandle=message["ReceiptHandle"]
        )

    @cached_property
    def _sqs(self) -> Any:
        # Made when it is needed. It waits a second for messages.
        config = Config(
            connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 3}
        )
        return aws.client("sqs", config=config)


def _is_for(queue: GivenUp, body: str) -> bool:
    form = _FORMS.get(queue)
    if form is None:
        return True
    try:
        form.model_validate_json(body)
    except ValidationError:
        return False
    return True
