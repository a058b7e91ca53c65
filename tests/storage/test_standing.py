"""Where a programme's money stands, as housekeeping adds it up each hour for those who look at it:
the same as the audit of the books finds, month by month, and deciding nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

import builders
import standings
import wire
from builders import OTHER_PARTNER, PARTNER, PROVIDER
from debts import falls_short, owes
from farechance.standings import ClosedMonth, Standing
from farechance.store import keys, writes
from operations.add_up_standing import AddedUp, add_up_standing, keep_standing
from threads import at_once
from wire import Wire
from world import World

MARCH_SETTLES_AT = datetime.fromisoformat("2026-04-01T06:00:00Z")
"""In New York, two hours after its end."""


def _added_up(world: World, has_time: Callable[[], bool] = lambda: True) -> AddedUp | None:
    return add_up_standing(
        world.program(), store=world.store, now=world.clock.now, has_time=has_time
    )


def _kept(world: World) -> Standing:
    kept = world.keep_house()
    assert kept.failed == []
    return world.standing()


def _closed(world: World) -> ClosedMonth | None:
    key = keys.closed_month(world.program_id)
    return world.store.read(key)[key]


def test_it_says_what_is_on_vouchers_reserved_owed_and_covered(world: World) -> None:
    first, second = world.code(), world.code()
    world.starts_batch(world.batch_request(value_cents=1_000))
    world.request(first, "made")
    world.complete(first, "made", cents=1_200)
    world.request(second, "under-way", cents=900)
    owes(world, "dearer", 300)

    standing = _kept(world)

    assert standing == Standing(
        program_id=world.program_id,
        as_of=world.clock.now,
        month="2026-03",
        available_cents=3 * 4_000 - 1_200 - 900 - 2_000,
        held_cents=900,
        spent_cents=1_200 + 2_000,
        reserved_cents=2_000,
        owed_cents=300,
        covered_cents=1_200 + 2_000,
        covered_before_cents=0,
    )
    assert standings.differences(standing, world.audit()) == []


def _everything_happens(world: World) -> None:
    """Over three months: mints, batches, rides, refunds, lost cards, returns, decisions."""
    for month in range(3):
        first, second, lost = (world.code() for _ in range(3))
        started, _ = world.starts_batch(world.batch_request(value_cents=1_000))
        if month != 1:
            world.works_on(started.batch_id)
        ride = f"ride-{month}"
        world.request(first, ride)
        world.complete(first, ride, cents=1_400)
        world.request(second, f"{ride}-cancelled")
        world.cancel(second, f"{ride}-cancelled")
        world.request(lost, f"{ride}-open", cents=700)
        world.reissue(lost)
        owes(world, f"{ride}-dear", 500)
        falls_short(world, f"{ride}-short")
        world.administer(
            "accept_overage",
            program_id=world.program_id,
            provider_id=PROVIDER,
            ride_id=f"{ride}-dear",
            amount_cents=100 * month + 1,
        )
        world.revoke(second)
        world.clock.passes(days=33)
        # A refund in the month after, and a shortfall of its own.
        world.adjust(first, ride, cents=1_000)


@pytest.mark.parametrize("every_days", [5, 40, 200])
def test_it_is_what_the_audit_finds_however_seldom_somebody_comes_by(
    worlds: Callable[..., World], every_days: int
) -> None:
    rules = builders.rules(valid_days=20, overage="decline")
    world = worlds().with_program(400_000, rules)
    world.administer("fund", program_id=world.program_id, amount_cents=10_000)
    _everything_happens(world)
    found: list[str] = []

    for _ in range(4):
        for _ in range(max(1, 40 // every_days)):
            world.clock.passes(days=every_days / 4)
            _kept(world)
        # What housekeeping returned in that run came after it had added up.
        added_up = _added_up(world)
        assert added_up is not None
        assert added_up.closed is not None
        found += standings.differences(added_up.standing, world.audit())

    assert found == []


def test_money_of_the_month_and_of_the_one_before_is_told_apart_and_refunds_take_from_theirs(
    world: World,
) -> None:
    code = world.code(expires_at=world.clock.now + timedelta(days=60))
    world.request(code, "a")
    world.complete(code, "a", cents=1_500)
    in_march = _kept(world)
    world.clock.now = MARCH_SETTLES_AT - timedelta(hours=1)
    world.adjust(code, "a", cents=1_100)
    not_closed = _kept(world)
    world.clock.now = MARCH_SETTLES_AT
    closed = _kept(world)
    world.clock.passes(days=31)
    in_may = _kept(world)

    assert (in_march.month, in_march.covered_cents, in_march.covered_before_cents) == (
        ("2026-03", 1_500, 0)
    )
    for in_april in (not_closed, closed):
        assert (in_april.month, in_april.covered_cents, in_april.covered_before_cents) == (
            ("2026-04", -400, 1_500)
        )
    assert (in_may.month, in_may.covered_cents, in_may.covered_before_cents) == (
        ("2026-05", 0, -400)
    )
    assert in_may.spent_cents == 1_100


def test_a_closed_month_is_kept_with_all_its_sums_and_what_each_partner_was_given(
    world: World,
) -> None:
    code = world.code()
    world.request(code, "a")
    world.complete(code, "a", cents=1_500)
    world.administer(
        "unallot",
        program_id=world.program_id,
        partner_id=OTHER_PARTNER,
        amount_cents=20_000,
    )
    world.clock.now = MARCH_SETTLES_AT

    _kept(world)

    assert _closed(world) == ClosedMonth(
        month="2026-03",
        # Five of commands, one of the mint, two of the ride.
        entries=8,
        available_cents=2_500,
        held_cents=0,
        spent_cents=1_500,
        reserved_cents=0,
        owed_cents=0,
        covered_cents=1_500,
        given_cents={PARTNER: 50_000, OTHER_PARTNER: 30_000},
    )


def test_what_an_older_version_kept_of_a_month_is_not_taken_for_this(
    world: World, bystander: Any
) -> None:
    code = world.code(expires_at=world.clock.now + timedelta(days=60))
    world.request(code, "a")
    world.complete(code, "a", cents=1_500)
    bystander.put_item(
        TableName=world.tables["programs"],
        Item={
            "pk": {"S": f"program#{world.program_id}"},
            "sk": {"S": "owed"},
            "month": {"S": "2026-03"},
            "owed_cents": {"N": "7"},
            "version": {"N": "1"},
        },
    )
    world.clock.now = MARCH_SETTLES_AT

    standing = _kept(world)

    assert (standing.spent_cents, standing.owed_cents) == (1_500, 0)
    assert standings.differences(standing, world.audit()) == []


def test_nothing_is_kept_of_what_there_was_no_time_for(world: World) -> None:
    world.code()
    before = world.everything()

    added_up = _added_up(world, has_time=lambda: False)

    assert added_up is None
    assert world.everything() == before


# ── several at once, and in trouble ──────────────────────────────────────────────────────────────


def test_of_two_runs_the_later_one_stays(world: World) -> None:
    earlier = _kept(world)
    world.clock.passes(hours=1)
    world.code()
    later = _kept(world)

    keep_standing(earlier, store=world.store)

    assert world.standing() == later
    assert (later.available_cents, later.version) == (4_000, 2)


def test_runs_at_once_keep_one(world: World) -> None:
    world.code()

    runs = at_once([world.another().keep_house for _ in range(4)])

    assert all(not isinstance(run, Exception) and run.failed == [] for run in runs)
    standing = world.standing()
    assert standing.version == 1
    assert standings.differences(standing, world.audit()) == []


def test_one_that_cannot_be_kept_holds_up_neither_a_pause_nor_a_return(limited: World) -> None:
    code = limited.code()
    owes(limited, "dear", 1_000)
    limited.clock.now = limited.voucher(code).return_at

    with Wire(limited.client) as line:
        line.disturb(_busy_where_it_stands, "TransactWriteItems", times=1_000)
        kept = limited.keep_house()

    assert kept.failed == [(limited.program_id, "Busy")]
    assert kept.judged[0].was_paused
    assert limited.program().status == "paused"
    assert limited.voucher(code).is_settled


def _busy_where_it_stands(call: wire.Call) -> Any:
    for action in call.sent["TransactItems"]:
        put = action.get("Put", action.get("Update", {}))
        item = put.get("Item", put.get("Key", {}))
        if item.get("sk") == {"S": "standing"}:
            return wire.lost_before_sending(call)
    return None


def test_an_index_that_is_behind_never_makes_it_less_than_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = world.code()
    world.request(code, "a")
    world.complete(code, "a", cents=1_500)
    in_order = world.store.month_entries
    monkeypatch.setattr(
        world.store,
        "month_entries",
        lambda program, month: (
            one for one in in_order(program, month) if one.kind != "voucher.minted"
        ),
    )

    standing = _kept(world)

    assert (standing.available_cents, standing.held_cents, standing.spent_cents) == (0, 0, 1_500)


def test_it_is_never_read_by_what_decides(limited: World) -> None:
    wrong = Standing(
        program_id=limited.program_id,
        as_of=limited.clock.now - timedelta(days=1),
        month="2026-03",
        available_cents=1,
        held_cents=2,
        spent_cents=3,
        reserved_cents=4,
        owed_cents=999_999,
        covered_cents=6,
        covered_before_cents=7,
    )
    limited.store.commit(writes.put_new(keys.standing(limited.program_id), wrong))

    kept = limited.keep_house()

    assert not kept.judged[0].was_paused
    assert limited.program().status == "active"
    assert limited.standing().owed_cents == 0
