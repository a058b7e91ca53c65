"""Nothing goes over the wire without TLS: at the gateway and in buckets 1.2 at least."""

from pathlib import Path
from typing import Any

import pytest

from infra.local import template

FILES = [
    template.TEMPLATE,
    template.MONITORING,
    template.TEMPLATE.parent / "infra/github-role.yaml",
]
# As on AWS; an emulator speaks without TLS, and enforces what is denied.
RESOURCES = {
    name: (file, resource)
    for file in FILES
    for name, resource in template.resolved(file, OnAws="yes")["Resources"].items()
}
WITHOUT_TLS = {"Bool": {"aws:SecureTransport": "false"}}
BELOW_TLS_1_2 = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
POLICIES = {
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
}
PROTECTED = [name for name, (_, it) in RESOURCES.items() if it["Type"] in POLICIES]


def _denied(name: str) -> list[dict[str, Any]]:
    """What the one policy of a bucket, a queue or a topic denies to everybody."""
    file, resource = RESOURCES[name]
    kind, field = POLICIES[resource["Type"]]
    (policy,) = [
        it
        for it in template.resolved(file, OnAws="yes")["Resources"].values()
        if it["Type"] == kind and {"Ref": name} in _listed(it["Properties"][field])
    ]
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    return [it for it in statements if (it["Effect"], it["Principal"]) == ("Deny", "*")]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_the_gateway_takes_tls_1_2_and_1_3_with_forward_secrecy_alone() -> None:
    # API Gateway Developer Guide, 'Supported security policies': by default it takes 1.0.
    _, api = RESOURCES["Api"]

    assert api["Properties"]["SecurityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    assert api["Properties"]["EndpointAccessMode"] == "STRICT"


@pytest.mark.parametrize("name", PROTECTED)
def test_nobody_uses_a_bucket_a_queue_or_a_topic_without_tls(name: str) -> None:
    (denied,) = [it for it in _denied(name) if it["Condition"] == WITHOUT_TLS]

    arn = {"Fn::GetAtt": f"{name}.Arn"}
    assert (denied["Action"], denied["Resource"]) in [
        ("s3:*", [arn, {"Fn::Sub": f"${{{name}.Arn}}/*"}]),
        # SQS takes no list of queues; a policy is of its own queue.
        ("sqs:*", "*"),
        # A topic's policy knows no wildcard, and nothing else goes through one.
        ("sns:Publish", {"Ref": name}),
    ]


@pytest.mark.parametrize(
    "name", [it for it in PROTECTED if RESOURCES[it][1]["Type"] == "AWS::S3::Bucket"]
)
def test_nobody_uses_a_bucket_below_tls_1_2(name: str) -> None:
    (denied,) = [it for it in _denied(name) if it["Condition"] == BELOW_TLS_1_2]

    assert denied["Action"] == "s3:*"
    assert denied["Resource"] == [
        {"Fn::GetAtt": f"{name}.Arn"},
        {"Fn::Sub": f"${{{name}.Arn}}/*"},
    ]


def test_there_are_as_many_of_each_as_are_looked_into() -> None:
    kinds = [RESOURCES[name][1]["Type"] for name in PROTECTED]

    assert {kind: kinds.count(kind) for kind in POLICIES} == {
        "AWS::S3::Bucket": 3,
        "AWS::SQS::Queue": 6,
        "AWS::SNS::Topic": 2,
    }


def test_it_is_so_unless_a_parameter_says_that_the_stack_isnt_on_aws() -> None:
    parameters = template.load()["Parameters"]

    assert parameters["OnAws"]["Default"] == "yes"
    monitoring = template.resources("AWS::CloudFormation::Stack")["Monitoring"]["Properties"]
    assert monitoring["Parameters"]["OnAws"] == {"Ref": "OnAws"}
    assert monitoring["TemplateURL"] == str(Path("infra") / template.MONITORING.name)


def test_only_this_stacks_alarms_are_published_to_their_topic() -> None:
    _, policy = RESOURCES["AlarmsPolicy"]

    (allowed,) = [
        it for it in policy["Properties"]["PolicyDocument"]["Statement"] if it["Effect"] == "Allow"
    ]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(
        ":alarm:${SystemName}-*"
    )
