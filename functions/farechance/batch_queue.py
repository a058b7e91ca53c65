"""The queue of batches that are to be worked on: the only place that knows SQS. A message names a
batch and holds nothing else; it may be lost, repeated or late, since what is to be done stands in
the batch itself."""

from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection
from pydantic import BaseModel, ConfigDict

from farechance.errors import Busy
from farechance.identifiers import BatchId, PartnerId
from farechance.settings import Settings

_PASSING = frozenset(
    {"RequestThrottled", "ThrottlingException", "InternalError", "ServiceUnavailable"}
)


class BatchName(BaseModel):
    """What a message holds: whose batch, and which."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", hide_input_in_errors=True)

    partner_id: PartnerId
    batch_id: BatchId


class BatchQueue:
    """Sends messages. One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.batch_queue_url

    def send(self, name: BatchName) -> None:
        """Has the batch worked on. Raises Busy: what is lost here is sent again, by the caller or
        by housekeeping."""
        try:
            self._sqs.send_message(QueueUrl=self._url, MessageBody=name.model_dump_json())
        except ClientError as error:
            if error.response["Error"]["Code"] in _PASSING:
                raise Busy from error
            raise
        except (HTTPClientError, NoConnection) as error:
            raise Busy from error

    @cached_property
    def _sqs(self) -> Any:
        # Made when it is needed: most calls of a function send nothing.
        config = Config(
            connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
        )
        return boto3.client("sqs", config=config)
