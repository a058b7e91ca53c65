"""Where a ride company's statement stands in the bucket, and what came of it. It owns these places;
it must never read or write one."""

import re
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from farechance.identifiers import Month, ProgramId, ProviderId

INBOX: Final = "inbox/"
STATEMENTS: Final = "statements/"
PROBLEM: Final = ".problem.txt"
"""Ends the file beside a statement that says in words why it couldn't be read."""

FORM: Final = "inbox/{program_id}/{provider_id}/{yyyy-mm}.csv"
_PATH = re.compile(r"inbox/([^/]+)/([^/]+)/([^/]+)\.csv", re.ASCII)
# S3 takes paths of 1,024 bytes; a letter may have four.
_MOST_LETTERS = 240


class StatementName(BaseModel):
    """Whose statement of which month it is."""

    model_config = ConfigDict(frozen=True, strict=True, hide_input_in_errors=True)

    program_id: ProgramId
    provider_id: ProviderId
    month: Month

    @classmethod
    def of_path(cls, path: str) -> Self | None:
        """None if a file of that name is no statement."""
        found = _PATH.fullmatch(path)
        if found is None:
            return None
        program_id, provider_id, month = found.groups()
        try:
            return cls(program_id=program_id, provider_id=provider_id, month=month)
        except ValidationError:
            return None

    @property
    def path(self) -> str:
        """Where the company's file is dropped."""
        return f"{INBOX}{self.program_id}/{self.provider_id}/{self.month}.csv"

    @property
    def folder(self) -> str:
        """Where what came of it is written."""
        return f"{STATEMENTS}{self.program_id}/{self.month}/{self.provider_id}/"


def is_to_be_read(path: str) -> bool:
    """Whether somebody dropped a file there: neither a folder, nor what we wrote ourselves."""
    return path.startswith(INBOX) and not path.endswith(("/", PROBLEM))


def problem_path(path: str) -> str:
    """Beside a file, of whatever name."""
    return f"{path[:_MOST_LETTERS]}{PROBLEM}"
