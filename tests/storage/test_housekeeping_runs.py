"""Runs of housekeeping: page by page without a scan, as far as there is time, past whatever
fails, and several at once."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

import wire
from farechance.errors import Busy
from farechance.store import database, keys
from operations.audit_programs import audit_programs
from operations.return_money import return_money
from threads import at_once
from wire import Call, Wire, answered
from world import World


def _is_past(world: World, code: str) -> None:
    world.clock.now = world.voucher(code).return_at


# ── how ───────────────────────────────────────────────────────────────────────────────────────────


def test_several_pages_are_found_without_a_scan_and_a_run_goes_on_where_time_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 50 vouchers on 4 shards: one of them has at least 13, which are 4 pages.
    monkeypatch.setattr(database, "_PAGE", 4)
    minted = [world.mint(world.mint_request(unassigned=25, value_cents=100)) for _ in range(2)]
    code = minted[0].vouchers[0].code
    assert code is not None
    _is_past(world, code)
    steps = count(1)

    with Wire(world.client) as line:
        first = world.keep_house(has_time=lambda: next(steps) <= 31)
        came_back = world.allotment().available_cents
        second = world.keep_house()

    # One step of the first run was to judge what is owed.
    assert (first.returned, first.is_complete) == (30, False)
    assert came_back == 50_000 - 50 * 100 + 30 * 100
    assert (second.returned, second.is_complete) == (20, True)
    assert world.allotment().available_cents == 50_000
    assert "Scan" not in line.operations
    due = [call.sent for call in line.calls if call.sent.get("IndexName") == "by_return"]
    assert any("ExclusiveStartKey" in sent for sent in due)
    assert {sent["Limit"] for sent in due} == {4}


def test_a_page_has_a_hundred_at_most_and_every_shard_is_asked(world: World) -> None:
    with Wire(world.client) as line:
        world.keep_house()

    due = [call.sent for call in line.calls if call.sent.get("IndexName") == "by_return"]
    shards = [sent["ExpressionAttributeValues"][":shard"]["S"] for sent in due]
    assert sorted(shards) == [str(shard) for shard in range(keys.RETURN_SHARDS)]
    assert {sent["Limit"] for sent in due} == {100}


def test_a_run_without_time_does_nothing_and_says_so(world: World) -> None:
    code = world.code()
    _is_past(world, code)
    before = world.everything()

    kept = world.keep_house(has_time=lambda: False)

    assert (kept.returned, kept.judged, kept.is_complete) == (0, [], False)
    assert world.everything() == before


@pytest.mark.parametrize(
    ("attribute", "value", "error"),
    [
        ("language", {"S": "no language"}, "ValidationError"),
        ("rules_version", {"N": "99"}, "BooksDiffer"),
    ],
    ids=["one that doesn't parse", "one without rules"],
)
def test_a_poisoned_voucher_holds_nothing_up_and_is_told(
    world: World, bystander: Any, attribute: str, value: dict[str, str], error: str
) -> None:
    codes = [one.code for one in world.mint(world.mint_request(unassigned=12)).vouchers]
    poisoned, *others = [code for code in codes if code is not None]
    _is_past(world, poisoned)
    key = {"pk": {"S": f"voucher#{world.voucher_key(poisoned)}"}}
    bystander.update_item(
        TableName=world.tables["vouchers"],
        Key=key,
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": attribute},
        ExpressionAttributeValues={":value": value},
    )

    kept = world.keep_house()
    again = world.keep_house()

    assert (kept.returned, kept.is_complete) == (11, True)
    assert kept.failed == [(key["pk"]["S"], error)]
    assert (again.returned, again.failed) == (0, kept.failed)
    assert all(world.voucher(code).is_settled for code in others)
    assert world.allotment().available_cents == 46_000


def test_a_program_that_is_listed_and_missing_holds_nothing_up_and_is_told(
    world: World, bystander: Any
) -> None:
    bystander.put_item(
        TableName=world.tables["programs"],
        Item={
            "pk": {"S": "programs"},
            "sk": {"S": "prg_ghost"},
            "program_id": {"S": "prg_ghost"},
        },
    )
    code = world.code()
    _is_past(world, code)

    kept = world.keep_house()

    assert kept.failed == [("prg_ghost", "NotFound")]
    assert (kept.returned, [it.program_id for it in kept.judged]) == (1, [world.program_id])
    assert world.voucher(code).is_settled


def test_a_voucher_whose_write_meets_trouble_is_told_and_returned_next_time(world: World) -> None:
    codes = [one.code for one in world.mint(world.mint_request(unassigned=3)).vouchers]
    assert codes[0] is not None
    _is_past(world, codes[0])

    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        first = world.keep_house()
    second = world.keep_house()

    assert (first.returned, [error for _, error in first.failed]) == (2, ["Busy"])
    assert (second.returned, second.failed) == (1, [])
    assert world.allotment().available_cents == 50_000


def test_money_whose_answer_was_lost_is_returned_once(world: World) -> None:
    code = world.code()
    _is_past(world, code)

    with Wire(world.client) as line:
        # The first is where the programme's money stands.
        line.disturb(wire.answer_lost, "TransactWriteItems", at=1)
        first = world.keep_house()
    second = world.keep_house()

    assert (first.returned, second.returned) == (0, 0)
    assert [error for _, error in first.failed] == ["Busy"]
    assert world.kinds(code).count("voucher.returned") == 1
    assert world.allotment().available_cents == 50_000


# ── two at once ───────────────────────────────────────────────────────────────────────────────────


def test_runs_at_once_return_every_cent_once(world: World) -> None:
    old = world.code()
    world.request(old)
    new = world.reissue(old)
    world.extend(new, world.clock.now + timedelta(days=60))
    codes = [one.code for one in world.mint(world.mint_request(unassigned=10)).vouchers]
    world.clock.passes(days=20)

    runs = at_once([world.another().keep_house for _ in range(3)])

    kept = [run for run in runs if not isinstance(run, Exception)]
    assert len(kept) == 3
    assert sum(run.returned for run in kept) == 11
    assert [run.failed for run in kept] == [[], [], []]
    assert all(world.voucher(code).is_settled for code in codes if code is not None)
    assert world.voucher(new).available_cents == 4_000
    assert world.allotment().available_cents == 46_000


def test_a_run_in_the_middle_of_another_changes_nothing(world: World) -> None:
    code = world.code()
    world.request(code)
    _is_past(world, code)
    inner = []

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: inner.append(world.another().keep_house()))
        outer = world.keep_house()

    assert (inner[0].returned, outer.returned, outer.failed) == (1, 0, [])
    assert world.kinds(code).count("voucher.returned") == 1
    assert world.allotment().available_cents == 50_000


@pytest.mark.parametrize("event", ["completed", "cancelled", "adjusted"])
def test_an_event_at_the_last_moment_and_the_return_are_both_kept(world: World, event: str) -> None:
    code = world.code()
    world.request(code, "ride-1")
    world.request(code, "ride-2", cents=1_000)
    world.complete(code, "ride-2", cents=1_000)
    _is_past(world, code)
    told: dict[str, Callable[[], object]] = {
        "completed": lambda: world.complete(code, "ride-1"),
        "cancelled": lambda: world.cancel(code, "ride-1"),
        "adjusted": lambda: world.adjust(code, "ride-2", cents=300),
    }

    with Wire(world.client) as line:
        line.before("TransactWriteItems", told[event])
        kept = world.keep_house()

    assert (kept.returned, kept.failed) == (1, [])
    assert f"ride.{event}" in world.kinds(code)
    assert world.voucher(code).is_settled
    assert world.allotment().available_cents == (49_700 if event == "adjusted" else 49_000)


def test_a_successor_that_rides_at_the_last_moment_still_gets_the_money(world: World) -> None:
    old = world.code()
    world.request(old)
    new = world.reissue(old)
    world.extend(new, world.clock.now + timedelta(days=60))
    _is_past(world, old)

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.request(new, "ride-2"))
        kept = world.keep_house()

    # The request had the money come over, so this run had nothing to do.
    assert (kept.returned, kept.failed) == (0, [])
    assert (world.voucher(new).available_cents, world.voucher(new).held_cents) == (2_500, 1_500)
    assert world.voucher(old).is_settled


def test_a_return_that_is_overtaken_too_often_is_busy_and_moves_nothing(world: World) -> None:
    code = world.code()
    _is_past(world, code)
    key = keys.voucher(world.voucher_key(code))
    before = world.everything()

    with Wire(world.client) as line:
        line.disturb(wire.cancelled_because("TransactionConflict"), "TransactWriteItems", times=100)
        with pytest.raises(Busy):
            return_money(key, store=world.store, remembered=world.remembered, clock=world.clock)

    assert line.disturbed == database.MAX_ATTEMPTS
    assert world.everything() == before


def test_a_shard_that_cannot_be_read_holds_up_no_other(world: World) -> None:
    minted = 0
    while minted < 2 or len({item["return_shard"]["S"] for item in _vouchers(world)}) < 2:
        world.mint()
        minted += 1
    shards = Counter(item["return_shard"]["S"] for item in _vouchers(world))
    unreadable = shards.most_common(1)[0][0]
    world.clock.passes(days=30)

    with Wire(world.client) as line:
        line.disturb(partial(_index_throttled, unreadable), "Query", times=100)
        failed = world.keep_house()
    again = world.keep_house()

    assert failed.returned == minted - shards[unreadable] > 0
    assert again.returned == shards[unreadable] > 0
    assert failed.failed == [(f"by_return#{unreadable}", "Busy")]
    assert again.failed == []
    assert world.allotment().available_cents == 50_000


def _vouchers(world: World) -> list[dict[str, Any]]:
    return [item for item in world.items("vouchers") if "return_shard" in item]


def _index_throttled(shard: str, call: Call) -> AWSResponse:
    values = call.sent.get("ExpressionAttributeValues", {})
    if call.sent.get("IndexName") == "by_return" and values.get(":shard") == {"S": shard}:
        return answered(400, "ProvisionedThroughputExceededException")
    return call.deliver()


def test_a_listed_programme_that_is_none_is_told_and_holds_up_no_other(
    world: World, bystander: Any
) -> None:
    code = world.code()
    _is_past(world, code)
    (listed,) = [it for it in world.items("programs") if it["pk"]["S"] == "programs"]
    table, other = world.tables["programs"], {"pk": listed["pk"], "sk": {"S": "0"}}
    bystander.put_item(TableName=table, Item={**other, "program_id": {"N": "7"}})

    kept = world.keep_house()
    audited = list(audit_programs(store=world.store, clock=world.clock, has_time=lambda: True))

    bystander.delete_item(TableName=table, Key=other)
    assert (kept.returned, kept.failed) == (1, [("0", "NotFound")])
    assert [one.program_id for one in kept.judged] == [world.program_id]
    ends = {one.program_id: one.error or (one.books and one.books.balance) for one in audited}
    assert ends == {"0": "NotFound", world.program_id: True}


def test_a_month_that_there_is_no_time_to_add_up_is_judged_by_the_next_run(world: World) -> None:
    world.code()

    in_between = world.keep_house(has_time=lambda: False)
    later = world.keep_house()

    assert (in_between.judged, in_between.is_complete) == ([], False)
    assert [one.program_id for one in later.judged] == [world.program_id]
