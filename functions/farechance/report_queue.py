"""The queue of months that are to be reported. A message that comes twice finds the report there
and verifies it; one that is lost is sent again by hand, with `run_report`."""

from pydantic import BaseModel

from farechance.identifiers import Month, ProgramId
from farechance.message_queue import MessageQueue
from farechance.settings import Settings
from farechance.strictness import STORED


class ReportName(BaseModel):
    """What a message holds: which programme, and which month of it."""

    model_config = STORED

    program_id: ProgramId
    month: Month


class ReportQueue(MessageQueue[ReportName]):
    """Has reports published or verified."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings.report_queue_url)
