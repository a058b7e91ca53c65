"""The examples of requests and of what they were answered, as they were played.

It owns where each stands in the document. It must never make one up: `examples.json` is written by
`make examples`, from the play in `tests/functional/examples.py`, and a test plays it again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")

type Paths = dict[str, dict[str, Any]]


def put_into(paths: Paths) -> None:
    """Adds them to their operations."""
    played = json.loads(FILE.read_text(encoding="utf-8"))
    for operation in (one for methods in paths.values() for one in methods.values()):
        for name, example in played.get(operation["operationId"], {}).items():
            _put(operation, name, example)


def text(played: dict[str, Any]) -> str:
    """A play as it is committed."""
    return json.dumps(played, indent=1, ensure_ascii=False) + "\n"


def _put(operation: dict[str, Any], name: str, example: dict[str, Any]) -> None:
    is_refused = example["status"] >= 400
    if not is_refused:
        for parameter, value in _parameters(operation, example):
            parameter.setdefault("example", value)
    if "body" in example and not is_refused:
        kind = "text/csv" if isinstance(example["body"], str) else "application/json"
        _name(operation["requestBody"]["content"][kind], name, example["body"])
    if "answer" in example:
        media = operation["responses"][str(example["status"])]["content"][example["media"]]
        _name(media, name, example["answer"])


def _parameters(
    operation: dict[str, Any], example: dict[str, Any]
) -> Iterator[tuple[dict[str, Any], str]]:
    for parameter in operation.get("parameters", ()):
        value = example.get(parameter["in"], {}).get(parameter["name"])
        if parameter["required"] and value is not None:
            yield parameter, value


def _name(media: dict[str, Any], name: str, value: Any) -> None:
    # What was played takes the place of the same problem without its facts.
    if isinstance(value, dict) and "instance" in value:
        media["examples"].pop(value["type"].rpartition(":")[2], None)
    summary = name.replace("_", " ").capitalize()
    media.setdefault("examples", {})[name] = {"summary": summary, "value": value}
