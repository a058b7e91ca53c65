"""A ride company's statement through the doors: dropped into the inbox, reconciled by the function
behind the queue, told in the month's report, and applied by an admin's command."""

import json
import sys
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from builders import PROGRAM, PROVIDER
from farechance.errors import BooksDiffer
from farechance.telemetry import Event
from farechance.times import local_month
from functional.players import Provider
from functional.saved_events import event, reads_well
from functional.stack import Stack
from statements import row, table

ENOUGH = 800.0
DONE: dict[str, Any] = {"batchItemFailures": []}


def _month() -> str:
    return local_month(datetime.now(UTC), ZoneInfo("America/New_York"))


def _path() -> str:
    return f"inbox/{PROGRAM}/{PROVIDER}/{_month()}.csv"


def _drop(stack: Stack, content: bytes, path: str = "") -> dict[str, Any]:
    """A file lies in the inbox; what the function answers that is told of it."""
    path = path or _path()
    boto3.client("s3").put_object(Bucket=stack.bucket, Key=path, Body=content)
    return _told_of(stack, path)


def _told_of(stack: Stack, *paths: str) -> dict[str, Any]:
    """As S3 tells of files."""
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": stack.bucket},
                "object": {"key": urllib.parse.quote_plus(path, safe="/"), "size": 1, "eTag": "x"},
            },
        }
        for path in paths
    ]
    body = json.dumps({"Records": records})
    answer: dict[str, Any] = stack.job(
        "reconciling", {"Records": [{"messageId": "message-1", "body": body}]}
    )
    return answer


def _rides(stack: Stack) -> tuple[str, str, bytes]:
    """The codes of a ride that was made and of one whose completion never came, and a statement of
    both."""
    world = stack.world
    made, lost = world.code(), world.code()
    world.request(made, "made")
    world.complete(made, "made")
    world.request(lost, "lost")
    return made, lost, table([row(world, made, "made"), row(world, lost, "lost", 1_250)])


def _command(stack: Stack, **changes: Any) -> dict[str, Any]:
    named = {"program_id": PROGRAM, "provider_id": PROVIDER, "month": _month()}
    return stack.command(event("apply_statement", **{**named, **changes}))


def _look(stack: Stack) -> dict[str, Any]:
    saved = event("apply_statement", program_id=PROGRAM, month=_month(), dry_run=True)
    saved["provider_id"] = PROVIDER
    del saved["statement_digest"]
    return stack.command(saved)


def _lines(stack: Stack, name: Event) -> list[dict[str, Any]]:
    return [line for line in stack.lines() if line.get("message") == name]


# ── reconciling ──────────────────────────────────────────────────────────────────────────────────


def test_a_statement_that_is_dropped_is_reconciled_and_stands_in_the_months_report(
    stack: Stack,
) -> None:
    _, _, content = _rides(stack)

    answer = _drop(stack, content)

    assert answer == DONE
    folder = f"statements/{PROGRAM}/{_month()}/{PROVIDER}/"
    files = stack.files()
    written = {path.removeprefix(folder) for path in files if path.startswith(folder)}
    assert written == {"statement.html", "statement.json", "statement.csv"}
    counts = json.loads(files[f"{folder}statement.json"])["statement"]
    assert (counts["lines"], counts["matched"], counts["only_theirs"]) == (2, 1, 1)
    assert stack.counted()["StatementReconciled"] == 1
    (line,) = _lines(stack, Event.STATEMENT_RECONCILED)
    assert (line["program_id"], line["provider_id"], line["month"]) == (PROGRAM, PROVIDER, _month())
    assert (line["matched"], line["only_theirs"], line["charged_cents"]) == (1, 1, 2_750)

    for message in stack.messages(stack.report_queue_url):
        assert stack.job("reporting", {"Records": [message]}, seconds_left=ENOUGH) == DONE
    (report,) = (
        json.loads(content)
        for path, content in stack.files().items()
        if path.startswith(f"so-far/{PROGRAM}/") and path.endswith("report.json")
    )
    assert report["exceptions"]["statements"] == [counts]


def test_a_message_that_comes_twice_writes_the_same_bytes_and_no_record(stack: Stack) -> None:
    _, _, content = _rides(stack)
    _drop(stack, content)
    files, image = stack.files(), stack.image()

    answer = _told_of(stack, _path(), _path())

    assert answer == DONE
    assert (stack.files(), stack.image()) == (files, image)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("inbox/march of 2026+1 é.csv", "name"),
        (f"inbox/{PROGRAM}/{PROVIDER}/march.csv", "name"),
        (f"inbox/prg_nobody/{PROVIDER}/2026-03.csv", "not_found"),
        (f"inbox/{PROGRAM}/{PROVIDER}/2099-01.csv", "not_begun"),
    ],
)
def test_a_file_that_is_no_statement_is_told_beside_it_and_not_in_a_log(
    stack: Stack, path: str, problem: str
) -> None:
    with stack.unchanged():
        answer = _drop(stack, b"ride_id\n", path)

    assert answer == DONE
    assert set(stack.files()) == {path, f"{path}.problem.txt"}
    assert b"This file was not reconciled." in stack.files()[f"{path}.problem.txt"]
    (line,) = _lines(stack, Event.STATEMENT_REFUSED)
    assert line["problem"] == problem
    assert "march" not in stack.log
    assert stack.counted() == {"StatementRefused": 1}
    assert stack.messages(stack.report_queue_url) == []


def test_what_the_function_writes_beside_a_file_calls_it_for_nothing(stack: Stack) -> None:
    _drop(stack, "ride_id".encode("utf-16"))
    files = stack.files()

    answer = _told_of(stack, *(path for path in files if path.endswith(".problem.txt")))

    assert answer == DONE
    assert stack.files() == files
    assert stack.counted() == {"StatementRefused": 1}


def test_the_message_by_which_s3_tries_a_queue_out_is_nothing(stack: Stack) -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": stack.bucket})

    answer = stack.job("reconciling", {"Records": [{"messageId": "message-1", "body": body}]})

    assert answer == DONE
    assert stack.files() == {}


def test_a_message_that_fails_comes_again(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, content = _rides(stack)
    stack.handler("reconciling")

    def differ(*_: object) -> None:
        raise BooksDiffer("a ride has no voucher")

    monkeypatch.setattr(sys.modules["reconciling.app"], "reconcile_statement", differ)

    answer = _drop(stack, content)

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    (line,) = _lines(stack, Event.MESSAGE_FAILED)
    assert line["error"] == "BooksDiffer"


# ── applying ─────────────────────────────────────────────────────────────────────────────────────


def test_a_statement_is_looked_at_and_then_applied_and_a_late_message_pays_nothing(
    stack: Stack, provider: Provider
) -> None:
    _, lost, content = _rides(stack)
    _drop(stack, content)

    looked = _look(stack)
    applied = _command(stack, statement_digest=looked["statement_digest"])

    for answer in (looked, applied):
        reads_well(answer)
    assert (looked["done"], looked["would_apply"]) == (False, 1)
    assert (applied["done"], applied["applied"], applied["captured_cents"]) == (True, 1, 1_250)
    assert stack.world.voucher(lost).spent_cents == 1_250
    told = provider.tell(
        "ride.completed",
        {
            "ride_id": "lost",
            "voucher_code": lost,
            "fare_cents": 1_300,
            "currency": "USD",
            "completed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        },
    )
    assert (told.body["outcome"], told.body["reason"]) == ("refused", "event_conflict")
    assert stack.world.voucher(lost).spent_cents == 1_250
    assert "statement_digest" in applied


def test_a_shortfall_of_a_statement_is_counted_for_its_alarm_once(stack: Stack) -> None:
    _, _, content = _rides(stack)
    _drop(stack, content)
    stack.handler("administration")
    tools = sys.modules["administration.app"].tools
    # By then the hold has lapsed and the voucher's money has gone back.
    stack.monkeypatch.setattr(tools, "clock", lambda: datetime.now(UTC) + timedelta(days=60))

    looked = _look(stack)
    counted_by_the_look = stack.counted()
    applied = _command(stack, statement_digest=looked["statement_digest"])
    repeated = _command(stack, statement_digest=looked["statement_digest"])

    assert (looked["shortfall_cents"], applied["shortfall_cents"]) == (1_250, 1_250)
    assert repeated["repeated"] is True
    assert "Shortfall" not in counted_by_the_look
    lines = [line for line in stack.lines() if "Shortfall" in line]
    assert [(line["service"], line["Shortfall"]) for line in lines] == [("any", [1.0])]


def test_what_nobody_has_looked_at_is_not_applied(stack: Stack) -> None:
    _, _, content = _rides(stack)
    _drop(stack, content)

    with stack.unchanged():
        without = _command(stack, statement_digest=None)
        other = _command(stack)

    for answer in (without, other):
        reads_well(answer)
        assert answer["done"] is False
    assert without["problem"] == "field_errors"
    assert other["problem"] == "statement_changed"


def test_a_file_that_cannot_be_read_is_told_in_words(stack: Stack) -> None:
    _drop(stack, b"ride_id,fare\nride-1,1\n")

    with stack.unchanged():
        answer = _look(stack)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "statement_unreadable")
    assert answer["why"] == "The first line names no column completed_at."


def test_a_month_without_a_statement_is_said_to_have_none(stack: Stack) -> None:
    with stack.unchanged():
        answer = _look(stack)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "not_found")
