"""Starts and stops MiniStack, the AWS emulator, as a process of this checkout's own.

It owns the file that says which process is ours and on which port: `.local/emulator.json`. It never
ends a process that this file doesn't name. IAM is enforced, nothing listens beyond this machine,
and the state is written to `.local/state` when the emulator is stopped gently, so that the next
start has it again.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path

from infra.local import dynamodb

ROOT = Path(__file__).resolve().parents[2]
LOCAL = ROOT / ".local"
STATE = LOCAL / "state"
LOG = LOCAL / "log" / "emulator.log"
RECORD = LOCAL / "emulator.json"
USUAL_PORT = 4566
REGION = "us-east-1"
# To the emulator this access key is the account's root: it may do everything, whatever the secret.
ROOT_KEY = "test"
START_SECONDS = 120
STOP_SECONDS = 60


class NotStarted(Exception):
    """The emulator ended, or gave no answer in time."""


def endpoint() -> str | None:
    """The address of our running emulator, or None."""
    record = _record()
    if record is None or not _is_ours(record["pid"]):
        return None
    url = f"http://127.0.0.1:{record['port']}"
    return url if _answers(url) else None


def start() -> str:
    """Starts the emulator, unless ours already runs, and returns its address. Raises NotStarted."""
    running = endpoint()
    if running:
        return running
    port = USUAL_PORT if _is_free(USUAL_PORT) else dynamodb.free_port()
    scratch = LOCAL / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    for folder in (STATE, LOG.parent, scratch):
        folder.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        process = subprocess.Popen(
            [LOCAL / "emulator" / "bin" / "ministack"],
            cwd=LOCAL,
            env=_environment(port, scratch),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # It outlives this script, and an interrupt at the terminal isn't meant for it.
            start_new_session=True,
        )
    RECORD.write_text(json.dumps({"pid": process.pid, "port": port}), encoding="utf-8")
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise NotStarted(f"the emulator ended with code {process.returncode}; see {LOG}")
        if _answers(url):
            return url
        time.sleep(0.1)
    process.terminate()
    raise NotStarted(f"the emulator gave no answer within {START_SECONDS} s; see {LOG}")


def stop() -> bool:
    """Stops our emulator gently, so that it saves its state. Returns False if it wasn't running."""
    record = _record()
    if record is None or not _is_ours(record["pid"]):
        RECORD.unlink(missing_ok=True)
        return False
    os.kill(record["pid"], signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while _is_ours(record["pid"]):
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {record['pid']} didn't end within {STOP_SECONDS} s")
        time.sleep(0.1)
    RECORD.unlink(missing_ok=True)
    return True


def forget() -> None:
    """Throws away what the stopped emulator had saved."""
    shutil.rmtree(STATE, ignore_errors=True)


def _environment(port: int, scratch: Path) -> dict[str, str]:
    """Functions inherit the emulator's environment, so it gets nothing of the developer's own."""
    own_programs = str(LOCAL / "emulator" / "bin")
    return {
        "PATH": os.pathsep.join([own_programs, os.environ.get("PATH", os.defpath)]),
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(STATE),
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
    }


def _record() -> dict[str, int] | None:
    try:
        record: dict[str, int] = json.loads(RECORD.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return record


def _is_ours(pid: int) -> bool:
    """Whether the process is the emulator still: after a reboot its number may be another's."""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return str(LOCAL / "emulator") in shown.stdout


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
