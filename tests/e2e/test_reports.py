"""Monthly reports with the rights that each function has: published behind the queue, announced,
verified, linked to, and read by whom a policy lets read.

A report is of a month that is over, and the real clock can't be moved. So the tests move a
programme's entries into the month before, with the rights of the account's root, and put them back:
chains of digests hold them."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from e2e import logs
from e2e.batch_worker import resting, until
from e2e.scene import Scene, month_before, now, settled_month, this_month
from infra.local import books
from infra.local.client import Answer, call, invoke
from infra.local.stack import Stack

RESERVE_SECONDS = 180
"""What is set aside for writing files: a worker with no more time than that reads no entry."""


@dataclass(frozen=True)
class Published:
    """A programme's month, published; what subscribers were told, and the answers to the admin who
    had it published, and asked beforehand."""

    program_id: str
    month: str
    announced: list[str]
    asked: dict[str, Any]
    ran: dict[str, Any]

    @property
    def folder(self) -> str:
        """The funder's."""
        return f"reports/{self.program_id}/{self.month}/"


@pytest.fixture(scope="module")
def published(scene: Scene) -> Iterator[Published]:
    """A month with one ride of 14.00."""
    program_id = scene.new_program("reported", cents=50_000)
    voucher = scene.mint(program_id=program_id)
    scene.complete(scene.request(voucher["code"]), 1_400)
    month = settled_month()
    with _a_month_ago(scene, program_id, month), _subscribed(scene.running) as told:
        asked = _run(scene, program_id, month, dry_run=True)
        ran = _run(scene, program_id, month)
        folder = f"reports/{program_id}/{month}/"
        until(lambda: (_record(scene, program_id, month) or {}).get("announced_at") is not None)
        announced = [text for text in told() if "$14.00" in text]
        assert folder in ran["folder"]
        yield Published(program_id, month, announced, asked, ran)


def test_the_admin_is_told_what_will_happen_and_the_month_is_published(
    scene: Scene, published: Published
) -> None:
    manifest = json.loads(_get(scene, f"{published.folder}manifest.json"))

    assert published.asked["in_words"].startswith("Nothing was done.")
    assert published.ran["folder"] == published.folder
    assert [one["name"] for one in manifest["auditor"]] == ["audit.csv"]
    assert {one["name"] for one in manifest["funder"]} == {
        "report.html",
        "report.json",
        "report.schema.json",
        "summary.csv",
        "entries.csv",
    }
    for one in manifest["funder"] + manifest["auditor"]:
        content = _get(scene, one["path"])
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (one["sha256"], one["bytes"])
    report = json.loads(_get(scene, f"{published.folder}report.json"))
    assert report["is_complete"] is True
    assert report["money"]["captured_cents"] == 1_400
    assert report["money"]["closing"]["in_vouchers_cents"] == 2_600


def test_who_subscribed_is_told_page_one_as_text_without_a_link(published: Published) -> None:
    # A message can be told twice, and of other programmes too.
    assert published.announced
    for text in published.announced:
        assert "http" not in text
        assert "<" not in text


def test_run_again_it_is_verified_and_nothing_is_written(
    scene: Scene, published: Published
) -> None:
    before, record = _versions(scene, published), _record(scene, *_name(published))

    _work(scene, published.program_id, published.month)

    assert _versions(scene, published) == before
    assert _record(scene, *_name(published)) == record


def test_what_the_bucket_forgot_for_the_auditor_is_put_back(
    scene: Scene, published: Published
) -> None:
    path = f"audit/{published.program_id}/{published.month}/audit.csv"
    forgotten = _get(scene, path)
    bucket = scene.running.output("ReportsBucketName")
    scene.running.client("s3").delete_object(Bucket=bucket, Key=path)

    _work(scene, published.program_id, published.month)

    assert _get(scene, path) == forgotten


def test_a_difference_is_a_correction_beside_what_was_published(
    scene: Scene, published: Published
) -> None:
    # As if other figures had been published then: what stands in the record is compared.
    key = {"pk": {"S": f"report#{published.program_id}"}, "sk": {"S": published.month}}
    item = _item(scene, key)
    assert item is not None
    changed = json.loads(json.dumps(item))
    for file in changed["files"]["L"]:
        if file["M"]["path"]["S"].endswith("entries.csv"):
            file["M"]["sha256"]["S"] = "0" * 64
    _put(scene, "Programs", changed)
    try:
        _work(scene, published.program_id, published.month)

        corrected = f"{published.folder}correction-1/"
        manifest = json.loads(_get(scene, f"{corrected}manifest.json"))
        assert (manifest["edition"], manifest["corrects_edition"]) == (1, 0)
        assert manifest["changes"] == ["entries.csv"]
        assert _get(scene, f"{corrected}report.json") == _get(
            scene, f"{published.folder}report.json"
        )
        record = _record(scene, *_name(published))
        assert record is not None
        assert record["edition"] == {"N": "1"}
        assert "announced_at" in record
    finally:
        _put(scene, "Programs", item)


def test_a_month_that_isnt_over_is_written_so_far_and_told_to_nobody(scene: Scene) -> None:
    month = this_month()

    ran = _run(scene, scene.program_id, month)

    assert "isn't over" in ran["in_words"]
    folder = f"so-far/{scene.program_id}/{month}/"
    until(lambda: f"{folder}manifest.json" in _paths(scene, folder))
    assert json.loads(_get(scene, f"{folder}report.json"))["is_complete"] is False
    assert _record(scene, scene.program_id, month) is None
    assert scene.app().get("/reports", program_id=scene.program_id).expect(200)["reports"] == []


def test_the_schedules_run_sends_every_programme_and_those_that_began_later_have_no_report(
    scene: Scene, published: Published
) -> None:
    record, since = _record(scene, *_name(published)), logs.now_in_milliseconds()

    answer = invoke(scene.running, scene.running.output("DispatchingFunctionName"), {})

    assert answer["sent"] >= 2
    assert logs.find(
        scene.running,
        "reporting",
        since,
        message="report_run",
        program_id=scene.program_id,
        end="nothing_to_report",
    )
    assert _record(scene, scene.program_id, published.month) is None
    found = _record(scene, *_name(published))
    assert found is not None
    assert record is not None
    assert found["edition"] == record["edition"]


def test_a_worker_that_has_no_time_for_the_next_month_sends_the_message_on(scene: Scene) -> None:
    program_id = scene.new_program("older_still", partner_id=scene.other_partner_id)
    month = settled_month()
    earlier = month_before(month)
    first = _first_entry(scene, program_id)
    with resting(scene.running, "ReportingFunction", "ReportQueue"):
        waiting = _waiting(scene)
        _put(scene, "Ledger", {**first, "month": {"S": earlier}})
        try:
            with _no_more_time_than_is_set_aside(scene):
                answer = _work(scene, program_id, month)
            sent_on = _waiting(scene) - waiting
        finally:
            _put(scene, "Ledger", first)

    assert (answer, sent_on) == ({"batchItemFailures": []}, 1)
    assert f"closings/{program_id}/{earlier}.json.gz" in _paths(scene, f"closings/{program_id}/")


# ── links ────────────────────────────────────────────────────────────────────────────────────────


def test_a_partner_fetches_its_own_part_by_links_that_work_for_fifteen_minutes(
    scene: Scene, published: Published
) -> None:
    (report,) = _linked(scene.app().get("/reports", **_query(published)))

    assert (report["month"], report["edition"]) == (published.month, 0)
    for one in report["files"]:
        fetched = call("GET", one["link"])
        assert fetched.status == 200
        assert hashlib.sha256(fetched.body).hexdigest() == one["sha256"]
        assert parse_qs(urlsplit(one["link"]).query)["X-Amz-Expires"] == ["900"]
    own = json.loads(call("GET", report["files"][1]["link"]).body)
    assert own["partner_id"] == scene.partner_id


def test_a_link_leads_to_no_other_file_and_lasts_no_longer(
    scene: Scene, published: Published
) -> None:
    (report,) = _linked(scene.app().get("/reports", **_query(published)))
    link = str(report["files"][1]["link"])
    own = f"partners/{scene.partner_id}/{published.program_id}/{published.month}/report.json"
    assert own in link

    for changed in (
        link.replace(own, f"{published.folder}report.json"),
        link.replace(own, f"audit/{published.program_id}/{published.month}/audit.csv"),
        link.replace("X-Amz-Expires=900", "X-Amz-Expires=90000"),
    ):
        assert changed != link
        assert call("GET", changed).status == 403


def test_another_partner_finds_neither_the_programme_nor_a_report(
    scene: Scene, published: Published
) -> None:
    answer = scene.other_app().get("/reports", program_id=published.program_id)

    assert answer.expect(404)["type"].endswith(":not_found")
    assert scene.partner_id not in answer.body.decode()


def test_without_the_scope_there_is_no_link_and_a_wrong_month_is_told(
    scene: Scene, published: Published
) -> None:
    refused = scene.app("vouchers:read").get("/reports", **_query(published))
    wrong = scene.app().get("/reports", program_id=published.program_id, month="2026-13")
    missing = scene.app().get("/reports", program_id=published.program_id, month="2020-01")

    assert refused.expect(403)["type"].endswith(":scope_missing")
    assert [one["pointer"] for one in wrong.expect(422)["errors"]] == ["/month"]
    assert missing.expect(404)["type"].endswith(":not_found")


# ── who else may read ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("policy", "readable", "forbidden"),
    [
        ("AuditorReadsAuditFiles", "audit", "reports"),
        ("FunderReadsReports", "reports", "audit"),
    ],
)
def test_who_has_a_policy_reads_its_folder_and_nothing_else(
    scene: Scene, published: Published, policy: str, readable: str, forbidden: str
) -> None:
    bucket = scene.running.output("ReportsBucketName")
    with _person_with(scene.running, policy) as s3:
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"{readable}/{published.program_id}/")
        path = listed["Contents"][0]["Key"]
        assert s3.get_object(Bucket=bucket, Key=path)["Body"].read()

        for call_of in (
            lambda: s3.list_objects_v2(Bucket=bucket, Prefix=f"{forbidden}/"),
            lambda: s3.get_object(Bucket=bucket, Key=path.replace(readable, forbidden, 1)),
            lambda: s3.put_object(Bucket=bucket, Key=path, Body=b"other"),
            lambda: s3.delete_object(Bucket=bucket, Key=path),
        ):
            assert _refused(call_of)


def _refused(call_of: Callable[[], object]) -> bool:
    with pytest.raises(ClientError) as refused:
        call_of()
    return refused.value.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException")


@pytest.fixture(scope="module", autouse=True)
def _books_stay_right(scene: Scene, published: Published) -> Iterator[None]:
    yield
    assert published.folder
    assert scene.books_are_right()


# ── helpers ──────────────────────────────────────────────────────────────────────────────────────


def _run(scene: Scene, program_id: str, month: str, **changes: Any) -> dict[str, Any]:
    return scene.admin.ask("run_report", program_id=program_id, month=month, **changes)


def _work(scene: Scene, program_id: str, month: str) -> dict[str, Any]:
    """Has the worker do a month at once, as its queue does."""
    body = json.dumps({"program_id": program_id, "month": month})
    event = {"Records": [{"messageId": "a-test", "body": body}]}
    answer = invoke(scene.running, scene.running.physical_id("ReportingFunction"), event)
    assert answer == {"batchItemFailures": []}
    return answer


def _query(published: Published) -> dict[str, str]:
    return {"program_id": published.program_id, "month": published.month}


def _name(published: Published) -> tuple[str, str]:
    return published.program_id, published.month


def _linked(answer: Answer) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = answer.expect(200)["reports"]
    return reports


def _get(scene: Scene, path: str) -> bytes:
    bucket = scene.running.output("ReportsBucketName")
    found: bytes = scene.running.client("s3").get_object(Bucket=bucket, Key=path)["Body"].read()
    return found


def _paths(scene: Scene, folder: str) -> list[str]:
    bucket = scene.running.output("ReportsBucketName")
    found = scene.running.client("s3").list_objects_v2(Bucket=bucket, Prefix=folder)
    return [one["Key"] for one in found.get("Contents", ())]


def _versions(scene: Scene, published: Published) -> list[str]:
    found = scene.running.client("s3").list_object_versions(
        Bucket=scene.running.output("ReportsBucketName"), Prefix=f"reports/{published.program_id}/"
    )
    return sorted(f"{one['Key']} {one['VersionId']}" for one in found["Versions"])


def _record(scene: Scene, program_id: str, month: str) -> dict[str, Any] | None:
    return _item(scene, {"pk": {"S": f"report#{program_id}"}, "sk": {"S": month}})


def _item(scene: Scene, key: dict[str, Any]) -> dict[str, Any] | None:
    found = scene.running.client("dynamodb").get_item(
        TableName=books.table_names(scene.running)["Programs"], Key=key, ConsistentRead=True
    )
    item: dict[str, Any] | None = found.get("Item")
    return item


def _put(scene: Scene, table: str, item: dict[str, Any]) -> None:
    name = books.table_names(scene.running)[table]
    scene.running.client("dynamodb").put_item(TableName=name, Item=item)


def _waiting(scene: Scene) -> int:
    """How many messages the worker has yet to be given, or has in hand."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = scene.running.client("sqs").get_queue_attributes(
        QueueUrl=scene.running.physical_id("ReportQueue"), AttributeNames=names
    )
    return sum(int(told["Attributes"][name]) for name in names)


def _entries_of(scene: Scene, program_id: str) -> list[dict[str, Any]]:
    ledger = books.everything(scene.running)["Ledger"]
    return [item for item in ledger if item["program_id"] == {"S": program_id}]


def _first_entry(scene: Scene, program_id: str) -> dict[str, Any]:
    return next(
        item
        for item in _entries_of(scene, program_id)
        if item["pk"] == {"S": f"program#{program_id}"} and item["sequence"] == {"N": "1"}
    )


class _a_month_ago:  # noqa: N801 - reads as what it does
    """Within it, a programme's entries lie in the middle of a month before."""

    def __init__(self, scene: Scene, program_id: str, month: str) -> None:
        self._scene, self._month = scene, month
        self._entries = _entries_of(scene, program_id)

    def __enter__(self) -> None:
        middle = datetime.fromisoformat(f"{self._month}-15T12:00:00+00:00")
        back = timedelta(days=(now() - middle).days)
        for entry in self._entries:
            _put(self._scene, "Ledger", self._moved(entry, back))

    def __exit__(self, *_: object) -> None:
        for entry in self._entries:
            _put(self._scene, "Ledger", entry)

    def _moved(self, entry: dict[str, Any], back: timedelta) -> dict[str, Any]:
        recorded = datetime.fromisoformat(entry["recorded_at"]["S"]) - back
        text = recorded.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        program_id, _, shard = entry["month_shard"]["S"].split("#")
        moved = {
            **entry,
            "month": {"S": self._month},
            "recorded_at": {"S": text},
            "month_shard": {"S": f"{program_id}#{self._month}#{shard}"},
            "month_sort": {"S": text + entry["month_sort"]["S"][len(text) :]},
        }
        if "ride_day" in entry:
            day = datetime.fromisoformat(entry["ride_day"]["S"]) - back
            moved["ride_day"] = {"S": f"{day:%Y-%m-%d}"}
        return moved


class _no_more_time_than_is_set_aside:  # noqa: N801 - reads as what it does
    """The worker, which has only the time in which files are written."""

    def __init__(self, scene: Scene) -> None:
        self._functions = scene.running.client("lambda")
        self._name = scene.running.physical_id("ReportingFunction")

    def __enter__(self) -> None:
        usual = self._functions.get_function_configuration(FunctionName=self._name)
        self._seconds = usual["Timeout"]
        self._set(RESERVE_SECONDS)

    def __exit__(self, *_: object) -> None:
        self._set(self._seconds)

    def _set(self, seconds: int) -> None:
        self._functions.update_function_configuration(FunctionName=self._name, Timeout=seconds)


class _subscribed:  # noqa: N801 - reads as what it does
    """Within it, a queue of the test's own is told what the topic of reports is told."""

    def __init__(self, running: Stack) -> None:
        self._sns, self._sqs = running.client("sns"), running.client("sqs")
        self._topic = running.output("ReportsTopicArn")

    def __enter__(self) -> Callable[[], list[str]]:
        name = f"subscriber-{now():%H%M%S%f}"
        self._url = self._sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(
            QueueUrl=self._url, AttributeNames=["QueueArn"]
        )["Attributes"]
        letting = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": attributes["QueueArn"],
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [letting]})
        self._sqs.set_queue_attributes(QueueUrl=self._url, Attributes={"Policy": policy})
        made = self._sns.subscribe(
            TopicArn=self._topic, Protocol="sqs", Endpoint=attributes["QueueArn"]
        )
        self._subscription = made["SubscriptionArn"]
        return self._told

    def __exit__(self, *_: object) -> None:
        self._sns.unsubscribe(SubscriptionArn=self._subscription)
        self._sqs.delete_queue(QueueUrl=self._url)

    def _told(self) -> list[str]:
        texts = []
        while found := self._sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10, WaitTimeSeconds=2
        ).get("Messages"):
            for one in found:
                texts.append(str(json.loads(one["Body"])["Message"]))
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=one["ReceiptHandle"])
        return texts


class _person_with:  # noqa: N801 - reads as what it does
    """Within it, S3 as somebody sees it who has one managed policy of the stack."""

    def __init__(self, running: Stack, policy: str) -> None:
        self._running, self._iam = running, running.client("iam")
        self._arn = running.physical_id(policy)
        self._name = f"{policy}-{now():%H%M%S%f}"

    def __enter__(self) -> Any:
        self._iam.create_user(UserName=self._name)
        self._iam.attach_user_policy(UserName=self._name, PolicyArn=self._arn)
        made = self._iam.create_access_key(UserName=self._name)["AccessKey"]
        self._key = made["AccessKeyId"]
        return boto3.client(
            "s3",
            endpoint_url=self._running.endpoint_url,
            region_name=self._running.region,
            aws_access_key_id=made["AccessKeyId"],
            aws_secret_access_key=made["SecretAccessKey"],
        )

    def __exit__(self, *_: object) -> None:
        self._iam.delete_access_key(UserName=self._name, AccessKeyId=self._key)
        self._iam.detach_user_policy(UserName=self._name, PolicyArn=self._arn)
        self._iam.delete_user(UserName=self._name)
