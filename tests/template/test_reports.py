"""The bucket of reports: who reaches which folder, and how long each is kept. The emulator ignores
most of it."""

from typing import Any

import pytest

from infra.local import template

RESOURCES = template.load()["Resources"]
FUNCTIONS = template.resources("AWS::Serverless::Function")
BUCKET = template.resources("AWS::S3::Bucket")["ReportsBucket"]
PROPERTIES = BUCKET["Properties"]
RULES = {rule["Id"]: rule for rule in PROPERTIES["LifecycleConfiguration"]["Rules"]}
ARN = {"Fn::GetAtt": "ReportsBucket.Arn"}


def _folder(name: str) -> dict[str, str]:
    return {"Fn::Sub": f"${{ReportsBucket.Arn}}/{name}/*"}


def _s3_statements(name: str) -> dict[str, dict[str, Any]]:
    found = FUNCTIONS[name]["Properties"].get("Policies", [])
    return {
        one["Sid"]: one
        for policy in found
        for one in policy["Statement"]
        if "s3:" in str(one["Action"])
    }


def test_reports_outlive_their_stack_in_versions() -> None:
    assert (BUCKET["DeletionPolicy"], BUCKET["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert PROPERTIES["VersioningConfiguration"] == {"Status": "Enabled"}
    assert "BucketName" not in PROPERTIES


def test_nothing_in_the_bucket_is_or_can_be_made_public() -> None:
    assert PROPERTIES["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    (ownership,) = PROPERTIES["OwnershipControls"]["Rules"]
    assert ownership == {"ObjectOwnership": "BucketOwnerEnforced"}
    assert "AccessControl" not in PROPERTIES


def test_the_policy_of_the_bucket_stays_with_it() -> None:
    policy = RESOURCES["ReportsBucketPolicy"]

    assert policy["Properties"]["Bucket"] == {"Ref": "ReportsBucket"}
    assert (policy["DeletionPolicy"], policy["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize(
    ("rule", "prefix", "days", "days_of_older_versions"),
    [
        ("AuditFilesFor30Days", "audit/", 30, 1),
        ("FiguresSoFarFor30Days", "so-far/", 30, 1),
        ("StatementsAsTheyCameFor90Days", "inbox/", 90, 1),
        ("ReconciledStatementsForTwoYears", "statements/", 731, 90),
        ("OlderVersionsFor90Days", None, None, 90),
    ],
)
def test_what_names_rides_is_forgotten_in_time(
    rule: str, prefix: str | None, days: int | None, days_of_older_versions: int
) -> None:
    found = RULES[rule]

    older = found["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert (found["Status"], found.get("Prefix")) == ("Enabled", prefix)
    assert (found.get("ExpirationInDays"), older) == (days, days_of_older_versions)


def test_reports_partners_parts_and_closings_are_kept() -> None:
    expiring = [rule["Prefix"] for rule in RULES.values() if "ExpirationInDays" in rule]

    assert sorted(expiring) == ["audit/", "inbox/", "so-far/", "statements/"]


def test_the_functions_reach_only_the_folders_that_are_their_business() -> None:
    reached = {
        name: {(str(one["Action"]), str(one["Resource"])) for one in _s3_statements(name).values()}
        for name in FUNCTIONS
        if _s3_statements(name)
    }

    compared = [_folder(it) for it in ("reports", "audit", "partners", "closings")]
    written = [_folder(it) for it in ("reports", "so-far", "audit", "partners", "closings")]
    assert reached["ReportingFunction"] == {
        ("s3:PutObject", str(written)),
        ("s3:GetObject", str(compared)),
        ("s3:ListBucket", str(ARN)),
    }
    assert reached["SharingFunction"] == {("s3:GetObject", str(_folder("partners")))}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_who_knows_the_bucket_may_use_it_and_nobody_else(name: str) -> None:
    variables = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]

    assert ("REPORTS_BUCKET" in variables) == bool(_s3_statements(name))
    deleted = [one for one in _s3_statements(name).values() if "Delete" in str(one["Action"])]
    # What says why a statement can't be read goes when it can.
    note = {"Fn::Sub": "${ReportsBucket.Arn}/inbox/*.problem.txt"}
    assert [one["Resource"] for one in deleted] == [note] * (name == "ReconcilingFunction")


def test_who_lists_the_bucket_sees_only_named_folders() -> None:
    (listing,) = (
        one
        for one in _s3_statements("ReportingFunction").values()
        if one["Action"] == "s3:ListBucket"
    )

    folders = ["reports/*", "audit/*", "partners/*", "closings/*"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": folders}}


@pytest.mark.parametrize(
    ("name", "folder"), [("AuditorReadsAuditFiles", "audit"), ("FunderReadsReports", "reports")]
)
def test_an_auditor_and_a_funder_read_a_folder_each_and_nothing_else(
    name: str, folder: str
) -> None:
    policy = RESOURCES[name]["Properties"]

    listing, reading = policy["PolicyDocument"]["Statement"]

    # An admin attaches it by hand, so it belongs to nobody, and has a name of its stack.
    assert not {"Roles", "Users", "Groups", "ManagedPolicyName"} & policy.keys()
    assert (listing["Action"], listing["Resource"]) == ("s3:ListBucket", ARN)
    assert listing["Condition"] == {"StringLike": {"s3:prefix": f"{folder}/*"}}
    assert (reading["Action"], reading["Resource"]) == ("s3:GetObject", _folder(folder))


def test_nobody_is_subscribed_to_announcements_by_us() -> None:
    assert template.resources("AWS::SNS::Subscription") == {}


def test_the_schedule_runs_when_the_month_is_over_everywhere_and_is_missed_by_nobody() -> None:
    (event,) = FUNCTIONS["DispatchingFunction"]["Properties"]["Events"].values()

    properties = event["Properties"]

    # The last zone that a month ends in is twelve hours behind UTC; then two hours pass.
    assert properties["ScheduleExpression"] == "cron(0 14 1 * ? *)"
    assert properties["ScheduleExpressionTimezone"] == "UTC"
    assert properties["DeadLetterConfig"] == {"Arn": {"Fn::GetAtt": "GivenUpReportQueue.Arn"}}


def test_the_reporting_function_has_room_for_lines_and_a_whole_vcpu() -> None:
    properties = FUNCTIONS["ReportingFunction"]["Properties"]

    assert properties["Timeout"] == 900
    assert properties["MemorySize"] >= 1_769
    assert properties["EphemeralStorage"]["Size"] >= 2_048
