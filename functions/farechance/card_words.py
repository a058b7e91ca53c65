"""The words of a printed card, in English and Spanish: short sentences that somebody reads who has
never used a ride company's app. It owns the words; it must never say what a ride is for or where
somebody comes from (domain.md, 'People')."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from farechance.identifiers import Language
from farechance.programs import WEEKDAYS, WeeklyHours
from farechance.times import local_day


class Words(NamedTuple):
    """One language's. What stands in braces is filled in by `cards`."""

    rides_up_to: str
    ride_up_to: str
    valid: str
    alt: str
    spoken_code: str
    ask: str
    give_code: str
    paid: Mapping[str, str]
    hours: str
    way_home: str
    some_hours: str
    some_places: str
    every_day: str
    weekdays: str
    days: str
    midnight: str
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
    ask="Ask {companies} for a ride.",
    give_code="Before you ride, give the code or the square.",
    paid={
        "decline": "Rides up to {cap} cost you nothing. Others cannot be booked. Tips are extra.",
        "rider_pays": "{cap} of each ride is paid for you. You pay what is above, and tips.",
        "program_pays": "Up to {cap} of each ride is paid with this card. Tips are not included.",
    },
    hours="Hours: {times}.",
    way_home="The ride home may be later.",
    some_hours="Not good at every hour: ask when.",
    some_places="Not good everywhere: ask where.",
    every_day="every day",
    weekdays="Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    days="{first} to {last}",
    midnight="midnight",
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
    ask="Pide un viaje a {companies}.",
    give_code="Antes del viaje, da el código o el cuadro.",
    paid={
        "decline": "Los viajes de hasta {cap} no te cuestan nada. Otros no se pueden pedir. La "
        "propina va aparte.",
        "rider_pays": "De cada viaje se pagan {cap}. Tú pagas el resto y la propina.",
        "program_pays": "Con esta tarjeta se pagan hasta {cap} de cada viaje. La propina no está "
        "incluida.",
    },
    hours="Horas: {times}.",
    way_home="La vuelta puede ser más tarde.",
    some_hours="No vale a toda hora: pregunta cuándo.",
    some_places="No vale en todas partes: pregunta dónde.",
    every_day="todos los días",
    weekdays="lunes martes miércoles jueves viernes sábado domingo",
    days="{first} a {last}",
    midnight="24:00",
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


def hours_in_words(hours: Sequence[WeeklyHours], language: Language) -> str:
    """Weekly hours as people write them: days in a row that have the same ones stand together."""
    words = WORDS[language]
    of_days = [
        (name, sorted((one.from_, one.to) for one in hours if one.weekday == day))
        for name, day in zip(words.weekdays.split(), WEEKDAYS, strict=True)
    ]
    said = []
    for times, run in groupby(of_days, key=lambda of_day: of_day[1]):
        names = [name for name, _ in run]
        if len(names) == len(WEEKDAYS):
            days = words.every_day
        else:
            days = words.days.format(first=names[0], last=names[-1]) if names[1:] else names[0]
        spans = ", ".join(
            f"{_clock(start, words, language)}–{_clock(end, words, language)}"
            for start, end in times
        )
        if spans:
            said.append(f"{days} {spans}")
    return "; ".join(said)


def _clock(text: str, words: Words, language: Language) -> str:
    # The day's end is no time of the day, which has 23 hours and 59 minutes at the most.
    return words.midnight if text == "24:00" else time_in_words(time.fromisoformat(text), language)


def time_in_words(at: time, language: Language) -> str:
    """A time of day as people write it."""
    if language == "es":
        return f"{at:%H:%M}"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'AM' if at.hour < 12 else 'PM'}"
