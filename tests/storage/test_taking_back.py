"""What an administrator takes back: money from a partner and from a programme, and single
vouchers."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

import builders
from builders import NOON, OTHER_PARTNER
from farechance.errors import FieldErrors, NotFound, StateForbids
from operations.settle_predecessor import with_inheritance
from threads import at_once
from wire import Wire
from world import World


def _unallot(world: World, cents: int) -> dict[str, Any]:
    return world.administer(
        "unallot",
        program_id=world.program_id,
        partner_id=world.partner_id,
        amount_cents=cents,
    )


# ── unallot and defund ────────────────────────────────────────────────────────────────────────────


def test_money_is_taken_back_from_a_partner_and_given_back_to_the_funder(world: World) -> None:
    taken = _unallot(world, 20_000)
    given = world.administer("defund", program_id=world.program_id, amount_cents=15_000)

    assert (taken["available_cents"], taken["unallotted_cents"]) == (30_000, 20_000)
    assert (given["funded_cents"], given["unallotted_cents"]) == (85_000, 5_000)
    program = world.program()
    assert (program.funded_cents, program.unallotted_cents) == (85_000, 5_000)
    assert world.allotment().available_cents == 30_000


def test_no_more_is_taken_back_than_there_is(world: World) -> None:
    world.mint()
    _unallot(world, 1_000)
    before = world.everything()

    with pytest.raises(StateForbids) as of_partner:
        _unallot(world, 45_001)
    with pytest.raises(StateForbids) as of_program:
        world.administer("defund", program_id=world.program_id, amount_cents=1_001)
    with pytest.raises(NotFound):
        world.administer(
            "unallot", program_id=world.program_id, partner_id="org_nobody", amount_cents=1
        )
    untouched = world.everything()
    _unallot(world, 45_000)

    assert (of_partner.value.reason, of_partner.value.facts) == (
        "insufficient_allotment",
        {"available_cents": 45_000, "needed_cents": 45_001},
    )
    assert (of_program.value.reason, of_program.value.facts) == (
        "insufficient_budget",
        {"unallotted_cents": 1_000, "needed_cents": 1_001},
    )
    assert untouched == before
    assert world.allotment().available_cents == 0


def test_a_mint_at_the_last_moment_is_never_taken_back(world: World) -> None:
    with Wire(world.client) as line:
        line.before("TransactWriteItems", world.mint)
        with pytest.raises(StateForbids) as refused:
            _unallot(world, 50_000)

    assert refused.value.reason == "insufficient_allotment"
    assert world.allotment().available_cents == 46_000


def test_mints_and_taking_back_at_once_never_take_more_than_there_is(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(cents=16_000)

    acts: list[Callable[[], object]] = [
        *[partial(world.another().mint, world.mint_request(value_cents=4_000))] * 2,
        *[partial(_unallot, world.another(), 4_000)] * 2,
    ]

    results = at_once(acts)

    done = [one for one in results if not isinstance(one, Exception)]
    refused = [one for one in results if isinstance(one, StateForbids)]
    assert (len(done), len(refused)) == (2, 2)
    assert world.allotment().available_cents == 0


# ── one voucher ───────────────────────────────────────────────────────────────────────────────────


def test_a_voucher_is_blocked_and_unblocked_by_command(world: World) -> None:
    code = world.code()
    voucher_id = world.voucher(code).voucher_id

    blocked = world.administer("block_voucher", command_id="block-1", voucher_id=voucher_id)
    declined = world.request(code, "ride-1")
    active = world.administer("unblock_voucher", voucher_id=voucher_id)
    approved = world.request(code, "ride-2")

    assert (blocked["status"], active["status"]) == ("blocked", "active")
    assert blocked["in_words"].startswith(f"{voucher_id} is blocked")
    assert declined.reason == "voucher_blocked"
    assert approved.answer["decision"] == "approved"
    entry = world.entries(code)[1]
    assert (entry.kind, entry.command_id) == ("voucher.blocked", "block-1")


def test_a_voucher_is_revoked_by_command_whoever_its_partner_is(world: World) -> None:
    code = world.mint(partner=OTHER_PARTNER).vouchers[0].code
    assert code is not None
    world.request(code)
    voucher_id = world.voucher(code).voucher_id

    answer = world.administer(
        "revoke_voucher", command_id="once", voucher_id=voucher_id, confirm=voucher_id
    )
    before = world.everything()
    again = world.administer(
        "revoke_voucher", command_id="once", voucher_id=voucher_id, confirm=voucher_id
    )

    assert answer["in_words"] == (
        f"{voucher_id} is closed for good; 25.00 went back to the partner's allotment, and 15.00 "
        "stays held for rides that were approved."
    )
    assert again["repeated"] is True
    assert world.everything() == before
    assert world.allotment(OTHER_PARTNER).available_cents == 48_500
    assert world.voucher(code).closed_reason == "revoked"


def test_revoking_is_confirmed_by_the_vouchers_id(world: World) -> None:
    code = world.code()
    other = world.voucher(world.code()).voucher_id
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        world.administer("revoke_voucher", voucher_id=world.voucher(code).voucher_id, confirm=other)

    assert [error.pointer for error in refused.value.errors] == ["/confirm"]
    assert world.everything() == before


@pytest.mark.parametrize("command", ["block_voucher", "unblock_voucher", "revoke_voucher"])
def test_what_is_closed_or_not_there_is_refused(world: World, command: str) -> None:
    code = world.code()
    voucher_id = world.voucher(code).voucher_id
    world.revoke(code)
    before = world.everything()

    for name, kind in ((voucher_id, StateForbids), ("vch_1" + "0" * 25, NotFound)):
        fields = {"voucher_id": name}
        if command == "revoke_voucher":
            fields["confirm"] = name
        with pytest.raises(kind):
            world.administer(command, **fields)

    assert world.everything() == before


def test_a_dry_run_about_a_card_whose_old_one_sets_money_free_moves_nothing(world: World) -> None:
    old = world.code()
    world.request(old)
    new = world.reissue(old)
    world.extend(new, NOON + timedelta(days=60))
    world.clock.now = world.voucher(old).return_at
    voucher_id = world.voucher(new).voucher_id
    before = world.everything()

    said = world.administer(
        "revoke_voucher", voucher_id=voucher_id, confirm=voucher_id, dry_run=True
    )
    untouched = world.everything()
    done = world.administer("revoke_voucher", voucher_id=voucher_id, confirm=voucher_id)

    assert untouched == before
    assert "40.00 went back" in done["in_words"]
    assert said["in_words"] == f"Nothing was done. Without dry_run: {done['in_words']}"
    assert world.allotment().available_cents == 50_000
    now_empty = world.voucher(new)
    inherits = with_inheritance(now_empty, store=world.store, now=world.clock.now)
    assert inherits.available_cents - now_empty.available_cents == 0


def test_rules_keep_their_days(world: World) -> None:
    earlier_end = builders.rules(ends_on=date(2026, 3, 31))

    world.administer("set_rules", program_id=world.program_id, rules=earlier_end)
    world.clock.passes(seconds=60)

    with pytest.raises(FieldErrors) as refused:
        world.mint(world.mint_request(expires_at=NOON + timedelta(days=40)))
    assert [error.pointer for error in refused.value.errors] == ["/expires_at"]
