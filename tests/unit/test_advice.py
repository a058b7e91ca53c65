"""What a case worker is told to do about a voucher's last decline, as things are now."""

from typing import Any

import pytest

import builders
from builders import NOON
from farechance.advice import what_to_do_now
from farechance.messages import what_to_do
from farechance.programs import PartnerStatus, Status
from farechance.vouchers import Blocker, ClosedReason, Reason, VoucherState

BLOCKED: dict[str, Any] = {"state": VoucherState.BLOCKED, "blocked_by": Blocker.PARTNER}
CLOSED: dict[str, Any] = {
    "state": VoucherState.CLOSED,
    "closed_reason": ClosedReason.REVOKED,
    "closed_at": NOON,
}
REISSUED = {**CLOSED, "closed_reason": ClosedReason.REISSUED, "successor_key": "n" * 32}


def told(reason: Reason, terms: dict[str, Any] | None = None, **changes: Any) -> str:
    whole = builders.terms()
    stands = {"program_status": whole.program_status, "partner_status": whole.partner_status}
    now_terms = type(whole)(whole.rules, **{**stands, **(terms or {})})
    return what_to_do_now(reason, builders.voucher(**changes), now_terms, NOON)


@pytest.mark.parametrize(
    ("reason", "terms", "changes"),
    [
        (Reason.VOUCHER_BLOCKED, {}, BLOCKED),
        (Reason.PROGRAM_PAUSED, {"program_status": Status.PAUSED}, {}),
        (Reason.PARTNER_SUSPENDED, {"partner_status": PartnerStatus.SUSPENDED}, {}),
        (Reason.VOUCHER_NOT_STARTED, {}, {"valid_from": builders.voucher().expires_at}),
        (Reason.INSUFFICIENT_BALANCE, {}, {}),
        (Reason.NO_RIDES_LEFT, {}, {}),
    ],
)
def test_what_still_stands_in_the_way_is_told_as_it_is(
    reason: Reason, terms: dict[str, Any], changes: dict[str, Any]
) -> None:
    assert told(reason, terms, **changes) == what_to_do(reason)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.VOUCHER_BLOCKED, "active again"),
        (Reason.PROGRAM_PAUSED, "goes on again"),
        (Reason.PARTNER_SUSPENDED, "no longer"),
        (Reason.VOUCHER_NOT_STARTED, "has begun"),
    ],
)
def test_what_no_longer_stands_in_the_way_is_told_as_gone(reason: Reason, words: str) -> None:
    assert words in told(reason)
    assert "book again" in told(reason)


def test_an_administrators_block_is_a_matter_for_the_administrator() -> None:
    by_administrator = {**BLOCKED, "blocked_by": Blocker.ADMINISTRATOR}

    assert "Ask the administrator" in told(Reason.VOUCHER_BLOCKED, **by_administrator)


def test_a_block_that_the_person_asked_for_is_the_persons_to_take_back() -> None:
    by_participant = {**BLOCKED, "blocked_by": Blocker.PARTICIPANT}

    words = told(Reason.VOUCHER_BLOCKED, **by_participant)

    assert "The person asked" in words
    assert "ask the administrator" in words


@pytest.mark.parametrize("reason", [Reason.VOUCHER_CLOSED, Reason.OVER_RIDE_CAP])
def test_whatever_it_was_a_reissued_card_leads_to_the_new_one(reason: Reason) -> None:
    assert "successor_id" in told(reason, **REISSUED)


@pytest.mark.parametrize("reason", [Reason.VOUCHER_CLOSED, Reason.OVER_RIDE_CAP])
def test_whatever_it_was_a_voucher_that_is_over_needs_a_new_one(reason: Reason) -> None:
    assert "Mint a new one" in told(reason, **CLOSED)
    # Past return_at it is over, whether or not anybody closed it.
    assert "Mint a new one" in told(reason, expires_at=NOON.replace(year=2025, month=12))
