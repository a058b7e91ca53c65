"""Where a programme's money stands, as housekeeping adds it up, beside what the audit of its books
finds at the same moment."""

from farechance.standings import Standing
from operations.check_books import Books


def differences(standing: Standing, books: Books) -> list[str]:
    """What both don't say alike."""
    pairs = {
        "available": (standing.available_cents, books.available_cents),
        "held": (standing.held_cents, books.held_cents),
        "spent": (standing.spent_cents, books.spent_cents),
        "reserved": (standing.reserved_cents, books.reserved_cents),
        "owed": (standing.owed_cents, books.totals.owed_cents),
    }
    return [
        f"{name}: {ours} stands, the books say {theirs}"
        for name, (ours, theirs) in pairs.items()
        if ours != theirs
    ]
