"""The SMS that carries a code. It owns its words in English and Spanish: one segment of the GSM
alphabet, with how to stop further ones; it must never say what a ride is for or where somebody
comes from."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from farechance.codes import grouped
from farechance.identifiers import Language
from farechance.messages import MAX_CHARACTERS, day_and_time, day_in_short, plain
from farechance.money import amount
from farechance.programs import Partner, Rules
from farechance.vouchers import Voucher

_WORTH: Mapping[Language, str] = {
    "en": "{value}, {rides} {ride_word} {dates}.",
    "es": "{value}, {rides} {ride_word} {dates}.",
}
_FROM: Mapping[Language, str] = {"en": "from {day}", "es": "desde el {day}"}
_UNTIL: Mapping[Language, str] = {"en": "until {day}", "es": "hasta el {day}"}
_RIDE_WORD: Mapping[Language, tuple[str, str]] = {
    "en": ("ride", "rides"),
    "es": ("viaje", "viajes"),
}
_HELP: Mapping[Language, str] = {"en": "Help: {phone}.", "es": "Ayuda: {phone}."}
# The word that phone networks act on is the same in both languages.
_STOP: Mapping[Language, str] = {"en": "Reply STOP to end.", "es": "Responde STOP para no recibir."}


def text(voucher: Voucher, code: str, rules: Rules, partner: Partner, now: datetime) -> str:
    """The first of these texts that fits one segment: with the public label, what the code is worth
    and the days on which it is good; without the label; with the days only; with the first day, if
    it is still to come. Code, help line and STOP stand in each."""
    language = voucher.language
    rides = voucher.rides_left_at(now)
    one, many = _RIDE_WORD[language]
    starts, ends = _starts(voucher, rules, now), _ends(voucher, rules)
    dates = f"{starts} {ends}".strip()
    worth = _WORTH[language].format(
        value=amount(voucher.left_cents(now), rules.currency),
        rides=rides,
        ride_word=one if rides == 1 else many,
        dates=dates,
    )
    end = f"{_HELP[language].format(phone=partner.help_phone)} {_STOP[language]}"
    name, label = rules.rider_facing_name, rules.label(voucher.purpose, language)
    shown = grouped(code)
    texts = [
        plain(one)
        for one in (
            f"{name}, {label}: {shown}. {worth} {end}",
            f"{name}: {shown}. {worth} {end}",
            f"{name}: {shown}. {_sentence(dates)} {end}",
            f"{name}: {shown}. {_sentence(starts or ends)} {end}",
        )
    ]
    return next(one for one in texts if len(one) <= MAX_CHARACTERS)


def _starts(voucher: Voucher, rules: Rules, now: datetime) -> str:
    """From when on it pays, if it doesn't yet."""
    if voucher.valid_from <= now:
        return ""
    at = voucher.valid_from
    midnight = at.astimezone(rules.zone).time() == time.min
    shown = day_in_short if midnight else day_and_time
    return _FROM[voucher.language].format(day=shown(at, rules, voucher.language))


def _ends(voucher: Voucher, rules: Rules) -> str:
    """Its last day; with the time, if that day isn't a whole one."""
    at = voucher.expires_at
    if at.astimezone(rules.zone).time() == time.min:
        day = day_in_short(at - timedelta(seconds=1), rules, voucher.language)
    else:
        day = day_and_time(at, rules, voucher.language)
    return _UNTIL[voucher.language].format(day=day)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
