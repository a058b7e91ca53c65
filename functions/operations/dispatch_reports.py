"""Has the month that is over reported for every programme. One that can't be read or sent holds up
no other; a repeat does no harm, since a report that is there is verified."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from farechance.store import Store
from farechance.times import last_settled_month
from operations.administration_plan import existing_program
from operations.keep_house import list_programs


@dataclass(frozen=True, slots=True)
class Dispatched:
    """How many programmes were sent, and which couldn't be, each with the kind of error."""

    sent: int
    failed: tuple[tuple[str, str], ...]


def dispatch_reports(
    *, store: Store, now: datetime, send: Callable[[str, str], None]
) -> Dispatched:
    """`send`: which programme, and which month of it, is to be reported. Raises Busy if not even
    the list of programmes can be read."""
    sent, failed = 0, []
    for listed in list_programs(store):
        try:
            program = existing_program(listed.program_id, store)
            zone = ZoneInfo(program.time_zone)
            send(program.program_id, last_settled_month(now, zone))
        except Exception as error:
            failed.append((listed.program_id, type(error).__name__))
        else:
            sent += 1
    return Dispatched(sent, tuple(failed))
