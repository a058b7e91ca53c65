"""DynamoDB Local for as long as a benchmark needs it: the engine that all but the counts of starts
stand on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import dynamodb


@contextmanager
def running(heap_mb: int = 256) -> Iterator[int]:
    """Its port. Raises SystemExit, in words, where this machine can't run it."""
    missing = dynamodb.whats_missing()
    if missing:
        raise SystemExit(f"{Path(sys.argv[0]).stem}: {missing}")
    port = dynamodb.free_port()
    process = dynamodb.start(port, heap_mb)
    try:
        yield port
    finally:
        dynamodb.stop(process)
