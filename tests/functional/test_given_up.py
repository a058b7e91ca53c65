"""Work that was given up is tried again by an admin's command: no message is lost, and what isn't
work of a queue stays where people see it."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.backends import get_backend
from moto.core.models import DEFAULT_ACCOUNT_ID

from farechance import given_up
from functional.saved_events import event, reads_well
from functional.stack import Stack

MONTH = json.dumps({"program_id": "prg_harbor", "month": "2026-03"})
FOLDERS = ("administration", "operating")


def _wait(stack: Stack, name: str, *bodies: str) -> None:
    sqs = boto3.client("sqs")
    for body in bodies:
        sqs.send_message(QueueUrl=stack.given_up[name], MessageBody=body)


def _bodies(stack: Stack, queue_url: str) -> list[str]:
    return [one["body"] for one in stack.messages(queue_url)]


def _left(stack: Stack, name: str) -> int:
    """How many still wait, also if somebody has just looked at them."""
    sqs, url = boto3.client("sqs"), stack.given_up[name]
    attributes = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=attributes)["Attributes"]
    return sum(int(found[name]) for name in attributes)


@pytest.fixture(autouse=True)
def _empty(stack: Stack) -> Iterator[None]:
    """Also of what somebody looks at: SQS empties a queue once a minute at most."""
    yield
    queues = get_backend("sqs")[DEFAULT_ACCOUNT_ID]["us-east-1"].queues
    for url in (*stack.given_up.values(), stack.statement_queue_url):
        queue = queues[url.rpartition("/")[2]]
        queue._messages.clear()
        queue.pending_messages.clear()


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(
    ("queue", "name", "body"),
    [
        ("batches", "Batch", '{"partner_id": "org_second_start", "batch_id": "bat_1"}'),
        ("reports", "Report", MONTH),
        ("statements", "Statement", '{"Records": []}'),
    ],
)
def test_what_was_given_up_goes_back_to_its_own_queue(
    stack: Stack, folder: str, queue: str, name: str, body: str
) -> None:
    _wait(stack, name, body, body)

    answer = stack.command(event("retry_given_up", queue=queue), folder)

    queues = {
        "Batch": stack.queue_url,
        "Report": stack.report_queue_url,
        "Statement": stack.statement_queue_url,
    }
    reads_well(answer)
    assert (answer["moved"], answer["stay"], answer["waiting"]) == (2, 0, 0)
    assert answer["in_words"] == "2 messages that were given up are tried again."
    assert _bodies(stack, queues.pop(name)) == [body, body]
    assert [_bodies(stack, url) for url in queues.values()] == [[], []]
    assert _left(stack, name) == 0


def test_a_dry_run_counts_and_moves_nothing(stack: Stack) -> None:
    _wait(stack, "Report", MONTH, MONTH, MONTH)

    answer = stack.command(event("retry_given_up", dry_run=True))

    reads_well(answer)
    assert (answer["done"], answer["waiting"]) == (False, 3)
    assert "About 3 messages" in answer["in_words"]
    assert _left(stack, "Report") == 3


def test_the_same_command_moves_nothing_a_second_time(stack: Stack) -> None:
    _wait(stack, "Report", MONTH)
    stack.command(event("retry_given_up"))
    _wait(stack, "Report", MONTH)

    again = stack.command(event("retry_given_up"))

    assert (again["repeated"], again["moved"]) == (True, 1)
    assert _left(stack, "Report") == 1


def test_a_run_of_the_schedule_is_no_months_report_and_stays(stack: Stack) -> None:
    of_the_schedule = json.dumps({"version": "0", "detail-type": "Scheduled Event"})
    _wait(stack, "Report", of_the_schedule, MONTH, "not even JSON")

    answer = stack.command(event("retry_given_up"))

    reads_well(answer)
    assert (answer["moved"], answer["stay"]) == (1, 2)
    assert "2 stay" in answer["in_words"]
    assert _bodies(stack, stack.report_queue_url) == [MONTH]
    assert _left(stack, "Report") == 2


def test_no_more_than_a_hundred_are_moved_at_once_and_the_rest_is_told(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(given_up, "MOST_AT_ONCE", 20)
    _wait(stack, "Report", *[MONTH] * 23)

    answer = stack.command(event("retry_given_up"))
    rest = stack.command(event("retry_given_up", command_id="the-rest"))

    reads_well(answer)
    assert (answer["moved"], answer["waiting"]) == (20, 3)
    assert "About 3 still wait" in answer["in_words"]
    assert rest["moved"] == 3
    assert len(_bodies(stack, stack.report_queue_url)) == 23


@pytest.mark.parametrize("call", ["SendMessage", "DeleteMessage"])
def test_a_message_is_sent_before_it_is_deleted_so_that_none_is_lost(
    stack: Stack, call: str
) -> None:
    _wait(stack, "Report", MONTH)
    stack.handler("administration")
    queues = sys.modules["administration.app"].tools.given_up

    def fails(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": ""}}, call)

    queues._sqs.meta.events.register(f"before-call.sqs.{call}", fails, unique_id="fails")
    answer = stack.command(event("retry_given_up"))
    queues._sqs.meta.events.unregister(f"before-call.sqs.{call}", unique_id="fails")

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "busy")
    assert _left(stack, "Report") == 1
    assert len(_bodies(stack, stack.report_queue_url)) == (0 if call == "SendMessage" else 1)
