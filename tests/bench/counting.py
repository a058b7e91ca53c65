"""How many instructions a function's start takes, counted by valgrind. Instructions and not time,
because the same start counts the same on a busy machine too."""

import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.started import START_SECONDS, Around, Start

_QUIET_SECONDS = 0.3


class NotCounted(Exception):
    """The function didn't start; the message says what it said."""


def whats_missing() -> str | None:
    """Says in words what this machine lacks to count instructions, or None."""
    return None if shutil.which("valgrind") else "valgrind is missing (Debian: valgrind)"


@dataclass(frozen=True)
class Counted:
    """How many instructions, and what was answered on the way."""

    instructions: int
    answer: dict[str, Any]


def instructions(start: Start) -> int:
    """From the interpreter's first instruction until the runtime asks for the first invocation, and
    whatever threads still do then. Raises NotCounted."""
    return counted(start).instructions


def counted(start: Start, event: Mapping[str, Any] | None = None) -> Counted:
    """The same, but with an event until it is answered and the runtime asks for the next. Raises
    NotCounted."""
    with Around(event) as around, _process(start, around.address) as process:
        try:
            _wait_until_asked(around, process)
            _wait_until_quiet(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=START_SECONDS)
    found = re.search(r"I +refs: +([\d,]+)", said)
    if found is None or around.refused or not around.was_asked.is_set():
        raise NotCounted(f"{start.handler}: {around.refused or said[-2_000:]}")
    return Counted(int(found[1].replace(",", "")), around.answered)


def _process(start: Start, address: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        + start.command(),
        cwd=start.package,
        env=start.environment(address),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _wait_until_asked(around: Around, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if around.was_asked.wait(0.05):
            return


def _wait_until_quiet(process: int) -> None:
    """What a thread that was begun at the start still does belongs to it: until nothing of the
    process has run for a moment."""
    deadline = time.monotonic() + START_SECONDS
    before, quiet_since = "", time.monotonic()
    while time.monotonic() < min(deadline, quiet_since + _QUIET_SECONDS):
        now = _has_run(process)
        if now != before:
            before, quiet_since = now, time.monotonic()
        time.sleep(0.02)


def _has_run(process: int) -> str:
    """How long, in the kernel's ticks; or that it is running or waiting to."""
    states = []
    # A thread, or all of it, may end meanwhile.
    with suppress(OSError):
        for task in Path(f"/proc/{process}/task").iterdir():
            # After the name, which may hold a bracket: the state, and times by their place.
            fields = (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
            is_running = fields[0] == "R"
            states.append(str(time.monotonic()) if is_running else f"{fields[11]} {fields[12]}")
    return ",".join(states)
