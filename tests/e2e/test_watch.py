"""An entry of the ledger is put over, which IAM can't forbid to a put in a transaction. It is done
here with the rights of the account's root, since no function can: the watch tells of it, its alarm
rises, and the books name the account. The programme is the test's own, and the true entry is put
back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from e2e import logs
from e2e.scene import Scene
from infra.local import books, stack
from infra.local.client import audit
from infra.local.stack import Stack

ALARM = f"{stack.NAME}-ledger-overwritten"


@dataclass(frozen=True)
class Overwritten:
    """An entry that says something else since a moment in milliseconds."""

    program_id: str
    account: str
    identity: str
    since: int


@pytest.fixture(scope="module")
def overwritten(scene: Scene) -> Iterator[Overwritten]:
    """A voucher's entry of a captured ride, with another fare: no balance is other than before."""
    program_id = scene.new_program("watched")
    voucher = scene.mint(program_id=program_id)
    scene.complete(scene.request(voucher["code"]), 1_400)
    table = books.table_names(scene.running)["Ledger"]
    database = scene.running.client("dynamodb")
    entry = next(
        item
        for item in books.everything(scene.running)["Ledger"]
        if item["program_id"]["S"] == program_id and item["kind"]["S"] == "ride.completed"
    )
    since = logs.now_in_milliseconds()
    database.put_item(TableName=table, Item={**entry, "fare_cents": {"N": "1399"}})
    try:
        yield Overwritten(program_id, entry["pk"]["S"], entry["sk"]["S"], since)
    finally:
        database.put_item(TableName=table, Item=entry)


def test_the_watch_names_the_entry_that_was_put_over(
    scene: Scene, overwritten: Overwritten
) -> None:
    line = logs.find(
        scene.running, "watching", overwritten.since, message="ledger_overwritten", what="MODIFY"
    )

    assert line["level"] == "ERROR"
    assert (line["account"], line["identity"]) == (overwritten.account, overwritten.identity)


def test_the_alarm_rises_by_what_the_watch_has_counted(
    scene: Scene, overwritten: Overwritten
) -> None:
    # The emulator makes no metrics of what a function logs: the test hands them over as they are.
    cloudwatch = scene.running.client("cloudwatch")
    cloudwatch.set_alarm_state(
        AlarmName=ALARM, StateValue="INSUFFICIENT_DATA", StateReason="as it was made"
    )
    line = logs.counted(scene.running, "watching", overwritten.since, "LedgerOverwritten")
    (directive,) = line["_aws"]["CloudWatchMetrics"]

    cloudwatch.put_metric_data(
        Namespace=directive["Namespace"],
        MetricData=[
            {
                "MetricName": "LedgerOverwritten",
                "Dimensions": [{"Name": "service", "Value": line["service"]}],
                "Value": sum(line["LedgerOverwritten"]),
                "Unit": "Count",
            }
        ],
    )

    alarm = _alarm(scene.running)
    assert directive["Dimensions"] == [["service"]]
    assert alarm["Namespace"] == directive["Namespace"]
    # The emulator doesn't look at dimensions.
    assert alarm["Dimensions"] == [{"Name": "service", "Value": line["service"]}]
    assert alarm["StateValue"] == "ALARM"


def test_the_books_differ_and_name_the_account(scene: Scene, overwritten: Overwritten) -> None:
    voucher_id = next(
        item["voucher_id"]["S"]
        for item in books.everything(scene.running)["Vouchers"]
        if item["pk"]["S"] == overwritten.account
    )

    said = scene.admin.do("check_books", program_id=overwritten.program_id)

    assert said["balance"] is False
    assert said["in_words"].startswith("THE BOOKS DIFFER")
    assert said["differences"]
    assert all(voucher_id in difference for difference in said["differences"])
    found = books.add_up(scene.running, overwritten.program_id)
    assert found.broken_chains == (overwritten.account,)
    assert found.unlike_ledger == ()


def test_the_daily_audit_finds_it_checks_the_others_and_changes_nothing(
    scene: Scene, overwritten: Overwritten
) -> None:
    before = scene.at_rest()

    ends = audit(scene.running)

    assert ends["books_differ"] >= 1
    assert ends["books_checked"] >= 1
    assert scene.stored() == before
    differing = {"message": "books_differ", "program_id": overwritten.program_id}
    line = logs.find(scene.running, "auditing", overwritten.since, **differing)
    assert line["level"] == "ERROR"
    assert line["differences"]
    checked = {"message": "books_checked", "program_id": scene.program_id}
    assert logs.find(scene.running, "auditing", overwritten.since, **checked)
    assert logs.counted(scene.running, "auditing", overwritten.since, "BooksDiffer")


def _alarm(running: Stack) -> dict[str, Any]:
    told = running.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])
    (alarm,) = told["MetricAlarms"]
    assert isinstance(alarm, dict)
    return alarm
