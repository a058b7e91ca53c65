"""Signatures of callbacks, in two profiles. It owns making a secret and checking a signature over
the exact bytes; it must never parse a body or say why a signature failed.

`standard` is Standard Webhooks 1.0: signed is `{webhook-id}.{webhook-timestamp}.{body}`, the
signature `v1,` and base 64 of HMAC-SHA-256 under the secret's bytes; several may stand in the
header, parted by blanks ('Signature scheme'); the first ten parts are looked at.

`hmac_sha256_hex` is what many platforms sign by themselves: the hex of HMAC-SHA-256 over the body
alone, under the secret's text in UTF-8, in a header of the company's choice. Nothing in it says
when it was signed, so such a delivery may be sent again for ever; what it says is kept once all the
same (decision 0023)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from farechance.errors import NotAuthenticated
from farechance.programs import Profile

TOLERANCE_SECONDS = 300
# The challenge is the same whatever the profile is: nobody learns who is a ride company of ours.
SCHEME = "StandardWebhooks"
SECRET_BYTES = 32
MAX_SIGNATURES = 10
_FEWEST_BYTES, _MOST_BYTES = 24, 64

_MESSAGE_ID = re.compile(r"[!-~]{1,256}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_TEXT = r"[!-~]{32,256}"
_HEX = r"[0-9A-Fa-f]{64}"


class Verified(NamedTuple):
    """Which of the provider's secrets matched (0: the newest) and how many seconds its clock is
    ahead of ours; None where a signature doesn't say when it was made."""

    secret_index: int
    skew_seconds: int | None


def new_secret(profile: Profile = "standard") -> str:
    """A fresh secret: `whsec_` and base 64, as Standard Webhooks writes them; or a text of which
    every letter belongs to the key. That begins with a word, so that nobody takes it for a key
    written in hex."""
    if profile == "standard":
        return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    return "hmac_" + secrets.token_hex(SECRET_BYTES)


def is_secret(profile: Profile, written: str) -> bool:
    """Whether a secret that a ride company made itself is one: in `standard` of 24 to 64 bytes, as
    the specification has it; else of 32 to 256 visible ASCII characters. A shorter one could be
    found by trying, since whoever has one delivery can try as long as he likes."""
    if profile != "standard":
        return re.fullmatch(_TEXT, written, re.ASCII) is not None
    try:
        key = base64.b64decode(written.removeprefix("whsec_"), validate=True)
    except ValueError:
        return False
    return written.startswith("whsec_") and _FEWEST_BYTES <= len(key) <= _MOST_BYTES


def verify_standard(
    headers: Mapping[str, str],
    body: bytes,
    secrets_newest_first: Sequence[str],
    now: datetime,
) -> Verified:
    """Checks a callback's headers (names in lower case) against each secret. Raises
    NotAuthenticated for anything but a right signature made within five minutes of `now`."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not _MESSAGE_ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise NotAuthenticated(SCHEME)
    skew_seconds = int(timestamp) - int(now.astimezone(UTC).timestamp())
    if abs(skew_seconds) > TOLERANCE_SECONDS:
        raise NotAuthenticated(SCHEME)

    content = f"{message_id}.{timestamp}.".encode() + body
    keys = [base64.b64decode(secret.removeprefix("whsec_")) for secret in secrets_newest_first]
    offered = list(_signatures(headers.get("webhook-signature", "")))
    return Verified(_matching(offered, keys, content), skew_seconds)


def verify_hex(signature: str, body: bytes, secrets_newest_first: Sequence[str]) -> Verified:
    """Checks the one header that holds a signature, '' if it wasn't sent, against each secret.
    Raises NotAuthenticated for anything but a right one."""
    keys = [secret.encode() for secret in secrets_newest_first]
    offered = [bytes.fromhex(signature)] if re.fullmatch(_HEX, signature, re.ASCII) else []
    return Verified(_matching(offered, keys, body), None)


def _matching(offered: Sequence[bytes], keys: Sequence[bytes], content: bytes) -> int:
    """The first key that signed the content so. Raises NotAuthenticated if none did."""
    matched: int | None = None
    # Every pair is compared, so that the time taken says nothing about which one was near.
    for index, key in enumerate(keys):
        expected = hmac.digest(key, content, hashlib.sha256)
        for signature in offered:
            if hmac.compare_digest(signature, expected) and matched is None:
                matched = index
    if matched is None:
        raise NotAuthenticated(SCHEME)
    return matched


def _signatures(header: str) -> list[bytes]:
    """The `v1` signatures that can be read; others are passed over, wherever they stand."""
    found = []
    parts = [part for part in header.split(" ") if part]
    for part in parts[:MAX_SIGNATURES]:
        version, _, text = part.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found
