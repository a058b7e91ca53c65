"""A sender of signatures that shares no code with ours: HMAC as RFC 2104 writes it down."""

import hashlib

_BLOCK_BYTES = 64


def signed_in_hex(secret: str, body: bytes) -> str:
    """H(K ⊕ opad, H(K ⊕ ipad, text)) with SHA-256, in hex; K are the secret's bytes in UTF-8."""
    key = secret.encode()
    if len(key) > _BLOCK_BYTES:
        key = hashlib.sha256(key).digest()
    key = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(one ^ 0x36 for one in key) + body).digest()
    return hashlib.sha256(bytes(one ^ 0x5C for one in key) + inner).hexdigest()
