"""What an administrator does about each reason: every reason has a next step of its own."""

from typing import Any

import pytest

import builders
from builders import NOON
from farechance.next_steps import Standing, next_step
from farechance.programs import PartnerStatus, Status
from farechance.vouchers import Blocker, ClosedReason, Reason, Terms, VoucherState

each_reason = pytest.mark.parametrize("reason", Reason)
BLOCKED: dict[str, Any] = {"state": VoucherState.BLOCKED, "blocked_by": Blocker.PARTNER}
CLOSED: dict[str, Any] = {
    "state": VoucherState.CLOSED,
    "closed_reason": ClosedReason.REVOKED,
    "closed_at": NOON,
}
REISSUED: dict[str, Any] = {
    **CLOSED,
    "closed_reason": ClosedReason.REISSUED,
    "successor_key": "n" * 32,
}
PAUSED = {"program_status": Status.PAUSED}
SUSPENDED = {"partner_status": PartnerStatus.SUSPENDED}
AS_THE_REASON_SAYS: dict[Reason, tuple[dict[str, Any], dict[str, Any]]] = {
    Reason.VOUCHER_NOT_STARTED: ({"valid_from": builders.voucher().expires_at}, {}),
    Reason.VOUCHER_BLOCKED: (BLOCKED, {}),
    Reason.VOUCHER_CLOSED: (CLOSED, {}),
    Reason.PROGRAM_PAUSED: ({}, PAUSED),
    Reason.PARTNER_SUSPENDED: ({}, SUSPENDED),
}


def step(reason: Reason, terms: dict[str, Any] | None = None, **changes: Any) -> str:
    whole = builders.terms()
    stands = {"program_status": whole.program_status, "partner_status": whole.partner_status}
    now_terms = Terms(whole.rules, **{**stands, **(terms or {})})
    successor = builders.voucher(last4="9XYZ") if "successor_key" in changes else None
    standing = Standing(builders.voucher(**changes), now_terms, builders.partner(), NOON, successor)
    return next_step(reason, standing)


@each_reason
def test_every_reason_has_a_next_step_that_sends_nobody_back_to_the_administrator(
    reason: Reason,
) -> None:
    changes, terms = AS_THE_REASON_SAYS.get(reason, ({}, {}))

    words = step(reason, terms, **changes)

    assert len(words.split()) >= 8
    assert words[0].isupper()
    assert words.endswith(".")
    assert "the administrator" not in words
    assert "organisation" not in words
    # Nobody who has a rider on the phone knows the names of fields.
    assert not any(sign in words for sign in ("_", "{", "}"))


def test_no_two_reasons_are_told_the_same_step() -> None:
    steps = [
        step(reason, AS_THE_REASON_SAYS.get(reason, ({}, {}))[1], **changes)
        for reason in Reason
        for changes in [AS_THE_REASON_SAYS.get(reason, ({}, {}))[0]]
    ]

    assert len(set(steps)) == len(list(Reason))


@pytest.mark.parametrize(
    "reason",
    [
        Reason.VOUCHER_UNKNOWN,
        Reason.VOUCHER_EXPIRED,
        Reason.VOUCHER_BLOCKED,
        Reason.VOUCHER_CLOSED,
        Reason.NO_RIDES_LEFT,
    ],
)
def test_whoever_is_to_be_called_is_named_with_a_number(reason: Reason) -> None:
    changes, terms = AS_THE_REASON_SAYS.get(reason, ({}, {}))

    assert "Second Start (555-0100)" in step(reason, terms, **changes)


@pytest.mark.parametrize(
    "reason",
    [
        Reason.VOUCHER_NOT_STARTED,
        Reason.VOUCHER_BLOCKED,
        Reason.PROGRAM_PAUSED,
        Reason.PARTNER_SUSPENDED,
    ],
)
def test_what_no_longer_stands_in_the_way_is_told_as_gone(reason: Reason) -> None:
    assert "book again" in step(reason)


@each_reason
def test_of_a_reissued_card_the_new_one_is_what_helps(reason: Reason) -> None:
    assert "ends in 9XYZ" in step(reason, **REISSUED)


@each_reason
def test_of_a_voucher_that_is_over_only_a_new_one_helps(reason: Reason) -> None:
    assert "closed for good" in step(reason, **CLOSED)
    assert "mint a new one" in step(reason, **CLOSED)


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (Blocker.OPERATOR, "An operator blocked"),
        (Blocker.ADMINISTRATOR, "Only an administrator unblocks it"),
        (
            Blocker.PARTICIPANT,
            "The person asked for the block, when consent was withdrawn. Only an",
        ),
        (Blocker.PARTNER, "from Second Start (555-0100) why"),
    ],
)
def test_a_block_is_asked_about_where_it_came_from(by: Blocker, words: str) -> None:
    blocked: dict[str, Any] = {"state": VoucherState.BLOCKED, "blocked_by": by}

    assert words in step(Reason.VOUCHER_BLOCKED, **blocked)
