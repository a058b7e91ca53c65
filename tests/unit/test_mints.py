"""A mint's checks against a programme's rules, and the vouchers that follow from it, always the
same ones."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON, PARTNER
from farechance import codes, mints
from farechance.errors import BooksDiffer, FieldErrors
from farechance.mints import MintKey, Planned
from farechance.partner_api import MintRequest
from farechance.programs import Rules

MILLISECOND = timedelta(milliseconds=1)
# The programme of the builders: 1 January to 31 December 2026 in New York.
BEGINS = datetime(2026, 1, 1, 5, tzinfo=UTC)
ENDS = datetime(2027, 1, 1, 5, tzinfo=UTC)


def checked(request: MintRequest, rules: Rules | None = None, now: datetime = NOON) -> list[str]:
    """The pointers of what is wrong."""
    try:
        mints.check_against(request, rules or builders.rules(), now)
    except FieldErrors as wrong:
        return [one.pointer for one in wrong.errors]
    return []


def record(minted_at: datetime = NOON) -> MintKey:
    return MintKey(body_digest="d", secret_version="1", rules_version=1, minted_at=minted_at)


def planned(
    request: MintRequest,
    rules: Rules | None = None,
    minted_at: datetime = NOON,
    key: str = "mint-1",
) -> list[Planned]:
    return list(
        mints.plan(request, rules or builders.rules(), CODE_KEYS, record(minted_at), PARTNER, key)
    )


def test_a_mint_within_the_rules_passes() -> None:
    assert checked(builders.mint_request()) == []


@pytest.mark.parametrize(
    ("changes", "rules", "pointers"),
    [
        pytest.param({"purpose": "family"}, {}, [], id="another purpose of the programme"),
        pytest.param({"purpose": "job"}, {}, ["/purpose"], id="a purpose of no rule"),
        pytest.param({"value_cents": 10_000}, {}, [], id="the greatest value"),
        pytest.param({"value_cents": 10_001}, {}, ["/value_cents"], id="a cent above it"),
        pytest.param({"value_cents": 100}, {}, [], id="the least value"),
        pytest.param({"value_cents": 99}, {}, ["/value_cents"], id="a cent below it"),
        pytest.param({"rides": 2}, {}, [], id="all rides"),
        pytest.param({"rides": 1}, {}, [], id="fewer rides"),
        pytest.param({"rides": 3}, {}, ["/rides"], id="one ride more"),
        pytest.param({"cap_cents": 1_500}, {"cap_cents": 1_500}, [], id="the rules' cap"),
        pytest.param(
            {"cap_cents": 1_501}, {"cap_cents": 1_500}, ["/cap_cents"], id="above the cap"
        ),
        pytest.param({"cap_cents": 2_000}, {}, [], id="half the value, where there is no cap"),
        pytest.param({"cap_cents": 2_001}, {}, ["/cap_cents"], id="a cent above half the value"),
        pytest.param(
            {"valid_from": BEGINS, "expires_at": ENDS}, {}, [], id="from the first instant on"
        ),
        pytest.param(
            {"valid_from": BEGINS - MILLISECOND, "expires_at": ENDS},
            {},
            ["/valid_from"],
            id="before it",
        ),
        pytest.param({"valid_from": ENDS - MILLISECOND}, {}, [], id="from the last instant on"),
        pytest.param({"expires_at": ENDS}, {}, [], id="until the last day's end"),
        pytest.param({"expires_at": ENDS + MILLISECOND}, {}, ["/expires_at"], id="past it"),
        pytest.param({"expires_at": NOON + MILLISECOND}, {}, [], id="for a moment"),
        pytest.param({"expires_at": NOON}, {}, ["/expires_at"], id="until now"),
        pytest.param(
            {"valid_from": NOON + MILLISECOND, "expires_at": NOON + MILLISECOND},
            {},
            ["/expires_at"],
            id="for no time at all",
        ),
    ],
)
def test_a_mint_is_checked_against_the_rules_to_the_cent_and_the_millisecond(
    changes: dict[str, Any], rules: dict[str, Any], pointers: list[str]
) -> None:
    request = builders.mint_request(**changes)

    assert checked(request, builders.rules(**rules)) == pointers


def test_nothing_is_minted_once_the_programme_is_over() -> None:
    assert checked(builders.mint_request(), now=ENDS - MILLISECOND) == []
    assert "/valid_from" in checked(builders.mint_request(), now=ENDS)


def test_every_wrong_field_is_named_at_once_and_no_words_say_what_was_sent() -> None:
    request = builders.mint_request(
        purpose="marathon", value_cents=77_777, rides=33, cap_cents=66_666, expires_at=BEGINS
    )

    with pytest.raises(FieldErrors) as caught:
        mints.check_against(request, builders.rules(), NOON)

    words = {one.pointer: one.detail for one in caught.value.errors}
    assert set(words) == {"/purpose", "/value_cents", "/rides", "/cap_cents", "/expires_at"}
    assert words["/purpose"] == "must be one of job_interview, family"
    assert words["/value_cents"] == "must be from 100 to 10000"
    assert words["/rides"] == "must be at most 2"
    for sent in ("marathon", "77777", "33", "66666"):
        assert not any(sent in detail for detail in words.values())


def test_a_voucher_of_default_rules_has_two_rides_of_half_its_value_rounded_up() -> None:
    [one] = planned(builders.mint_request(value_cents=4_001))

    assert one.rides == 2
    assert one.cap_cents == 2_001


@pytest.mark.parametrize(
    ("changes", "rules", "cap"),
    [
        ({"rides": 1}, {}, 4_000),
        ({"cap_cents": 700}, {}, 700),
        ({}, {"cap_cents": 1_500}, 1_500),
        ({"value_cents": 1_000}, {"cap_cents": 1_500}, 1_000),
        ({"value_cents": 1_000}, {"max_rides": 3}, 334),
    ],
)
def test_the_cap_is_the_requests_or_the_rules_and_never_above_the_value(
    changes: dict[str, Any], rules: dict[str, Any], cap: int
) -> None:
    [one] = planned(builders.mint_request(**changes), builders.rules(**rules))

    assert one.cap_cents == cap


@pytest.mark.parametrize(
    ("valid_from", "expires_at"),
    [
        # Valid for 7 days: until the midnight that ends the day valid_from + 7.
        pytest.param("2026-02-02T17:00:00Z", "2026-02-10T05:00:00Z", id="winter"),
        pytest.param("2026-03-02T17:00:00Z", "2026-03-10T04:00:00Z", id="into summer time"),
        pytest.param("2026-10-30T16:00:00Z", "2026-11-07T05:00:00Z", id="out of summer time"),
        pytest.param("2026-03-03T04:59:59Z", "2026-03-10T04:00:00Z", id="late in the evening"),
        pytest.param("2026-03-03T05:00:00Z", "2026-03-11T04:00:00Z", id="at midnight"),
        pytest.param("2026-12-30T17:00:00Z", "2027-01-01T05:00:00Z", id="not past the programme"),
    ],
)
def test_a_voucher_expires_by_default_at_the_local_midnight_after_its_last_day(
    valid_from: str, expires_at: str
) -> None:
    request = builders.mint_request(valid_from=datetime.fromisoformat(valid_from))

    [one] = planned(request)

    assert one.valid_from == datetime.fromisoformat(valid_from)
    assert one.expires_at == datetime.fromisoformat(expires_at)


def test_a_voucher_is_valid_from_now_or_from_the_programmes_first_instant() -> None:
    before = BEGINS - timedelta(days=3)

    [now] = planned(builders.mint_request())
    [early] = planned(builders.mint_request(), minted_at=before)

    assert now.valid_from == NOON
    assert early.valid_from == BEGINS
    assert early.expires_at == datetime(2026, 1, 9, 5, tzinfo=UTC)


def test_the_dates_that_were_asked_for_are_kept() -> None:
    dates = {"valid_from": NOON + timedelta(days=1), "expires_at": NOON + timedelta(days=99)}

    [one] = planned(builders.mint_request(**dates))

    assert {"valid_from": one.valid_from, "expires_at": one.expires_at} == dates


def test_a_repeated_mint_plans_the_very_same_vouchers() -> None:
    request = builders.mint_request(participant_ids=("par_1", "par_2", "par_1"))

    assert planned(request) == planned(request)


def test_each_voucher_of_a_mint_is_another_and_follows_the_order_of_the_people() -> None:
    request = builders.mint_request(participant_ids=("par_1", "par_2", "par_1"))

    plan = planned(request)

    assert [one.participant_id for one in plan] == ["par_1", "par_2", "par_1"]
    assert len({one.voucher_id for one in plan}) == 3
    assert len({one.code for one in plan}) == 3
    assert len({one.voucher_key for one in plan}) == 3


def test_another_key_plans_other_vouchers() -> None:
    request = builders.mint_request(unassigned=25)

    plans = planned(request, key="mint-1") + planned(request, key="mint-2")

    assert len({one.code for one in plans}) == 50
    assert all(one.participant_id is None for one in plans)


def test_a_planned_voucher_is_found_by_its_code_and_shown_by_its_end() -> None:
    [one] = planned(builders.mint_request())

    assert codes.code_of(CODE_KEYS, one.voucher_id) == one.code
    assert codes.key_of(CODE_KEYS, one.code) == one.voucher_key
    assert one.last4 == one.code[-4:]


def test_a_replay_whose_version_of_the_secret_is_gone_is_a_defect_and_no_other_voucher() -> None:
    old = MintKey(body_digest="d", secret_version="Z", rules_version=1, minted_at=NOON)
    request, rules = builders.mint_request(), builders.rules()
    keys = {**CODE_KEYS, "Z": "a key that is taken away"}
    assert next(mints.plan(request, rules, keys, old, PARTNER, "mint-1")).code[0] == "Z"

    with pytest.raises(BooksDiffer):
        next(mints.plan(request, rules, CODE_KEYS, old, PARTNER, "mint-1"))


@pytest.mark.parametrize("codes_too", [True, False])
def test_codes_are_told_only_to_those_who_may_see_them(codes_too: bool) -> None:
    request = builders.mint_request(unassigned=2)
    plan = planned(request)

    told = mints.answer(request, builders.rules(), record(), plan, codes_too=codes_too)

    assert told.total_cents == 8_000
    assert [one.last4 for one in told.vouchers] == [one.last4 for one in plan]
    if codes_too:
        assert [one.code for one in told.vouchers] == [codes.grouped(one.code) for one in plan]
    else:
        assert [one.code for one in told.vouchers] == [None, None]


def test_a_programme_of_one_day_mints_for_that_day() -> None:
    rules = builders.rules(starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))

    [one] = planned(builders.mint_request(), rules)

    assert checked(builders.mint_request(), rules) == []
    assert one.expires_at == datetime(2026, 3, 3, 5, tzinfo=UTC)
