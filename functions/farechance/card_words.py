"""The words of a printed card, in English and Spanish: short sentences that somebody reads who has
never used a ride company's app. It owns the words; it must never say what a ride is for or where
somebody comes from (domain.md, 'People')."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from farechance.identifiers import Language
from farechance.times import local_day


@dataclass(frozen=True, slots=True)
class Words:
    """One language's. What stands in braces is filled in by `cards`."""

    rides_up_to: str
    ride_up_to: str
    valid: str
    alt: str
    spoken_code: str
    letters: str
    ask: str
    give_code: str
    paid: Mapping[str, str]
    need: str
    needs: Mapping[str, str]
    needs_nothing: str
    no_phone: str
    call: str
    staff_books: str
    questions: str
    keep: str
    either: str
    both: str
    months: str
    day: str
    year: str


_ENGLISH = Words(
    rides_up_to="{rides} rides, up to {cap} each",
    ride_up_to="1 ride, up to {cap}",
    valid="Good from {first_day} to {last_day}.",
    alt="Square to scan: it holds the code of this card and nothing else.",
    spoken_code="The code, sign by sign:",
    letters="0 is zero, 1 is one. There is no letter O, I or L.",
    ask="Ask {companies} for a ride.",
    give_code="Before the ride, give the code or have the square scanned.",
    paid={
        "decline": "Rides up to {cap} cost you nothing. A ride that costs more cannot be booked. "
        "Tips are not included.",
        "rider_pays": "{cap} of each ride is paid for you. You pay what is above, and tips.",
        "program_pays": "Up to {cap} of each ride is paid with this card. Tips are not included.",
    },
    need="You need:",
    needs={
        "smartphone_data": "a smartphone with mobile data",
        "smartphone": "a smartphone",
        "data": "mobile data",
        "own_payment_method": "a payment card of your own",
    },
    needs_nothing="only this card",
    no_phone="No smartphone?",
    call="Call {name}:",
    staff_books="{company} books rides with this code:",
    questions="Questions to {company}:",
    keep="Keep this card safe: whoever has the code can use it. If you lose it, call {name}.",
    either="or",
    both="and",
    months="January February March April May June July August September October November December",
    day="{month} {day}",
    year="{day}, {year}",
)

_SPANISH = Words(
    rides_up_to="{rides} viajes, hasta {cap} cada uno",
    ride_up_to="1 viaje, hasta {cap}",
    valid="Válido del {first_day} al {last_day}.",
    alt="Cuadro para escanear: contiene el código de esta tarjeta y nada más.",
    spoken_code="El código, signo por signo:",
    letters="0 es cero, 1 es uno. No hay letras O, I ni L.",
    ask="Pide un viaje a {companies}.",
    give_code="Antes del viaje, da el código o haz escanear el cuadro.",
    paid={
        "decline": "Los viajes de hasta {cap} no te cuestan nada. Más caros no se pueden pedir. "
        "La propina no está incluida.",
        "rider_pays": "De cada viaje se pagan {cap}. Tú pagas el resto y la propina.",
        "program_pays": "Con esta tarjeta se pagan hasta {cap} de cada viaje. La propina no está "
        "incluida.",
    },
    need="Necesitas:",
    needs={
        "smartphone_data": "un teléfono inteligente con datos",
        "smartphone": "un teléfono inteligente",
        "data": "datos móviles",
        "own_payment_method": "tu propia tarjeta de pago",
    },
    needs_nothing="solo esta tarjeta",
    no_phone="¿Sin teléfono inteligente?",
    call="Llama a {name}:",
    staff_books="{company} pide viajes con este código:",
    questions="Preguntas a {company}:",
    keep="Guarda bien esta tarjeta: quien tenga el código puede usarla. Si la pierdes, llama a "
    "{name}.",
    either="o",
    both="y",
    months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    day="{day} de {month}",
    year="{day} de {year}",
)

WORDS: Mapping[Language, Words] = {"en": _ENGLISH, "es": _SPANISH}


def day_in_words(day: date, language: Language, *, with_year: bool = True) -> str:
    """A day as people write it."""
    words = WORDS[language]
    text = words.day.format(month=words.months.split()[day.month - 1], day=day.day)
    return words.year.format(day=text, year=day.year) if with_year else text


def last_day_in_words(expires_at: datetime, zone: ZoneInfo, language: Language) -> str:
    """The last day of what ends at an instant; with the time, where that isn't midnight."""
    last = day_in_words(local_day(expires_at - timedelta(seconds=1), zone), language)
    ends = expires_at.astimezone(zone).time()
    return last if ends == time.min else f"{last}, {time_in_words(ends, language)}"


def time_in_words(at: time, language: Language) -> str:
    """A time of day as people write it."""
    if language == "es":
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"
