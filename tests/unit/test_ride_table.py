"""The ride table, pair by pair: every event in every state, as the table of domain.md's 'A ride's
life' has it. Adjustments aren't supported yet: they leave no trace in any state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

import builders
from builders import NOON, PROVIDER, RIDE_KEY, hold
from farechance import ride_table
from farechance.ledger import Account
from farechance.ride_case import Case, Outcome, Takes, turned_away
from farechance.ride_table import TABLE
from farechance.rides import EventKind, RideEvent, RideState
from farechance.vouchers import Reason, Voucher


@dataclass(frozen=True)
class Row:
    """What is expected of a pair: where the ride then stands, the word and the reason of the
    answer, what moves, and what is on record as a shortfall or as overage."""

    state: RideState
    word: str
    reason: str | None = None
    changes: Mapping[Account, int] = field(default_factory=dict)
    shortfall: int = 0
    overage: int = 0
    takes: Takes = "identity"


# In every state the voucher is one of 40.00 for two rides of 20.00 under the rule `decline`, and
# the ride was estimated at 15.00.
STANDS: Mapping[RideState, tuple[dict[str, Any], dict[str, Any]]] = {
    RideState.NONE: ({}, {}),
    RideState.HELD: (
        {
            "available_cents": 2_500,
            "held_cents": 1_500,
            "holds": {RIDE_KEY: hold(1_500)},
            "last_hold_expires_at": hold().expires_at,
        },
        {"hold_cents": 1_500, "hold_expires_at": hold().expires_at, "fare_cents": 1_500},
    ),
    RideState.CAPTURED: (
        {
            "available_cents": 2_500,
            "spent_cents": 1_500,
            "rides_counted": 1,
            "last_captured_at": NOON,
        },
        {"captured_cents": 1_500, "fare_cents": 1_500, "counted": True, "completed_at": NOON},
    ),
    RideState.VOIDED: ({}, {}),
    RideState.LAPSED: ({}, {"promised_cents": 1_500, "fare_cents": 1_500}),
    RideState.DECLINED: ({}, {}),
    RideState.REFUSED: ({}, {"fare_cents": 1_500, "shortfall_cents": 1_500}),
}

# A request for 15.00; a fare of 18.00 with a tip of 2.00 in it, so that 16.00 count; a cancellation
# with a fee of 3.00; an adjustment to 17.00.
EVENTS: Mapping[EventKind, RideEvent] = {
    EventKind.REQUESTED: builders.requested(estimated_fare_cents=1_500),
    EventKind.COMPLETED: builders.completed(fare_cents=1_800, tip_cents=200),
    EventKind.CANCELLED: builders.cancelled(cancellation_fee_cents=300),
    EventKind.ADJUSTED: builders.adjusted(fare_cents=1_700),
}

NONE, HELD, CAPTURED = RideState.NONE, RideState.HELD, RideState.CAPTURED
VOIDED, LAPSED = RideState.VOIDED, RideState.LAPSED
DECLINED, REFUSED = RideState.DECLINED, RideState.REFUSED
ASKED, DONE, OFF = EventKind.REQUESTED, EventKind.COMPLETED, EventKind.CANCELLED
AVAILABLE, ON_HOLD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT

# Only a repeat can bring these, and the ledger answers it; a first one must change nothing either.
REPEATS = {(HELD, ASKED), (LAPSED, ASKED), (DECLINED, ASKED)}

ROWS: Mapping[tuple[RideState, EventKind], Row] = {
    (NONE, ASKED): Row(HELD, "approved", changes={AVAILABLE: -1_500, ON_HOLD: 1_500}),
    # A direct capture, which no programme allows yet; the fare is recorded as a shortfall.
    (NONE, DONE): Row(REFUSED, "refused", "direct_capture_not_allowed", shortfall=1_600),
    # A tombstone: nobody approved the ride, so nobody owes its fee.
    (NONE, OFF): Row(VOIDED, "voided"),
    # 15.00 from the hold and 1.00 from what is available.
    (HELD, DONE): Row(
        CAPTURED, "captured", changes={ON_HOLD: -1_500, AVAILABLE: -100, SPENT: 1_600}
    ),
    # The fee isn't covered: the programme owes it, since under `decline` the person never pays.
    (HELD, OFF): Row(VOIDED, "voided", changes={ON_HOLD: -1_500, AVAILABLE: 1_500}, overage=300),
    (CAPTURED, ASKED): Row(CAPTURED, "declined", "ride_already_settled"),
    (CAPTURED, DONE): Row(CAPTURED, "refused", "ride_completed", shortfall=1_600),
    (CAPTURED, OFF): Row(CAPTURED, "refused", "ride_completed", shortfall=300),
    (VOIDED, ASKED): Row(VOIDED, "declined", "ride_cancelled"),
    (VOIDED, DONE): Row(VOIDED, "refused", "ride_cancelled", shortfall=1_600),
    # A first one after a replacement.
    (VOIDED, OFF): Row(VOIDED, "voided"),
    # What the hold had promised was let go, but is still there.
    (LAPSED, DONE): Row(CAPTURED, "captured", changes={AVAILABLE: -1_600, SPENT: 1_600}),
    # As of the held one: whether somebody let the hold go changes nothing of the fee.
    (LAPSED, OFF): Row(VOIDED, "voided", overage=300),
    # The voucher owes nothing.
    (DECLINED, DONE): Row(DECLINED, "refused", "ride_declined"),
    (DECLINED, OFF): Row(DECLINED, "refused", "ride_declined"),
    (REFUSED, ASKED): Row(REFUSED, "declined", "ride_already_settled"),
    (REFUSED, DONE): Row(REFUSED, "refused", "ride_refused"),
    (REFUSED, OFF): Row(REFUSED, "refused", "ride_refused"),
    **{
        (state, EventKind.ADJUSTED): Row(state, "refused", "not_supported", takes="nothing")
        for state in RideState
    },
}


def case(state: RideState, kind: EventKind, **rules: Any) -> Case:
    voucher, ride = STANDS[state]
    return Case(
        voucher=builders.voucher(**voucher),
        ride=None if state is NONE else builders.ride(state=state, **ride),
        event=EVENTS[kind],
        terms=builders.terms(**rules),
        now=NOON,
    )


def word(outcome: Outcome) -> str:
    return str(outcome.answer.get("decision") or outcome.answer["outcome"])


def moved(before: Voucher, after: Voucher) -> dict[Account, int]:
    """What a voucher's balances changed by."""
    changes = {
        AVAILABLE: after.available_cents - before.available_cents,
        ON_HOLD: after.held_cents - before.held_cents,
        SPENT: after.spent_cents - before.spent_cents,
    }
    return {account: cents for account, cents in changes.items() if cents}


def without_nothing(changes: Mapping[Account, int]) -> dict[Account, int]:
    return {account: cents for account, cents in changes.items() if cents}


def test_every_event_in_every_state_has_its_row() -> None:
    pairs = set(product(RideState, EventKind))

    assert set(TABLE) == pairs
    assert set(ROWS) | REPEATS == pairs


@pytest.mark.parametrize(("state", "kind"), ROWS, ids=lambda one: one.value)
def test_a_pair_does_what_the_table_says(state: RideState, kind: EventKind) -> None:
    before, row = case(state, kind), ROWS[state, kind]

    outcome = ride_table.decide(before)

    assert outcome.ride.state is row.state
    assert word(outcome) == row.word
    assert (outcome.reason and outcome.reason.value) == row.reason
    assert outcome.answer.get("reason") == row.reason
    assert without_nothing(outcome.changes) == row.changes
    assert moved(before.voucher, outcome.voucher) == row.changes
    assert outcome.shortfall_cents == row.shortfall
    assert outcome.overage_cents == row.overage
    assert outcome.takes == row.takes
    assert outcome.let_go == {}
    if kind is not ASKED:
        assert outcome.answer["shortfall_cents"] == row.shortfall
        assert outcome.answer["overage_cents"] == row.overage
        assert outcome.answer["captured_cents"] == row.changes.get(SPENT, 0)
        assert outcome.answer.get("overage_owed_by") == ("program" if row.overage else None)


@pytest.mark.parametrize(("state", "kind"), sorted(REPEATS), ids=lambda one: one.value)
def test_a_pair_that_only_a_repeat_can_bring_changes_nothing(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.decide(before)

    assert word(outcome) == "declined"
    assert outcome.ride == before.ride
    assert outcome.changes == {}
    assert moved(before.voucher, outcome.voucher) == {}


UNCHANGED = [pair for pair, row in ROWS.items() if row.state is pair[0]]


@pytest.mark.parametrize(("state", "kind"), UNCHANGED, ids=lambda one: one.value)
def test_an_event_that_does_not_change_a_ride_leaves_all_of_it_and_the_voucher(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.decide(before)

    assert outcome.ride == before.known_ride
    kept = {"version", "last_decline"}
    assert outcome.voucher.model_dump(exclude=kept) == before.voucher.model_dump(exclude=kept)


CHANGED = [pair for pair, row in ROWS.items() if row.state is not pair[0]]


@pytest.mark.parametrize(("state", "kind"), CHANGED, ids=lambda one: one.value)
def test_a_ride_and_its_voucher_are_stored_at_their_next_versions(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.decide(before)

    assert outcome.voucher.version == before.voucher.version + 1
    assert outcome.ride.version == (before.ride.version + 1 if before.ride else 1)
    assert outcome.ride.voucher_key == before.voucher.voucher_key
    assert (outcome.ride.provider_id, outcome.ride.ride_id) == (PROVIDER, "ride-1")


@pytest.mark.parametrize("state", RideState, ids=lambda one: one.value)
def test_an_adjustment_leaves_no_trace_and_may_come_again(state: RideState) -> None:
    outcome = ride_table.decide(case(state, EventKind.ADJUSTED))

    # What takes nothing is not committed at all.
    assert outcome.takes == "nothing"
    assert outcome.changes == {}
    assert outcome.shortfall_cents == outcome.overage_cents == 0


@pytest.mark.parametrize("state", RideState, ids=lambda one: one.value)
@pytest.mark.parametrize("kind", [ASKED, DONE], ids=lambda one: one.value)
def test_another_currency_moves_nothing_in_any_state(state: RideState, kind: EventKind) -> None:
    before = case(state, kind, currency="EUR")

    outcome = ride_table.decide(before)

    assert outcome.answer["reason"] == "currency_mismatch"
    assert word(outcome) == ("declined" if kind is ASKED else "refused")
    assert moved(before.voucher, outcome.voucher) == {}
    assert outcome.changes == {}
    assert outcome.shortfall_cents == 0
    expected = RideState.DECLINED if (state, kind) == (NONE, ASKED) else state
    assert outcome.ride.state is expected


def test_a_fact_in_another_currency_may_come_again_put_right_but_a_request_may_not() -> None:
    fact = ride_table.decide(case(HELD, DONE, currency="EUR"))
    request = ride_table.decide(case(NONE, ASKED, currency="EUR"))

    assert fact.takes == "content"
    assert request.takes == "identity"


@pytest.mark.parametrize("kind", EventKind)
@pytest.mark.parametrize("state", [HELD, CAPTURED, VOIDED])
def test_the_same_event_with_other_content_changes_nothing_and_is_on_record(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.conflict(before)

    assert word(outcome) == ("declined" if kind is ASKED else "refused")
    assert outcome.answer["reason"] == "event_conflict"
    assert outcome.takes == "content"
    assert outcome.ride == before.ride
    assert outcome.changes == {}
    assert outcome.shortfall_cents == 0
    assert moved(before.voucher, outcome.voucher) == {}
    assert outcome.voucher.last_decline == before.voucher.last_decline


@pytest.mark.parametrize("kind", EventKind)
def test_an_event_that_reaches_no_voucher_is_told_nothing_of_any(kind: EventKind) -> None:
    answer = turned_away(EVENTS[kind], Reason.VOUCHER_UNKNOWN)

    if kind is ASKED:
        assert answer == {"decision": "declined", "reason": "voucher_unknown"}
    else:
        assert answer == {
            "outcome": "refused",
            "reason": "voucher_unknown",
            "captured_cents": 0,
            "released_cents": 0,
            "overage_cents": 0,
            "shortfall_cents": 0,
        }
