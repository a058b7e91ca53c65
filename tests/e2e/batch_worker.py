"""Lets the worker of batches rest, so that a message stays in its queue, and the function can be
changed: a change makes the emulator end what runs, and what that had taken stays hidden."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local.stack import Stack

# Longer than a step of a small batch.
QUIET_SECONDS = 3


@contextmanager
def resting(running: Stack) -> Iterator[None]:
    """Within it no message of the queue reaches the worker; what it had begun has ended."""
    functions, name = running.client("lambda"), running.physical_id("BatchingFunction")
    (source,) = functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    functions.update_event_source_mapping(UUID=source["UUID"], Enabled=False)
    try:
        _wait_for_what_has_begun(running)
        yield
    finally:
        functions.update_event_source_mapping(UUID=source["UUID"], Enabled=True)


def _wait_for_what_has_begun(running: Stack) -> None:
    """What a worker has taken and not yet finished is hidden in the queue; so is what a worker that
    was ended has left, for many minutes. So this waits until nothing more comes of it."""
    hidden = "ApproximateNumberOfMessagesNotVisible"
    seen, since = "", time.monotonic()
    while time.monotonic() < since + QUIET_SECONDS:
        told = running.client("sqs").get_queue_attributes(
            QueueUrl=running.physical_id("BatchQueue"), AttributeNames=[hidden]
        )
        if told["Attributes"][hidden] != seen:
            seen, since = told["Attributes"][hidden], time.monotonic()
        time.sleep(0.2)
