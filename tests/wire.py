"""The wire between the store and DynamoDB, by botocore's event hooks: what is sent is seen, and
what comes back is disturbed as the real service and the real network do (storage.md, 'What goes
wrong on the real thing')."""

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from types import TracebackType
from typing import Any, NoReturn, Self

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

Fault = Callable[["Call"], AWSResponse]


@dataclass(frozen=True)
class Call:
    """One request on its way."""

    operation: str
    request: AWSPreparedRequest

    @property
    def sent(self) -> dict[str, Any]:
        """What it asks for, in DynamoDB's form."""
        body = self.request.body
        assert isinstance(body, bytes)
        sent: dict[str, Any] = json.loads(body)
        return sent

    def deliver(self) -> AWSResponse:
        """Sends it, past every hook."""
        return _PAST_HOOKS.send(self.request)


# As a client of botocore sends. Without it, the kernel would hold the body back until the head is
# acknowledged, which may take the other side 40 ms.
_AT_ONCE: list[Any] = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)]
_PAST_HOOKS = URLLib3Session(socket_options=_AT_ONCE)


@dataclass
class Wire:
    """Within its `with`, listens to one client. `calls` are all that were tried."""

    client: Any
    calls: list[Call] = field(default_factory=list)
    disturbed: int = 0
    _plan: Callable[[Call], AWSResponse | None] = lambda _: None

    def __enter__(self) -> Self:
        self.client.meta.events.register_last("before-send.dynamodb", self._on_send, id(self))
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.client.meta.events.unregister("before-send.dynamodb", self._on_send, id(self))

    @property
    def operations(self) -> list[str]:
        """What was tried, by name."""
        return [call.operation for call in self.calls]

    def disturb(self, fault: Fault, operation: str = "", at: int = 0, times: int = 1) -> None:
        """The `at`-th call from now on (of one operation, or of any) meets the fault, and so do
        those after it until there were `times`."""
        seen = -1

        def plan(call: Call) -> AWSResponse | None:
            nonlocal seen
            if operation in ("", call.operation):
                seen += 1
                if at <= seen < at + times:
                    self.disturbed += 1
                    return fault(call)
            return None

        self._plan = plan

    def calm(self) -> None:
        """From now on nothing goes wrong."""
        self._plan = lambda _: None

    def before(self, operation: str, act: Callable[[], object], times: int = 1) -> None:
        """Somebody else does something at the last moment before the next call of an operation."""
        left = times

        def plan(call: Call) -> AWSResponse | None:
            nonlocal left
            if call.operation == operation and left > 0:
                left -= 1
                self._plan, after = lambda _: None, self._plan
                act()
                self._plan = after
            return None

        self._plan = plan

    def written(self) -> set[tuple[str, str]]:
        """Table and key, as JSON, of all that a transaction tried to write."""
        actions = [
            action
            for call in self.calls
            if call.operation == "TransactWriteItems"
            for item in call.sent["TransactItems"]
            for action in item.values()
        ]
        return {(it["TableName"], key_text(it.get("Item") or it["Key"])) for it in actions}

    def _on_send(
        self, request: AWSPreparedRequest, event_name: str, **_: Any
    ) -> AWSResponse | None:
        call = Call(event_name.rpartition(".")[2], request)
        self.calls.append(call)
        return self._plan(call)


def key_text(item: Mapping[str, Any]) -> str:
    """An item's key in DynamoDB's form, as JSON."""
    return json.dumps({name: item[name] for name in ("pk", "sk") if name in item})


# ── what can go wrong ────────────────────────────────────────────────────────────────────────────


def lost_before_sending(call: Call) -> NoReturn:
    """Nobody answers the connection."""
    raise EndpointConnectionError(endpoint_url=call.request.url)


def answer_lost(call: Call) -> NoReturn:
    """It is carried out, and the answer never arrives."""
    call.deliver()
    raise ReadTimeoutError(endpoint_url=call.request.url)


def failed_after_it_was_done(call: Call) -> AWSResponse:
    """It is carried out, and the service answers that something broke."""
    call.deliver()
    return answered(500, "InternalServerError")


def refused_with(code: str, status: int = 400) -> Fault:
    """The service refuses it with an error."""
    return lambda _: answered(status, code)


def cancelled_because(*codes: str) -> Fault:
    """The transaction is cancelled, for reasons that DynamoDB gives for each action in turn; the
    last one stands for all that follow."""

    def fault(call: Call) -> AWSResponse:
        actions = len(call.sent["TransactItems"])
        reasons = [{"Code": codes[min(at, len(codes) - 1)]} for at in range(actions)]
        return answered(400, "TransactionCanceledException", CancellationReasons=reasons)

    return fault


def left_unprocessed(call: Call) -> AWSResponse:
    """A table throttles within a BatchGetItem: one key of each table isn't processed."""
    asked = call.sent["RequestItems"]
    first = {table: {**one, "Keys": one["Keys"][:1]} for table, one in asked.items()}
    answer = json.loads(call.deliver().content)
    for table, one in first.items():
        key = one["Keys"][0]
        found = answer["Responses"][table]
        answer["Responses"][table] = [it for it in found if not key.items() <= it.items()]
    return _response(200, {**answer, "UnprocessedKeys": first})


def read_before(table: str, start: str) -> Fault:
    """A BatchGetItem meets somebody's transaction half-way, since it is no snapshot: of a table,
    what has a key that begins with `start` was read before it, and so isn't seen; the rest after
    it."""

    def fault(call: Call) -> AWSResponse:
        answer = json.loads(call.deliver().content)
        for name, found in answer["Responses"].items():
            if name.startswith(table):
                answer["Responses"][name] = [
                    item for item in found if not _key(item).startswith(start)
                ]
        return _response(200, answer)

    return fault


def read_as_it_was(old: Mapping[str, Any]) -> Fault:
    """The same, of an item that was there already: it is seen as it was before."""

    def fault(call: Call) -> AWSResponse:
        answer = json.loads(call.deliver().content)
        for name, found in answer["Responses"].items():
            answer["Responses"][name] = [
                dict(old) if _key(item) == _key(old) else item for item in found
            ]
        return _response(200, answer)

    return fault


def _key(item: Mapping[str, Any]) -> str:
    key: str = item.get("sk", item["pk"])["S"]
    return key


def answered(status: int, code: str, **more: Any) -> AWSResponse:
    """An error in DynamoDB's form."""
    kind = f"com.amazonaws.dynamodb.v20120810#{code}"
    return _response(status, {"__type": kind, "message": code, "Message": code, **more})


class _Raw(BytesIO):
    """What botocore reads a response from."""

    def stream(self, **_: Any) -> Any:
        """All at once."""
        yield self.read()


def _response(status: int, body: Mapping[str, Any]) -> AWSResponse:
    headers = HTTPHeaders()
    headers["content-type"] = "application/x-amz-json-1.0"
    return AWSResponse("http://dynamodb", status, headers, _Raw(json.dumps(body).encode()))


# ── what must never be sent ──────────────────────────────────────────────────────────────────────

WRITES_ONE = ("PutItem", "UpdateItem", "DeleteItem")
_HIDDEN_WRITES = ("ExecuteStatement", "BatchExecuteStatement", "ExecuteTransaction")
ONLY_IF_NEW = "attribute_not_exists(pk)"


def wrong_ledger_writes(call: Call, ledgers: str = "LedgerTable") -> list[str]:
    """Whatever in a call writes to a ledger in another way than the one that is allowed: a Put of
    what must not exist yet, inside of TransactWriteItems."""
    sent = call.sent
    if call.operation in _HIDDEN_WRITES:
        return [f"{call.operation} may write anything"]
    if call.operation in WRITES_ONE and sent["TableName"].startswith(ledgers):
        return [f"{call.operation} on {sent['TableName']}"]
    if call.operation == "BatchWriteItem":
        return [f"a batch on {table}" for table in sent["RequestItems"] if ledgers in table]
    if call.operation != "TransactWriteItems":
        return []
    return [
        f"{name} on {action['TableName']} where {action.get('ConditionExpression')}"
        for item in sent["TransactItems"]
        for name, action in item.items()
        if action["TableName"].startswith(ledgers)
        and (name, action.get("ConditionExpression")) not in (("Put", ONLY_IF_NEW),)
        and name != "ConditionCheck"
    ]
