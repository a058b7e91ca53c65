"""Finds what a job has logged and counted on the running stack.

The emulator takes what a function wrote at the end of a call, and doesn't wait for what is late by
some milliseconds: that comes with the function's next call. So what isn't found is called for."""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from infra.local import emulator, stack
from infra.local.client import invoke
from infra.local.stack import Stack

# A change reaches the watch by the table's stream, which is polled.
SECONDS = 60
_CALL_AGAIN_SECONDS = 5
# The emulator tells so many of a group and leaves the rest out without a word.
MOST_EVENTS = 10_000

type Line = dict[str, Any]


def now_in_milliseconds() -> int:
    """As CloudWatch Logs writes a moment."""
    return int(time.time() * 1000)


def find(running: Stack, folder: str, since: int, **fields: Any) -> Line:
    """The first JSON line with these fields that a function has written since a moment in
    milliseconds. Raises LookupError if there is none in time."""
    return _awaited(running, folder, since, lambda line: fields.items() <= line.items())


def counted(running: Stack, folder: str, since: int, name: str) -> Line:
    """The first line of CloudWatch's embedded metric format with this metric. Raises LookupError if
    there is none in time."""
    return _awaited(running, folder, since, lambda line: "_aws" in line and name in line)


def everything(running: Stack, since: int) -> Iterator[tuple[str, str]]:
    """All that functions and the gateway have written since a moment in milliseconds: each with
    the name of its log group."""
    logs = running.client("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=name, startTime=since
            )
            lines = [(name, event["message"]) for page in pages for event in page["events"]]
            assert len(lines) < MOST_EVENTS
            yield from lines


def output() -> Iterator[str]:
    """The emulator's own output, line by line: it holds what functions wrote, too."""
    with emulator.LOG.open(encoding="utf-8", errors="replace") as lines:
        yield from lines


def _awaited(running: Stack, folder: str, since: int, is_it: Callable[[Line], bool]) -> Line:
    started = called = time.monotonic()
    while time.monotonic() < started + SECONDS:
        for line in _lines(running, folder, since):
            if is_it(line):
                return line
        if time.monotonic() > called + _CALL_AGAIN_SECONDS:
            invoke(running, running.physical_id(f"{folder.title()}Function"), {"Records": []})
            called = time.monotonic()
        time.sleep(0.25)
    raise LookupError(f"{folder} wrote no such line")


def _lines(running: Stack, folder: str, since: int) -> Iterator[Line]:
    pages = running.client("logs").get_paginator("filter_log_events")
    group = f"/farechance/{stack.NAME}/{folder}"
    for page in pages.paginate(logGroupName=group, startTime=since):
        for event in page["events"]:
            for text in event["message"].splitlines():
                if text.startswith("{"):
                    yield json.loads(text)
