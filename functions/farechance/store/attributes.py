"""DynamoDB's form of values (Amazon DynamoDB API Reference, 'AttributeValue'), of the kinds that we
store: text, numbers, truth, nothing, lists and maps. It owns both directions; it must never know
what an attribute means."""

from collections.abc import Mapping
from typing import Any


def written(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as they are sent. Raises TypeError for a value of another kind."""
    return {
        name: {"S": value} if type(value) is str else _written(value)
        for name, value in plain.items()
    }


def read(item: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as they came: a number without a fraction is an int. Raises TypeError for a kind
    that we never store."""
    return {name: _read(value) for name, value in item.items()}


def _written(value: Any) -> dict[str, Any]:
    match value:
        case str():
            return {"S": value}
        # Before numbers: True is one of them.
        case bool():
            return {"BOOL": value}
        # The shortest text that is read as the same number. Not the value's own: an enum's would be
        # its name.
        case int():
            return {"N": int.__repr__(value)}
        case float():
            return {"N": float.__repr__(value)}
        case None:
            return {"NULL": True}
        case dict() | Mapping():
            return {"M": written(value)}
        case list() | tuple():
            return {"L": [_written(one) for one in value]}
    raise TypeError(type(value).__name__)


def _read(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    match kind:
        case "S" | "BOOL":
            return content
        case "N":
            return _number(content)
        case "NULL":
            return None
        case "M":
            return read(content)
        case "L":
            return [_read(one) for one in content]
    raise TypeError(kind)


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if number.is_integer() else number
