"""Batches: a file in, vouchers made behind the queue, results out; with the rights that each
function has. What a clock decides is brought about by moving what is stored, as in test_jobs.py."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

from e2e.batch_worker import ended, ended_long_ago, resting, until, waiting
from e2e.scene import Scene, key
from infra.local.client import Answer, invoke, keep_house

TOO_SHORT_SECONDS = 9
"""Less than the reserve in which a step ends: a worker with so little time only sends on."""


def test_a_file_of_eighty_people_with_three_bad_lines_gets_seventy_seven_vouchers(
    scene: Scene,
) -> None:
    references = [f"case-{scene.run}-{number:02d}" for number in range(77)]
    for one in references:
        scene.enroll(external_ref=one)
    bad = ("212-555-0100", "case nobody", f"case-{scene.run}-nobody")
    lines = [*references[:40], *bad, *references[40:]]
    file = "\ufeffexternal_ref;\r\n" + "".join(f"{one};\r\n" for one in lines)

    answer = _send(scene, file, value_cents=1_000)

    started = answer.expect(202)
    assert (started["rows"], started["refused"], started["total_cents"]) == (80, 3, 77_000)
    end = ended(scene.app(), started["batch_id"])
    assert (end["minted"], end["failed"], end["reserved_cents"]) == (77, 3, 0)
    listed = scene.app().get(f"/voucher-batches/{started['batch_id']}/vouchers").expect(200)
    failed = {one["line"]: one["reason"] for one in listed["vouchers"] if "reason" in one}
    assert failed == {
        42: "reference_personal",
        43: "reference_malformed",
        44: "participant_unknown",
    }
    minted = [one for one in listed["vouchers"] if one["outcome"] == "minted"]
    assert [one["external_ref"] for one in minted] == references
    assert len({one["code"] for one in minted}) == 77
    assert scene.request(minted[0]["code"], 400)["decision"] == "approved"
    assert scene.books_are_right()


def test_results_are_a_table_page_by_page_without_codes_for_who_may_not_read_them(
    scene: Scene,
) -> None:
    batch_id = _started(scene, unassigned=3)
    ended(scene.app(), batch_id)
    path = f"/voucher-batches/{batch_id}/vouchers"

    first = scene.app().get(path, format="csv", limit=2)
    link = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    second = scene.app().get(path + link)
    without = scene.app("vouchers:read").get(path, format="csv")

    assert (first.status, second.status, without.status) == (200, 200, 200)
    assert first.headers["content-type"].startswith("text/csv")
    rows = [*_rows(first), *_rows(second)]
    assert [row["line"] for row in rows] == ["1", "2", "3"]
    assert all(row["code"] for row in rows)
    assert [row["code"] for row in _rows(without)] == ["", "", ""]


def test_a_repeat_is_one_batch_and_the_same_content_under_another_key_is_asked_about(
    scene: Scene,
) -> None:
    body, idempotency_key = _body(scene, unassigned=4), key()
    first = scene.app().post("/voucher-batches", body, idempotency_key)

    again = scene.app().post("/voucher-batches", body, idempotency_key)
    other = scene.app().post("/voucher-batches", body, key())
    meant = scene.app().post("/voucher-batches", {**body, "repeat": True}, key())

    assert again.expect(202) == first.expect(202)
    assert again.headers["idempotency-replayed"] == "true"
    assert other.expect(409)["type"].endswith(":looks_repeated")
    assert other.json()["batch_id"] == first.json()["batch_id"]
    assert meant.expect(202)["batch_id"] != first.json()["batch_id"]
    for answer in (first, meant):
        assert ended(scene.app(), answer.json()["batch_id"])["minted"] == 4
    assert scene.books_are_right()


def test_what_cannot_be_minted_in_the_end_goes_back_to_the_allotment(scene: Scene) -> None:
    program_id = scene.new_program("batch", max_vouchers_per_participant_month=1)
    for one in ("case-has-one", "case-has-none"):
        scene.enroll(program_id=program_id, external_ref=one)
    rows = [{"external_ref": one} for one in ("case-has-one", "case-has-none")]
    first = _started(scene, program_id=program_id, rows=rows[:1])
    ended(scene.app(), first)

    batch_id = _started(scene, program_id=program_id, rows=rows)

    end = ended(scene.app(), batch_id)
    assert (end["minted"], end["failed"], end["released_cents"]) == (1, 1, 4_000)
    listed = scene.app().get(f"/voucher-batches/{batch_id}/vouchers", outcome="failed").expect(200)
    assert [one["reason"] for one in listed["vouchers"]] == ["monthly_limit_reached"]
    assert scene.books_are_right(program_id)


def test_another_partner_sees_no_batch(scene: Scene) -> None:
    batch_id = _started(scene, unassigned=5)

    for path in ("", "/vouchers"):
        answer = scene.other_app().get(f"/voucher-batches/{batch_id}{path}")
        assert answer.expect(404)["type"].endswith(":not_found")
    ended(scene.app(), batch_id)


def test_a_worker_that_runs_out_of_time_sends_the_batch_on(scene: Scene) -> None:
    with resting(scene.running):
        batch_id = _started(scene, unassigned=6)
        before = waiting(scene.running)
        with _too_little_time(scene) as function:
            body = json.dumps({"partner_id": scene.partner_id, "batch_id": batch_id})
            answer = invoke(scene.running, function, {"Records": [{"body": body}]})
        shown = scene.app().get(f"/voucher-batches/{batch_id}").expect(200)
        sent_on = waiting(scene.running) - before

    assert (answer, sent_on) == ({"batchItemFailures": []}, 1)
    assert (shown["status"], shown["minted"]) == ("minting", 0)
    assert ended(scene.app(), batch_id)["minted"] == 6


def test_housekeeping_has_the_people_of_an_old_batch_forgotten(scene: Scene) -> None:
    reference = f"case-{scene.run}-old"
    scene.enroll(external_ref=reference)
    batch_id = _started(scene, rows=[{"external_ref": reference}])
    ended(scene.app(), batch_id)
    assert _first_voucher(scene, batch_id)["external_ref"] == reference
    ended_long_ago(scene.running, scene.partner_id, batch_id)

    keep_house(scene.running)

    until(lambda: "external_ref" not in _first_voucher(scene, batch_id))
    told = _first_voucher(scene, batch_id)
    assert "participant_id" not in told
    assert told["code"]
    assert scene.books_are_right()


@contextmanager
def _too_little_time(scene: Scene) -> Iterator[str]:
    """The worker, which has less time than the reserve that it keeps."""
    functions = scene.running.client("lambda")
    name = scene.running.physical_id("BatchingFunction")
    usual = functions.get_function_configuration(FunctionName=name)["Timeout"]
    functions.update_function_configuration(FunctionName=name, Timeout=TOO_SHORT_SECONDS)
    try:
        yield name
    finally:
        functions.update_function_configuration(FunctionName=name, Timeout=usual)


def _send(scene: Scene, file: str, **changes: Any) -> Answer:
    query = urlencode(
        {"program_id": scene.program_id, "purpose": "job_interview", "value_cents": 4_000} | changes
    )
    headers = {"Content-Type": "text/csv; charset=utf-8", "Idempotency-Key": key()}
    return scene.app().post_bytes(f"/voucher-batches?{query}", file.encode(), headers)


def _body(scene: Scene, **changes: Any) -> dict[str, Any]:
    fields = {"program_id": scene.program_id, "purpose": "job_interview", "value_cents": 4_000}
    return {**fields, **changes}


def _started(scene: Scene, **changes: Any) -> str:
    answer = scene.app().post("/voucher-batches", _body(scene, **changes), key())
    return str(answer.expect(202)["batch_id"])


def _first_voucher(scene: Scene, batch_id: str) -> dict[str, Any]:
    listed = scene.app().get(f"/voucher-batches/{batch_id}/vouchers").expect(200)
    voucher: dict[str, Any] = listed["vouchers"][0]
    return voucher


def _rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
