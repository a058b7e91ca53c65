"""Every use case of ride companies, as in `use_cases`: what they ask, and what they say of a ride,
in each of the ways in which it moves money."""

from collections.abc import Mapping
from datetime import timedelta

from builders import NOON
from farechance.callbacks import VoucherChecked
from farechance.ledger import Kind
from operations.check_voucher import check_voucher
from use_cases import Act, UseCase, reissued_with_a_hold, under
from world import World


def _checking(world: World) -> Act:
    return _check(world.code())


def _checking_a_successor(world: World) -> Act:
    _, new = reissued_with_a_hold(world)
    return _check(new)


def _check(code: str) -> Act:
    asked = VoucherChecked(voucher_code=code)
    return lambda by: check_voucher(
        asked,
        by.provider_id,
        store=by.store,
        remembered=by.remembered,
        code_keys=by.code_keys,
        now=by.clock.now,
    ).full()


def _requesting(world: World) -> Act:
    code = world.code()
    return lambda by: by.request(code).full()


def _declining(world: World) -> Act:
    code = world.code()
    return lambda by: by.request(code, cents=9_000).full()


def _unknown(world: World) -> Act:
    code = world.unknown_code()
    return lambda by: by.request(code).full()


def _of_another_voucher(world: World) -> Act:
    code = world.code()
    world.request(world.code())
    return lambda by: by.request(code).full()


def _letting_go(world: World) -> Act:
    """The money of both dead holds is needed."""
    code = world.code(value_cents=2_000, rides=2)
    world.request(code, "dead-1", cents=1_000)
    world.request(code, "dead-2", cents=1_000)
    world.clock.passes(hours=25)
    return lambda by: by.request(code, cents=1_000).full()


def _replacing(world: World) -> Act:
    code = world.code(rides=1)
    world.request(code, "first-car")
    return lambda by: by.request(code, "second-car", replaces_ride_id="first-car").full()


def _touching_a_successor(world: World) -> Act:
    """The new card has nothing but what the old one's hold sets free."""
    under(world, cap_cents=4_000)
    old = world.code(value_cents=1_500, expires_at=NOON + timedelta(days=60))
    world.request(old, "old-ride")
    new = world.reissue(old)
    world.clock.passes(days=10)
    return lambda by: by.request(new, "new-ride").full()


def _completing(world: World) -> Act:
    code = world.code()
    world.request(code)
    return lambda by: by.complete(code, cents=1_200).full()


def _completing_lapsed(world: World) -> Act:
    code = world.code(rides=1)
    world.request(code)
    world.clock.passes(hours=25)
    world.request(code, "another")
    world.cancel(code, "another")
    return lambda by: by.complete(code).full()


def _completing_directly(world: World) -> Act:
    under(world, direct_capture=True)
    code = world.code()
    return lambda by: by.complete(code).full()


def _completing_what_nobody_asked_for(world: World) -> Act:
    code = world.code()
    return lambda by: by.complete(code).full()


def _completing_in_another_currency(world: World) -> Act:
    code = world.code()
    world.request(code)
    return lambda by: by.complete(code, currency="MXN").full()


def _cancelling(world: World) -> Act:
    code = world.code()
    world.request(code)
    return lambda by: by.cancel(code).full()


def _cancelling_with_a_fee(world: World) -> Act:
    under(world, max_cancellation_fee_cents=500)
    code = world.code()
    world.request(code)
    return lambda by: by.cancel(code, cancellation_fee_cents=700).full()


def _cancelling_before_the_request(world: World) -> Act:
    code = world.code()
    return lambda by: by.cancel(code).full()


def _adjusting_up(world: World) -> Act:
    return _adjusting(world, 1_900)


def _adjusting_down(world: World) -> Act:
    return _adjusting(world, 300)


def _adjusting(world: World, cents: int) -> Act:
    code = world.code()
    world.request(code)
    world.complete(code)
    return lambda by: by.adjust(code, cents=cents, adjustment_id="adjustment-1").full()


def _adjusting_too_early(world: World) -> Act:
    code = world.code()
    world.request(code)
    return lambda by: by.adjust(code, cents=1_900, adjustment_id="adjustment-1").full()


def _contradicting(world: World) -> Act:
    code = world.code()
    world.request(code)
    world.complete(code)
    return lambda by: by.complete(code, cents=1_600).full()


_EVENT = ("record_ride_event", "read_terms", "ride_writes")

RIDE_USE_CASES: Mapping[str, UseCase] = {
    "check": UseCase(_checking, ("check_voucher", "read_terms")),
    "check a successor": UseCase(_checking_a_successor, ("check_voucher", "settle_predecessor")),
    "request": UseCase(_requesting, _EVENT, (Kind.RIDE_REQUESTED,)),
    "request that is declined": UseCase(_declining, _EVENT, (Kind.RIDE_REQUESTED,)),
    "request with an unknown code": UseCase(_unknown, ("record_ride_event",)),
    "request for a ride of another voucher": UseCase(_of_another_voucher, ("record_ride_event",)),
    "request that lets dead holds go": UseCase(
        _letting_go, (*_EVENT, "change_voucher"), (Kind.HOLD_LAPSED, Kind.RIDE_REQUESTED)
    ),
    "request that replaces": UseCase(
        _replacing, (*_EVENT, "change_voucher"), (Kind.HOLD_REPLACED, Kind.RIDE_REQUESTED)
    ),
    "request that touches a successor": UseCase(
        _touching_a_successor,
        (*_EVENT, "settle_predecessor", "return_money"),
        (
            Kind.HOLD_LAPSED,
            Kind.VOUCHER_RETURNED,
            Kind.VOUCHER_SUCCEEDED,
            Kind.RIDE_REQUESTED,
        ),
    ),
    "complete": UseCase(_completing, _EVENT, (Kind.RIDE_COMPLETED,)),
    "complete after a lapse": UseCase(_completing_lapsed, _EVENT, (Kind.RIDE_COMPLETED,)),
    "complete directly": UseCase(_completing_directly, _EVENT, (Kind.RIDE_COMPLETED,)),
    "complete what nobody asked for": UseCase(
        _completing_what_nobody_asked_for, _EVENT, (Kind.RIDE_COMPLETED,)
    ),
    "complete in another currency": UseCase(
        _completing_in_another_currency, _EVENT, (Kind.RIDE_COMPLETED,)
    ),
    "cancel": UseCase(_cancelling, _EVENT, (Kind.RIDE_CANCELLED,)),
    "cancel with a fee": UseCase(_cancelling_with_a_fee, _EVENT, (Kind.RIDE_CANCELLED,)),
    "cancel before the request": UseCase(
        _cancelling_before_the_request, _EVENT, (Kind.RIDE_CANCELLED,)
    ),
    "adjust up": UseCase(_adjusting_up, _EVENT, (Kind.RIDE_ADJUSTED,)),
    "adjust down": UseCase(_adjusting_down, _EVENT, (Kind.RIDE_ADJUSTED,)),
    "adjust before the completion": UseCase(_adjusting_too_early, _EVENT, (Kind.RIDE_ADJUSTED,)),
    "contradict": UseCase(_contradicting, _EVENT, (Kind.RIDE_CONFLICT,)),
}
