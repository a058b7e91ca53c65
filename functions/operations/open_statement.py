"""Opens a ride company's statement where it was dropped: copies it to this machine and says which
file it is, and by whose zone and currency it is read."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO
from zoneinfo import ZoneInfo

from farechance.errors import BodyTooLarge, BooksDiffer, MalformedSheet, NotFound
from farechance.programs import Program, Provider
from farechance.report_bucket import ReportBucket
from farechance.reports.statement_sheet import (
    MOST_BYTES,
    StatementLine,
    UnreadableLine,
    read_statement,
)
from farechance.statement_files import StatementName
from farechance.store import Store, keys
from operations.administration_plan import existing_program


@dataclass(frozen=True, slots=True)
class Statement:
    """A file that can be read as often as is needed. `mark` names its version in the bucket,
    `sha256` its very bytes."""

    name: StatementName
    program: Program
    provider: Provider
    currency: str
    mark: str
    sha256: str
    file: BinaryIO

    @property
    def zone(self) -> ZoneInfo:
        """Of times that are written without one."""
        return ZoneInfo(self.program.time_zone)

    def lines(self) -> Iterator[StatementLine | UnreadableLine]:
        """From the first on. Raises MalformedSheet."""
        self.file.seek(0)
        return read_statement(self.file, self.zone, self.currency)


@contextmanager
def open_statement(
    name: StatementName, *, store: Store, bucket: ReportBucket
) -> Iterator[Statement]:
    """Raises NotFound (programme, provider, statement), MalformedSheet (`too_large`), Busy."""
    program = existing_program(name.program_id, store)
    provider_key, rules_key = keys.provider(name.provider_id), keys.rules(name.program_id, 1)
    found = store.read(provider_key, rules_key)
    provider, rules = found[provider_key], found[rules_key]
    if provider is None:
        raise NotFound("ride company", name.provider_id)
    if rules is None:
        raise BooksDiffer(f"{name.program_id} has no rules")
    if bucket.mark(name.path) is None:
        raise NotFound("statement", name.path)
    with TemporaryFile() as file:
        try:
            mark = bucket.fetch(name.path, file, MOST_BYTES)
        except BodyTooLarge:
            raise MalformedSheet("too_large") from None
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        # The currency is the same in every version of the rules.
        yield Statement(name, program, provider, rules.currency, mark, digest, file)
