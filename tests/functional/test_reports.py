"""Monthly reports through the doors: the schedule's run, the worker behind the queue with its
files, its announcement and its alarms, an admin's command, and a partner's links."""

import hashlib
import json
import sys
import urllib.parse
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from builders import OTHER_PARTNER, PARTNER, PROGRAM
from farechance.errors import BooksDiffer, Busy
from farechance.report_api import ReportList
from farechance.telemetry import Event
from farechance.times import month_before, next_month
from functional.players import Partner
from functional.saved_events import event, reads_well
from functional.stack import Stack

ENOUGH = 800.0
"""Seconds: more than is set aside for writing the files."""


@pytest.fixture
def month(stack: Stack) -> str:
    """The programme's first month, with a ride; it has been over for a week."""
    world = stack.world
    code = world.code()
    world.request(code)
    world.complete(code)
    month = _months(stack)[0]
    later = datetime.fromisoformat(f"{next_month(month)}-08T12:00:00+00:00")
    for folder in ("reporting", "dispatching", "administration", "sharing"):
        stack.handler(folder)
    _at(stack, later)
    return month


def _at(stack: Stack, now: datetime) -> None:
    """What time it is to the doors of reports."""
    for folder in ("reporting", "dispatching"):
        stack.monkeypatch.setattr(sys.modules[f"{folder}.app"], "utc_now", lambda: now)
    stack.monkeypatch.setattr(sys.modules["administration.app"].tools, "clock", lambda: now)
    door = sys.modules["sharing.app"].door
    stack.monkeypatch.setattr(door, "_clock", lambda: now)


def _months(stack: Stack) -> list[str]:
    account = f"program#{PROGRAM}"
    return [entry.month for entry in stack.world.store.entries(account, 0, 1)]


def _work(stack: Stack, seconds_left: float = ENOUGH) -> list[dict[str, Any]]:
    """Lambda hands over what is in the queue, message by message."""
    return [
        stack.job("reporting", {"Records": [message]}, seconds_left=seconds_left)
        for message in stack.messages(stack.report_queue_url)
    ]


def _run(stack: Stack, month: str) -> list[dict[str, Any]]:
    body = json.dumps({"program_id": PROGRAM, "month": month})
    message = {"messageId": "message-1", "body": body}
    return [stack.job("reporting", {"Records": [message]}, seconds_left=ENOUGH)]


def _told(stack: Stack, name: Event) -> list[dict[str, Any]]:
    return [line for line in stack.lines() if line.get("message") == name]


DONE: dict[str, Any] = {"batchItemFailures": []}
FAILED = {"batchItemFailures": [{"itemIdentifier": "message-1"}]}


# ── the schedule and the worker ──────────────────────────────────────────────────────────────────


def test_the_schedule_has_the_month_that_is_over_reported_for_every_programme(
    stack: Stack, month: str
) -> None:
    answer = stack.job("dispatching")

    (message,) = stack.messages(stack.report_queue_url)
    assert answer == {"sent": 1}
    assert json.loads(message["body"]) == {"program_id": PROGRAM, "month": month}
    (line,) = _told(stack, Event.REPORTS_DISPATCHED)
    assert (line["sent"], line["failed"]) == (1, 0)


def test_a_programme_that_cant_be_read_holds_up_no_other_and_the_run_is_made_again(
    stack: Stack, month: str
) -> None:
    world = stack.world
    listed = {"pk": {"S": "programs"}, "sk": {"S": "prg_broken"}}
    world.client.put_item(TableName=world.tables["programs"], Item=listed)
    try:
        with pytest.raises(Busy):
            stack.job("dispatching")
    finally:
        world.client.delete_item(TableName=world.tables["programs"], Key=listed)

    assert [json.loads(one["body"])["month"] for one in stack.messages(stack.report_queue_url)] == [
        month
    ]
    (line,) = _told(stack, Event.REPORT_NOT_DISPATCHED)
    assert (line["program_id"], line["error"], line["level"]) == ("prg_broken", "NotFound", "ERROR")


def test_the_worker_publishes_files_that_are_as_the_manifest_says_and_announces_page_one(
    stack: Stack, month: str
) -> None:
    stack.job("dispatching")

    done = _work(stack)

    files = stack.files()
    manifest = json.loads(files[f"reports/{PROGRAM}/{month}/manifest.json"])
    assert done == [DONE]
    for one in manifest["funder"] + manifest["auditor"]:
        assert hashlib.sha256(files[one["path"]]).hexdigest() == one["sha256"]
        assert len(files[one["path"]]) == one["bytes"]
    assert f"partners/{PARTNER}/{PROGRAM}/{month}/report.html" in files
    ((subject, text),) = stack.announced()[-1:]
    assert subject
    assert "$15.00" in text or "1500" in text
    assert "http" not in text
    assert stack.counted() == {"ReportPublished": 1}
    (line,) = _told(stack, Event.REPORT_RUN)
    assert (line["end"], line["edition"], line["month"]) == ("published", 0, month)


def test_a_second_delivery_verifies_writes_nothing_and_announces_nothing(
    stack: Stack, month: str
) -> None:
    _run(stack, month)
    versions, announced = _versions(stack), len(stack.announced())

    with stack.unchanged():
        done = _run(stack, month)

    assert done == [DONE]
    assert _versions(stack) == versions
    assert len(stack.announced()) == announced
    assert [line["end"] for line in _told(stack, Event.REPORT_RUN)] == ["published", "verified"]


def _versions(stack: Stack) -> list[str]:
    listed = boto3.client("s3").list_object_versions(Bucket=stack.bucket)
    return sorted(one["VersionId"] for one in listed["Versions"])


def test_a_correction_is_counted_and_names_what_changed(stack: Stack, month: str) -> None:
    _run(stack, month)
    stack.world.reconciles(month)

    _run(stack, month)

    assert stack.counted() == {"ReportPublished": 1, "ReportCorrected": 1}
    line = _told(stack, Event.REPORT_RUN)[1]
    assert (line["end"], line["edition"]) == ("corrected", 1)
    assert any(name.startswith("exceptions.statements") for name in line["changes"])
    assert f"reports/{PROGRAM}/{month}/correction-1/manifest.json" in stack.files()
    assert stack.announced()[-1][0].startswith("Correction 1: ")


def test_where_there_is_no_time_for_all_months_the_message_is_sent_on(
    stack: Stack, month: str
) -> None:
    second = next_month(month)
    _at(stack, datetime.fromisoformat(f"{next_month(second)}-08T12:00:00+00:00"))
    looks = iter([True, False])
    stack.monkeypatch.setattr(
        "farechance.edge.queue.time_left", lambda *_: lambda: next(looks, True)
    )

    done = _run(stack, second)
    went_on = _work(stack)

    assert (done, went_on) == ([DONE], [DONE])
    assert [line["end"] for line in _told(stack, Event.REPORT_RUN)] == ["goes_on", "published"]
    assert stack.messages(stack.report_queue_url) == []


def test_the_worker_stops_long_before_its_end_since_files_are_to_be_written(
    stack: Stack, month: str
) -> None:
    body = json.dumps({"program_id": PROGRAM, "month": month})
    message = {"messageId": "message-1", "body": body}

    done = stack.job("reporting", {"Records": [message]}, seconds_left=179)

    assert done == FAILED
    (line,) = _told(stack, Event.REPORT_FAILED)
    assert line["error"] == "OutOfTime"
    assert stack.files() == {}


def test_books_that_dont_balance_are_published_nowhere_and_raise_both_alarms(
    stack: Stack, month: str
) -> None:
    def differ(*_: Any, **__: Any) -> None:
        raise BooksDiffer("an equation")

    stack.monkeypatch.setattr("operations.close_months.add_up_month", differ)

    done = _run(stack, month)

    assert done == [FAILED]
    assert stack.files() == {}
    assert stack.counted() == {"ReportFailed": 1, "BooksDiffer": 1, "MessageFailed": 1}
    (line,) = _told(stack, Event.REPORT_FAILED)
    assert (line["program_id"], line["month"], line["error"]) == (PROGRAM, month, "BooksDiffer")


def test_what_passes_is_left_to_the_queue_and_is_no_alarm_yet(stack: Stack, month: str) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise Busy

    stack.monkeypatch.setattr("operations.close_months.add_up_month", busy)

    assert _run(stack, month) == [FAILED]

    assert stack.counted() == {"MessageFailed": 1}


@pytest.mark.parametrize(
    "body",
    ["{", "{}", '{"program_id": "prg_harbor"}', '{"program_id": "prg_harbor", "month": "2026-13"}'],
)
def test_a_message_that_names_no_month_is_left_to_people(stack: Stack, body: str) -> None:
    done = stack.job("reporting", {"Records": [{"messageId": "message-1", "body": body}]})

    assert done == FAILED


# ── an admin ─────────────────────────────────────────────────────────────────────────────────────


def _command(month: str, **changes: Any) -> dict[str, Any]:
    return event("run_report", program_id=PROGRAM, month=month, **changes)


def test_an_admin_has_a_month_published_and_is_told_what_is_going_to_happen(
    stack: Stack, month: str
) -> None:
    with stack.unchanged():
        said = stack.command(_command(month, dry_run=True))
    assert stack.messages(stack.report_queue_url) == []
    answer = stack.command(_command(month))
    again = stack.command(_command(month))

    for one in (said, answer, again):
        reads_well(one)
    assert "Nothing of" in said["in_words"]
    assert answer["folder"] == f"reports/{PROGRAM}/{month}/"
    assert again["repeated"] is True
    assert _work(stack) == [DONE]
    assert f"{answer['folder']}manifest.json" in stack.files()
    assert len(stack.announced()) >= 1


def test_an_admin_is_told_what_is_published_so_far(stack: Stack, month: str) -> None:
    _run(stack, month)
    stack.world.reconciles(month)
    _run(stack, month)

    answer = stack.command(_command(month, dry_run=True))

    reads_well(answer)
    assert "Correction 1 of the report" in answer["in_words"]
    assert (answer["edition"], answer["folder"]) == (
        1,
        f"reports/{PROGRAM}/{month}/correction-1/",
    )


def test_an_admin_may_look_at_a_month_that_isnt_over(stack: Stack, month: str) -> None:
    _at(stack, datetime.now(UTC))

    answer = stack.command(_command(month))
    _work(stack)

    reads_well(answer)
    assert "isn't over" in answer["in_words"]
    assert answer["folder"].startswith("so-far/")
    assert f"{answer['folder']}report.html" in stack.files()


def test_a_month_that_hasnt_begun_is_refused_and_one_before_the_programme_is_explained(
    stack: Stack, month: str
) -> None:
    ahead = stack.command(_command(next_month(next_month(month))))
    before = stack.command(_command(month_before(month), command_id="before"))

    assert (ahead["done"], ahead["problem"]) == (False, "field_errors")
    assert ahead["errors"] == [{"pointer": "/month", "detail": "hasn't begun yet"}]
    reads_well(before)
    assert f"began in {month}" in before["in_words"]
    assert stack.messages(stack.report_queue_url) == []


def test_a_programme_that_isnt_there_is_not_found(stack: Stack) -> None:
    answer = stack.command(event("run_report", program_id="prg_nowhere"))

    assert (answer["done"], answer["problem"]) == (False, "not_found")


# ── a partner ────────────────────────────────────────────────────────────────────────────────────


def test_a_partner_gets_links_to_its_own_part_and_to_nothing_else(
    stack: Stack, month: str, partner: Partner, other_partner: Partner
) -> None:
    _run(stack, month)

    answer = partner.get("/reports", program_id=PROGRAM, month=month)
    others = other_partner.get("/reports", program_id=PROGRAM, month=month)

    listed = ReportList.model_validate_json(answer.text)
    (report,) = listed.reports
    files = stack.files()
    assert (report.month, report.edition) == (month, 0)
    assert [one.name for one in report.files] == ["report.html", "report.json", "summary.csv"]
    for one in report.files:
        path = f"partners/{PARTNER}/{PROGRAM}/{month}/{one.name}"
        link = urllib.parse.urlsplit(one.link)
        query = urllib.parse.parse_qs(link.query)
        assert urllib.parse.unquote(link.path).endswith(path)
        assert query["X-Amz-Expires"] == ["900"]
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert f"{PROGRAM}-{month}-{one.name}" in query["response-content-disposition"][0]
        assert hashlib.sha256(files[path]).hexdigest() == one.sha256
        assert len(files[path]) == one.bytes
    assert listed.links_expire_at - report.published_at == timedelta(minutes=15)
    assert PARTNER not in others.text
    assert OTHER_PARTNER in others.text


def test_a_partner_gets_the_latest_edition_the_newest_month_first(
    stack: Stack, month: str, partner: Partner
) -> None:
    second = next_month(month)
    _run(stack, month)
    stack.world.reconciles(month)
    _run(stack, month)
    _at(stack, datetime.fromisoformat(f"{next_month(second)}-08T12:00:00+00:00"))
    _run(stack, second)

    answer = partner.get("/reports", program_id=PROGRAM)

    assert [(one["month"], one["edition"]) for one in answer.body["reports"]] == [
        (second, 0),
        (month, 1),
    ]
    assert all(
        "/correction-1/" in urllib.parse.urlsplit(file["link"]).path
        for file in answer.body["reports"][1]["files"]
    )


def test_without_reports_the_list_is_empty_and_a_month_is_not_found(partner: Partner) -> None:
    assert partner.get("/reports", program_id=PROGRAM).body["reports"] == []

    partner.get("/reports", program_id=PROGRAM, month="2026-01").problem(404, "not_found")


def test_a_programme_without_an_allotment_looks_like_one_that_isnt_there(
    stack: Stack, partner: Partner
) -> None:
    stack.command(event("register_provider", command_id="another-company"))
    stack.command(event("create_program", program_id="prg_of_others", command_id="of-others"))

    for program_id in ("prg_of_others", "prg_nowhere"):
        problem = partner.get("/reports", program_id=program_id).problem(404, "not_found")
        assert problem.detail == "There is no such programme for you."


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({}, "/program_id"),
        ({"program_id": "harbor"}, "/program_id"),
        ({"program_id": PROGRAM, "month": "2026-13"}, "/month"),
        ({"program_id": PROGRAM, "month": "March"}, "/month"),
        ({"program_id": PROGRAM, "year": "2026"}, "/year"),
    ],
)
def test_a_wrong_question_is_told_its_field(
    partner: Partner, query: dict[str, str], pointer: str
) -> None:
    partner.get("/reports", **query).pointers(pointer)


def test_a_token_without_the_scope_gets_no_link(partner: Partner) -> None:
    partner.scopes = "farechance/vouchers:read"

    problem = partner.get("/reports", program_id=PROGRAM).problem(403, "scope_missing")

    assert "reports:read" in problem.detail
