"""What is kept of monthly reports beside their files: that one was published, a programme's salt,
and what came of a ride company's statement. It owns their forms; none of them leads to a person."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from farechance.identifiers import Month, PartnerId, ProgramId, ProviderId
from farechance.reports.statement_content import Statement
from farechance.strictness import STORED
from farechance.times import Instant

MOST_CHANGES = 100
"""Names that a record holds of what a correction changed: 500 partners, of which each has dozens of
figures, would be more than an item may be."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PublishedFile(BaseModel):
    """One file of the bucket, as it was written."""

    model_config = STORED

    path: str
    size_bytes: int = Field(ge=0)
    sha256: Sha256

    @property
    def name(self) -> str:
        """What the file is called in its folder."""
        return self.path.rpartition("/")[2]


class PublishedReport(BaseModel):
    """The latest edition of a month's report: 0 as first published, then corrections from 1 on,
    each of which replaces the one before as a whole. `changes` names the figures that a correction
    changed, the first hundred; `more_changes` counts the rest, which a file of its own names.
    `rules_version`: the rules that the month was first reported by, since those of later must not
    change it. `files` are the funder's and the auditor's. Not announced yet, it is
    announced by whoever comes by."""

    model_config = STORED

    program_id: ProgramId
    month: Month
    form: int
    rules_version: int
    edition: int = Field(default=0, ge=0)
    changes: tuple[str, ...] = Field(default=(), max_length=MOST_CHANGES)
    more_changes: int = Field(default=0, ge=0)
    published_at: Instant
    announced_at: Instant | None = None
    files: tuple[PublishedFile, ...]
    partners: Mapping[PartnerId, tuple[PublishedFile, ...]] = {}
    version: int = 1


class ReportSalt(BaseModel):
    """A programme's secret for names that are made up in its reports: drawn once, told to nobody,
    so that a name is the same in each month and nobody can find the id behind it."""

    model_config = STORED

    salt: Sha256

    @property
    def secret(self) -> bytes:
        """As bytes."""
        return bytes.fromhex(self.salt)


class ReconciledStatement(BaseModel):
    """What came of a ride company's own statement of a month, as it was last reconciled."""

    model_config = STORED

    program_id: ProgramId
    month: Month
    provider_id: ProviderId
    statement: Statement
    reconciled_at: Instant
    version: int = 1
