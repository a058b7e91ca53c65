"""What a report is published with."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from farechance.announcer import Announcer
from farechance.report_bucket import ReportBucket
from farechance.store import Store


@dataclass(frozen=True, slots=True)
class ReportTools:
    """`salt` is 32 random bytes: the secret of a programme that has none yet."""

    store: Store
    bucket: ReportBucket
    announcer: Announcer
    clock: Callable[[], datetime]
    has_time: Callable[[], bool]
    salt: bytes
