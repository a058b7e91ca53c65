"""A page that imitates the frame in which CloudWatch's console shows a dashboard's custom widgets:
it calls a widget's function, drops scripts from what it answers, and does what a `cwdb-action` asks
for. The graphs of a dashboard are only named.

What it does follows Amazon CloudWatch's User Guide ('Details about custom widgets', 'Interactivity
in the custom widget'). Where that says nothing, it does the least: it keeps no form from being
sent, so that a widget that would send one is found out.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

PAGE = Path(__file__).with_name("console_frame.html")

Theme = Literal["light", "dark"]

type Invoke = Callable[[str, dict[str, Any]], Any]
"""Calls a function by its ARN or name: what it answers. What it raises, the widget shows."""


@dataclass(frozen=True, slots=True)
class FramedWidget:
    """One box of a dashboard; its size is that of the area for content, in CSS pixels. Without an
    endpoint it is a graph."""

    title: str
    endpoint: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    width: int = 800
    height: int = 600


@dataclass(frozen=True, slots=True)
class Framed:
    """What the page shows: the theme, the time range in milliseconds of Unix time, the widgets."""

    widgets: Sequence[FramedWidget]
    theme: Theme = "light"
    start: int = 0
    end: int = 0
    offset: str = "+00:00"
    dashboard: str = "control-room"


class ConsoleFrame:
    """A running page. `show` says what its address shows from now on; `calls` is each event that
    was sent to a function."""

    def __init__(self, address: str, invoke: Invoke) -> None:
        self.address = address
        self.calls: list[dict[str, Any]] = []
        self._invoke = invoke
        self._framed = Framed(())

    def show(self, framed: Framed) -> str:
        """The page's address."""
        self._framed = framed
        return self.address

    def page(self) -> str:
        """The page's HTML."""
        # In a script, '</' would end it.
        shown = json.dumps(asdict(self._framed)).replace("</", "<\\/")
        return PAGE.read_text(encoding="utf-8").replace("/*FRAMED*/ null", shown)

    def call(self, endpoint: str, event: dict[str, Any]) -> dict[str, Any]:
        """What a widget's function answers, or why it failed."""
        self.calls.append(event)
        try:
            return {"answer": self._invoke(endpoint, event)}
        except Exception as error:
            return {"failed": f"{type(error).__name__}: {error}"}


@contextmanager
def console_frame(invoke: Invoke, port: int = 0) -> Iterator[ConsoleFrame]:
    """The page, for as long as the block lasts. Nothing beyond this machine can reach it."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Requests)
    frame = ConsoleFrame(f"http://127.0.0.1:{server.server_address[1]}/", invoke)
    server.RequestHandlerClass = type("_RequestsOfOne", (_Requests,), {"frame": frame})
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield frame
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Requests(BaseHTTPRequestHandler):
    frame: ConsoleFrame

    def do_GET(self) -> None:
        """The page, whatever the query says: a form that was sent would come with one."""
        if self.path.partition("?")[0] != "/":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self._send(self.frame.page().encode(), "text/html; charset=utf-8")

    def do_POST(self) -> None:
        """One call of a widget's function."""
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        said = self.frame.call(sent["endpoint"], sent["event"])
        self._send(json.dumps(said).encode(), "application/json")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Nothing: the tests' own output is read."""

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
