"""What the model says of partners' acts, administrators' commands and housekeeping. It owns no
state but the books' that it is given; it must never import the code that it judges."""

from copy import replace
from dataclasses import dataclass
from datetime import datetime, timedelta

from model.state import ZONE, Books, Person, Refused, Rules, Voucher, midnight_after, month_of

# Whose block counts for more stands behind.
_BLOCKERS = ("partner", "operator", "administrator")

# ── what partners do ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Mint:
    """What is asked for: a card for each of `names`, for a person or for nobody."""

    partner: str
    names: tuple[str, ...]
    value: int
    rides: int | None = None
    cap: int | None = None
    valid_from: datetime | None = None
    person: str | None = None


def mint(books: Books, call: Mint, now: datetime) -> list[Voucher]:
    """allotment → vouchers, all or none."""
    rules = books.rules
    rides = call.rides or rules.max_rides
    most_cap = rules.cap or -(-call.value // rides)
    valid_from = call.valid_from or now
    last_day = valid_from.astimezone(ZONE).date() + timedelta(days=rules.valid_days)
    expires_at = midnight_after(min(last_day, rules.ends_on))
    is_wrong = not 100 <= call.value <= rules.max_value or rides > rules.max_rides
    is_wrong |= (call.cap or 0) > most_cap or expires_at <= max(valid_from, now)
    if is_wrong:
        raise Refused("field")
    cents = call.value * len(call.names)
    if books.status != "active":
        raise Refused(f"program_{books.status}")
    if call.partner in books.suspended:
        raise Refused("partner_suspended")
    if books.allotted[call.partner] < cents:
        raise Refused("insufficient_allotment")
    hour, before = _hour(books, call.partner, now)
    if before + len(call.names) > rules.most_in_hour:
        raise Refused("minting_too_fast")
    if call.person is not None:
        _count(books, call.person, call.partner, len(call.names), rules, now)
    books.allotted[call.partner] -= cents
    books.minted[call.partner] = (hour, before + len(call.names))
    made = [
        Voucher(
            name=name,
            partner=call.partner,
            rules=rules,
            value=call.value,
            cap=min(call.cap or most_cap, call.value),
            rides=rides,
            available=call.value,
            valid_from=valid_from,
            expires_at=expires_at,
            person=call.person,
        )
        for name in call.names
    ]
    books.vouchers |= {one.name: one for one in made}
    _is_in_use(books, call.person, expires_at)
    return made


def _hour(books: Books, partner: str, now: datetime) -> tuple[datetime, int]:
    """The hour that counts, and how many were minted in it. It never goes back."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    latest, minted = books.minted.get(partner, (hour, 0))
    return (latest, minted) if latest >= hour else (hour, 0)


def enroll(books: Books, name: str, partner: str, key: str, now: datetime) -> str:
    """A person of one partner."""
    if books.status == "closed":
        raise Refused("program_closed")
    books.people[name] = Person(partner, key, now)
    return name


def act(
    books: Books,
    name: str,
    act_on: str,
    now: datetime,
    *,
    until: datetime | None = None,
    person: str | None = None,
    new_name: str = "",
    by: str = "partner",
) -> tuple[str, int, int]:
    """block, unblock, extend, assign, revoke or reissue: what the voucher is then."""
    voucher = books.vouchers[name]
    settle_predecessor(books, voucher, now)
    if person is not None:
        _must_be_there(books, person, voucher.partner)
    if not voucher.is_open(now):
        raise Refused("voucher_closed")
    if act_on == "block":
        may = voucher.state == "active" or _BLOCKERS.index(by) > _BLOCKERS.index(voucher.blocked_by)
        _must(may, "voucher_blocked")
        voucher.state, voucher.blocked_by = "blocked", by
    elif act_on == "unblock":
        _must(voucher.state == "blocked", "voucher_not_blocked")
        _must(
            _BLOCKERS.index(by) >= _BLOCKERS.index(voucher.blocked_by),
            f"blocked_by_{voucher.blocked_by}",
        )
        voucher.state, voucher.blocked_by = "active", "partner"
    elif act_on == "extend" and until is not None:
        _must(max(now, voucher.expires_at) < until <= voucher.rules.ends_at, "field")
        voucher.expires_at = until
        _is_in_use(books, voucher.person, until)
    elif act_on == "assign" and person is not None:
        _must(voucher.person is None, "already_assigned")
        _must(now < voucher.expires_at, "voucher_expired")
        _count(books, person, voucher.partner, 1, voucher.rules, now)
        voucher.person = person
        _is_in_use(books, person, voucher.expires_at)
    elif act_on == "revoke":
        voucher.close("revoked", now)
        _return(books, voucher)
    elif act_on == "reissue":
        _must(voucher.blocked_by == "partner", f"blocked_by_{voucher.blocked_by}")
        _reissue(books, voucher, new_name, now)
    return voucher.state, voucher.available, voucher.held


def _must(holds: bool, reason: str) -> None:
    if not holds:
        raise Refused(reason)


def _must_be_there(books: Books, person: str, partner: str) -> None:
    found = books.people[person]
    _must(found.partner == partner and not found.is_erased, "not_found")


def _is_in_use(books: Books, person: str | None, until: datetime) -> None:
    """A person's record is kept while a voucher of hers goes on."""
    if person is not None and not books.people[person].is_erased:
        found = books.people[person]
        found.last_end = max(found.last_end or until, until)


def _count(
    books: Books, person: str, partner: str, cards: int, rules: Rules, now: datetime
) -> None:
    """Towards the most that a person may receive in a month."""
    _must_be_there(books, person, partner)
    by_month, month = books.people[person].by_month, month_of(now)
    _must(by_month[month] + cards <= rules.most_in_month, "monthly_limit_reached")
    by_month[month] += cards


def _reissue(books: Books, old: Voucher, name: str, now: datetime) -> None:
    dead = [ride for ride, (_, until) in old.holds.items() if until <= now]
    _must(old.rides_left + len(dead) >= 1, "no_rides_left")
    # Until the new card can pay a ride up to its cap, the oldest first.
    for ride in sorted(dead, key=lambda ride: (old.holds[ride][1], ride)):
        if old.rides_left < 1 or old.available < old.cap:
            let_go(books, old, ride, "lapsed")
    books.vouchers[name] = replace(
        old,
        name=name,
        rides=old.rides_left,
        counted=0,
        spent=0,
        holds={},
        state="active",
        last_hold_until=None,
        predecessor=old.name,
        told={},
    )
    old.close("reissued", now)
    old.available, old.successor = 0, name


# ── what time and housekeeping do ────────────────────────────────────────────────────────────────


def let_go(books: Books, voucher: Voucher, ride_key: str, to: str) -> None:
    """Another ride's hold → available: it lapsed, or is voided for another car."""
    cents, _ = voucher.holds.pop(ride_key)
    voucher.available += cents
    ride = books.rides[ride_key]
    ride.state, ride.held = to, 0
    books.happened["a hold lapsed" if to == "lapsed" else "a car was replaced"] += 1
    ride.promised = cents if to == "lapsed" else 0
    if to == "voided":
        # As of a cancellation: an adjustment that came before says what the ride cost.
        ride.refused = ride.fare
        books.happened["a replaced ride had been adjusted"] += bool(ride.statements)


def settle_predecessor(books: Books, voucher: Voucher, now: datetime) -> None:
    """What a lost card set free comes over before anything is decided about the new one, so that
    it doesn't matter whether housekeeping came by."""
    if voucher.predecessor is not None and voucher.is_open(now):
        settle(books, books.vouchers[voucher.predecessor], now)


def settle(books: Books, voucher: Voucher, now: datetime) -> bool:
    """Past return_at holds lapse, the voucher closes and its money goes: whether it did now."""
    if voucher.is_settled() or now < voucher.return_at:
        return False
    for ride_key in list(voucher.holds):
        let_go(books, voucher, ride_key, "lapsed")
    if voucher.state != "closed":
        voucher.close("expired", now)
    heir = books.vouchers.get(voucher.successor or "")
    if heir is not None and heir.is_open(now):
        books.happened["a new card got what its old one set free"] += voucher.available > 0
        heir.available += voucher.available
        voucher.available = 0
    else:
        books.happened["money went back to an allotment"] += voucher.available > 0
        _return(books, voucher)
    return True


def _return(books: Books, voucher: Voucher) -> None:
    books.allotted[voucher.partner] += voucher.available
    voucher.available = 0


def keep_house(books: Books, now: datetime) -> tuple[int, int]:
    """How many vouchers it settled, and what is owed beyond vouchers. Erases people in time."""
    for person in books.people.values():
        if not person.is_erased and now >= person.kept_until:
            person.is_erased = True
            books.gone.add(person.key)
            books.happened["a person was erased in time"] += 1
    owed = sum(ride.owed for ride in books.rides.values())
    most = books.rules.most_owed
    if most is not None and owed >= most and owed > 0 and books.status == "active":
        books.status = "paused"
        books.happened["housekeeping paused the programme"] += 1
    return sum([settle(books, one, now) for one in list(books.vouchers.values())]), owed


# ── what administrators do ───────────────────────────────────────────────────────────────────────


def move(books: Books, command: str, cents: int, partner: str = "") -> tuple[int, ...]:
    """fund, defund, allot or unallot: what the answer shows."""
    if command in ("fund", "allot") and books.status == "closed":
        raise Refused("program_closed")
    if command in ("defund", "allot"):
        _must(books.unallotted >= cents, "insufficient_budget")
    if command == "unallot":
        _must(books.allotted[partner] >= cents, "insufficient_allotment")
    books.funded += {"fund": cents, "defund": -cents}.get(command, 0)
    books.unallotted += cents if command in ("fund", "unallot") else -cents
    if command in ("allot", "unallot"):
        books.allotted[partner] += cents if command == "allot" else -cents
        return books.allotted[partner], books.unallotted
    return books.funded, books.unallotted


def turn(books: Books, command: str) -> str:
    """pause_program, resume_program or close_program."""
    allowed = {
        "pause_program": (("active", "paused"), "program_not_active", "paused"),
        "resume_program": (("paused",), "program_not_paused", "active"),
        "close_program": (("active", "paused"), "program_closed", "closed"),
    }
    statuses, reason, books_status = allowed[command]
    _must(books.status in statuses, reason)
    books.status = books_status
    return books_status


def suspend(books: Books, command: str, partner: str) -> str:
    """suspend_partner or resume_partner."""
    if command == "suspend_partner":
        books.suspended.add(partner)
        return "suspended"
    _must(partner in books.suspended, "partner_not_suspended")
    books.suspended.remove(partner)
    return "active"


def set_rules(books: Books, rules: Rules) -> None:
    """For vouchers that are minted from now on."""
    _must(books.status != "closed", "program_closed")
    books.rules = rules


def settle_owed(books: Books, command: str, ride_key: str, cents: int, now: datetime) -> int:
    """accept_shortfall, accept_overage or write_off: what is still undecided of the ride."""
    ride = books.rides.get(ride_key)
    if ride is None:
        raise Refused("not_found")
    most = max(0, ride.owed)
    if command == "accept_shortfall":
        accepted = ride.accepted - ride.accepted_overage
        most = min(most, max(0, ride.shortfall + ride.refused - accepted))
    if command == "accept_overage":
        overage = ride.overage if ride.overage_by == "program" else 0
        most = min(most, max(0, overage - ride.accepted_overage))
    _must(cents <= most, "not_owed")
    left = ride.owed - cents
    if command == "write_off":
        ride.written_off += cents
        return left
    _must(books.unallotted >= cents, "insufficient_budget")
    books.unallotted -= cents
    books.paid_direct += cents
    ride.accepted += cents
    ride.accepted_overage += cents if command == "accept_overage" else 0
    books.payable[ride.provider, month_of(now)] += cents
    return left


def record_payment(books: Books, provider: str, month: str, cents: int) -> int:
    """What is still payable to the ride company for the month; it moves no account."""
    books.paid[provider, month] += cents
    return books.payable[provider, month] - books.paid[provider, month]
