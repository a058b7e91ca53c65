"""The saved queries of Logs Insights: what they filter by and show is what the code logs, and
it is logged in the groups that they read."""

import ast
import dataclasses
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from farechance.callbacks import RIDE_CALLBACKS
from farechance.reports.statement_content import Statement
from farechance.statement_files import StatementName
from farechance.telemetry import Event
from farechance.vouchers import Reason
from infra.local import template
from operations.warn_early import LowAllotment, MissingReport

QUERIES = template.resources("AWS::Logs::QueryDefinition", template.MONITORING)
FUNCTIONS = template.TEMPLATE.parent / "functions"
# What Powertools, Lambda and CloudWatch put into a line by themselves (Powertools for AWS Lambda,
# 'Logger'; Lambda Developer Guide, 'JSON system log events'; Logs Insights, 'Discovered fields').
BY_ITSELF = {
    "@timestamp", "@log", "message", "level", "service", "request_id", "exception",
    "errorMessage", "type", "record.status", "record.metrics.durationMs",
    "record.metrics.initDurationMs",
}  # fmt: skip
# What a line takes over from a model or a record as a whole.
TAKEN_OVER: Mapping[str, set[str]] = {
    "allotment_low": {field.name for field in dataclasses.fields(LowAllotment)},
    "report_missing": {field.name for field in dataclasses.fields(MissingReport)},
    "statement_reconciled": {*StatementName.model_fields, *Statement.model_fields},
    "statement_refused": set(StatementName.model_fields),
}
# Words of the query language (CloudWatch Logs User Guide, 'Logs Insights QL').
WORDS = {
    "fields", "filter", "sort", "limit", "stats", "by", "as", "desc", "asc", "and", "or", "in",
    "not", "like", "count", "max", "min", "avg", "sum", "bin", "ispresent",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Line:
    """One place where the code logs: its module, the event, and the names of what it adds."""

    module: str
    event: str
    fields: frozenset[str]


def _lines() -> Iterator[Line]:
    for file in sorted(FUNCTIONS.rglob("*.py")):
        module = file.relative_to(FUNCTIONS).as_posix()
        for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and isinstance(call.func.value, ast.Name)
                and call.func.value.id == "logger"
                and call.args
                and isinstance(call.args[0], ast.Attribute)
            ):
                event = Event[call.args[0].attr].value
                added = {word.arg for word in call.keywords if word.arg is not None}
                if any(word.arg is None for word in call.keywords):
                    added |= TAKEN_OVER[event]
                yield Line(module, event, frozenset(added))


LINES = list(_lines())


def _events(query: str) -> set[str]:
    named = set(re.findall(r'message = "([^"]+)"', query))
    for some in re.findall(r"message in \[([^\]]*)\]", query):
        named |= set(re.findall(r'"([^"]+)"', some))
    return named


def _text(name: str) -> str:
    text = QUERIES[name]["Properties"]["QueryString"]
    assert isinstance(text, str)
    return text


def _asked_fields(query: str) -> set[str]:
    """Every name of a field in a query: what is no word of the language, no text, no number, no
    function and no name that the query itself gives."""
    plain = re.sub(r'"[^"]*"', "", query)
    given = set(re.findall(r"\bas (\w+)", plain))
    plain = re.sub(r"bin\(\w+\)", "", plain)
    names = set(re.findall(r"@?[A-Za-z_][\w.]*", plain))
    return names - WORDS - given


def _groups(name: str) -> set[str]:
    return {
        group["Fn::Sub"].removeprefix("/farechance/${SystemName}/")
        for group in QUERIES[name]["Properties"]["LogGroupNames"]
    }


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_is_named_after_the_stack_and_is_made_on_aws_only(name: str) -> None:
    words = re.sub(r"(?<!^)([A-Z])", r"-\1", name.removesuffix("Query")).lower()

    assert QUERIES[name]["Properties"]["Name"] == {"Fn::Sub": f"${{SystemName}}/{words}"}
    assert QUERIES[name]["Condition"] == "IsOnAws"


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_reads_log_groups_that_the_stack_has(name: str) -> None:
    groups = template.resources("AWS::Logs::LogGroup")
    there = {one["Properties"]["LogGroupName"]["Fn::Sub"] for one in groups.values()}

    named = {
        group["Fn::Sub"].replace("SystemName", "AWS::StackName")
        for group in QUERIES[name]["Properties"]["LogGroupNames"]
    }

    assert named <= there


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_asks_for_what_is_logged(name: str) -> None:
    query = _text(name)
    events = _events(query)
    if _groups(name) == {"api-access"}:
        logged = _access_log_fields()
    else:
        logged = {field for line in LINES if line.event in events for field in line.fields}

    assert events <= {event.value for event in Event}
    assert _asked_fields(query) - BY_ITSELF - logged == _only_of_errors(name)


def _only_of_errors(name: str) -> set[str]:
    """A query that asks for all lines of a level, whatever they are called, may name what some of
    them have."""
    errors = {field for line in LINES for field in line.fields}
    return {"error"} & errors if name == "CutOffRunsQuery" else set()


@pytest.mark.parametrize("name", QUERIES)
def test_each_event_is_logged_by_a_function_whose_group_is_read(name: str) -> None:
    by_event = defaultdict(set)
    for line in LINES:
        folder = line.module.partition("/")[0]
        by_event[line.event].add(folder if line.module.endswith("/app.py") else "any")

    for event in _events(_text(name)):
        assert by_event[event] & {*_groups(name), "any"}, event


def test_words_that_a_query_compares_with_are_words_that_are_said() -> None:
    assert '"voucher_unknown"' in _text("UnknownCodesQuery")
    assert Reason.VOUCHER_UNKNOWN.value == "voucher_unknown"
    assert '"ride.requested"' in _text("RefusedRidesQuery")
    assert "ride.requested" in RIDE_CALLBACKS


def _access_log_fields() -> set[str]:
    api = template.load()["Resources"]["Api"]["Properties"]
    fields: dict[str, Any] = json.loads(api["AccessLogSetting"]["Format"])
    return set(fields)
