"""Consent granted anew and withdrawn: what stops at once, what goes on, and which link is cut."""

from datetime import timedelta
from typing import Any

import pytest

import people
from builders import NOON
from farechance.errors import Busy, FieldErrors, IdempotencyKeyReused, NotFound, StateForbids
from farechance.participant_api import ConsentRequest
from farechance.participants import MAX_OPEN_VOUCHERS
from farechance.vouchers import VoucherState
from threads import at_once, until_answered
from use_cases import under
from wire import Wire
from world import World


def test_withdrawing_enrollment_stops_new_vouchers_at_once(world: World) -> None:
    person, _ = people.with_vouchers(world)

    answer, _ = people.consents(world, person, people.withdrawing("enrollment"))

    assert (answer.uses, answer.blocked_vouchers) == ((), 0)
    with pytest.raises(StateForbids) as minting:
        people.vouchers_for(world, person, 1)
    with pytest.raises(StateForbids) as assigning:
        world.assign(world.code(), person)
    assert minting.value.reason == assigning.value.reason == "consent_withdrawn"


def test_cards_that_are_handed_over_stay_valid(world: World) -> None:
    person, (code, _) = people.with_vouchers(world)

    people.consents(world, person, people.withdrawing("enrollment"))

    assert world.request(code, cents=50).answer["decision"] == "approved"
    assert world.complete(code, cents=50).answer["outcome"] == "captured"


def test_withdrawing_enrollment_cuts_the_link_to_vouchers_and_entries(world: World) -> None:
    person, codes = people.with_vouchers(world)
    before = world.participant(person)

    people.consents(world, person, people.withdrawing("enrollment"))

    stored = str(world.items("people"))
    for code in codes:
        voucher = world.voucher(code)
        assert voucher.subject_id == before.subject_id
        assert voucher.voucher_id not in stored
    assert before.subject_id not in stored
    after = world.participant(person)
    assert after.open_vouchers == {}
    assert people.record(world, person).vouchers == ()
    assert after.minted_in_month == before.minted_in_month


def test_a_card_whose_link_is_cut_is_reissued_and_extended_without_a_person(world: World) -> None:
    person, (lost, other) = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))
    before = world.participant(person)

    new = world.reissue(lost)
    world.extend(other, NOON + timedelta(days=9))

    assert world.request(new, cents=50).answer["decision"] == "approved"
    assert world.participant(person) == before


def test_no_entry_changes_when_consent_is_withdrawn(world: World) -> None:
    person, _ = people.with_vouchers(world)
    before = (world.items("ledger"), world.items("vouchers"))

    people.consents(world, person, people.withdrawing("enrollment"))

    assert (world.items("ledger"), world.items("vouchers")) == before


def test_who_asks_for_a_block_has_every_open_card_blocked_in_the_same_call(world: World) -> None:
    person, codes = people.with_vouchers(world, 4)
    world.revoke(codes[0])
    world.block(codes[1])
    world.request(codes[2], "ride-1", cents=50)

    request = people.withdrawing("enrollment", block_vouchers=True)
    answer, _ = people.consents(world, person, request)

    # One of them was the partner's block before, which it could have taken back.
    assert answer.blocked_vouchers == 3
    states = [world.voucher(code).state for code in codes]
    assert states == [VoucherState.CLOSED, *[VoucherState.BLOCKED] * 3]
    assert world.kinds(codes[3]) == ["voucher.minted", "voucher.blocked"]
    assert world.request(codes[3], "ride-2", cents=50).reason == "voucher_blocked"
    # A ride that was approved is paid.
    assert world.complete(codes[2], "ride-1", cents=50).answer["captured_cents"] == 50


def test_a_block_that_a_person_asked_for_is_no_partners_to_undo(world: World) -> None:
    person, codes = people.with_vouchers(world)
    world.block(codes[1])
    people.consents(world, person, people.withdrawing("enrollment", block_vouchers=True))
    before = world.everything()

    for code in codes:
        for act in (world.unblock, world.reissue):
            with pytest.raises(StateForbids) as refused:
                act(code)
            assert refused.value.reason == "blocked_by_participant"
    after = world.everything()
    world.administer("unblock_voucher", voucher_id=world.voucher(codes[0]).voucher_id)

    assert after == before
    assert world.request(codes[0], cents=50).answer["decision"] == "approved"
    assert world.request(codes[1], "ride-2", cents=50).reason == "voucher_blocked"


def test_as_many_open_cards_as_a_person_may_have_are_blocked_at_once(world: World) -> None:
    under(world, max_vouchers_per_participant_month=MAX_OPEN_VOUCHERS)
    person, codes = people.with_vouchers(world, 20)
    codes += people.vouchers_for(world, person, MAX_OPEN_VOUCHERS - 20)

    request = people.withdrawing("enrollment", block_vouchers=True)
    answer, _ = people.consents(world, person, request)

    assert answer.blocked_vouchers == len(codes) == MAX_OPEN_VOUCHERS
    assert {world.voucher(code).state for code in codes} == {VoucherState.BLOCKED}


def test_a_repeat_of_a_withdrawal_is_answered_again_and_blocks_nothing_more(world: World) -> None:
    person, codes = people.with_vouchers(world)
    request = people.withdrawing("enrollment", block_vouchers=True)
    first, _ = people.consents(world, person, request, "key-1")
    world.administer("unblock_voucher", voucher_id=world.voucher(codes[0]).voucher_id)
    before = world.everything()

    again, is_replay = people.consents(world, person, request, "key-1")

    assert (again, is_replay) == (first, True)
    assert world.everything() == before


def test_a_key_is_good_for_one_content_and_one_act(world: World) -> None:
    person, _ = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("sms"), "key-1")
    before = world.everything()

    with pytest.raises(IdempotencyKeyReused):
        people.consents(world, person, people.withdrawing("outcomes"), "key-1")
    with pytest.raises(IdempotencyKeyReused):
        people.leaves(world, person, "key-1")

    assert world.everything() == before


def test_a_ride_in_between_is_never_lost_by_a_block(world: World, client: Any) -> None:
    person, (code, _) = people.with_vouchers(world)
    request = people.withdrawing("enrollment", block_vouchers=True)
    bystander = world.another()

    with Wire(client) as wire:
        wire.before("TransactWriteItems", lambda: bystander.request(code, cents=50))
        answer, _ = people.consents(world, person, request)

    assert answer.blocked_vouchers == 2
    assert (world.voucher(code).held_cents, world.voucher(code).state) == (50, VoucherState.BLOCKED)


def test_a_mint_and_a_withdrawal_at_once_leave_no_link(world: World) -> None:
    for _ in range(5):
        person = world.enroll()
        request = people.withdrawing("enrollment")

        def mint(person: str = person) -> object:
            return people.vouchers_for(world, person, 1)

        def withdraw(person: str = person, request: ConsentRequest = request) -> object:
            return until_answered(lambda: people.consents(world, person, request))

        minted, withdrawn = at_once([mint, withdraw])

        assert isinstance(minted, list | StateForbids | Busy)
        assert isinstance(withdrawn, tuple)
        assert world.participant(person).open_vouchers == {}
        assert world.participant(person).consent.uses == ()


def test_withdrawing_another_use_stops_that_use_only(world: World) -> None:
    person, codes = people.with_vouchers(world)

    answer, _ = people.consents(world, person, people.withdrawing("sms"))

    assert answer.uses == ("enrollment", "outcomes")
    after = world.participant(person)
    # The day, not the moment.
    assert after.withdrawn == {"sms": NOON.replace(hour=0)}
    assert len(after.open_vouchers) == len(codes)
    people.vouchers_for(world, person, 1)


def test_what_was_withdrawn_or_never_granted_is_withdrawn_again_without_a_word(
    world: World,
) -> None:
    person = world.enroll()
    people.consents(world, person, people.withdrawing("sms"))
    world.clock.passes(hours=1)

    answer, _ = people.consents(world, person, people.withdrawing("sms", "outcomes"))

    assert answer.uses == ("enrollment",)
    assert world.participant(person).withdrawn == {}


def test_once_the_link_is_cut_a_block_is_refused_with_the_reason(world: World) -> None:
    person, codes = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))

    request = people.withdrawing("enrollment", block_vouchers=True)
    with pytest.raises(StateForbids) as refused:
        people.consents(world, person, request)

    assert refused.value.reason == "link_cut"
    assert world.voucher(codes[0]).state is VoucherState.ACTIVE


def test_consent_granted_anew_lets_vouchers_be_minted_again(world: World) -> None:
    person, _ = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))
    world.clock.passes(hours=1)

    answer, _ = people.consents(world, person, people.granting(world, language="es"))

    assert answer.uses == ("enrollment", "sms", "outcomes")
    after = world.participant(person)
    assert (after.withdrawn, after.consent.language) == ({}, "es")
    (code,) = people.vouchers_for(world, person, 1)
    assert world.voucher(code).subject_id == after.subject_id
    assert [one.voucher.last4 for one in people.record(world, person).vouchers] == [code[-4:]]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"text_version": None}, "/text_version"),
        ({"language": None}, "/language"),
        ({"granted_at": None}, "/granted_at"),
        ({"uses": ("sms",)}, "/uses"),
        ({"expires_at": NOON}, "/expires_at"),
        ({"granted_at": NOON + timedelta(minutes=6)}, "/granted_at"),
        ({"granted_at": NOON - timedelta(milliseconds=1)}, "/granted_at"),
        ({"block_vouchers": False}, "/block_vouchers"),
    ],
)
def test_a_grant_that_isnt_whole_or_not_now_is_refused(
    world: World, changes: Any, pointer: str
) -> None:
    person, _ = people.with_vouchers(world)
    before = world.everything()

    with pytest.raises(FieldErrors) as refused:
        people.consents(world, person, people.granting(world, **changes))

    assert pointer in {error.pointer for error in refused.value.errors}
    assert world.everything() == before


def test_a_consent_that_was_given_before_it_was_withdrawn_doesnt_come_back(world: World) -> None:
    person, _ = people.with_vouchers(world)
    old = people.granting(world)
    world.clock.passes(hours=1)
    people.consents(world, person, people.withdrawing("enrollment"))

    with pytest.raises(FieldErrors) as refused:
        people.consents(world, person, old)

    assert [error.pointer for error in refused.value.errors] == ["/granted_at"]
    assert world.participant(person).consent.uses == ()


@pytest.mark.parametrize("field", ["text_version", "language", "granted_at", "expires_at"])
def test_a_withdrawal_carries_nothing_of_a_grant(world: World, field: str) -> None:
    person = world.enroll()
    granted = people.granting(world, expires_at=NOON + timedelta(days=30))

    request = people.withdrawing("sms").model_copy(update={field: getattr(granted, field)})
    with pytest.raises(FieldErrors) as refused:
        people.consents(world, person, request)

    assert [error.pointer for error in refused.value.errors] == [f"/{field}"]


def test_a_block_goes_with_withdrawing_enrollment_only(world: World) -> None:
    person, codes = people.with_vouchers(world)

    with pytest.raises(FieldErrors) as refused:
        people.consents(world, person, people.withdrawing("sms", block_vouchers=True))

    assert [error.pointer for error in refused.value.errors] == ["/block_vouchers"]
    assert world.voucher(codes[0]).state is VoucherState.ACTIVE


def test_another_partner_changes_nobodys_consent(world: World) -> None:
    person, _ = people.with_vouchers(world)
    before = world.everything()
    theirs = world.another(partner_id=world.other_partner_id)

    with pytest.raises(NotFound):
        people.consents(theirs, person, people.withdrawing("enrollment", block_vouchers=True))

    assert world.everything() == before


def test_who_has_left_grants_nothing_and_may_withdraw(world: World) -> None:
    person, _ = people.with_vouchers(world)
    people.leaves(world, person)

    with pytest.raises(StateForbids) as refused:
        people.consents(world, person, people.granting(world))
    answer, _ = people.consents(world, person, people.withdrawing("enrollment"))

    assert refused.value.reason == "participant_exited"
    assert answer.uses == ()
