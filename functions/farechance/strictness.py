"""How strictly models are read, by whom they come from. It owns these configurations and nothing
else.

All are frozen and hide what was sent in errors. A model's validator is built when it is first used
(`defer_build`): a function that starts for one request needs a few of all that it could read."""

from pydantic import ConfigDict

STORED = ConfigDict(
    frozen=True, strict=True, extra="ignore", hide_input_in_errors=True, defer_build=True
)
"""Reads from the tables ignore what they don't know: a successor's version may have written it."""

RECEIVED = STORED
"""What ride companies send is read so too: they may add to their payloads (api.md)."""

SENT = ConfigDict(
    frozen=True, strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True
)
"""What partners and admins send is refused when it has a field that we don't know."""

ANSWER = SENT
"""What we answer has no field but those of the contract."""
