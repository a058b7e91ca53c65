"""Cursors of lists. A cursor says where a page ended; whose list it is comes from the caller's
token each time. Operations write and read the place; the door seals what leaves, so that a cursor
that was changed, or that another list or another partner was given, is refused."""

import base64
import binascii
import hashlib
import hmac

from farechance.errors import FieldErrors

_SEAL_BYTES = 16
_SEAL_SYMBOLS = 22


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
        raise _wrong()
    return place


def sealed(cursor: str, path: str, key: str) -> str:
    """The cursor as a caller gets it: with HMAC-SHA-256 (RFC 2104, 128 bits of it) over the cursor
    and the list's path, under the partner's key."""
    return cursor + _seal(cursor, path, key)


def opened(cursor: str, path: str, key: str) -> str:
    """What was sealed. Raises FieldErrors for what this list never gave this partner."""
    inside, seal = cursor[:-_SEAL_SYMBOLS], cursor[-_SEAL_SYMBOLS:]
    if not hmac.compare_digest(seal.encode(), _seal(inside, path, key).encode()):
        raise _wrong()
    return inside


def _seal(cursor: str, path: str, key: str) -> str:
    code = hmac.digest(key.encode(), f"{path}?{cursor}".encode(), hashlib.sha256)[:_SEAL_BYTES]
    return base64.urlsafe_b64encode(code).decode().rstrip("=")


def _wrong() -> FieldErrors:
    return FieldErrors.one("/cursor", "isn't a cursor that this list gave; begin anew without it")
