"""Rights over all templates: no wildcard in an action, none for a resource but where AWS knows no
other, no bucket that is or can be public, no role that somebody else may take."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from infra.local import template

ROOT = template.TEMPLATE.parent
FILES = [template.TEMPLATE, *template.nested(), ROOT / "infra" / "github-role.yaml"]
RESOURCES = [
    (f"{file.stem}.{name}", resource)
    for file in FILES
    for name, resource in template.resolved(file, OnAws="yes", OwnKey="yes")["Resources"].items()
]
# AWS, 'Service Authorization Reference': these know no resource, or one whose id isn't ours to
# choose and isn't known before. Each with what it is for.
OF_EVERYTHING = {
    "cloudformation:GetTemplateSummary": "reads a template that was uploaded, of no stack yet",
    "cloudformation:ListStacks": "a list",
    "cloudwatch:DescribeAlarms": "a list",
    "cloudwatch:GetMetricData": "metrics have no ARN",
    "cloudwatch:ListDashboards": "a list",
    "kms:CreateKey": "a key's id is KMS's to choose",
    "kms:TagResource": "the same, while a key is made; bound by the tag, and by the one it has",
    "lambda:GetAccountSettings": "of the account",
    "lambda:ListFunctions": "a list",
    "logs:DescribeLogGroups": "a list",
    "logs:DescribeQueryDefinitions": "a list",
    "logs:GetQueryResults": "a query's id is not part of an ARN",
    "logs:StopQuery": "the same",
    "s3:ListAllMyBuckets": "a list",
    "scheduler:ListSchedules": "a list",
    "secretsmanager:GetRandomPassword": "of nothing",
    "sns:ListTopics": "a list",
}
# The same for what CloudFormation makes: ids that AWS chooses.
MADE_OF_EVERYTHING = {"cognito-idp", "lambda", "logs"}
# Wildcards that stand before anything of ours is named, and why nothing can be.
OF_OTHERS = {
    ":apigateway:${AWS::Region}::/restapis/*": "an API's id is the gateway's to choose",
    ":apigateway:${AWS::Region}::/restapis/*/stages/*": "the same",
    ":apigateway:${AWS::Region}::/tags/*": "the same",
    ":codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentconfig:*": "AWS's own, to look at",
    ":kms:${AWS::Region}:${AWS::AccountId}:key/*": "a key's id is KMS's to choose",
    ":secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:CodeSecret-*": "named by its resource",
    ":wafv2:${AWS::Region}:${AWS::AccountId}:regional/managedruleset/*/*": "rules that AWS keeps",
}
OURS = ("${StackName}", "${AWS::StackName}", "${ReportsBucket.Arn}", "${Artifacts.Arn}")
# All but topics, endpoints and applications: a phone number is no resource that has a name.
ON_ALL_BUT = {"template.SendingFunction"}
SERVICES = {
    "apigateway.amazonaws.com",
    "cloudformation.amazonaws.com",
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _rights() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every statement that allows something to a role, a function or a person."""
    for name, resource in RESOURCES:
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            documents = [properties["PolicyDocument"]]
        elif resource["Type"] in ("AWS::IAM::Role", "AWS::Serverless::Function"):
            documents = [it.get("PolicyDocument", it) for it in properties.get("Policies", [])]
        else:
            continue
        for document in documents:
            for statement in document["Statement"]:
                yield name, statement


RIGHTS = list(_rights())
OF_RESOURCES = [
    (name, statement)
    for name, resource in RESOURCES
    for field in ("PolicyDocument", "KeyPolicy")
    if resource["Type"] != "AWS::IAM::ManagedPolicy" and field in resource.get("Properties", {})
    for statement in resource["Properties"][field]["Statement"]
]


def _wide_actions(statements: Iterable[tuple[str, dict[str, Any]]]) -> set[str]:
    """What is allowed by a pattern, or by all that isn't named."""
    return {
        str(action)
        for _, it in statements
        if it["Effect"] == "Allow"
        for action in _listed(it.get("Action", "NotAction*"))
        if "*" in action
    }


def _wide_resources(statements: Iterable[tuple[str, dict[str, Any]]]) -> set[str]:
    """The patterns, without partition, that fit things of others: before their first wildcard
    nothing of ours is named."""
    patterns = {
        str(one["Fn::Sub"] if isinstance(one, dict) and "Fn::Sub" in one else one)
        for _, it in statements
        if it["Effect"] == "Allow"
        for one in _listed(it.get("Resource", []))
    }
    wide = {it for it in patterns if "*" in it and not any(o in it.split("*")[0] for o in OURS)}
    return {re.sub(r"^arn:(\$\{AWS::Partition\}|aws)", "", it) for it in wide}


def test_no_action_that_is_allowed_has_a_wildcard() -> None:
    every = [*RIGHTS, *OF_RESOURCES]

    assert sum(len(_listed(it["Action"])) for _, it in every) > 300
    assert _wide_actions(every) == set()


def test_no_pattern_fits_things_of_others_but_where_nothing_of_ours_can_be_named() -> None:
    by_all_but = {name for name, it in RIGHTS if {"NotResource", "NotAction"} & it.keys()}

    assert _wide_resources(RIGHTS) - {"*"} == OF_OTHERS.keys()
    assert by_all_but == ON_ALL_BUT
    # Who runs the system and what it runs with name all that is theirs.
    of_people_and_functions = [it for it in RIGHTS if not it[0].startswith("github-role.")]
    assert _wide_resources(of_people_and_functions) == {"*"}


@pytest.mark.parametrize(
    ("action", "resource", "is_found"),
    [
        ("dynamodb:GetItem", {"Fn::Sub": "arn:${AWS::Partition}:dynamodb:r:1:table/*"}, True),
        ("s3:GetObject", "arn:aws:s3:::*", True),
        ("s3:GetObject", {"Fn::Sub": "arn:aws:s3:::*-${AWS::StackName}"}, True),
        ("dynamodb:*", {"Fn::GetAtt": "VouchersTable.Arn"}, True),
        ("dynamodb:Get*", {"Fn::GetAtt": "VouchersTable.Arn"}, True),
        ("dynamodb:GetItem", {"Fn::GetAtt": "VouchersTable.Arn"}, False),
        ("s3:GetObject", {"Fn::Sub": "${ReportsBucket.Arn}/reports/*"}, False),
    ],
)
def test_a_wildcard_that_somebody_adds_is_found(action: str, resource: Any, is_found: bool) -> None:
    planted = [("planted", {"Effect": "Allow", "Action": action, "Resource": resource})]

    found = _wide_actions(planted) | (_wide_resources(planted) - OF_OTHERS.keys())

    assert bool(found) is is_found


def test_nothing_is_allowed_on_everything_but_where_aws_knows_no_other() -> None:
    of_everything = {
        (name, action)
        for name, statement in RIGHTS
        if "*" in _listed(statement.get("Resource", []))
        for action in _listed(statement["Action"])
    }

    surplus = {it for it in of_everything if it[1] not in OF_EVERYTHING}
    # What isn't in the list is made by CloudFormation, and nothing else does it.
    assert {name for name, _ in surplus} == {"github-role.CloudFormationRole"}
    assert {action.partition(":")[0] for _, action in surplus} == MADE_OF_EVERYTHING
    assert {action for _, action in of_everything} >= OF_EVERYTHING.keys()


def test_whoever_is_let_in_by_a_resource_is_a_service_or_bound_by_a_condition() -> None:
    for name, statement in OF_RESOURCES:
        if statement["Effect"] == "Allow":
            is_service = "Service" in statement["Principal"]
            is_owner = ":root" in str(statement["Principal"])
            assert is_owner or "Condition" in statement, (name, statement["Sid"])
            assert is_service or ".DataKey" in name, (name, statement["Sid"])


@pytest.mark.parametrize(
    ("name", "bucket"), [it for it in RESOURCES if it[1]["Type"] == "AWS::S3::Bucket"]
)
def test_no_bucket_is_or_can_be_made_public(name: str, bucket: dict[str, Any]) -> None:
    properties = bucket["Properties"]

    blocked = properties["PublicAccessBlockConfiguration"]
    assert blocked == dict.fromkeys(
        (
            "BlockPublicAcls",
            "BlockPublicPolicy",
            "IgnorePublicAcls",
            "RestrictPublicBuckets",
        ),
        True,
    )
    assert not {"AccessControl", "WebsiteConfiguration", "CorsConfiguration"} & properties.keys()
    assert name.partition(".")[0] in ("template", "github-role")


@pytest.mark.parametrize(
    ("name", "role"), [it for it in RESOURCES if it[1]["Type"] == "AWS::IAM::Role"]
)
def test_a_role_is_taken_by_one_service_or_one_environment_of_one_repository(
    name: str, role: dict[str, Any]
) -> None:
    (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    ((kind, who),) = statement["Principal"].items()
    if kind == "Service":
        assert who in SERVICES
        assert statement["Action"] == "sts:AssumeRole"
    else:
        assert (kind, name) == ("Federated", "github-role.DeploymentRole")
        bounds = statement["Condition"]["StringEquals"]
        assert {it.rpartition(":")[2] for it in bounds} == {"aud", "sub"}
        assert "*" not in str(bounds)
