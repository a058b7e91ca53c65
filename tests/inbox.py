"""The bucket and the queue of reports in memory, where only the tables matter."""

import hashlib
from typing import BinaryIO

from farechance.errors import BodyTooLarge
from farechance.report_queue import ReportName
from farechance.report_records import PublishedFile


class FakeBucket:
    """Stands for Amazon S3 where only the tables matter."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> PublishedFile:
        """Writes a file."""
        self.files[path] = content
        digest = hashlib.sha256(content).hexdigest()
        return PublishedFile(path=path, size_bytes=len(content), sha256=digest)

    def fetch(self, path: str, to: BinaryIO, most_bytes: int) -> str:
        """Copies a file."""
        if len(self.files[path]) > most_bytes:
            raise BodyTooLarge(most_bytes)
        to.write(self.files[path])
        to.seek(0)
        return hashlib.sha256(self.files[path]).hexdigest()

    def mark(self, path: str) -> str | None:
        """Of its present version."""
        found = self.files.get(path)
        return None if found is None else hashlib.sha256(found).hexdigest()

    def remove(self, path: str) -> None:
        """Takes it away."""
        self.files.pop(path, None)


class FakeQueue:
    """Stands for the queue of months that are to be reported."""

    def __init__(self) -> None:
        self.sent: list[ReportName] = []

    def send(self, name: ReportName) -> None:
        """It never fails."""
        self.sent.append(name)
