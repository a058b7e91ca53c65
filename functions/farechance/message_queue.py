"""Amazon SQS: the only place that knows how a message is sent. A message names something and holds
nothing else; it may be lost, repeated or late, since what is to be done stands elsewhere."""

from functools import cached_property
from typing import Any

from botocore.config import Config
from pydantic import BaseModel

from farechance import aws
from farechance.passing import busy_if_it_passes

PASSING = frozenset(
    {"RequestThrottled", "ThrottlingException", "InternalError", "ServiceUnavailable"}
)


class MessageQueue[Message: BaseModel]:
    """Sends messages of one kind. One for each function's process."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, message: Message) -> None:
        """Raises Busy where it may not have been taken."""
        with busy_if_it_passes(PASSING):
            self._sqs.send_message(QueueUrl=self._url, MessageBody=message.model_dump_json())

    @cached_property
    def _sqs(self) -> Any:
        # Made when it is needed: most calls of a function send nothing.
        config = Config(
            connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
        )
        return aws.client("sqs", config=config)
