"""The daily audit: the books of every programme, one after the other. It changes nothing. A
programme that can't be read holds up no other; what there is no time for is told, not dropped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from farechance.store import Store
from operations.check_books import Books, audit
from operations.keep_house import list_programs

NO_TIME = "no_time"


@dataclass(frozen=True, slots=True)
class Audited:
    """What came of one programme: its books; or none, and why: `NO_TIME`, or the kind of error."""

    program_id: str
    books: Books | None = None
    error: str | None = None


def audit_programs(
    *, store: Store, clock: Callable[[], datetime], has_time: Callable[[], bool]
) -> Iterator[Audited]:
    """Every programme once, beginning with another one each day, so that no programme goes
    unchecked for long because there is never time for it. Raises Busy if not even their list can be
    read."""
    programs = list_programs(store)
    first = clock().toordinal() % len(programs) if programs else 0
    for program in programs[first:] + programs[:first]:
        if not has_time():
            yield Audited(program.program_id, error=NO_TIME)
            continue
        try:
            books = audit(program.program_id, store=store, clock=clock, has_time=has_time)
        except Exception as error:
            yield Audited(program.program_id, error=type(error).__name__)
        else:
            yield Audited(program.program_id, books)
