"""New rules for a programme that runs, and its end; also against somebody else's command at the
same moment."""

from functools import partial
from typing import Any

import pytest

import builders
import wire
from builders import OTHER_PARTNER
from farechance.errors import Busy, FieldErrors, StateForbids
from farechance.programs import Status
from farechance.store import keys
from threads import at_once
from wire import Wire
from world import World


def _close(world: World, **fields: Any) -> dict[str, Any]:
    fields = {"program_id": world.program_id, "confirm": world.program_id, **fields}
    return world.administer("close_program", **fields)


# ── set_rules ─────────────────────────────────────────────────────────────────────────────────────


def test_new_rules_are_for_later_mints_and_older_vouchers_keep_theirs(world: World) -> None:
    old = world.code()

    answer = world.administer(
        "set_rules",
        program_id=world.program_id,
        rules=builders.rules(max_rides=3, overage="rider_pays", valid_days=20),
    )
    world.clock.passes(seconds=60)
    new = world.code()
    of_old = world.request(old, "ride-1", cents=2_500)
    of_new = world.request(new, "ride-2", cents=2_500)

    assert answer["rules_version"] == 2
    assert world.program().rules_version == 2
    assert [world.voucher(code).rules_version for code in (old, new)] == [1, 2]
    assert [world.voucher(code).max_rides for code in (old, new)] == [2, 3]
    assert of_old.answer["reason"] == "over_ride_cap"
    assert of_new.answer["held_cents"] == 1_334
    first = keys.rules(world.program_id, 1)
    assert world.store.read(first)[first] == builders.rules()


def test_a_mint_under_old_rules_is_repeated_under_old_rules(world: World) -> None:
    first, _ = world.mints(world.mint_request(), "key-1")
    world.administer("set_rules", program_id=world.program_id, rules=builders.rules(max_rides=5))
    world.clock.passes(seconds=60)

    again, is_replay = world.mints(world.mint_request(), "key-1")

    assert (again, is_replay) == (first, True)
    assert again.vouchers[0].rides == 2


@pytest.mark.parametrize("field", ["currency", "time_zone"])
def test_currency_and_time_zone_stay_as_they_are(world: World, field: str) -> None:
    other = {"currency": "CAD", "time_zone": "America/Chicago"}[field]
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        world.administer(
            "set_rules", program_id=world.program_id, rules=builders.rules(**{field: other})
        )

    assert [error.pointer for error in refused.value.errors] == [f"/rules/{field}"]
    assert world.everything() == before


def test_rules_of_a_closed_program_stay_as_they_are(world: World) -> None:
    _close(world)
    before = world.everything()

    with pytest.raises(StateForbids) as closed:
        world.administer("set_rules", program_id=world.program_id, rules=builders.rules())

    assert closed.value.reason == "program_closed"
    assert world.everything() == before


def test_rules_set_by_two_at_once_are_two_versions(world: World) -> None:
    results = at_once(
        [
            partial(
                world.another().administer,
                "set_rules",
                program_id=world.program_id,
                rules=builders.rules(max_rides=rides),
            )
            for rides in (3, 4)
        ]
    )

    versions = sorted(one["rules_version"] for one in results if not isinstance(one, Exception))
    assert versions == [2, 3]
    assert world.program().rules_version == 3


# ── close_program ─────────────────────────────────────────────────────────────────────────────────


def test_a_closed_program_mints_nothing_begins_no_ride_and_pays_what_was_approved(
    world: World,
) -> None:
    code = world.code()
    world.request(code, "approved")

    answer = _close(world)
    with pytest.raises(StateForbids) as refused:
        world.mint()
    world.clock.passes(seconds=60)
    declined = world.request(code, "later")
    paid = world.complete(code, "approved", cents=1_200)

    assert answer["status"] == "closed"
    assert world.program().status is Status.CLOSED
    assert [world.allotment(one).status for one in (world.partner_id, OTHER_PARTNER)] == [
        Status.CLOSED
    ] * 2
    assert refused.value.reason == "program_closed"
    assert (declined.answer["reason"], declined.reason) == ("voucher_not_usable", "program_closed")
    assert paid.answer["captured_cents"] == 1_200
    world.clock.now = world.voucher(code).return_at
    world.keep_house()
    assert world.allotment().available_cents == 48_800
    world.administer(
        "unallot",
        program_id=world.program_id,
        partner_id=world.partner_id,
        amount_cents=48_800,
    )
    world.administer("defund", program_id=world.program_id, amount_cents=48_800)
    assert world.program().funded_cents == 51_200


def test_closing_is_confirmed_by_the_programs_id(world: World) -> None:
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        _close(world, confirm="prg_harbour")

    assert [error.pointer for error in refused.value.errors] == ["/confirm"]
    assert world.everything() == before


def test_a_closed_program_is_not_closed_paused_or_resumed_and_gets_no_allotment(
    world: World,
) -> None:
    world.administer("fund", program_id=world.program_id, amount_cents=1_000)
    _close(world)
    before = world.everything()

    reasons = []
    for command in ("close_program", "pause_program", "resume_program", "allot"):
        fields: dict[str, Any] = {"program_id": world.program_id}
        if command == "close_program":
            fields["confirm"] = world.program_id
        if command == "allot":
            fields |= {"partner_id": world.partner_id, "amount_cents": 100}
        with pytest.raises(StateForbids) as refused:
            world.administer(command, **fields)
        reasons.append(refused.value.reason)

    assert reasons == [
        "program_closed",
        "program_not_active",
        "program_not_paused",
        "program_closed",
    ]
    assert world.everything() == before


def test_closing_that_was_cut_short_stops_mints_already_and_can_be_repeated(world: World) -> None:
    with Wire(world.client) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=1)
        with pytest.raises(Busy):
            _close(world, command_id="close-1")
    with pytest.raises(StateForbids):
        world.mint()

    answer = _close(world, command_id="close-1")

    assert answer["status"] == "closed"
    assert "repeated" not in answer
    assert world.program().status is Status.CLOSED


def test_a_mint_at_the_last_moment_before_closing_is_stopped(world: World) -> None:
    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: _close(world))
        with pytest.raises(StateForbids) as refused:
            world.mint()

    assert refused.value.reason == "program_closed"
    assert world.allotment().available_cents == 50_000


def test_a_resumption_that_is_overtaken_by_closing_opens_nothing(world: World) -> None:
    world.administer("pause_program", program_id=world.program_id)

    with Wire(world.client) as line:
        # At the resumption's first mark: it has read a paused programme.
        line.before("TransactWriteItems", lambda: _close(world))
        with pytest.raises(StateForbids) as refused:
            world.administer("resume_program", program_id=world.program_id)

    assert refused.value.reason == "program_not_paused"
    assert world.program().status is Status.CLOSED
    with pytest.raises(StateForbids):
        world.mint()
    assert world.allotment().available_cents == 50_000
