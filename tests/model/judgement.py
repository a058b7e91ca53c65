"""Whether the model lets a ride begin. It owns the reasons against one and their order; it must
never import the code that it judges."""

from collections.abc import Collection
from datetime import datetime, timedelta

from model.state import MOST_OPEN_HOLDS, Books, Voucher


def judge(
    books: Books,
    voucher: Voucher,
    estimate: int,
    when: datetime,
    now: datetime,
    without: Collection[str] = (),
) -> tuple[str | None, list[str]]:
    """The first reason against a ride that is judged as of `when`, and the dead holds that lapse
    for it. `without` is the hold of a car that this one replaces."""
    home, hours = voucher.last_counted_at, timedelta(hours=voucher.rules.return_hours)
    on_way_home = home is not None and when <= home + hours
    stops = {
        "voucher_not_started": when < voucher.valid_from,
        "voucher_expired": when >= voucher.expires_at and not on_way_home,
        "voucher_blocked": voucher.state == "blocked" and voucher.is_open(now),
        "voucher_closed": not voucher.is_open(now),
        "program_paused": books.status == "paused",
        "program_closed": books.status == "closed",
        "partner_suspended": voucher.partner in books.suspended,
    }
    holds = {key: hold for key, hold in voucher.holds.items() if key not in without}
    dead = sorted((hold[1], key) for key, hold in holds.items() if hold[1] <= now)
    lapsing: list[str] = []
    while True:
        left = {key: hold for key, hold in holds.items() if key not in lapsing}
        purse = voucher.available + voucher.held - sum(cents for cents, _ in left.values())
        lacks = {
            "no_rides_left": voucher.counted + len(left) >= voucher.rides,
            "too_many_open_rides": len(left) >= MOST_OPEN_HOLDS,
            "insufficient_balance": purse < min(estimate, voucher.cap),
        }
        if not any(lacks.values()) or len(lapsing) == len(dead):
            break
        lapsing.append(dead[len(lapsing)][1])
    decline = voucher.rules.overage == "decline"
    if not decline:
        # At least a cent must be covered, where the fare has one.
        lacks["insufficient_balance"] = purse < min(1, estimate)
    lacks["over_ride_cap"] = decline and estimate > voucher.cap
    reasons = [reason for reason, applies in {**stops, **lacks}.items() if applies]
    if reasons:
        return reasons[0], []
    books.happened["a way home after the end"] += when >= voucher.expires_at
    return None, lapsing
