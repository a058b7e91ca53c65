"""A bounded storm on the running stack: workers mint and ride faster than the gateway lets them,
and on a few vouchers at once, so that the system sheds. Afterwards all that was answered is looked
for in the books (`audit`). It owns load and figures; it calls 127.0.0.1 only, stops by itself at a
time and at a number of calls, and puts the gateway's limits back."""

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from e2e.scene import Scene, key, now
from infra.local import books
from infra.local.client import AUTHORIZATIONS, EVENTS, Answer, callback
from load.audit import COMPLETE, MINT, REQUEST, SHED, Audit, Sent, answer_faults
from load.limits import lowered_limits

WORKERS = 6
# Vouchers that several workers ride with at the same time.
SHARED = 3
FARE_CENTS, VALUE_CENTS = 700, 9_000
REPEATS = 60
# Of a worker that was shed: sooner than it was told to come again, and time for the others.
PAUSE_SECONDS = 0.1


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
            self._send(Sent(MINT, self._mint()))
            made = 1
            while time.monotonic() < ends_at and made < most_each:
                made += self._one(chance)

        with lowered_limits(self._scene), ThreadPoolExecutor(WORKERS) as workers:
            for one in [workers.submit(work, number) for number in range(WORKERS)]:
                one.result()
        self.faults += self._audit().before_repeats()

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
        self.faults += answer_faults(self.sent) + self._audit().after_repeats()
        if not self._scene.books_are_right(self._program_id):
            self.faults.append("the books don't balance")

    def line(self) -> str:
        """The figures."""
        statuses = Counter(a.status if a else 0 for one in self.sent for a in one.answers)
        total, shed = statuses.total(), sum(statuses[one] for one in SHED)
        told = ", ".join(
            f"{status or 'no answer'}: {n:,}" for status, n in sorted(statuses.items())
        )
        return (
            f"{total:,} requests ({told}), {shed / max(1, total):.0%} shed; "
            f"{self._applied(MINT):,} mints, {self._applied(REQUEST):,} decisions and "
            f"{self._applied(COMPLETE):,} fares looked for in the books, {len(self.faults)} faults"
        )

    def shed(self) -> int:
        """How many answers were 429 or 503."""
        return sum(a.status in SHED for one in self.sent for a in one.answers if a)

    def _one(self, chance: random.Random) -> int:
        """A mint, or a ride as far as it comes. How many calls it was."""
        if chance.random() < 0.4:
            self._send(Sent(MINT, self._mint()))
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
        request = Sent(REQUEST, lambda: self._scene.company.deliver(asked), ride_id)
        approved = self._send(request).applied or {}
        if approved.get("decision") != "approved":
            return 1
        fare_cents = chance.randint(1, FARE_CENTS)
        made = callback(
            EVENTS,
            "ride.completed",
            ride_id=ride_id,
            authorization_id=approved["authorization_id"],
            fare_cents=fare_cents,
            currency="USD",
            completed_at=now(),
        )
        self._send(Sent(COMPLETE, lambda: self._scene.company.deliver(made), ride_id, fare_cents))
        return 2

    def _send(self, one: Sent) -> Sent:
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

    def _applied(self, kind: str) -> int:
        return sum(one.kind == kind and one.applied is not None for one in self.sent)

    def _audit(self) -> Audit:
        known = {one["voucher_id"] for one in self._shared}
        return Audit(self.sent, books.everything(self._scene.running), self._program_id, known)
