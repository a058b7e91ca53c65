"""The inbox of ride companies' statements: S3 tells a queue of every file, so that none is lost,
and whoever reconciles can change nothing but what came of it."""

from typing import Any

from infra.local import template

RESOURCES = template.load()["Resources"]
STATEMENTS = {
    one["Sid"]: one
    for policy in RESOURCES["ReconcilingFunction"]["Properties"]["Policies"]
    for one in policy["Statement"]
}


def _keys(sid: str) -> Any:
    return STATEMENTS[sid]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def test_a_queue_is_told_of_every_file_of_the_inbox_and_of_no_other() -> None:
    bucket = RESOURCES["ReportsBucket"]

    (told,) = bucket["Properties"]["NotificationConfiguration"]["QueueConfigurations"]

    assert told["Queue"] == {"Fn::GetAtt": "StatementQueue.Arn"}
    assert told["Event"] == "s3:ObjectCreated:*"
    assert told["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "inbox/"}]
    # S3 sends a message to try it out, and refuses a queue that doesn't take it.
    assert bucket["DependsOn"] == "StatementQueuePolicy"


def test_only_this_accounts_buckets_tell_the_queue() -> None:
    properties = RESOURCES["StatementQueuePolicy"]["Properties"]

    statement, without_tls = properties["PolicyDocument"]["Statement"]

    # See the tests of transport.
    assert without_tls["Fn::If"][0] == "IsOnAws"
    assert properties["Queues"] == [{"Ref": "StatementQueue"}]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Action"] == "sqs:SendMessage"
    assert statement["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }


def test_a_message_stays_hidden_while_it_is_worked_on_and_is_set_aside_at_last() -> None:
    queue = RESOURCES["StatementQueue"]["Properties"]
    function = RESOURCES["ReconcilingFunction"]["Properties"]

    assert queue["VisibilityTimeout"] == 6 * function["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    (event,) = function["Events"].values()
    assert event["Properties"]["Queue"] == {"Fn::GetAtt": "StatementQueue.Arn"}
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_whoever_reconciles_changes_what_came_of_statements_and_no_money() -> None:
    writes = {
        sid
        for sid, one in STATEMENTS.items()
        if any(what in str(one["Action"]) for what in ("Put", "Update", "Delete"))
    }

    assert writes == {
        "RecordWhatCameOfAStatement",
        "WriteWhatCameOfAStatement",
        "SayBesideAFileWhyItCannotBeRead",
    }
    assert _keys("RecordWhatCameOfAStatement") == ["statement#*"]
    assert STATEMENTS["WriteWhatCameOfAStatement"]["Resource"] == {
        "Fn::Sub": "${ReportsBucket.Arn}/statements/*"
    }
    assert STATEMENTS["SayBesideAFileWhyItCannotBeRead"]["Resource"] == {
        "Fn::Sub": "${ReportsBucket.Arn}/inbox/*.problem.txt"
    }
    assert "PeopleTable" not in str(RESOURCES["ReconcilingFunction"])
