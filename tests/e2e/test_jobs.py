"""What runs on schedules, with the rights that it has. Housekeeping is invoked as its schedule
does; it looks at every programme that there is, so it is invoked as seldom as may be. The daily
audit is invoked by test_watch.py, where it has something to find.

A voucher is due a week after its end and a month is closed after its last day. The real clock can't
be moved, so the tests move what is stored instead, with the rights of the account's root, in
programmes of their own: a voucher's dates, and the month of a programme's first entry (which is put
back, since the chain of digests holds it)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from e2e import logs
from e2e.scene import Scene, key, now, settled_month
from infra.local import books, stack, template
from infra.local.client import instant, keep_house

LONG_AGO = timedelta(days=10)


@dataclass(frozen=True)
class House:
    """Three programmes for one run of housekeeping: what it answered, what a second run did, and
    since when, in milliseconds."""

    returned_id: str
    due: tuple[dict[str, Any], ...]
    unreported: dict[str, Any]
    owing_id: str
    older_id: str
    since: int
    kept: dict[str, Any]
    kept_again: dict[str, Any]
    forgotten_id: str


@pytest.fixture(scope="module")
def house(scene: Scene) -> House:
    """Vouchers that are due, one with a ride that was never reported; a programme that owes more
    than it may; one that began in the month before; and a person whose time has come."""
    returned_id = scene.new_program("returned", cents=50_000)
    due = tuple(scene.mint(program_id=returned_id) for _ in range(2))
    scene.complete(scene.request(due[0]["code"]), 1_400)
    unreported = scene.request(due[1]["code"], 1_200)
    for voucher in due:
        _is_past_its_return(scene, voucher)

    owing_id = scene.new_program("owing", max_owed_cents=900)
    # 3000 are asked for and 2000 is the cap of one ride: the programme owes the rest.
    dearer = scene.complete(scene.request(scene.mint(program_id=owing_id)["code"]), 3_000)
    assert dearer["overage_cents"] == 1_000

    forgotten_id = _whose_time_has_come(scene)
    older_id = scene.new_program("older")
    first = next(
        item
        for item in books.everything(scene.running)["Ledger"]
        if item["pk"] == {"S": f"program#{older_id}"} and item["sequence"] == {"N": "1"}
    )
    since = logs.now_in_milliseconds()
    last_month = {"S": settled_month()}
    _put(scene, "Ledger", {**first, "month": last_month})
    try:
        kept = keep_house(scene.running)
    finally:
        _put(scene, "Ledger", first)
    kept_again = keep_house(scene.running)
    return House(
        returned_id, due, unreported, owing_id, older_id, since, kept, kept_again, forgotten_id
    )


def test_housekeeping_says_what_it_did_and_does_it_once(house: House) -> None:
    assert house.kept["returned"] >= 2
    assert house.owing_id in house.kept["paused"]
    assert (house.kept["failed"], house.kept["is_complete"]) == (0, True)
    assert house.kept_again == {
        "returned": 0,
        "erased": 0,
        "paused": [],
        "failed": 0,
        "is_complete": True,
    }


def test_what_a_voucher_leaves_behind_goes_back_to_the_partner(scene: Scene, house: House) -> None:
    allotment = _allotment(scene, house.returned_id)
    ride = _item(scene, "Vouchers", f"ride#{scene.provider_id}#{house.unreported['ride_id']}")

    assert allotment["available_cents"] == {"N": str(50_000 - 1_400)}
    assert ride["state"] == {"S": "lapsed"}
    for voucher in house.due:
        stored = _voucher(scene, voucher)
        assert (stored["state"]["S"], stored["closed_reason"]["S"]) == ("closed", "expired")
        assert stored["available_cents"] == stored["held_cents"] == {"N": "0"}
        assert "return_at" not in stored
    assert scene.books_are_right(house.returned_id)


def test_a_programme_that_owes_as_much_as_it_may_is_paused(scene: Scene, house: House) -> None:
    program = _item(scene, "Programs", f"program#{house.owing_id}", "program")

    refused = scene.app().post("/vouchers", scene.minting(program_id=house.owing_id), key())

    assert program["status"] == {"S": "paused"}
    assert _allotment(scene, house.owing_id)["status"] == {"S": "paused"}
    assert refused.expect(409)["type"].endswith(":program_paused")
    line = logs.find(
        scene.running,
        "housekeeping",
        house.since,
        message="owed_near",
        program_id=house.owing_id,
    )
    assert (line["owed_cents"], line["max_owed_cents"]) == (1_000, 900)
    assert logs.counted(scene.running, "housekeeping", house.since, "OwedReached")
    assert scene.books_are_right(house.owing_id)


def test_a_closed_month_and_where_the_money_stands_are_kept(scene: Scene, house: House) -> None:
    closed = _item(scene, "Programs", f"program#{house.older_id}", "closed")
    standing = _item(scene, "Programs", f"program#{house.older_id}", "standing")

    assert closed["month"] == {"S": settled_month()}
    assert closed["owed_cents"] == {"N": "0"}
    assert standing["program_id"] == {"S": house.older_id}
    as_of = datetime.fromisoformat(standing["as_of"]["S"])
    assert as_of.timestamp() * 1_000 >= house.since
    assert scene.books_are_right(house.older_id)


@pytest.mark.parametrize("folder", ["housekeeping", "auditing", "dispatching"])
def test_a_schedule_invokes_the_job(scene: Scene, folder: str) -> None:
    scheduler = scene.running.client("scheduler")
    (event,) = template.resources("AWS::Serverless::Function")[f"{folder.title()}Function"][
        "Properties"
    ]["Events"].values()

    found = scheduler.get_schedule(Name=f"{stack.NAME}-{folder}")

    function = scene.running.output(f"{folder.title()}FunctionName")
    assert found["State"] == "ENABLED"
    assert found["ScheduleExpression"] == event["Properties"]["ScheduleExpression"]
    assert found["Target"]["Arn"].endswith(f":function:{function}")


def test_a_person_whose_time_has_come_is_erased(scene: Scene, house: House) -> None:
    answer = scene.app().get(f"/participants/{house.forgotten_id}")

    assert house.kept["erased"] >= 1
    assert answer.status == 404
    people = books.everything(scene.running)["People"]
    left = [item["sk"]["S"].partition("#")[0] for item in people if house.forgotten_id in str(item)]
    assert left == ["erased", "key"]


def _whose_time_has_come(scene: Scene) -> str:
    """A person's id, about whom there was a call; everything about her lies over a year back: she
    never had a voucher."""
    person = scene.enroll()
    scene.app().post(f"/participants/{person}/language", {"language": "es"}, key()).expect(200)
    stored = _item(scene, "People", scene.partner_id, f"participant#{person}")
    long_ago = {"S": instant(now() - timedelta(days=366))}
    consent = {"M": {**stored["consent"]["M"], "granted_at": long_ago}}
    moved = {**stored, "enrolled_at": long_ago, "erase_at": long_ago, "consent": consent}
    _put(scene, "People", moved)
    return person


def _is_past_its_return(scene: Scene, voucher: dict[str, Any]) -> None:
    """Everything about it lies so far back that it is due; its balances stay what they are."""
    ended = {"S": instant(now() - LONG_AGO)}
    stored = _voucher(scene, voucher)
    moved = {
        **stored,
        "valid_from": {"S": instant(now() - 2 * LONG_AGO)},
        "expires_at": ended,
        "return_at": {"S": instant(now() - LONG_AGO + timedelta(days=7))},
        "last_hold_expires_at": ended,
        "holds": {
            "M": {
                ride: {"M": {**hold["M"], "expires_at": ended}}
                for ride, hold in stored["holds"]["M"].items()
            }
        },
    }
    _put(scene, "Vouchers", moved)


def _put(scene: Scene, table: str, item: dict[str, Any]) -> None:
    name = books.table_names(scene.running)[table]
    scene.running.client("dynamodb").put_item(TableName=name, Item=item)


def _voucher(scene: Scene, voucher: dict[str, Any]) -> dict[str, Any]:
    return next(
        item
        for item in books.everything(scene.running)["Vouchers"]
        if item.get("voucher_id") == {"S": voucher["voucher_id"]}
        and item["pk"]["S"].startswith("voucher#")
    )


def _allotment(scene: Scene, program_id: str) -> dict[str, Any]:
    return _item(scene, "Programs", f"allotment#{program_id}", scene.partner_id)


def _item(scene: Scene, table: str, pk: str, sk: str | None = None) -> dict[str, Any]:
    named = {"pk": {"S": pk}} if sk is None else {"pk": {"S": pk}, "sk": {"S": sk}}
    found = scene.running.client("dynamodb").get_item(
        TableName=books.table_names(scene.running)[table], Key=named, ConsistentRead=True
    )
    item: dict[str, Any] = found["Item"]
    return item
