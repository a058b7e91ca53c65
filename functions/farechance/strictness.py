"""How strictly models are read, by whom they come from, and how an answer is written. It owns no
model.

All are frozen and hide what was sent in errors. A model's validator is built when it is first used
(`defer_build`): a function that starts for one request needs a few of all that it could read."""

from typing import Any

from pydantic import BaseModel, ConfigDict

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


def stored_answer(answer: BaseModel) -> dict[str, Any]:
    """An answer as plain JSON values, without what is absent."""
    return answer.model_dump(mode="json", exclude_none=True, by_alias=True)
