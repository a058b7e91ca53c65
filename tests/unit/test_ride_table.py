"""The ride table, pair by pair: every event in every state, as the table of domain.md's 'A ride's
life' has it. What varies within a pair stands in the tests of adjustments, fees, replaced rides,
direct captures and overage rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest

import builders
from builders import NOON, PROVIDER, RIDE_KEY, hold
from farechance import ride_table
from farechance.ledger import Account
from farechance.ride_case import Case, Outcome, turned_away
from farechance.ride_table import TABLE
from farechance.rides import Adjustment, EventKind, RideEvent, RideState
from farechance.vouchers import Reason, Voucher


@dataclass(frozen=True)
class Row:
    """What is expected of a pair: where the ride then stands, the word and the reason of the
    answer, what moves, what is on record as a shortfall or as overage, and all else that changes
    in the ride."""

    state: RideState
    word: str
    reason: str | None = None
    changes: Mapping[Account, int] = field(default_factory=dict)
    shortfall: int = 0
    overage: int = 0
    ride: Mapping[str, Any] = field(default_factory=dict)


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
    RideState.REFUSED: (
        {},
        {"fare_cents": 1_500, "refused_cents": 1_500, "completed_at": NOON},
    ),
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
ASKED, DONE = EventKind.REQUESTED, EventKind.COMPLETED
OFF, ADJUSTED = EventKind.CANCELLED, EventKind.ADJUSTED
AVAILABLE, ON_HOLD, SPENT = Account.AVAILABLE, Account.HELD, Account.SPENT

LATEST = Adjustment(adjustment_id="adjustment-1", adjusted_at=NOON, fare_cents=1_700)
PAID = {"captured_cents": 1_600, "fare_cents": 1_600, "counted": True, "completed_at": NOON}
FEE_OWED = {"overage_cents": 300, "overage_owed_by": "program"}

# Only a repeat can bring a request of a ride that is held, lapsed or declined, and the ledger
# answers it; a first one must change nothing either.
ROWS: Mapping[tuple[RideState, EventKind], Row] = {
    (NONE, ASKED): Row(
        HELD,
        "approved",
        changes={AVAILABLE: -1_500, ON_HOLD: 1_500},
        ride={
            "hold_cents": 1_500,
            "hold_expires_at": hold(hours=24).expires_at,
            "fare_cents": 1_500,
        },
    ),
    # A direct capture, which this programme doesn't allow; the fare is recorded as a shortfall.
    (NONE, DONE): Row(
        REFUSED,
        "refused",
        "direct_capture_not_allowed",
        shortfall=1_600,
        ride={"fare_cents": 1_600, "refused_cents": 1_600, "completed_at": NOON},
    ),
    # A tombstone: nobody approved the ride, so nobody owes its fee.
    (NONE, OFF): Row(VOIDED, "voided"),
    (NONE, ADJUSTED): Row(NONE, "pending", ride={"adjustment": LATEST}),
    (HELD, ASKED): Row(HELD, "declined", "ride_already_settled"),
    # 15.00 from the hold and 1.00 from what is available.
    (HELD, DONE): Row(
        CAPTURED,
        "captured",
        changes={ON_HOLD: -1_500, AVAILABLE: -100, SPENT: 1_600},
        ride=PAID,
    ),
    # The fee isn't covered: the programme owes it, since under `decline` the person never pays.
    (HELD, OFF): Row(
        VOIDED,
        "voided",
        changes={ON_HOLD: -1_500, AVAILABLE: 1_500},
        overage=300,
        ride=FEE_OWED,
    ),
    (HELD, ADJUSTED): Row(HELD, "pending", ride={"adjustment": LATEST}),
    (CAPTURED, ASKED): Row(CAPTURED, "declined", "ride_already_settled"),
    (CAPTURED, DONE): Row(
        CAPTURED, "refused", "ride_completed", shortfall=1_600, ride={"refused_cents": 1_600}
    ),
    (CAPTURED, OFF): Row(
        CAPTURED, "refused", "ride_completed", shortfall=300, ride={"refused_cents": 300}
    ),
    (CAPTURED, ADJUSTED): Row(
        CAPTURED,
        "captured",
        changes={AVAILABLE: -200, SPENT: 200},
        ride={"captured_cents": 1_700, "fare_cents": 1_700, "adjustment": LATEST},
    ),
    (VOIDED, ASKED): Row(VOIDED, "declined", "ride_cancelled"),
    (VOIDED, DONE): Row(
        VOIDED,
        "refused",
        "ride_cancelled",
        shortfall=1_600,
        ride={"fare_cents": 1_600, "refused_cents": 1_600, "completed_at": NOON},
    ),
    # A first one after a replacement.
    (VOIDED, OFF): Row(VOIDED, "voided"),
    (VOIDED, ADJUSTED): Row(
        VOIDED,
        "refused",
        "ride_cancelled",
        shortfall=1_700,
        ride={"refused_cents": 1_700, "adjustment": LATEST},
    ),
    (LAPSED, ASKED): Row(LAPSED, "declined", "ride_already_settled"),
    # What the hold had promised was let go, but is still there.
    (LAPSED, DONE): Row(CAPTURED, "captured", changes={AVAILABLE: -1_600, SPENT: 1_600}, ride=PAID),
    # As of the held one: whether somebody let the hold go changes nothing of the fee.
    (LAPSED, OFF): Row(VOIDED, "voided", overage=300, ride=FEE_OWED),
    (LAPSED, ADJUSTED): Row(LAPSED, "pending", ride={"adjustment": LATEST}),
    # The voucher owes nothing.
    (DECLINED, ASKED): Row(DECLINED, "declined", "ride_declined"),
    (DECLINED, DONE): Row(DECLINED, "refused", "ride_declined"),
    (DECLINED, OFF): Row(DECLINED, "refused", "ride_declined"),
    (DECLINED, ADJUSTED): Row(DECLINED, "refused", "ride_declined"),
    (REFUSED, ASKED): Row(REFUSED, "declined", "ride_already_settled"),
    (REFUSED, DONE): Row(REFUSED, "refused", "ride_refused"),
    (REFUSED, OFF): Row(REFUSED, "refused", "ride_refused"),
    (REFUSED, ADJUSTED): Row(REFUSED, "refused", "ride_refused"),
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


def changed(before: Case, outcome: Outcome) -> dict[str, Any]:
    """What of the ride is other than it was, beside its state and version."""
    old, new = dict(before.known_ride), dict(outcome.ride)
    kept = {"state", "version"}
    return {name: new[name] for name in new if name not in kept and new[name] != old[name]}


def test_every_event_in_every_state_has_its_row() -> None:
    pairs = set(product(RideState, EventKind))

    assert set(TABLE) == pairs
    assert set(ROWS) == pairs
    assert set(STANDS) == set(RideState)
    assert set(EVENTS) == set(EventKind)


@pytest.mark.parametrize(("state", "kind"), ROWS, ids=lambda one: one.value)
def test_a_pair_does_what_the_table_says(state: RideState, kind: EventKind) -> None:
    before, row = case(state, kind), ROWS[state, kind]

    outcome = ride_table.decide(before)

    assert outcome.ride.state is row.state
    assert word(outcome) == row.word
    assert (outcome.reason and outcome.reason.value) == row.reason
    assert outcome.answer.get("reason") == row.reason
    assert builders.moved(outcome) == row.changes
    assert moved(before.voucher, outcome.voucher) == row.changes
    assert outcome.shortfall_cents == row.shortfall
    assert outcome.overage_cents == row.overage
    assert changed(before, outcome) == row.ride
    assert outcome.takes == "identity"
    assert outcome.let_go == outcome.replaced == ()


@pytest.mark.parametrize(
    ("state", "kind"), [pair for pair in ROWS if pair[1] is not ASKED], ids=lambda one: one.value
)
def test_the_answer_to_a_fact_says_what_moved_and_what_is_owed(
    state: RideState, kind: EventKind
) -> None:
    row = ROWS[state, kind]

    answer = ride_table.decide(case(state, kind)).answer

    assert answer["shortfall_cents"] == row.shortfall
    assert answer["overage_cents"] == row.overage
    assert answer["captured_cents"] == row.changes.get(SPENT, 0)
    assert answer.get("overage_owed_by") == ("program" if row.overage else None)
    given_back = max(0, row.changes.get(AVAILABLE, 0))
    assert answer.get("released_cents", answer.get("refunded_cents")) == given_back


UNCHANGED = [
    pair for pair, row in ROWS.items() if row.state is pair[0] and not row.ride and not row.changes
]


@pytest.mark.parametrize(("state", "kind"), UNCHANGED, ids=lambda one: one.value)
def test_an_event_that_does_not_change_a_ride_leaves_all_of_it(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.decide(before)

    assert outcome.ride == before.known_ride


MOVES_NOTHING = [pair for pair, row in ROWS.items() if not row.changes]


@pytest.mark.parametrize(("state", "kind"), MOVES_NOTHING, ids=lambda one: one.value)
def test_an_event_that_moves_nothing_leaves_all_of_the_voucher(
    state: RideState, kind: EventKind
) -> None:
    before = case(state, kind)

    outcome = ride_table.decide(before)

    kept = {"version", "last_decline"}
    assert outcome.voucher.model_dump(exclude=kept) == before.voucher.model_dump(exclude=kept)


@pytest.mark.parametrize(("state", "kind"), ROWS, ids=lambda one: one.value)
def test_a_voucher_counts_a_ride_once_it_is_captured_and_remembers_a_decline(
    state: RideState, kind: EventKind
) -> None:
    before, row = case(state, kind), ROWS[state, kind]

    outcome = ride_table.decide(before)

    counts = row.state is CAPTURED and state is not CAPTURED
    assert outcome.voucher.rides_counted == before.voucher.rides_counted + counts
    assert outcome.voucher.last_captured_at == (NOON if counts else before.voucher.last_captured_at)
    assert (outcome.voucher.last_decline is not None) is (row.word == "declined")
    assert (RIDE_KEY in outcome.voucher.holds) is (row.state is HELD)


CHANGED = [pair for pair, row in ROWS.items() if row.state is not pair[0] or row.ride]


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
    assert outcome.answer["reason"] == outcome.reason == "event_conflict"
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
