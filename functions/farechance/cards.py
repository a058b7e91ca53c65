"""Printed cards: what somebody needs who holds one and nothing else. It owns what stands on a card
and whether one may be printed; it must never know HTML, a table or the clock, and never say what a
ride is for or where somebody comes from (domain.md, 'People')."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from farechance.card_words import (
    WORDS,
    Words,
    day_in_words,
    hours_in_words,
    last_day_in_words,
)
from farechance.codes import grouped
from farechance.errors import StateForbids
from farechance.identifiers import Language
from farechance.money import amount
from farechance.programs import Partner, Provider, RiderNeeds, Rules
from farechance.times import local_day
from farechance.vouchers import Voucher, VoucherState

MAX_COMPANIES = 3
"""How many ride companies fit on a card; the help line knows the others."""

_MAX_NAME = 40
_MAX_HOURS = 70
"""What is longer would need more room than a card has: then the help line says it."""


class PhoneLine(NamedTuple):
    """Whom to call, and for what."""

    words: str
    phone: str


class Card(NamedTuple):
    """What stands on one card, in the words of its language. `code` is bare, for the QR code;
    `groups` are the same, to be read."""

    language: Language
    title: str
    label: str
    value: str
    rides: str
    valid: str
    limits: str
    code: str
    groups: tuple[str, ...]
    steps: tuple[str, ...]
    needs: str
    phone_lines: tuple[PhoneLine, ...]
    keep: str

    @property
    def words(self) -> Words:
        """What is the same on every card of this language."""
        return WORDS[self.language]


def check_usable(voucher: Voucher, now: datetime) -> None:
    """Nobody is handed a code that pays nothing. Raises StateForbids (`voucher_closed`,
    `voucher_expired`, `nothing_left`)."""
    if reason := why_unusable(voucher, now):
        raise StateForbids(reason, {"voucher_id": voucher.voucher_id})


def why_unusable(voucher: Voucher, now: datetime) -> str | None:
    """Why a code pays nothing, or None."""
    if voucher.is_over(now):
        return "voucher_closed"
    if now >= voucher.expires_at:
        return "voucher_expired"
    # Also while all the money is held for rides under way: a card of 0.00 helps nobody.
    if voucher.left_cents(now) == 0 or voucher.rides_left_at(now) == 0:
        return "nothing_left"
    return None


def check_sendable(voucher: Voucher, now: datetime) -> None:
    """A message is read at once, and can't wait for a block to be taken back as a printed card can.
    Raises StateForbids (as `check_usable`, `voucher_blocked`)."""
    check_usable(voucher, now)
    if voucher.state is VoucherState.BLOCKED:
        raise StateForbids("voucher_blocked", {"voucher_id": voucher.voucher_id})


def card(
    voucher: Voucher,
    code: str,
    rules: Rules,
    partner: Partner,
    providers: Sequence[Provider],
    now: datetime,
) -> Card:
    """The card of a voucher. Value and rides are what is left of it now, since that is what the
    card is good for from now on."""
    words = WORDS[voucher.language]
    left = voucher.left_cents(now)
    cap = amount(min(voucher.cap_cents, left), rules.currency)
    rides = voucher.rides_left_at(now)
    companies = [_short(provider.name) for provider in providers[:MAX_COMPANIES]]
    return Card(
        language=voucher.language,
        title=rules.rider_facing_name,
        label=rules.label(voucher.purpose, voucher.language),
        value=amount(left, rules.currency),
        rides=(words.ride_up_to if rides == 1 else words.rides_up_to).format(rides=rides, cap=cap),
        valid=_valid(voucher, rules, words),
        limits=_limits(rides, rules, words, voucher.language),
        code=code,
        groups=tuple(grouped(code).split("-")),
        steps=(
            words.ask.format(companies=_joined(companies, words.either) or rules.rider_facing_name),
            words.give_code,
            words.paid[rules.overage].format(cap=cap),
        ),
        needs=_needs([provider.rider_needs for provider in providers[:MAX_COMPANIES]], words),
        phone_lines=_phone_lines(partner, providers, words),
        keep=words.keep.format(name=partner.help_name),
    )


def _valid(voucher: Voucher, rules: Rules, words: Words) -> str:
    """From the first day to the last, with the time where that isn't midnight."""
    first = local_day(voucher.valid_from, rules.zone)
    last = local_day(voucher.expires_at - timedelta(seconds=1), rules.zone)
    last_day = last_day_in_words(voucher.expires_at, rules.zone, voucher.language)
    # Said once where it is the same, so that both days fit on a line.
    first_day = day_in_words(first, voucher.language, with_year=first.year != last.year)
    return words.valid.format(first_day=first_day, last_day=last_day)


def _limits(rides: int, rules: Rules, words: Words, language: Language) -> str:
    """When and where it isn't good, or nothing: who stands at the kerb should know beforehand."""
    said = []
    if rules.weekly_hours:
        times = hours_in_words(rules.weekly_hours, language)
        fits = len(times) <= _MAX_HOURS
        said.append(words.hours.format(times=times) if fits else words.some_hours)
        if rules.return_hours and rides > 1:
            said.append(words.way_home)
    if rules.service_areas:
        said.append(words.some_places)
    return " ".join(said)


def _needs(needs: Sequence[RiderNeeds], words: Words) -> str:
    """What is needed for one of the companies at least: who has less should know beforehand."""
    smartphone, data = any(one.smartphone for one in needs), any(one.data for one in needs)
    named = []
    if smartphone and data:
        named.append("smartphone_data")
    elif smartphone or data:
        named.append("smartphone" if smartphone else "data")
    if any(one.own_payment_method for one in needs):
        named.append("own_payment_method")
    return _joined([words.needs[one] for one in named], words.both) or words.needs_nothing


def _phone_lines(
    partner: Partner, providers: Sequence[Provider], words: Words
) -> tuple[PhoneLine, ...]:
    """The partner first; then each company, whether its staff books for somebody or only answers
    questions."""
    lines = [PhoneLine(words.call.format(name=partner.help_name), partner.help_phone)]
    for provider in providers[:MAX_COMPANIES]:
        template = words.staff_books if provider.staff_can_book else words.questions
        said = template.format(company=_short(provider.name))
        lines.append(PhoneLine(said, provider.help_phone))
    return tuple(lines)


def _short(name: str) -> str:
    return name if len(name) <= _MAX_NAME else f"{name[: _MAX_NAME - 1].rstrip()}…"


def _joined(parts: Sequence[str], word: str) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
