"""How write units grow with what a call is about (storage.md, 'Budget per operation'): so many
vouchers, people, dead holds, letters. `test_budgets` has every operation in its usual size. Index
writes come on top and aren't counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import builders
from operations.act_on_voucher import block_voucher
from units import REAL_IDS, Cost, cost_of
from world import World

LONGEST_IDS = {
    "program_id": "prg_" + "p" * 40,
    "partner_id": "org_" + "o" * 40,
    "other_partner_id": "org_" + "q" * 40,
    "provider_id": "pvd_" + "v" * 40,
}
RIDE = 6
DEAD_HOLD = 4


def _ride(number: int, letters: int = 36) -> str:
    return f"{UUID(int=2**127 + number)}".ljust(letters, "r")


def _furnished(world: World) -> World:
    """A programme with long words and rules that leave much open."""
    rules = builders.rules(
        max_rides=10,
        cap_cents=2_000,
        max_vouchers_per_participant_month=40,
        provider_ids=(world.provider_id,),
        rider_facing_name="Rides for everybody in the harbor county",
    )
    world.register_provider(world.provider_id)
    world.administer(
        "create_program",
        program_id=world.program_id,
        name="Harbor county rides to interviews and to work 2026",
        funder="The Harbor county foundation for work and family",
        rules=rules,
    )
    world.administer("fund", program_id=world.program_id, amount_cents=1_000_000)
    world.create_partner(
        world.partner_id,
        help_name="Second Start and friends, the help desk",
        help_phone="+1 (212) 555-0100",
    )
    world.allot(world.partner_id, 1_000_000)
    return world


def _code_for_a_person(world: World, value_cents: int = 10_000) -> str:
    """Of a voucher that somebody has, in the language with the longer words, whose first request
    was declined. From here on the function is warm."""
    person = world.enroll(language="es")
    request = world.mint_request(
        participant_ids=(person,), unassigned=None, value_cents=value_cents, cap_cents=2_000
    )
    code = world.mint(request).vouchers[0].code
    assert code is not None
    world.request(code, _ride(90 + len(world.codes)), cents=9_999)
    return code


@pytest.fixture
def real(worlds: Callable[..., World]) -> World:
    """A world with ids as they are given."""
    return _furnished(worlds(**REAL_IDS))


@pytest.fixture
def longest(worlds: Callable[..., World]) -> World:
    """A world with the longest ids that are allowed."""
    return _furnished(worlds(**LONGEST_IDS))


def _used(cost: Cost) -> tuple[int, int]:
    return cost.round_trips, cost.write_units


def test_each_event_of_a_ride_takes_two_round_trips_and_six_units(real: World) -> None:
    code = _code_for_a_person(real)

    costs = {
        "request": cost_of(real, lambda world: world.request(code, _ride(1))),
        "return": cost_of(real, lambda world: world.request(code, _ride(2))),
        "complete": cost_of(real, lambda world: world.complete(code, _ride(1), tip_cents=250)),
        "cancel": cost_of(real, lambda world: world.cancel(code, _ride(2))),
        "decline": cost_of(real, lambda world: world.request(code, _ride(3), cents=9_000)),
        "tombstone": cost_of(real, lambda world: world.cancel(code, _ride(4))),
        "refusal": cost_of(real, lambda world: world.complete(code, _ride(5))),
    }

    assert {name: _used(cost) for name, cost in costs.items()} == dict.fromkeys(costs, (2, RIDE))
    assert real.voucher(code).spent_cents == 1_250


def test_a_conflict_writes_the_voucher_and_an_entry(real: World) -> None:
    code = _code_for_a_person(real)
    real.request(code, _ride(1))

    cost = cost_of(real, lambda world: world.request(code, _ride(1), cents=1_501))

    assert _used(cost) == (2, 4)
    assert real.kinds(code)[-1] == "ride.conflict"


def test_a_repeat_takes_one_round_trip_and_writes_nothing(real: World) -> None:
    code = _code_for_a_person(real)
    acts: list[Callable[[World], Any]] = [
        lambda world: world.request(code, _ride(1)),
        lambda world: world.complete(code, _ride(1)),
        lambda world: world.request(code, _ride(2), cents=9_000),
        lambda world: world.cancel(code, _ride(3)),
    ]
    for act in acts:
        act(real)

    costs = [cost_of(real, act) for act in acts]

    assert [_used(cost) for cost in costs] == [(1, 0)] * len(acts)
    assert real.voucher(code).spent_cents == 1_500


def test_an_unknown_code_takes_one_round_trip_and_a_mistyped_one_none(real: World) -> None:
    code = _code_for_a_person(real)
    # The door knows the ride company already: it has just verified its signature.
    real.request(real.unknown_code())

    unknown = cost_of(real, lambda world: world.request(world.unknown_code()))
    mistyped = cost_of(real, lambda world: world.request(code[:-1] + "?"))

    assert _used(unknown) == (1, 0)
    assert _used(mistyped) == (0, 0)


def test_another_companys_code_takes_the_one_round_trip_of_an_unknown_one(real: World) -> None:
    stranger = real.another(
        program_id="prg_of_strangers",
        partner_id="org_of_strangers",
        other_partner_id="org_of_more_strangers",
        provider_id="pvd_strange_cabs",
    ).with_program()
    foreign = _code_for_a_person(real)
    stranger.request(stranger.unknown_code())

    # Once a minute the status of that programme is read as well: who times a single call might
    # learn that a code is somebody's, but must have the code to ask.
    first = cost_of(stranger, lambda world: world.request(foreign))
    warm = cost_of(stranger, lambda world: world.request(foreign))

    assert _used(first) == (2, 0)
    assert _used(warm) == (1, 0)


@pytest.mark.parametrize("dead", [1, 2, 3])
def test_each_dead_hold_that_is_let_go_costs_four_units_more(real: World, dead: int) -> None:
    code = _code_for_a_person(real, value_cents=2_000)
    for number in range(dead):
        real.request(code, _ride(number + 1), cents=2_000 // dead)
    real.clock.passes(days=1, seconds=1)
    _code_for_a_person(real)

    cost = cost_of(real, lambda world: world.request(code, _ride(21), cents=2_000))

    assert real.kinds(code).count("hold.lapsed") == dead
    assert _used(cost) == (2, RIDE + DEAD_HOLD * dead + _beyond_one_kilobyte(cost))


def _beyond_one_kilobyte(cost: Cost) -> int:
    """What a voucher with many holds costs more: the budget is for items up to 1 KB."""
    return 2 * sum(bytes_ > 1_024 for _, bytes_ in cost.sizes)


def test_enrolling_takes_two_round_trips_and_six_units(real: World) -> None:
    request = builders.enrollment(
        program_id=real.program_id, external_ref="case-" + "7" * 27, language="es"
    )

    enrolled = cost_of(real, lambda world: world.enrolls(request, "k" * 64))
    repeated = cost_of(real, lambda world: world.enrolls(request, "k" * 64))

    assert _used(enrolled) == (2, 6)
    assert _used(repeated) == (2, 0)
    assert len(real.items("people")) == 3


@pytest.mark.parametrize("number", [1, 7, 25])
def test_a_mint_takes_four_units_for_each_voucher_and_four_more(real: World, number: int) -> None:
    real.mint()
    request = real.mint_request(unassigned=number)

    cost = cost_of(real, lambda world: world.mints(request, "k" * 64))
    repeated = cost_of(real, lambda world: world.mints(request, "k" * 64))

    assert _used(cost) == (2, 2 * (2 * number + 2))
    assert _used(repeated) == (1, 0)


def test_a_mint_takes_two_units_for_each_participant(real: World) -> None:
    people = tuple(real.enroll(language="es") for _ in range(25))
    real.mint()
    request = real.mint_request(participant_ids=people, unassigned=None)

    cost = cost_of(real, lambda world: world.mint(request))

    assert _used(cost) == (2, 2 * (2 * 25 + 2) + 2 * 25)
    assert all(len(real.participant(person).open_vouchers) == 1 for person in people)


def test_an_act_on_a_voucher_takes_three_round_trips_and_four_units(real: World) -> None:
    code = _code_for_a_person(real)
    call = real.call("block", code, "k" * 64, reason="stolen")

    blocked = cost_of(real, lambda world: block_voucher(call, world.tools))
    repeated = cost_of(real, lambda world: block_voucher(call, world.tools))

    # The voucher says where its entries are, so they are read after it.
    assert _used(blocked) == (3, 4)
    assert _used(repeated) == (2, 0)
    assert real.kinds(code)[-1] == "voucher.blocked"


def test_a_reissue_writes_both_cards_both_entries_and_the_person(real: World) -> None:
    code = _code_for_a_person(real)

    cost = cost_of(real, lambda world: world.reissue(code, reason="lost"))

    assert cost.write_units == 2 * (2 + 2 + 1)
    assert real.voucher(code).available_cents == 0


def test_a_cold_function_takes_one_round_trip_more(real: World) -> None:
    code = _code_for_a_person(real)

    ride = cost_of(real.another(), lambda world: world.request(code, _ride(1)))
    mint = cost_of(real.another(), lambda world: world.mint())

    assert _used(ride) == (3, RIDE)
    assert mint.round_trips <= 4
    assert real.voucher(code).held_cents == 1_500


def test_with_the_longest_ids_and_the_most_open_rides_no_event_takes_more_than_ten_units(
    longest: World,
) -> None:
    code = _code_for_a_person(longest)
    acts: list[Callable[[World], Any]] = [
        *(lambda world, n=n: world.request(code, _ride(n, 64)) for n in range(1, 5)),
        lambda world: world.request(code, _ride(5, 64)),
        lambda world: world.complete(code, _ride(1, 64), cents=999_999, tip_cents=1),
        lambda world: world.cancel(code, _ride(2, 64), cancellation_fee_cents=999),
    ]

    costs = [cost_of(longest, act) for act in acts]

    assert {cost.round_trips for cost in costs} == {2}
    assert max(cost.write_units for cost in costs) <= 10
    assert max(bytes_ for cost in costs for _, bytes_ in cost.sizes) < 2_048
    assert longest.voucher(code).spent_cents == 2_000


def test_a_full_record_of_a_person_stays_under_three_kilobytes(real: World) -> None:
    person = real.enroll(external_ref="c" * 64)
    fifteen = real.mint_request(participant_ids=(person,) * 15, unassigned=None, value_cents=100)
    real.mint(fifteen)
    real.mint(fifteen)
    last = real.mint_request(participant_ids=(person,) * 10, unassigned=None, value_cents=100)

    cost = cost_of(real, lambda world: world.mint(last))

    assert len(real.participant(person).open_vouchers) == 40
    assert _used(cost) == (2, 2 * (2 * 10 + 2) + 2 * 3)


def test_a_ride_that_is_booked_ahead_costs_the_same(real: World) -> None:
    code = _code_for_a_person(real)
    pickup_at = real.clock.now + timedelta(days=3)

    cost = cost_of(real, lambda world: world.request(code, _ride(1), pickup_at=pickup_at))

    assert _used(cost) == (2, RIDE)
    assert real.voucher(code).held_cents == 1_500
