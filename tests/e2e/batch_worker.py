"""What tests do to batches from outside: they put a batch's end into the past, and let the worker
rest, so that a message stays in its queue and the function can be changed. (A change makes the
emulator end what runs, and what that had taken stays hidden.) And they wait until no worker has
anything to do."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from infra.local import books
from infra.local.client import PartnerApp, instant
from infra.local.stack import Stack

SECONDS = 90
# Longer than a step of a small batch.
QUIET_SECONDS = 3
# In the order in which one leads to the other.
QUEUES = ("StatementQueue", "ReportQueue", "BatchQueue")


@contextmanager
def resting(
    running: Stack, worker: str = "BatchingFunction", queue: str = "BatchQueue"
) -> Iterator[None]:
    """Within it no message of the queue reaches the worker; what it had begun has ended."""
    functions, name = running.client("lambda"), running.physical_id(worker)
    (source,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    try:
        _wait_for_what_has_begun(running, queue)
        yield
    finally:
        functions.update_event_source_mapping(UUID=source["UUID"], Enabled=True)


def ended(app: PartnerApp, batch_id: str) -> dict[str, Any]:
    """The batch, once it has ended."""
    shown: dict[str, Any] = {}

    def has_ended() -> bool:
        shown.update(app.get(f"/voucher-batches/{batch_id}").expect(200))
        return bool(shown["status"] == "ended")

    until(has_ended)
    return shown


def until(is_so: Callable[[], bool]) -> None:
    """Waits for what the worker brings about."""
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.5)


def ended_long_ago(running: Stack, partner_id: str, batch_id: str) -> None:
    """Moves an ended batch's end, and when it is due, more than a week back."""
    long_ago = datetime.now(UTC) - timedelta(days=8)
    database, table = running.client("dynamodb"), books.table_names(running)["Programs"]
    named = {"pk": {"S": f"batch#{partner_id}"}, "sk": {"S": f"batch#{batch_id}"}}
    item = database.get_item(TableName=table, Key=named, ConsistentRead=True)["Item"]
    moved = {"S": instant(long_ago)}
    due = {"S": instant(long_ago + timedelta(days=7))}
    database.put_item(TableName=table, Item={**item, "ended_at": moved, "due_at": due})


def all_done(running: Stack) -> None:
    """Waits until the queues are empty: what earlier tests began in the background has ended."""
    for queue in QUEUES:
        until(partial(_is_empty, running, queue))
        if _taken(running, queue):
            _wait_for_what_has_begun(running, queue)


def waiting(running: Stack, queue: str = "BatchQueue") -> int:
    """How many messages a worker has yet to be given."""
    return _number(running, queue, "ApproximateNumberOfMessages")


def _is_empty(running: Stack, queue: str) -> bool:
    return waiting(running, queue) == 0


def _taken(running: Stack, queue: str) -> int:
    return _number(running, queue, "ApproximateNumberOfMessagesNotVisible")


def _number(running: Stack, queue: str, attribute: str) -> int:
    told = running.client("sqs").get_queue_attributes(
        QueueUrl=running.physical_id(queue), AttributeNames=[attribute]
    )
    return int(told["Attributes"][attribute])


def _wait_for_what_has_begun(running: Stack, queue: str) -> None:
    """What a worker has taken and not yet finished is hidden in the queue; so is what a worker that
    was ended has left, for many minutes. So this waits until nothing more comes of it."""
    seen, since = -1, time.monotonic()
    while time.monotonic() < since + QUIET_SECONDS:
        if (taken := _taken(running, queue)) != seen:
            seen, since = taken, time.monotonic()
        time.sleep(0.2)
