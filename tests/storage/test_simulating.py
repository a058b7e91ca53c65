"""`simulate_ride`: a ride company is played by the use cases that its own messages take, once,
whatever is cut short, and only on a trial stack."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import builders
import wire
from books import differences
from builders import NOON, OTHER_PROVIDER
from farechance.errors import Busy, NotFound, StateForbids
from farechance.roles import Role
from farechance.store import keys
from operations.administer import Tools
from use_cases import reissued_with_a_hold, under
from wire import Wire
from world import World

ESTIMATE = 1_500


def simulate(world: World, code: str, **changes: Any) -> dict[str, Any]:
    """A ride of about 15.00 with the voucher of a code."""
    fields = {
        "partner_id": world.partner_id,
        "voucher_id": world.voucher(code).voucher_id,
        "provider_id": world.provider_id,
        "estimated_fare_cents": ESTIMATE,
    }
    return world.administer("simulate_ride", **{**fields, **changes})


def test_a_ride_is_completed_and_its_voucher_pays(world: World) -> None:
    code = world.code()

    answer = simulate(world, code)

    voucher = world.voucher(code)
    assert (voucher.spent_cents, voucher.held_cents) == (ESTIMATE, 0)
    assert world.kinds(code) == ["voucher.minted", "ride.requested", "ride.completed"]
    assert answer["answer_to_request"]["decision"] == "approved"
    assert answer["answer_to_event"]["outcome"] == "captured"
    words = answer["in_words"]
    assert words.startswith(
        f"{world.provider_id} asks for a ride of 15.00 with {voucher.voucher_id}. It is approved, "
        "and 15.00 is held. The rider reads: "
    )
    assert words.endswith("It is made for 15.00, of which the voucher pays 15.00.")
    assert differences(world) == []


def test_its_fare_may_differ_from_the_estimate(world: World) -> None:
    code = world.code()

    answer = simulate(world, code, fare_cents=2_400)

    assert answer["answer_to_event"]["captured_cents"] == 2_000
    assert answer["in_words"].endswith(
        "It is made for 24.00, of which the voucher pays 20.00. 4.00 isn't covered."
    )
    assert world.voucher(code).spent_cents == 2_000


def test_a_ride_is_cancelled_and_what_was_held_is_free_again(world: World) -> None:
    code = world.code()

    answer = simulate(world, code, outcome="cancelled")

    voucher = world.voucher(code)
    assert (voucher.available_cents, voucher.held_cents) == (4_000, 0)
    assert world.kinds(code)[-1] == "ride.cancelled"
    assert answer["answer_to_event"]["outcome"] == "voided"
    assert answer["in_words"].endswith("It is cancelled, and 15.00 is free again.")


def test_a_ride_that_is_left_under_way_can_be_ended_by_the_company_itself(world: World) -> None:
    code = world.code()

    answer = simulate(world, code, outcome="under_way")
    held = world.voucher(code).held_cents
    done = world.complete(code, answer["ride_id"], cents=1_200)

    assert held == ESTIMATE
    assert "answer_to_event" not in answer
    assert answer["in_words"].endswith("The ride is left under way.")
    assert done.answer["captured_cents"] == 1_200


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda world, code: world.block(code), "voucher_not_usable"),
        (
            lambda world, _: world.administer("pause_program", program_id=world.program_id),
            "voucher_not_usable",
        ),
    ],
)
def test_a_decline_is_told_as_the_company_and_the_rider_are_told_it(
    world: World, prepare: Callable[[World, str], Any], reason: str
) -> None:
    code = world.code()
    prepare(world, code)

    answer = simulate(world.another(), code)

    told = answer["answer_to_request"]
    assert (told["decision"], told["reason"]) == ("declined", reason)
    assert (
        f'It is declined ({reason}). The rider reads: "{told["rider_message"]["text"]}".'
        in (answer["in_words"])
    )
    assert "answer_to_event" not in answer
    assert world.voucher(code).spent_cents == 0
    assert world.kinds(code)[-1] == "ride.requested"


def test_a_company_that_the_programme_does_not_accept_is_declined_like_any_stranger(
    world: World,
) -> None:
    world.register_provider(OTHER_PROVIDER)
    code = world.code()

    answer = simulate(world, code, provider_id=OTHER_PROVIDER)

    assert answer["answer_to_request"]["reason"] == "voucher_unknown"
    assert world.kinds(code) == ["voucher.minted"]


def test_the_ride_goes_where_the_programme_pays_rides(world: World) -> None:
    under(world, service_areas=(builders.area(),), service_area_ends="both")

    answer = simulate(world, world.code())

    assert answer["answer_to_event"]["outcome"] == "captured"


def test_a_dry_run_says_what_a_request_would_be_told_and_does_nothing(world: World) -> None:
    code, blocked = world.code(), world.code()
    world.block(blocked)
    before = world.everything()

    told = [simulate(world, one, dry_run=True) for one in (code, blocked)]

    assert world.everything() == before
    assert [one["answer_to_request"]["decision"] for one in told] == ["approved", "declined"]
    assert "It is approved, and 15.00 is held." in told[0]["in_words"]
    assert told[0]["in_words"].startswith("Nothing was done.")


# ── once ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_repeat_is_answered_from_the_record_and_plays_nothing(world: World) -> None:
    code = world.code()
    first = simulate(world, code, command_id="once")
    world.clock.passes(hours=3)
    before = world.everything()

    again = simulate(world, code, command_id="once")

    assert world.everything() == before
    assert again["repeated"] is True
    assert {name: again[name] for name in first if name != "in_words"} == {
        name: value for name, value in first.items() if name != "in_words"
    }


def test_the_ride_of_another_command_is_another_ride(world: World) -> None:
    code = world.code()

    rides = {simulate(world, code, command_id=one)["ride_id"] for one in ("one", "two")}

    assert len(rides) == 2
    assert all(len(ride) <= 64 for ride in rides)
    assert world.voucher(code).spent_cents == 2 * ESTIMATE


@pytest.mark.parametrize("done", [1, 2], ids=["after the request", "after the completion"])
def test_cut_short_it_goes_on_hours_later_and_plays_nothing_twice(world: World, done: int) -> None:
    code = world.code()

    _cut_short(world, code, done)
    half = world.kinds(code)
    world.clock.passes(hours=3)
    answer = simulate(world.another(), code, command_id="once")

    assert half == ["voucher.minted", "ride.requested", "ride.completed"][: done + 1]
    assert world.kinds(code) == ["voucher.minted", "ride.requested", "ride.completed"]
    assert "repeated" not in answer
    assert answer["answer_to_request"]["held_cents"] == ESTIMATE
    assert answer["answer_to_request"]["authorization_id"].startswith("aut_")
    assert answer["answer_to_event"]["captured_cents"] == ESTIMATE
    assert differences(world) == []


def test_cut_short_it_does_not_go_on_with_other_amounts(world: World) -> None:
    code = world.code()
    _cut_short(world, code, 1)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        simulate(world, code, command_id="once", estimated_fare_cents=ESTIMATE + 1)

    assert refused.value.reason == "command_id_reused"
    assert world.everything() == before


@pytest.mark.parametrize("at", [0, 1], ids=["the request", "the completion"])
def test_sent_twice_at_once_it_plays_one_ride_without_a_conflict(world: World, at: int) -> None:
    code = world.code()
    others: list[dict[str, Any]] = []

    def another_first(call: Any) -> Any:
        world.clock.passes(seconds=1)
        others.append(simulate(world.another(), code, command_id="once"))
        return call.deliver()

    with Wire(world.client) as line:
        line.disturb(another_first, "TransactWriteItems", at=at, times=1)
        slower = simulate(world, code, command_id="once")

    assert slower["repeated"] is True
    assert slower["answer_to_event"] == others[0]["answer_to_event"]
    assert world.kinds(code) == ["voucher.minted", "ride.requested", "ride.completed"]
    assert world.voucher(code).spent_cents == ESTIMATE


def test_every_entry_names_its_command_and_the_record_holds_no_code(world: World) -> None:
    code = world.code()

    simulate(world, code, command_id="once")

    assert [entry.command_id for entry in world.entries(code)[1:]] == ["once", "once"]
    record = world.store.read(keys.command("once"))[keys.command("once")]
    assert record is not None
    assert record.content["voucher_id"] == world.voucher(code).voucher_id
    assert code.replace("-", "") not in str(world.everything())
    story = world.administer("explain_voucher", voucher_id=world.voucher(code).voucher_id)["story"]
    assert sum("In a simulation, City Cabs" in line for line in story) == 2


# ── where it is refused ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dry_run", [False, True])
def test_in_production_it_is_refused_for_everybody(
    world: World, monkeypatch: pytest.MonkeyPatch, *, dry_run: bool
) -> None:
    code = world.code()
    before = world.everything()
    tools = world.admin_tools
    tools.environment = "production"
    monkeypatch.setattr(World, "admin_tools", property(lambda _: tools))

    for role in (Role.OPERATOR, Role.ADMINISTRATOR):
        with pytest.raises(StateForbids) as refused:
            simulate(world.another(role=role), code, dry_run=dry_run)
        assert refused.value.reason == "trial_only"

    assert isinstance(tools, Tools)
    assert world.everything() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"partner_id": builders.OTHER_PARTNER},
        {"partner_id": "org_nobody"},
        {"voucher_id": "vch_1nobodys"},
        {"voucher_id": "vch_znobodys"},
        {"provider_id": "pvd_nobody"},
    ],
)
def test_what_is_not_there_is_not_found(world: World, changes: dict[str, str]) -> None:
    code = world.code()
    before = world.everything()

    with pytest.raises(NotFound):
        simulate(world, code, **changes)

    assert world.everything() == before


def test_a_reissued_card_gets_what_its_old_one_left_before_the_ride(world: World) -> None:
    _, new = reissued_with_a_hold(world)

    answer = simulate(world, new)

    assert answer["answer_to_event"]["captured_cents"] == ESTIMATE
    assert world.clock.now > NOON + timedelta(days=9)
    assert differences(world) == []


def _cut_short(world: World, code: str, done: int) -> None:
    """Of the command only the first transactions get through."""
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=done, times=100)
        with pytest.raises(Busy):
            simulate(world, code, command_id="once")
