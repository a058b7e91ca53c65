"""A voucher is blocked, unblocked, extended and revoked, with rides under way."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

import builders
from builders import NOON
from farechance.errors import FieldErrors, StateForbids
from world import World

LATER = NOON + timedelta(days=30)

# ── block ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_blocked_voucher_begins_no_ride_and_pays_the_one_that_was_approved(world: World) -> None:
    code = world.code()
    world.request(code, "ride-1")

    blocked = world.block(code)
    declined = world.request(code, "ride-2")
    paid = world.complete(code, "ride-1", cents=1_800)
    active = world.unblock(code)
    approved = world.request(code, "ride-3")
    declined_again = world.request(code, "ride-2", requested_at=NOON)

    assert (blocked["status"], active["status"]) == ("blocked", "active")
    assert blocked["available_cents"] == 2_500
    assert (declined.answer["reason"], declined.reason) == ("voucher_not_usable", "voucher_blocked")
    assert paid.answer["captured_cents"] == 1_800
    assert approved.answer["decision"] == "approved"
    assert declined_again.answer["decision"] == "declined"
    assert world.voucher(code).spent_cents == 1_800
    assert world.kinds(code)[2:] == [
        "voucher.blocked",
        "ride.requested",
        "ride.completed",
        "voucher.unblocked",
        "ride.requested",
    ]


def test_a_direct_capture_of_a_blocked_voucher_is_refused_and_its_fare_is_owed(
    worlds: Callable[..., World],
) -> None:
    world = worlds().with_program(rules=builders.rules(direct_capture=True))
    code = world.code()
    world.block(code)

    told = world.complete(code, requested_at=NOON)

    assert (told.answer["outcome"], told.reason) == ("refused", "voucher_blocked")
    assert told.answer["shortfall_cents"] == 1_500
    assert world.voucher(code).spent_cents == 0


def test_what_an_administrator_blocked_waits_for_an_administrator(world: World) -> None:
    code = world.code()
    voucher_id = world.voucher(code).voucher_id
    world.block(code)
    world.administer("block_voucher", voucher_id=voucher_id)
    before = world.everything()

    for act in (world.unblock, world.reissue, world.block):
        with pytest.raises(StateForbids) as refused:
            act(code)
        assert refused.value.reason in ("blocked_by_administrator", "voucher_blocked")
    untouched = world.everything()
    world.administer("unblock_voucher", voucher_id=voucher_id)

    assert untouched == before
    assert world.request(code).answer["decision"] == "approved"
    assert world.voucher(code).blocked_by is None


def test_why_it_was_done_is_on_record_and_only_where_it_was_said(world: World) -> None:
    code = world.code()
    world.block(code, reason="stolen")
    world.unblock(code)

    reissued = world.reissue(code, reason="lost")

    assert [one.act_reason for one in world.entries(code)] == [None, "stolen", None, "lost"]
    assert [one.act_reason for one in world.entries(reissued)] == [None]


# ── extend ────────────────────────────────────────────────────────────────────────────────────────


def test_an_extended_voucher_rides_until_its_new_end_and_the_persons_list_says_so(
    world: World,
) -> None:
    person = world.enroll()
    code = world.code(participant_ids=(person,), unassigned=None)
    voucher_id = world.voucher(code).voucher_id
    other = world.mint(world.mint_request(participant_ids=(person,), unassigned=None)).vouchers[0]
    counted = world.participant(person).minted_in_month

    world.extend(code, LATER)
    world.clock.now = LATER - timedelta(seconds=1)
    approved = world.request(code, "ride-1")
    world.clock.now = LATER
    declined = world.request(code, "ride-2")

    stored = world.participant(person)
    assert stored.open_vouchers == {voucher_id: LATER, other.voucher_id: other.expires_at}
    assert stored.minted_in_month == counted
    assert world.voucher(code).expires_at == LATER
    assert approved.answer["decision"] == "approved"
    assert declined.answer["reason"] == "voucher_expired"


def test_a_voucher_that_has_just_expired_is_extended_and_rides_again(world: World) -> None:
    code = world.code()
    world.clock.now = world.voucher(code).expires_at
    declined = world.request(code, "ride-1")

    world.extend(code, world.clock.now + timedelta(days=1))
    approved = world.request(code, "ride-2")

    assert declined.answer["reason"] == "voucher_expired"
    assert approved.answer["decision"] == "approved"
    assert world.voucher(code).held_cents == 1_500


def test_an_end_is_taken_only_within_the_programs_days_and_later_than_now(world: World) -> None:
    last_moment = datetime.fromisoformat("2027-01-01T05:00:00Z")
    code = world.code()
    starts_later = world.code(
        valid_from=NOON + timedelta(days=5), expires_at=NOON + timedelta(days=9)
    )
    before = world.everything()

    for one, wrong in (
        (code, NOON),
        (code, NOON - timedelta(days=1)),
        (code, last_moment + timedelta(milliseconds=1)),
        (starts_later, NOON + timedelta(days=5)),
    ):
        with pytest.raises(FieldErrors) as refused:
            world.extend(one, wrong)
        assert [error.pointer for error in refused.value.errors] == ["/expires_at"]
    untouched = world.everything()
    world.extend(code, last_moment)

    assert untouched == before
    assert world.voucher(code).expires_at == last_moment


def test_an_extension_moves_return_at_and_money_stays_until_then(world: World) -> None:
    code = world.code()
    old = world.voucher(code).return_at

    world.extend(code, old + timedelta(days=1))
    world.clock.now = old
    kept = world.keep_house()

    assert kept.returned == 0
    assert world.voucher(code).return_at == old + timedelta(days=8)
    assert world.voucher(code).available_cents == 4_000


def test_extending_never_makes_a_voucher_end_earlier(world: World) -> None:
    code = world.code()
    ends = world.voucher(code).expires_at
    before = world.everything()

    for earlier in (timedelta(0), timedelta(days=2)):
        with pytest.raises(FieldErrors) as refused:
            world.extend(code, ends - earlier)
        assert "later than the present one" in refused.value.errors[0].detail

    assert world.everything() == before


# ── revoke ────────────────────────────────────────────────────────────────────────────────────────


def test_revoking_returns_what_is_available_at_once_and_pays_what_is_held(world: World) -> None:
    code = world.code()
    world.request(code, "ride-1")

    answer = world.revoke(code)
    returned_to = world.allotment().available_cents
    declined = world.request(code, "ride-2")
    paid = world.complete(code, "ride-1", cents=1_900)

    assert answer == {
        "voucher_id": world.voucher(code).voucher_id,
        "status": "closed",
        "available_cents": 0,
        "held_cents": 1_500,
    }
    assert returned_to == 50_000 - 4_000 + 2_500
    assert (declined.answer["reason"], declined.reason) == ("voucher_not_usable", "voucher_closed")
    assert paid.answer["captured_cents"] == 1_500
    assert paid.answer["overage_cents"] == 400
    voucher = world.voucher(code)
    assert (voucher.closed_reason, voucher.closed_at) == ("revoked", NOON)
    assert (voucher.available_cents, voucher.held_cents, voucher.spent_cents) == (0, 0, 1_500)


def test_what_a_revoked_vouchers_hold_sets_free_pays_its_own_ride_until_return_at(
    world: World,
) -> None:
    code = world.code()
    world.request(code, "ride-1")
    world.revoke(code)
    allotted = world.allotment().available_cents
    world.complete(code, "ride-1", cents=1_200)

    up = world.adjust(code, "ride-1", cents=1_400)
    stayed = world.voucher(code).available_cents
    world.clock.now = world.voucher(code).return_at
    world.keep_house()

    assert up.answer["captured_cents"] == 200
    assert stayed == 100
    assert world.voucher(code).spent_cents == 1_400
    assert world.allotment().available_cents == allotted + 100


def test_a_revoked_voucher_that_is_empty_is_never_due(world: World) -> None:
    code = world.code()
    world.revoke(code)
    world.clock.passes(days=20)
    before = world.decided()

    kept = world.keep_house()

    assert kept.returned == 0
    assert world.voucher(code).is_settled
    assert world.decided() == before
