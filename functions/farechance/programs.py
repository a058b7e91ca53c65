"""Programmes, their rules, allotments, partners and providers: who pays, who may mint and who
drives. It owns the form and the statuses of each; it must never move a voucher's money."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, Field, model_validator

from farechance.identifiers import (
    Currency,
    Language,
    PartnerId,
    Phone,
    ProgramId,
    ProviderId,
    Purpose,
    ShortText,
)
from farechance.ledger import NO_ENTRIES, Chain
from farechance.money import PositiveRideCents, ProgramCents, RideCents
from farechance.strictness import SENT, STORED
from farechance.times import utc_hour


class Status(StrEnum):
    """Where a programme stands: not funded yet, active, paused (no mints and no new rides, but
    approved rides are paid), or closed."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class PartnerStatus(StrEnum):
    """Of a partner or a provider."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


def _time_zone(name: str) -> str:
    if name not in _time_zones():
        raise ValueError("must be an IANA time zone such as America/New_York")
    return name


@cache
def _time_zones() -> frozenset[str]:
    """Reading them all takes longer than reading a voucher, so it is done once."""
    # The last two are what a machine is set to, and no place.
    return frozenset(available_timezones() - {"localtime", "Factory"})


# Degrees are the only numbers with a fraction in all that is sent to us; they may be whole too.
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]


class PurposeRule(BaseModel):
    """One purpose and the words for it on a card: neutral, never what the ride is for."""

    model_config = SENT

    name: Purpose
    public_label: dict[Language, Annotated[str, Field(min_length=1, max_length=30)]] = Field(
        default={"en": "Ride", "es": "Viaje"}
    )


class ServiceArea(BaseModel):
    """A circle on the map: its centre in degrees (WGS 84), its edge included."""

    model_config = SENT

    latitude: Latitude
    longitude: Longitude
    radius_meters: int = Field(ge=20, le=500_000)


Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class WeeklyHours(BaseModel):
    """Hours of one weekday by the clock on the wall in the programme's time zone; `from` is
    included, `to` isn't, and `24:00` ends the day. Hours past midnight are those of two days."""

    model_config = SENT

    weekday: Weekday
    from_: str = Field(alias="from", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    to: str = Field(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError("from must be before to; hours past midnight are those of two days")
        return self


def _apart(hours: tuple[WeeklyHours, ...]) -> tuple[WeeklyHours, ...]:
    # Hours that overlap would do no harm, but are seldom meant: a row was copied, its day wasn't
    # changed.
    for one, later in pairwise(sorted(hours, key=lambda one: (one.weekday, one.from_))):
        if one.weekday == later.weekday and later.from_ < one.to:
            raise ValueError(f"the hours of a day must not overlap: {one.weekday} {later.from_}")
    return hours


Overage = Literal["decline", "rider_pays", "program_pays"]
ServiceAreaEnds = Literal["pickup", "dropoff", "either", "both"]


class Rules(BaseModel):
    """What a programme promises. A version never changes, and a voucher keeps the one under which
    it was minted. Days are local to `time_zone`; without `cap_cents` a ride may take an equal share
    of the voucher's value; without `max_owed_cents` nothing is judged of what is owed; without
    `service_areas` and `weekly_hours` rides go everywhere and at any time. What one partner mints
    in a clock hour (UTC) is at most `max_vouchers_per_partner_hour`; cards for lost ones don't
    count, and a batch counts when it is reserved."""

    model_config = SENT

    currency: Currency = "USD"
    time_zone: Annotated[str, AfterValidator(_time_zone)]
    starts_on: date
    ends_on: date
    min_value_cents: PositiveRideCents = 100
    max_value_cents: PositiveRideCents
    max_rides: int = Field(default=2, ge=1, le=50)
    cap_cents: PositiveRideCents | None = None
    valid_days: int = Field(ge=1, le=366)
    purposes: tuple[PurposeRule, ...] = Field(min_length=1, max_length=20)
    overage: Overage = "decline"
    max_cancellation_fee_cents: RideCents = 0
    hold_seconds: int = Field(default=86_400, ge=3_600, le=31 * 86_400)
    direct_capture: bool = False
    service_areas: tuple[ServiceArea, ...] = Field(default=(), max_length=20)
    service_area_ends: ServiceAreaEnds = "pickup"
    weekly_hours: Annotated[tuple[WeeklyHours, ...], AfterValidator(_apart)] = Field(
        default=(), max_length=50
    )
    return_hours: int = Field(default=12, ge=0, le=48)
    max_vouchers_per_participant_month: int = Field(default=10, ge=1, le=40)
    max_vouchers_per_partner_hour: int = Field(default=500, ge=1, le=1_000_000)
    provider_ids: tuple[ProviderId, ...] = Field(min_length=1, max_length=10)
    max_owed_cents: ProgramCents | None = None
    small_count_threshold: int = Field(default=11, ge=1, le=100)
    rider_facing_name: str = Field(min_length=1, max_length=40)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        # Beyond these years, arithmetic with zones overflows.
        if self.starts_on.year < 2000 or self.ends_on.year > 2100:
            raise ValueError("a programme lies between the years 2000 and 2100")
        if self.ends_on < self.starts_on:
            raise ValueError("ends_on must not be before starts_on")
        if self.ends_on - self.starts_on > timedelta(days=3_660):
            raise ValueError("a programme lasts ten years at most")
        if self.max_value_cents < self.min_value_cents:
            raise ValueError("max_value_cents must not be less than min_value_cents")
        if self.cap_cents is not None and self.cap_cents > self.max_value_cents:
            raise ValueError("cap_cents must not exceed max_value_cents")
        names = [purpose.name for purpose in self.purposes]
        if len(set(names)) != len(names):
            raise ValueError("each purpose may stand once")
        if len(set(self.provider_ids)) != len(self.provider_ids):
            raise ValueError("each provider may stand once")
        return self

    def label(self, purpose: Purpose, language: Language) -> str:
        """The public word for a purpose; the purpose itself is nobody's business."""
        words = next((one.public_label for one in self.purposes if one.name == purpose), {})
        return words.get(language) or ("Viaje" if language == "es" else "Ride")

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which days and months of this programme are counted."""
        return ZoneInfo(self.time_zone)


class Program(BaseModel):
    """A funder's budget. `unallotted_cents` and `paid_direct_cents` are accounts of the ledger;
    `chain` ends the programme's own entries."""

    model_config = STORED

    program_id: ProgramId
    name: ShortText
    funder: ShortText
    status: Status
    rules_version: int
    time_zone: str
    funded_cents: ProgramCents = 0
    unallotted_cents: ProgramCents = 0
    paid_direct_cents: ProgramCents = 0
    version: int = 1
    chain: Chain = NO_ENTRIES


class Allotment(BaseModel):
    """The part of one programme's budget that one partner may mint from. Its money changes by
    conditional differences, so it has no version: mints of one partner commute. `minted_hour` is
    the clock hour (UTC) in which it was last minted from, as `2026-03-02T12`, and `minted_in_hour`
    how many vouchers in it: without cards for lost ones, and with batches as they are reserved."""

    model_config = STORED

    program_id: ProgramId
    partner_id: PartnerId
    status: Status
    partner_status: PartnerStatus = PartnerStatus.ACTIVE
    available_cents: ProgramCents
    minted_hour: str | None = None
    minted_in_hour: int = Field(default=0, ge=0)

    def hour_of(self, now: datetime) -> str:
        """The clock hour in which a mint counts: never one before that which counts already, else
        a machine whose clock is behind would find an empty one."""
        return max(utc_hour(now), self.minted_hour or "")

    def minted_in(self, hour: str) -> int:
        """How many vouchers count in an hour of `hour_of`."""
        return self.minted_in_hour if hour == self.minted_hour else 0

    def is_nearly_used_up(self, given_cents: int) -> bool:
        """Whether less than a tenth is left of what the partner was given."""
        return self.available_cents * 10 < given_cents


class Partner(BaseModel):
    """An organisation that enrolls people and mints vouchers. `program_ids` says where it has an
    allotment; a token is good only while its client stands in `client_ids`, of which there are two,
    the newest last, while its secret is rotated; `void_client_ids` are still to be removed.
    `cursor_key` is random, told to nobody, and seals the cursors of its lists."""

    model_config = STORED

    partner_id: PartnerId
    name: ShortText
    help_name: str = Field(min_length=1, max_length=40)
    help_phone: Phone
    status: PartnerStatus = PartnerStatus.ACTIVE
    client_ids: tuple[str, ...]
    void_client_ids: tuple[str, ...] = ()
    program_ids: tuple[ProgramId, ...] = ()
    cursor_key: str
    version: int = 1


class RiderNeeds(BaseModel):
    """What a rider needs to use a ride company."""

    model_config = SENT

    smartphone: bool
    data: bool
    own_payment_method: bool


RotationStep = Literal["begin", "finish", "abandon"]


Profile = Literal["standard", "hmac_sha256_hex"]
"""How a ride company signs (`signatures`)."""


class Provider(BaseModel):
    """A ride company. `signature_header` goes with the profile `hmac_sha256_hex` and no other: in
    which header it signs, in lower case. Its signing secrets are kept in Secrets Manager, not here.
    While it has two, `rotated_by` names the command that made the second, and `rotation_step` how
    far it is."""

    model_config = STORED

    provider_id: ProviderId
    name: ShortText
    profile: Profile
    signature_header: str | None = None
    rider_needs: RiderNeeds
    help_phone: Phone
    staff_can_book: bool
    status: PartnerStatus = PartnerStatus.ACTIVE
    rotated_by: str | None = None
    rotation_step: RotationStep | None = None
