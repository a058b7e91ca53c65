"""Every act of a partner on a voucher is carried out once for each Idempotency-Key, on its own
voucher only, and never on one that is closed."""

from collections.abc import Callable
from copy import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from builders import NOON, OTHER_PARTNER
from farechance.errors import IdempotencyKeyReused, NotFound, StateForbids
from farechance.times import instant_text
from operations.act_on_voucher import (
    VoucherCall,
    VoucherTools,
    block_voucher,
    extend_voucher,
    revoke_voucher,
    unblock_voucher,
)
from operations.assign_voucher import assign_voucher
from operations.reissue_voucher import reissue_voucher
from threads import at_once
from wire import Wire
from world import World

Told = tuple[dict[str, Any], bool]
Run = Callable[[VoucherCall, VoucherTools], Told]
LATER = NOON + timedelta(days=30)


def _runs(person: str, ends: datetime = LATER) -> dict[str, tuple[dict[str, Any], Run]]:
    """Every act by its name: what is asked for, and what carries it out."""
    return {
        "block": ({}, block_voucher),
        "unblock": ({}, unblock_voucher),
        "revoke": ({}, revoke_voucher),
        "reissue": (
            {},
            lambda call, tools: reissue_voucher(call, tools, codes_too=True),
        ),
        "extend": (
            {"expires_at": instant_text(ends)},
            lambda call, tools: extend_voucher(call, ends, tools),
        ),
        "assign": (
            {"participant_id": person},
            lambda call, tools: assign_voucher(call, person, tools),
        ),
    }


ACTS = tuple(_runs(""))
each_act = pytest.mark.parametrize("act", ACTS)


def _do(world: World, act: str, code: str, key: str, person: str) -> Told:
    content, run = _runs(person)[act]
    return run(world.call(act, code, key, **content), world.tools)


def _ready(world: World, act: str, **changes: Any) -> tuple[str, str]:
    """A card that the act may be done to, with a ride under way, and a person."""
    code = world.code(**changes)
    world.request(code)
    if act == "unblock":
        world.block(code)
    return code, world.enroll()


# ── once for each key ─────────────────────────────────────────────────────────────────────────────


@each_act
def test_the_same_key_again_gets_the_same_answer_and_moves_nothing(world: World, act: str) -> None:
    code, person = _ready(world, act)

    first, was_replay = _do(world, act, code, "key-1", person)
    before = world.everything()
    again, is_replay = _do(world, act, code, "key-1", person)

    assert again == first
    assert (was_replay, is_replay) == (False, True)
    assert world.everything() == before
    assert world.voucher(code).held_cents == 1_500


@each_act
def test_a_repeat_is_told_the_first_answer_whatever_has_happened_since(
    world: World, act: str
) -> None:
    code, person = _ready(world, act)
    first, _ = _do(world, act, code, "key-1", person)
    world.complete(code, cents=1_100)
    world.clock.passes(days=60)
    world.keep_house()

    again, is_replay = _do(world, act, code, "key-1", person)

    assert (again, is_replay) == (first, True)
    assert world.voucher(code).spent_cents == 1_100


@each_act
def test_the_same_key_with_other_content_is_refused(world: World, act: str) -> None:
    code, person = _ready(world, act)
    _do(world, act, code, "key-1", person)
    before = world.everything()
    other_content = {"act": act, "reason": "another reason"}

    for content in (other_content, {"act": "another act"}):
        call = replace(world.call(act, code, "key-1"), content=content)
        with pytest.raises(IdempotencyKeyReused):
            _runs(person)[act][1](call, world.tools)

    assert world.everything() == before


@each_act
def test_a_voucher_of_another_partner_is_not_found(world: World, act: str) -> None:
    code, person = _ready(world, act)
    before = world.everything()
    content, run = _runs(person)[act]
    call = replace(world.call(act, code, "key-1", **content), partner_id=OTHER_PARTNER)

    with pytest.raises(NotFound) as refused:
        run(call, world.tools)
    with pytest.raises(NotFound) as unknown:
        run(replace(call, voucher_id="vch_1" + "0" * 25), world.tools)

    assert (refused.value.kind, unknown.value.kind) == ("voucher", "voucher")
    assert world.everything() == before


@each_act
def test_one_call_sent_several_times_at_once_is_carried_out_once(world: World, act: str) -> None:
    code, person = _ready(world, act)
    entries = len(world.entries(code))

    results = at_once([partial(_do, world.another(), act, code, "key-1", person)] * 3)

    told = [one for one in results if not isinstance(one, Exception)]
    assert len(told) == 3
    assert all(answer == told[0][0] for answer, _ in told)
    assert [is_replay for _, is_replay in told].count(False) == 1
    assert len(world.entries(code)) == entries + 1


@each_act
def test_a_ride_at_the_last_moment_is_not_lost(world: World, act: str) -> None:
    code, person = _ready(world, act)

    with Wire(world.client) as line:
        line.before("TransactWriteItems", lambda: world.complete(code, cents=1_200))
        answer, _ = _do(world, act, code, "key-1", person)

    voucher = world.voucher(code)
    assert (voucher.spent_cents, voucher.held_cents) == (1_200, 0)
    assert answer["held_cents"] == 0
    assert world.kinds(code)[-2] == "ride.completed"


# ── when an act is refused ────────────────────────────────────────────────────────────────────────


@each_act
@pytest.mark.parametrize("end", ["revoked", "reissued", "settled", "past return_at"])
def test_nothing_is_done_to_a_closed_voucher(world: World, act: str, end: str) -> None:
    code, person = _ready(world, act)
    match end:
        case "revoked":
            world.revoke(code)
        case "reissued":
            world.reissue(code)
        case _:
            world.clock.now = world.voucher(code).return_at
            if end == "settled":
                world.keep_house()
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        _do(world, act, code, "key-2", person)

    assert refused.value.reason == "voucher_closed"
    assert refused.value.facts == {"voucher_id": world.voucher(code).voucher_id}
    assert world.everything() == before


def test_a_blocked_voucher_is_not_blocked_again(world: World) -> None:
    code = world.code()
    world.block(code)
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.block(code)

    assert refused.value.reason == "voucher_blocked"
    assert world.everything() == before


def test_a_voucher_that_is_not_blocked_is_not_unblocked(world: World) -> None:
    code = world.code()
    before = world.everything()

    with pytest.raises(StateForbids) as refused:
        world.unblock(code)

    assert refused.value.reason == "voucher_not_blocked"
    assert world.everything() == before
