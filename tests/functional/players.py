"""Those who call a stack: the app of a partner and a ride company, each with its own proof."""

import base64
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from standardwebhooks.webhooks import Webhook

from builders import PROVIDER
from farechance.scopes import SCOPES
from functional.bodies import mint_body, rfc3339
from functional.gateway import Answer, proxy_event
from functional.stack import Stack
from signers import signed_in_hex

ALL_SCOPES = " ".join(f"farechance/{scope}" for scope in SCOPES)


@dataclass
class Partner:
    """A partner's app with a token."""

    stack: Stack
    client_id: str
    scopes: str = ALL_SCOPES
    in_base64: bool = True

    def get(self, path: str, **query: str) -> Answer:
        """GET"""
        return self.call("GET", path, query=query)

    def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> Answer:
        """POST of a JSON body, under an Idempotency-Key."""
        sent = {"Content-Type": "application/json", "Idempotency-Key": key or uuid4().hex}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, body=raw, headers=_without_empty({**sent, **named}))

    def delete(self, path: str) -> Answer:
        """DELETE"""
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        over: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> Answer:
        """Any call; `over` replaces parts of the gateway's event."""
        claims = {"client_id": self.client_id, "scope": self.scopes, "token_use": "access"}
        more.setdefault("claims", claims)
        event = proxy_event(method, path, body=body, in_base64=self.in_base64, **more)
        event |= over or {}
        return self.stack.send(_folder(path), event, _readable(body))


@dataclass
class Provider:
    """A ride company, which signs as Standard Webhooks' own client does."""

    stack: Stack
    secret: str
    provider_id: str = PROVIDER
    in_base64: bool = True

    def tell(self, kind: str, data: Any, door: str = "events") -> Answer:
        """Sends a callback."""
        return self.send(
            json.dumps({"type": kind, "timestamp": rfc3339(), "data": data}).encode(), door
        )

    def send(self, body: bytes, door: str = "events", **headers: str) -> Answer:
        """Sends a body with its signature; `headers` replace or, where '', remove one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.deliver(body, _without_empty({**self.signed(body), **named}), door)

    def deliver(self, body: bytes, headers: Mapping[str, str], door: str = "events") -> Answer:
        """Sends a body with headers as they are."""
        event = proxy_event(
            "POST",
            f"/providers/{self.provider_id}/{door}",
            body=body,
            headers=headers,
            path_parameters={"provider_id": self.provider_id},
            in_base64=self.in_base64,
        )
        return self.stack.send("redemption", event, _readable(body))

    def signed(self, body: bytes, ago: timedelta = timedelta(), secret: str = "") -> dict[str, str]:
        """The headers of a delivery that was made some time ago."""
        message_id, at = f"msg_{uuid4().hex}", datetime.now(UTC) - ago
        signature = _signature(secret or self.secret, message_id, at, body)
        return {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }


@dataclass
class HexProvider(Provider):
    """A ride company whose platform signs the body alone, in hex, in a header of its own."""

    header: str = "X-Other-Cabs-Signature"

    def signed(
        self, body: bytes, _ago: timedelta = timedelta(), secret: str = ""
    ) -> dict[str, str]:
        """The headers of a delivery: nothing in them says when it was made."""
        signature = signed_in_hex(secret or self.secret, body)
        return {"Content-Type": "application/json", self.header: signature}


def _folder(path: str) -> str:
    """Which function serves a path."""
    if path.startswith("/participants"):
        # What of a person reaches her vouchers is behind the door of vouchers.
        return "minting" if path.endswith(("/consent", "/record")) else "enrollment"
    if path.endswith("/card") or path.startswith(("/cards", "/sheets")):
        return "printing"
    if path.startswith("/reports"):
        return "sharing"
    return "sending" if path.endswith("/send") else "minting"


def mint_code(partner: Partner, **changes: Any) -> str:
    """The code of one new voucher."""
    code = partner.post("/vouchers", mint_body(**changes)).body["vouchers"][0]["code"]
    return str(code)


def _signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    try:
        return str(Webhook(secret).sign(message_id, at, body.decode()))
    except UnicodeDecodeError:
        # The client signs text only; these bytes aren't.
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{message_id}.{int(at.timestamp())}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def _without_empty(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}


def _readable(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
