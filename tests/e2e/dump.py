"""Everything that the running stack holds: each item, object, waiting message and log line, with
the place where it stands."""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from e2e import logs
from infra.local import books, emulator
from infra.local.stack import Stack

_TAKEN_SECONDS = 60
# It plays the phone network, and writes that down in its own output.
SENT_BY_THE_EMULATOR = " INFO [sns] SNS SMS to "


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that is held. `kind` is `tables`, `buckets`, `queues`, `logs` or `output`."""

    kind: str
    place: str
    text: str

    @property
    def is_sms_of_the_emulator(self) -> bool:
        """Whether this is the line by which the emulator says whom it would send what."""
        return self.kind == "output" and SENT_BY_THE_EMULATOR in self.text


def everything(running: Stack, since: datetime) -> list[Document]:
    """All that is held now. Logs are told since a moment; the emulator's own output, which repeats
    what functions wrote, as a whole."""
    return [
        *_tables(running),
        *_buckets(running),
        *queues(running),
        *(
            Document("logs", group, line)
            for group, line in logs.everything(running, int(since.timestamp() * 1000))
        ),
        *(Document("output", emulator.LOG.name, line) for line in logs.output()),
    ]


def queues(running: Stack) -> Iterator[Document]:
    """Every message that waits, of every queue. Each is taken once and given back: who takes one
    five times has it given up."""
    sqs = running.client("sqs")
    for pages in sqs.get_paginator("list_queues").paginate():
        for url in pages.get("QueueUrls", []):
            taken = []
            while some := _take(sqs, url):
                taken += some
            for message in taken:
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
                )
                yield Document("queues", url.rpartition("/")[2], json.dumps(message))


def _take(sqs: Any, url: str) -> list[dict[str, Any]]:
    told: dict[str, Any] = sqs.receive_message(
        QueueUrl=url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=_TAKEN_SECONDS,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    return list(told.get("Messages", []))


def _tables(running: Stack) -> Iterator[Document]:
    for table, items in books.everything(running).items():
        for item in items:
            pk, sk = item["pk"]["S"], item.get("sk", {}).get("S", "")
            yield Document("tables", f"{table} {pk} {sk}", json.dumps(item))


def _buckets(running: Stack) -> Iterator[Document]:
    s3 = running.client("s3")
    for bucket in s3.list_buckets()["Buckets"]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
            for found in page.get("Contents", []):
                read = s3.get_object(Bucket=bucket["Name"], Key=found["Key"])["Body"].read()
                place = f"{bucket['Name']} {found['Key']}"
                yield Document("buckets", place, f"{found['Key']} {_text(read)}")


def _text(content: bytes) -> str:
    """An object as text; of an archive all that is in it."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return content.decode("latin-1")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files: list[Any] = archive.infolist()
        return "".join(f"{one.filename} {archive.read(one).decode('latin-1')}" for one in files)
