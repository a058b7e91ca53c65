"""Many at once, from several processes with several threads each: exactly what is affordable is
approved, and whoever is declined is told the truth (domain.md, invariants 2 to 4)."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from farechance.ledger import Account, Entry, Kind
from farechance.vouchers import MAX_OPEN_HOLDS
from processes import Act, Met, Processes
from threads import at_once, until_answered
from use_cases import under
from world import World


@pytest.fixture(scope="module")
def processes(endpoint: str) -> Iterator[Processes]:
    """They take seconds to begin, so they are begun once."""
    with Processes(endpoint) as several:
        yield several


def _told(met: list[Met]) -> list[Any]:
    """All of them were answered."""
    assert [one.refused for one in met if one.refused] == []
    return [one.told for one in met]


def _requests(code: str, estimates: list[int]) -> list[Act]:
    return [
        Act("request", (code, f"ride-{number}", cents)) for number, cents in enumerate(estimates)
    ]


@pytest.mark.parametrize(
    ("value_cents", "rides", "estimate_cents", "affordable", "reason"),
    [
        (4_500, 10, 1_500, 3, "insufficient_balance"),
        (6_000, 2, 1_500, 2, "no_rides_left"),
        (9_000, 10, 1_000, MAX_OPEN_HOLDS, "too_many_open_rides"),
    ],
    ids=["money", "rides", "open rides"],
)
def test_exactly_as_many_rides_are_approved_as_there_is_money_or_rides_for(
    world: World,
    processes: Processes,
    value_cents: int,
    rides: int,
    estimate_cents: int,
    affordable: int,
    reason: str,
) -> None:
    under(world, max_rides=10, cap_cents=2_000)
    code = world.code(value_cents=value_cents, rides=rides)

    told = _told(processes.carry_out(world, _requests(code, [estimate_cents] * 10)))

    voucher = world.voucher(code)
    assert Counter(one.get("reason") for one in told) == {None: affordable, reason: 10 - affordable}
    assert voucher.held_cents == affordable * estimate_cents
    assert voucher.available_cents == value_cents - affordable * estimate_cents
    assert len(voucher.holds) == affordable
    assert list(_false_declines(world.entries(code), rides)) == []


def test_of_rides_of_many_prices_none_is_refused_that_could_be_paid(
    world: World, processes: Processes
) -> None:
    under(world, max_rides=10, cap_cents=2_000)
    code = world.code(value_cents=3_000, rides=10)
    estimates = [200, 1_900, 400, 1_700, 600, 1_500, 800, 1_300, 1_000, 1_100]

    told = _told(processes.carry_out(world, _requests(code, estimates)))

    held = [one["held_cents"] for one in told if one["decision"] == "approved"]
    assert world.voucher(code).held_cents == sum(held)
    assert world.voucher(code).available_cents == 3_000 - sum(held)
    assert list(_false_declines(world.entries(code), rides=10)) == []
    assert len(held) < len(estimates)


def test_rides_that_are_sent_to_two_vouchers_are_each_paid_by_one(
    world: World, processes: Processes
) -> None:
    under(world, max_rides=10, cap_cents=1_000)
    codes = [world.code(value_cents=4_000, rides=10) for _ in range(2)]
    rides = [f"ride-{number}" for number in range(MAX_OPEN_HOLDS)]
    # Both cars of a ride are in different hands, and each hand has its own order.
    both = [Act("request", (code, ride, 1_000)) for ride in rides for code in codes]

    told = _told(processes.carry_out(world, both))
    at_the_end = [
        at_once([partial(world.another().complete, code, ride, 1_000) for code in codes])
        for ride in rides
    ]

    decisions = Counter(one.get("reason", "approved") for one in told)
    assert decisions == {"approved": 4, "ride_of_other_voucher": 4}
    for pair in at_the_end:
        outcomes = [one.answer["outcome"] for one in pair if not isinstance(one, Exception)]
        assert sorted(outcomes) == ["captured", "refused"]
    assert sum(world.voucher(code).spent_cents for code in codes) == 4_000
    assert sum(world.voucher(code).held_cents for code in codes) == 0


@pytest.mark.parametrize("round_", range(3))
def test_all_facts_of_one_ride_at_once_have_one_effect_each(
    world: World, processes: Processes, round_: int
) -> None:
    code, ride = world.code(), f"ride-{round_}"
    world.request(code, ride)
    facts = [
        Act("complete", (code, ride, 1_200)),
        Act("cancel", (code, ride)),
        Act("adjust", (code, ride, 1_900), {"adjustment_id": "adjustment-1"}),
        Act("adjust", (code, ride, 1_600), {"adjustment_id": "adjustment-2"}),
    ]

    # Each fact goes to both processes, and twice to each.
    met = processes.carry_out(world, [fact for fact in facts for _ in range(4)])

    told = _told(met)
    per_process = len(told) // 2
    for number in range(len(facts)):
        same = [told[half * per_process + 2 * number + it] for half in (0, 1) for it in (0, 1)]
        assert [one["replayed"] for one in same].count(False) == 1
        assert len({_first_answer(one) for one in same}) == 1
    stored = world.ride(ride)
    assert stored is not None
    assert Counter(world.kinds(code)) == {
        "voucher.minted": 1,
        "ride.requested": 1,
        "ride.completed": 1,
        "ride.cancelled": 1,
        "ride.adjusted": 2,
    }
    # Whoever came first decided whether it was a ride; the later adjustment what it cost.
    was_made = stored.state.value == "captured"
    assert world.voucher(code).spent_cents == (1_600 if was_made else 0)
    assert world.voucher(code).held_cents == 0


def test_exactly_as_much_is_minted_as_was_allotted(world: World, processes: Processes) -> None:
    request = world.mint_request(value_cents=1_000, unassigned=5)
    mints = [Act("mint", (request, f"key-{number}")) for number in range(14)]

    met = processes.carry_out(world, mints)

    assert Counter(one.refused for one in met) == {None: 10, "insufficient_allotment": 4}
    assert world.allotment().available_cents == 0
    assert sum(one.told.total_cents for one in met if one.told) == 50_000


def test_one_mint_from_many_processes_mints_once(world: World, processes: Processes) -> None:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)

    met = processes.carry_out(world, [Act("mint", (request, "key-1"))] * 8)

    assert len({one.model_dump_json() for one in _told(met)}) == 1
    assert world.allotment().available_cents == 46_000
    assert world.participant(person).minted_in_month == 1


def test_mints_for_one_person_and_rides_of_her_card_do_not_stop_each_other(world: World) -> None:
    person = world.enroll()
    one = world.mint_request(participant_ids=(person,), unassigned=None, value_cents=1_000)
    code = str(world.mint(one).vouchers[0].code)
    acts: list[Any] = [partial(world.another().mint, one) for _ in range(3)]
    acts += [partial(world.another().request, code, f"ride-{it}", 500) for it in range(3)]

    met = at_once([partial(until_answered, act) for act in acts])

    assert [it for it in met if isinstance(it, Exception)] == []
    assert world.participant(person).minted_in_month == 4
    assert world.voucher(code).held_cents == 1_000


def _first_answer(told: dict[str, Any]) -> str:
    return str({name: told[name] for name in sorted(told) if name not in ("replayed", "ride")})


def _false_declines(entries: list[Entry], rides: int) -> Iterator[str]:
    """Goes through a voucher's ledger, in which holds only begin, and asks of each decline whether
    its reason was so at that place."""
    available, approved = 0, 0
    for entry in entries:
        if entry.kind is Kind.RIDE_REQUESTED and entry.reason is not None:
            reasons = {
                "insufficient_balance": (entry.fare_cents or 0) > available,
                "no_rides_left": approved >= rides,
                "too_many_open_rides": approved >= MAX_OPEN_HOLDS,
            }
            if not reasons.get(entry.reason):
                yield f"{entry.reason} of {entry.fare_cents} where {available} were left"
        elif entry.kind is Kind.RIDE_REQUESTED:
            approved += 1
        available += entry.changes.get(Account.AVAILABLE, 0)
