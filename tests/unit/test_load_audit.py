"""The audit of a storm of load finds what it is for: each defect that it looks for is put into
books that are right, and must be told."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer

from infra.local.client import Answer
from load.audit import COMPLETE, MINT, REQUEST, Audit, Sent, answer_faults

PROGRAM_ID = "prg_load"
SHED = Answer(429, {"retry-after": "1", "content-type": "application/problem+json"}, b"{}")


@dataclass
class Books:
    """What is stored, without DynamoDB's types, and the calls that it comes from."""

    sent: list[Sent] = field(default_factory=list)
    vouchers: dict[str, dict[str, Any]] = field(default_factory=dict)
    entries: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)

    def call(self, kind: str, *told: Answer | None, ride_id: str = "", cents: int = 0) -> Sent:
        """One that was sent and answered so."""
        one = Sent(kind, lambda: SHED, ride_id, cents, [*told])
        self.sent.append(one)
        return one

    def mint(self, voucher_id: str, *before: Answer) -> None:
        """One voucher and its entry."""
        self.call(MINT, *before, _told(201, vouchers=[{"voucher_id": voucher_id}]))
        self.vouchers[voucher_id] = {"held_cents": 0, "spent_cents": 0}
        self.entries[MINT, voucher_id] = {"voucher_id": voucher_id, "sk": f"mint#{voucher_id}"}

    def ask(self, ride_id: str, voucher_id: str = "", *before: Answer) -> None:
        """A ride that is approved, or declined if no voucher is given."""
        answer: dict[str, Any] = {"decision": "declined"}
        changes: dict[str, int] = {}
        if voucher_id:
            answer = {"decision": "approved", "held_cents": 700, "voucher_id": voucher_id}
            changes = {"voucher.available": -700, "voucher.held": 700}
            self.vouchers[voucher_id]["held_cents"] += 700
        self.call(REQUEST, *before, _told(200, **answer), ride_id=ride_id)
        self._entry(REQUEST, ride_id, voucher_id or "v-shared", changes, answer)

    def complete(self, ride_id: str, voucher_id: str, cents: int) -> None:
        """A ride that was approved and is captured."""
        answer = {"outcome": "captured", "captured_cents": cents, "voucher_id": voucher_id}
        self.call(COMPLETE, _told(200, **answer), ride_id=ride_id, cents=cents)
        self.vouchers[voucher_id]["held_cents"] -= 700
        self.vouchers[voucher_id]["spent_cents"] += cents
        changes = {"voucher.held": -700, "voucher.available": 700 - cents, "voucher.spent": cents}
        self._entry(COMPLETE, ride_id, voucher_id, changes, answer)

    def audit(self) -> Audit:
        """Over the same as DynamoDB would tell it, among what is of another programme."""
        vouchers = [
            {"pk": f"voucher#{name}", "voucher_id": name, "program_id": PROGRAM_ID, **one}
            for name, one in self.vouchers.items()
        ]
        entries = [
            {"program_id": PROGRAM_ID, "kind": kind, **one}
            for (kind, _), one in self.entries.items()
        ]
        of_others = {"program_id": "prg_other", "kind": MINT, "voucher_id": "v-other"}
        stored = {"Vouchers": _typed(vouchers), "Ledger": _typed([*entries, of_others])}
        return Audit(self.sent, stored, PROGRAM_ID, {"v-shared"})

    def _entry(
        self, kind: str, ride_id: str, voucher_id: str, changes: dict[str, int], answer: Any
    ) -> None:
        self.entries[kind, ride_id] = {
            "sk": f"ride#pvd_load#{ride_id}#{kind.partition('.')[2]}",
            "voucher_id": voucher_id,
            "changes": changes,
            "answer": answer,
        }


@pytest.fixture
def books() -> Books:
    """Right ones: mints, rides that are captured, held, declined and shed at first."""
    made = Books(vouchers={"v-shared": {"held_cents": 0, "spent_cents": 0}})
    made.entries[MINT, "v-shared"] = {"voucher_id": "v-shared", "sk": "mint#v-shared"}
    made.mint("v-1")
    made.mint("v-2", SHED)
    made.ask("ride-made", "v-shared")
    made.complete("ride-made", "v-shared", 650)
    made.ask("ride-held", "v-shared", SHED, SHED)
    made.ask("ride-declined")
    return made


def test_right_books_have_no_fault(books: Books) -> None:
    assert books.audit().before_repeats() == []
    assert books.audit().after_repeats() == []
    assert answer_faults(books.sent) == []


def _lose_a_hold(books: Books) -> None:
    """Its ride was told as approved: neither its entry nor the hold is there."""
    del books.entries[REQUEST, "ride-held"]
    books.vouchers["v-shared"]["held_cents"] = 0


def _hold_less(books: Books) -> None:
    changes = {"voucher.available": -600, "voucher.held": 600}
    books.entries[REQUEST, "ride-held"]["changes"] = changes
    books.vouchers["v-shared"]["held_cents"] = 600


def _hold_longer_than_the_ride(books: Books) -> None:
    books.vouchers["v-shared"]["held_cents"] += 700


def _hold_what_was_declined(books: Books) -> None:
    books.entries[REQUEST, "ride-declined"]["changes"] = {"voucher.held": 700}


def _lose_a_capture(books: Books) -> None:
    del books.entries[COMPLETE, "ride-made"]
    books.vouchers["v-shared"]["spent_cents"] = 0


def _capture_twice(books: Books) -> None:
    again = {**books.entries[COMPLETE, "ride-made"]}
    books.entries[COMPLETE, "again"] = {**again, "sk": f"{again['sk']}#content"}


def _refuse_a_completion(books: Books) -> None:
    (made,) = (one for one in books.sent if one.kind == COMPLETE)
    made.answers[:] = [_told(200, outcome="refused", captured_cents=0, voucher_id="v-shared")]


def _apply_what_was_shed(books: Books) -> None:
    books.ask("ride-shed", "v-shared")
    books.sent[-1].answers[:] = [SHED, SHED]


def _lose_a_voucher(books: Books) -> None:
    del books.vouchers["v-1"], books.entries[MINT, "v-1"]


def _mint_twice(books: Books) -> None:
    books.mint("v-3")
    del books.sent[-1]


def _mint_what_was_shed(books: Books) -> None:
    books.mint("v-3")
    books.sent[-1].answers[:] = [SHED]


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        (_lose_a_hold, "ride.requested of ride-held was told and has no entry"),
        (_hold_less, "ride.requested of ride-held: told"),
        (_hold_what_was_declined, "ride.requested of ride-declined: told"),
        (_lose_a_capture, "ride.completed of ride-made was told and has no entry"),
        (_capture_twice, "an event has two entries"),
        (_refuse_a_completion, "was approved and isn't captured"),
        (_apply_what_was_shed, "ride.requested of ride-shed was refused or never sent"),
        (_lose_a_voucher, "a voucher that was told isn't stored"),
        (_mint_twice, "left a voucher"),
        (_mint_what_was_shed, "left a voucher"),
    ],
)
def test_a_defect_is_told_while_calls_are_still_refused(
    books: Books, break_it: Callable[[Books], None], what: str
) -> None:
    break_it(books)

    assert [one for one in books.audit().before_repeats() if what in one]


@pytest.mark.parametrize(
    ("break_it", "what"),
    [
        (_lose_a_hold, "held_cents was told as"),
        (_hold_less, "held_cents was told as"),
        (_hold_longer_than_the_ride, "held_cents was told as"),
        (_lose_a_capture, "spent_cents was told as"),
        (_apply_what_was_shed, "ride.requested of ride-shed was refused or never sent"),
        (_lose_a_voucher, "other vouchers are stored than told"),
        (_mint_twice, "other vouchers are stored than told"),
        (_mint_what_was_shed, "a mint didn't give one voucher of its own"),
    ],
)
def test_a_defect_is_told_once_all_is_answered(
    books: Books, break_it: Callable[[Books], None], what: str
) -> None:
    break_it(books)

    assert [one for one in books.audit().after_repeats() if what in one]


def test_a_storm_that_came_to_nothing_shows_nothing() -> None:
    faults = Books().audit().after_repeats()

    assert [one for one in faults if "nothing was" in one] == [
        f"nothing was {what}, so that nothing was looked at"
        for what in ("minted", "approved", "captured")
    ]


def test_what_never_got_an_answer_breaks_no_audit_and_may_have_left_something(
    books: Books,
) -> None:
    books.call(COMPLETE, None, ride_id="ride-held", cents=600)
    books.call(REQUEST, None, SHED, ride_id="ride-unknown")
    books.ask("ride-lost", "v-shared")
    books.sent[-1].answers[:] = [None]

    assert books.audit().before_repeats() == []
    # The hold that nobody was told of is told then.
    assert [one.partition(" was")[0] for one in books.audit().after_repeats()] == ["held_cents"]


@pytest.mark.parametrize(
    "answers",
    [
        [Answer(503, {"content-type": "application/problem+json"}, b"{}")],
        [Answer(429, {"retry-after": "0", "content-type": "application/problem+json"}, b"{}")],
        [Answer(429, {"retry-after": "1"}, b"{}")],
        [Answer(500, {}, b"")],
        [Answer(404, {"content-type": "application/problem+json"}, b"{}")],
    ],
)
def test_an_answer_that_sheds_badly_or_refuses_is_a_fault(answers: list[Answer | None]) -> None:
    assert answer_faults([Sent(MINT, lambda: SHED, answers=answers)])


def test_an_answer_that_a_repeat_contradicts_is_a_fault(books: Books) -> None:
    (made,) = (one for one in books.sent if one.kind == COMPLETE)
    made.answers.append(_told(200, outcome="captured", captured_cents=1))

    assert [one for one in answer_faults(books.sent) if "in two ways" in one]


def _told(status: int, **body: Any) -> Answer:
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def _typed(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    write = TypeSerializer().serialize
    return [{name: write(value) for name, value in one.items()} for one in items]
