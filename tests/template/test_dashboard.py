"""The control rooms: whatever a dashboard names is there, and is counted by the code."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pytest

from farechance.telemetry import Count, Event
from infra.local import template

ROOT = template.TEMPLATE.parent
ROLES = {
    "Viewer": "ViewingFunction",
    "Operator": "OperatingFunction",
    "Administrator": "AdministrationFunction",
}
STACKS = template.resources("AWS::CloudFormation::Stack")
FUNCTIONS = template.resources("AWS::Serverless::Function")
QUEUES = template.resources("AWS::SQS::Queue")
POLICIES = template.resources("AWS::IAM::ManagedPolicy")
TABLES = template.resources("AWS::DynamoDB::Table")
PARAMETERS = template.load(template.DASHBOARD)["Parameters"]
OWN = "(the namespace)"

# AWS documents these dimensions of its own metrics: API Gateway's with detailed metrics on, Lambda,
# DynamoDB and SQS.
_DIMENSIONS = {
    "AWS/ApiGateway": [
        {"ApiName", "Stage"},
        {"ApiName", "Stage", "Resource", "Method"},
    ],
    "AWS/Lambda": [{"FunctionName"}],
    "AWS/DynamoDB": [{"TableName"}],
    "AWS/SQS": [{"QueueName"}],
}
_AWS_METRICS = {
    "AWS/ApiGateway": {"Latency", "4XXError", "5XXError"},
    "AWS/Lambda": {"Throttles"},
    "AWS/DynamoDB": {"ReadThrottleEvents", "WriteThrottleEvents"},
    "AWS/SQS": {"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"},
}


def _body() -> dict[str, Any]:
    """As CloudWatch reads it: each parameter stands for itself."""
    (room,) = template.resources("AWS::CloudWatch::Dashboard", template.DASHBOARD).values()
    text = room["Properties"]["DashboardBody"]["Fn::Sub"]
    body: dict[str, Any] = json.loads(
        re.sub(r"\$\{([\w:]+)\}", lambda found: f"<{found[1]}>", text)
    )
    return body


WIDGETS: list[dict[str, Any]] = _body()["widgets"]
CUSTOM = [one["properties"] for one in WIDGETS if one["type"] == "custom"]


def _metrics() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of each metric; '.' would repeat, and isn't used."""
    for widget in WIDGETS:
        if widget["type"] != "metric":
            continue
        for line in widget["properties"]["metrics"]:
            named = [part for part in line if isinstance(part, str)]
            if named:
                namespace, name, *pairs = named
                yield namespace, name, dict(zip(pairs[::2], pairs[1::2], strict=True))


METRICS = list(_metrics())


@pytest.mark.parametrize("role", ROLES)
def test_each_role_has_a_dashboard_whose_widgets_its_own_function_makes(role: str) -> None:
    nested = STACKS[f"{role}Dashboard"]["Properties"]

    assert nested["TemplateURL"] == "infra/dashboard.yaml"
    assert nested["Parameters"]["Role"] == role.lower()
    assert nested["Parameters"]["EndpointArn"] == {"Fn::GetAtt": f"{ROLES[role]}.Arn"}
    assert nested["Parameters"].keys() == PARAMETERS.keys()


def test_no_other_function_is_called_by_a_widget() -> None:
    assert [one["endpoint"] for one in CUSTOM] == ["<EndpointArn>"] * len(CUSTOM)


def test_every_widget_of_the_control_room_is_on_the_dashboard() -> None:
    source = (ROOT / "functions/operations/control_room.py").read_text(encoding="utf-8")

    names = re.findall(r'^        "(\w+)": lambda', source, re.MULTILINE)
    assert sorted(one["params"]["widget"] for one in CUSTOM) == sorted(names)
    assert len(names) == 5


def test_what_was_found_stays_when_the_dashboard_is_refreshed() -> None:
    updates = {one["params"]["widget"]: one["updateOn"] for one in CUSTOM}

    assert not any(updates.pop("voucher").values())
    assert all(all(one.values()) for one in updates.values())


def test_every_parameter_of_the_stacks_names_what_it_says() -> None:
    named = STACKS["ViewerDashboard"]["Properties"]["Parameters"]

    for name, value in named.items():
        logical = name.removesuffix("Name")
        if name.endswith("FunctionName"):
            assert value == {"Ref": logical}
            assert logical in FUNCTIONS
        elif name.endswith("TableName"):
            assert value == {"Ref": logical}
            assert logical in TABLES
        elif name.endswith("QueueName"):
            assert value == {"Fn::GetAtt": f"{logical}.QueueName"}
            assert logical in QUEUES
    assert named["SystemName"] == {"Ref": "AWS::StackName"}
    assert named["MetricsNamespace"] == {"Fn::Sub": "FareChance/${AWS::StackName}"}


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions"),
    [one for one in METRICS if one[0].startswith("AWS/")],
)
def test_a_metric_of_aws_is_one_that_it_documents(
    namespace: str, name: str, dimensions: dict[str, str]
) -> None:
    assert name in _AWS_METRICS[namespace]
    assert set(dimensions) in _DIMENSIONS[namespace]
    if namespace == "AWS/ApiGateway":
        # Ours is named after the stack, and only its detailed metrics know methods.
        (api,) = template.resources("AWS::Serverless::Api").values()
        assert dimensions["ApiName"] == "<SystemName>"
        assert api["Properties"]["Name"] == {"Ref": "AWS::StackName"}
        assert dimensions["Stage"] == api["Properties"]["StageName"]
    if "Resource" in dimensions:
        paths = {
            event["Properties"].get("Path")
            for event in FUNCTIONS["RedemptionFunction"]["Properties"]["Events"].values()
        }
        assert dimensions["Resource"] in paths


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions"),
    [one for one in METRICS if not one[0].startswith("AWS/")],
)
def test_a_metric_of_our_own_is_counted_by_the_code(
    namespace: str, name: str, dimensions: dict[str, str]
) -> None:
    assert namespace == "<MetricsNamespace>"
    if not dimensions:
        filters = template.resources("AWS::Logs::MetricFilter", template.MONITORING).values()
        assert name in [
            one["MetricName"] for it in filters for one in it["Properties"]["MetricTransformations"]
        ]
        return
    assert dimensions == {"service": "redemption"}
    door = (ROOT / "functions/farechance/edge/callback_door.py").read_text(encoding="utf-8")
    assert f"Count.{Count(name).name}" in door


def test_what_is_left_is_searched_for_as_housekeeping_measures_it() -> None:
    (expression,) = [
        part["expression"]
        for widget in WIDGETS
        for line in widget["properties"].get("metrics", ())
        for part in line
        if isinstance(part, dict) and "SEARCH" in part.get("expression", "")
    ]

    assert Count.MONEY_LEFT_CENTS.value in expression
    assert '{"<MetricsNamespace>",service,program}' in expression
    source = (ROOT / "functions/farechance/telemetry.py").read_text(encoding="utf-8")
    assert '{"service": "any", "program": program_id}' in source


def test_the_table_of_reasons_asks_for_what_redemption_logs() -> None:
    (log,) = [one["properties"] for one in WIDGETS if one["type"] == "log"]
    groups = template.resources("AWS::Logs::LogGroup")

    name = groups["RedemptionLogs"]["Properties"]["LogGroupName"]["Fn::Sub"]
    assert log["query"].startswith(
        f"SOURCE '{name.replace('${AWS::StackName}', '<SystemName>')}' |"
    )
    assert f'message = "{Event.RIDE_EVENT_ANSWERED.value}"' in log["query"]
    door = (ROOT / "functions/farechance/edge/callback_door.py").read_text(encoding="utf-8")
    assert "said=" in door
    assert "reason=" in door


@pytest.mark.parametrize("policy", ["ViewerLooks", "OperatorActs", "AdministratorRules"])
def test_who_sees_a_dashboard_may_ask_what_its_table_asks(policy: str) -> None:
    statements = POLICIES[policy]["Properties"]["PolicyDocument"]["Statement"]

    groups = [
        one["Resource"]["Fn::Sub"] for one in statements if "logs:StartQuery" in one["Action"]
    ]
    answers = [one for one in statements if "logs:GetQueryResults" in one["Action"]]
    assert len(answers) == 1
    (group,) = groups
    assert re.search(r"/farechance/\$\{AWS::StackName\}/(redemption:)?\*$", group)


def test_three_dashboards_cost_nothing() -> None:
    # Amazon CloudWatch pricing: three dashboards with up to 50 metrics each.
    assert len([name for name in STACKS if name.endswith("Dashboard")]) == 3
    assert len(METRICS) <= 50


def test_no_two_boxes_lie_on_one_another_and_all_lie_on_the_grid() -> None:
    def cells(one: dict[str, Any]) -> set[tuple[int, int]]:
        return {
            (x, y)
            for x in range(one["x"], one["x"] + one["width"])
            for y in range(one["y"], one["y"] + one["height"])
        }

    assert all(one["x"] + one["width"] <= 24 for one in WIDGETS)
    assert not any(cells(one) & cells(other) for one, other in combinations(WIDGETS, 2))
