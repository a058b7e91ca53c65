"""The queue of batches that are to be worked on. A message names a batch and holds nothing else; it
may be lost, repeated or late, since what is to be done stands in the batch itself: what is lost is
sent again by the caller or by housekeeping."""

from pydantic import BaseModel

from farechance.identifiers import BatchId, PartnerId
from farechance.message_queue import MessageQueue
from farechance.settings import Settings
from farechance.strictness import STORED


class BatchName(BaseModel):
    """What a message holds: whose batch, and which."""

    model_config = STORED

    partner_id: PartnerId
    batch_id: BatchId


class BatchQueue(MessageQueue[BatchName]):
    """Has batches worked on."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.batch_queue_url)
