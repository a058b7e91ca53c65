"""Acts on vouchers, schedules and commands that meet rides and mints at the same moment: whoever
comes first, an approved ride is paid, and no cent is lost, doubled or refused without a reason
(domain.md, invariants 1, 2, 3, 7 and 10)."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from builders import NOON
from farechance.errors import StateForbids
from farechance.rides import RideState
from farechance.vouchers import VoucherState
from threads import at_once, until_answered
from use_cases import owing_ride, under
from world import World

ROUNDS = range(3)


def _met(*acts: Callable[[], Any]) -> list[Any]:
    """What each got that began at the same moment; who is told to come back does. A refusal is its
    reason."""
    results = at_once([partial(until_answered, act) for act in acts])
    met = [one.reason if isinstance(one, StateForbids) else one for one in results]
    assert [one for one in met if isinstance(one, Exception)] == []
    return met


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize("act", [World.block, World.revoke, World.reissue])
def test_what_stops_a_voucher_does_not_stop_an_approved_ride(
    world: World, act: Callable[[World, str], object], round_: int
) -> None:
    under(world, max_rides=3, cap_cents=2_000)
    code = world.code(rides=3)
    world.request(code, "approved")

    done, completed, asked = _met(
        partial(act, world.another(), code),
        partial(world.another().complete, code, "approved"),
        partial(world.another().request, code, f"asked-{round_}"),
    )

    assert completed.answer["captured_cents"] == 1_500
    was_approved = asked.answer["decision"] == "approved"
    assert was_approved or asked.answer["reason"] == "voucher_not_usable"
    assert world.voucher(code).held_cents == (1_500 if was_approved else 0)
    if was_approved:
        assert world.complete(code, f"asked-{round_}").answer["captured_cents"] == 1_500
    left = 1_000 if was_approved else 2_500
    if act is World.block:
        assert world.voucher(code).available_cents == left
    elif act is World.revoke:
        assert world.allotment().available_cents == 46_000 + left
    else:
        assert world.voucher(done).available_cents == left
        assert world.voucher(done).max_rides == (1 if was_approved else 2)


@pytest.mark.parametrize("round_", ROUNDS)
def test_of_acts_that_end_a_voucher_one_ends_it(world: World, round_: int) -> None:
    code = world.code()
    world.request(code, f"ride-{round_}")

    met = _met(
        partial(world.another().revoke, code),
        partial(world.another().revoke, code),
        partial(world.another().reissue, code),
        partial(world.another().reissue, code),
    )

    assert Counter(one if isinstance(one, str) else "" for one in met)["voucher_closed"] == 3
    voucher = world.voucher(code)
    assert (voucher.state, voucher.available_cents) == (VoucherState.CLOSED, 0)
    assert voucher.held_cents == 1_500
    back = world.allotment().available_cents - 46_000
    moved = sum(world.voucher(one).available_cents for one in met if "-" in one)
    assert sorted((back, moved)) == [0, 2_500]


def test_one_reissue_sent_many_times_makes_one_card(world: World) -> None:
    code = world.code()

    met = _met(*[partial(world.another().reissue, code, "key-1") for _ in range(4)])

    assert len(set(met)) == 1
    assert world.voucher(met[0]).available_cents == 4_000
    assert world.kinds(code) == ["voucher.minted", "voucher.reissued"]


def test_one_card_that_is_handed_to_two_people_is_ones(world: World) -> None:
    people, code = [world.enroll(), world.enroll()], world.code()

    met = _met(*[partial(world.another().assign, code, person) for person in people])

    assert [one for one in met if isinstance(one, str)] == ["already_assigned"]
    loser = met.index("already_assigned")
    counted = [world.participant(person).minted_in_month for person in people]
    assert counted == ([0, 1] if loser == 0 else [1, 0])
    owner = world.participant(people[1 - loser])
    assert world.voucher(code).subject_id == owner.subject_id
    assert list(owner.open_vouchers) == [world.voucher(code).voucher_id]


@pytest.mark.parametrize("round_", ROUNDS)
def test_housekeeping_twice_a_late_completion_and_the_successors_ride_agree(
    world: World, round_: int
) -> None:
    """The old card's hold is past its return_at. Its 15.00 are the only money for the new card's
    second ride."""
    old = world.code(value_cents=3_000, expires_at=NOON + timedelta(days=60))
    world.request(old, "old-ride")
    new = world.reissue(old)
    world.clock.passes(days=10)

    first, second, late, asked = _met(
        world.another().keep_house,
        world.another().keep_house,
        partial(world.another().complete, old, "old-ride"),
        partial(world.another().request, new, f"new-ride-{round_}"),
    )

    assert [*first.failed, *second.failed] == []
    assert late.answer["captured_cents"] == 0
    assert late.answer["shortfall_cents"] == 1_500
    assert asked.answer["decision"] == "approved"
    world.keep_house()
    assert world.voucher(old).is_settled
    assert world.voucher(old).spent_cents == 0
    assert world.voucher(new).available_cents == 1_500
    assert world.voucher(new).held_cents == 1_500
    assert world.allotment().available_cents == 47_000


@pytest.mark.parametrize("round_", ROUNDS)
def test_housekeeping_that_runs_twice_returns_everything_once(world: World, round_: int) -> None:
    codes = [world.code(value_cents=1_000) for _ in range(6)]
    for code in codes[:3]:
        world.request(code, f"ride-{round_}-of-{world.voucher_key(code)}", 500)
    world.clock.passes(days=20)

    kept = _met(*[world.another().keep_house for _ in range(3)])

    assert [one.failed for one in kept] == [[]] * 3
    assert sum(one.returned for one in kept) == 6
    assert all(world.voucher(code).is_settled for code in codes)
    assert world.allotment().available_cents == 50_000


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_completion_before_return_at_is_paid_whenever_its_hold_lapses(
    world: World, round_: int
) -> None:
    code = world.code(value_cents=3_000, rides=2)
    world.request(code, "first")
    world.clock.passes(hours=25)
    rivals = [f"rival-{round_}-{number}" for number in range(2)]

    completed, *asked = _met(
        partial(world.another().complete, code, "first"),
        *[partial(world.another().request, code, rival) for rival in rivals],
    )

    ride = world.ride("first")
    assert ride is not None
    assert ride.state is RideState.CAPTURED
    paid = completed.answer["captured_cents"]
    assert paid + completed.answer["shortfall_cents"] == 1_500
    held = sum(one.answer.get("held_cents", 0) for one in asked)
    assert world.voucher(code).held_cents == held
    # Both places and both halves of the money are taken: by the ride that was made, or by rivals.
    assert paid + held == 3_000


@pytest.mark.parametrize("round_", ROUNDS)
def test_money_is_taken_back_or_minted_but_never_both(world: World, round_: int) -> None:
    request = world.mint_request(value_cents=1_000, unassigned=4)
    fields = {"program_id": world.program_id, "partner_id": world.partner_id}
    unallot = partial(world.another().administer, "unallot", amount_cents=30_000, **fields)

    taken, *minted = _met(
        unallot,
        *[partial(world.another().mints, request, f"{round_}-{it}") for it in range(12)],
    )

    refused = [one for one in minted if isinstance(one, str)]
    assert set(refused) <= {"insufficient_allotment"}
    # What was taken back leaves room for five; where six came first, all twelve fit.
    was_taken = taken != "insufficient_allotment"
    assert len(minted) - len(refused) == (5 if was_taken else 12)
    assert world.allotment().available_cents == (0 if was_taken else 2_000)
    assert world.program().unallotted_cents == (30_000 if was_taken else 0)


@pytest.mark.parametrize("round_", ROUNDS)
@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("pause_program", "program_paused"),
        ("close_program", "program_closed"),
        ("suspend_partner", "partner_suspended"),
    ],
)
def test_what_stops_mints_stops_them_at_once(
    world: World, command: str, reason: str, round_: int
) -> None:
    fields: dict[str, Any] = {"program_id": world.program_id}
    if command == "close_program":
        fields["confirm"] = world.program_id
    if command == "suspend_partner":
        fields = {"partner_id": world.partner_id}
    request = world.mint_request(value_cents=1_000)

    _, *minted = _met(
        partial(world.another().administer, command, **fields),
        *[partial(world.another().mints, request, f"{round_}-{it}") for it in range(6)],
    )
    at_the_end = _met(partial(world.another().mints, request, "too-late"))

    refused = [one for one in minted if isinstance(one, str)]
    assert set(refused) <= {reason}
    assert at_the_end == [reason]
    assert world.allotment().available_cents == 50_000 - 1_000 * (6 - len(refused))


def test_what_is_owed_is_decided_once(world: World) -> None:
    owing_ride(world)
    world.administer("fund", program_id=world.program_id, amount_cents=10_000)
    owed = {"program_id": world.program_id, "provider_id": world.provider_id, "ride_id": "ride-1"}

    met = _met(
        *[
            partial(world.another().administer, command, amount_cents=1_500, **owed)
            for command in ("accept_shortfall", "write_off") * 2
        ]
    )

    assert [one for one in met if isinstance(one, str)] == ["not_owed"] * 3
    ride = world.ride("ride-1")
    assert ride is not None
    assert ride.owed_cents == 0
    assert ride.accepted_cents + ride.written_off_cents == 1_500
    assert world.program().paid_direct_cents == ride.accepted_cents


def test_a_command_from_many_at_once_is_carried_out_once(world: World) -> None:
    code = world.code()
    voucher_id = world.voucher(code).voucher_id
    fields = {"command_id": "once", "voucher_id": voucher_id, "confirm": voucher_id}

    met = _met(*[partial(world.another().administer, "revoke_voucher", **fields)] * 4)

    assert Counter(one.get("repeated", False) for one in met) == {False: 1, True: 3}
    assert world.kinds(code) == ["voucher.minted", "voucher.revoked"]
    assert world.allotment().available_cents == 50_000
