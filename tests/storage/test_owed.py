"""What a programme owes ride companies beyond its vouchers is judged by housekeeping, month by
month, against the most that its rules allow."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

import builders
from debts import falls_short, owes
from farechance.errors import StateForbids
from farechance.programs import Status
from farechance.store import keys
from operations.judge_owed import Judged
from threads import at_once
from wire import Wire
from world import World

MARCH_ENDS_AT = datetime.fromisoformat("2026-04-01T04:00:00Z")
"""In New York."""


def _judged(world: World) -> Judged:
    kept = world.keep_house()
    assert kept.failed == []
    (judged,) = kept.judged
    return judged


def _decides(world: World, command: str, ride: str, cents: int, **fields: Any) -> dict[str, Any]:
    fields = {"program_id": world.program_id, "provider_id": world.provider_id, **fields}
    return world.administer(command, ride_id=ride, amount_cents=cents, **fields)


def _statuses(world: World) -> list[str]:
    partners = (world.partner_id, world.other_partner_id)
    return [world.allotment(partner).status.value for partner in partners]


# ── judged by housekeeping ────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("owed", "is_near", "is_reached"),
    [(0, False, False), (799, False, False), (800, True, False), (999, True, False)],
)
def test_below_the_limit_nothing_is_paused_and_from_80_percent_on_it_is_told(
    limited: World, owed: int, is_near: bool, is_reached: bool
) -> None:
    owes(limited, "ride-1", owed)

    judged = _judged(limited)

    assert (judged.owed_cents, judged.max_owed_cents) == (owed, 1_000)
    assert (judged.is_near, judged.is_reached, judged.was_paused) == (is_near, is_reached, False)
    assert limited.program().status is Status.ACTIVE
    assert _statuses(limited) == ["active"] * 2


@pytest.mark.parametrize("owed", [1_000, 1_700])
def test_at_the_limit_the_program_is_paused_and_approved_rides_are_still_paid(
    limited: World, owed: int
) -> None:
    code = limited.code()
    limited.request(code, "approved")
    owes(limited, "ride-1", owed)

    judged = _judged(limited)
    with pytest.raises(StateForbids) as refused:
        limited.mint()
    limited.clock.passes(seconds=60)
    declined = limited.request(code, "later")
    paid = limited.complete(code, "approved")

    assert (judged.is_near, judged.is_reached, judged.was_paused) == (True, True, True)
    assert limited.program().status is Status.PAUSED
    assert _statuses(limited) == ["paused"] * 2
    assert refused.value.reason == "program_paused"
    assert declined.reason == "program_paused"
    assert paid.answer["captured_cents"] == 1_500
    last = _last_entry(limited)
    assert (last.kind, last.reason) == ("program.paused", "max_owed_reached")


def test_it_is_paused_once_and_not_each_hour(limited: World) -> None:
    owes(limited, "ride-1", 1_000)
    _judged(limited)
    before = limited.decided()

    limited.clock.passes(hours=1)
    again = _judged(limited)

    assert (again.is_reached, again.was_paused) == (True, False)
    assert limited.decided() == before


def test_without_a_limit_nothing_is_paused(world: World) -> None:
    owes(world, "ride-1", 90_000)

    judged = _judged(world)

    assert (judged.owed_cents, judged.max_owed_cents) == (90_000, None)
    assert (judged.is_near, judged.is_reached) == (False, False)
    assert world.program().status is Status.ACTIVE


def test_with_a_limit_of_nothing_the_first_cent_pauses(worlds: Callable[..., World]) -> None:
    world = worlds().with_program(rules=builders.rules(max_owed_cents=0))
    nothing = _judged(world)
    owes(world, "ride-1", 1)

    one_cent = _judged(world)

    assert (nothing.is_near, nothing.is_reached, nothing.was_paused) == (False, False, False)
    assert one_cent.was_paused
    assert world.program().status is Status.PAUSED


def test_what_riders_owe_is_not_the_programs(worlds: Callable[..., World]) -> None:
    rules = builders.rules(max_owed_cents=1_000, overage="rider_pays")
    world = worlds().with_program(rules=rules)
    owes(world, "ride-1", 5_000)

    judged = _judged(world)

    assert judged.owed_cents == 0
    assert world.program().status is Status.ACTIVE


def test_a_shortfall_counts_and_a_lower_fare_takes_its_overage_back(limited: World) -> None:
    code = owes(limited, "ride-1", 700)
    with_overage = _judged(limited).owed_cents
    limited.adjust(code, "ride-1", cents=2_100)
    lowered = _judged(limited).owed_cents
    falls_short(limited, "short")

    with_shortfall = _judged(limited)

    assert (with_overage, lowered) == (700, 100)
    assert with_shortfall.owed_cents == 2_100
    assert with_shortfall.was_paused


def test_what_is_accepted_or_written_off_is_owed_no_longer(limited: World) -> None:
    owes(limited, "ride-1", 600)
    owes(limited, "ride-2", 600)
    _decides(limited, "accept_overage", "ride-1", 400)
    _decides(limited, "write_off", "ride-2", 500)

    judged = _judged(limited)

    assert judged.owed_cents == 300
    assert not judged.is_near
    assert limited.program().status is Status.ACTIVE


def test_a_resumed_program_is_paused_again_unless_its_limit_is_larger(limited: World) -> None:
    owes(limited, "ride-1", 1_000)
    _judged(limited)
    limited.administer("resume_program", program_id=limited.program_id)
    again = _judged(limited)
    limited.administer(
        "set_rules", program_id=limited.program_id, rules=builders.rules(max_owed_cents=1_300)
    )
    limited.administer("resume_program", program_id=limited.program_id)

    with_more = _judged(limited)

    assert again.was_paused
    assert (with_more.owed_cents, with_more.max_owed_cents) == (1_000, 1_300)
    assert (with_more.is_near, with_more.was_paused) == (False, False)
    assert limited.program().status is Status.ACTIVE
    assert _statuses(limited) == ["active"] * 2


def test_a_pause_that_was_overtaken_is_decided_again(limited: World) -> None:
    owes(limited, "ride-1", 1_000)

    with Wire(limited.client) as line:
        line.before(
            "TransactWriteItems",
            lambda: limited.administer("fund", program_id=limited.program_id, amount_cents=100),
            times=2,
        )
        judged = _judged(limited)

    assert judged.was_paused
    assert limited.program().funded_cents == 105_200
    assert limited.program().status is Status.PAUSED
    assert _statuses(limited) == ["paused"] * 2


def _months_read(world: World) -> tuple[Judged, set[str]]:
    with Wire(world.client) as line:
        judged = _judged(world)
    asked = [call.sent for call in line.calls if call.sent.get("IndexName") == "by_month"]
    shards = {sent["ExpressionAttributeValues"][":shard"]["S"] for sent in asked}
    return judged, {shard.split("#")[1] for shard in shards}


def _kept_through(world: World) -> tuple[str, int, int] | None:
    """The last month that is closed, what was owed at its end, and how often that was written."""
    key = keys.closed_month(world.program_id)
    closed = world.store.read(key)[key]
    return None if closed is None else (closed.month, closed.owed_cents, closed.version)


# ── month by month ────────────────────────────────────────────────────────────────────────────────


def test_a_month_is_kept_two_hours_after_its_end_in_the_programs_zone_and_not_read_again(
    limited: World,
) -> None:
    owes(limited, "ride-1", 300)
    limited.clock.now = MARCH_ENDS_AT - timedelta(milliseconds=1)
    in_march = _months_read(limited)
    limited.clock.now = MARCH_ENDS_AT + timedelta(hours=2, milliseconds=-1)
    too_early = _months_read(limited)
    not_yet = _kept_through(limited)
    limited.clock.passes(milliseconds=1)
    in_time = _months_read(limited)
    kept = _kept_through(limited)
    limited.clock.passes(hours=1)

    later = _months_read(limited)

    assert [read[0].owed_cents for read in (in_march, too_early, in_time, later)] == [300] * 4
    assert in_march[1] == {"2026-03"}
    assert too_early[1] == in_time[1] == {"2026-03", "2026-04"}
    assert later[1] == {"2026-04"}
    assert not_yet is None
    assert kept == ("2026-03", 300, 1)
    assert _kept_through(limited) == kept


def test_a_late_adjustment_counts_in_the_month_in_which_it_came(limited: World) -> None:
    code = owes(limited, "ride-1", 600)
    limited.clock.now = MARCH_ENDS_AT + timedelta(hours=2)
    _judged(limited)
    limited.adjust(code, "ride-1", cents=2_050)

    judged, months = _months_read(limited)

    assert (judged.owed_cents, months) == (50, {"2026-04"})
    assert _kept_through(limited) == ("2026-03", 600, 1)


def test_months_that_nobody_looked_at_are_caught_up_with_one_by_one(limited: World) -> None:
    owes(limited, "ride-1", 600)
    limited.clock.now = datetime.fromisoformat("2026-06-15T12:00:00Z")

    first = _months_read(limited)
    second = _months_read(limited)

    assert [read[0].owed_cents for read in (first, second)] == [600, 600]
    assert first[1] == {"2026-03", "2026-04", "2026-05", "2026-06"}
    assert second[1] == {"2026-06"}
    assert _kept_through(limited) == ("2026-05", 600, 3)


def test_runs_at_once_keep_a_month_once(limited: World) -> None:
    owes(limited, "ride-1", 600)
    limited.clock.now = MARCH_ENDS_AT + timedelta(hours=2)

    runs = at_once([limited.another().keep_house for _ in range(3)])

    assert all(not isinstance(run, Exception) and run.failed == [] for run in runs)
    assert _kept_through(limited) == ("2026-03", 600, 1)


def _last_entry(world: World) -> Any:
    account = keys.program_account(world.program_id)
    return world.store.entries(account, world.program().chain.sequence - 1, 1)[0]


@pytest.mark.parametrize("order", ["adjusted first", "replaced first"])
def test_an_adjustment_of_a_replaced_ride_is_owed_in_whichever_order_they_come(
    limited: World, order: str
) -> None:
    code = limited.code()
    limited.request(code, "ride-1")
    steps: list[Callable[[], Any]] = [
        lambda: limited.adjust(code, "ride-1", 700),
        lambda: limited.request(code, "ride-2", replaces_ride_id="ride-1"),
    ]

    for step in steps if order == "adjusted first" else reversed(steps):
        step()

    ride = limited.ride("ride-1")
    assert ride is not None
    assert (ride.state, ride.refused_cents, ride.owed_cents) == ("voided", 700, 700)
    assert sum(entry.shortfall_cents or 0 for entry in limited.entries(code)) == 700
    assert _judged(limited).owed_cents == 700
    assert limited.audit().balance
