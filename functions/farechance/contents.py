"""Digests of what was asked for, by which a repeat is told from another request. What a request
says of a person (a reference, an id) can be guessed, so a digest that is kept is keyed by the
secret of codes: the tables alone answer no guess. It must never keep or tell the content."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from farechance.codes import CodeKeys, newest_version
from farechance.errors import BooksDiffer
from farechance.ledger import digest


def sealed(content: Mapping[str, Any], keys: CodeKeys) -> str:
    """The digest to keep: the newest version of the secret, then HMAC-SHA-256 in hexadecimal."""
    return _sealed(content, keys, newest_version(keys))


def every_seal(content: Mapping[str, Any], keys: CodeKeys) -> list[str]:
    """What may have been kept of the content, the newest version first."""
    newest = newest_version(keys)
    others = sorted(version for version in keys if version != newest)
    return [_sealed(content, keys, version) for version in (newest, *others)]


def is_same(content: Mapping[str, Any], kept: str | None, keys: CodeKeys) -> bool:
    """Whether a kept digest is the content's, under whichever version it was made. Raises
    BooksDiffer if the secret lacks that version: versions are never removed."""
    if kept is None:
        return False
    version = kept[:1]
    if version not in keys:
        raise BooksDiffer(f"the code secret lacks version {version}")
    return hmac.compare_digest(kept, _sealed(content, keys, version))


def _sealed(content: Mapping[str, Any], keys: CodeKeys, version: str) -> str:
    # No other text that the secret derives from begins so (`codes`).
    message = f"content:{digest(content)}"
    return version + hmac.digest(keys[version].encode(), message.encode(), hashlib.sha256).hex()
