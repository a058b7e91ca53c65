"""How long a function's start takes in AWS's Runtime Interface Emulator, which runs the runtime as
Lambda does and reports how long it took until it was ready. Its report at the end of an invocation
says something else under the same name, and of two invocations at once it dies: so one is begun for
each start, and ended."""

import re
import subprocess
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from threading import Thread, Timer
from typing import IO

from bench.started import PYTHON, START_SECONDS, Around, Start
from infra.local import dynamodb, stack

_EMULATOR = (
    stack.LOCAL / f"sam/lib/{PYTHON}/site-packages/samcli/local/rapid"
    f"/aws-lambda-rie-{stack.architecture()}"
)


class NotStarted(Exception):
    """The function didn't start; the message says what was said."""


def starts_milliseconds(starts: Mapping[str, Start], turns: int) -> dict[str, list[float]]:
    """Of each start, by turns, so often. Raises NotStarted."""
    took: dict[str, list[float]] = {name: [] for name in starts}
    with Around() as around:
        for _ in range(turns):
            for name, start in starts.items():
                took[name].append(_milliseconds(start, around))
    return took


def _milliseconds(start: Start, around: Around) -> float:
    port = dynamodb.free_port()
    command = [str(_EMULATOR), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    command += ["--runtime-api-address", f"127.0.0.1:{dynamodb.free_port()}"]
    process = subprocess.Popen(
        [*command, "--log-level", "info", *start.command(), start.handler],
        cwd=start.package,
        env=start.environment(around.address),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    limit = Timer(START_SECONDS, process.kill)
    with process:
        try:
            limit.start()
            assert process.stdout is not None
            Thread(target=_invoke, args=(port,), daemon=True).start()
            return _reported(process.stdout, start)
        finally:
            limit.cancel()
            # It ends the runtime too.
            process.terminate()


def _invoke(port: int) -> None:
    """Only with an invocation does it start the runtime. What is answered doesn't matter, nor that
    it is ended meanwhile."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    for _ in range(START_SECONDS * 20):
        with suppress(OSError):
            urllib.request.urlopen(url, data=b"{}", timeout=START_SECONDS).close()
            return
        time.sleep(0.05)


def _reported(output: IO[str], start: Start) -> float:
    said = []
    for line in output:
        said.append(line)
        if found := re.search(r"INIT REPORT\(durationMs: ([\d.]+)", line):
            if any("INIT RTDONE(status: success)" in one for one in said):
                return float(found[1])
            break
    raise NotStarted(f"{start.handler}: {''.join(said)[-2_000:]}")
