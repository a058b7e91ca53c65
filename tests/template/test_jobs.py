"""What runs without being asked: three jobs on schedules, batches and reports from queues, and the
watch over the ledger."""

import json
from typing import Any

import pytest

from infra.local import template

FUNCTIONS = template.resources("AWS::Serverless::Function")
QUEUES = template.resources("AWS::SQS::Queue")
SCHEDULES = {
    "HousekeepingFunction": ("rate(1 hour)", 300),
    "AuditingFunction": ("cron(30 9 * * ? *)", 900),
    "DispatchingFunction": ("cron(0 14 1 * ? *)", 120),
}


def _only_event(name: str) -> dict[str, Any]:
    (event,) = FUNCTIONS[name]["Properties"]["Events"].values()
    assert isinstance(event, dict)
    return event


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_job_runs_on_a_schedule_that_is_on(name: str) -> None:
    event = _only_event(name)

    expression, _ = SCHEDULES[name]
    assert event["Type"] == "ScheduleV2"
    assert event["Properties"]["ScheduleExpression"] == expression
    assert event["Properties"]["State"] == "ENABLED"


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_second_stack_has_schedules_of_its_own(name: str) -> None:
    # Without a name SAM takes the function's logical id, which every stack has.
    folder = FUNCTIONS[name]["Properties"]["Handler"].split(".")[0]

    named = _only_event(name)["Properties"]["Name"]

    assert named == {"Fn::Sub": f"${{AWS::StackName}}-{folder}"}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_run_ends_before_the_next_begins_and_is_tried_again_a_bounded_time(name: str) -> None:
    properties = _only_event(name)["Properties"]

    _, seconds = SCHEDULES[name]
    assert FUNCTIONS[name]["Properties"]["Timeout"] == seconds
    assert properties["RetryPolicy"]["MaximumRetryAttempts"] <= 10
    assert properties["RetryPolicy"]["MaximumEventAgeInSeconds"] <= 43_200


def test_the_books_are_checked_once_a_day_at_a_quiet_hour() -> None:
    properties = _only_event("AuditingFunction")["Properties"]

    assert properties["ScheduleExpressionTimezone"] == "UTC"


def test_the_watch_is_called_by_what_is_changed_or_removed_and_by_nothing_else() -> None:
    event = _only_event("WatchingFunction")

    patterns = [one["Pattern"] for one in event["Properties"]["FilterCriteria"]["Filters"]]
    assert event["Type"] == "DynamoDB"
    assert event["Properties"]["Stream"] == {"Fn::GetAtt": "LedgerTable.StreamArn"}
    assert [json.loads(pattern) for pattern in patterns] == [
        {"eventName": ["MODIFY"]},
        {"eventName": ["REMOVE"]},
    ]


def test_the_watch_misses_nothing_that_was_there_before_it_and_isnt_held_up_for_ever() -> None:
    properties = _only_event("WatchingFunction")["Properties"]

    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert properties["BisectBatchOnFunctionError"] is True
    assert 1 <= properties["MaximumRetryAttempts"] <= 20
    assert properties["BatchSize"] <= 10


WORKERS = pytest.mark.parametrize(
    ("name", "queue"), [("BatchingFunction", "BatchQueue"), ("ReportingFunction", "ReportQueue")]
)


@WORKERS
def test_a_message_is_worked_on_by_itself_and_only_what_failed_comes_again(
    name: str, queue: str
) -> None:
    event = _only_event(name)

    assert event["Type"] == "SQS"
    assert event["Properties"]["Queue"] == {"Fn::GetAtt": f"{queue}.Arn"}
    assert event["Properties"]["BatchSize"] == 1
    assert event["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert event["Properties"]["ScalingConfig"]["MaximumConcurrency"] >= 2


@WORKERS
def test_a_message_stays_hidden_while_it_is_worked_on_and_is_given_up_to_be_looked_at(
    name: str, queue: str
) -> None:
    # AWS Lambda Developer Guide, 'Configuring SQS event source': six times the time-out.
    properties, given_up = (QUEUES[it]["Properties"] for it in (queue, f"GivenUp{queue}"))

    seconds = FUNCTIONS[name]["Properties"]["Timeout"]
    redrive = properties["RedrivePolicy"]

    assert properties["VisibilityTimeout"] >= 6 * seconds
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": f"GivenUp{queue}.Arn"}
    assert redrive["maxReceiveCount"] >= 5
    # All tries are over long before the message would be forgotten.
    tries = redrive["maxReceiveCount"] * properties["VisibilityTimeout"]
    assert properties["MessageRetentionPeriod"] > 2 * tries
    assert given_up["MessageRetentionPeriod"] == 14 * 86_400
    assert "RedrivePolicy" not in given_up


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_has_no_name_that_a_second_stack_would_meet(name: str) -> None:
    properties = QUEUES[name]["Properties"]

    assert "QueueName" not in properties


def test_administration_has_the_time_to_add_up_a_programme_and_to_go_through_a_statement() -> None:
    assert FUNCTIONS["AdministrationFunction"]["Properties"]["Timeout"] == 300
