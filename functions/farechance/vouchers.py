"""Vouchers: a bearer right to rides up to a value, until a date. It owns a voucher's balances and
the decision about a ride that is asked for; it must never know a provider's message, a table or
the clock."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Self

from pydantic import BaseModel, Field, model_validator

from farechance.hours import is_open
from farechance.identifiers import Language, PartnerId, ProgramId, Purpose, VoucherId
from farechance.ledger import NO_ENTRIES, Chain
from farechance.money import PositiveRideCents, RideCents, covered
from farechance.places import NOWHERE, Trip, is_served
from farechance.programs import PartnerStatus, Rules, Status
from farechance.strictness import STORED
from farechance.times import Instant, local_day, local_midnight

MAX_OPEN_HOLDS = 4
MAX_DAYS_AHEAD = 30
RETURN_AFTER = timedelta(days=7)
REQUEST_MAX_AGE = timedelta(minutes=5)


class VoucherState(StrEnum):
    """Where a voucher stands. 'Used up' is no state: it follows from `available_cents` and
    `rides_left`."""

    ACTIVE = "active"
    BLOCKED = "blocked"
    CLOSED = "closed"


class Blocker(StrEnum):
    """Who blocked a voucher, or asked for it. Whose block may take back which, `voucher_acts`
    says."""

    PARTNER = "partner"
    OPERATOR = "operator"
    PARTICIPANT = "participant"
    ADMINISTRATOR = "administrator"


class ClosedReason(StrEnum):
    """Why a voucher is closed."""

    REVOKED = "revoked"
    EXPIRED = "expired"
    REISSUED = "reissued"


class Reason(StrEnum):
    """Why a ride isn't paid: the first reason that applies."""

    VOUCHER_UNKNOWN = "voucher_unknown"
    RIDE_OF_OTHER_VOUCHER = "ride_of_other_voucher"
    EVENT_CONFLICT = "event_conflict"
    CURRENCY_MISMATCH = "currency_mismatch"
    RIDE_CANCELLED = "ride_cancelled"
    RIDE_ALREADY_SETTLED = "ride_already_settled"
    RIDE_COMPLETED = "ride_completed"
    RIDE_DECLINED = "ride_declined"
    RIDE_REFUSED = "ride_refused"
    NOT_COVERED = "not_covered"
    DIRECT_CAPTURE_NOT_ALLOWED = "direct_capture_not_allowed"
    REQUEST_TOO_OLD = "request_too_old"
    VOUCHER_NOT_STARTED = "voucher_not_started"
    VOUCHER_EXPIRED = "voucher_expired"
    VOUCHER_BLOCKED = "voucher_blocked"
    VOUCHER_CLOSED = "voucher_closed"
    PROGRAM_PAUSED = "program_paused"
    PROGRAM_CLOSED = "program_closed"
    PARTNER_SUSPENDED = "partner_suspended"
    NO_RIDES_LEFT = "no_rides_left"
    TOO_MANY_OPEN_RIDES = "too_many_open_rides"
    LOCATION_MISSING = "location_missing"
    OUTSIDE_SERVICE_AREA = "outside_service_area"
    OUTSIDE_HOURS = "outside_hours"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    OVER_RIDE_CAP = "over_ride_cap"
    VOUCHER_NOT_USABLE = "voucher_not_usable"


_HIDDEN = frozenset(
    {
        Reason.VOUCHER_BLOCKED,
        Reason.VOUCHER_CLOSED,
        Reason.PROGRAM_PAUSED,
        Reason.PROGRAM_CLOSED,
        Reason.PARTNER_SUSPENDED,
    }
)


def for_provider(reason: Reason) -> Reason:
    """The reason as a provider may see it: what stops a whole voucher is not its business."""
    return Reason.VOUCHER_NOT_USABLE if reason in _HIDDEN else reason


class Hold(BaseModel):
    """Money set aside for a ride under way. It is dead once `expires_at` has come."""

    model_config = STORED

    cents: RideCents
    expires_at: Instant


class Decline(BaseModel):
    """The last request that was declined, with its true reason."""

    model_config = STORED

    at: Instant
    reason: Reason


class Voucher(BaseModel):
    """The stored voucher. value = available + held + spent while nothing was returned; `holds`
    are its open holds by the ride's key; `rides_counted` are captured rides that count. A reissued
    card names its successor; the successor names it, and when what it still sets free comes over
    (`inherits_at`, the old one's return_at, which no longer moves)."""

    model_config = STORED

    voucher_key: str
    voucher_id: VoucherId
    program_id: ProgramId
    partner_id: PartnerId
    rules_version: int
    subject_id: str | None = None
    purpose: Purpose
    language: Language
    last4: str
    value_cents: PositiveRideCents
    cap_cents: PositiveRideCents
    max_rides: int = Field(ge=1, le=50)
    available_cents: RideCents
    held_cents: RideCents = 0
    spent_cents: RideCents = 0
    rides_counted: int = 0
    holds: dict[str, Hold] = Field(default={}, max_length=MAX_OPEN_HOLDS)
    state: VoucherState = VoucherState.ACTIVE
    blocked_by: Blocker | None = None
    closed_reason: ClosedReason | None = None
    closed_at: Instant | None = None
    successor_key: str | None = None
    predecessor_key: str | None = None
    inherits_at: Instant | None = None
    valid_from: Instant
    expires_at: Instant
    minted_at: Instant
    last_hold_expires_at: Instant | None = None
    last_captured_at: Instant | None = None
    last_decline: Decline | None = None
    version: int = 1
    chain: Chain = NO_ENTRIES

    @model_validator(mode="after")
    def _holds_add_up(self) -> Self:
        if sum(hold.cents for hold in self.holds.values()) != self.held_cents:
            raise ValueError("held_cents is not the sum of the open holds")
        return self

    @property
    def rides_left(self) -> int:
        """Rides that may still be asked for: counted ones and open holds take their place. Those of
        a reissued card are the new one's."""
        if self.closed_reason is ClosedReason.REISSUED:
            return 0
        return self.max_rides - self.rides_counted - len(self.holds)

    def left_cents(self, now: datetime) -> int:
        """What a new ride may draw on: what is available, and every dead hold."""
        return self.available_cents + sum(self.holds[ride].cents for ride in self.dead_rides(now))

    def rides_left_at(self, now: datetime) -> int:
        """Rides that a new request may take: those that are left, and every dead hold's."""
        return max(0, self.rides_left + len(self.dead_rides(now)))

    def dead_rides(self, now: datetime) -> list[str]:
        """The rides whose holds are dead, the oldest hold first."""
        dead = [(it.expires_at, ride) for ride, it in self.holds.items() if it.expires_at <= now]
        return [ride for _, ride in sorted(dead)]

    def without_holds(self, rides: Collection[str]) -> Self:
        """With the holds of some rides back in `available`; not yet the next version."""
        if not rides:
            return self
        freed = sum(self.holds[ride].cents for ride in rides)
        return self.model_copy(
            update={
                "available_cents": self.available_cents + freed,
                "held_cents": self.held_cents - freed,
                "holds": {ride: hold for ride, hold in self.holds.items() if ride not in rides},
            }
        )

    @property
    def return_at(self) -> datetime:
        """From when on, by the clock, the money can no longer pay (domain.md)."""
        ended_at = self.expires_at
        if self.closed_at is not None:
            ended_at = min(ended_at, self.closed_at)
        return max(ended_at, self.last_hold_expires_at or ended_at) + RETURN_AFTER

    def is_over(self, now: datetime) -> bool:
        """Closed; past return_at it counts as closed, whether or not housekeeping has come by."""
        return self.state is VoucherState.CLOSED or now >= self.return_at

    def state_at(self, now: datetime) -> VoucherState:
        """Where it stands by the clock."""
        return VoucherState.CLOSED if self.is_over(now) else self.state

    @property
    def is_settled(self) -> bool:
        """Closed, and nothing left that could be returned."""
        return self.state is VoucherState.CLOSED and self.available_cents == self.held_cents == 0

    def after(self, **changes: object) -> Self:
        """The next version with some fields changed, validated as if read from the table."""
        return type(self).model_validate({**vars(self), "version": self.version + 1, **changes})


class Terms(NamedTuple):
    """What beside the voucher decides: the rules that it was minted under, and who is stopped."""

    rules: Rules
    program_status: Status
    partner_status: PartnerStatus


class Approval(NamedTuple):
    """A ride may begin: what to hold, until when, and which dead holds to let go for it."""

    hold_cents: int
    hold_expires_at: datetime
    let_go: tuple[str, ...]


def judge_request(
    voucher: Voucher,
    terms: Terms,
    estimate_cents: int,
    pickup_at: datetime | None,
    now: datetime,
    *,
    trip: Trip = NOWHERE,
    as_of: datetime | None = None,
) -> Approval | Reason:
    """Whether the voucher pays a ride with this estimate: the first reason against it, or what to
    hold. Dates and hours are judged at `pickup_at`, which in the past counts as now; or, of a ride
    that was made without asking, `as_of` when it was asked for."""
    judged_at = as_of or max(now, pickup_at or now)
    return _stopped(voucher, terms, judged_at, now) or _afford(
        voucher, terms.rules, estimate_cents, trip, judged_at, now
    )


def may_ride_home(voucher: Voucher, rules: Rules, judged_at: datetime) -> bool:
    """The way home: for some hours after a counted ride, neither expiry nor weekly hours strand
    anybody."""
    return voucher.last_captured_at is not None and judged_at <= (
        voucher.last_captured_at + timedelta(hours=rules.return_hours)
    )


def _stopped(voucher: Voucher, terms: Terms, judged_at: datetime, now: datetime) -> Reason | None:
    """The first reason that depends on neither money nor the trip, in domain.md's order."""
    expired = judged_at >= voucher.expires_at and not may_ride_home(voucher, terms.rules, judged_at)
    reasons: Mapping[Reason, bool] = {
        Reason.VOUCHER_NOT_STARTED: judged_at < voucher.valid_from,
        Reason.VOUCHER_EXPIRED: expired,
        Reason.VOUCHER_BLOCKED: voucher.state is VoucherState.BLOCKED and not voucher.is_over(now),
        Reason.VOUCHER_CLOSED: voucher.is_over(now),
        Reason.PROGRAM_PAUSED: terms.program_status in (Status.DRAFT, Status.PAUSED),
        Reason.PROGRAM_CLOSED: terms.program_status is Status.CLOSED,
        Reason.PARTNER_SUSPENDED: terms.partner_status is PartnerStatus.SUSPENDED,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _not_offered(voucher: Voucher, rules: Rules, trip: Trip, judged_at: datetime) -> Reason | None:
    """Why the programme doesn't offer such a trip at such a time, or None. The way home is offered
    at any hour, but nowhere else than other rides."""
    served = is_served(trip, rules.service_areas, rules.service_area_ends)
    if served is None:
        return Reason.LOCATION_MISSING
    if not served:
        return Reason.OUTSIDE_SERVICE_AREA
    if is_open(rules.weekly_hours, judged_at, rules.zone):
        return None
    return None if may_ride_home(voucher, rules, judged_at) else Reason.OUTSIDE_HOURS


def _afford(
    voucher: Voucher,
    rules: Rules,
    estimate_cents: int,
    trip: Trip,
    judged_at: datetime,
    now: datetime,
) -> Approval | Reason:
    """Lets dead holds go, the oldest first and no more than are needed, until the ride fits."""
    available = voucher.available_cents
    rides_left = voucher.rides_left
    open_holds = len(voucher.holds)
    wanted = min(estimate_cents, voucher.cap_cents)
    let_go: list[str] = []
    for ride in voucher.dead_rides(now):
        if rides_left >= 1 and open_holds < MAX_OPEN_HOLDS and available >= wanted:
            break
        let_go.append(ride)
        available += voucher.holds[ride].cents
        rides_left += 1
        open_holds -= 1

    hold_cents = covered(estimate_cents, voucher.cap_cents, 0, available)
    if rides_left < 1:
        return Reason.NO_RIDES_LEFT
    if open_holds >= MAX_OPEN_HOLDS:
        return Reason.TOO_MANY_OPEN_RIDES
    if reason := _not_offered(voucher, rules, trip, judged_at):
        return reason
    # At least a cent, where the fare has one: a ride that was free is never short of money.
    if available < (wanted if rules.overage == "decline" else min(1, wanted)):
        return Reason.INSUFFICIENT_BALANCE
    if rules.overage == "decline" and estimate_cents > voucher.cap_cents:
        return Reason.OVER_RIDE_CAP
    return Approval(
        hold_cents=hold_cents,
        hold_expires_at=judged_at + timedelta(seconds=rules.hold_seconds),
        let_go=tuple(let_go),
    )


def default_expiry(rules: Rules, valid_from: datetime) -> datetime:
    """The local midnight that ends the day valid_from + valid_days, within the programme."""
    last_day = local_day(valid_from, rules.zone) + timedelta(days=rules.valid_days)
    return local_midnight(min(last_day, rules.ends_on) + timedelta(days=1), rules.zone)


def program_days(rules: Rules) -> tuple[datetime, datetime]:
    """When the programme's first day begins and when its last day has ended."""
    begins: date = rules.starts_on
    ends = rules.ends_on + timedelta(days=1)
    return local_midnight(begins, rules.zone), local_midnight(ends, rules.zone)
