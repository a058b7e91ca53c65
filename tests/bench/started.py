"""A function as Lambda starts it, on this machine: the real client of AWS's runtime, the variables
that Lambda sets, and around it, on a port of this machine, what it may ask while it starts: the
Runtime API, and the little of Secrets Manager and DynamoDB that such calls need. Nothing here knows
which functions there are, or measures."""

import json
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from infra.local.stack import LOCAL

PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
FLOOR = LOCAL / "floor" / "lib" / PYTHON / "site-packages"
START_SECONDS = 300


@dataclass(frozen=True)
class Start:
    """A handler, such as `redemption.app.handler`, in the folder that Lambda would unpack, with the
    variables that the template gives it."""

    package: Path
    handler: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        """What Lambda runs for it."""
        program = _PROGRAM.format(floor=str(FLOOR), package=str(self.package), handler=self.handler)
        return [sys.executable, "-S", "-P", "-c", program]

    def environment(self, address: str) -> dict[str, str]:
        """What Lambda sets, and nothing of the caller's own: a longer variable is more
        instructions. What the function asks, it asks at the address."""
        return {
            "PATH": "/usr/bin:/bin",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "HOME": "/nonexistent",
            # Sets and dictionaries in the same order each time.
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LAMBDA_TASK_ROOT": str(self.package),
            "AWS_LAMBDA_RUNTIME_API": address,
            "AWS_LAMBDA_FUNCTION_NAME": "counted",
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": "INFO",
            "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
            "_HANDLER": self.handler,
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "counted",
            "AWS_SECRET_ACCESS_KEY": "counted",
            "AWS_SESSION_TOKEN": "counted",
            "AWS_ENDPOINT_URL": f"http://{address}",
            **self.variables,
        }


class Around(ThreadingHTTPServer):
    """What a function finds around it while it starts, on a port of this machine alone."""

    # Who waits for an invocation waits until it is ended.
    daemon_threads = True

    def __init__(self, event: Mapping[str, Any] | None = None) -> None:
        """With an event there is one invocation before the one that never comes."""
        super().__init__(("127.0.0.1", 0), _Asked)
        self.was_asked = threading.Event()
        self.refused = ""
        self.answered: dict[str, Any] = {}
        self._events = [] if event is None else [dict(event)]
        self.address = f"127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

    def answer(self, what: str, body: bytes) -> dict[str, Any] | None:
        """None for the invocation that never comes."""
        match what:
            case "/2018-06-01/runtime/invocation/next" if self._events:
                return self._events.pop()
            case "/2018-06-01/runtime/invocation/1/response":
                self.answered = json.loads(body)
                return {}
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


# What the runtime is told of an invocation beside the event.
_INVOCATION = {
    "Aws-Request-Id": "1",
    "Deadline-Ms": "4102444800000",
    "Invoked-Function-Arn": "arn:aws:lambda:us-east-1:123456789012:function:counted",
}


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Around

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
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in _INVOCATION.items():
            self.send_header(f"Lambda-Runtime-{name}", value)
        self.end_headers()
        self.wfile.write(content)
