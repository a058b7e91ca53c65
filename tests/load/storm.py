"""A bounded storm on the running stack: workers mint and ride faster than the gateway lets them,
and on a few vouchers at once, so that the system sheds. Afterwards all that was answered is looked
for in the books. It owns load, figures and the audit; it calls 127.0.0.1 only, stops by itself at a
time and at a number of calls, and puts the gateway's limits back."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from e2e.scene import Scene, key, now
from infra.local import books
from infra.local.client import AUTHORIZATIONS, EVENTS, Answer, callback
from load.limits import lowered_limits

WORKERS = 6
# Vouchers that several workers ride with at the same time.
SHARED = 3
FARE_CENTS, VALUE_CENTS = 700, 9_000
REPEATS = 60
# Of a worker that was shed: sooner than it was told to come again, and time for the others.
PAUSE_SECONDS = 0.1
SHED = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
MINT, REQUEST, COMPLETE = "mint", "request", "complete"


@dataclass
class Sent:
    """One call, whose every repeat has the same key, or is the same event; and all its answers."""

    kind: str
    send: Callable[[], Answer]
    answers: list[Answer | None] = field(default_factory=list)

    @property
    def applied(self) -> dict[str, Any] | None:
        """What the first answer said that wasn't a refusal to look at it."""
        told = (one for one in self.answers if one and one.status < 300)
        first = next(told, None)
        return first.json() if first else None

    def once(self) -> None:
        """Sends it, or sends it again. No answer at all is one of the outcomes."""
        try:
            self.answers.append(self.send())
        except OSError:
            self.answers.append(None)


class Storm:
    """One storm, in a programme of its own. `sent` is everything that was sent, `faults` what
    should not be."""

    def __init__(self, scene: Scene, seed: int) -> None:
        """Prepares the vouchers that workers share."""
        self.sent: list[Sent] = []
        self.faults: list[str] = []
        self._scene = scene
        self._seed = seed
        self._lock = threading.Lock()
        self._program_id = scene.new_program("load", 20_000_000, max_rides=50, cap_cents=10_000)
        self._shared = [self._minted() for _ in range(SHARED)]

    def blow(self, seconds: float, calls: int) -> None:
        """Sends until the time is over or so many calls were made."""
        ends_at = time.monotonic() + seconds
        most_each = calls // WORKERS

        def work(number: int) -> None:
            chance = random.Random(f"{self._seed} {number}")
            # All at once, which is more than the gateway takes at once.
            self._send(MINT, self._mint())
            made = 1
            while time.monotonic() < ends_at and made < most_each:
                made += self._one(chance)

        with lowered_limits(self._scene), ThreadPoolExecutor(WORKERS) as workers:
            for one in [workers.submit(work, number) for number in range(WORKERS)]:
                one.result()
        self._check_books_before_repeats()

    def repeat_what_was_shed(self) -> None:
        """Each under its key, or as the same event, until it is answered, as a caller would."""
        for one in self.sent:
            for _ in range(REPEATS):
                if one.applied is not None:
                    break
                last = one.answers[-1]
                wait = float(last.headers.get("retry-after", 1)) if last else 1.0
                time.sleep(min(wait, 1.0) if len(one.answers) > 1 else 0)
                one.once()
            if one.applied is None:
                self.faults.append(f"{one.kind} was never answered: {one.answers[-1]}")
        # And what was applied is sent once more: nothing may happen twice.
        for one in self.sent[:: max(1, len(self.sent) // 20)]:
            one.once()

    def check(self) -> None:
        """Adds to the faults whatever the books don't bear out."""
        self._check_answers()
        stored = books.everything(self._scene.running)
        vouchers, entries = _vouchers(stored, self._program_id), _entries(stored, self._program_id)
        minted = self._minted_ids()
        own = {one["voucher_id"] for one in self._shared}
        self._must(len(minted) == len(self._of(MINT)), "each mint gave one voucher of its own")
        self._must(vouchers.keys() == minted | own, "the vouchers stored are those answered")
        mints = Counter(one["voucher_id"] for one in entries if one["kind"] == "voucher.minted")
        self._must(mints == Counter(minted | own), "each has one mint's entry")
        said: Counter[str] = Counter()
        for one in self._of(COMPLETE):
            told = one.applied or {}
            said[told.get("voucher_id", "")] += told["captured_cents"]
        spent = {one: cents for one, cents in vouchers.items() if cents}
        self._must(spent == {one: cents for one, cents in said.items() if cents}, "cents captured")
        self._must(self._scene.books_are_right(self._program_id), "the books balance")

    def line(self) -> str:
        """The figures."""
        statuses = Counter(a.status if a else 0 for one in self.sent for a in one.answers)
        total, shed = statuses.total(), sum(statuses[one] for one in SHED)
        told = ", ".join(
            f"{status or 'no answer'}: {n:,}" for status, n in sorted(statuses.items())
        )
        return (
            f"{total:,} requests ({told}), {shed / max(1, total):.0%} shed; "
            f"{len(self.sent):,} calls looked for in the books, {len(self.faults)} faults"
        )

    def shed(self) -> int:
        """How many answers were 429 or 503."""
        return sum(a.status in SHED for one in self.sent for a in one.answers if a)

    def _one(self, chance: random.Random) -> int:
        """A mint, or a ride as far as it comes. How many calls it was."""
        if chance.random() < 0.4:
            self._send(MINT, self._mint())
            return 1
        voucher, ride_id = chance.choice(self._shared), f"ride-{uuid.uuid4().hex}"
        asked = callback(
            AUTHORIZATIONS,
            "ride.requested",
            ride_id=ride_id,
            voucher_code=voucher["code"],
            estimated_fare_cents=FARE_CENTS,
            currency="USD",
            requested_at=now(),
        )
        approved = self._send(REQUEST, lambda: self._scene.company.deliver(asked)).applied or {}
        if approved.get("decision") != "approved":
            return 1
        made = callback(
            EVENTS,
            "ride.completed",
            ride_id=ride_id,
            authorization_id=approved["authorization_id"],
            fare_cents=chance.randint(1, FARE_CENTS),
            currency="USD",
            completed_at=now(),
        )
        self._send(COMPLETE, lambda: self._scene.company.deliver(made))
        return 2

    def _send(self, kind: str, send: Callable[[], Answer]) -> Sent:
        one = Sent(kind, send)
        one.once()
        with self._lock:
            self.sent.append(one)
        if one.applied is None:
            time.sleep(PAUSE_SECONDS)
        return one

    def _mint(self) -> Callable[[], Answer]:
        body = self._scene.minting(program_id=self._program_id, value_cents=VALUE_CENTS)
        own_key = key()
        return lambda: self._scene.app().post("/vouchers", body, own_key)

    def _minted(self) -> dict[str, Any]:
        (voucher,) = self._mint()().expect(201)["vouchers"]
        return dict(voucher)

    def _minted_ids(self) -> set[str]:
        told = [one.applied["vouchers"] for one in self._of(MINT) if one.applied]
        return {voucher["voucher_id"] for (voucher,) in told}

    def _of(self, kind: str) -> list[Sent]:
        return [one for one in self.sent if one.kind == kind]

    def _check_books_before_repeats(self) -> None:
        """What was shed by the gateway left nothing: there are no vouchers but those that were
        told, and of calls whose outcome is unknown."""
        stored = _vouchers(books.everything(self._scene.running), self._program_id)
        told = self._minted_ids()
        unknown = sum(one.applied is None and _is_unknown(one) for one in self._of(MINT))
        self._must(told <= stored.keys(), "every voucher told is stored")
        self._must(
            len(stored) - SHARED - len(told) <= unknown, "what was refused with 429 left nothing"
        )

    def _check_answers(self) -> None:
        for one in self.sent:
            told = [answer for answer in one.answers if answer]
            for answer in told:
                if answer.status in SHED:
                    waits = answer.headers.get("retry-after", "")
                    self._must(waits.isdecimal() and int(waits) > 0, f"Retry-After of {answer}")
                    self._must(
                        answer.headers["content-type"] == "application/problem+json", str(answer)
                    )
                else:
                    self._must(answer.status in (200, 201), f"{one.kind}: {answer}")
            said = {_essence(answer) for answer in told if answer.status < 300}
            self._must(len(said) < 2, f"{one.kind} was answered in two ways: {said}")

    def _must(self, is_so: bool, what: str) -> None:
        if not is_so:
            self.faults.append(what)


def _is_unknown(one: Sent) -> bool:
    return any(
        answer is None or answer.status != HTTPStatus.TOO_MANY_REQUESTS for answer in one.answers
    )


def _essence(answer: Answer) -> str:
    """What a repeat must say again."""
    body = answer.json()
    names = ("decision", "outcome", "authorization_id", "captured_cents", "vouchers", "held_cents")
    return str([body.get(name) for name in names])


def _vouchers(stored: Mapping[str, list[dict[str, Any]]], program_id: str) -> dict[str, int]:
    """What each of a programme's vouchers has spent, in cents."""
    return {
        item["voucher_id"]["S"]: int(item["spent_cents"]["N"])
        for item in stored["Vouchers"]
        if item["pk"]["S"].startswith("voucher#") and item["program_id"]["S"] == program_id
    }


def _entries(
    stored: Mapping[str, list[dict[str, Any]]], program_id: str
) -> Iterator[dict[str, str]]:
    for item in stored["Ledger"]:
        if item["program_id"]["S"] == program_id:
            yield {name: one["S"] for name, one in item.items() if "S" in one}
