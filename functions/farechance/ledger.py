"""The ledger: immutable entries, one for each change of money and each act on a voucher, chained by
digests. It owns the form of an entry and of the chain; it must never change or drop one.

Every entry balances: its `changes` move cents from some accounts to others and add up to zero.
Accounts: `outside`, `program.unallotted`, `allotment.available`, `voucher.available`,
`voucher.held`, `voucher.spent`, `batch.reserved` of the ids that the entry names (domain.md,
'Accounts')."""

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, model_validator

from farechance.strictness import STORED
from farechance.times import Instant, instant_text, local_month

MONTH_SHARDS = 8
"""Over how many partitions of the index one programme's month is spread (storage.md)."""


class Account(StrEnum):
    """Where money can be: outside of the system, with the programme, with a partner's allotment, or
    on a voucher: available, held for a ride under way, or spent."""

    OUTSIDE = "outside"
    UNALLOTTED = "program.unallotted"
    PAID_DIRECT = "program.paid_direct"
    ALLOTTED = "allotment.available"
    AVAILABLE = "voucher.available"
    HELD = "voucher.held"
    SPENT = "voucher.spent"
    TRANSFER = "voucher.transfer"
    RESERVED = "batch.reserved"


class Kind(StrEnum):
    """What happened. Refusals are entries too, and so is an event that came again with other
    content (`ride.conflict`): they move no money."""

    PROGRAM_CREATED = "program.created"
    PROGRAM_FUNDED = "program.funded"
    PROGRAM_ALLOTTED = "program.allotted"
    PROGRAM_RULED = "program.ruled"
    PROGRAM_DEFUNDED = "program.defunded"
    PROGRAM_UNALLOTTED = "program.unallotted"
    PROGRAM_CLOSED = "program.closed"
    SHORTFALL_ACCEPTED = "shortfall.accepted"
    OVERAGE_ACCEPTED = "overage.accepted"
    WRITTEN_OFF = "owed.written_off"
    PAYMENT_RECORDED = "payment.recorded"
    PROGRAM_PAUSED = "program.paused"
    PROGRAM_RESUMED = "program.resumed"
    VOUCHER_MINTED = "voucher.minted"
    VOUCHER_ASSIGNED = "voucher.assigned"
    VOUCHER_BLOCKED = "voucher.blocked"
    VOUCHER_UNBLOCKED = "voucher.unblocked"
    VOUCHER_EXTENDED = "voucher.extended"
    VOUCHER_REVOKED = "voucher.revoked"
    VOUCHER_REISSUED = "voucher.reissued"
    VOUCHER_SUCCEEDED = "voucher.succeeded"
    VOUCHER_RETURNED = "voucher.returned"
    HOLD_LAPSED = "hold.lapsed"
    HOLD_REPLACED = "hold.replaced"
    RIDE_REQUESTED = "ride.requested"
    RIDE_COMPLETED = "ride.completed"
    RIDE_CANCELLED = "ride.cancelled"
    RIDE_ADJUSTED = "ride.adjusted"
    RIDE_CONFLICT = "ride.conflict"
    BATCH_RESERVED = "batch.reserved"
    BATCH_ENDED = "batch.ended"


class Chain(BaseModel):
    """The end of an account's chain, kept with the account: the last entry's number and digest."""

    model_config = STORED

    sequence: int = 0
    last_digest: str | None = None
    last_recorded_at: Instant | None = None


NO_ENTRIES = Chain.model_construct()
"""The chain of a new account. Validated, it would build, at each start, what reads nothing else."""


class Facts(BaseModel):
    """What an entry says beside the money: enough for every report, and no more. Amounts in
    cents; `ride_day` is the day of the ride in the programme's zone. `reason` is why a ride isn't
    paid, `act_reason` why somebody did something to a voucher. `overage_cents` and
    `shortfall_cents` are what the event added, `owed_cents` what it changed of the ride's debt that
    is undecided. `used_up`: the ride left the voucher without money or without a ride;
    `never_used`: it expired, and never paid; `of_fee`: what was adjusted is a cancellation fee."""

    model_config = STORED

    partner_id: str | None = None
    voucher_id: str | None = None
    subject_id: str | None = None
    purpose: str | None = None
    provider_id: str | None = None
    ride_day: date | None = None
    reason: str | None = None
    act_reason: str | None = None
    fare_cents: int | None = None
    tip_cents: int | None = None
    overage_cents: int | None = None
    overage_owed_by: Literal["program", "rider"] | None = None
    shortfall_cents: int | None = None
    owed_cents: int | None = None
    decided_cents: int | None = None
    paid_cents: int | None = None
    paid_month: str | None = None
    invoice_ref: str | None = None
    counted: bool | None = None
    used_up: Literal[True] | None = None
    never_used: Literal[True] | None = None
    of_fee: Literal[True] | None = None
    command_id: str | None = None
    batch_id: str | None = None


NO_FACTS = Facts.model_construct()
"""Nothing beside the money."""


class Entry(Facts):
    """One line. `account` and `identity` are its key: the identity is built from the event's own,
    so that one event has one effect for ever."""

    account: str
    identity: str
    sequence: int = Field(ge=1)
    previous_digest: str | None = None
    kind: Kind
    program_id: str
    recorded_at: Instant
    month: str
    changes: dict[Account, int] = {}
    content_digest: str | None = None
    answer: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _balances(self) -> Self:
        if sum(self.changes.values()) != 0:
            raise ValueError("an entry moves money from somewhere to somewhere")
        return self

    def stored(self) -> dict[str, Any]:
        """The attributes as they are stored and digested: what is absent is left out."""
        return self.model_dump(mode="json", exclude_none=True)

    @property
    def month_shard(self) -> str:
        """The partition of the monthly index in which the entry is found."""
        shard = zlib.crc32(self.account.encode()) % MONTH_SHARDS
        return f"{self.program_id}#{self.month}#{shard}"

    @property
    def month_sort(self) -> str:
        """Its place there: by time, then by its number in its account."""
        return f"{instant_text(self.recorded_at)}#{self.sequence:06d}"


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of canonical JSON (sorted keys, no blanks), in URL-safe base 64 without padding."""
    raw = hashlib.sha256(_CANONICAL.encode(content).encode()).digest()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def append(  # noqa: PLR0913 - the parts of an entry, each named at the call
    chain: Chain,
    *,
    account: str,
    identity: str,
    kind: Kind,
    program_id: str,
    zone: ZoneInfo,
    now: datetime,
    facts: Facts,
    changes: Mapping[Account, int] | None = None,
    content_digest: str | None = None,
    answer: Mapping[str, Any] | None = None,
) -> tuple[Chain, Entry]:
    """The next entry of an account, and the chain that ends with it. Its time is `now`, but never
    before the entry that it follows: months close in order (domain.md, 'Months')."""
    recorded_at = max(now, chain.last_recorded_at or now)
    entry = Entry(
        **vars(facts),
        account=account,
        identity=identity,
        sequence=chain.sequence + 1,
        previous_digest=chain.last_digest,
        kind=kind,
        program_id=program_id,
        recorded_at=recorded_at,
        month=local_month(recorded_at, zone),
        changes={place: cents for place, cents in (changes or {}).items() if cents},
        content_digest=content_digest,
        answer=None if answer is None else dict(answer),
    )
    after = Chain(
        sequence=entry.sequence,
        last_digest=digest(entry.stored()),
        last_recorded_at=recorded_at,
    )
    return after, entry
