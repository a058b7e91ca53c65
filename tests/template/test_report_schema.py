"""The published schema of a report: it is what the code makes, and every report keeps to it."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

import report_builders as builders
from farechance.reports.content import Report
from farechance.reports.schema import report_schema
from infra.contract.report_schema import REPORT_FILE, report_text

VALIDATOR = Draft202012Validator(
    json.loads(REPORT_FILE.read_text(encoding="utf-8")),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)


def _published(report: Report) -> Any:
    return json.loads(report.model_dump_json())


def test_the_committed_schema_is_what_the_code_makes() -> None:
    assert REPORT_FILE.read_text(encoding="utf-8") == report_text(), "run `make contract`"


def test_it_is_a_valid_schema_of_2020_12_with_a_name_of_its_own() -> None:
    schema = report_schema()

    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:fare-chance:report:1"
    assert schema["title"] == "A monthly report of Fare Chance"


def test_every_part_of_it_is_described_on_one_line() -> None:
    schema = report_schema()

    for part in (schema, *schema["$defs"].values()):
        assert part["description"]
        assert "\n" not in part["description"]
        # A reader may rely on each field, and on there being no other.
        assert part["required"] == list(part["properties"])
        assert part["additionalProperties"] is False


@pytest.mark.parametrize(
    "report",
    [
        builders.a_report(),
        builders.a_partner_report(),
        builders.an_empty_month(is_complete=False),
        builders.a_report(people=builders.some_not_told()),
    ],
)
def test_every_report_keeps_to_it(report: Report) -> None:
    VALIDATOR.validate(_published(report))


@pytest.mark.parametrize(
    "change",
    [
        {"month": "2026-13"},
        {"first_day": "March 1"},
        {"entries": -1},
        {"form": 2},
        {"people": None},
        {"a_field_of_ours": 1},
    ],
)
def test_what_is_no_report_does_not(change: dict[str, Any]) -> None:
    broken = {**_published(builders.a_report()), **change}

    with pytest.raises(ValidationError):
        VALIDATOR.validate(broken)
