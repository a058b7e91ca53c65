"""A partner and a ride company who call the handlers one after the other, at a time that is set, so
that what they are told is the same in each play. It owns what is kept of a call; the calls
themselves are those of `functional.examples`."""

import io
import json
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from builders import NOON, PROVIDER
from farechance import endpoints, telemetry
from farechance.edge import clock
from functional.gateway import Answer
from functional.players import Partner, Provider
from functional.stack import Stack, client_of, secret_of
from operations import change_consent, enroll

type Examples = dict[str, dict[str, dict[str, Any]]]

# Of a report's files these are another at each run: a link is signed, and a file has a random salt.
_RANDOM = {"link": "https://reports.example/a-link-for-15-minutes", "sha256": "0" * 64, "bytes": 1}


class Time:
    """Stands still, but for a minute at each call."""

    def __init__(self) -> None:
        self.is_now = NOON

    def now(self, _zone: object) -> datetime:
        """As `datetime.now`."""
        return self.is_now

    def text(self, **ahead: float) -> str:
        """Now, or some time ahead, as it is written in JSON."""
        return (self.is_now + timedelta(**ahead)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Story:
    """One play. `examples` gathers what was sent and told, by operation and name."""

    def __init__(self, stack: Stack, time: Time) -> None:
        self.stack = stack
        self.time = time
        self.examples: Examples = {}
        self._partner = Partner(stack, client_of(stack))
        self._provider = Provider(stack, secret_of(stack))

    def call(
        self,
        operation: str,
        name: str,
        body: Any = None,
        query: dict[str, str] | None = None,
        accept: str = "application/json",
        **path: str,
    ) -> Any:
        """A partner's call. Returns the answer's body."""
        endpoint = getattr(endpoints, operation.upper())
        self.time.is_now += timedelta(minutes=1)
        headers = {"Accept": accept, "Idempotency-Key": f"{operation}-{name}"}
        raw = None
        if endpoint.method == "POST":
            is_table = isinstance(body, str)
            headers["Content-Type"] = "text/csv" if is_table else "application/json"
            raw = (body if is_table else json.dumps(body)).encode()
        answer = self._partner.call(
            endpoint.method,
            endpoint.path.format(**path),
            body=raw,
            query=query,
            headers=headers,
        )
        request = {"path": path, "query": query, "body": body}
        sent = {part: value for part, value in request.items() if value is not None}
        return self._keep(operation, name, sent, answer)

    def tell(self, operation: str, name: str, kind: str, **data: Any) -> Any:
        """A ride company's callback."""
        self.time.is_now += timedelta(minutes=1)
        sent = {"type": kind, "timestamp": self.time.text(), "data": data}
        body = json.dumps(sent).encode()
        ago = datetime.now(UTC) - self.time.is_now
        door = "authorizations" if operation == "ask_for_authorization" else "events"
        answer = self._provider.deliver(body, self._provider.signed(body, ago), door)
        request = {"path": {"provider_id": PROVIDER}, "body": sent}
        return self._keep(operation, name, request, answer)

    def _keep(self, operation: str, name: str, request: dict[str, Any], answer: Answer) -> Any:
        is_json = "json" in answer.headers["content-type"]
        told = _aligned(answer.body) if is_json else answer.text
        media = answer.headers["content-type"].partition(";")[0]
        # A page is long, and says no more than its description.
        kept = {} if media == "text/html" else {"answer": told}
        example = {**request, "status": answer.status, "media": media, **kept}
        self.examples.setdefault(operation, {})[name] = example
        return told


def set_time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time and random ids as the story wants them. What voucher and code a mint makes follows from
    its Idempotency-Key."""
    time, numbers = Time(), count(1)
    ids = SimpleNamespace(uuid4=lambda: SimpleNamespace(hex=f"{next(numbers):032x}"))
    monkeypatch.setattr(clock, "datetime", time)
    monkeypatch.setattr(telemetry.metrics, "namespace", "FareChance")
    monkeypatch.setattr(telemetry.logger.registered_handler, "stream", io.StringIO())
    for module in (enroll, change_consent):
        monkeypatch.setattr(module, "uuid", ids)
    for name, value in (
        ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ):
        monkeypatch.setenv(name, value)
    return time


def _aligned(told: Any) -> Any:
    """An answer with what is random in it replaced."""
    if isinstance(told, dict):
        is_file = _RANDOM.keys() <= told.keys()
        return {
            name: _RANDOM[name] if is_file and name in _RANDOM else _aligned(value)
            for name, value in told.items()
        }
    return [_aligned(one) for one in told] if isinstance(told, list) else told
