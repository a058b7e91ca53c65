"""The report of the history's month: has it run on the stack as an administrator would, waits until
it is, and fetches what was published. It must never make or change a file of it.
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import Any

from farechance.reports.content import Report
from farechance.reports.words import page_one_text
from farechance.store import keys
from infra.local import stack
from infra.local.client import Admin, Refused, invoke
from infra.local.history_stage import PROGRAM_ID, Stage
from infra.local.history_sums import MONTH
from infra.local.history_totals import FOLDER

SECONDS = 600
_CALL_AGAIN_SECONDS = 5
_TROUBLE = "report_failed"


def run(running: stack.Stack) -> str:
    """Has the month run by the admin command; how that ended: `published`, `verified`. Raises
    Refused if it failed or took too long."""
    since = int(time.time() * 1000)
    Admin(running).do("run_report", program_id=PROGRAM_ID, month=MONTH)
    started = called = time.monotonic()
    while time.monotonic() < started + SECONDS:
        for line in _lines(running, since):
            if line.get("message") == _TROUBLE:
                raise Refused(f"the report failed with {line.get('error')}; see the emulator's log")
            if line.get("end") not in (None, "goes_on"):
                return str(line["end"])
        if time.monotonic() > called + _CALL_AGAIN_SECONDS:
            # What a function wrote late comes with its next call: here one without a message.
            invoke(running, running.physical_id("ReportingFunction"), {"Records": []})
            called = time.monotonic()
        time.sleep(0.5)
    raise Refused(f"the report wasn't there within {SECONDS} s")


def published(running: stack.Stack) -> list[tuple[str, str, str]]:
    """Every file of the bucket: its path, when it was written and the digest of its bytes."""
    pages = running.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=running.output("ReportsBucketName"))
    return [
        (one["Key"], one["LastModified"].isoformat(), one["ETag"])
        for page in found
        for one in page.get("Contents", [])
    ]


def fetch(running: stack.Stack, stage: Stage) -> tuple[Report, list[Path]]:
    """Both packages of the latest edition, in the folder of the history. Raises Refused if nothing
    was published."""
    key = keys.report(PROGRAM_ID, MONTH)
    record = stage.store.read(key)[key]
    if record is None:
        raise Refused("the report ran and isn't on record")
    FOLDER.mkdir(parents=True, exist_ok=True)
    folder = next(one.path for one in record.files if one.name == "report.json")
    paths = [one.path for one in record.files]
    paths.append(f"{folder.rpartition('/')[0]}/manifest.json")
    files = []
    for path in dict.fromkeys(paths):
        read = running.client("s3").get_object(Bucket=running.output("ReportsBucketName"), Key=path)
        files.append(FOLDER / Path(path).name)
        files[-1].write_bytes(read["Body"].read())
    report = Report.model_validate_json((FOLDER / "report.json").read_bytes())
    return report, files


def page_one(report: Report) -> str:
    """Page one in words, as it is sent by mail, set in by three columns."""
    return indent(page_one_text(report), "   ")


def _lines(running: stack.Stack, since: int) -> Iterator[dict[str, Any]]:
    """What the reporting function has logged of this month since a moment in milliseconds."""
    pages = running.client("logs").get_paginator("filter_log_events")
    group = f"/farechance/{stack.NAME}/reporting"
    for page in pages.paginate(logGroupName=group, startTime=since):
        for event in page["events"]:
            for text in event["message"].splitlines():
                if not text.startswith("{"):
                    continue
                line = json.loads(text)
                if (line.get("program_id"), line.get("month")) == (PROGRAM_ID, MONTH):
                    yield line
