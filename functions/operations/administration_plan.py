"""What an admin command is going to do, before it is done: its answer, what must be made outside of
the tables first, and the writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from farechance.errors import NotFound
from farechance.programs import Program
from farechance.store import Store, Write, keys


def _nothing() -> dict[str, Any]:
    return {}


def _no_writes(_: Mapping[str, Any]) -> list[Write]:
    return []


@dataclass(frozen=True, slots=True)
class Plan:
    """`answer` begins with `in_words`, a sentence to be read. `prepare` makes what lives outside of
    the tables (an OAuth client, a secret) and returns what is told of it; it may be called again
    after a cut. `secrets` names what is told once and never recorded. `writes_after` are
    the table's writes, which may name what was made."""

    answer: Mapping[str, Any]
    prepare: Callable[[], dict[str, Any]] = _nothing
    secrets: tuple[str, ...] = ()
    writes_after: Callable[[Mapping[str, Any]], list[Write]] = _no_writes


def existing_program(program_id: str, store: Store) -> Program:
    """Raises NotFound."""
    key = keys.program(program_id)
    program = store.read(key)[key]
    if program is None:
        raise NotFound("programme", program_id)
    return program
