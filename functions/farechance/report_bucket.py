"""Amazon S3: the only place that knows it. It owns how files of reports are written, read and
linked to; which file stands where is said by `report_files`."""

import base64
import hashlib
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from botocore.config import Config

from farechance import aws
from farechance.errors import BodyTooLarge
from farechance.passing import busy_if_it_passes
from farechance.report_records import PublishedFile
from farechance.settings import Settings

LINK_SECONDS = 900
_CHUNK_BYTES = 1_048_576
_PASSING = frozenset(
    {
        "InternalError",
        "OperationAborted",
        "RequestTimeout",
        "RequestTimeTooSkewed",
        "ServiceUnavailable",
        "SlowDown",
        "503",
    }
)
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8; header=present",
    ".gz": "application/gzip",
    ".txt": "text/plain; charset=utf-8",
}


class ReportBucket:
    """The bucket of reports. One for each function's process."""

    def __init__(self, settings: Settings) -> None:
        self._name = settings.reports_bucket

    @cached_property
    def _s3(self) -> Any:
        # Made when it is needed; with the signature that every region and kind of encryption takes.
        config = Config(
            connect_timeout=2,
            read_timeout=60,
            retries={"mode": "standard", "total_max_attempts": 4},
            signature_version="s3v4",
        )
        return aws.client("s3", config=config)

    def put(self, path: str, content: bytes) -> PublishedFile:
        """Writes a file, over one that is there; the older version is kept for a while. Raises
        Busy."""
        self._put(path, content, hashlib.sha256(content).digest())
        return PublishedFile(
            path=path, size_bytes=len(content), sha256=hashlib.sha256(content).hexdigest()
        )

    def put_file(self, path: str, file: Path) -> PublishedFile:
        """The same for a file of this machine, which may be larger than its memory."""
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").digest()
            content.seek(0)
            self._put(path, content, digest)
        return PublishedFile(path=path, size_bytes=file.stat().st_size, sha256=digest.hex())

    def get(self, path: str) -> bytes:
        """A file that is there. Raises Busy."""
        with busy_if_it_passes(_PASSING):
            found: bytes = self._s3.get_object(Bucket=self._name, Key=path)["Body"].read()
            return found

    def sha256(self, path: str) -> str:
        """Of a file that is there and may be larger than this machine's memory. Raises Busy."""
        sums = hashlib.sha256()
        with busy_if_it_passes(_PASSING):
            body = self._s3.get_object(Bucket=self._name, Key=path)["Body"]
            for some in body.iter_chunks(_CHUNK_BYTES):
                sums.update(some)
        return sums.hexdigest()

    def paths(self, folder: str) -> tuple[str, ...]:
        """All files whose path begins so, in the order of their names. Raises Busy."""
        pages = self._s3.get_paginator("list_objects_v2")
        with busy_if_it_passes(_PASSING):
            found = pages.paginate(Bucket=self._name, Prefix=folder)
            return tuple(one["Key"] for page in found for one in page.get("Contents", ()))

    def link(self, path: str, file_name: str) -> str:
        """An address that hands the file to whoever has it, for `LINK_SECONDS`."""
        url: str = self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._name,
                "Key": path,
                "ResponseContentDisposition": f'attachment; filename="{file_name}"',
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=LINK_SECONDS,
        )
        return url

    def fetch(self, path: str, to: BinaryIO, most_bytes: int) -> str:
        """Copies a file that is there to this machine; what is told is its version's mark. Raises
        BodyTooLarge, before any of it is read, and Busy."""
        with busy_if_it_passes(_PASSING):
            found = self._s3.get_object(Bucket=self._name, Key=path)
            if found["ContentLength"] > most_bytes:
                found["Body"].close()
                raise BodyTooLarge(most_bytes)
            for some in found["Body"].iter_chunks(_CHUNK_BYTES):
                to.write(some)
        to.seek(0)
        return str(found["ETag"])

    def mark(self, path: str) -> str | None:
        """The mark of a file's present version; None if there is no such file. Raises Busy."""
        with busy_if_it_passes(_PASSING):
            found = self._s3.list_objects_v2(Bucket=self._name, Prefix=path, MaxKeys=1)
        # The first of all that begin so is the file itself.
        marks = (one["ETag"] for one in found.get("Contents", ()) if one["Key"] == path)
        return next(marks, None)

    def remove(self, path: str) -> None:
        """Takes a file away, if it is there; its versions are kept for a while. Raises Busy."""
        with busy_if_it_passes(_PASSING):
            self._s3.delete_object(Bucket=self._name, Key=path)

    def _put(self, path: str, content: Any, sha256: bytes) -> None:
        with busy_if_it_passes(_PASSING):
            # S3 refuses a body that isn't the one that was summed up.
            self._s3.put_object(
                Bucket=self._name,
                Key=path,
                Body=content,
                ContentType=_TYPES[Path(path).suffix],
                ChecksumSHA256=base64.b64encode(sha256).decode(),
            )
