"""The JSON Schema of a report (2020-12), as pydantic makes it of `content` and tidied for a reader.
It must never say what the models don't."""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from farechance.reports.content import FORM, Report


class _Published(GenerateJsonSchema):
    """pydantic's titles only repeat the names of fields; and what is published has every field,
    also those with a default."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's own
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ARG002 - the same
        return True


def report_schema() -> dict[str, Any]:
    """What `report.json` holds: the same for the same form."""
    made = Report.model_json_schema(mode="serialization", schema_generator=_Published)
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        "$id": f"urn:fare-chance:report:{FORM}",
        **_on_one_line(made),
        "title": "A monthly report of Fare Chance",
    }


def _on_one_line(part: Mapping[str, Any]) -> dict[str, Any]:
    """Without the line breaks of docstrings."""
    return {name: _value(name, value) for name, value in part.items()}


def _value(name: str, value: Any) -> Any:
    if isinstance(value, str) and name == "description":
        return " ".join(value.split())
    if isinstance(value, dict):
        return _on_one_line(value)
    if isinstance(value, list):
        return [_value("", one) for one in value]
    return value
