"""Cursors of lists. A cursor says where a page ended, and nothing else: whose list it is comes from
the caller's token each time, so a changed cursor shows only another part of the caller's own."""

import base64
import binascii

from farechance.errors import FieldErrors


def written(place: str) -> str:
    """An opaque form of where a page ended."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read(cursor: str) -> str:
    """Raises FieldErrors for what `written` never gave."""
    try:
        place = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        place = ""
    if not place or not place.isprintable():
        raise FieldErrors.one("/cursor", "isn't a cursor that a list gave")
    return place
