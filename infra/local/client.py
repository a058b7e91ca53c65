"""Calls the running stack as its callers do: an admin, a partner's app, a ride company, a schedule.

The demo and the end-to-end tests share it. It signs callbacks with the Standard Webhooks client
that a ride company would use, not with our own code, and it never repeats a call by itself.
"""

import base64
import hmac
import http.client
import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from standardwebhooks import Webhook

from infra.local.stack import Stack

SECONDS = 60
AUTHORIZATIONS, EVENTS = "authorizations", "events"


class Refused(Exception):
    """Somebody who had to be answered wasn't: the message says by whom, and what came instead."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer over HTTP. The names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as the JSON object that it is."""
        read: dict[str, Any] = json.loads(self.body)
        return read

    def expect(self, status: int) -> dict[str, Any]:
        """The body, if the answer has this status. Raises Refused, with a problem's own words."""
        if self.status != status:
            words = self.body[:500].decode("utf-8", "replace")
            raise Refused(f"answered {self.status} instead of {status}: {words}")
        return self.json()


def call(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request, exactly as it is given. Raises OSError if there is no answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        read = response.read()
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, read)
    finally:
        connection.close()


def json_bytes(value: Any) -> bytes:
    """A value as the bytes of its JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def instant(moment: datetime) -> str:
    """A moment as the API writes times: RFC 3339 in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Admin:
    """Invokes the function of a role, the administrators' by default, as an admin does in the
    console."""

    def __init__(self, running: Stack, function: str = "") -> None:
        self._running = running
        self._function = function or running.admin_function

    def ask(self, command: str, command_id: str = "", **fields: Any) -> dict[str, Any]:
        """The answer, be it a refusal. Raises Refused if the function failed."""
        event = {
            "command": command,
            # Ten digits: four letters and twelve, as of "ride-…", would be taken for a code.
            "command_id": command_id or f"{command}-{uuid.uuid4().hex[:10]}",
            "requested_by": "local stack",
            "reason": "shown on one machine",
            **fields,
        }
        return invoke(self._running, self._function, event)

    def do(self, command: str, command_id: str = "", **fields: Any) -> dict[str, Any]:
        """The answer of a command that must succeed. Raises Refused, with the reason in words."""
        answer = self.ask(command, command_id, **fields)
        if not answer["done"]:
            raise Refused(f"{command}: {answer['in_words']} {answer.get('errors', '')}")
        return answer


def keep_house(running: Stack) -> dict[str, Any]:
    """Has housekeeping run now, as the schedule does every hour. Raises Refused if it failed."""
    return invoke(running, running.output("HousekeepingFunctionName"), {})


def audit(running: Stack) -> dict[str, Any]:
    """Has the books of all programmes checked now, as the schedule does every day. Raises Refused
    if it failed."""
    return invoke(running, running.output("AuditingFunctionName"), {})


def invoke(running: Stack, function: str, event: dict[str, Any]) -> dict[str, Any]:
    """What a function answers that is invoked directly. Raises Refused if it failed."""
    response = running.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    answer: dict[str, Any] = json.loads(response["Payload"].read())
    if "FunctionError" in response:
        raise Refused(f"{function} failed: {answer.get('errorMessage', answer)}")
    return answer


class PartnerApp:
    """A partner's app. It fetches one token and keeps it, since each one costs."""

    def __init__(
        self, running: Stack, client_id: str, client_secret: str, scopes: tuple[str, ...] = ()
    ) -> None:
        """Without `scopes` the token has all that the client may ask for."""
        self._stack = running
        self._proof = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._scopes = scopes
        self._token = ""
        self._lock = threading.Lock()

    def token(self) -> str:
        """An access token. Raises Refused if the client's id or secret is wrong."""
        with self._lock:
            if not self._token:
                form = {"grant_type": "client_credentials"}
                if self._scopes:
                    form["scope"] = " ".join(f"farechance/{scope}" for scope in self._scopes)
                answer = call(
                    "POST",
                    self._stack.token_url,
                    urlencode(form).encode(),
                    {
                        "Authorization": f"Basic {self._proof}",
                        "Content-Type": "application/x-www-form-urlencoded",
                    },
                )
                self._token = answer.expect(200)["access_token"]
            return self._token

    def get(self, path: str, **query: str | int) -> Answer:
        """A GET with the token."""
        url = self._stack.api_url + path + (f"?{urlencode(query)}" if query else "")
        return call("GET", url, headers=self._headers())

    def post(self, path: str, body: Any, key: str) -> Answer:
        """A POST of JSON under an Idempotency-Key."""
        return self.post_bytes(path, json_bytes(body), {"Idempotency-Key": key})

    def delete(self, path: str) -> Answer:
        """A DELETE with the token."""
        return call("DELETE", self._stack.api_url + path, headers=self._headers())

    def post_bytes(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """A POST of bytes that needn't be JSON."""
        sent = {**self._headers(), "Content-Type": "application/json", **headers}
        return call("POST", self._stack.api_url + path, body, sent)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One callback as it was sent, so that it can be sent again: to which door, and its bytes."""

    door: str
    body: bytes


class RideCompany:
    """A ride company: sends signed callbacks."""

    def __init__(self, running: Stack, provider_id: str, secret: str) -> None:
        self._url = f"{running.api_url}/providers/{provider_id}"
        self._webhook = Webhook(secret)
        self._key = base64.b64decode(secret.removeprefix("whsec_"))

    def tell(self, door: str, kind: str, **data: Any) -> Answer:
        """Sends one callback about something that has just happened."""
        return self.deliver(callback(door, kind, **data))

    def deliver(self, delivery: Delivery) -> Answer:
        """Sends these bytes, signed anew. A repeat has another webhook-id, as after a restart."""
        return self.post(delivery, self.signed(delivery.body))

    def post(self, delivery: Delivery, headers: Mapping[str, str]) -> Answer:
        """Sends these bytes with these headers, be they right or not."""
        sent = {"Content-Type": "application/json", **headers}
        return call("POST", f"{self._url}/{delivery.door}", delivery.body, sent)

    def signed(self, body: bytes, at: datetime | None = None) -> dict[str, str]:
        """The three headers that prove who sent the body, and when."""
        moment = at or datetime.now(UTC)
        message_id = f"msg_{uuid.uuid4().hex}"
        return {
            "webhook-id": message_id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": self._signature(message_id, moment, body),
        }

    def _signature(self, message_id: str, moment: datetime, body: bytes) -> str:
        try:
            return str(self._webhook.sign(message_id, moment, body.decode()))
        except UnicodeDecodeError:
            # The client signs text only; these bytes aren't.
            content = f"{message_id}.{int(moment.timestamp())}.".encode() + body
            return "v1," + base64.b64encode(hmac.digest(self._key, content, "sha256")).decode()


def callback(door: str, kind: str, **data: Any) -> Delivery:
    """A callback's bytes. What is None is left out; moments are written as the API wants them."""
    written = {
        name: instant(value) if isinstance(value, datetime) else value
        for name, value in data.items()
        if value is not None
    }
    envelope = {"type": kind, "timestamp": instant(datetime.now(UTC)), "data": written}
    return Delivery(door, json_bytes(envelope))
