"""Signatures of callbacks: Standard Webhooks 1.0. It owns making a secret and checking a signature
over the exact bytes; it must never parse a body or say why a signature failed.

The signed content is `{webhook-id}.{webhook-timestamp}.{body}`, the signature `v1,` and base 64 of
HMAC-SHA-256 under the secret's bytes; several may stand in the header, parted by blanks
(Standard Webhooks, 'Signature scheme')."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from farechance.errors import NotAuthenticated

TOLERANCE_SECONDS = 300
SCHEME = "StandardWebhooks"
SECRET_BYTES = 32
_MAX_SIGNATURES = 10

_MESSAGE_ID = re.compile(r"[!-~]{1,256}", re.ASCII)
_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Verified:
    """Which of the provider's secrets matched (0: the newest) and how many seconds its clock is
    ahead of ours."""

    secret_index: int
    skew_seconds: int


def new_secret() -> str:
    """A fresh secret as the specification writes them: `whsec_` and base 64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def verify(
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
    offered = list(_signatures(headers.get("webhook-signature", "")))
    matched: int | None = None
    # Every pair is compared, so that the time taken says nothing about which one was near.
    for index, secret in enumerate(secrets_newest_first):
        expected = hmac.digest(_secret_bytes(secret), content, hashlib.sha256)
        for signature in offered:
            if hmac.compare_digest(signature, expected) and matched is None:
                matched = index
    if matched is None:
        raise NotAuthenticated(SCHEME)
    return Verified(matched, skew_seconds)


def _signatures(header: str) -> list[bytes]:
    """The `v1` signatures that can be read; others are passed over, wherever they stand."""
    found = []
    for part in header.split(" ")[:_MAX_SIGNATURES]:
        version, _, text = part.partition(",")
        if version != "v1":
            continue
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return found


def _secret_bytes(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix("whsec_"))
