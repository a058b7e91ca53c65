"""A deployed stack, as moto plays it: tables, secrets and the user pool, and the Lambda handlers,
each started with exactly the environment that the template gives it."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

import builders
from builders import CODE_KEYS, PARTNER, PROGRAM, PROVIDER
from farechance.clients import Clients
from farechance.edge import clock as edge_clock
from farechance.settings import Settings
from farechance.store import keys
from farechance.vault import Vault
from functional.contract import check_is_described
from functional.gateway import Answer, read_answer, strings_of
from infra.local import template
from tables import empty_tables, make_tables, world_on
from world import Clock, World

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
        "phone_number",
        "link",
    }
)
_FUNCTIONS = template.resources("AWS::Serverless::Function")
_FOR_ALL: dict[str, Any] = template.load()["Globals"]["Function"]["Environment"]["Variables"]
_STACK_NAME = "farechance-test"
REGION = "us-east-1"
PROVIDER_SECRETS = f"{_STACK_NAME}/provider/"
CODE_SECRET = "the-codes-of-a-test"
BUCKET = "reports-of-a-test"
ENDPOINT = "arn:aws:lambda:us-east-1:123456789012:function:a-function"


@dataclass
class Stack:
    """Everything that a test touches. `furniture` is what the tables hold at first; `private`
    gathers what was sent and told and must never be in a log."""

    on_tables: World
    user_pool_id: str
    furniture: dict[str, list[dict[str, Any]]]
    queue_url: str = ""
    report_queue_url: str = ""
    statement_queue_url: str = ""
    given_up: dict[str, str] = field(default_factory=dict)
    bucket: str = ""
    topic_arn: str = ""
    untouched: dict[str, list[str]] = field(default_factory=dict)
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
            forget(folder)
            self.handlers[folder] = importlib.import_module(f"{folder}.app").handler
        return self.handlers[folder]

    def doors_have(self, clock: Callable[[], datetime]) -> None:
        """From now on functions have this clock: those that were started are started anew."""
        self.monkeypatch.setattr(edge_clock, "utc_now", clock)
        self.handlers.clear()

    def send(self, folder: str, event: dict[str, Any], body: Any = None) -> Answer:
        """Invokes a function behind the gateway. Whatever it is refused with, the contract must
        describe."""
        answer = read_answer(self.handler(folder)(event, _Context()))
        check_is_described(event["httpMethod"], event["path"], answer)
        self.private.update(strings_of(body, _PRIVATE))
        if answer.headers["content-type"] == "application/json":
            self.private.update(strings_of(answer.body, _PRIVATE - {"name"}))
        return answer

    def command(self, event: Any, folder: str = "administration") -> dict[str, Any]:
        """Invokes the function of a role, the administrator's by default."""
        answer: dict[str, Any] = self.handler(folder)(event, _Context())
        self.private.update(strings_of(answer, _PRIVATE - {"name"}))
        return answer

    def job(self, folder: str, event: Any = None, *, seconds_left: float = 60) -> Any:
        """Invokes a function as a schedule or a stream does."""
        return self.handler(folder)(event or {}, _Context(seconds_left=seconds_left))

    def messages(self, queue_url: str = "") -> list[dict[str, Any]]:
        """What waits in a queue, that of batches by default, as Lambda hands it over; it is taken
        out."""
        sqs, url = boto3.client("sqs"), queue_url or self.queue_url
        taken = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for one in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"])
                taken.append({"messageId": one["MessageId"], "body": one["Body"]})
        return taken

    def files(self) -> dict[str, bytes]:
        """What the bucket of reports holds, by path."""
        s3 = boto3.client("s3")
        listed = s3.list_objects_v2(Bucket=self.bucket).get("Contents", [])
        return {
            one["Key"]: s3.get_object(Bucket=self.bucket, Key=one["Key"])["Body"].read()
            for one in listed
        }

    def empty_bucket(self) -> None:
        """Takes every version of every file out."""
        boto3.resource("s3").Bucket(self.bucket).object_versions.delete()

    def announced(self) -> list[tuple[str, str]]:
        """What was published to the topic of reports: subject and text."""
        topics = get_backend("sns")[DEFAULT_ACCOUNT_ID][REGION].topics
        return [(str(one[2]), one[1]) for one in topics[self.topic_arn].sent_notifications]

    def take_everything_out(self) -> None:
        """As it is on the day after it was deployed."""
        empty_tables(self.world.client, self.world.tables)
        secrets = boto3.client("secretsmanager")
        for secret in secrets.list_secrets()["SecretList"]:
            if secret["Name"].startswith(PROVIDER_SECRETS):
                secrets.delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Within it, nothing may be written."""
        before = self.image()
        yield
        assert self.image() == before

    def image(self) -> dict[str, list[str]]:
        """Every item, to compare. It is read from moto's memory, since its scans are slow."""
        stored = get_backend("dynamodb")[DEFAULT_ACCOUNT_ID][REGION].tables
        return {
            name: sorted(str(item.to_json()) for item in stored[name].all_items())
            for name in self.on_tables.tables.values()
        }

    def lines(self) -> list[dict[str, Any]]:
        """The lines that were logged, metrics among them."""
        return [json.loads(line) for line in self.log.splitlines()]

    def counted(self) -> dict[str, int]:
        """The metrics that were sent (CloudWatch's embedded metric format), added up; not those by
        caller or programme."""
        return {name: value for (_, name), value in self._sums("").items()}

    def counted_by(self, dimension: str) -> dict[tuple[str, str], int]:
        """Those that were sent by `caller` or `program`: whose, and which."""
        return self._sums(dimension)

    def _sums(self, dimension: str) -> dict[tuple[str, str], int]:
        sums: dict[tuple[str, str], int] = {}
        for line in self.lines():
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert directive["Namespace"] == "FareChance"
                (dimensions,) = directive["Dimensions"]
                if set(dimensions) - {"service"} != ({dimension} if dimension else set()):
                    continue
                for metric in directive["Metrics"]:
                    key = (str(line.get(dimension, "")), metric["Name"])
                    values = line[metric["Name"]]
                    sums[key] = sums.get(key, 0) + sum(int(value) for value in values)
        return sums

    def _environment(self, folder: str) -> dict[str, str]:
        variables = _FOR_ALL | _variables(f"{folder.title()}Function")
        return {name: self._resolved(value) for name, value in variables.items()}

    def _resolved(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        table = {f"{name.title()}Table": real for name, real in self.world.tables.items()}
        named = {
            **table,
            "Partners": self.user_pool_id,
            "BatchQueue": self.queue_url,
            "ReportQueue": self.report_queue_url,
            "StatementQueue": self.statement_queue_url,
            **{f"GivenUp{name}Queue": url for name, url in self.given_up.items()},
            "ReportsBucket": self.bucket,
            "ReportsTopic": self.topic_arn,
            "Environment": "trial",
            "SmsReady": "yes",
        }
        match value:
            case {"Ref": name}:
                return named[name]
            case {"Fn::If": ["HasDomain", _, without]}:
                return self._resolved(without)
            case {"Fn::GetAtt": "CodeSecret.Id"}:
                return CODE_SECRET
            case {"Fn::If": ["OwnsKey", _, without]}:
                return self._resolved(without)
            case {"Fn::Sub": text}:
                return str(text).replace("${AWS::StackName}", _STACK_NAME)
        raise AssertionError(f"the template gives a function {value}")


@dataclass(frozen=True)
class _Context:
    """What Lambda says of an invocation."""

    aws_request_id: str = "an-invocation"
    function_name: str = "a-function"
    invoked_function_arn: str = ENDPOINT
    seconds_left: float = 60

    def get_remaining_time_in_millis(self) -> int:
        """Until Lambda ends it."""
        return int(self.seconds_left * 1_000)


def make_stack(now: datetime | None = None) -> Stack:
    """Within moto: a stack with the usual programme, partners and ride company, as of now or of
    another time."""
    client = boto3.client("dynamodb")
    tables = make_tables(client)
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="partners")["UserPool"]["Id"]
    boto3.client("secretsmanager").create_secret(
        Name=CODE_SECRET, SecretString=json.dumps(CODE_KEYS)
    )
    settings = Settings(
        environment="trial",
        tables=tables,
        provider_secret_prefix=PROVIDER_SECRETS,
        user_pool_id=pool,
    )
    now = now or datetime.now(UTC)
    world = world_on(
        client, tables, clock=Clock(now), vault=Vault(settings), clients=Clients(settings)
    )
    rules = builders.rules(
        starts_on=(now - timedelta(days=30)).date(), ends_on=(now + timedelta(days=300)).date()
    )
    world.with_program(rules=rules)
    sqs = boto3.client("sqs")
    batches, reports, statements = (
        sqs.create_queue(QueueName=it)["QueueUrl"] for it in ("batches", "reports", "statements")
    )
    given_up = {
        name: sqs.create_queue(QueueName=f"given-up-{name.lower()}")["QueueUrl"]
        for name in ("Batch", "Report", "Statement")
    }
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    topic = boto3.client("sns").create_topic(Name="reports")["TopicArn"]
    stack = Stack(
        world, pool, world.everything(), batches, reports, statements, given_up, BUCKET, topic
    )
    stack.untouched |= stack.image()
    return stack


def client_of(stack: Stack, partner: str = PARTNER) -> str:
    """The id of a partner's OAuth client."""
    key = keys.partner(partner)
    found = stack.world.store.read(key)[key]
    assert found is not None
    return found.client_ids[0]


def rule(stack: Stack, **changes: Any) -> None:
    """Sets new rules: the first version's with these changes."""
    key = keys.rules(PROGRAM, 1)
    rules = stack.world.store.read(key)[key]
    assert rules is not None
    changed = rules.model_copy(update=changes).model_dump()
    stack.world.administer("set_rules", program_id=PROGRAM, rules=changed)


def provider_secret_id(provider: str = PROVIDER) -> str:
    """Where a ride company's signing secrets are kept."""
    return f"{PROVIDER_SECRETS}{provider}"


def secret_of(stack: Stack, provider: str = PROVIDER) -> str:
    """A ride company's signing secret."""
    name = provider_secret_id(provider)
    kept = boto3.client("secretsmanager").get_secret_value(SecretId=name)["SecretString"]
    secret = str(json.loads(kept)["current"])
    stack.private.add(secret)
    return secret


def _variables(function: str) -> dict[str, Any]:
    properties = _FUNCTIONS[function]["Properties"]
    found: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return found


def forget(folder: str) -> None:
    """A function's modules: the next import of its handler makes its clients anew."""
    for name in [one for one in sys.modules if one.startswith(f"{folder}.")]:
        del sys.modules[name]
