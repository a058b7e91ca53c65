"""Rides on the real transactions of DynamoDB Local: what is answered, and what is stored."""

import pytest

from builders import OTHER_PROVIDER
from farechance.rides import RideState
from farechance.vouchers import Reason
from world import World


def test_a_request_holds_money_of_the_voucher(world: World) -> None:
    code = world.code()

    told = world.request(code, cents=1_500)

    assert told.answer["decision"] == "approved"
    assert told.answer["held_cents"] == 1_500
    voucher, ride = world.voucher(code), world.ride()
    assert (voucher.available_cents, voucher.held_cents, voucher.spent_cents) == (2_500, 1_500, 0)
    assert ride is not None
    assert (ride.state, ride.hold_cents) == (RideState.HELD, 1_500)
    assert world.kinds(code) == ["voucher.minted", "ride.requested"]


def test_a_completed_ride_is_captured_and_the_rest_of_its_hold_set_free(world: World) -> None:
    code = world.code()
    world.request(code, cents=1_500)

    told = world.complete(code, cents=1_200)

    assert told.answer["outcome"] == "captured"
    assert (told.answer["captured_cents"], told.answer["released_cents"]) == (1_200, 300)
    voucher, ride = world.voucher(code), world.ride()
    assert (voucher.available_cents, voucher.held_cents, voucher.spent_cents) == (2_800, 0, 1_200)
    assert voucher.rides_counted == 1
    assert ride is not None
    assert (ride.state, ride.captured_cents) == (RideState.CAPTURED, 1_200)


def test_a_fare_above_the_hold_takes_what_is_available_up_to_the_cap(world: World) -> None:
    code = world.code()
    world.request(code, cents=1_500)

    told = world.complete(code, cents=2_600)

    assert (told.answer["captured_cents"], told.answer["overage_cents"]) == (2_000, 600)
    assert told.answer["overage_owed_by"] == "program"
    assert (told.answer["released_cents"], told.answer["shortfall_cents"]) == (0, 0)
    assert world.voucher(code).available_cents == 2_000
    assert world.entries(code)[-1].overage_cents == 600


def test_a_tip_is_no_part_of_the_fare(world: World) -> None:
    code = world.code()
    world.request(code, cents=1_500)

    told = world.complete(code, cents=1_800, tip_cents=500)

    assert (told.answer["captured_cents"], told.answer["overage_cents"]) == (1_300, 0)
    assert world.entries(code)[-1].tip_cents == 500
    assert world.voucher(code).spent_cents == 1_300


def test_a_cancelled_ride_gives_its_hold_back(world: World) -> None:
    code = world.code()
    world.request(code, cents=1_500)

    told = world.cancel(code)

    assert (told.answer["outcome"], told.answer["released_cents"]) == ("voided", 1_500)
    voucher, ride = world.voucher(code), world.ride()
    assert (voucher.available_cents, voucher.held_cents, voucher.rides_counted) == (4_000, 0, 0)
    assert ride is not None
    assert ride.state is RideState.VOIDED


def test_a_ride_that_is_too_dear_is_declined_and_the_reason_kept(world: World) -> None:
    code = world.code()

    told = world.request(code, cents=2_001)

    assert told.answer["decision"] == "declined"
    assert told.answer["reason"] == "over_ride_cap"
    voucher, ride = world.voucher(code), world.ride()
    assert (voucher.available_cents, voucher.held_cents) == (4_000, 0)
    assert voucher.last_decline is not None
    assert voucher.last_decline.reason is Reason.OVER_RIDE_CAP
    assert ride is not None
    assert ride.state is RideState.DECLINED


def test_an_authorization_stands_for_the_code(world: World) -> None:
    code = world.code()
    authorization = world.request(code).answer["authorization_id"]

    told = world.complete(code, voucher_code=None, authorization_id=authorization)

    assert told.answer["outcome"] == "captured"
    assert told.answer["authorization_id"] == authorization
    assert world.voucher(code).spent_cents == 1_500


def test_an_authorization_opens_no_other_ride(world: World) -> None:
    code = world.code()
    authorization = world.request(code).answer["authorization_id"]
    before = world.everything()

    told = world.complete(code, "ride-2", voucher_code=None, authorization_id=authorization)

    assert (told.answer["outcome"], told.reason) == ("refused", Reason.VOUCHER_UNKNOWN)
    assert world.everything() == before


def test_an_authorization_beside_the_code_of_another_voucher_is_refused(world: World) -> None:
    code, other = world.code(), world.code()
    authorization = world.request(code).answer["authorization_id"]
    before = world.everything()

    told = world.complete(other, authorization_id=authorization)

    assert (told.answer["outcome"], told.reason) == ("refused", Reason.RIDE_OF_OTHER_VOUCHER)
    assert world.everything() == before


@pytest.mark.parametrize("kind", ["never minted", "one symbol wrong", "not a code"])
def test_an_unknown_code_leaves_no_trace(world: World, kind: str) -> None:
    minted = world.code()
    never_minted = world.unknown_code()
    code = {
        "never minted": never_minted,
        "one symbol wrong": minted[:-1] + ("0" if minted[-1] != "0" else "1"),
        "not a code": "RIDE-HOME",
    }[kind]
    before = world.everything()

    declined = world.request(code)
    refused = [world.complete(code), world.cancel(code)]

    assert declined.answer["reason"] == "voucher_unknown"
    assert [told.answer["outcome"] for told in refused] == ["refused", "refused"]
    assert [told.answer["reason"] for told in refused] == ["voucher_unknown"] * 2
    assert world.everything() == before


def test_a_voucher_of_another_provider_looks_unknown(world: World) -> None:
    code = world.code()
    never_minted = world.unknown_code()
    world.register_provider(OTHER_PROVIDER)
    stranger = world.another(provider_id=OTHER_PROVIDER)
    before = world.everything()

    of_another = [stranger.request(code), stranger.complete(code), stranger.cancel(code)]
    of_nobody = [
        stranger.request(never_minted),
        stranger.complete(never_minted),
        stranger.cancel(never_minted),
    ]

    assert [told.full() for told in of_another] == [told.full() for told in of_nobody]
    assert world.everything() == before


def test_a_voucher_of_another_provider_looks_unknown_beside_a_ride_too(world: World) -> None:
    stranger = world.another(
        provider_id=OTHER_PROVIDER, program_id="prg_other", partner_id="org_another"
    )
    other_program = stranger.another(other_partner_id="org_a_fourth").with_program()
    own, foreign = other_program.code(), world.code()
    never_minted = world.unknown_code()
    other_program.request(own)
    before = world.everything()

    told = [other_program.complete(code).full() for code in (foreign, never_minted)]

    assert told[0] == told[1]
    assert told[0]["reason"] == "voucher_unknown"
    assert world.everything() == before


def test_another_vouchers_code_is_refused_and_takes_nothing_of_the_event(world: World) -> None:
    code, other = world.code(), world.code()
    world.request(code)
    before = world.everything()

    refused = [world.complete(other), world.cancel(other)]
    in_between = world.everything()
    captured = world.complete(code)

    assert [told.reason for told in refused] == [Reason.RIDE_OF_OTHER_VOUCHER] * 2
    assert in_between == before
    assert captured.answer["outcome"] == "captured"
    assert not captured.is_replay


def test_a_ride_is_not_asked_for_with_a_second_voucher(world: World) -> None:
    code, other = world.code(), world.code()
    world.request(code)
    before = world.everything()

    told = world.request(other)

    assert told.answer["reason"] == "ride_of_other_voucher"
    assert world.everything() == before


def test_a_wrong_currency_is_refused_and_may_come_put_right(world: World) -> None:
    code = world.code()
    world.request(code)

    wrong = world.complete(code, currency="CAD")
    right = world.complete(code)
    wrong_again = world.complete(code, currency="CAD")

    assert (wrong.answer["outcome"], wrong.answer["reason"]) == ("refused", "currency_mismatch")
    assert right.answer["outcome"] == "captured"
    assert not right.is_replay
    assert (wrong_again.is_replay, wrong_again.answer) == (True, wrong.answer)
    assert world.voucher(code).spent_cents == 1_500
    assert world.kinds(code)[-2:] == ["ride.completed", "ride.completed"]


def test_a_request_in_a_wrong_currency_is_declined(world: World) -> None:
    code = world.code()

    told = world.request(code, currency="CAD")

    assert told.answer["reason"] == "currency_mismatch"
    assert world.voucher(code).held_cents == 0


def test_a_cancellation_that_overtakes_its_request_leaves_a_tombstone(world: World) -> None:
    code = world.code()

    voided = world.cancel(code)
    told = world.request(code)

    assert voided.answer["outcome"] == "voided"
    assert (told.answer["decision"], told.answer["reason"]) == ("declined", "ride_cancelled")
    assert world.voucher(code).held_cents == 0
    assert world.kinds(code)[1:] == ["ride.cancelled", "ride.requested"]


def test_a_ride_that_nobody_asked_for_is_refused_and_its_fare_on_record(world: World) -> None:
    code = world.code()

    told = world.complete(code, cents=1_800, tip_cents=300)
    late = world.request(code)

    assert told.answer["reason"] == "direct_capture_not_allowed"
    assert (told.answer["captured_cents"], told.answer["shortfall_cents"]) == (0, 1_500)
    assert late.answer["reason"] == "ride_already_settled"
    assert world.voucher(code).available_cents == 4_000
    assert world.entries(code)[1].shortfall_cents == 1_500


def test_what_comes_after_a_declined_request_is_refused(world: World) -> None:
    code = world.code()
    world.request(code, cents=9_000)

    told = [world.complete(code), world.cancel(code)]

    assert [one.answer["reason"] for one in told] == ["ride_declined"] * 2
    assert [one.answer["shortfall_cents"] for one in told] == [0, 0]
    assert world.voucher(code).spent_cents == 0


def test_a_completion_after_a_cancellation_is_refused_with_its_fare_on_record(
    world: World,
) -> None:
    code = world.code()
    world.request(code)
    world.cancel(code)

    told = world.complete(code, cents=1_100)

    assert told.answer["reason"] == "ride_cancelled"
    assert told.answer["shortfall_cents"] == 1_100
    assert world.voucher(code).available_cents == 4_000
    ride = world.ride()
    assert ride is not None
    assert ride.state is RideState.VOIDED
