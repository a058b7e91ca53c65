"""All that is kept is encrypted: with AWS's keys, or with `OwnKey` with a key of the stack's own.
Without a right from the account's policies, only roles that are named after this stack use it, and
whoever may use its buckets, all of them through the services that keep things."""

from typing import Any

import pytest

from infra.local import template

WITHOUT = template.resolved(OwnKey="no")["Resources"]
WITH = template.resolved(OwnKey="yes")["Resources"]
KEY = {"Fn::GetAtt": "DataKey.Arn"}
STATEMENTS = {it["Sid"]: it for it in WITH["DataKey"]["Properties"]["KeyPolicy"]["Statement"]}
THIS_STACKS_ROLES = {
    "aws:PrincipalArn": {
        "Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${AWS::StackName}-*"
    }
}
TABLES, BUCKETS, QUEUES = "AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue"
TOPICS, SECRETS, LOGS = "AWS::SNS::Topic", "AWS::SecretsManager::Secret", "AWS::Logs::LogGroup"
TRAILS = "AWS::CloudTrail::Trail"
# With AWS's keys; a log group, a secret and a trail are encrypted where nothing is said.
OF_AWS: dict[str, dict[str, Any]] = {
    TABLES: {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"}},
    BUCKETS: {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
            ]
        }
    },
    QUEUES: {"SqsManagedSseEnabled": True},
    TOPICS: {"KmsMasterKeyId": "alias/aws/sns"},
    SECRETS: {},
    LOGS: {},
    TRAILS: {},
}
OF_OUR_OWN: dict[str, dict[str, Any]] = {
    TABLES: {"SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}},
    BUCKETS: {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [
                {
                    "ServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": KEY,
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        }
    },
    # Only one of the two may be on.
    QUEUES: {"SqsManagedSseEnabled": False, "KmsMasterKeyId": KEY},
    TOPICS: {"KmsMasterKeyId": KEY},
    SECRETS: {"KmsKeyId": KEY},
    LOGS: {"KmsKeyId": KEY},
    TRAILS: {"KMSKeyId": KEY},
}
WORDS = {name for it in OF_OUR_OWN.values() for name in it}


def _encryption(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: it for name, it in resource["Properties"].items() if name in WORDS}


@pytest.mark.parametrize("kind", OF_AWS)
def test_what_is_kept_is_encrypted_whichever_key_is_chosen(kind: str) -> None:
    kept = [name for name, it in WITH.items() if it["Type"] == kind]

    assert kept
    for name in kept:
        assert _encryption(WITHOUT[name]) == OF_AWS[kind], name
        assert _encryption(WITH[name]) == OF_OUR_OWN[kind], name


def test_nothing_else_differs_but_what_makes_secrets_and_what_sends_alarms() -> None:
    differing = {name for name in WITH if WITH[name] != WITHOUT.get(name)}

    assert differing == {
        *(name for name, it in WITH.items() if it["Type"] in OF_AWS),
        "AdministrationFunction",
        "DataKey",
        "Monitoring",
    }


def test_ride_companies_secrets_are_made_under_the_same_key() -> None:
    def told(resources: dict[str, Any]) -> Any:
        variables = resources["AdministrationFunction"]["Properties"]["Environment"]["Variables"]
        return variables["OWN_KEY_ARN"]

    assert (told(WITHOUT), told(WITH)) == ("", KEY)


def test_alarms_are_encrypted_with_the_key_where_there_is_one() -> None:
    # CloudWatch may not publish under the key that AWS manages for SNS.
    topics = [
        template.resolved(template.MONITORING, OwnKeyArn=key)["Resources"]["Alarms"]["Properties"]
        for key in ("", "an ARN")
    ]

    assert [topic.get("KmsMasterKeyId") for topic in topics] == [None, "an ARN"]
    for resources, expected in ((WITHOUT, ""), (WITH, KEY)):
        assert resources["Monitoring"]["Properties"]["Parameters"]["OwnKeyArn"] == expected


def test_there_is_a_key_only_if_it_is_asked_for_and_it_outlives_the_stack_and_is_renewed() -> None:
    key = WITH["DataKey"]

    assert template.load()["Parameters"]["OwnKey"]["Default"] == "no"
    assert "DataKey" not in WITHOUT
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert key["Properties"]["EnableKeyRotation"] is True
    assert key["Properties"]["PendingWindowInDays"] == 30


def test_nobody_uses_the_key_directly_but_whom_the_accounts_own_policies_let() -> None:
    direct = [
        sid
        for sid, it in STATEMENTS.items()
        if "kms:ViaService" not in it.get("Condition", {}).get("StringEquals", {})
        and "AWS" in it["Principal"]
    ]

    assert direct == ["ThePoliciesOfTheAccountDecide"]
    owner = STATEMENTS["ThePoliciesOfTheAccountDecide"]["Principal"]["AWS"]
    assert owner == {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}
    actions = [action for it in STATEMENTS.values() for action in it["Action"]]
    assert not any("*" in action for action in actions)
    # Without these nobody could ever mend the policy, or let go of the key.
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"} <= set(actions)


@pytest.mark.parametrize(
    ("sid", "services", "bound"),
    [
        ("FunctionsReadAndWriteTables", ["dynamodb"], THIS_STACKS_ROLES),
        (
            "FunctionsUseQueuesSecretsAndTheTopic",
            ["sqs", "secretsmanager", "sns"],
            THIS_STACKS_ROLES,
        ),
        (
            "WhoeverMayUseTheBucketsUsesThem",
            ["s3"],
            {
                "kms:EncryptionContext:aws:s3:arn": {
                    "Fn::Sub": "arn:${AWS::Partition}:s3:::${AWS::StackName}-*"
                }
            },
        ),
    ],
)
def test_who_isnt_named_is_of_this_account_and_bound_to_this_stack_and_comes_through_a_service(
    sid: str, services: list[str], bound: dict[str, Any]
) -> None:
    condition = STATEMENTS[sid]["Condition"]

    through = condition["StringEquals"]["kms:ViaService"]
    assert STATEMENTS[sid]["Principal"] == {"AWS": "*"}
    assert condition["StringEquals"]["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
    assert (through if isinstance(through, list) else [through]) == [
        {"Fn::Sub": f"{service}.${{AWS::Region}}.${{AWS::URLSuffix}}"} for service in services
    ]
    assert condition["ArnLike"] == bound


def test_a_service_uses_the_key_only_for_this_stack() -> None:
    of_services = {
        sid: it["Condition"] for sid, it in STATEMENTS.items() if "Service" in it["Principal"]
    }

    assert set(of_services) == {
        "BucketsTellTheQueue",
        "AlarmsAreSent",
        "LogsAreKept",
        "CloudTrailWritesItsRecords",
    }
    for sid, condition in of_services.items():
        assert "${AWS::StackName}" in str(condition), sid
        assert "${AWS::AccountId}" in str(condition) or "aws:SourceAccount" in str(condition), sid


def test_the_log_groups_that_the_key_may_be_used_for_are_all_that_there_are() -> None:
    (bound,) = STATEMENTS["LogsAreKept"]["Condition"]["ArnLike"].values()

    assert bound["Fn::Sub"].endswith(":log-group:/farechance/${AWS::StackName}/*")
    for name, it in WITH.items():
        if it["Type"] == LOGS:
            named = it["Properties"]["LogGroupName"]["Fn::Sub"]
            assert named.startswith("/farechance/${AWS::StackName}/"), name
