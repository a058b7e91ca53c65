"""Mints that meet: never over the allotment, and nobody refused who could have been served."""

from collections.abc import Callable
from functools import partial

import pytest

from farechance.errors import StateForbids
from threads import at_once
from wire import Wire
from world import World


@pytest.mark.parametrize(
    ("available_cents", "value_cents", "affordable"), [(21_000, 4_000, 5), (10_000, 1_000, 10)]
)
def test_threads_mint_exactly_what_there_is(
    worlds: Callable[..., World], available_cents: int, value_cents: int, affordable: int
) -> None:
    world = worlds().with_program(cents=2 * available_cents)
    request = world.mint_request(value_cents=value_cents)

    results = at_once([partial(world.another().mints, request) for _ in range(12)])

    minted = [one for one in results if not isinstance(one, Exception)]
    refused = [one for one in results if isinstance(one, StateForbids)]
    assert (len(minted), len(refused)) == (affordable, 12 - affordable)
    assert {one.reason for one in refused} == {"insufficient_allotment"}
    assert all(int(one.facts["available_cents"]) < value_cents for one in refused)
    assert world.allotment().available_cents == available_cents - affordable * value_cents
    assert len(_vouchers(world)) == affordable


def test_large_and_small_mints_at_once_are_served_as_if_one_after_the_other(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(cents=20_000)
    large = world.mint_request(value_cents=4_000, unassigned=2)
    small = world.mint_request(value_cents=2_000)

    results = at_once([partial(world.another().mints, one) for one in (large, small) * 2])

    refused = [one for one in results if isinstance(one, Exception)]
    served = [one[0].total_cents for one in results if not isinstance(one, Exception)]
    # A large one and a small one, or both small ones: after either, no other fits.
    assert sorted(served) in ([2_000, 8_000], [2_000, 2_000])
    assert all(isinstance(one, StateForbids) for one in refused)
    assert world.allotment().available_cents == 10_000 - sum(served)


def test_one_key_sent_several_times_at_once_mints_once(world: World) -> None:
    request = world.mint_request(unassigned=3)

    results = at_once([partial(world.another().mints, request, "key-1")] * 4)

    answers = [one for one in results if not isinstance(one, Exception)]
    assert len(answers) == 4
    assert all(minted == answers[0][0] for minted, _ in answers)
    assert [is_replay for _, is_replay in answers].count(False) == 1
    assert len(_vouchers(world)) == 3
    assert world.allotment().available_cents == 38_000


def test_mints_for_one_person_at_once_are_all_counted(world: World) -> None:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person,), unassigned=None)

    results = at_once([partial(world.another().mints, request) for _ in range(4)])

    assert [one for one in results if isinstance(one, Exception)] == []
    stored = world.participant(person)
    assert (stored.minted_in_month, len(stored.open_vouchers)) == (4, 4)
    assert len(_vouchers(world)) == 4


def test_the_monthly_limit_holds_in_a_race(world: World) -> None:
    person = world.enroll()
    nine = world.mint_request(participant_ids=(person,) * 9, unassigned=None, value_cents=100)
    world.mint(nine)
    one = world.mint_request(participant_ids=(person,), unassigned=None, value_cents=100)

    results = at_once([partial(world.another().mints, one) for _ in range(4)])

    refused = [it for it in results if isinstance(it, StateForbids)]
    assert [it.reason for it in refused] == ["monthly_limit_reached"] * 3
    assert world.participant(person).minted_in_month == 10


def test_a_pause_at_the_last_moment_stops_a_mint(world: World) -> None:
    before = len(_vouchers(world))

    with Wire(world.client) as wire:
        wire.before(
            "TransactWriteItems",
            lambda: world.administer("pause_program", program_id=world.program_id),
        )
        with pytest.raises(StateForbids) as refused:
            world.mint()

    assert refused.value.reason == "program_paused"
    assert len(_vouchers(world)) == before
    assert world.allotment().available_cents == 50_000


def test_money_that_arrives_at_the_last_moment_is_minted_from(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(cents=8_000)

    def rival() -> None:
        world.another().mint(world.mint_request(value_cents=4_000))
        world.administer("fund", program_id=world.program_id, amount_cents=4_000)
        world.allot(world.partner_id, 4_000)

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", rival)
        minted = world.mint(world.mint_request(value_cents=4_000))

    assert len(minted.vouchers) == 1
    assert world.allotment().available_cents == 0


def _vouchers(world: World) -> list[str]:
    names = [item["pk"]["S"] for item in world.items("vouchers")]
    return [name for name in names if name.startswith("voucher#")]
