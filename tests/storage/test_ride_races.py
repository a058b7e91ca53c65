"""Rides that meet: threads on real transactions, and rivals that come at the worst moment."""

from functools import partial

import pytest

from farechance.errors import Busy
from farechance.told import Told
from threads import at_once
from wire import Wire
from world import World


def _told(results: list[Told | Exception]) -> list[Told]:
    """All of them were answered."""
    assert [one for one in results if isinstance(one, Exception)] == []
    return [one for one in results if isinstance(one, Told)]


@pytest.mark.parametrize("round_", range(5))
def test_one_ride_sent_to_two_vouchers_is_paid_by_one(world: World, round_: int) -> None:
    codes = [world.code(), world.code()]
    ride = f"ride-{round_}"

    told = _told(at_once([partial(world.another().request, code, ride) for code in codes]))

    decisions = [one.answer["decision"] for one in told]
    assert sorted(decisions) == ["approved", "declined"]
    loser = told[decisions.index("declined")]
    assert loser.answer["reason"] == "ride_of_other_voucher"
    assert sum(world.voucher(code).held_cents for code in codes) == 1_500
    stored = world.ride(ride)
    assert stored is not None
    assert stored.voucher_key == world.voucher_key(codes[decisions.index("approved")])


def test_a_ride_that_another_voucher_gets_at_the_last_moment_is_declined(world: World) -> None:
    code, rival = world.code(), world.code()

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", lambda: world.another().request(rival))
        told = world.request(code)

    assert told.answer["reason"] == "ride_of_other_voucher"
    assert world.voucher(code).held_cents == 0
    assert world.voucher(rival).held_cents == 1_500
    assert world.kinds(code) == ["voucher.minted"]


def test_one_event_sent_many_times_at_once_has_one_effect(world: World) -> None:
    code = world.code()

    requests = _told(at_once([partial(world.another().request, code)] * 4))
    completions = _told(at_once([partial(world.another().complete, code)] * 4))

    assert [one.is_replay for one in requests].count(False) == 1
    assert [one.is_replay for one in completions].count(False) == 1
    assert all(one.answer == requests[0].answer for one in requests)
    assert all(one.answer == completions[0].answer for one in completions)
    assert world.voucher(code).spent_cents == 1_500
    assert world.kinds(code) == ["voucher.minted", "ride.requested", "ride.completed"]


def test_two_rides_at_once_never_hold_more_than_the_voucher_has(world: World) -> None:
    code = world.code(rides=1)

    told = _told(at_once([partial(world.another().request, code, f"ride-{n}") for n in range(4)]))

    reasons = [one.answer.get("reason") for one in told]
    assert reasons.count(None) == 1
    assert set(reasons) == {None, "no_rides_left"}
    assert world.voucher(code).held_cents == 1_500


def test_a_completion_and_a_cancellation_at_once_agree_on_one_of_both(world: World) -> None:
    code = world.code()
    world.request(code)

    completed, cancelled = _told(
        at_once([partial(world.another().complete, code), partial(world.another().cancel, code)])
    )

    voucher = world.voucher(code)
    outcomes = (completed.answer["outcome"], cancelled.answer["outcome"])
    assert outcomes in [("captured", "refused"), ("refused", "voided")]
    assert voucher.held_cents == 0
    assert voucher.spent_cents == (1_500 if outcomes[0] == "captured" else 0)


def test_a_completion_that_is_overtaken_by_a_cancellation_is_refused(world: World) -> None:
    code = world.code()
    world.request(code)

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", lambda: world.another().cancel(code))
        told = world.complete(code)

    assert (told.answer["outcome"], told.answer["reason"]) == ("refused", "ride_cancelled")
    assert told.answer["shortfall_cents"] == 1_500
    assert world.voucher(code).available_cents == 4_000


def test_a_request_that_is_overtaken_is_judged_by_what_is_there_now(world: World) -> None:
    code = world.code(value_cents=2_000, rides=1)

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", lambda: world.another().request(code, "rival"))
        told = world.request(code, "ride-1")

    assert told.answer["reason"] == "no_rides_left"
    assert world.voucher(code).held_cents == 1_500


def test_nobody_is_refused_because_of_a_hold_that_was_given_back_meanwhile(world: World) -> None:
    code = world.code(rides=1)
    world.request(code, "first")

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", lambda: world.another().cancel(code, "first"))
        told = world.request(code, "second")

    assert told.answer["decision"] == "approved"
    assert list(world.voucher(code).holds) == [f"{world.provider_id}#second"]


def test_who_is_overtaken_again_and_again_is_told_to_come_back(world: World) -> None:
    code = world.code()
    numbers = iter(range(100))

    def rival() -> None:
        # Each changes the voucher's version and takes nothing.
        world.another().request(code, f"rival-{next(numbers)}", cents=9_000)

    with Wire(world.client) as wire:
        wire.before("TransactWriteItems", rival, times=100)
        with pytest.raises(Busy):
            world.request(code)

    assert world.ride() is None
    assert world.voucher(code).held_cents == 0
