"""A voucher's story in plain sentences, for an administrator who has somebody on the phone: what it
is worth and when it is good, what happened, what is left, what to say to the rider, and what to do.
It owns how these are put together; what happened is told by `entry_words`, what to do by
`next_steps`, what a rider is told by `messages`. It must never say a code, a place, or who the
person is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from farechance.card_words import day_in_words, hours_in_words, last_day_in_words
from farechance.entry_words import Happened, Tellers, happened
from farechance.identifiers import Language
from farechance.ledger import Entry
from farechance.messages import declined
from farechance.next_steps import Standing, next_step
from farechance.places import NOWHERE, Place, Trip
from farechance.programs import Partner, Program, Provider, Rules, ServiceAreaEnds
from farechance.reports import phrases, plain_words
from farechance.vouchers import (
    Approval,
    Blocker,
    ClosedReason,
    Reason,
    Terms,
    Voucher,
    VoucherState,
    judge_request,
)

MOST_ENTRIES = 30
"""How many entries are told, the newest: a voucher has some ten in its whole life."""

_ENDS: Mapping[ServiceAreaEnds, str] = {
    "pickup": "the pick-up must lie in it",
    "dropoff": "the drop-off must lie in it",
    "either": "the pick-up or the drop-off must lie in it",
    "both": "the pick-up and the drop-off must lie in it",
}
_CLOSED: Mapping[ClosedReason | None, str] = {
    ClosedReason.REVOKED: "It is closed for good: it was revoked.",
    ClosedReason.EXPIRED: "It is closed: its time is over.",
    ClosedReason.REISSUED: "It is closed: the card was reissued.",
    None: "It is closed: its time is over.",
}
_BLOCKED: Mapping[Blocker | None, str] = {
    Blocker.ADMINISTRATOR: "It is blocked by an administrator.",
    Blocker.OPERATOR: "It is blocked by an operator.",
    Blocker.PARTNER: "It is blocked by {partner}.",
    Blocker.PARTICIPANT: "It is blocked, as the person wished.",
    None: "It is blocked.",
}
_WORKS: Mapping[Language, str] = {
    "en": "Your voucher works. It pays a ride of up to {most}. Please ask for the ride again.",
    "es": "Tu vale funciona. Paga un viaje de hasta {most}. Pide el viaje otra vez.",
}
_REPLACED: Mapping[Language, str] = {
    "en": "Your card was replaced by a new one. Please use that one.",
    "es": "Tu tarjeta se cambió por otra nueva. Usa la nueva, por favor.",
}
_LANGUAGES: Mapping[Language, str] = {"en": "English", "es": "Spanish"}
# Reasons that lie in the ride that was asked for: the voucher pays others.
_OF_THE_RIDE = frozenset(
    {
        Reason.INSUFFICIENT_BALANCE,
        Reason.OVER_RIDE_CAP,
        Reason.LOCATION_MISSING,
        Reason.OUTSIDE_SERVICE_AREA,
    }
)
# Reasons that are gone once the voucher pays a ride again.
_OVER_ONCE_IT_PAYS = frozenset(
    {
        Reason.NO_RIDES_LEFT,
        Reason.TOO_MANY_OPEN_RIDES,
        Reason.VOUCHER_CLOSED,
        Reason.PROGRAM_CLOSED,
    }
)
_IS_GONE = "What stood in the way is gone. Ask the rider to book again."


@dataclass(frozen=True, slots=True)
class Known:
    """All that a story is told from: the voucher with what would come over from an older card, the
    ride companies of its rules, its newest entries in their order, how many are older, and the card
    that took its place."""

    voucher: Voucher
    rules: Rules
    program: Program
    partner: Partner
    companies: Sequence[Provider]
    entries: Sequence[Entry]
    older_entries: int
    successor: Voucher | None
    now: datetime

    @property
    def terms(self) -> Terms:
        """What beside the voucher decides."""
        return Terms(self.rules, self.program.status, self.partner.status)

    @property
    def tellers(self) -> Tellers:
        """By whose names and clock it is told."""
        names = {one.provider_id: one.name for one in self.companies}
        return Tellers(self.partner.name, names, self.rules.currency, self.rules.zone)


@dataclass(frozen=True, slots=True)
class Story:
    """A voucher's story. `last_decline` is one sentence, also where there was none; `what_to_say`
    is what the rider may be told, in English and in the language of the card; `left_out` says so
    where older entries aren't told."""

    heading: str
    last_decline: str
    what_to_do: tuple[str, ...]
    what_to_say: tuple[str, ...]
    what_is_left: tuple[str, ...]
    what_it_is: tuple[str, ...]
    what_happened: tuple[Happened, ...]
    left_out: str

    @property
    def in_words(self) -> str:
        """The shortest answer: what was so, what is so, and what to do."""
        return " ".join((self.last_decline, self.what_is_left[-1], self.what_to_do[0]))

    @property
    def lines(self) -> tuple[str, ...]:
        """All of it, to be read from top to bottom."""
        return (
            f"{self.heading}.",
            self.last_decline,
            *(f"What to do: {one}" for one in self.what_to_do),
            *(f"What to say: {one}" for one in self.what_to_say),
            *self.what_is_left,
            *self.what_it_is,
            *((self.left_out,) if self.left_out else ()),
            *(f"{one.when}: {one.what}" for one in self.what_happened),
        )


def tell(known: Known) -> Story:
    """The story as it is now."""
    judgement = _judged_now(known)
    return Story(
        heading=heading(known.voucher, known.partner, known.program),
        last_decline=_last_decline(known),
        what_to_do=tuple(_what_to_do(known, judgement)),
        what_to_say=tuple(_what_to_say(known, judgement)),
        what_is_left=tuple(_what_is_left(known, judgement)),
        what_it_is=tuple(_what_it_is(known)),
        what_happened=tuple(happened(entry, known.tellers) for entry in known.entries),
        left_out=_left_out(known),
    )


def heading(voucher: Voucher, partner: Partner, program: Program) -> str:
    """Which voucher: `The voucher that ends in 7KDM, of Second Start in Harbor Rides Home`."""
    return f"The voucher that ends in {voucher.last4}, of {partner.name} in {program.name}"


def _judged_now(known: Known) -> Approval | Reason:
    """What a request would be told, were it made now for a ride as dear as the voucher allows,
    within the programme's area."""
    voucher, areas = known.voucher, known.rules.service_areas
    trip = NOWHERE
    if areas:
        middle = Place(latitude=areas[0].latitude, longitude=areas[0].longitude)
        trip = Trip(middle, middle)
    usable = max(1, min(voucher.cap_cents, voucher.left_cents(known.now)))
    return judge_request(voucher, known.terms, usable, None, known.now, trip=trip)


def _last_decline(known: Known) -> str:
    decline = known.voucher.last_decline
    if decline is None:
        return "No ride was ever declined with this voucher."
    when = known.tellers.day_and_hour(decline.at)
    reason = _in_a_sentence(plain_words.reason(decline.reason))
    return f"The last time that a ride was declined was {when}. The reason: {reason}."


def _what_to_do(known: Known, judgement: Approval | Reason) -> Iterator[str]:
    standing = Standing(known.voucher, known.terms, known.partner, known.now, known.successor)
    decline = known.voucher.last_decline
    if isinstance(judgement, Reason):
        yield next_step(judgement, standing)
        return
    if decline is not None:
        is_gone = decline.reason in _OVER_ONCE_IT_PAYS
        yield _IS_GONE if is_gone else next_step(decline.reason, standing)
    # What was asked with another code left no trace here.
    unknown = next_step(Reason.VOUCHER_UNKNOWN, standing)
    since = "If the rider was turned away again since then: " if decline else ""
    yield f"{since}{unknown}"


def _what_to_say(known: Known, judgement: Approval | Reason) -> Iterator[str]:
    own = known.voucher.language
    languages: tuple[Language, ...] = ("en",) if own == "en" else ("en", own)
    for language in languages:
        text = _told(known, judgement, language)
        yield f"“{text}”" if len(languages) == 1 else f"In {_LANGUAGES[language]}: “{text}”"


def _told(known: Known, judgement: Approval | Reason, language: Language) -> str:
    if known.voucher.closed_reason is ClosedReason.REISSUED:
        return _REPLACED[language]
    decline = known.voucher.last_decline
    reason = decline.reason if decline and decline.reason in _OF_THE_RIDE else None
    if isinstance(judgement, Reason):
        reason = judgement
    if reason is None and isinstance(judgement, Approval):
        most = known.tellers.money(judgement.hold_cents)
        return _WORKS[language].format(most=most)
    spoken = known.voucher.model_copy(update={"language": language})
    shown = reason or Reason.VOUCHER_NOT_USABLE
    return declined(spoken, known.rules, known.partner, shown, known.now).text


def _what_is_left(known: Known, judgement: Approval | Reason) -> Iterator[str]:
    voucher, now, by = known.voucher, known.now, known.tellers
    yield _state(known)
    if not voucher.is_over(now):
        rides = phrases.counted(voucher.rides_left_at(now), "ride")
        left, spent = by.money(voucher.left_cents(now)), by.money(voucher.spent_cents)
        yield f"{left} and {rides} are left for new rides; {spent} is spent."
    under_way = len(voucher.holds) - len(voucher.dead_rides(now))
    if under_way:
        held = voucher.available_cents + voucher.held_cents - voucher.left_cents(now)
        rides = phrases.counted(under_way, "ride")
        yield f"{by.money(held)} is set aside for {rides} under way, which will be paid."
    if isinstance(judgement, Reason):
        reason = _in_a_sentence(plain_words.reason(judgement))
        yield f"Asked now, it pays no new ride. The reason: {reason}."
    else:
        where = " in the programme’s area" if known.rules.service_areas else ""
        most = by.money(judgement.hold_cents)
        yield f"Asked now, it pays a ride of up to {most}{where}."


def _state(known: Known) -> str:
    voucher = known.voucher
    state = voucher.state_at(known.now)
    if state is VoucherState.BLOCKED:
        return _BLOCKED[voucher.blocked_by].format(partner=known.partner.name)
    if state is VoucherState.ACTIVE:
        return "It is active."
    said = _CLOSED[voucher.closed_reason]
    if known.successor is not None:
        said += (
            f" Its money is on the new card, which ends in {known.successor.last4} and is "
            f"{known.successor.voucher_id}."
        )
    return said


def _what_it_is(known: Known) -> Iterator[str]:
    voucher, rules, by = known.voucher, known.rules, known.tellers
    rides = phrases.counted(voucher.max_rides, "ride")
    worth, cap = by.money(voucher.value_cents), by.money(voucher.cap_cents)
    purpose = plain_words.heading(voucher.purpose).lower()
    each = " each" if voucher.max_rides > 1 else ""
    yield f"It was minted worth {worth}, for {rides} of up to {cap}{each}. Purpose: {purpose}."
    first = day_in_words(voucher.valid_from.astimezone(rules.zone).date(), "en")
    last = last_day_in_words(voucher.expires_at, rules.zone, "en")
    yield f"It is good from {first} to {last}, {phrases.zone(rules.time_zone)} time."
    if rules.weekly_hours:
        hours = hours_in_words(rules.weekly_hours, "en")
        yield f"It pays rides at these hours: {hours}. The way home may be later."
    if rules.service_areas:
        ends = _ENDS[rules.service_area_ends]
        yield f"It pays rides in the programme’s area only: {ends}."
    companies = phrases.listed(
        [f"{one.name} (help line {one.help_phone})" for one in known.companies]
    )
    yield f"It pays rides with {companies}."
    if voucher.predecessor_key is not None:
        yield "It took the place of an older card, which was reissued."
    if voucher.subject_id is None:
        yield "It is a card without a person: whoever has it may ride with it."


def _left_out(known: Known) -> str:
    if not known.older_entries:
        return ""
    older = phrases.counted(known.older_entries, "older entry", "older entries")
    return f"Only the newest {len(known.entries)} entries are told here; {older} left out."


def _in_a_sentence(words: str) -> str:
    return f"{words[:1].lower()}{words[1:]}"
