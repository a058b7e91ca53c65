"""The edge of work that comes by a queue: messages in, and which of them to deliver again out. What
fails is left to the queue, which delivers it a few times more and then sets it aside for people
to look at."""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel

from farechance.edge import strict_json
from farechance.edge.requests import parsed
from farechance.edge.schedule import RESERVE_SECONDS, time_left
from farechance.telemetry import Count, Event, count, invocation, logger


class Queue[Message: BaseModel]:
    """Has each message worked on within an invocation's time. `handle` is the Lambda handler."""

    def __init__(
        self,
        message: type[Message],
        work: Callable[[Message, Callable[[], bool]], None],
        reserve_seconds: int = RESERVE_SECONDS,
    ) -> None:
        self._message = message
        self._work = work
        self._reserve_seconds = reserve_seconds

    def handle(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """One invocation: a partial batch response (AWS Lambda Developer Guide, 'Handling errors
        for an SQS event source')."""
        failed = []
        with invocation(getattr(context, "aws_request_id", "")):
            for record in event.get("Records", []):
                try:
                    self._work(self._read(record), time_left(context, self._reserve_seconds))
                except Exception as error:
                    count(Count.MESSAGE_FAILED)
                    name = str(record.get("messageId", ""))
                    logger.exception(
                        Event.MESSAGE_FAILED, message_id=name, error=type(error).__name__
                    )
                    failed.append({"itemIdentifier": name})
        return {"batchItemFailures": failed}

    def _read(self, record: dict[str, Any]) -> Message:
        return parsed(self._message, strict_json.read(str(record["body"]).encode()))
