"""All that is held about a person, in plain words and in her language, line by line: what her
partner hands to her. It owns these words; it must never say more than the record holds, or where
the person comes from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from farechance.card_words import day_in_words, last_day_in_words
from farechance.enrollment_api import ParticipantAnswer
from farechance.identifiers import Language
from farechance.ledger import Account
from farechance.money import amount
from farechance.participant_api import RecordedOutcome, RecordedVoucher
from farechance.participants import ConsentUse, OutcomeKind, ParticipantStatus
from farechance.partner_api import EntryAnswer
from farechance.programs import Rules
from farechance.times import local_day

_LINES: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "known_as": "We know you by the number {ref} and by the id {id}. We do not hold your name.",
        "enrolled": "You were signed up on {day} for the ride program {program}. A member of staff "
        "({by}) said on {attested} that you may take part.",
        "language": "We write to you in English.",
        "consent": "On {day} you agreed to text {version} in {language}.",
        "uses": "You agree to these uses now: {uses}.",
        "no_uses": "You agree to no use now.",
        "ends": "This ends on {day}.",
        "withdrawn": "On {day} you took back your yes to this use: {use}.",
        "left": "You left the program on {day}.",
        "outcome": "You told us: {kind}, on {day}.",
        "voucher": "A card that ends in {last4}, with the word “{label}” on it, worth {value}, "
        "good from {start} to {end}: {spent} paid for rides.",
        "ride": "- On {day} this card paid {cents} for a ride.",
        "refund": "- On {day} {cents} that this card had paid for a ride were given back.",
        "declined": "- On {day} a ride was not paid with this card.",
        "more": "There are more cards or rides. Ask for the whole list.",
        "no_vouchers": "We know of no card of yours.",
        "unseen": "In our books your rides stand under a number that we drew at random. Once you "
        "are erased, nobody can tell whose it was.",
        "erase": "All of this is erased on {day} at the latest. You may ask for it today.",
    },
    "es": {
        "known_as": "Te conocemos por el número {ref} y por la clave {id}. No guardamos tu nombre.",
        "enrolled": "Te inscribieron el {day} en el programa de viajes {program}. Una persona del "
        "equipo ({by}) dijo el {attested} que puedes participar.",
        "language": "Te escribimos en español.",
        "consent": "El {day} aceptaste el texto {version} en {language}.",
        "uses": "Ahora aceptas estos usos: {uses}.",
        "no_uses": "Ahora no aceptas ningún uso.",
        "ends": "Esto termina el {day}.",
        "withdrawn": "El {day} retiraste tu permiso para este uso: {use}.",
        "left": "Dejaste el programa el {day}.",
        "outcome": "Nos contaste: {kind}, el {day}.",
        "voucher": "Una tarjeta que acaba en {last4}, con la palabra «{label}», de {value}, válida "
        "del {start} al {end}: pagó {spent} de viajes.",
        "ride": "- El {day} esta tarjeta pagó {cents} de un viaje.",
        "refund": "- El {day} se devolvieron {cents} que esta tarjeta había pagado de un viaje.",
        "declined": "- El {day} no se pagó un viaje con esta tarjeta.",
        "more": "Hay más tarjetas o viajes. Pide la lista entera.",
        "no_vouchers": "No sabemos de ninguna tarjeta tuya.",
        "unseen": "En nuestros libros tus viajes están bajo un número que sacamos al azar. Cuando "
        "se borren tus datos, nadie podrá saber de quién era.",
        "erase": "Todo esto se borra el {day} a más tardar. Puedes pedirlo hoy.",
    },
}
_USES: Mapping[Language, Mapping[ConsentUse, str]] = {
    "en": {"enrollment": "taking part", "sms": "text messages", "outcomes": "how it went"},
    "es": {"enrollment": "participar", "sms": "mensajes de texto", "outcomes": "cómo te fue"},
}
_KINDS: Mapping[Language, Mapping[OutcomeKind, str]] = {
    "en": {
        OutcomeKind.INTERVIEW_ATTENDED: "you went to a job interview",
        OutcomeKind.OFFER_RECEIVED: "you got a job offer",
        OutcomeKind.JOB_STARTED: "you started a job",
        OutcomeKind.EMPLOYED_AFTER_30_DAYS: "you still had a job after 30 days",
        OutcomeKind.EMPLOYED_AFTER_90_DAYS: "you still had a job after 90 days",
        OutcomeKind.EMPLOYED_AFTER_180_DAYS: "you still had a job after 180 days",
        OutcomeKind.FAMILY_VISIT_MADE: "you saw your family",
    },
    "es": {
        OutcomeKind.INTERVIEW_ATTENDED: "fuiste a una entrevista de trabajo",
        OutcomeKind.OFFER_RECEIVED: "recibiste una oferta de trabajo",
        OutcomeKind.JOB_STARTED: "empezaste un trabajo",
        OutcomeKind.EMPLOYED_AFTER_30_DAYS: "seguías en un trabajo después de 30 días",
        OutcomeKind.EMPLOYED_AFTER_90_DAYS: "seguías en un trabajo después de 90 días",
        OutcomeKind.EMPLOYED_AFTER_180_DAYS: "seguías en un trabajo después de 180 días",
        OutcomeKind.FAMILY_VISIT_MADE: "viste a tu familia",
    },
}
_LANGUAGES: Mapping[Language, Mapping[Language, str]] = {
    "en": {"en": "English", "es": "Spanish"},
    "es": {"en": "inglés", "es": "español"},
}


@dataclass(frozen=True, slots=True)
class Told:
    """In whose words it is told: her language, the zone in which her programme counts days,
    and the rules that each of her vouchers was minted under, by its id."""

    language: Language
    zone: ZoneInfo
    rules: Mapping[str, Rules]

    def day(self, when: date | datetime, zone: ZoneInfo | None = None) -> str:
        """A day, or an instant's local day, as it stands on a card."""
        day = local_day(when, zone or self.zone) if isinstance(when, datetime) else when
        return day_in_words(day, self.language)


def in_words(
    person: ParticipantAnswer,
    outcomes: tuple[RecordedOutcome, ...],
    vouchers: tuple[RecordedVoucher, ...],
    *,
    has_more: bool,
    zone: ZoneInfo,
    rules: Mapping[str, Rules],
) -> tuple[str, ...]:
    """The lines, in the person's language. Days are those of `zone`, the person's programme's; a
    voucher's are those of its `rules`, by the voucher's id."""
    told = Told(person.language, zone, rules)
    return tuple(_lines(person, outcomes, vouchers, told, has_more=has_more))


def _lines(
    person: ParticipantAnswer,
    outcomes: tuple[RecordedOutcome, ...],
    vouchers: tuple[RecordedVoucher, ...],
    told: Told,
    *,
    has_more: bool,
) -> Iterator[str]:
    language = person.language
    say = _LINES[language]
    yield say["known_as"].format(ref=person.external_ref, id=person.participant_id)
    yield say["enrolled"].format(
        day=told.day(person.enrolled_at),
        program=person.program_id,
        by=person.attestation.attested_by,
        attested=told.day(person.attestation.attested_on),
    )
    yield say["language"]
    yield from _consent(person, told)
    if person.status is ParticipantStatus.EXITED and person.exited_at is not None:
        yield say["left"].format(day=told.day(person.exited_at))
    for outcome in outcomes:
        yield say["outcome"].format(kind=_KINDS[language][outcome.kind], day=told.day(outcome.day))
    if not vouchers:
        yield say["no_vouchers"]
    for voucher in vouchers:
        yield from _voucher(voucher, told)
    if has_more:
        yield say["more"]
    yield say["unseen"]
    yield say["erase"].format(day=told.day(person.erase_at))


def _consent(person: ParticipantAnswer, told: Told) -> Iterator[str]:
    language, consent = person.language, person.consent
    say = _LINES[language]
    yield say["consent"].format(
        day=told.day(consent.granted_at),
        version=consent.text_version,
        language=_LANGUAGES[language][consent.language],
    )
    uses = ", ".join(_USES[language][use] for use in consent.uses)
    yield say["uses"].format(uses=uses) if uses else say["no_uses"]
    if consent.expires_at is not None:
        yield say["ends"].format(day=told.day(consent.expires_at))
    for use, at in person.withdrawn.items():
        yield say["withdrawn"].format(day=told.day(at), use=_USES[language][use])


def _voucher(recorded: RecordedVoucher, told: Told) -> Iterator[str]:
    voucher = recorded.voucher
    rules = told.rules[voucher.voucher_id]
    yield _LINES[told.language]["voucher"].format(
        last4=voucher.last4,
        label=rules.label(voucher.purpose, told.language),
        value=amount(voucher.value_cents, voucher.currency),
        start=told.day(voucher.valid_from, rules.zone),
        end=last_day_in_words(voucher.expires_at, rules.zone, told.language),
        spent=amount(voucher.spent_cents, voucher.currency),
    )
    for entry in recorded.entries:
        yield from _ride(entry, voucher.currency, told)


def _ride(entry: EntryAnswer, currency: str, told: Told) -> Iterator[str]:
    if not entry.kind.value.startswith("ride."):
        return
    say, day = _LINES[told.language], told.day(entry.ride_day or entry.recorded_on)
    cents = entry.changes.get(Account.SPENT, 0)
    if cents > 0:
        yield say["ride"].format(day=day, cents=amount(cents, currency))
    elif cents < 0:
        # It came back on the day on which it was recorded, not on that of the ride.
        back = told.day(entry.recorded_on)
        yield say["refund"].format(day=back, cents=amount(-cents, currency))
    elif entry.reason is not None:
        yield say["declined"].format(day=day)
