"""What is done to a voucher beside rides: when each act is allowed, what it moves, what it leaves,
and when the money returns (domain.md, 'A voucher's life')."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import builders
from builders import NOON, RIDE_KEY, hold
from farechance import voucher_acts
from farechance.errors import FieldError, FieldErrors, StateForbids
from farechance.ledger import Account, Kind
from farechance.times import instant_text
from farechance.voucher_acts import Act
from farechance.vouchers import Blocker, ClosedReason, Voucher, VoucherState

MILLISECOND = timedelta(milliseconds=1)
DAY = timedelta(days=1)
AVAILABLE, ON_HOLD = Account.AVAILABLE, Account.HELD
ALLOTTED, TRANSFER = Account.ALLOTTED, Account.TRANSFER
NEW_KEY = "n" * 32
# The programme's last day is 2026-12-31 in New York.
ENDS = builders.voucher().expires_at
PROGRAM_ENDS = datetime(2027, 1, 1, 5, tzinfo=UTC)


BLOCKED = {"state": VoucherState.BLOCKED, "blocked_by": Blocker.PARTNER}
BY_ADMINISTRATOR = {**BLOCKED, "blocked_by": Blocker.ADMINISTRATOR}
CLOSED = {
    "state": VoucherState.CLOSED,
    "closed_reason": ClosedReason.REVOKED,
    "closed_at": NOON - DAY,
}

ACTS: dict[str, Callable[[Voucher, datetime], Act]] = {
    "block": voucher_acts.block,
    "unblock": voucher_acts.unblock,
    "extend": lambda one, now: voucher_acts.extend(
        one, builders.rules(), max(now, one.expires_at) + DAY, now
    ),
    "assign": lambda one, now: voucher_acts.assign(one, "sub_1", "es", now),
    "revoke": voucher_acts.revoke,
    "reissue": lambda one, now: voucher_acts.reissue(one, NEW_KEY, now),
}
every_act = pytest.mark.parametrize("act", ACTS)


def voucher_for(act: str, **changes: Any) -> Voucher:
    """One on which the act is allowed, unless the changes forbid it."""
    return builders.with_open_hold(**({**BLOCKED, **changes} if act == "unblock" else changes))


def forbidden(act: str, voucher: Voucher, now: datetime = NOON) -> str:
    with pytest.raises(StateForbids) as caught:
        ACTS[act](voucher, now)
    assert caught.value.facts == {"voucher_id": voucher.voucher_id}
    return caught.value.reason


@every_act
def test_an_act_is_stored_at_the_next_version_and_leaves_open_holds_alone(act: str) -> None:
    voucher = voucher_for(act)

    done = ACTS[act](voucher, NOON)

    assert done.voucher.version == voucher.version + 1
    assert done.voucher.holds == voucher.holds
    assert done.voucher.held_cents == 1_500
    assert sum(done.changes.values()) == 0
    assert ON_HOLD not in done.changes


@every_act
def test_nothing_is_done_to_a_closed_voucher(act: str) -> None:
    assert forbidden(act, builders.with_open_hold(**CLOSED)) == "voucher_closed"


@every_act
def test_past_its_return_a_voucher_counts_as_closed_whether_or_not_anybody_closed_it(
    act: str,
) -> None:
    voucher = voucher_for(act)

    if act == "assign":
        assert forbidden(act, voucher, voucher.return_at - MILLISECOND) == "voucher_expired"
    else:
        ACTS[act](voucher, voucher.return_at - MILLISECOND)

    assert forbidden(act, voucher, voucher.return_at) == "voucher_closed"


def test_an_active_voucher_is_blocked_and_a_blocked_one_unblocked() -> None:
    blocked = voucher_acts.block(builders.with_open_hold(), NOON)
    unblocked = voucher_acts.unblock(blocked.voucher, NOON)

    assert blocked.kind is Kind.VOUCHER_BLOCKED
    assert builders.other_than(builders.with_open_hold(), blocked.voucher) == BLOCKED
    assert unblocked.kind is Kind.VOUCHER_UNBLOCKED
    assert builders.other_than(blocked.voucher, unblocked.voucher) == {
        "state": VoucherState.ACTIVE,
        "blocked_by": None,
    }
    assert blocked.changes == unblocked.changes == {}


def test_a_voucher_is_not_blocked_or_unblocked_twice() -> None:
    assert forbidden("block", builders.with_open_hold(**BLOCKED)) == "voucher_blocked"
    assert forbidden("unblock", builders.with_open_hold()) == "voucher_not_blocked"


def test_what_an_administrator_blocked_a_partner_neither_unblocks_nor_reissues() -> None:
    blocked = builders.with_open_hold(**BY_ADMINISTRATOR)

    unblocked = voucher_acts.unblock(blocked, NOON, Blocker.ADMINISTRATOR)

    assert forbidden("unblock", blocked) == "blocked_by_administrator"
    assert forbidden("reissue", blocked) == "blocked_by_administrator"
    assert forbidden("block", blocked) == "voucher_blocked"
    assert voucher_acts.revoke(blocked, NOON).to_allotment_cents == 2_500
    assert unblocked.voucher.state is VoucherState.ACTIVE


def test_an_administrator_blocks_over_a_partners_block_and_unblocks_it() -> None:
    by_partner = builders.with_open_hold(**BLOCKED)

    blocked = voucher_acts.block(by_partner, NOON, Blocker.ADMINISTRATOR)
    unblocked = voucher_acts.unblock(by_partner, NOON, Blocker.ADMINISTRATOR)

    assert builders.other_than(by_partner, blocked.voucher) == {"blocked_by": Blocker.ADMINISTRATOR}
    assert unblocked.voucher.state is VoucherState.ACTIVE
    with pytest.raises(StateForbids) as twice:
        voucher_acts.block(blocked.voucher, NOON, Blocker.ADMINISTRATOR)
    assert twice.value.reason == "voucher_blocked"


def test_what_a_person_asked_to_block_a_partner_neither_unblocks_nor_reissues() -> None:
    by_partner = builders.with_open_hold(**BLOCKED)

    blocked = voucher_acts.block(by_partner, NOON, Blocker.PARTICIPANT).voucher
    unblocked = voucher_acts.unblock(blocked, NOON, Blocker.ADMINISTRATOR)

    assert blocked.blocked_by is Blocker.PARTICIPANT
    assert forbidden("unblock", blocked) == "blocked_by_participant"
    assert forbidden("reissue", blocked) == "blocked_by_participant"
    assert forbidden("block", blocked) == "voucher_blocked"
    assert voucher_acts.revoke(blocked, NOON).to_allotment_cents == 2_500
    assert unblocked.voucher.state is VoucherState.ACTIVE
    by_administrator = voucher_acts.block(blocked, NOON, Blocker.ADMINISTRATOR).voucher
    with pytest.raises(StateForbids):
        voucher_acts.block(by_administrator, NOON, Blocker.PARTICIPANT)


@pytest.mark.parametrize("blocked_by", [None, *Blocker])
@pytest.mark.parametrize("by", [Blocker.PARTNER, Blocker.OPERATOR, Blocker.ADMINISTRATOR])
def test_a_block_is_taken_back_by_nobody_whose_block_counts_for_less(
    blocked_by: Blocker | None, by: Blocker
) -> None:
    weight = {Blocker.PARTNER: 0, Blocker.OPERATOR: 1, Blocker.PARTICIPANT: 2}
    theirs = weight.get(by, 3) >= weight.get(blocked_by or Blocker.PARTNER, 3)
    blocked = builders.with_open_hold(state=VoucherState.BLOCKED, blocked_by=blocked_by)

    assert voucher_acts.may_unblock(blocked, by) is theirs
    if theirs:
        assert voucher_acts.unblock(blocked, NOON, by).voucher.state is VoucherState.ACTIVE
        return
    with pytest.raises(StateForbids) as refused:
        voucher_acts.unblock(blocked, NOON, by)
    assert refused.value.reason == f"blocked_by_{blocked_by}"


def test_an_operator_blocks_over_a_partners_block_and_a_person_over_an_operators() -> None:
    by_partner = builders.with_open_hold(**BLOCKED)

    by_operator = voucher_acts.block(by_partner, NOON, Blocker.OPERATOR).voucher
    by_person = voucher_acts.block(by_operator, NOON, Blocker.PARTICIPANT).voucher

    assert by_operator.blocked_by is Blocker.OPERATOR
    assert by_person.blocked_by is Blocker.PARTICIPANT
    assert forbidden("reissue", by_operator) == "blocked_by_operator"
    with pytest.raises(StateForbids):
        voucher_acts.block(by_person, NOON, Blocker.OPERATOR)


def test_a_card_that_has_expired_is_assigned_to_nobody() -> None:
    card = builders.voucher(subject_id=None)

    assert forbidden("assign", card, ENDS) == "voucher_expired"
    assert voucher_acts.assign(card, "sub_1", "es", ENDS - MILLISECOND).voucher.subject_id


def test_a_voucher_that_was_blocked_before_anybody_wrote_down_by_whom_is_a_partners() -> None:
    blocked = builders.with_open_hold(state=VoucherState.BLOCKED)

    assert voucher_acts.unblock(blocked, NOON).voucher.state is VoucherState.ACTIVE


@pytest.mark.parametrize("state", [VoucherState.ACTIVE, VoucherState.BLOCKED])
def test_extending_moves_the_end_and_with_it_the_return_and_nothing_else(
    state: VoucherState,
) -> None:
    voucher = builders.with_open_hold(state=state)
    later = NOON + 20 * DAY

    done = voucher_acts.extend(voucher, builders.rules(), later, NOON)

    assert done.kind is Kind.VOUCHER_EXTENDED
    assert builders.other_than(voucher, done.voucher) == {"expires_at": later}
    assert done.voucher.return_at == later + 7 * DAY
    assert done.changes == {}


@pytest.mark.parametrize(
    ("expires_at", "is_taken"),
    [
        pytest.param(ENDS + MILLISECOND, True, id="just after its end"),
        pytest.param(PROGRAM_ENDS - MILLISECOND, True, id="before the programme's last midnight"),
        pytest.param(PROGRAM_ENDS, True, id="the programme's last midnight"),
        pytest.param(PROGRAM_ENDS + MILLISECOND, False, id="after the programme's last midnight"),
    ],
)
def test_a_voucher_is_extended_within_the_programmes_days(
    expires_at: datetime, is_taken: bool
) -> None:
    voucher, rules = builders.with_open_hold(), builders.rules()

    if is_taken:
        assert voucher_acts.extend(voucher, rules, expires_at, NOON).voucher.expires_at == (
            expires_at
        )
    else:
        with pytest.raises(FieldErrors) as caught:
            voucher_acts.extend(voucher, rules, expires_at, NOON)
        assert caught.value.errors == (
            FieldError("/expires_at", "must be later than now, within the programme's days"),
        )


@pytest.mark.parametrize("earlier", [timedelta(0), MILLISECOND, 5 * DAY, 9 * DAY], ids=str)
def test_a_voucher_is_never_made_to_end_earlier_or_when_it_does(earlier: timedelta) -> None:
    voucher = builders.with_open_hold()

    with pytest.raises(FieldErrors) as caught:
        voucher_acts.extend(voucher, builders.rules(), voucher.expires_at - earlier, NOON)

    assert caught.value.errors == (
        FieldError(
            "/expires_at", "must be later than the present one, " + instant_text(voucher.expires_at)
        ),
    )


def test_a_voucher_that_has_expired_ends_later_than_now() -> None:
    voucher = builders.voucher(expires_at=NOON)
    now = NOON + DAY

    with pytest.raises(FieldErrors) as caught:
        voucher_acts.extend(voucher, builders.rules(), now, now)

    assert caught.value.errors == (
        FieldError("/expires_at", "must be later than now, within the programme's days"),
    )
    done = voucher_acts.extend(voucher, builders.rules(), now + MILLISECOND, now)
    assert done.voucher.expires_at == now + MILLISECOND


def test_a_voucher_that_has_expired_is_extended_before_its_return_and_rides_again() -> None:
    voucher = builders.voucher(expires_at=NOON)
    now = NOON + 7 * DAY - MILLISECOND

    done = voucher_acts.extend(voucher, builders.rules(), now + DAY, now)

    assert done.voucher.return_at == now + 8 * DAY
    assert builders.approved(builders.judged(done.voucher, now=now)).hold_cents == 1_500


def test_a_card_is_assigned_once_with_its_holders_language() -> None:
    card = builders.with_open_hold()

    done = voucher_acts.assign(card, "sub_1", "es", NOON)

    assert done.kind is Kind.VOUCHER_ASSIGNED
    assert builders.other_than(card, done.voucher) == {"subject_id": "sub_1", "language": "es"}
    assert done.changes == {}
    assert forbidden("assign", done.voucher) == "already_assigned"
    assert forbidden("assign", builders.with_open_hold(subject_id="sub_1")) == "already_assigned"


def test_a_blocked_card_may_be_assigned_and_stays_blocked() -> None:
    done = voucher_acts.assign(builders.with_open_hold(**BLOCKED), "sub_1", "en", NOON)

    assert done.voucher.state is VoucherState.BLOCKED


@given(
    available=st.integers(0, 4_000),
    held=st.integers(0, 2_000),
    acts=st.lists(st.sampled_from(sorted(ACTS)), max_size=6),
)
def test_no_sequence_of_acts_makes_or_loses_a_cent(
    available: int, held: int, acts: list[str]
) -> None:
    holds = {RIDE_KEY: hold(held)}
    voucher = builders.voucher_with_holds(holds, available_cents=available, max_rides=9)
    left = 0

    for act in acts:
        try:
            done = ACTS[act](voucher, NOON)
        except StateForbids:
            continue
        voucher = done.voucher
        left += done.to_allotment_cents + done.to_successor_cents
        assert done.changes.get(AVAILABLE, 0) == -(
            done.changes.get(ALLOTTED, 0) + done.changes.get(TRANSFER, 0)
        )

    assert voucher.available_cents + left == available
    assert voucher.held_cents == held
