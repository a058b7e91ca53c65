"""Batches through the doors: a file in, vouchers made by the function behind the queue, and the
results as JSON or as a table."""

import csv
import importlib
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from builders import PARTNER, PROGRAM
from farechance.batch_api import BatchAnswer, BatchStarted, BatchVoucherList
from farechance.telemetry import Event
from functional.bodies import enrollment_body
from functional.gateway import Answer
from functional.players import Partner
from functional.stack import Stack

QUERY = {"program_id": PROGRAM, "purpose": "job_interview", "value_cents": "4000"}


def _body(*references: str, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"program_id": PROGRAM, "purpose": "family", "value_cents": 4_000}
    if references:
        fields["rows"] = [{"external_ref": one} for one in references]
    else:
        fields["unassigned"] = 2
    return {**fields, **changes}


def _send_file(
    partner: Partner, text: str | bytes, key: str = "key-1", media: str = "text/csv", **query: str
) -> Answer:
    raw = text if isinstance(text, bytes) else text.encode()
    headers = {"Content-Type": media, "Idempotency-Key": key}
    return partner.call(
        "POST", "/voucher-batches", body=raw, headers=headers, query={**QUERY, **query}
    )


def _enroll(partner: Partner, *references: str) -> None:
    for one in references:
        partner.post("/participants", enrollment_body(external_ref=one))


def _work(stack: Stack, seconds_left: float = 60) -> list[dict[str, Any]]:
    """Lambda hands over what is in the queue, message by message."""
    return [
        stack.job("batching", {"Records": [message]}, seconds_left=seconds_left)
        for message in stack.messages()
    ]


def _told(stack: Stack, event: Event) -> list[dict[str, Any]]:
    return [line for line in stack.lines() if line.get("message") == event]


# ── from a file to codes ─────────────────────────────────────────────────────────────────────────


def test_a_file_of_a_spreadsheet_is_minted_and_its_bad_lines_are_told(
    stack: Stack, partner: Partner
) -> None:
    _enroll(partner, "case-a", "case-b")
    file = "\ufeffexternal_ref;\r\ncase-a;\r\n212-555-0100;\r\ncase-b;\r\ncase-nobody;\r\n"

    answer = _send_file(partner, file, media="text/csv; charset=utf-8")

    started = BatchStarted.model_validate_json(answer.text)
    assert (answer.status, answer.headers["idempotency-replayed"]) == (202, "false")
    assert (started.rows, started.refused, started.total_cents) == (4, 2, 8_000)
    assert _work(stack) == [{"batchItemFailures": []}]
    shown = BatchAnswer.model_validate_json(
        partner.get(f"/voucher-batches/{started.batch_id}").text
    )
    assert (shown.status, shown.minted, shown.failed) == ("ended", 2, 2)
    listed = BatchVoucherList.model_validate_json(
        partner.get(f"/voucher-batches/{started.batch_id}/vouchers").text
    )
    assert [(one.line, one.outcome, one.reason) for one in listed.vouchers] == [
        (2, "minted", None),
        (3, "failed", "reference_personal"),
        (4, "minted", None),
        (5, "failed", "participant_unknown"),
    ]
    assert all(one.detail for one in listed.vouchers if one.outcome == "failed")
    code = listed.vouchers[0].code
    assert code is not None
    assert stack.world.voucher(code).available_cents == 4_000
    assert stack.world.allotment().available_cents == 42_000
    counted = stack.counted()
    assert (counted["BatchStarted"], counted["VoucherMinted"]) == (1, 2)
    (line,) = _told(stack, Event.BATCH_WORKED_ON)
    assert (line["batch_id"], line["minted"], line["goes_on"]) == (started.batch_id, 2, False)


def test_nothing_of_a_file_is_logged_and_the_message_names_the_batch_alone(
    stack: Stack, partner: Partner
) -> None:
    _enroll(partner, "a-private-reference")
    started = _send_file(partner, "external_ref\na-private-reference\nanother-private-one\n").body

    (message,) = stack.messages()

    assert json.loads(message["body"]) == {
        "partner_id": PARTNER,
        "batch_id": started["batch_id"],
    }
    stack.job("batching", {"Records": [message]})
    assert "private" not in stack.log


def test_json_and_a_file_of_the_same_people_are_the_same_content(
    stack: Stack, partner: Partner
) -> None:
    _enroll(partner, "case-a")
    first = partner.post("/voucher-batches", _body("case-a", purpose="job_interview"), "key-1")

    again = _send_file(partner, "external_ref\ncase-a\n", "key-2")

    problem = again.problem(409, "looks_repeated")
    assert problem.model_extra is not None
    assert problem.model_extra["batch_id"] == first.body["batch_id"]
    assert _send_file(partner, "external_ref\ncase-a\n", "key-2", repeat="true").status == 202
    assert stack.world.allotment().available_cents == 42_000


def test_a_repeat_is_told_and_sends_the_batch_again(stack: Stack, partner: Partner) -> None:
    first = partner.post("/voucher-batches", _body(), "key-1")
    stack.messages()

    again = partner.post("/voucher-batches", _body(), "key-1")

    assert (again.status, again.body) == (202, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(stack.messages()) == 1
    assert stack.counted()["BatchStarted"] == 1
    partner.post("/voucher-batches", _body(unassigned=3), "key-1").problem(
        422, "idempotency_key_reused"
    )


def test_a_batch_that_the_queue_does_not_hear_of_is_on_record_and_safe_to_repeat(
    stack: Stack, partner: Partner
) -> None:
    stack.handler("minting")
    minting: Any = importlib.import_module("minting.batches")
    stack.monkeypatch.setattr(minting.batches, "_url", f"{stack.queue_url}-gone")

    answer = partner.post("/voucher-batches", _body(), "key-1")

    answer.problem(500, "internal_error")
    stack.monkeypatch.setattr(minting.batches, "_url", stack.queue_url)
    again = partner.post("/voucher-batches", _body(), "key-1")
    assert (again.status, again.headers["idempotency-replayed"]) == (202, "true")
    assert stack.world.allotment().available_cents == 42_000
    assert len(stack.messages()) == 1


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("file", "detail"),
    [
        ("external_ref\r\ncase-a\r\n".encode("utf-16"), "CSV UTF-8"),
        ("external_ref\nJosé\n".encode("cp1252"), "line 2"),
        ('"external_ref\ncase-a\n', "line 1"),
        ("case-a\ncase-b\n", "external_ref"),
        ("external_ref,name\ncase-a,Jane\n", "column 2"),
        ("external_ref\n\n", "no rows"),
        ("", "external_ref"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(
    stack: Stack, partner: Partner, file: str | bytes, detail: str
) -> None:
    with stack.unchanged():
        answer = _send_file(partner, file)

    problem = answer.problem(400, "malformed_csv")
    assert detail in problem.detail
    assert "Jane" not in answer.text


def test_a_file_without_a_right_line_names_each(stack: Stack, partner: Partner) -> None:
    with stack.unchanged():
        answer = _send_file(partner, "external_ref\ncase nobody\n\ncase-nobody\n")

    problem = answer.problem(422, "field_errors")
    assert problem.errors is not None
    assert [one.detail.split(":")[0] for one in problem.errors] == ["line 2", "line 4"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"value_cents": "4000.0"}, "/value_cents"),
        ({"value_cents": "40_00"}, "/value_cents"),
        ({"rides": "many"}, "/rides"),
        ({"repeat": "1"}, "/repeat"),
        ({"name": "Jane"}, "/name"),
        ({"unassigned": "3"}, "/unassigned"),
        ({"expires_at": "tomorrow"}, "/expires_at"),
    ],
    ids=str,
)
def test_the_parameters_beside_a_file_are_strict(
    stack: Stack, partner: Partner, query: dict[str, str], pointer: str
) -> None:
    with stack.unchanged():
        _send_file(partner, "external_ref\ncase-a\n", **query).pointers(pointer)


def test_a_batch_may_be_two_megabytes_and_no_more(stack: Stack, partner: Partner) -> None:
    _enroll(partner, "case-a")
    blank_line = ",\n"
    most = 2 * 1024 * 1024
    file = "external_ref,\ncase-a,\n"
    full = file + blank_line * ((most - len(file)) // 2)

    assert _send_file(partner, full).status == 202
    with stack.unchanged():
        _send_file(partner, full + blank_line, "key-2").problem(413, "body_too_large")
        partner.post("/vouchers", full.encode()[: 256 * 1024 + 1]).problem(413, "body_too_large")


@pytest.mark.parametrize("media", ["text/plain", "application/vnd.ms-excel", ""])
def test_only_json_and_csv_are_taken(stack: Stack, partner: Partner, media: str) -> None:
    with stack.unchanged():
        answer = _send_file(partner, "external_ref\ncase-a\n", media=media)

    assert "text/csv" in answer.problem(415, "unsupported_media_type").detail


def test_no_other_endpoint_takes_a_file(stack: Stack, partner: Partner) -> None:
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "key-1"}

    with stack.unchanged():
        answer = partner.call("POST", "/vouchers", body=b"external_ref\na\n", headers=headers)

    assert "text/csv" not in answer.problem(415, "unsupported_media_type").detail


def test_a_key_is_needed_and_a_scope(stack: Stack, partner: Partner) -> None:
    with stack.unchanged():
        _send_file(partner, "external_ref\na\n", key="").problem(400, "idempotency_key_missing")
        partner.scopes = "farechance/vouchers:read"
        _send_file(partner, "external_ref\na\n").problem(403, "scope_missing")


@pytest.mark.parametrize("path", ["", "/vouchers"])
def test_another_partners_batch_is_no_batch(
    partner: Partner, other_partner: Partner, path: str
) -> None:
    batch_id = partner.post("/voucher-batches", _body()).body["batch_id"]
    nothing = "bat_" + "0" * 32

    theirs = other_partner.get(f"/voucher-batches/{batch_id}{path}")
    nobodys = other_partner.get(f"/voucher-batches/{nothing}{path}")

    assert theirs.problem(404, "not_found").detail.replace(batch_id, "") == (
        nobodys.problem(404, "not_found").detail.replace(nothing, "")
    )


# ── results ──────────────────────────────────────────────────────────────────────────────────────


def test_results_are_a_table_that_is_safe_in_a_spreadsheet(stack: Stack, partner: Partner) -> None:
    _enroll(partner, "-1-2", "0042x")
    batch_id = _send_file(partner, "external_ref\n-1-2\n=1+1\n0042x\n").body["batch_id"]
    _work(stack)

    answer = partner.get(f"/voucher-batches/{batch_id}/vouchers", format="csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == f'attachment; filename="{batch_id}.csv"'
    assert answer.headers["cache-control"] == "no-store"
    assert "link" not in answer.headers
    assert answer.text.isascii()
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    assert [row["external_ref"] for row in rows] == ["'-1-2", "", "'0042x"]
    assert [row["outcome"] for row in rows] == ["minted", "failed", "minted"]
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert stack.world.voucher(rows[0]["code"]).last4 == rows[0]["last4"].removeprefix("'")
    stack.private.update(row["code"] for row in rows if row["code"])


def test_a_table_is_what_accept_says_and_leads_to_its_next_page(
    stack: Stack, partner: Partner
) -> None:
    batch_id = partner.post("/voucher-batches", _body()).body["batch_id"]
    _work(stack)
    path = f"/voucher-batches/{batch_id}/vouchers"

    page = partner.call(
        "GET", path, query={"limit": "1"}, headers={"Accept": "text/csv, application/json"}
    )
    as_json = partner.call("GET", path, query={"format": "json"}, headers={"Accept": "text/csv"})

    assert page.text.count("\r\n") == 2
    link = page.headers["link"].removeprefix("<?").removesuffix('>; rel="next"')
    query = dict(part.split("=") for part in link.split("&"))
    second = partner.get(path, **query)
    assert second.text.count("\r\n") == 2
    assert second.text != page.text
    assert "link" not in second.headers
    assert as_json.headers["content-type"] == "application/json"
    for sheet in (page, second):
        (row,) = csv.DictReader(io.StringIO(sheet.text, newline=""))
        stack.private.add(row["code"])


@pytest.mark.parametrize("form", ["json", "csv"])
def test_without_the_scope_for_codes_results_have_none(
    stack: Stack, partner: Partner, form: str
) -> None:
    batch_id = partner.post("/voucher-batches", _body()).body["batch_id"]
    _work(stack)
    listed = partner.get(f"/voucher-batches/{batch_id}/vouchers").body["vouchers"]
    partner.scopes = "farechance/vouchers:read"

    answer = partner.get(f"/voucher-batches/{batch_id}/vouchers", format=form)

    assert answer.status == 200
    for one in listed:
        assert one["voucher_id"] in answer.text
        assert one["code"] not in answer.text


def test_the_rows_that_failed_can_be_asked_for(stack: Stack, partner: Partner) -> None:
    _enroll(partner, "case-a")
    batch_id = _send_file(partner, "external_ref\ncase-a\nbad one\n").body["batch_id"]
    path = f"/voucher-batches/{batch_id}/vouchers"

    failed = partner.get(path, outcome="failed").body["vouchers"]
    pending = partner.get(path, outcome="pending").body["vouchers"]

    assert [one["line"] for one in failed] == [3]
    assert [one["line"] for one in pending] == [2]
    assert stack.messages()
    partner.get(path, outcome="lost").pointers("/outcome")
    partner.get(path, limit="101").pointers("/limit")
    partner.get(path, format="xlsx").pointers("/format")


# ── the queue ────────────────────────────────────────────────────────────────────────────────────


def test_a_worker_without_time_sends_the_batch_on(stack: Stack, partner: Partner) -> None:
    partner.post("/voucher-batches", _body())

    assert _work(stack, seconds_left=9.9) == [{"batchItemFailures": []}]

    (line,) = _told(stack, Event.BATCH_WORKED_ON)
    assert (line["minted"], line["goes_on"]) == (0, True)
    assert _work(stack) == [{"batchItemFailures": []}]
    assert stack.counted()["VoucherMinted"] == 2


@pytest.mark.parametrize(
    "body",
    ["", "no JSON", "{}", '{"partner_id": "org_x", "batch_id": "vch_1"}', "[]"],
)
def test_a_message_that_says_nothing_comes_again_until_it_is_given_up(
    stack: Stack, body: str
) -> None:
    record = {"messageId": "message-1", "body": body}

    with stack.unchanged():
        answer = stack.job("batching", {"Records": [record]})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert stack.counted() == {"MessageFailed": 1}
    (line,) = _told(stack, Event.MESSAGE_FAILED)
    assert (line["message_id"], line["level"]) == ("message-1", "ERROR")


def test_one_message_that_fails_holds_up_no_other(stack: Stack, partner: Partner) -> None:
    partner.post("/voucher-batches", _body())
    records = [{"messageId": "broken", "body": "{"}, *stack.messages()]

    answer = stack.job("batching", {"Records": records})

    assert answer == {"batchItemFailures": [{"itemIdentifier": "broken"}]}
    assert stack.counted()["VoucherMinted"] == 2


def test_rows_that_fail_late_are_counted(stack: Stack, partner: Partner) -> None:
    partner.post("/voucher-batches", _body())
    world = stack.world
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)

    _work(stack)

    assert stack.counted()["BatchRowFailed"] == 2
    assert stack.world.allotment().available_cents == 50_000


def test_housekeeping_sends_a_batch_again_whose_message_was_lost(
    stack: Stack, partner: Partner
) -> None:
    batch_id = partner.post("/voucher-batches", _body()).body["batch_id"]
    stack.messages()
    before = stack.world.batch(batch_id)
    key = {"pk": {"S": f"batch#{PARTNER}"}, "sk": {"S": f"batch#{batch_id}"}}
    long_ago = (before.progressed_at - timedelta(hours=1)).isoformat()
    stack.world.client.update_item(
        TableName=stack.world.tables["programs"],
        Key=key,
        UpdateExpression="SET due_at = :then",
        ExpressionAttributeValues={":then": {"S": long_ago}},
    )

    stack.job("housekeeping")

    assert stack.counted()["BatchSentAgain"] == 1
    assert _work(stack) == [{"batchItemFailures": []}]
    assert stack.world.batch(batch_id).minted == 2
