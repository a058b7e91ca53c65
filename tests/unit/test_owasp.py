"""The record of the ten risks of OWASP's list names tests that are there; and what no other test
shows of them: nobody names an address that we open, and everything that is sent has a bound."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from farechance import callbacks, endpoints
from farechance.commands import COMMAND

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "infra" / "decisions" / "0024-the-ten-risks-of-an-api.md"
# OWASP API Security Top 10, 2023.
RISKS = (
    "Broken Object Level Authorization",
    "Broken Authentication",
    "Broken Object Property Level Authorization",
    "Unrestricted Resource Consumption",
    "Broken Function Level Authorization",
    "Unrestricted Access to Sensitive Business Flows",
    "Server Side Request Forgery",
    "Security Misconfiguration",
    "Improper Inventory Management",
    "Unsafe Consumption of APIs",
)
# Modules that open an address. AWS is reached by boto3 alone, whose addresses are AWS's.
OPENERS = {"aiohttp", "ftplib", "http", "httpx", "requests", "smtplib", "socket", "urllib3"}
# A pattern whose end is fixed, and in which nothing is repeated without end.
BOUNDED = re.compile(r"\^(?!.*(?<!\\)[*+])(?!.*\{\d+,\}).*\$")
# A month of a calendar, and a zone of the IANA's list: whatever else is written is refused.
LOOKED_UP = ("/month", "/time_zone")
SENT: dict[str, Any] = {
    **{endpoint.name: endpoint.body for endpoint in endpoints.PARTNER_ENDPOINTS},
    **{endpoint.name: endpoint.body for endpoint in endpoints.OPEN_ENDPOINTS},
    **callbacks.RIDE_CALLBACKS,
    "voucher.checked": callbacks.VoucherChecked,
    "callback": callbacks.Callback,
}
# What a callback's data are is said by its type's own model; till then the body's size bounds them.
BY_THE_BODY = ("callback/properties/data",)


def _sections() -> dict[int, str]:
    parts = re.split(r"^## API(\d+): (.+)$", RECORD.read_text(encoding="utf-8"), flags=re.M)
    named = {int(number): title for number, title in zip(parts[1::3], parts[2::3], strict=True)}
    assert tuple(named.values()) == RISKS
    return dict(zip(named, parts[3::3], strict=True))


def test_each_risk_has_tests_that_are_there() -> None:
    sections = _sections()

    assert list(sections) == list(range(1, 11))
    for text in sections.values():
        named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
        assert named
        for file, test in named:
            code = (ROOT / file).read_text(encoding="utf-8")
            assert f"def {test}(" in code, f"{file}::{test}"


def test_no_function_opens_an_address() -> None:
    opened = {
        (file.relative_to(ROOT).as_posix(), module)
        for file in sorted((ROOT / "functions").rglob("*.py"))
        for module in _imported(file)
        if module.split(".")[0] in OPENERS or module.startswith("urllib.request")
    }

    assert opened == set()


@pytest.mark.parametrize("name", SENT)
def test_everything_that_is_sent_has_a_bound(name: str) -> None:
    schema = SENT[name].model_json_schema(by_alias=True)

    assert [place for place in _unbounded(schema, name) if place not in BY_THE_BODY] == []


def test_everything_that_is_commanded_has_a_bound() -> None:
    unbounded = list(_unbounded(COMMAND.json_schema(), "command"))

    assert [place for place in unbounded if not place.endswith(LOOKED_UP)] == []


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _unbounded(schema: Any, place: str) -> Iterator[str]:
    """Where a string, a list, a map or a number may be as large as it likes."""
    if isinstance(schema, list):
        for number, part in enumerate(schema):
            yield from _unbounded(part, f"{place}/{number}")
    if not isinstance(schema, dict):
        return
    match schema.get("type"):
        case "string" if not _is_bounded_text(schema):
            yield place
        case "array" if "maxItems" not in schema:
            yield place
        case "integer" | "number" if not _is_bounded_number(schema):
            yield place
        case "object" if not _is_bounded_map(schema):
            yield place
    for name, part in schema.items():
        if name not in ("default", "examples", "enum", "const", "required"):
            yield from _unbounded(part, f"{place}/{name}")


def _is_bounded_text(schema: dict[str, Any]) -> bool:
    is_one_of = bool({"enum", "const", "maxLength"} & schema.keys())
    is_time = schema.get("format") in ("date", "date-time")
    return is_one_of or is_time or bool(BOUNDED.fullmatch(schema.get("pattern", "")))


def _is_bounded_map(schema: dict[str, Any]) -> bool:
    is_closed = "properties" in schema and not schema.get("additionalProperties")
    has_few_names = "enum" in schema.get("propertyNames", {})
    return is_closed or has_few_names or "maxProperties" in schema


def _is_bounded_number(schema: dict[str, Any]) -> bool:
    # pydantic leaves 'ge' and 'le' where digits of a query are read first.
    below, above = {"minimum", "exclusiveMinimum", "ge"}, {"maximum", "exclusiveMaximum", "le"}
    return bool(below & schema.keys() and above & schema.keys())
