"""The SMS that carries a code. It owns its words in English and Spanish: one segment of the GSM
alphabet, with how to stop further ones; it must never say what a ride is for or where somebody
comes from."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from farechance.codes import grouped
from farechance.identifiers import Language
from farechance.messages import MAX_CHARACTERS, day_in_short, plain
from farechance.money import amount
from farechance.programs import Partner, Rules
from farechance.vouchers import Voucher

_WORTH: Mapping[Language, str] = {
    "en": "{value}, {rides} {ride_word} until {last_day}.",
    "es": "{value}, {rides} {ride_word} hasta el {last_day}.",
}
_RIDE_WORD: Mapping[Language, tuple[str, str]] = {
    "en": ("ride", "rides"),
    "es": ("viaje", "viajes"),
}
_HELP: Mapping[Language, str] = {"en": "Help: {phone}.", "es": "Ayuda: {phone}."}
# The word that phone networks act on is the same in both languages.
_STOP: Mapping[Language, str] = {"en": "Reply STOP to end.", "es": "Responda STOP para no recibir."}


def text(voucher: Voucher, code: str, rules: Rules, partner: Partner, now: datetime) -> str:
    """The longest of three texts that fits one segment: with the public label and what the code is
    worth; without the label; without both. Code, help line and STOP stand in each."""
    language = voucher.language
    rides = max(0, voucher.rides_left)
    one, many = _RIDE_WORD[language]
    worth = _WORTH[language].format(
        value=amount(voucher.left_cents(now), rules.currency),
        rides=rides,
        ride_word=one if rides == 1 else many,
        last_day=day_in_short(voucher.expires_at - timedelta(seconds=1), rules, language),
    )
    end = f"{_HELP[language].format(phone=partner.help_phone)} {_STOP[language]}"
    name, label = rules.rider_facing_name, rules.label(voucher.purpose, language)
    shown = grouped(code)
    texts = [
        plain(one)
        for one in (
            f"{name}, {label}: {shown}. {worth} {end}",
            f"{name}: {shown}. {worth} {end}",
            f"{name}: {shown}. {end}",
        )
    ]
    return next(one for one in texts if len(one) <= MAX_CHARACTERS)
