"""Every call to DynamoDB of every use case meets every fault, one at a time. Whoever then repeats
what was sent gets the right answer, and its effect is there once (domain.md, invariants 4, 9)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

import builders
import wire
from farechance.errors import Busy
from wire import Fault, Wire
from world import World

Answer = dict[str, Any]


@dataclass(frozen=True)
class UseCase:
    """`act` may be repeated; `effect` is what the tables say of it, once it was done once."""

    act: Callable[[World], Answer]
    answer: Answer
    effect: Callable[[], Any]
    once: Any


def _requesting(world: World) -> UseCase:
    code = world.code()
    ride = f"ride-of-{world.voucher_key(code)}"
    return UseCase(
        act=lambda by: by.request(code, ride).full(),
        answer={"decision": "approved", "held_cents": 1_500},
        effect=lambda: (world.voucher(code).held_cents, world.kinds(code)),
        once=(1_500, ["voucher.minted", "ride.requested"]),
    )


def _declining(world: World) -> UseCase:
    code = world.code()
    ride = f"ride-of-{world.voucher_key(code)}"
    return UseCase(
        act=lambda by: by.request(code, ride, cents=9_000).full(),
        answer={"decision": "declined", "reason": "over_ride_cap"},
        effect=lambda: (world.voucher(code).held_cents, world.kinds(code)),
        once=(0, ["voucher.minted", "ride.requested"]),
    )


def _completing(world: World) -> UseCase:
    code = world.code()
    ride = f"ride-of-{world.voucher_key(code)}"
    world.request(code, ride)
    return UseCase(
        act=lambda by: by.complete(code, ride, cents=1_200).full(),
        answer={"outcome": "captured", "captured_cents": 1_200, "released_cents": 300},
        effect=lambda: (world.voucher(code).spent_cents, world.kinds(code)),
        once=(1_200, ["voucher.minted", "ride.requested", "ride.completed"]),
    )


def _cancelling(world: World) -> UseCase:
    code = world.code()
    ride = f"ride-of-{world.voucher_key(code)}"
    world.request(code, ride)
    return UseCase(
        act=lambda by: by.cancel(code, ride).full(),
        answer={"outcome": "voided", "released_cents": 1_500},
        effect=lambda: (world.voucher(code).available_cents, world.kinds(code)),
        once=(4_000, ["voucher.minted", "ride.requested", "ride.cancelled"]),
    )


def _minting(world: World) -> UseCase:
    person = world.enroll()
    request = world.mint_request(participant_ids=(person, person), unassigned=None, value_cents=100)
    before = world.allotment().available_cents
    return UseCase(
        act=lambda by: by.mints(request, f"mint-for-{person}")[0].model_dump(),
        answer={"total_cents": 200},
        effect=lambda: (
            before - world.allotment().available_cents,
            len(world.participant(person).open_vouchers),
        ),
        once=(200, 2),
    )


def _enrolling(world: World) -> UseCase:
    before = len(world.items("people"))
    request = builders.enrollment(external_ref=f"case-of-{before}")
    return UseCase(
        act=lambda by: by.enrolls(request, f"key-of-{before}")[0].model_dump(),
        answer={"external_ref": request.external_ref},
        effect=lambda: len(world.items("people")) - before,
        once=3,
    )


USE_CASES = {
    "request": _requesting,
    "decline": _declining,
    "complete": _completing,
    "cancel": _cancelling,
    "mint": _minting,
    "enroll": _enrolling,
}

FAULTS: dict[str, tuple[str, Fault]] = {
    "lost before sending": ("", wire.lost_before_sending),
    "answer lost": ("", wire.answer_lost),
    "throttled": ("", wire.refused_with("ProvisionedThroughputExceededException")),
    "throttled by the account": ("", wire.refused_with("RequestLimitExceeded")),
    "slowed down": ("", wire.refused_with("ThrottlingException")),
    "broken": ("", wire.refused_with("InternalServerError", 500)),
    "unavailable": ("", wire.refused_with("ServiceUnavailable", 503)),
    "keys left unprocessed": ("BatchGetItem", wire.left_unprocessed),
    "broken after it was done": ("TransactWriteItems", wire.failed_after_it_was_done),
    "conflict": ("TransactWriteItems", wire.cancelled_because("None", "TransactionConflict")),
    "conflict beside a condition": (
        "TransactWriteItems",
        wire.cancelled_because("ConditionalCheckFailed", "TransactionConflict", "None"),
    ),
    "throttled inside": (
        "TransactWriteItems",
        wire.cancelled_because("ThrottlingError", "None", "ProvisionedThroughputExceeded"),
    ),
    "in progress": ("TransactWriteItems", wire.refused_with("TransactionInProgressException")),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("use_case", USE_CASES)
def test_after_any_fault_at_any_call_a_repeat_is_answered_right_and_has_one_effect(
    world: World, use_case: str, fault: str
) -> None:
    operation, what = FAULTS[fault]
    met = 0
    while True:
        case = USE_CASES[use_case](world)
        function = world.another()

        with Wire(world.client) as line:
            line.disturb(what, operation, at=met)
            answer = _until_answered(case, function)
            disturbed = line.disturbed

        assert case.answer.items() <= answer.items()
        assert case.effect() == case.once
        again = case.act(world.another())
        assert case.answer.items() <= again.items()
        assert case.effect() == case.once
        if not disturbed:
            break
        met += 1
    # A cold function reads twice or more and writes once; the first read may need no second one.
    assert met >= (1 if operation else 2)


def _until_answered(case: UseCase, function: World) -> Answer:
    """The first answer, or after one that says that the caller should come back, the second."""
    try:
        return case.act(function)
    except Busy:
        return case.act(function)
