"""What happened to a voucher, entry by entry, in sentences that an administrator reads aloud."""

from datetime import date, timedelta
from typing import Any

import pytest

import builders
from builders import NOON, PARTNER, PROGRAM, PROVIDER
from farechance.entry_words import Tellers, happened
from farechance.ledger import Account, Entry, Kind
from farechance.voucher_acts import ActReason
from farechance.vouchers import Reason

BY = Tellers("Second Start", {PROVIDER: "City Cabs"}, "USD", builders.rules().zone)
OF_A_VOUCHER = [
    kind
    for kind in Kind
    if kind.value.startswith(("voucher.", "ride.", "hold.")) and kind is not Kind.RIDE_CONFLICT
]


def entry(kind: Kind, changes: dict[Account, int] | None = None, **facts: Any) -> Entry:
    fields: dict[str, Any] = {
        "account": "voucher#" + "k" * 32,
        "identity": "any",
        "sequence": 1,
        "kind": kind,
        "program_id": PROGRAM,
        "partner_id": PARTNER,
        "recorded_at": NOON,
        "month": "2026-03",
        "changes": changes or {},
    }
    if kind.value.startswith(("ride.", "hold.")):
        fields |= {"provider_id": PROVIDER, "ride_day": NOON.date()}
    return Entry(**{**fields, **facts})


def told(kind: Kind, changes: dict[Account, int] | None = None, **facts: Any) -> str:
    return happened(entry(kind, changes, **facts), BY).what


FREE, HELD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT
ALLOTTED, TRANSFER = Account.ALLOTTED, Account.TRANSFER
SENTENCES: list[tuple[Kind, dict[Account, int], dict[str, Any], str]] = [
    (
        Kind.VOUCHER_MINTED,
        {ALLOTTED: -4_000, FREE: 4_000},
        {},
        "Second Start minted it, worth $40.00.",
    ),
    (
        Kind.VOUCHER_MINTED,
        {ALLOTTED: -4_000, FREE: 4_000},
        {"command_id": "c"},
        "An administrator minted it, worth $40.00, as a card.",
    ),
    (
        Kind.VOUCHER_MINTED,
        {Account.RESERVED: -4_000, FREE: 4_000},
        {"batch_id": "bat_1"},
        "Second Start minted it, worth $40.00, among the cards of a batch.",
    ),
    (Kind.VOUCHER_ASSIGNED, {}, {}, "Second Start gave it to a person."),
    (
        Kind.VOUCHER_BLOCKED,
        {},
        {"act_reason": "stolen"},
        "It was blocked, because it was stolen: no new ride from then on.",
    ),
    (
        Kind.VOUCHER_BLOCKED,
        {},
        {"command_id": "c"},
        "An administrator or an operator blocked it: no new ride from then on.",
    ),
    (
        Kind.VOUCHER_UNBLOCKED,
        {},
        {"act_reason": "found"},
        "Second Start unblocked it, because it was found.",
    ),
    (Kind.VOUCHER_EXTENDED, {}, {}, "Second Start gave it a later end."),
    (
        Kind.VOUCHER_REVOKED,
        {FREE: -2_500, ALLOTTED: 2_500},
        {"command_id": "c"},
        "An administrator closed it for good; $25.00 went back to Second Start.",
    ),
    (
        Kind.VOUCHER_REISSUED,
        {FREE: -2_500, TRANSFER: 2_500},
        {"act_reason": "lost"},
        "Second Start reissued the card, because it was lost: it is closed, and $25.00 moved to a "
        "new one.",
    ),
    (
        Kind.VOUCHER_SUCCEEDED,
        {TRANSFER: -2_500, FREE: 2_500},
        {},
        "$25.00 came over from the card whose place it took.",
    ),
    (
        Kind.VOUCHER_RETURNED,
        {FREE: -500, ALLOTTED: 500},
        {},
        "Its time was over, and what was left of it, $5.00, went to Second Start.",
    ),
    (
        Kind.VOUCHER_RETURNED,
        {FREE: -500, TRANSFER: 500},
        {},
        "Its time was over, and what was left of it, $5.00, went to the new card.",
    ),
    (Kind.VOUCHER_RETURNED, {}, {}, "Its time was over, with nothing left on it."),
    (
        Kind.HOLD_LAPSED,
        {HELD: -1_500, FREE: 1_500},
        {},
        "A ride with City Cabs was booked and not completed in time; the $15.00 that was set aside "
        "for it became free again.",
    ),
    (
        Kind.HOLD_REPLACED,
        {HELD: -1_500, FREE: 1_500},
        {"shortfall_cents": 300},
        "City Cabs sent another car; the $15.00 that was set aside for the first one became free "
        "again. $3.00 that was driven is paid by no voucher: it is on record as a shortfall.",
    ),
    (
        Kind.RIDE_REQUESTED,
        {FREE: -1_500, HELD: 1_500},
        {"fare_cents": 1_600},
        "City Cabs asked whether it pays a ride of about $16.00. Yes: $15.00 was set aside.",
    ),
    (
        Kind.RIDE_REQUESTED,
        {},
        {"fare_cents": 1_600, "reason": "voucher_blocked"},
        "City Cabs asked whether it pays a ride of about $16.00. It was declined. The reason: the "
        "voucher was blocked.",
    ),
    (
        Kind.RIDE_COMPLETED,
        {HELD: -1_500, FREE: 100, SPENT: 1_400},
        {"fare_cents": 1_400, "ride_day": date(2026, 3, 1)},
        "City Cabs completed a ride of March 1, 2026 that cost $14.00; the voucher paid $14.00.",
    ),
    (
        Kind.RIDE_COMPLETED,
        {HELD: -1_500, FREE: -500, SPENT: 2_000},
        {"fare_cents": 2_100, "overage_cents": 100, "overage_owed_by": "program"},
        "City Cabs completed a ride that cost $21.00; the voucher paid $20.00. Above what the "
        "voucher covers, the programme owes $1.00.",
    ),
    (
        Kind.RIDE_COMPLETED,
        {FREE: -500, SPENT: 500},
        {"fare_cents": 500, "command_id": "c"},
        "By its monthly statement, City Cabs completed a ride that cost $5.00; the voucher paid "
        "$5.00.",
    ),
    (
        Kind.RIDE_COMPLETED,
        {},
        {"fare_cents": 1_200, "shortfall_cents": 1_200, "reason": "ride_cancelled"},
        "City Cabs completed a ride that cost $12.00. It was not paid. The reason: the ride had "
        "been cancelled. $12.00 that was driven is paid by no voucher: it is on record as a "
        "shortfall.",
    ),
    (
        Kind.RIDE_CANCELLED,
        {HELD: -1_500, FREE: 1_500},
        {},
        "City Cabs cancelled a ride; the $15.00 that was set aside for it became free again.",
    ),
    (
        Kind.RIDE_CANCELLED,
        {HELD: -1_500, FREE: 1_000, SPENT: 500},
        {"overage_cents": 100, "overage_owed_by": "rider"},
        "City Cabs cancelled a ride; the voucher paid a fee of $5.00. Above what the voucher "
        "covers, the rider owes $1.00.",
    ),
    (Kind.RIDE_CANCELLED, {}, {}, "City Cabs cancelled a ride for which nothing was set aside."),
    (
        Kind.RIDE_CANCELLED,
        {},
        {"reason": "ride_completed"},
        "City Cabs cancelled a ride; that changed nothing. The reason: the ride had been "
        "completed.",
    ),
    (
        Kind.RIDE_ADJUSTED,
        {FREE: -200, SPENT: 200},
        {"fare_cents": 1_700},
        "City Cabs changed what a ride cost to $17.00; the voucher paid $2.00 more.",
    ),
    (
        Kind.RIDE_ADJUSTED,
        {SPENT: -200, FREE: 200},
        {"fare_cents": 1_300},
        "City Cabs changed what a ride cost to $13.00; $2.00 came back to the voucher.",
    ),
    (
        Kind.RIDE_ADJUSTED,
        {},
        {"fare_cents": 1_300, "answer": {"outcome": "pending"}},
        "City Cabs changed what a ride cost to $13.00; it counts once the ride is completed.",
    ),
    (
        Kind.RIDE_ADJUSTED,
        {},
        {"fare_cents": 1_300, "answer": {"outcome": "superseded"}},
        "City Cabs changed what a ride cost to $13.00; that changed nothing on the voucher.",
    ),
    (
        Kind.RIDE_ADJUSTED,
        {},
        {"fare_cents": 1_300, "reason": "not_covered"},
        "City Cabs changed what a ride cost to $13.00. That was not taken. The reason: a tip or "
        "damage, which vouchers never pay.",
    ),
    (
        Kind.RIDE_CONFLICT,
        {},
        {"reason": "event_conflict", "fare_cents": 1_300},
        "City Cabs sent a message about a ride again, with other content. The first counts, and "
        "nothing was changed.",
    ),
]


@pytest.mark.parametrize(("kind", "changes", "facts", "words"), SENTENCES)
def test_an_entry_is_told_in_whole_sentences(
    kind: Kind, changes: dict[Account, int], facts: dict[str, Any], words: str
) -> None:
    assert told(kind, changes, **facts) == words


@pytest.mark.parametrize("kind", OF_A_VOUCHER)
def test_there_is_a_sentence_for_all_that_can_happen_to_a_voucher(kind: Kind) -> None:
    assert any(one is kind for one, *_ in SENTENCES)


@pytest.mark.parametrize("reason", ActReason)
def test_why_somebody_acted_is_told_in_words(reason: ActReason) -> None:
    words = told(Kind.VOUCHER_UNBLOCKED, act_reason=reason.value)

    assert ", because " in words
    assert "_" not in words


@pytest.mark.parametrize("reason", Reason)
def test_why_a_ride_was_declined_is_told_in_words(reason: Reason) -> None:
    words = told(Kind.RIDE_REQUESTED, reason=reason.value)

    assert "It was declined. The reason: " in words
    assert "_" not in words


def test_a_decline_is_told_with_its_hour_by_the_programmes_clock_and_all_else_by_its_day() -> None:
    just_after_midnight = NOON + timedelta(hours=12, minutes=5)
    declined = entry(Kind.RIDE_REQUESTED, reason="no_rides_left", recorded_at=just_after_midnight)

    assert happened(declined, BY).when == "March 3, 2026, at 12:05 AM"
    for kind in OF_A_VOUCHER:
        assert happened(entry(kind, recorded_at=just_after_midnight), BY).when == "March 3, 2026"


def test_neither_person_nor_ride_nor_identity_of_an_entry_is_ever_told() -> None:
    private: dict[str, Any] = {
        "subject_id": "sub_secret",
        "identity": f"ride#{PROVIDER}#ride-secret#requested",
        "voucher_id": "vch_1secret",
        "command_id": "command-secret",
    }

    for kind in (*OF_A_VOUCHER, Kind.RIDE_CONFLICT):
        assert "secret" not in told(kind, **private)


def test_a_ride_company_that_is_not_known_any_more_is_told_by_its_id() -> None:
    assert told(Kind.RIDE_CANCELLED, provider_id="pvd_gone").startswith("pvd_gone cancelled")
