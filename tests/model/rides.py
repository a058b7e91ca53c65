"""What the model says of an event that wasn't seen before: the ride table, told once more. It owns
no state but the books' that it is given; it must never import the code that it judges."""

from copy import replace
from datetime import datetime, timedelta

from model.acts import let_go
from model.judgement import judge
from model.state import Books, Event, Ride, Told, Voucher, month_of

HIDDEN = {
    "voucher_blocked",
    "voucher_closed",
    "program_paused",
    "program_closed",
    "partner_suspended",
}


def says(event: Event, outcome: str, reason: str | None = None, **amounts: int) -> Told:
    """An answer; the provider isn't told what stops a whole voucher."""
    seen = "voucher_not_usable" if reason in HIDDEN else reason
    if event.kind == "requested":
        words = {"decision": "declined" if outcome == "refused" else outcome}
    else:
        words = {"outcome": outcome}
    if seen is not None:
        words["reason"] = seen
    return Told({**words, **{name: cents for name, cents in amounts.items() if cents}}, reason)


class Table:
    """One event that wasn't seen before."""

    def __init__(
        self, books: Books, event: Event, voucher: Voucher, ride: Ride, now: datetime
    ) -> None:
        self.books, self.event, self.voucher, self.ride = books, event, voucher, ride
        self.now = now
        self.can_pay = now < voucher.return_at
        self.fare = event.fare - event.tip

    def answer(self) -> Told:
        """By the kind of event; in each, by the ride's state."""
        if self.event.currency not in (None, "USD"):
            return self.decline("currency_mismatch")
        if self.event.kind == "requested":
            return self.requested()
        if self.ride.state == "declined":
            return self.refuse("ride_declined")
        if self.ride.state == "refused":
            return self.refuse("ride_refused")
        if self.event.kind == "completed":
            return self.completed()
        return self.cancelled() if self.event.kind == "cancelled" else self.adjusted()

    def refuse(self, reason: str, shortfall: int = 0) -> Told:
        """A fact that changes no money; a fare that was driven is on record."""
        return says(self.event, "refused", reason, shortfall_cents=shortfall)

    # ── requested ────────────────────────────────────────────────────────────────────────────

    def requested(self) -> Told:
        """Held, or declined with the first reason."""
        event, voucher = self.event, self.voucher
        if self.ride.state == "voided":
            return self.decline("ride_cancelled")
        if self.ride.state != "none":
            return self.decline("ride_already_settled")
        if event.at < self.now - timedelta(minutes=5):
            return self.decline("request_too_old")
        replaced = f"{event.provider}#{event.replaces}"
        when = max(self.now, event.pickup_at or self.now)
        without = [replaced] if replaced in voucher.holds else []
        reason, lapsing = judge(self.books, voucher, event.fare, when, self.now, without)
        if reason is not None:
            return self.decline(reason)
        for key in without:
            let_go(self.books, voucher, key, "voided")
        for key in lapsing:
            let_go(self.books, voucher, key, "lapsed")
        cents = min(event.fare, voucher.cap, voucher.available)
        until = when + voucher.rules.hold_for
        voucher.available -= cents
        voucher.holds[event.ride_key] = (cents, until)
        voucher.last_hold_until = max(until, voucher.last_hold_until or until)
        self.ride.state, self.ride.held = "held", cents
        told = says(event, "approved", held_cents=cents)
        return replace(told, words={**told.words, "hold_expires_at": until})

    def decline(self, reason: str) -> Told:
        """A ride that is new stays declined for ever."""
        if self.event.kind == "requested" and self.ride.state == "none":
            self.ride.state = "declined"
        return says(self.event, "refused", reason)

    # ── completed and cancelled ──────────────────────────────────────────────────────────────

    def completed(self) -> Told:
        """Captured up to what the voucher covers, or refused with the fare on record."""
        ride, voucher = self.ride, self.voucher
        if ride.state == "captured":
            ride.refused += self.fare
            return self.refuse("ride_completed", self.fare)
        if ride.state == "voided":
            return self.refuse_the_fare("ride_cancelled")
        self.lapse_past_return_at()
        if ride.state == "held":
            return self.capture(self.fare, counts=True, pays=True)
        if ride.state == "lapsed":
            pays = self.can_pay and voucher.rides_left >= 1
            self.books.happened[
                "a lapsed ride was paid" if pays else "a lapsed ride wasn't paid"
            ] += 1
            return self.capture(self.fare, counts=pays, pays=pays)
        return self.capture_directly()

    def capture_directly(self) -> Told:
        """Nobody asked beforehand: a request's checks as of then, with the status of today."""
        asked_at = self.event.requested_at or self.event.at
        lapsing: list[str] = []
        if not self.voucher.rules.direct_capture:
            reason: str | None = "direct_capture_not_allowed"
        elif asked_at < self.now - timedelta(days=7):
            reason = "request_too_old"
        else:
            reason, lapsing = judge(self.books, self.voucher, self.fare, asked_at, self.now)
        if reason is not None:
            self.ride.state = "refused"
            return self.refuse_the_fare(reason)
        for key in lapsing:
            let_go(self.books, self.voucher, key, "lapsed")
        return self.capture(self.fare, counts=True, pays=True)

    def refuse_the_fare(self, reason: str) -> Told:
        """A ride that was driven and isn't paid: what it cost is on record, as last stated."""
        self.ride.completed_at, self.ride.completed_fare = self.event.at, self.fare
        self.ride.refused = self.ride.fare
        return self.refuse(reason, self.ride.fare)

    def cancelled(self) -> Told:
        """Voided; or a fee that the programme covers, which is captured and isn't counted."""
        ride, fee = self.ride, self.event.fare
        if ride.state == "captured":
            ride.refused += fee
            return self.refuse("ride_completed", fee)
        if ride.state == "voided":
            return says(self.event, "voided")
        self.lapse_past_return_at()
        most = self.voucher.rules.most_fee
        if ride.state == "held" and fee and most:
            ride.fee_cap = most
            return self.capture(fee, counts=False, pays=True)
        released = self.take_hold()
        # Nobody approved a ride that was never requested: nobody owes a fee for it.
        ride.overage = fee if ride.state in ("held", "lapsed") else 0
        ride.overage_by = self.ower(ride.overage)
        ride.refused, ride.state = ride.fare, "voided"
        return self.with_ower(
            says(
                self.event,
                "voided",
                released_cents=released,
                overage_cents=ride.overage,
                shortfall_cents=ride.refused,
            ),
            ride.overage,
        )

    def capture(self, fare: int, *, counts: bool, pays: bool) -> Told:
        """The voucher's hold for this ride goes, and what it covers of the fare is spent."""
        ride, voucher = self.ride, self.voucher
        hold = self.take_hold()
        purse = voucher.available if pays else 0
        ride.completed_at, ride.completed_fare = self.event.at, fare
        if not counts:
            ride.ceiling = min(fare, voucher.cap, ride.fee_cap or fare, purse)
        ride.state, ride.counted = "captured", counts
        if counts:
            voucher.counted += 1
            at = min(self.event.at, self.now)
            voucher.last_counted_at = max(at, voucher.last_counted_at or at)
        paid = self.pay(purse)
        return self.with_ower(
            says(
                self.event,
                "captured",
                captured_cents=paid,
                released_cents=max(0, hold - paid),
                overage_cents=ride.overage,
                shortfall_cents=ride.shortfall,
            ),
            ride.overage,
        )

    def lapse_past_return_at(self) -> None:
        """By the clock, whether or not housekeeping came by."""
        if self.ride.state == "held" and not self.can_pay:
            let_go(self.books, self.voucher, self.event.ride_key, "lapsed")

    def take_hold(self) -> int:
        """held → available."""
        cents, _ = self.voucher.holds.pop(self.event.ride_key, (0, None))
        self.voucher.available += cents
        return cents

    # ── adjusted ─────────────────────────────────────────────────────────────────────────────

    def adjusted(self) -> Told:
        """More is captured or the difference refunded; or it waits for the capture."""
        ride, event = self.ride, self.event
        if ride.state == "voided":
            if event.why in ("tip", "damage") or not ride.state_adjustment(event):
                return self.refuse("ride_cancelled")
            ride.refused = event.fare
            return self.refuse("ride_cancelled", event.fare)
        if event.why in ("tip", "damage"):
            return self.refuse("not_covered")
        before = ride.captured
        if not ride.state_adjustment(event):
            outcome = "superseded"
        elif ride.state != "captured":
            outcome = "pending"
        else:
            change = self.pay(before + (self.voucher.available if self.can_pay else 0)) - before
            outcome = "captured" if change > 0 else "refunded" if change < 0 else "unchanged"
        more = ride.captured - before
        return self.with_ower(
            says(
                event,
                outcome,
                captured_cents=max(0, more),
                refunded_cents=max(0, -more),
                overage_cents=ride.overage,
                shortfall_cents=ride.shortfall,
            ),
            ride.overage,
        )

    # ── the one rule ─────────────────────────────────────────────────────────────────────────

    def pay(self, purse: int) -> int:
        """What the voucher pays of the ride's fare in all; `purse` is what it captured already and
        what is available. The rest is a shortfall as far as a lapsed hold had promised it, and
        overage."""
        ride, voucher = self.ride, self.voucher
        cap = voucher.cap if ride.fee_cap is None else min(voucher.cap, ride.fee_cap)
        paid = min(ride.fare, cap, purse)
        if ride.ceiling is not None:
            paid = min(paid, ride.ceiling)
        # What an administrator accepted of this fare is paid already.
        paid = min(paid, max(0, ride.fare - max(0, ride.accepted - ride.refused)))
        ride.shortfall = max(0, min(ride.fare, cap, ride.promised) - paid)
        self.books.happened["a shortfall"] += ride.shortfall > 0
        ride.overage = ride.fare - paid - ride.shortfall
        ride.overage_by = self.ower(ride.overage)
        more = paid - ride.captured
        voucher.available -= more
        voucher.spent += more
        ride.captured = paid
        self.books.payable[ride.provider, month_of(self.now)] += more
        return paid

    def ower(self, overage: int) -> str | None:
        """Under `rider_pays` the person, else the programme."""
        if not overage:
            return None
        return "rider" if self.voucher.rules.overage == "rider_pays" else "program"

    def with_ower(self, told: Told, overage: int) -> Told:
        """Says beside an overage who owes it."""
        by = self.ower(overage)
        return told if by is None else replace(told, words={**told.words, "overage_owed_by": by})
