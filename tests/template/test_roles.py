"""Who of the people may do what: a function for each role, with rights of its own, and a policy to
invoke exactly that one."""

import json
import re
from typing import Any

import pytest

from farechance.roles import Role
from infra.local import template

FUNCTIONS = template.resources("AWS::Serverless::Function")
POLICIES = template.resources("AWS::IAM::ManagedPolicy")
OF_ROLE = {
    Role.VIEWER: ("ViewingFunction", "ViewerLooks"),
    Role.OPERATOR: ("OperatingFunction", "OperatorActs"),
    Role.ADMINISTRATOR: ("AdministrationFunction", "AdministratorRules"),
}
READS = {
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "secretsmanager:GetSecretValue",
    "s3:GetObject",
    "sqs:GetQueueAttributes",
    "cloudwatch:GetMetricData",
    "cloudwatch:DescribeAlarms",
}
# AWS, 'Service Authorization Reference': these know no resource, or no single one.
OF_AN_ACCOUNT = {
    "cloudwatch:GetMetricData",
    "cloudwatch:ListDashboards",
    "cloudwatch:DescribeAlarms",
    "logs:GetQueryResults",
    "logs:StopQuery",
    "logs:DescribeLogGroups",
    "logs:DescribeQueryDefinitions",
    "lambda:ListFunctions",
    "lambda:GetAccountSettings",
    "cloudformation:ListStacks",
    "scheduler:ListSchedules",
    "s3:ListAllMyBuckets",
    "sns:ListTopics",
}
# AWS Identity and Access Management User Guide, 'IAM and AWS STS quotas': without white space.
MOST_CHARACTERS_OF_A_ROLE = 10_240
MOST_CHARACTERS_OF_A_POLICY = 6_144
# What an administrator does without a command.
AT_THE_END_OF_A_MONTH: dict[Role, set[str]] = {
    Role.VIEWER: set(),
    Role.OPERATOR: set(),
    Role.ADMINISTRATOR: {"s3:PutObject", "sns:Subscribe"},
}

type Statement = dict[str, Any]


def test_a_viewers_function_only_reads() -> None:
    actions = {action for one in _rights(Role.VIEWER) for action in _list(one["Action"])}

    assert actions == READS


@pytest.mark.parametrize("function", FUNCTIONS)
def test_what_a_function_may_do_to_everything_is_to_read_metrics_and_alarms(function: str) -> None:
    to_everything = {one["Action"] for one in _statements(function) if one.get("Resource") == "*"}

    assert to_everything <= {"cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_neither_viewer_nor_operator_reaches_people_clients_or_signatures(role: Role) -> None:
    function = str(FUNCTIONS[OF_ROLE[role][0]])

    assert "PeopleTable" not in function
    assert "PEOPLE_TABLE" not in function
    assert "cognito" not in function
    assert "/provider/" not in function
    assert "USER_POOL_ID" not in function


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_what_is_read_of_the_bucket_is_what_funders_read(role: Role) -> None:
    (files,) = [one for one in _rights(role) if "s3:" in str(one["Action"])]

    # What there is, the tables say: nobody lists the bucket.
    assert files["Action"] == "s3:GetObject"
    assert files["Resource"] == {"Fn::Sub": "${ReportsBucket.Arn}/reports/*"}


def test_what_an_operators_function_writes_is_a_status_a_block_and_what_was_asked() -> None:
    writes = {
        one["Sid"]: (one["Action"], str(one["Resource"]), one["Condition"])
        for one in _rights(Role.OPERATOR)
        if {"dynamodb:PutItem", "dynamodb:UpdateItem"} & set(_list(one["Action"]))
    }

    programs, vouchers, ledger = (
        str({"Fn::GetAtt": f"{name}Table.Arn"}) for name in ("Programs", "Vouchers", "Ledger")
    )
    keys, attributes = "dynamodb:LeadingKeys", "dynamodb:Attributes"
    assert writes == {
        "PauseAndResumeAProgram": (
            "dynamodb:UpdateItem",
            programs,
            {
                "ForAllValues:StringLike": {keys: ["program#*", "allotment#*"]},
                "ForAllValues:StringEquals": {
                    attributes: ["pk", "sk", "status", "version", "chain"]
                },
            },
        ),
        "RecordWhatWasAsked": (
            "dynamodb:PutItem",
            programs,
            {"ForAllValues:StringLike": {keys: ["command#*"]}},
        ),
        "BlockAndUnblockAVoucher": (
            "dynamodb:UpdateItem",
            vouchers,
            {"ForAllValues:StringLike": {keys: ["voucher#*", "ride#*"]}},
        ),
        "PlayARideOnATrial": (
            "dynamodb:PutItem",
            vouchers,
            {
                "ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"},
                "ForAllValues:StringLike": {
                    keys: [{"Fn::If": ["IsTrial", "ride#*", "on-a-trial-only#"]}]
                },
            },
        ),
        "WriteEntriesOfAPauseAndABlock": (
            "dynamodb:PutItem",
            ledger,
            {"ForAnyValue:StringEquals": {"dynamodb:EnclosingOperation": "TransactWriteItems"}},
        ),
    }


def test_an_operators_function_does_besides_only_what_work_that_was_given_up_needs() -> None:
    others = {action for one in _rights(Role.OPERATOR) for action in _list(one["Action"])}

    assert others - READS == {
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
    }


def test_messages_are_taken_out_only_where_work_was_given_up() -> None:
    given_up = [{"Fn::GetAtt": f"GivenUp{it}Queue.Arn"} for it in ("Batch", "Report", "Statement")]

    takers = {
        name: one["Resource"]
        for name in FUNCTIONS
        for one in _statements(name)
        if "sqs:DeleteMessage" in _list(one["Action"])
    }

    assert takers == {"OperatingFunction": given_up, "AdministrationFunction": given_up}


def test_an_administrators_function_may_all_that_the_others_may() -> None:
    ruling = {action for one in _rights(Role.ADMINISTRATOR) for action in _list(one["Action"])}

    for role in (Role.VIEWER, Role.OPERATOR):
        assert {action for one in _rights(role) for action in _list(one["Action"])} <= ruling


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_rights_of_a_function_are_no_more_than_a_role_can_hold(function: str) -> None:
    # Names of resources become longer when the template is deployed: by half, at the most.
    written = str(list(_statements(function))).replace(" ", "")

    assert len(written) * 1.5 < MOST_CHARACTERS_OF_A_ROLE


@pytest.mark.parametrize("role", Role)
def test_a_policy_lets_people_invoke_the_function_of_one_role_and_no_other(role: Role) -> None:
    function, policy = OF_ROLE[role]

    allowed = {
        str(resource)
        for one in _of_people(policy)
        if "lambda:InvokeFunction" in _list(one["Action"])
        for resource in _list(one["Resource"])
    }

    assert allowed == {str({"Fn::GetAtt": f"{function}.Arn"})}


@pytest.mark.parametrize("role", Role)
def test_a_policy_shows_the_dashboard_of_its_role_and_no_other(role: Role) -> None:
    (shown,) = (
        one for one in _of_people(OF_ROLE[role][1]) if one["Action"] == "cloudwatch:GetDashboard"
    )

    dashboard = "arn:${AWS::Partition}:cloudwatch::${AWS::AccountId}:dashboard/${AWS::StackName}"
    assert shown["Resource"] == {"Fn::Sub": f"{dashboard}-{role.value}"}


@pytest.mark.parametrize("role", Role)
def test_a_policy_lets_nobody_change_anything_but_by_the_function(role: Role) -> None:
    for one in _of_people(OF_ROLE[role][1]):
        for action in _list(one["Action"]):
            verb = action.partition(":")[2]
            assert verb.startswith(
                ("Get", "List", "Describe", "Filter", "StartQuery", "StopQuery")
            ) or action in ("lambda:InvokeFunction", *AT_THE_END_OF_A_MONTH[role]), action
        if one["Resource"] == "*":
            assert set(_list(one["Action"])) <= OF_AN_ACCOUNT


def test_an_administrator_drops_statements_and_reads_what_came_of_them_and_the_reports() -> None:
    of_s3 = [one for one in _of_people("AdministratorRules") if "s3:" in str(one["Action"])]
    by_action: dict[str, list[Statement]] = {}
    for one in of_s3:
        for action in _list(one["Action"]):
            by_action.setdefault(action, []).append(one)

    assert by_action.keys() - {"sns:ListTopics"} == {
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:ListAllMyBuckets",
    }
    (put,) = by_action["s3:PutObject"]
    (get,) = by_action["s3:GetObject"]
    assert put["Resource"] == {"Fn::Sub": "${ReportsBucket.Arn}/inbox/*"}
    assert get["Resource"] == [
        {"Fn::Sub": f"${{ReportsBucket.Arn}}/{folder}/*"}
        for folder in ("inbox", "statements", "reports")
    ]
    assert [one["Condition"] for one in by_action["s3:ListBucket"]] == [
        {"StringLike": {"s3:prefix": ["inbox/*", "statements/*", "reports/*"]}},
        {"StringEquals": {"s3:prefix": "", "s3:delimiter": "/"}},
    ]


def test_an_administrator_has_people_told_of_reports_and_alarms_and_of_nothing_else() -> None:
    (told,) = (
        one for one in _of_people("AdministratorRules") if "sns:Subscribe" in _list(one["Action"])
    )

    topics = template.resources("AWS::SNS::Topic", template.MONITORING)
    assert topics["Alarms"]["Properties"]["TopicName"] == {"Fn::Sub": "${SystemName}-alarms"}
    assert told["Resource"] == [
        {"Ref": "ReportsTopic"},
        {
            "Fn::Sub": "arn:${AWS::Partition}:sns:${AWS::Region}:${AWS::AccountId}:"
            "${AWS::StackName}-alarms"
        },
    ]


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ADMINISTRATOR])
def test_who_acts_finds_her_function_and_sees_what_was_deployed_and_what_is_scheduled(
    role: Role,
) -> None:
    of_everything = {
        action
        for one in _of_people(OF_ROLE[role][1])
        if one["Resource"] == "*"
        for action in _list(one["Action"])
    }
    looked_at = {
        action: str(one["Resource"])
        for one in _of_people(OF_ROLE[role][1])
        for action in _list(one["Action"])
    }

    assert {"lambda:ListFunctions", "lambda:GetAccountSettings"} <= of_everything
    assert "stack/${AWS::StackName}/*" in looked_at["cloudformation:DescribeStackEvents"]
    assert "schedule/default/${AWS::StackName}-*" in looked_at["scheduler:GetSchedule"]


@pytest.mark.parametrize("policy", POLICIES)
def test_a_policy_is_no_longer_than_it_may_be(policy: str) -> None:
    # As it is on AWS, with long names: a stack's has 40 letters at most, a bucket's 63.
    written = json.dumps(_of_people(policy), separators=(",", ":"))
    lengths = {
        "AWS::Partition": 10,
        "AWS::Region": 14,
        "AWS::AccountId": 12,
        "AWS::StackName": 40,
    }
    for name, length in lengths.items():
        written = written.replace(f"${{{name}}}", "x" * length)
    written = re.sub(r"\$\{\w+(\.Arn)?\}", "x" * 80, written)

    assert len(written) <= MOST_CHARACTERS_OF_A_POLICY


def test_only_who_acts_reads_the_logs_and_only_those_of_this_stack() -> None:
    for role, (_, policy) in OF_ROLE.items():
        (asked,) = [one for one in _of_people(policy) if "logs:StartQuery" in _list(one["Action"])]
        # What a viewer's dashboard asks why rides were declined, and no more.
        is_viewer = role is Role.VIEWER
        group = "redemption:*" if is_viewer else "*"
        assert f"log-group:/farechance/${{AWS::StackName}}/{group}'" in str(asked)
        assert ("logs:FilterLogEvents" in _list(asked["Action"])) is not is_viewer


def test_the_outputs_name_the_function_of_each_role() -> None:
    outputs = template.load()["Outputs"]

    for function, _ in OF_ROLE.values():
        assert outputs[f"{function}Name"]["Value"] == {"Ref": function}


def _rights(role: Role) -> list[Statement]:
    return list(_statements(OF_ROLE[role][0]))


def _statements(function: str) -> list[Statement]:
    policies = FUNCTIONS[function]["Properties"].get("Policies", [])
    return [one for policy in policies for one in policy["Statement"]]


def _of_people(policy: str) -> list[Statement]:
    statements: list[Statement] = POLICIES[policy]["Properties"]["PolicyDocument"]["Statement"]
    return statements


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
