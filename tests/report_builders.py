"""Builders of reports: figures of a month that add up, as a programme of some size has them; a test
names only what matters to it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import builders
from farechance.reports.content import (
    Declined,
    Exceptions,
    Identity,
    LateAdjustments,
    Outcome,
    PartnerRow,
    People,
    Report,
    Rides,
    Share,
    Vouchers,
)
from farechance.reports.money_content import Budget, DayOfRides, Money, Owing, Split
from farechance.reports.statement_content import Statement

FIRST_DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)
RIDES, CAPTURED, REFUNDED, ACCEPTED = 1_912, 3_148_215, 21_440, 3_200
NET = CAPTURED - REFUNDED
_BY_WEEK = (38, 402, 421, 433, 447, 171)
_BY_HOUR = (5, 2, 1, 2, 11, 48, 139, 236, 251, 176, 118, 102, 97, 104, 121, 153, 178, 171, 109, 62)
_LAST_HOURS = (38, 21, 12, 7)


def a_report(**changes: Any) -> Report:
    """March 2026 of a programme with three partners and two ride companies."""
    fields: dict[str, Any] = {
        "program_id": builders.PROGRAM,
        "program_name": "Harbor Rides Home",
        "funder": "The Lantern Street Foundation",
        "month": "2026-03",
        "time_zone": "America/New_York",
        "first_day": FIRST_DAY,
        "last_day": LAST_DAY,
        "is_complete": True,
        "currency": "USD",
        "entries": 9_377,
        "money": money(),
        "budget": budget(),
        "vouchers": vouchers(),
        "rides": rides(),
        "people": people(),
        "exceptions": exceptions(),
        "identities": identities(),
    }
    return Report(**{**fields, **changes})


def a_partner_report(**changes: Any) -> Report:
    """The part of one partner in the same month."""
    opening = split(unallotted_cents=0, allotted_cents=620_000, in_vouchers_cents=690_000)
    closing = split(
        unallotted_cents=0,
        allotted_cents=455_000,
        reserved_cents=12_000,
        in_vouchers_cents=598_440,
        held_cents=21_015,
    )
    captured, refunded = 1_668_300, 9_440
    funded = closing.total_cents - opening.total_cents + captured - refunded
    companies = (
        owing(captured_cents=1_668_300, refunded_cents=9_440, opening_cents=0, paid_cents=0),
    )
    fields: dict[str, Any] = {
        "partner_id": builders.PARTNER,
        "partner_name": "Second Start",
        "entries": 4_902,
        "money": money(
            opening=opening,
            closing=closing,
            funded_cents=funded,
            captured_cents=captured,
            refunded_cents=refunded,
            accepted_cents=0,
            fees_cents=6_000,
            ride_companies=companies,
            by_day=by_day(captured - refunded, 1_012),
        ),
        "budget": None,
        "vouchers": vouchers(minted=410, minted_cents=1_640_000, minted_unassigned=40),
        "rides": rides(completed=1_012, on_unassigned_cards=41),
        "people": people(
            riders=338,
            new_riders=117,
            returning_riders=221,
            given_vouchers=361,
            by_partner=(partner_row(),),
            outcomes=(Outcome(outcome="interview_attended", people=24),),
        ),
        "exceptions": exceptions(statements=(), late_adjustments=()),
        "identities": (),
    }
    return a_report(**{**fields, **changes})


def an_empty_month(**changes: Any) -> Report:
    """A month in which nothing happened: every figure is zero, every table empty."""
    still = split()
    fields: dict[str, Any] = {
        "entries": 0,
        "money": money(
            **{name: 0 for name, field in Money.model_fields.items() if field.annotation is int},
            opening=still,
            closing=still,
            ride_companies=(),
            by_day=(),
        ),
        "vouchers": Vouchers(**dict.fromkeys(Vouchers.model_fields, 0)),
        "rides": Rides(
            **{name: 0 for name, field in Rides.model_fields.items() if field.annotation is int},
            mean_fare_cents=None,
            median_fare_cents=None,
            mean_covered_cents=None,
            declined_by_reason=(),
            refused_by_reason=(),
            by_purpose=(),
            by_week=(),
            by_hour=(),
        ),
        "people": people(
            riders=0,
            new_riders=0,
            returning_riders=0,
            given_vouchers=0,
            rides_per_rider_hundredths=None,
            by_partner=(),
            outcomes=(),
        ),
        "exceptions": Exceptions(
            shortfalls=0, conflicts=0, refused_events=0, late_adjustments=(), statements=()
        ),
        "identities": (),
    }
    return a_report(**{**fields, **changes})


def split(**changes: Any) -> Split:
    """Where $57,528.60 are."""
    fields: dict[str, Any] = {
        "unallotted_cents": 3_100_000,
        "allotted_cents": 1_250_000,
        "reserved_cents": 40_000,
        "in_vouchers_cents": 1_310_550,
        "held_cents": 52_310,
        "in_transfer_cents": 0,
    }
    return Split(**{**fields, **changes})


def money(**changes: Any) -> Money:
    """A month in which $20,000 were funded and rides cost $31,267.75."""
    fields: dict[str, Any] = {
        "opening": split(),
        "funded_cents": 2_000_000,
        "defunded_cents": 0,
        "captured_cents": CAPTURED,
        "refunded_cents": REFUNDED,
        "accepted_cents": ACCEPTED,
        "closing": split(
            unallotted_cents=2_600_000,
            allotted_cents=811_275,
            reserved_cents=25_000,
            in_vouchers_cents=1_140_220,
            held_cents=46_390,
        ),
        "fees_cents": 11_500,
        "shortfalls_cents": 4_120,
        "overage_program_cents": 2_360,
        "overage_rider_cents": 18_940,
        "written_off_cents": 1_150,
        "undecided_cents": 2_130,
        "tips_cents": 41_275,
        "ride_companies": (
            owing(),
            owing(
                provider_id=builders.OTHER_PROVIDER,
                name="Bay Wheels",
                opening_cents=402_615,
                captured_cents=537_195,
                refunded_cents=3_300,
                accepted_cents=0,
                paid_cents=402_615,
                fees_cents=2_500,
                invoiced_cents=None,
            ),
        ),
        "by_day": by_day(NET, RIDES),
    }
    return Money(**{**fields, **changes})


def owing(**changes: Any) -> Owing:
    """A ride company; what is payable at the end follows from the rest."""
    fields: dict[str, Any] = {
        "provider_id": builders.PROVIDER,
        "name": "City Cabs",
        "opening_cents": 2_215_400,
        "captured_cents": 2_611_020,
        "refunded_cents": 18_140,
        "accepted_cents": 3_200,
        "paid_cents": 2_215_400,
        "fees_cents": 9_000,
        "invoiced_cents": 2_599_905,
        **changes,
    }
    closing = (
        fields["opening_cents"]
        + fields["captured_cents"]
        - fields["refunded_cents"]
        + fields["accepted_cents"]
        - fields["paid_cents"]
    )
    return Owing(**{"closing_cents": closing, **fields})


def by_day(net_cents: int, rides: int) -> tuple[DayOfRides, ...]:
    """The days of March, fewer rides on Sundays, and two days of February that came late."""
    late = (
        DayOfRides(day=date(2026, 2, 26), net_cents=-2_150, rides=0),
        DayOfRides(day=date(2026, 2, 28), net_cents=4_410, rides=3),
    )
    days = [FIRST_DAY + timedelta(days=number) for number in range(31)]
    weights = [(58, 61, 66, 64, 72, 55, 34)[day.weekday()] + day.day // 3 for day in days]
    shares = zip(days, spread(net_cents - 2_260, weights), spread(rides - 3, weights), strict=True)
    return (*late, *(DayOfRides(day=day, net_cents=net, rides=some) for day, net, some in shares))


def spread(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole in parts by weight; the last part takes what rounding left."""
    parts = [whole * weight // sum(weights) for weight in weights]
    return [*parts[:-1], whole - sum(parts[:-1])]


def budget(**changes: Any) -> Budget:
    """Of $100,000.00, 53 % are spent when 58 % of the time is over."""
    fields: dict[str, Any] = {
        "granted_cents": 10_000_000,
        "spent_cents": 5_377_115,
        "spent_percent": 53,
        "starts_on": date(2025, 9, 1),
        "ends_on": date(2026, 8, 31),
        "days_over": 212,
        "days_in_all": 365,
        "days_percent": 58,
    }
    return Budget(**{**fields, **changes})


def vouchers(**changes: Any) -> Vouchers:
    """768 minted."""
    fields: dict[str, Any] = {
        "minted": 768,
        "minted_cents": 3_072_000,
        "minted_unassigned": 60,
        "assigned_later": 14,
        "used": 702,
        "used_up": 431,
        "expired_unused": 71,
        "revoked": 4,
        "reissued": 19,
        "blocked": 9,
        "unblocked": 3,
        "extended": 27,
        "returned_cents": 192_335,
    }
    return Vouchers(**{**fields, **changes})


def rides(**changes: Any) -> Rides:
    """1,912 that completed; `completed` spreads another number over purposes, weeks and hours."""
    completed = changes.get("completed", RIDES)
    net = NET * completed // RIDES
    mondays = [date(2026, 2, 23) + timedelta(weeks=number) for number in range(6)]
    approved = completed * 113 // 100
    fields: dict[str, Any] = {
        "requested": approved + 267,
        "approved": approved,
        "declined": 267,
        "completed": completed,
        "cancelled": 201,
        "fees": 23,
        "on_unassigned_cards": 84,
        "mean_fare_cents": 1_655,
        "median_fare_cents": 1_420,
        "mean_covered_cents": 1_622,
        "wholly_covered": completed * 94 // 100,
        "declined_by_reason": tuple(
            Declined(reason=reason, times=times)
            for reason, times in (
                ("insufficient_balance", 96),
                ("over_ride_cap", 61),
                ("voucher_expired", 44),
                ("outside_service_area", 31),
                ("no_rides_left", 22),
                ("voucher_blocked", 8),
                ("outside_hours", 5),
            )
        ),
        "refused_by_reason": (
            Declined(reason="not_covered", times=14),
            Declined(reason="ride_completed", times=6),
        ),
        "by_purpose": shares(
            ("work", "job_interview", "family", "other"), completed, net, (741, 688, 395, 88)
        ),
        "by_week": shares([f"{monday}" for monday in mondays], completed, net, _BY_WEEK),
        "by_hour": tuple(
            share.model_copy(update={"net_cents": 0})
            for share in shares(
                [f"{hour:02d}" for hour in range(24)], approved, 0, (*_BY_HOUR, *_LAST_HOURS)
            )
        ),
    }
    return Rides(**{**fields, **changes})


def shares(
    names: Sequence[str], rides: int, net_cents: int, weights: Sequence[int]
) -> tuple[Share, ...]:
    """Rides and money under some names, by weight."""
    parts = zip(names, spread(rides, weights), spread(net_cents, weights), strict=True)
    return tuple(Share(name=name, rides=some, net_cents=net) for name, some, net in parts)


def partner_row(**changes: Any) -> PartnerRow:
    """The largest partner."""
    fields: dict[str, Any] = {
        "partner_id": builders.PARTNER,
        "name": "Second Start",
        "minted": 410,
        "rides": 1_012,
        "net_cents": 1_658_860,
        "riders": 338,
    }
    return PartnerRow(**{**fields, **changes})


def people(**changes: Any) -> People:
    """640 riders of three partners."""
    fields: dict[str, Any] = {
        "riders": 640,
        "new_riders": 212,
        "returning_riders": 428,
        "given_vouchers": 703,
        "rides_per_rider_hundredths": 286,
        "small_count_threshold": 11,
        "by_partner": (
            partner_row(),
            partner_row(
                partner_id=builders.OTHER_PARTNER,
                name="New Leaf Reentry",
                minted=262,
                rides=655,
                net_cents=1_066_910,
                riders=221,
            ),
            partner_row(
                partner_id="org_open_gate",
                name="Open Gate Families",
                minted=96,
                rides=245,
                net_cents=401_005,
                riders=81,
            ),
        ),
        "outcomes": (
            Outcome(outcome="interview_attended", people=58),
            Outcome(outcome="offer_received", people=21),
            Outcome(outcome="job_started", people=17),
            Outcome(outcome="employed_after_30_days", people=None),
            Outcome(outcome="family_visit_made", people=43),
        ),
    }
    return People(**{**fields, **changes})


def some_not_told(**changes: Any) -> People:
    """Two partners are small, so that the larger one's riders aren't told either."""
    small = partner_row(
        partner_id="org_open_gate", name="Open Gate Families", minted=6, rides=9, riders=None
    )
    middle = partner_row(
        partner_id=builders.OTHER_PARTNER, name="New Leaf Reentry", rides=655, riders=None
    )
    fields: dict[str, Any] = {
        "new_riders": None,
        "returning_riders": None,
        "by_partner": (partner_row(), middle, small),
        "outcomes": (Outcome(outcome="job_started", people=None),),
    }
    return people(**{**fields, **changes})


def exceptions(**changes: Any) -> Exceptions:
    """Some of each kind, and a statement that differs."""
    fields: dict[str, Any] = {
        "shortfalls": 3,
        "conflicts": 1,
        "refused_events": 20,
        "late_adjustments": (
            LateAdjustments(
                month="2026-02", adjustments=5, captured_cents=4_410, refunded_cents=2_150
            ),
        ),
        "statements": (statement(),),
    }
    return Exceptions(**{**fields, **changes})


def statement(**changes: Any) -> Statement:
    """1,571 lines that agree and five that don't."""
    fields: dict[str, Any] = {
        "provider_id": builders.PROVIDER,
        "lines": 1_575,
        "matched": 1_571,
        "different_amount": 2,
        "only_theirs": 1,
        "only_ours": 1,
        "doubled": 1,
        "unreadable": 0,
        "charged_cents": 2_599_905,
        "ledger_cents": 2_592_880,
    }
    return Statement(**{**fields, **changes})


def identities() -> tuple[Identity, ...]:
    """Equations that hold, of money and of rides."""
    sums = ("days", "purposes", "weeks", "ride companies", "partners")
    return (
        _identity(
            "What came and went",
            "opening + funded − defunded − captured + refunded − accepted",
            "closing",
            4_622_885,
        ),
        *(
            _identity(f"Spent by {one}", "captured − refunded", f"sum over {one}", NET)
            for one in sums
        ),
        _identity(
            "Nothing is lost: all that was granted",
            "funded − defunded, to date",
            "closing + spent on rides + paid directly, to date",
            10_000_000,
        ),
        _identity(
            "Payable to City Cabs",
            "opening + captured − refunded + accepted − paid",
            "closing",
            2_596_080,
        ),
        _identity(
            "Payable to Bay Wheels",
            "opening + captured − refunded + accepted − paid",
            "closing",
            533_895,
        ),
        _identity("Requests", "requested", "approved + declined", 2_427, unit="count"),
        _identity("Completed rides", "completed", "sum over purposes", RIDES, unit="count"),
    )


def _identity(name: str, left: str, right: str, value: int, **unit: Any) -> Identity:
    return Identity(name=name, left=left, right=right, left_value=value, right_value=value, **unit)
