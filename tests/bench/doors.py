"""The doors of partners and ride companies in this process, as Lambda starts them: `redemption`,
`minting` and `enrollment` with their environment, on a DynamoDB Local. Secrets Manager is a server
on this machine that counts what it is asked; what a door writes to standard output is counted and
thrown away."""

import importlib
import json
import logging
import os
import sys
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import Any

import boto3
from standardwebhooks.webhooks import Webhook

import builders
from bench import engine
from builders import CODE_KEYS, PARTNER, PROVIDER
from farechance import telemetry
from farechance.scopes import SCOPES
from farechance.signatures import new_secret
from farechance.store import keys
from functional.gateway import proxy_event
from tables import fill_tables, make_tables, world_on
from world import Clock, World

type Event = dict[str, Any]

_REGION = "us-east-1"
_PREFIX, _CODES = "bench/provider/", "bench-codes"
_SCOPES = " ".join(f"farechance/{scope}" for scope in SCOPES)


class Written(StringIO):
    """Standard output of a door: how many bytes went there."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def write(self, text: str) -> int:
        """Counts it."""
        self.bytes += len(text.encode())
        return len(text)


@dataclass
class Secrets:
    """What Secrets Manager holds, and how often it was read."""

    kept: dict[str, str] = field(default_factory=dict)
    reads: int = 0


@dataclass
class Doors:
    """`world` is on the tables of the functions; `twin` is on four others, which `make_alike` makes
    the same."""

    world: World
    twin: World
    secrets: Secrets
    written: Written
    secret: str = ""
    client_id: str = ""

    def app(self, folder: str) -> Any:
        """The module of a function."""
        return sys.modules[f"{folder}.app"]

    def make_alike(self) -> None:
        """The twin's tables hold what the others hold. They must be empty."""
        fill_tables(self.twin.client, self.twin.tables, self.world.everything())

    def callback(self, kind: str, data: Mapping[str, Any], door: str = "events") -> Event:
        """A ride company's, signed now."""
        now, message_id = datetime.now(UTC), f"msg_{uuid.uuid4().hex}"
        body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data})
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": str(Webhook(self.secret).sign(message_id, now, body)),
        }
        return proxy_event(
            "POST",
            f"/providers/{PROVIDER}/{door}",
            body=body.encode(),
            headers=headers,
            path_parameters={"provider_id": PROVIDER},
        )

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: str
    ) -> Event:
        """A partner's, with a token that has every scope and a fresh Idempotency-Key."""
        headers = {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        return proxy_event(
            method,
            path,
            body=None if body is None else json.dumps(body).encode(),
            headers=headers,
            query=query,
            claims={"client_id": self.client_id, "scope": _SCOPES, "token_use": "access"},
        )


@contextmanager
def opened() -> Iterator[Doors]:
    """The doors, with a funded programme, its partners and a ride company behind them. Raises
    SystemExit where DynamoDB Local can't be started."""
    secrets, written = Secrets({_CODES: json.dumps(CODE_KEYS)}), Written()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _secrets_manager(secrets))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with engine.running() as port, redirect_stdout(written):
            yield _opened(f"http://127.0.0.1:{port}", server.server_port, secrets, written)
    finally:
        server.shutdown()
        server.server_close()


def _opened(endpoint: str, secrets_port: int, secrets: Secrets, written: Written) -> Doors:
    os.environ |= {
        "AWS_ENDPOINT_URL_DYNAMODB": endpoint,
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": f"http://127.0.0.1:{secrets_port}",
        "AWS_DEFAULT_REGION": _REGION,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
    client = boto3.client("dynamodb")
    now = datetime.now(UTC)
    world, twin = (world_on(client, make_tables(client), clock=Clock(now)) for _ in range(2))
    world.with_program(
        cents=10_000_000,
        rules=builders.rules(
            starts_on=(now - timedelta(days=30)).date(), ends_on=(now + timedelta(days=300)).date()
        ),
    )
    doors = Doors(world, twin, secrets, written, new_secret())
    secrets.kept[_PREFIX + PROVIDER] = json.dumps({"current": doors.secret})
    partner = world.store.read(keys.partner(PARTNER))[keys.partner(PARTNER)]
    assert partner is not None
    doors.client_id = partner.client_ids[0]
    os.environ |= {f"{short.upper()}_TABLE": name for short, name in world.tables.items()}
    os.environ |= {
        "ENVIRONMENT": "trial",
        "CODE_SECRET_ID": _CODES,
        "PROVIDER_SECRET_PREFIX": _PREFIX,
        "POWERTOOLS_METRICS_NAMESPACE": "FareChance",
        "POWERTOOLS_SERVICE_NAME": "redemption",
    }
    for folder in ("redemption", "minting", "enrollment"):
        importlib.import_module(f"{folder}.app")
    # The logger and the metrics were made when their module was first imported.
    assert isinstance(telemetry.logger.registered_handler, logging.StreamHandler)
    telemetry.logger.registered_handler.stream = written
    telemetry.metrics.namespace = "FareChance"
    return doors


def _secrets_manager(secrets: Secrets) -> type[BaseHTTPRequestHandler]:
    class Server(BaseHTTPRequestHandler):
        """Answers GetSecretValue."""

        def do_POST(self) -> None:
            """Each read counts."""
            secrets.reads += 1
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            name = asked["SecretId"]
            told = {"Name": name, "SecretString": secrets.kept[name], "VersionId": "1"}
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    return Server
