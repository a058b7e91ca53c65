"""Who invoked the functions of people is recorded by CloudTrail, which the emulator lacks: so the
template alone is looked at."""

from typing import Any

from infra.local import template

RESOURCES = template.load()["Resources"]
TRAIL = RESOURCES["InvocationTrail"]
BUCKET = RESOURCES["InvocationRecords"]
POLICY = RESOURCES["InvocationRecordsPolicy"]
ARN = {"Fn::GetAtt": "InvocationRecords.Arn"}
FUNCTIONS = ("ViewingFunction", "OperatingFunction", "AdministrationFunction")
CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def _statements() -> dict[str, dict[str, Any]]:
    return {one["Sid"]: one for one in POLICY["Properties"]["PolicyDocument"]["Statement"]}


def test_it_is_on_on_aws_unless_a_parameter_says_otherwise() -> None:
    both = {
        "Fn::And": [
            {"Fn::Equals": [{"Ref": "OnAws"}, "yes"]},
            {"Fn::Equals": [{"Ref": "RecordsWhoInvoked"}, "yes"]},
        ]
    }

    assert template.load()["Parameters"]["RecordsWhoInvoked"]["Default"] == "yes"
    assert template.load()["Conditions"]["RecordsInvocations"] == both
    assert {one["Condition"] for one in (TRAIL, BUCKET, POLICY)} == {"RecordsInvocations"}


def test_the_trail_has_the_invocations_of_the_three_functions_and_nothing_else() -> None:
    (selector,) = TRAIL["Properties"]["AdvancedEventSelectors"]

    fields = {one["Field"]: one["Equals"] for one in selector["FieldSelectors"]}
    assert fields == {
        "eventCategory": ["Data"],
        "resources.type": ["AWS::Lambda::Function"],
        "resources.ARN": [{"Fn::GetAtt": f"{name}.Arn"} for name in FUNCTIONS],
    }
    assert "EventSelectors" not in TRAIL["Properties"]


def test_the_trail_writes_at_once_and_shows_if_a_file_was_changed() -> None:
    properties = TRAIL["Properties"]

    assert properties["IsLogging"] is True
    assert properties["EnableLogFileValidation"] is True
    assert properties["S3BucketName"] == {"Ref": "InvocationRecords"}
    # CloudTrail looks at the policy when the trail is made.
    assert TRAIL["DependsOn"] == "InvocationRecordsPolicy"


def test_the_records_outlive_the_stack_and_are_never_public() -> None:
    properties = BUCKET["Properties"]
    (ownership,) = properties["OwnershipControls"]["Rules"]

    for one in (BUCKET, POLICY):
        assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}


def test_the_records_are_forgotten_after_two_years() -> None:
    rules = {one["Id"]: one for one in BUCKET["Properties"]["LifecycleConfiguration"]["Rules"]}

    assert rules["RecordsForTwoYears"]["ExpirationInDays"] == 731
    assert "Prefix" not in rules["RecordsForTwoYears"]
    assert all(one["Status"] == "Enabled" for one in rules.values())


def test_only_this_trail_may_write() -> None:
    statements = _statements()
    looks = statements["CloudTrailLooksWhetherItMayWrite"]
    writes = statements["CloudTrailWritesItsRecords"]

    trail = looks["Condition"]["StringEquals"]["aws:SourceArn"]["Fn::Sub"]
    named = TRAIL["Properties"]["TrailName"]["Fn::Sub"]
    account = "arn:${AWS::Partition}:cloudtrail:${AWS::Region}:${AWS::AccountId}:trail"
    assert trail == f"{account}/{named}"
    assert (looks["Principal"], looks["Action"], looks["Resource"]) == (
        CLOUDTRAIL,
        "s3:GetBucketAcl",
        ARN,
    )
    assert (writes["Principal"], writes["Action"]) == (CLOUDTRAIL, "s3:PutObject")
    assert writes["Resource"] == {"Fn::Sub": "${InvocationRecords.Arn}/AWSLogs/${AWS::AccountId}/*"}
    assert writes["Condition"]["StringEquals"] == {
        "aws:SourceArn": {"Fn::Sub": trail},
        "s3:x-amz-acl": "bucket-owner-full-control",
    }
    allowed = {sid for sid, one in statements.items() if one["Effect"] == "Allow"}
    assert allowed == {"CloudTrailLooksWhetherItMayWrite", "CloudTrailWritesItsRecords"}


def test_no_function_reaches_the_records() -> None:
    functions = template.resources("AWS::Serverless::Function")

    assert "InvocationRecords" not in str(functions)
