"""Slugs in words that somebody understands who has never seen the system: why rides aren't paid,
what became of people, purposes. It owns the words; it must never count."""

from collections.abc import Mapping
from typing import Final

from farechance.participants import OutcomeKind
from farechance.vouchers import Reason

_REASONS: Final[Mapping[Reason, str]] = {
    Reason.VOUCHER_UNKNOWN: "The code was not one of ours",
    Reason.RIDE_OF_OTHER_VOUCHER: "The ride belonged to another voucher",
    Reason.EVENT_CONFLICT: "Two messages contradicted each other",
    Reason.CURRENCY_MISMATCH: "Another currency than the programme's",
    Reason.RIDE_CANCELLED: "The ride had been cancelled",
    Reason.RIDE_ALREADY_SETTLED: "The ride was over already",
    Reason.RIDE_COMPLETED: "The ride had been completed",
    Reason.RIDE_DECLINED: "The ride had been declined",
    Reason.RIDE_REFUSED: "The ride had been refused",
    Reason.NOT_COVERED: "A tip or damage, which vouchers never pay",
    Reason.DIRECT_CAPTURE_NOT_ALLOWED: "The ride was not asked for beforehand",
    Reason.REQUEST_TOO_OLD: "The request came too late",
    Reason.VOUCHER_NOT_STARTED: "The voucher was not valid yet",
    Reason.VOUCHER_EXPIRED: "The voucher had expired",
    Reason.VOUCHER_BLOCKED: "The voucher was blocked",
    Reason.VOUCHER_CLOSED: "The voucher was closed",
    Reason.PROGRAM_PAUSED: "The programme was paused",
    Reason.PROGRAM_CLOSED: "The programme had ended",
    Reason.PARTNER_SUSPENDED: "The partner was suspended",
    Reason.NO_RIDES_LEFT: "No ride was left on the voucher",
    Reason.TOO_MANY_OPEN_RIDES: "Too many rides were booked at once",
    Reason.LOCATION_MISSING: "We were not told from where to where",
    Reason.OUTSIDE_SERVICE_AREA: "Outside the area of the programme",
    Reason.OUTSIDE_HOURS: "Outside the hours of the programme",
    Reason.INSUFFICIENT_BALANCE: "Not enough money left on the voucher",
    Reason.OVER_RIDE_CAP: "Cost more than one ride may",
    Reason.VOUCHER_NOT_USABLE: "The voucher could not be used",
}

# Of one person, and of several.
_OUTCOMES: Final[Mapping[OutcomeKind, tuple[str, str]]] = {
    OutcomeKind.INTERVIEW_ATTENDED: ("attended a job interview", "attended a job interview"),
    OutcomeKind.OFFER_RECEIVED: ("received a job offer", "received a job offer"),
    OutcomeKind.JOB_STARTED: ("started a job", "started a job"),
    OutcomeKind.EMPLOYED_AFTER_30_DAYS: (
        "was still employed after 30 days",
        "were still employed after 30 days",
    ),
    OutcomeKind.EMPLOYED_AFTER_90_DAYS: (
        "was still employed after 90 days",
        "were still employed after 90 days",
    ),
    OutcomeKind.EMPLOYED_AFTER_180_DAYS: (
        "was still employed after 180 days",
        "were still employed after 180 days",
    ),
    OutcomeKind.FAMILY_VISIT_MADE: ("visited family", "visited family"),
}


def reason(slug: str) -> str:
    """Why a ride isn't paid. A slug that a later version wrote is said as it stands."""
    return _REASONS[Reason(slug)] if slug in list(Reason) else heading(slug)


def outcome(slug: str, people: int) -> str:
    """What so many people did: the words that come after their number."""
    if slug not in list(OutcomeKind):
        return heading(slug).lower()
    one, many = _OUTCOMES[OutcomeKind(slug)]
    return one if people == 1 else many


def outcome_heading(slug: str) -> str:
    """An outcome as the name of a row."""
    return heading(outcome(slug, 1).removeprefix("was "))


def heading(slug: str) -> str:
    """`job_interview` as `Job interview`."""
    words = slug.replace("_", " ").strip()
    return f"{words[:1].upper()}{words[1:]}"
