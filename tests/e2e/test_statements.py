"""A ride company's statement: dropped into the bucket's inbox, reconciled by the function that S3
calls by a queue, and applied by an admin's command; with the rights that each function has."""

import csv
import io
import json
from typing import Any

import pytest

from e2e.batch_worker import until
from e2e.scene import Scene, now, this_month
from infra.local.client import instant

HEADER = ("ride_id", "completed_at", "fare", "Charged to voucher", "authorization_id", "driver")


@pytest.fixture(scope="module")
def program_id(scene: Scene) -> str:
    """A programme of its own."""
    return _new_program(scene, "statement")


def test_a_statement_is_reconciled_applied_and_reconciled_again(
    scene: Scene, program_id: str
) -> None:
    made, lost = _ride(scene, program_id), _ride(scene, program_id)
    scene.complete(made, 1_500)
    path = _path(scene, program_id)
    _drop(scene, path, _row(made, 1_500), _row(lost, 1_250))

    _reconciled(scene, program_id, lines=2, matched=1, only_theirs=1)
    (row,) = csv.DictReader(io.StringIO(_text(scene, program_id, "statement.csv")))
    assert (row["line"], row["class"]) == ("3", "Only on the statement")
    assert "<h1>City Cabs <span>" in _text(scene, program_id, "statement.html")

    named = {"program_id": program_id, "provider_id": scene.provider_id, "month": this_month()}
    looked = scene.admin.ask("apply_statement", dry_run=True, **named)
    digest = looked["statement_digest"]
    applied = scene.admin.do("apply_statement", statement_digest=digest, **named)
    assert (looked["would_apply"], applied["applied"], applied["captured_cents"]) == (1, 1, 1_250)

    late = scene.complete(lost, 1_300)
    assert (late["outcome"], late["reason"]) == ("refused", "event_conflict")
    another = scene.admin.do("apply_statement", statement_digest=digest, **named)
    assert (another["applied"], another["already_there"]) == (0, 2)

    _drop(scene, path, _row(made, 1_500), _row(lost, 1_250))
    _reconciled(scene, program_id, lines=2, matched=2, only_theirs=0)
    assert scene.books_are_right(program_id)


def test_a_statement_stands_in_the_months_report(scene: Scene) -> None:
    program_id = _new_program(scene, "invoiced")
    made = _ride(scene, program_id)
    scene.complete(made, 1_500)
    _drop(scene, _path(scene, program_id), _row(made, 1_600))

    def stands_there() -> bool:
        content = _read(scene, f"so-far/{program_id}/{this_month()}/report.json")
        statements = json.loads(content or "{}").get("exceptions", {}).get("statements", [])
        return bool(statements) and statements[0]["different_amount"] == 1

    until(stands_there)


def test_a_file_that_cannot_be_read_is_told_beside_it_until_it_can(scene: Scene) -> None:
    program_id = _new_program(scene, "unread")
    made = _ride(scene, program_id)
    scene.complete(made, 1_500)
    path = _path(scene, program_id)
    _put(scene, path, "ride_id;fare".encode("utf-16"))
    until(lambda: "CSV UTF-8" in (_read(scene, f"{path}.problem.txt") or ""))

    _drop(scene, path, _row(made, 1_500))

    _reconciled(scene, program_id, lines=1, matched=1)
    until(lambda: _read(scene, f"{path}.problem.txt") is None)


def test_a_file_of_another_name_is_told_beside_it(scene: Scene) -> None:
    path = f"inbox/{scene.program_id}/statement of march+april.xlsx"

    _put(scene, path, b"PK")

    until(lambda: "has the form inbox/" in (_read(scene, f"{path}.problem.txt") or ""))


# ── the company's side ───────────────────────────────────────────────────────────────────────────


def _new_program(scene: Scene, name: str) -> str:
    return scene.new_program(name, partner_id=scene.other_partner_id)


def _ride(scene: Scene, program_id: str) -> dict[str, Any]:
    """A ride that was approved, on a voucher of its own."""
    voucher = scene.mint(partner_id=scene.other_partner_id, program_id=program_id)
    return scene.request(voucher["code"])


def _row(ride: dict[str, Any], cents: int) -> tuple[str, ...]:
    amount = f"{cents // 100},{cents % 100:02d}"
    return ride["ride_id"], instant(now()), amount, amount, ride["authorization_id"], "A. Driver"


def _path(scene: Scene, program_id: str) -> str:
    return f"inbox/{program_id}/{scene.provider_id}/{this_month()}.csv"


def _drop(scene: Scene, path: str, *rows: tuple[str, ...]) -> None:
    """As a spreadsheet writes it where decimals have a comma."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([HEADER, *rows])
    _put(scene, path, out.getvalue().encode("utf-8-sig"))


# ── the bucket ───────────────────────────────────────────────────────────────────────────────────


def _put(scene: Scene, path: str, content: bytes) -> None:
    bucket = scene.running.output("ReportsBucketName")
    scene.running.client("s3").put_object(Bucket=bucket, Key=path, Body=content)


def _read(scene: Scene, path: str) -> str | None:
    """A file as text; None if it isn't there."""
    bucket, s3 = scene.running.output("ReportsBucketName"), scene.running.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=path).get("Contents", [])
    if path not in [one["Key"] for one in found]:
        return None
    content: bytes = s3.get_object(Bucket=bucket, Key=path)["Body"].read()
    return content.decode("utf-8-sig")


def _text(scene: Scene, program_id: str, name: str) -> str:
    folder = f"statements/{program_id}/{this_month()}/{scene.provider_id}/"
    return _read(scene, f"{folder}{name}") or ""


def _reconciled(scene: Scene, program_id: str, **counts: int) -> None:
    """Waits until the statement is reconciled with these counts."""

    def is_so() -> bool:
        content = _text(scene, program_id, "statement.json")
        statement = json.loads(content or "{}").get("statement", {})
        return all(statement.get(name) == count for name, count in counts.items())

    until(is_so)
