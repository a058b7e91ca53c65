"""How many instructions a function's start takes: the real client of AWS's runtime imports the
handler and asks for the first invocation, under valgrind. What it asks stands here: a Runtime API
and, for calls that a function makes while it starts, the little of Secrets Manager and DynamoDB
that such calls need. Instructions are counted, not time, because the same start counts the same on
a busy machine too. Nothing here knows which functions there are."""

import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from infra.local.stack import LOCAL

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
FLOOR = LOCAL / "floor" / "lib" / PYTHON / "site-packages"
START_SECONDS = 120
_QUIET_SECONDS = 0.3

# The client is found beside the floor's libraries and nowhere else, and then only the package is.
_PROGRAM = """\
import sys
sys.path.insert(0, {floor!r})
from awslambdaric.__main__ import main
sys.path[0] = {package!r}
main(["", {handler!r}])
"""

# The keys of codes, of one version.
_CODE_KEYS = {"1": "a key that is nobody's, long enough to be one"}


class NotCounted(Exception):
    """valgrind is missing, or the function didn't start; the message says what it said."""


@dataclass(frozen=True)
class Start:
    """A handler, such as `redemption.app.handler`, in the folder that Lambda would unpack, with the
    variables that the template gives it."""

    package: Path
    handler: str
    variables: Mapping[str, str] = field(default_factory=dict)


def whats_missing() -> str | None:
    """Says in words what this machine lacks to count instructions, or None."""
    return None if shutil.which("valgrind") else "valgrind is missing (Debian: valgrind)"


def instructions(start: Start) -> int:
    """From the interpreter's first instruction until the runtime asks for the first invocation, and
    whatever threads still do then. Raises NotCounted."""
    with _Around() as around, _process(start, around.address) as process:
        try:
            around.was_asked.wait(START_SECONDS)
            _wait_until_quiet(process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=START_SECONDS)
    counted = re.search(r"I +refs: +([\d,]+)", said)
    if counted is None or around.refused or not around.was_asked.is_set():
        raise NotCounted(f"{start.handler}: {around.refused or said[-2_000:]}")
    return int(counted[1].replace(",", ""))


def _process(start: Start, address: str) -> subprocess.Popen[str]:
    program = _PROGRAM.format(floor=str(FLOOR), package=str(start.package), handler=start.handler)
    return subprocess.Popen(
        ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
        + [sys.executable, "-S", "-P", "-c", program],
        cwd=start.package,
        env=_environment(start, address),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _environment(start: Start, address: str) -> dict[str, str]:
    """What Lambda sets, and nothing of the caller's own: a longer variable is more instructions."""
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "HOME": "/nonexistent",
        # Sets and dictionaries in the same order each time.
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(start.package),
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": "counted",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "AWS_LAMBDA_LOG_LEVEL": "INFO",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "_HANDLER": start.handler,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "counted",
        "AWS_SECRET_ACCESS_KEY": "counted",
        "AWS_SESSION_TOKEN": "counted",
        "AWS_ENDPOINT_URL": f"http://{address}",
        **start.variables,
    }


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
    for task in Path(f"/proc/{process}/task").iterdir():
        # After the name, which may hold a bracket: the state, and times by their place.
        fields = (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()
        states.append(str(time.monotonic()) if fields[0] == "R" else f"{fields[11]} {fields[12]}")
    return ",".join(states)


class _Around(ThreadingHTTPServer):
    """What a function finds around it while it starts, on a port of this machine alone."""

    # Who waits for an invocation waits until it is ended.
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.was_asked = threading.Event()
        self.refused = ""
        self.address = f"127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, what: str, body: bytes) -> dict[str, Any] | None:
        """None for the first invocation, which never comes."""
        match what:
            case "/2018-06-01/runtime/invocation/next":
                self.was_asked.set()
                return None
            case "secretsmanager.GetSecretValue":
                return {"SecretString": json.dumps(_CODE_KEYS), "VersionId": "1"}
            case "DynamoDB_20120810.BatchGetItem":
                return {"Responses": {}, "UnprocessedKeys": {}}
        self.refused += f"{what} isn't answered here: {body.decode(errors='replace')[:2_000]}"
        self.was_asked.set()
        return {}


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Around

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _answer(self, body: bytes) -> None:
        answer = self.server.answer(self.headers.get("X-Amz-Target", self.path), body)
        if answer is None:
            threading.Event().wait(START_SECONDS)
            return
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
