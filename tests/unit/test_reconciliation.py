"""A statement against the ledger: every line has one class, and the sums are those of the lines."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOON, PROGRAM, PROVIDER
from farechance.errors import BooksDiffer
from farechance.ledger import Account, Entry, Kind
from farechance.reports.findings import (
    Because,
    Finding,
    KnownFare,
    KnownRide,
    Reconciled,
    Verdict,
    whether_named,
)
from farechance.reports.reconciliation import OurRides, Reconciliation
from farechance.reports.statement_sheet import StatementLine, UnreadableLine
from farechance.reports.statement_words import CLASSES, to_do
from farechance.rides import RideState, authorization_id

NEW_YORK = ZoneInfo("America/New_York")
IN_MARCH = date(2026, 3, 2)
KEY = "key"


def entry(
    ride: str, cents: int, *, day: date = IN_MARCH, what: str = "completed", **changes: Any
) -> Entry:
    """An entry that spent so much for a ride, or less than nothing."""
    fields: dict[str, Any] = {
        "account": f"voucher#{KEY}",
        "identity": f"ride#{PROVIDER}#{ride}#{what}",
        "sequence": 1,
        "kind": Kind.RIDE_COMPLETED,
        "program_id": PROGRAM,
        "provider_id": PROVIDER,
        "recorded_at": NOON,
        "month": "2026-03",
        "ride_day": day,
        "answer": {"outcome": "captured"},
        "changes": {Account.HELD: -cents, Account.SPENT: cents} if cents else {},
    }
    return Entry(**{**fields, **changes})


def line(
    number: int, ride: str, cents: int, authorization: str | None = "", fare: int | None = None
) -> StatementLine:
    """Of a ride that costs what is charged, by the authorization that was given for it."""
    given = authorization_id(KEY, f"{PROVIDER}#{ride}") if authorization == "" else authorization
    return StatementLine(number, ride, NOON, cents if fare is None else fare, cents, given)


def known(cents: int = 0, state: RideState = RideState.CAPTURED, **changes: Any) -> KnownRide:
    ride = KnownRide(state, cents, PROGRAM, is_authorized=True)
    return replace(ride, **changes)


def reconciled(
    entries: list[Entry],
    lines: list[StatementLine | UnreadableLine],
    rides: dict[str, KnownRide] | None = None,
    month: str = "2026-03",
) -> Reconciled:
    ours = OurRides(PROVIDER)
    for one in entries:
        ours.add(one)
    it = Reconciliation(PROGRAM, month, NEW_YORK, ours)
    for one_line in lines:
        if not it.take(one_line) and isinstance(one_line, StatementLine):
            ride = (rides or {}).get(one_line.ride_id)
            it.look_up(one_line, ride, whether_named(one_line, ride, PROGRAM))
    return it.end()


def classes(it: Reconciled) -> list[tuple[Verdict, Because]]:
    return [(one.verdict, one.because) for one in it.findings]


# ── what the ledger says of a ride ───────────────────────────────────────────────────────────────


def test_a_ride_is_what_was_captured_less_what_was_refunded_in_the_month() -> None:
    entries = [
        entry("a", 1_500),
        entry("a", -300, what="adjusted#1"),
        entry("a", 100, what="adjusted#2"),
    ]

    it = reconciled(entries, [line(2, "a", 1_300)])

    assert (it.statement.matched, it.statement.ledger_cents, it.findings) == (1, 1_300, ())


def test_entries_that_spend_nothing_or_are_anothers_are_no_rides() -> None:
    entries = [entry("a", 0), entry("b", 1_500, provider_id="pvd_other"), entry("c", 0, changes={})]

    it = reconciled(entries, [])

    assert (it.statement.only_ours, it.statement.ledger_cents, it.findings) == (0, 0, ())


def test_what_was_spent_for_no_ride_is_a_defect() -> None:
    with pytest.raises(BooksDiffer):
        OurRides(PROVIDER).add(entry("a", 1_500, identity="lapse#x"))


def test_a_ride_with_entries_that_isnt_there_is_a_defect() -> None:
    with pytest.raises(BooksDiffer):
        reconciled([entry("a", 1_500)], [line(2, "a", 1_600)])


# ── classes ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ride", "verdict", "because"),
    [
        (known(1_500), Verdict.MATCHED, Because.LATE),
        (known(1_400), Verdict.DIFFERENT_AMOUNT, Because.AS_IT_IS),
        (known(0), Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID),
        (known(0, RideState.VOIDED), Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID),
        (known(0, RideState.DECLINED), Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID),
        (known(0, RideState.REFUSED), Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID),
        (known(0, RideState.HELD), Verdict.ONLY_THEIRS, Because.CAN_BE_APPLIED),
        (known(0, RideState.LAPSED), Verdict.ONLY_THEIRS, Because.CAN_BE_APPLIED),
        (known(0, RideState.NONE), Verdict.ONLY_THEIRS, Because.WRONG_AUTHORIZATION),
        (
            known(0, RideState.HELD, is_authorized=False),
            Verdict.ONLY_THEIRS,
            Because.WRONG_AUTHORIZATION,
        ),
        (None, Verdict.ONLY_THEIRS, Because.WRONG_AUTHORIZATION),
        (known(1_500, program_id="prg_other"), Verdict.ONLY_THEIRS, Because.OTHER_PROGRAM),
    ],
)
def test_a_ride_that_the_month_doesnt_settle_is_classed_as_it_stands_now(
    ride: KnownRide | None, verdict: Verdict, because: Because
) -> None:
    it = reconciled([], [line(2, "a", 1_500)], {"a": ride} if ride else {})

    assert classes(it) == [(verdict, because)]
    assert it.statement.lines == 1
    assert it.statement.charged_cents == 1_500


def test_nothing_charged_for_a_ride_that_nothing_was_paid_for_simply_matches() -> None:
    it = reconciled([entry("a", 0)], [line(2, "a", 0)], {"a": known(0, completed_at=NOON)})

    assert (it.statement.matched, it.findings) == (1, ())


def test_without_an_authorization_a_lost_ride_cant_be_applied() -> None:
    for rides in ({}, {"a": known(0, RideState.HELD, is_authorized=False)}):
        it = reconciled([], [line(2, "a", 1_500, None)], rides)

        assert classes(it) == [(Verdict.ONLY_THEIRS, Because.NO_AUTHORIZATION)]


@pytest.mark.parametrize(
    ("stated", "ledger", "is_same"),
    [
        (1_800, {"fare_cents": 1_800}, True),
        (1_700, {"fare_cents": 1_800}, False),
        # With its tip, or without.
        (2_000, {"fare_cents": 1_800, "tip_cents": 200}, True),
        (1_800, {"fare_cents": 1_800, "tip_cents": 200}, True),
        (1_900, {"fare_cents": 1_800, "tip_cents": 200}, False),
        # A fee is no fare.
        (0, {"fare_cents": 1_800, "kind": Kind.RIDE_CANCELLED}, True),
        (1_700, {"fare_cents": 1_800, "kind": Kind.RIDE_CANCELLED}, False),
        (0, {"fare_cents": 1_800}, False),
    ],
)
def test_another_fare_is_told_though_the_same_is_charged(
    stated: int, ledger: dict[str, Any], is_same: bool
) -> None:
    is_fee = ledger.get("kind") is Kind.RIDE_CANCELLED
    fare = KnownFare(1_800, ledger.get("tip_cents", 0), is_fee=is_fee)
    charged = line(2, "a", 1_500, fare=stated)
    now = {"a": known(1_500, fare=fare)}

    of_month = reconciled([entry("a", 1_500, **ledger)], [charged], now)
    of_now = reconciled([], [charged], now)

    for it in (of_month, of_now):
        counts = (it.statement.matched, it.statement.different_fare)
        assert counts == ((1, 0) if is_same else (0, 1))
        assert it.statement.ledger_cents == it.statement.charged_cents == 1_500
    if not is_same:
        (found,) = of_month.findings
        assert (found.fare_cents, found.ledger_fare_cents) == (stated, 1_800)
        assert f"the fare is {stated / 100:.2f} here and 18.00 in the ledger" in to_do(found)


def test_the_fare_is_the_one_that_was_taken_last_and_what_was_stated_now_matches_too() -> None:
    taken = {"outcome": "unchanged"}
    superseded = {"outcome": "superseded"}
    entries = [
        entry("a", 0, what="adjusted#2", sequence=3, fare_cents=1_900, answer=taken),
        entry("a", 0, what="adjusted#1", sequence=4, fare_cents=1_100, answer=superseded),
        entry("a", 0, what="adjusted#3", sequence=5, fare_cents=1_000, reason="not_covered"),
        entry("a", 1_500, sequence=2, fare_cents=1_800),
    ]
    now = {"a": known(1_500, fare=KnownFare(2_100))}

    found = {
        stated: reconciled(entries, [line(2, "a", 1_500, fare=stated)], now).statement
        for stated in (1_900, 2_100, 1_800, 1_100, 1_000)
    }

    assert {stated: it.matched for stated, it in found.items()} == {
        1_900: 1,
        2_100: 1,
        1_800: 0,
        1_100: 0,
        1_000: 0,
    }


def test_another_vouchers_or_rides_authorization_is_told_and_a_missing_one_isnt_compared() -> None:
    ours = [entry("a", 1_500, fare_cents=1_500)]
    others = [
        authorization_id("another", f"{PROVIDER}#a"),
        authorization_id(KEY, f"{PROVIDER}#b"),
        "unknown",
    ]
    wrong = {"a": known(1_500, is_authorized=False)}

    for entries in (ours, []):
        for other in others:
            it = reconciled(entries, [line(2, "a", 1_500, other)], wrong)
            assert classes(it) == [(Verdict.DIFFERENT_AUTHORIZATION, Because.AS_IT_IS)]
            assert (it.statement.different_authorization, it.statement.matched) == (1, 0)
            assert it.statement.ledger_cents == 1_500
        assert reconciled(entries, [line(2, "a", 1_500, None)], wrong).statement.matched == 1


def test_another_amount_is_told_before_what_else_differs() -> None:
    charged = line(2, "a", 1_600, "unknown", fare=9_000)
    now = {"a": known(1_500, is_authorized=False, fare=KnownFare(1_500))}

    it = reconciled([entry("a", 1_500, fare_cents=1_500)], [charged], now)

    (found,) = it.findings
    assert (found.verdict, found.fare_cents, found.ledger_fare_cents) == (
        Verdict.DIFFERENT_AMOUNT,
        9_000,
        1_500,
    )


def test_the_first_of_two_lines_of_a_ride_counts_and_the_other_names_it() -> None:
    it = reconciled([entry("a", 1_500)], [line(2, "a", 1_500), line(3, "a", 700)])

    (found,) = it.findings
    assert (found.verdict, found.line, found.first_line) == (Verdict.DOUBLED, 3, 2)
    assert (it.statement.matched, it.statement.doubled) == (1, 1)
    assert (it.statement.charged_cents, it.statement.ledger_cents) == (2_200, 1_500)


@pytest.mark.parametrize("is_recorded_in_april", [False, True])
def test_a_ride_is_matched_on_the_statement_of_its_own_month_alone(
    is_recorded_in_april: bool,
) -> None:
    ride = {"a": known(1_500, completed_at=NOON)}
    entries = [entry("a", 1_500)]
    march = reconciled([] if is_recorded_in_april else entries, [line(2, "a", 1_500)], ride)

    april = reconciled(
        entries if is_recorded_in_april else [], [line(2, "a", 1_500)], ride, "2026-04"
    )

    assert (march.statement.matched, march.statement.ledger_cents) == (1, 1_500)
    assert classes(april) == [(Verdict.ONLY_THEIRS, Because.OTHER_MONTH)]
    assert (april.statement.only_theirs, april.statement.matched) == (1, 0)
    assert (april.statement.charged_cents, april.statement.ledger_cents) == (1_500, 0)
    assert "belongs to the statement of 2026-03" in to_do(april.findings[0])


# A clock that is a little ahead has a ride completed in the month to come.
@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 4, 1)])
def test_what_the_ledger_recorded_of_another_months_ride_is_told_and_counts_nowhere(
    day: date,
) -> None:
    entries = [entry("a", 1_500, day=day), entry("b", 1_000)]

    it = reconciled(entries, [])

    assert {(one.verdict, one.ride_id) for one in it.findings} == {
        (Verdict.OF_OTHER_MONTH, "a"),
        (Verdict.ONLY_OURS, "b"),
    }
    assert (it.statement.lines, it.statement.only_ours, it.statement.ledger_cents) == (0, 1, 1_000)


def test_a_ride_that_was_given_back_as_a_whole_is_missed_by_nobody() -> None:
    it = reconciled([entry("a", 1_500), entry("a", -1_500, what="adjusted#1")], [])

    assert it.findings == ()


def test_every_class_has_its_words_and_says_what_to_do() -> None:
    findings = [
        Finding(Verdict.UNREADABLE, line=2, why="the fare is below zero"),
        Finding(Verdict.DOUBLED, line=3, first_line=2),
        Finding(Verdict.ONLY_OURS),
        Finding(Verdict.OF_OTHER_MONTH),
        Finding(Verdict.MATCHED, Because.LATE),
        Finding(Verdict.DIFFERENT_AMOUNT),
        Finding(Verdict.DIFFERENT_AUTHORIZATION),
        Finding(Verdict.DIFFERENT_FARE),
        Finding(Verdict.DIFFERENT_AMOUNT, Because.NOTHING_PAID),
        *(
            Finding(Verdict.ONLY_THEIRS, because)
            for because in Because
            if because not in (Because.AS_IT_IS, Because.LATE, Because.NOTHING_PAID)
        ),
    ]

    words = [to_do(one) for one in findings]

    assert set(CLASSES) == set(Verdict)
    assert len(set(words)) == len(findings)
    assert all(one.endswith(".") and len(one) > 40 for one in words)
    assert "line 2" in words[1]


# ── any statement that is made from a ledger ─────────────────────────────────────────────────────


@dataclass
class _Written:
    """A ledger, the statement that a company makes of it with mistakes of its own, and what must
    be found."""

    entries: list[Entry]
    lines: list[StatementLine | UnreadableLine]
    rides: dict[str, KnownRide]
    expected: dict[Verdict, int]
    charged_cents: int = 0
    ledger_cents: int = 0


MISTAKES = (
    "none",
    "another amount",
    "another fare",
    "another authorization",
    "left out",
    "twice",
    "unreadable",
    "recorded late",
    "never recorded",
    "adjusted later",
    "cancelled",
    "earlier",
)


@st.composite
def _written(draw: st.DrawFn) -> _Written:
    cents = st.integers(1, 1_000_000)
    rides = draw(st.lists(st.tuples(st.sampled_from(MISTAKES), cents, cents), max_size=30))
    made = _Written([], [], {}, dict.fromkeys(Verdict, 0))
    for place, (mistake, amount, other) in enumerate(rides):
        _write(made, f"ride-{place}", mistake, amount, other if other != amount else other + 1)
    # The lines stand in any order, but a second line of a ride behind its first.
    made.lines = draw(st.permutations(made.lines))
    made.lines = [replace(it, line=number) for number, it in enumerate(made.lines, start=2)]
    made.entries = draw(st.permutations(made.entries))
    return made


def _write(  # noqa: C901, PLR0915 - a case for each mistake
    made: _Written, ride: str, mistake: str, amount: int, other: int
) -> None:
    expected = made.expected

    def ours(cents: int, now: int, day: date = IN_MARCH) -> None:
        made.entries.append(entry(ride, cents, day=day, fare_cents=cents))
        made.rides[ride] = known(now, fare=KnownFare(now))

    def theirs(cents: int, verdict: Verdict, ledger: int, **changes: Any) -> None:
        made.lines.append(line(0, ride, cents, **changes))
        expected[verdict] += 1
        made.charged_cents += cents
        made.ledger_cents += ledger

    match mistake:
        case "none":
            ours(amount, amount)
            theirs(amount, Verdict.MATCHED, amount)
        case "another amount":
            ours(amount, amount)
            theirs(other, Verdict.DIFFERENT_AMOUNT, amount)
        case "another fare":
            ours(amount, amount)
            theirs(amount, Verdict.DIFFERENT_FARE, amount, fare=other)
        case "another authorization":
            ours(amount, amount)
            made.rides[ride] = known(amount, is_authorized=False)
            theirs(amount, Verdict.DIFFERENT_AUTHORIZATION, amount, authorization="aut_other")
        case "left out":
            ours(amount, amount)
            expected[Verdict.ONLY_OURS] += 1
            made.ledger_cents += amount
        case "twice":
            ours(amount, amount)
            theirs(amount, Verdict.MATCHED, amount)
            theirs(amount, Verdict.DOUBLED, 0)
        case "unreadable":
            ours(amount, amount)
            made.lines.append(UnreadableLine(0, "the fare is below zero"))
            expected[Verdict.UNREADABLE] += 1
            expected[Verdict.ONLY_OURS] += 1
            made.ledger_cents += amount
        case "recorded late":
            made.rides[ride] = known(amount)
            theirs(amount, Verdict.MATCHED, amount)
        case "never recorded":
            made.rides[ride] = known(0, RideState.HELD)
            theirs(amount, Verdict.ONLY_THEIRS, 0)
        case "adjusted later":
            ours(amount, other)
            theirs(other, Verdict.MATCHED, other)
        case "cancelled":
            made.rides[ride] = known(0, RideState.VOIDED)
            theirs(amount, Verdict.DIFFERENT_AMOUNT, 0)
        case "earlier":
            ours(amount, amount, date(2026, 2, 27))
            expected[Verdict.OF_OTHER_MONTH] += 1


@given(_written())
def test_every_statement_that_is_made_from_a_ledger_is_classed_exactly(made: _Written) -> None:
    it = reconciled(made.entries, made.lines, made.rides)

    statement = it.statement
    counts = {verdict: getattr(statement, verdict.value, None) for verdict in Verdict}
    earlier = [one for one in it.findings if one.verdict is Verdict.OF_OTHER_MONTH]
    counts[Verdict.OF_OTHER_MONTH] = len(earlier)
    assert counts == made.expected
    assert statement.lines == len(made.lines)
    assert statement.charged_cents == made.charged_cents
    assert statement.ledger_cents == made.ledger_cents
    numbers = [one.line for one in it.findings if one.line is not None]
    assert numbers == sorted(set(numbers))
    assert all(to_do(one) for one in it.findings)
