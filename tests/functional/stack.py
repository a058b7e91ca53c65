"""A deployed stack, as moto plays it: tables, secrets and the user pool, and the Lambda handlers,
each started with exactly the environment that the template gives it."""

import base64
import hmac
import importlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from standardwebhooks.webhooks import Webhook

import builders
from builders import CODE_KEYS, PARTNER, PROVIDER
from farechance.clients import Clients
from farechance.commands import SCOPES
from farechance.settings import Settings
from farechance.store import keys
from farechance.vault import Vault
from functional.gateway import Answer, proxy_event, read_answer, strings_of
from infra.local import template
from tables import make_tables, world_on
from world import Clock, World

ALL_SCOPES = " ".join(f"farechance/{scope}" for scope in SCOPES)
_PRIVATE = frozenset(
    {
        "code",
        "voucher_code",
        "external_ref",
        "attested_by",
        "latitude",
        "longitude",
        "secret",
        "client_secret",
        "name",
        "authorization_id",
    }
)
_FUNCTIONS = template.resources("AWS::Serverless::Function")
_FOR_ALL: dict[str, Any] = template.load()["Globals"]["Function"]["Environment"]["Variables"]
_STACK_NAME = "farechance-test"
_CODE_SECRET = "the-codes-of-a-test"


@dataclass
class Stack:
    """Everything that a test touches. `furniture` is what the tables hold at first; `private`
    gathers what was sent and told and must never be in a log."""

    on_tables: World
    user_pool_id: str
    furniture: dict[str, list[dict[str, Any]]]
    monkeypatch: pytest.MonkeyPatch = field(default_factory=pytest.MonkeyPatch)
    read_stdout: Callable[[], str] = str
    private: set[str] = field(default_factory=set)
    handlers: dict[str, Callable[[Any, Any], Any]] = field(default_factory=dict)
    _log: list[str] = field(default_factory=list)

    @property
    def world(self) -> World:
        """Its tables, at the time that it is: the doors have no other clock."""
        self.on_tables.clock.now = datetime.now(UTC)
        return self.on_tables

    @property
    def log(self) -> str:
        """What was written to standard output: log lines, and metrics."""
        self._log.append(self.read_stdout())
        return "".join(self._log)

    def handler(self, folder: str) -> Callable[[Any, Any], Any]:
        """A function's handler, started anew for each test, with its environment and no other."""
        if folder not in self.handlers:
            for function in _FUNCTIONS:
                for name in _variables(function):
                    self.monkeypatch.delenv(name, raising=False)
            for name, value in self._environment(folder).items():
                self.monkeypatch.setenv(name, value)
            sys.modules.pop(f"{folder}.app", None)
            self.handlers[folder] = importlib.import_module(f"{folder}.app").handler
        return self.handlers[folder]

    def send(self, folder: str, event: dict[str, Any], body: Any = None) -> Answer:
        """Invokes a function behind the gateway."""
        answer = read_answer(self.handler(folder)(event, _Context()))
        self.private.update(strings_of(body, _PRIVATE))
        if answer.headers["content-type"] == "application/json":
            self.private.update(strings_of(answer.body, _PRIVATE - {"name"}))
        return answer

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Within it, nothing may be written."""
        before = self.world.everything()
        yield
        assert self.world.everything() == before

    def lines(self) -> list[dict[str, Any]]:
        """The lines that were logged, metrics among them."""
        return [json.loads(line) for line in self.log.splitlines()]

    def counted(self) -> dict[str, int]:
        """The metrics that were sent (CloudWatch's embedded metric format), added up."""
        sums: dict[str, int] = {}
        for line in self.lines():
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert directive["Namespace"] == "FareChance"
                for metric in directive["Metrics"]:
                    name = metric["Name"]
                    sums[name] = sums.get(name, 0) + sum(int(value) for value in line[name])
        return sums

    def _environment(self, folder: str) -> dict[str, str]:
        variables = _FOR_ALL | _variables(f"{folder.title()}Function")
        return {name: self._resolved(value) for name, value in variables.items()}

    def _resolved(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        table = {f"{name.title()}Table": real for name, real in self.world.tables.items()}
        named = {**table, "Partners": self.user_pool_id, "Environment": "trial"}
        match value:
            case {"Ref": name}:
                return named[name]
            case {"Fn::GetAtt": "CodeSecret.Id"}:
                return _CODE_SECRET
            case {"Fn::Sub": text}:
                return str(text).replace("${AWS::StackName}", _STACK_NAME)
        raise AssertionError(f"the template gives a function {value}")


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
        folder = "enrollment" if path.startswith("/participants") else "minting"
        return self.stack.send(folder, event, _readable(body))


@dataclass
class Provider:
    """A ride company, which signs as Standard Webhooks' own client does."""

    stack: Stack
    secret: str
    provider_id: str = PROVIDER
    in_base64: bool = True

    def tell(self, kind: str, data: Any, door: str = "events", **more: Any) -> Answer:
        """Sends a callback."""
        now = datetime.now(UTC)
        body = {"type": kind, "timestamp": now.isoformat().replace("+00:00", "Z"), "data": data}
        return self.send(json.dumps(body).encode(), door, **more)

    def send(self, body: bytes, door: str = "events", **headers: str) -> Answer:
        """Sends a body with its signature; `headers` replace or, where '', remove one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = _without_empty({**self.signed(body), **named})
        path = f"/providers/{self.provider_id}/{door}"
        event = proxy_event(
            "POST",
            path,
            body=body,
            headers=sent,
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


@dataclass(frozen=True)
class _Context:
    """What Lambda says of an invocation."""

    aws_request_id: str = "an-invocation"
    function_name: str = "a-function"


def make_stack() -> Stack:
    """Within moto: a stack with the usual programme, partners and ride company, as of now."""
    client = boto3.client("dynamodb")
    tables = make_tables(client)
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="partners")["UserPool"]["Id"]
    boto3.client("secretsmanager").create_secret(
        Name=_CODE_SECRET, SecretString=json.dumps(CODE_KEYS)
    )
    settings = Settings(
        environment="trial",
        tables=tables,
        provider_secret_prefix=f"{_STACK_NAME}/provider/",
        user_pool_id=pool,
    )
    now = datetime.now(UTC)
    world = world_on(
        client, tables, clock=Clock(now), vault=Vault(settings), clients=Clients(settings)
    )
    rules = builders.rules(
        starts_on=(now - timedelta(days=30)).date(), ends_on=(now + timedelta(days=300)).date()
    )
    world.with_program(rules=rules)
    return Stack(world, pool, world.everything())


def client_of(stack: Stack, partner: str = PARTNER) -> str:
    """The id of a partner's OAuth client."""
    key = keys.partner(partner)
    found = stack.world.store.read(key)[key]
    assert found is not None
    return found.client_ids[0]


def secret_of(stack: Stack, provider: str = PROVIDER) -> str:
    """A ride company's signing secret."""
    name = f"{_STACK_NAME}/provider/{provider}"
    kept = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    secret = str(json.loads(kept)["current"])
    stack.private.add(secret)
    return secret


def _signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    try:
        return str(Webhook(secret).sign(message_id, at, body.decode()))
    except UnicodeDecodeError:
        # The client signs text only; these bytes aren't.
        key = base64.b64decode(secret.removeprefix("whsec_"))
        content = f"{message_id}.{int(at.timestamp())}.".encode() + body
        return "v1," + base64.b64encode(hmac.digest(key, content, "sha256")).decode()


def _variables(function: str) -> dict[str, Any]:
    properties = _FUNCTIONS[function]["Properties"]
    found: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return found


def _without_empty(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}


def _readable(body: bytes | None) -> Any:
    try:
        return json.loads(body or b"")
    except (ValueError, RecursionError):
        return None
