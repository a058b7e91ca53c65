"""Many who write one item in the same moment, where transactions that overlap are refused: the
store tries often enough that all are answered. Time is made up, so each run is like the others."""

from collections.abc import Callable

import builders
from bench.contention import call
from world import World


def test_a_partner_whose_app_mints_one_by_one_but_all_at_once_is_never_told_to_come_again(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(100_000)

    answers = call(world, _mint, [0.0] * 25)

    assert answers.busy == 0
    assert answers.transactions > 25
    assert world.allotment().available_cents == 50_000 - 25 * 100


def test_a_code_that_is_posted_by_many_at_once_holds_four_rides_and_everybody_is_answered(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(rules=builders.rules(max_rides=10))
    code = world.code()
    told = []

    def ask(caller: World, number: int) -> None:
        told.append(caller.request(code, f"ride-{number}", cents=100))

    answers = call(world, ask, [0.0] * 20)

    decisions = [one.answer["decision"] for one in told]
    assert answers.busy == 0
    assert (decisions.count("approved"), decisions.count("declined")) == (4, 16)


def _mint(world: World, number: int) -> object:
    return world.mint(world.mint_request(value_cents=100), f"key-{number}")
