"""What a rider reads on the phone: what is left, what would work, whom to call. It owns the words
in English and Spanish, at most 160 characters of the GSM alphabet (3GPP TS 23.038), so that one
SMS carries them; it must never say what a ride is for or where somebody comes from."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from farechance.hours import next_opening
from farechance.identifiers import Language
from farechance.money import amount
from farechance.programs import Partner, Rules
from farechance.times import local_day
from farechance.vouchers import MAX_OPEN_HOLDS, Reason, Voucher, for_provider

MAX_CHARACTERS = 160

# The basic table of 3GPP TS 23.038, 6.2.1, but for line breaks and Greek. Of the accented letters
# of Spanish it has é, ñ, ü, ¿ and ¡ only, so the Spanish below is written without the others.
_GSM = frozenset(
    "@£$¥èéùìòÇØøÅå_ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_NOT_GSM = f"[^{re.escape(''.join(sorted(_GSM)))}]"

_MONTHS: Mapping[Language, str] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
}

_APPROVED: Mapping[Language, str] = {
    "en": "This ride is paid up to {held}. Then {left} and {rides} more {ride_word} are left"
    " until {last_day}.",
    "es": "Este viaje se paga hasta {held}. Luego quedan {left} y {rides} {ride_word}"
    " hasta el {last_day}.",
}
_RIDER_PAYS: Mapping[Language, str] = {
    "en": "You pay what is above.",
    "es": "Pagas el resto.",
}
_RIDE_WORD: Mapping[Language, tuple[str, str]] = {
    "en": ("ride", "rides"),
    "es": ("viaje", "viajes"),
}
_HELP: Mapping[Language, str] = {"en": "Help:", "es": "Ayuda:"}

# Two sentences for each reason: what is so, and what would work.
_DECLINED: Mapping[Reason, Mapping[Language, tuple[str, str]]] = {
    Reason.INSUFFICIENT_BALANCE: {
        "en": ("Your voucher has {left} left.", "A ride up to {usable} would work."),
        "es": ("Tu vale tiene {left}.", "Pide un viaje de hasta {usable}."),
    },
    Reason.OVER_RIDE_CAP: {
        "en": ("This ride costs too much.", "A ride up to {usable} would work."),
        "es": ("Este viaje cuesta demasiado.", "Pide un viaje de hasta {usable}."),
    },
    Reason.VOUCHER_EXPIRED: {
        "en": ("Your voucher was good until {last_day}.", "Please call for a new one."),
        "es": ("Tu vale fue bueno hasta el {last_day}.", "Llama para pedir otro."),
    },
    Reason.VOUCHER_NOT_STARTED: {
        "en": ("Your voucher starts on {first_day}.", "Please ask for the ride then."),
        "es": ("Tu vale empieza el {first_day}.", "Pide el viaje ese dia."),
    },
    Reason.NO_RIDES_LEFT: {
        "en": ("All rides of your voucher are used or booked.", "Please call for help."),
        "es": ("Los viajes de tu vale ya se usaron o se pidieron.", "Por favor llama."),
    },
    Reason.TOO_MANY_OPEN_RIDES: {
        "en": ("You have {most} rides booked.", "End or cancel one first."),
        "es": ("Tienes {most} viajes pedidos.", "Termina o cancela uno primero."),
    },
    Reason.LOCATION_MISSING: {
        "en": ("We were not told from where to where you go.", "Please enter both and ask again."),
        "es": ("No sabemos de donde a donde vas.", "Pon los dos lugares y pide otra vez."),
    },
    Reason.OUTSIDE_SERVICE_AREA: {
        "en": ("This ride is outside the area of your voucher.", "Please call for help."),
        "es": ("Este viaje queda fuera de la zona de tu vale.", "Por favor llama."),
    },
    Reason.OUTSIDE_HOURS: {
        "en": ("Your voucher pays no rides at that time.", "It does again from {opens}."),
        "es": ("Tu vale no paga viajes a esa hora.", "Vuelve a pagar desde el {opens}."),
    },
    Reason.VOUCHER_UNKNOWN: {
        "en": ("We do not know this code.", "Please check each letter and try again."),
        "es": ("Este vale no es conocido.", "Revisa cada letra y prueba otra vez."),
    },
    Reason.VOUCHER_NOT_USABLE: {
        "en": ("Your voucher cannot be used now.", "Please call."),
        "es": ("Tu vale no se puede usar ahora.", "Por favor llama."),
    },
}
# A ride that is booked for a time after the voucher's end, while the voucher is still good.
_BOOKED_TOO_LATE: Mapping[Language, tuple[str, str]] = {
    "en": ("Your voucher is good until {last_day}.", "Please ask for an earlier ride."),
    "es": ("Tu vale es bueno hasta el {last_day}.", "Pide un viaje antes."),
}
# The hours of a programme begin again after the voucher's end only.
_NO_HOURS_LEFT: Mapping[Language, tuple[str, str]] = {
    "en": ("Your voucher pays no rides at that time.", "Please call for help."),
    "es": ("Tu vale no paga viajes a esa hora.", "Por favor llama."),
}
_NOTHING_LEFT: Mapping[Language, tuple[str, str]] = {
    "en": ("Your voucher has no money left for a ride.", "Please call for help."),
    "es": ("Tu vale no tiene saldo para un viaje.", "Por favor llama."),
}
_AGAIN: Mapping[Language, tuple[str, str]] = {
    "en": ("This ride could not be booked.", "Please ask for it again."),
    "es": ("No se pudo pedir este viaje.", "Por favor pide otra vez."),
}

_WHAT_TO_DO: Mapping[Reason, str] = {
    Reason.CURRENCY_MISMATCH: "The ride company sent another currency than the programme's. Ask "
    "the administrator to speak with the ride company.",
    Reason.RIDE_CANCELLED: "The ride had been cancelled. Ask the rider to book again.",
    Reason.RIDE_ALREADY_SETTLED: "The ride was over already. Ask the rider to book a new one.",
    Reason.REQUEST_TOO_OLD: "The request reached us too late. Ask the rider to book again.",
    Reason.VOUCHER_NOT_STARTED: "The voucher isn't valid yet. Look at valid_from.",
    Reason.VOUCHER_EXPIRED: "The voucher has expired, or will have by the pick-up. Look at "
    "expires_at: you may extend it before you mint a new one.",
    Reason.VOUCHER_BLOCKED: "The voucher is blocked. Find out why before it is unblocked.",
    Reason.VOUCHER_CLOSED: "The voucher is closed. Mint a new one.",
    Reason.PROGRAM_PAUSED: "The programme is paused. Ask the administrator.",
    Reason.PROGRAM_CLOSED: "The programme has ended. Ask the administrator.",
    Reason.PARTNER_SUSPENDED: "Your organisation is suspended. Ask the administrator.",
    Reason.NO_RIDES_LEFT: "All rides of the voucher are used or booked. Mint a new one.",
    Reason.TOO_MANY_OPEN_RIDES: "Four rides are under way at once. One must end or be cancelled.",
    Reason.LOCATION_MISSING: "The ride company didn't say where the ride begins or ends, and the "
    "programme pays rides in its area only. Ask the rider to enter both places.",
    Reason.OUTSIDE_SERVICE_AREA: "The ride begins or ends outside the area in which the programme "
    "pays rides. Look at service_areas in its rules, or ask the administrator.",
    Reason.OUTSIDE_HOURS: "The programme doesn't pay rides at that time. Look at weekly_hours in "
    "its rules; the way home is paid at any hour.",
    Reason.INSUFFICIENT_BALANCE: "The ride would cost more than is left. A shorter ride, or a new "
    "voucher, would work.",
    Reason.OVER_RIDE_CAP: "The ride would cost more than one ride may. A shorter ride, or a "
    "voucher with a higher cap, would work.",
}


class RiderMessage(NamedTuple):
    """A text and the language that it is in."""

    language: Language
    text: str

    def as_member(self) -> dict[str, dict[str, str]]:
        """How an answer carries it."""
        return {"rider_message": {"language": self.language, "text": self.text}}


def unknown_code(help_phone: str) -> RiderMessage:
    """For a code that leads to no voucher: nobody's language is known, so English; the help line is
    the ride company's."""
    facts, advice = _DECLINED[Reason.VOUCHER_UNKNOWN]["en"]
    return RiderMessage("en", _fit(facts, advice, f"{_HELP['en']} {help_phone}"))


def approved(
    voucher: Voucher,
    rules: Rules,
    partner: Partner,
    held_cents: int,
    estimate_cents: int,
) -> RiderMessage:
    """For a ride that may begin; `voucher` is as it stands with the hold."""
    language = voucher.language
    one, many = _RIDE_WORD[language]
    rides = max(0, voucher.rides_left)
    text = _APPROVED[language].format(
        held=_amount(held_cents, rules),
        left=_amount(voucher.available_cents, rules),
        rides=rides,
        ride_word=one if rides == 1 else many,
        last_day=_day(voucher.expires_at - timedelta(seconds=1), rules, language),
    )
    extra = (
        _RIDER_PAYS[language]
        if held_cents < estimate_cents and (rules.overage == "rider_pays")
        else ""
    )
    return RiderMessage(language, _fit(text, extra, *_help(partner, language)))


def declined(
    voucher: Voucher,
    rules: Rules,
    partner: Partner,
    reason: Reason,
    now: datetime,
    pickup_at: datetime | None = None,
) -> RiderMessage:
    """For a ride that may not begin, with what would work instead."""
    language = voucher.language
    left = voucher.left_cents(now)
    usable = min(left, voucher.cap_cents)
    opens_at = next_opening(rules.weekly_hours, max(now, pickup_at or now), rules.zone)
    if reason is Reason.OUTSIDE_HOURS and (opens_at is None or opens_at >= voucher.expires_at):
        templates = _NO_HOURS_LEFT
    elif reason is Reason.VOUCHER_EXPIRED and now < voucher.expires_at:
        templates = _BOOKED_TOO_LATE
    elif reason is Reason.INSUFFICIENT_BALANCE and usable == 0:
        templates = _NOTHING_LEFT
    else:
        templates = _DECLINED.get(for_provider(reason), _AGAIN)
    facts, advice = templates[language]
    values = {
        "left": _amount(left, rules),
        "usable": _amount(usable, rules),
        "first_day": _day(voucher.valid_from, rules, language),
        "last_day": _day(voucher.expires_at - timedelta(seconds=1), rules, language),
        "opens": opens_at and day_and_time(opens_at, rules, language),
        "most": MAX_OPEN_HOLDS,
    }
    text = _fit(facts.format(**values), advice.format(**values), *_help(partner, language))
    return RiderMessage(language, text)


def what_to_do(reason: Reason) -> str:
    """For the case worker: what a decline means and what helps."""
    return _WHAT_TO_DO.get(reason, "Ask the administrator, with the voucher's id.")


def day_in_short(instant: datetime, rules: Rules, language: Language) -> str:
    """The local day of an instant, as a message has room for: `Mar 2`, `2 mar`."""
    return _day(instant, rules, language)


def plain(text: str) -> str:
    """The text in the GSM alphabet: other letters lose their accents, other signs become '.'."""
    # A letter and its accent may come as two signs; only as one is it in the alphabet.
    return re.sub(_NOT_GSM, _plain_sign, unicodedata.normalize("NFC", text))


def _plain_sign(sign: re.Match[str]) -> str:
    base = unicodedata.normalize("NFKD", sign[0])[0]
    return base if base in _GSM else "."


def _fit(facts: str, advice: str, *help_lines: str) -> str:
    """The facts, the advice, and the first help line with which it all fits."""
    text = ""
    for help_line in help_lines or ("",):
        text = plain(" ".join(part for part in (facts, advice, help_line) if part))
        if len(text) <= MAX_CHARACTERS:
            break
    return text[:MAX_CHARACTERS]


def _help(partner: Partner, language: Language) -> tuple[str, str]:
    """Whom to call. If the name is too long for the message, the number alone."""
    word = _HELP[language]
    return f"{word} {partner.help_name} {partner.help_phone}", f"{word} {partner.help_phone}"


def _amount(cents: int, rules: Rules) -> str:
    return amount(cents, rules.currency)


def day_and_time(instant: datetime, rules: Rules, language: Language) -> str:
    """The same with the time of day: `Mar 2, 12:00 pm`."""
    local = instant.astimezone(rules.zone)
    clock = f"{local.hour % 12 or 12}:{local.minute:02d} {'am' if local.hour < 12 else 'pm'}"
    return f"{_day(instant, rules, language)}, {clock}"


def _day(instant: datetime, rules: Rules, language: Language) -> str:
    day: date = local_day(instant, rules.zone)
    month = _MONTHS[language].split()[day.month - 1]
    return f"{month} {day.day}" if language == "en" else f"{day.day} {month}"
