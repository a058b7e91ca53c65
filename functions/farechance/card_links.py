"""Sheets of cards that an administrator has minted: in which parts, and the link that opens one. A
link is a signed capability: it names the mint and when it ends, and holds no code. It owns its
form; it must never be logged, and nothing of it is stored."""

import base64
import binascii
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from farechance import codes
from farechance.codes import CodeKeys
from farechance.errors import LinkExpired, NotFound
from farechance.identifiers import CommandId, PartnerId

MAX_CARDS = 100
CARDS_IN_A_PART = 25
WORKS_FOR = timedelta(minutes=15)

_NAMES: TypeAdapter[tuple[PartnerId, CommandId]] = TypeAdapter(tuple[PartnerId, CommandId])


class Sheet(NamedTuple):
    """The first `cards` cards that a command minted for a partner."""

    partner_id: str
    command_id: str
    cards: int

    def parts(self) -> Iterator[tuple[str, int]]:
        """The Idempotency-Key of each part and how many cards it has: what one transaction holds.
        No partner's key has a blank in it, so none is ever taken for another's."""
        for number, first in enumerate(range(0, self.cards, CARDS_IN_A_PART)):
            size = min(CARDS_IN_A_PART, self.cards - first)
            yield f"cards {self.command_id} {number}", size


def written(sheet: Sheet, keys: CodeKeys, now: datetime) -> tuple[str, datetime]:
    """The link's token, and when it ends."""
    expires_at = (now + WORKS_FOR).replace(microsecond=0)
    version = codes.newest_version(keys)
    content = [sheet.partner_id, sheet.command_id, sheet.cards, int(expires_at.timestamp())]
    named = f"{version}{_in_base64(json.dumps(content, separators=(',', ':')).encode())}"
    return f"{named}.{_signature(keys[version], named)}", expires_at


def read(token: str, keys: CodeKeys, now: datetime) -> Sheet:
    """The sheet that a token opens. Raises NotFound for what `written` never gave, LinkExpired for
    what it gave too long ago."""
    named, _, signature = token.partition(".")
    version = named[:1]
    if version not in keys or not hmac.compare_digest(
        signature.encode(), _signature(keys[version], named).encode()
    ):
        raise NotFound("sheet")
    try:
        content = base64.urlsafe_b64decode(named[1:] + "=" * (-len(named[1:]) % 4))
        partner_id, command_id, cards, expires_at = json.loads(content)
        _NAMES.validate_python((partner_id, command_id))
    except (binascii.Error, ValueError, ValidationError):
        # Signed by us, so made by another version of the code.
        raise NotFound("sheet") from None
    if now >= datetime.fromtimestamp(expires_at, UTC):
        raise LinkExpired
    return Sheet(partner_id, command_id, cards)


def _signature(key: str, named: str) -> str:
    # A key of its own, so that no signature is ever part of a code or an id.
    own_key = hmac.digest(key.encode(), b"sheets of cards", "sha256")
    return _in_base64(hmac.digest(own_key, named.encode(), "sha256"))


def _in_base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
