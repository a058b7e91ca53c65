"""What the benchmark knows of the functions: which clients each makes while it starts, how fast it
has to start, and the variables that the template gives it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.started import Start
from infra.local import template

CLIENTS: Mapping[str, frozenset[str]] = {
    "administration": frozenset({"dynamodb", "secretsmanager"}),
    "auditing": frozenset({"dynamodb"}),
    "batching": frozenset({"dynamodb", "secretsmanager"}),
    "contract": frozenset(),
    "dispatching": frozenset({"dynamodb"}),
    "enrollment": frozenset({"dynamodb"}),
    "housekeeping": frozenset({"dynamodb"}),
    "minting": frozenset({"dynamodb", "secretsmanager"}),
    "operating": frozenset({"dynamodb", "secretsmanager"}),
    "printing": frozenset({"dynamodb", "secretsmanager"}),
    "reconciling": frozenset({"dynamodb"}),
    "redemption": frozenset({"dynamodb", "secretsmanager"}),
    "reporting": frozenset({"dynamodb", "sns"}),
    "sending": frozenset({"dynamodb", "secretsmanager", "sns"}),
    "sharing": frozenset({"dynamodb"}),
    "viewing": frozenset({"dynamodb", "secretsmanager"}),
    "watching": frozenset(),
}
"""The clients that each function makes while it starts: its floor makes the same. A test looks."""

BOUNDS = {"redemption": 1.0}
BOUND = 1.3
"""Of the other functions behind the API. Who isn't behind it keeps nobody waiting."""


def api_functions() -> list[str]:
    """Those that somebody waits for at the gateway, by their folders."""
    return [
        _folder(function)
        for function in template.resources("AWS::Serverless::Function").values()
        if "Api" in {event["Type"] for event in function["Properties"].get("Events", {}).values()}
    ]


def bounds() -> dict[str, float]:
    """The highest ratio that each function behind the API may have."""
    return {name: BOUNDS.get(name, BOUND) for name in api_functions()}


def clients_of_floor(name: str) -> frozenset[str]:
    """At least one: who needs none is compared with who has one."""
    return CLIENTS[name] or frozenset({"dynamodb"})


def start(name: str, package: Path) -> Start:
    """A function's, as the template has it."""
    return Start(package, f"{name}.app.handler", variables(name))


def variables(name: str) -> dict[str, str]:
    """A function's, from the template. What only AWS knows has the name that it is asked by."""
    whole = template.resolved()
    (own,) = (
        it["Properties"]
        for it in whole["Resources"].values()
        if it["Type"] == "AWS::Serverless::Function" and _folder(it) == name
    )
    every = {
        **whole["Globals"]["Function"]["Environment"]["Variables"],
        **own["Environment"]["Variables"],
    }
    return {key: _in_words(value) for key, value in every.items()}


def _in_words(value: Any) -> str:
    return _in_words(next(iter(value.values()))) if isinstance(value, dict) else str(value)


def _folder(function: Mapping[str, Any]) -> str:
    return str(function["Properties"]["Handler"]).split(".", maxsplit=1)[0]
