"""The door of the daily audit: a schedule checks the books of every programme, and says which
account differs. It may read everything but people, and change nothing."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from farechance.edge.clock import utc_now
from farechance.edge.schedule import Schedule
from farechance.settings import Settings
from farechance.store import Store
from farechance.telemetry import Count, Event, count, count_anywhere, logger
from operations.audit_programs import Audited, audit_programs
from operations.check_books import Books

_MOST_NAMED = 20
"""One line of a log holds so many differences easily; check_books names them too."""

settings = Settings.from_environment()
store = Store(settings)


def check(has_time: Callable[[], bool]) -> dict[str, Any]:
    """How many programmes came to which end."""
    ends = Counter(
        _tell(one) for one in audit_programs(store=store, clock=utc_now, has_time=has_time)
    )
    count(Count.BOOKS_AUDITED)
    return {end.value: programs for end, programs in ends.items()}


def _tell(audited: Audited) -> Event:
    books = audited.books
    if books is None:
        count(Count.BOOKS_NOT_CHECKED)
        logger.error(
            Event.BOOKS_NOT_CHECKED, program_id=audited.program_id, error=audited.error or ""
        )
        return Event.BOOKS_NOT_CHECKED
    return _tell_of(books)


def _tell_of(books: Books) -> Event:
    program_id = books.program.program_id
    if books.differ:
        count_anywhere(Count.BOOKS_DIFFER)
        logger.error(
            Event.BOOKS_DIFFER,
            program_id=program_id,
            differences=books.named[:_MOST_NAMED],
            found_cents=books.found_cents,
            funded_cents=books.program.funded_cents,
        )
        return Event.BOOKS_DIFFER
    if not books.balance:
        count(Count.BOOKS_NOT_CHECKED)
        logger.warning(Event.BOOKS_NOT_CHECKED, program_id=program_id, vouchers=books.vouchers)
        return Event.BOOKS_NOT_CHECKED
    count(Count.BOOKS_CHECKED)
    logger.info(Event.BOOKS_CHECKED, program_id=program_id, vouchers=books.vouchers)
    return Event.BOOKS_CHECKED


schedule = Schedule(check)
handler = schedule.handle
