"""A voucher's balances, rides and end, and what a provider may learn of why it is stopped."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import builders
from builders import NOON, hold
from farechance.vouchers import (
    ClosedReason,
    Reason,
    VoucherState,
    default_expiry,
    for_provider,
    may_ride_home,
    program_days,
)

# domain.md, 'Reasons', in its order.
IN_ORDER = [
    "voucher_unknown",
    "ride_of_other_voucher",
    "event_conflict",
    "currency_mismatch",
    "ride_cancelled",
    "ride_already_settled",
    "request_too_old",
    "voucher_not_started",
    "voucher_expired",
    "voucher_blocked",
    "voucher_closed",
    "program_paused",
    "program_closed",
    "partner_suspended",
    "no_rides_left",
    "too_many_open_rides",
    "location_missing",
    "outside_service_area",
    "outside_hours",
    "insufficient_balance",
    "over_ride_cap",
]


def test_the_reasons_stand_in_the_order_in_which_they_are_looked_for() -> None:
    reasons = [reason.value for reason in Reason]

    assert [reason for reason in reasons if reason in IN_ORDER] == IN_ORDER


def test_a_provider_does_not_see_what_stops_a_whole_voucher() -> None:
    hidden = {
        "voucher_blocked",
        "voucher_closed",
        "program_paused",
        "program_closed",
        "partner_suspended",
    }

    for reason in Reason:
        seen = "voucher_not_usable" if reason.value in hidden else reason.value
        assert for_provider(reason).value == seen


def test_counted_rides_and_open_holds_take_the_place_of_rides() -> None:
    voucher = builders.voucher(
        max_rides=5,
        rides_counted=1,
        available_cents=1_000,
        held_cents=3_000,
        holds={"a": hold(), "b": hold()},
    )

    assert builders.voucher().rides_left == 2
    assert voucher.rides_left == 2


@pytest.mark.parametrize(
    ("fields", "ended_at"),
    [
        pytest.param({}, NOON + timedelta(days=7), id="it expired"),
        pytest.param(
            {"closed_at": NOON + timedelta(days=2)}, NOON + timedelta(days=2), id="closed before"
        ),
        pytest.param(
            {"closed_at": NOON + timedelta(days=9)}, NOON + timedelta(days=7), id="closed after"
        ),
        pytest.param(
            {"last_hold_expires_at": NOON + timedelta(days=1)},
            NOON + timedelta(days=7),
            id="its holds ended before",
        ),
        pytest.param(
            {"last_hold_expires_at": NOON + timedelta(days=30)},
            NOON + timedelta(days=30),
            id="a hold lasts longer",
        ),
        pytest.param(
            {
                "closed_at": NOON + timedelta(days=1),
                "last_hold_expires_at": NOON + timedelta(days=3),
            },
            NOON + timedelta(days=3),
            id="closed, and a hold lasts longer",
        ),
    ],
)
def test_the_money_returns_seven_days_after_the_end_or_the_last_hold(
    fields: dict[str, Any], ended_at: datetime
) -> None:
    assert builders.voucher(**fields).return_at == ended_at + timedelta(days=7)


def test_a_voucher_whose_holds_do_not_add_up_cannot_be() -> None:
    with pytest.raises(ValueError, match="sum of the open holds"):
        builders.voucher(held_cents=1_500)
    with pytest.raises(ValueError, match="sum of the open holds"):
        builders.voucher(holds={"a": hold(1_500)}, held_cents=1_499)


@pytest.mark.parametrize("field", ["available_cents", "held_cents", "spent_cents"])
def test_no_balance_is_ever_negative(field: str) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        builders.voucher(**{field: -1})


def test_a_voucher_has_four_open_holds_at_most() -> None:
    holds = {f"ride-{number}": hold(1) for number in range(5)}

    with pytest.raises(ValueError, match="at most 4"):
        builders.voucher(holds=holds, held_cents=5)


def test_a_changed_voucher_is_the_next_version_and_is_checked() -> None:
    voucher = builders.voucher(version=7)

    assert voucher.after().version == 8
    assert voucher.after(available_cents=1).available_cents == 1
    assert voucher.version == 7
    with pytest.raises(ValueError, match="available_cents"):
        voucher.after(available_cents=-1)


def test_a_voucher_ends_for_one_of_three_reasons() -> None:
    assert [state.value for state in VoucherState] == ["active", "blocked", "closed"]
    assert [reason.value for reason in ClosedReason] == ["revoked", "expired", "reissued"]


@pytest.mark.parametrize(
    ("hours", "after", "may"),
    [
        pytest.param(12, timedelta(hours=12), True, id="to the last instant"),
        pytest.param(12, timedelta(hours=12, milliseconds=1), False, id="a moment later"),
        pytest.param(0, timedelta(0), True, id="no hours, at once"),
        pytest.param(0, timedelta(milliseconds=1), False, id="no hours"),
        pytest.param(48, timedelta(hours=48), True, id="two days"),
    ],
)
def test_the_way_home_is_open_for_the_hours_that_the_rules_say(
    hours: int, after: timedelta, may: bool
) -> None:
    voucher = builders.voucher(last_captured_at=NOON)

    assert may_ride_home(voucher, builders.rules(return_hours=hours), NOON + after) is may


def test_there_is_no_way_home_before_the_first_ride() -> None:
    assert not may_ride_home(builders.voucher(), builders.rules(), NOON)


def test_a_programmes_days_begin_and_end_at_its_own_midnights() -> None:
    begins, ends = program_days(
        builders.rules(starts_on=date(2026, 3, 8), ends_on=date(2026, 11, 1))
    )

    assert begins == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert ends == datetime(2026, 11, 2, 5, tzinfo=UTC)


def test_by_default_a_voucher_expires_at_the_midnight_that_ends_its_last_day() -> None:
    one_day = builders.rules(valid_days=1)

    assert default_expiry(one_day, NOON) == datetime(2026, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "expires_at"),
    [
        # The last day is the one before the clock change; where it takes midnight away, the next
        # day begins an hour later by the clock, at the same instant.
        ("America/Havana", datetime(2026, 3, 8, 5, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 3, 8, 5, tzinfo=UTC)),
    ],
)
def test_a_voucher_that_ends_on_the_eve_of_a_clock_change_ends_with_its_day(
    zone: str, expires_at: datetime
) -> None:
    rules = builders.rules(time_zone=zone, valid_days=5)

    assert default_expiry(rules, NOON) == expires_at


def test_past_its_return_a_voucher_is_shown_as_closed_whatever_housekeeping_did() -> None:
    blocked = builders.voucher(state=VoucherState.BLOCKED)

    last = blocked.return_at - timedelta(milliseconds=1)
    assert blocked.state_at(last) is VoucherState.BLOCKED
    assert blocked.state_at(blocked.return_at) is VoucherState.CLOSED
