"""What happened to a voucher, entry by entry, in plain sentences that an administrator can read
aloud. It owns these sentences and how exact a time is told: of a decline the day and the hour, of
all else the day. It must never say a place, who the person is, or a ride company's id of a ride."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from farechance.card_words import day_in_words, time_in_words
from farechance.ledger import Account, Entry, Kind
from farechance.reports import phrases, plain_words
from farechance.rides import is_simulated, ride_id_of
from farechance.times import local_day
from farechance.voucher_acts import ActReason

_WHY: Mapping[ActReason, str] = {
    ActReason.LOST: "it was lost",
    ActReason.STOLEN: "it was stolen",
    ActReason.DAMAGED: "it was damaged",
    ActReason.FOUND: "it was found",
    ActReason.MISUSE: "it was misused",
    ActReason.MISTAKE: "of a mistake",
    ActReason.PLANS_CHANGED: "plans changed",
    ActReason.NO_LONGER_NEEDED: "it is no longer needed",
    ActReason.OTHER: "of another reason",
}


@dataclass(frozen=True, slots=True)
class Tellers:
    """By whose names, in whose currency and by whose clock it is told: the partner's name, ride
    companies' by their ids."""

    partner: str
    companies: Mapping[str, str]
    currency: str
    zone: ZoneInfo

    def money(self, cents: int) -> str:
        """`$12.00`."""
        return phrases.money(cents, self.currency)

    def company(self, entry: Entry) -> str:
        """Whose event it was."""
        provider_id = entry.provider_id or ""
        return self.companies.get(provider_id, provider_id) or "The ride company"

    def day(self, at: datetime) -> str:
        """`March 2, 2026`, in the programme's zone."""
        return day_in_words(local_day(at, self.zone), "en")

    def day_and_hour(self, at: datetime) -> str:
        """`March 2, 2026, at 12:05 PM`, in the programme's zone."""
        return f"{self.day(at)}, at {time_in_words(at.astimezone(self.zone).time(), 'en')}"


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry: `March 2, 2026`, and `Second Start minted it, worth $40.00.`"""

    when: str
    what: str


def happened(entry: Entry, by: Tellers) -> Happened:
    """When it was and what."""
    tell = by.day_and_hour if was_declined(entry) else by.day
    return Happened(tell(entry.recorded_at), _TOLD[entry.kind](entry, by))


def was_declined(entry: Entry) -> bool:
    """Whether a ride that was asked for was declined."""
    return entry.kind is Kind.RIDE_REQUESTED and entry.reason is not None


def _minted(entry: Entry, by: Tellers) -> str:
    how = ", among the cards of a batch" if entry.batch_id else ""
    how = how or (", as a card" if entry.command_id else "")
    return f"{_actor(entry, by)} minted it, worth {by.money(_moved(entry))}{how}."


def _assigned(entry: Entry, by: Tellers) -> str:
    return f"{_actor(entry, by)} gave it to a person{_because(entry)}."


def _blocked(entry: Entry, _: Tellers) -> str:
    # A person's own block is recorded like her partner's: the ledger must not tell them apart.
    who = "An administrator or an operator blocked it" if entry.command_id else "It was blocked"
    return f"{who}{_because(entry)}: no new ride from then on."


def _unblocked(entry: Entry, by: Tellers) -> str:
    return f"{_actor(entry, by)} unblocked it{_because(entry)}."


def _extended(entry: Entry, by: Tellers) -> str:
    return f"{_actor(entry, by)} gave it a later end{_because(entry)}."


def _revoked(entry: Entry, by: Tellers) -> str:
    back = by.money(-_moved(entry))
    done = f"{_actor(entry, by)} closed it for good{_because(entry)}"
    return f"{done}; {back} went back to {by.partner}."


def _reissued(entry: Entry, by: Tellers) -> str:
    return (
        f"{_actor(entry, by)} reissued the card{_because(entry)}: it is closed, and "
        f"{by.money(-_moved(entry))} moved to a new one."
    )


def _succeeded(entry: Entry, by: Tellers) -> str:
    return f"{by.money(_moved(entry))} came over from the card whose place it took."


def _returned(entry: Entry, by: Tellers) -> str:
    cents = -_moved(entry)
    if not cents:
        return "Its time was over, with nothing left on it."
    whose = "the new card" if Account.TRANSFER in entry.changes else by.partner
    return f"Its time was over, and what was left of it, {by.money(cents)}, went to {whose}."


def _lapsed(entry: Entry, by: Tellers) -> str:
    return (
        f"A ride with {by.company(entry)} was booked and not completed in time; the "
        f"{by.money(_moved(entry))} that was set aside for it became free again."
    )


def _replaced(entry: Entry, by: Tellers) -> str:
    return (
        f"{by.company(entry)} sent another car; the {by.money(_moved(entry))} that was set aside "
        f"for the first one became free again.{_shortfall(entry, by)}"
    )


def _requested(entry: Entry, by: Tellers) -> str:
    asked = f"{_told_by(entry)}{by.company(entry)} asked whether it pays a ride of about "
    asked += f"{_fare(entry, by)}."
    if entry.reason is not None:
        return f"{asked} It was declined. The reason: {_reason(entry)}."
    return f"{asked} Yes: {by.money(-_moved(entry))} was set aside."


def _completed(entry: Entry, by: Tellers) -> str:
    done = f"{_told_by(entry)}{by.company(entry)} completed a ride{_of_its_day(entry, by)}"
    done += f" that cost {_fare(entry, by)}"
    if entry.reason is not None:
        return f"{done}. It was not paid. The reason: {_reason(entry)}.{_shortfall(entry, by)}"
    paid = by.money(entry.changes.get(Account.SPENT, 0))
    return f"{done}; the voucher paid {paid}.{_overage(entry, by)}{_shortfall(entry, by)}"


def _told_by(entry: Entry) -> str:
    """Who told of it, if that wasn't a message of the ride company."""
    if is_simulated(ride_id_of(entry.identity)):
        return "In a simulation, "
    return "By its monthly statement, " if entry.command_id else ""


def _cancelled(entry: Entry, by: Tellers) -> str:
    done = f"{_told_by(entry)}{by.company(entry)} cancelled a ride"
    paid, freed = entry.changes.get(Account.SPENT, 0), _moved(entry)
    if entry.reason is not None:
        return f"{done}; that changed nothing. The reason: {_reason(entry)}.{_shortfall(entry, by)}"
    if paid:
        return f"{done}; the voucher paid a fee of {by.money(paid)}.{_overage(entry, by)}"
    if freed:
        back = f"the {by.money(freed)} that was set aside for it became free again"
        return f"{done}; {back}.{_overage(entry, by)}"
    return f"{done} for which nothing was set aside.{_overage(entry, by)}"


def _adjusted(entry: Entry, by: Tellers) -> str:
    done = f"{by.company(entry)} changed what a ride{_of_its_day(entry, by)} cost to "
    done += _fare(entry, by)
    paid = entry.changes.get(Account.SPENT, 0)
    if entry.reason is not None:
        return f"{done}. That was not taken. The reason: {_reason(entry)}.{_shortfall(entry, by)}"
    if paid > 0:
        then = f"the voucher paid {by.money(paid)} more"
    elif paid < 0:
        then = f"{by.money(-paid)} came back to the voucher"
    elif (entry.answer or {}).get("outcome") == "pending":
        then = "it counts once the ride is completed"
    else:
        then = "that changed nothing on the voucher"
    return f"{done}; {then}.{_overage(entry, by)}{_shortfall(entry, by)}"


def _conflict(entry: Entry, by: Tellers) -> str:
    return (
        f"{by.company(entry)} sent a message about a ride again, with other content. The first "
        "counts, and nothing was changed."
    )


_TOLD: Mapping[Kind, Callable[[Entry, Tellers], str]] = {
    Kind.VOUCHER_MINTED: _minted,
    Kind.VOUCHER_ASSIGNED: _assigned,
    Kind.VOUCHER_BLOCKED: _blocked,
    Kind.VOUCHER_UNBLOCKED: _unblocked,
    Kind.VOUCHER_EXTENDED: _extended,
    Kind.VOUCHER_REVOKED: _revoked,
    Kind.VOUCHER_REISSUED: _reissued,
    Kind.VOUCHER_SUCCEEDED: _succeeded,
    Kind.VOUCHER_RETURNED: _returned,
    Kind.HOLD_LAPSED: _lapsed,
    Kind.HOLD_REPLACED: _replaced,
    Kind.RIDE_REQUESTED: _requested,
    Kind.RIDE_COMPLETED: _completed,
    Kind.RIDE_CANCELLED: _cancelled,
    Kind.RIDE_ADJUSTED: _adjusted,
    Kind.RIDE_CONFLICT: _conflict,
}


def _actor(entry: Entry, by: Tellers) -> str:
    return "An administrator" if entry.command_id else by.partner


def _because(entry: Entry) -> str:
    if entry.act_reason not in list(ActReason):
        return ""
    return f", because {_WHY[ActReason(entry.act_reason)]}"


def _reason(entry: Entry) -> str:
    """Within a sentence: `the voucher was blocked`."""
    words = plain_words.reason(entry.reason or "")
    return f"{words[:1].lower()}{words[1:]}"


def _moved(entry: Entry) -> int:
    """What came to be free on the voucher, or less than nothing."""
    return entry.changes.get(Account.AVAILABLE, 0)


def _fare(entry: Entry, by: Tellers) -> str:
    return by.money(entry.fare_cents or 0)


def _of_its_day(entry: Entry, by: Tellers) -> str:
    day = entry.ride_day
    if day is None or day == local_day(entry.recorded_at, by.zone):
        return ""
    return f" of {day_in_words(day, 'en')}"


def _overage(entry: Entry, by: Tellers) -> str:
    cents = entry.overage_cents or 0
    if cents <= 0:
        return ""
    who = "the rider owes" if entry.overage_owed_by == "rider" else "the programme owes"
    return f" Above what the voucher covers, {who} {by.money(cents)}."


def _shortfall(entry: Entry, by: Tellers) -> str:
    cents = entry.shortfall_cents or 0
    if cents <= 0:
        return ""
    return (
        f" {by.money(cents)} that was driven is paid by no voucher: it is on record as a shortfall."
    )
