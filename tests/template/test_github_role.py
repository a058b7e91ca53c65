"""Who may deploy from GitHub, and that it is no way to the data."""

import re
from typing import Any

import pytest

from infra.local import template

FILE = template.TEMPLATE.parent / "infra" / "github-role.yaml"
ROLES = template.resources("AWS::IAM::Role", FILE)
GITHUB = "token.actions.githubusercontent.com"
# Which of CloudFormation's resource types are of which service of IAM's.
SERVICES = {
    "AWS::Serverless::Function": "lambda",
    "AWS::Serverless::Api": "apigateway",
    "AWS::ApiGateway::Account": "apigateway",
    "AWS::CloudFormation::Stack": "cloudformation",
    "AWS::CloudTrail::Trail": "cloudtrail",
    "AWS::CloudWatch::Alarm": "cloudwatch",
    "AWS::CloudWatch::CompositeAlarm": "cloudwatch",
    "AWS::CloudWatch::Dashboard": "cloudwatch",
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::Cognito::UserPoolDomain": "cognito-idp",
    "AWS::Cognito::UserPoolResourceServer": "cognito-idp",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::IAM::ManagedPolicy": "iam",
    "AWS::IAM::Role": "iam",
    "AWS::KMS::Key": "kms",
    "AWS::Logs::LogGroup": "logs",
    "AWS::Logs::MetricFilter": "logs",
    "AWS::Logs::QueryDefinition": "logs",
    "AWS::S3::Bucket": "s3",
    "AWS::S3::BucketPolicy": "s3",
    "AWS::SecretsManager::Secret": "secretsmanager",
    "AWS::SNS::Subscription": "sns",
    "AWS::SNS::Topic": "sns",
    "AWS::SNS::TopicPolicy": "sns",
    "AWS::SQS::Queue": "sqs",
    "AWS::SQS::QueuePolicy": "sqs",
    "AWS::WAFv2::WebACL": "wafv2",
    "AWS::WAFv2::WebACLAssociation": "wafv2",
}
# What SAM writes: aliases are moved by CodeDeploy, schedules are Scheduler's.
SERVICES_OF_SAM = {"codedeploy", "scheduler"}
# To read or to lose what is kept, or to act as somebody else.
NEVER = {
    "cognito-idp:CreateUserPoolClient",
    "cognito-idp:DeleteUserPool",
    "cognito-idp:DescribeUserPoolClient",
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:DeleteTable",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:UpdateItem",
    "iam:CreateAccessKey",
    "iam:CreateUser",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "lambda:InvokeFunction",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:StartQuery",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "secretsmanager:DeleteSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "sts:AssumeRole",
}
# Things whose names or ids AWS chooses, or that have none.
OF_EVERYTHING = {
    "ReadATemplatesParameters",
    "HaveQueuesRead",
    "MakeTheKey",
    "MakeUpAKey",
    "SaveQueriesAndDeliverAccessLogs",
    "MakeTheUserPool",
}


def _statements(role: str) -> list[dict[str, Any]]:
    (policy,) = ROLES[role]["Properties"]["Policies"]
    statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return statements


def _trust(role: str) -> dict[str, Any]:
    (statement,) = ROLES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert isinstance(statement, dict)
    return statement


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_only_one_environment_of_one_repository_gets_the_role_and_for_an_hour() -> None:
    trust = _trust("DeploymentRole")

    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"] == {
        "Federated": {
            "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:oidc-provider/" + GITHUB
        }
    }
    assert trust["Condition"] == {
        "StringEquals": {
            f"{GITHUB}:aud": "sts.amazonaws.com",
            f"{GITHUB}:sub": {"Fn::Sub": "repo:${Repository}:environment:${GitHubEnvironment}"},
        }
    }
    assert ROLES["DeploymentRole"]["Properties"]["MaxSessionDuration"] == 3600


@pytest.mark.parametrize(
    ("parameter", "wildcard"),
    [("Repository", "harbor-foundation/*"), ("Repository", "*"), ("StackName", "*")],
)
def test_a_name_with_a_wildcard_is_refused(parameter: str, wildcard: str) -> None:
    pattern = template.load(FILE)["Parameters"][parameter]["AllowedPattern"]

    assert not re.search(pattern, wildcard)


def test_only_cloudformation_gets_the_role_that_makes_things() -> None:
    assert _trust("CloudFormationRole")["Principal"] == {"Service": "cloudformation.amazonaws.com"}


def test_a_job_may_only_upload_ask_for_one_stack_and_pass_one_role() -> None:
    allowed = {
        action: statement["Resource"]
        for statement in _statements("DeploymentRole")
        for action in _listed(statement["Action"])
    }

    assert {one.split(":")[0] for one in allowed} == {"s3", "cloudformation", "iam"}
    assert "cloudformation:DeleteStack" not in allowed
    assert allowed["iam:PassRole"] == {"Fn::GetAtt": "CloudFormationRole.Arn"}
    assert allowed["s3:PutObject"] == {"Fn::Sub": "${Artifacts.Arn}/*"}


@pytest.mark.parametrize("role", ROLES)
def test_neither_role_reads_loses_or_changes_what_is_kept(role: str) -> None:
    actions = {one for it in _statements(role) for one in _listed(it["Action"])}

    assert actions & NEVER == set()
    assert not any("*" in action for action in actions)
    # Objects are read where the code is, and nowhere else.
    for statement in _statements(role):
        if "s3:GetObject" in _listed(statement["Action"]):
            assert statement["Resource"] == {"Fn::Sub": "${Artifacts.Arn}/*"}


@pytest.mark.parametrize("role", ROLES)
def test_rights_are_for_the_stacks_own_things_where_these_can_be_named(role: str) -> None:
    for statement in _statements(role):
        resources = [str(one) for one in _listed(statement["Resource"])]
        if statement["Sid"] in OF_EVERYTHING:
            assert resources == ["*"]
        else:
            assert "*" not in resources, statement["Sid"]


def test_the_key_is_used_only_through_the_service_that_something_is_made_in() -> None:
    uses = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:CreateGrant"}

    using = [it for it in _statements("CloudFormationRole") if uses & set(_listed(it["Action"]))]

    (statement,) = using
    assert statement["Condition"] == {
        "StringEquals": {
            "kms:ViaService": [
                {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"}
                for service in ("dynamodb", "secretsmanager")
            ]
        }
    }


def test_only_a_key_that_has_this_stacks_tag_gets_another_policy() -> None:
    own = {"aws:ResourceTag/fare-chance-stack": {"Ref": "StackName"}}
    tags = template.resolved(OwnKey="yes")["Resources"]["DataKey"]["Properties"]["Tags"]

    changing = {
        it["Sid"]: it["Condition"]
        for it in _statements("CloudFormationRole")
        if {"kms:PutKeyPolicy", "kms:TagResource", "kms:CreateKey"} & set(_listed(it["Action"]))
    }

    assert tags == [{"Key": "fare-chance-stack", "Value": {"Ref": "AWS::StackName"}}]
    assert changing == {
        "MakeTheKey": {
            "StringEquals": {"aws:RequestTag/fare-chance-stack": {"Ref": "StackName"}},
            "StringEqualsIfExists": own,
        },
        "ChangeThisStacksKey": {"StringEquals": own},
    }


def test_cloudformation_may_make_every_kind_of_thing_that_the_templates_have() -> None:
    files = [template.TEMPLATE, *template.nested()]
    kinds = {it["Type"] for file in files for it in template.load(file)["Resources"].values()}
    actions = {one for it in _statements("CloudFormationRole") for one in _listed(it["Action"])}

    services = {one.split(":")[0] for one in actions}

    assert kinds <= SERVICES.keys()
    assert {SERVICES[kind] for kind in kinds} | SERVICES_OF_SAM <= services
