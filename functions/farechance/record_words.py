"""All that is held about a person, in plain words and in her language, line by line: what her
partner hands to her. It owns these words; it must never say more than the record holds, or where
the person comes from."""

from collections.abc import Iterator, Mapping

from farechance.identifiers import Language
from farechance.ledger import Account
from farechance.money import dollars
from farechance.participant_api import RecordedOutcome, RecordedVoucher
from farechance.participants import ConsentUse, OutcomeKind, ParticipantStatus
from farechance.partner_api import EntryAnswer, ParticipantAnswer

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
        "voucher": "A card that ends in {last4}, worth {value}, for {purpose}, from {start} until "
        "{end}: {spent} were paid for rides.",
        "ride": "- On {day} this card paid {cents} for a ride.",
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
        "voucher": "Una tarjeta que acaba en {last4}, de {value}, para {purpose}, desde el {start} "
        "hasta el {end}: {spent} pagaron viajes.",
        "ride": "- El {day} esta tarjeta pagó {cents} de un viaje.",
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


def in_words(
    person: ParticipantAnswer,
    outcomes: tuple[RecordedOutcome, ...],
    vouchers: tuple[RecordedVoucher, ...],
    *,
    has_more: bool,
) -> tuple[str, ...]:
    """The lines, in the person's language. Days are UTC's."""
    return tuple(_lines(person, outcomes, vouchers, has_more=has_more))


def _lines(
    person: ParticipantAnswer,
    outcomes: tuple[RecordedOutcome, ...],
    vouchers: tuple[RecordedVoucher, ...],
    *,
    has_more: bool,
) -> Iterator[str]:
    language = person.language
    say = _LINES[language]
    yield say["known_as"].format(ref=person.external_ref, id=person.participant_id)
    yield say["enrolled"].format(
        day=person.enrolled_at.date(),
        program=person.program_id,
        by=person.attestation.attested_by,
        attested=person.attestation.attested_on,
    )
    yield say["language"]
    yield from _consent(person)
    if person.status is ParticipantStatus.EXITED and person.exited_at is not None:
        yield say["left"].format(day=person.exited_at.date())
    for outcome in outcomes:
        yield say["outcome"].format(kind=_KINDS[language][outcome.kind], day=outcome.day)
    if not vouchers:
        yield say["no_vouchers"]
    for voucher in vouchers:
        yield from _voucher(voucher, language)
    if has_more:
        yield say["more"]
    yield say["unseen"]
    yield say["erase"].format(day=person.erase_at.date())


def _consent(person: ParticipantAnswer) -> Iterator[str]:
    language, consent = person.language, person.consent
    say = _LINES[language]
    yield say["consent"].format(
        day=consent.granted_at.date(),
        version=consent.text_version,
        language=_LANGUAGES[language][consent.language],
    )
    uses = ", ".join(_USES[language][use] for use in consent.uses)
    yield say["uses"].format(uses=uses) if uses else say["no_uses"]
    if consent.expires_at is not None:
        yield say["ends"].format(day=consent.expires_at.date())
    for use, at in person.withdrawn.items():
        yield say["withdrawn"].format(day=at.date(), use=_USES[language][use])


def _voucher(recorded: RecordedVoucher, language: Language) -> Iterator[str]:
    voucher = recorded.voucher
    yield _LINES[language]["voucher"].format(
        last4=voucher.last4,
        value=dollars(voucher.value_cents),
        purpose=voucher.purpose.replace("_", " "),
        start=voucher.valid_from.date(),
        end=voucher.expires_at.date(),
        spent=dollars(voucher.spent_cents),
    )
    for entry in recorded.entries:
        yield from _ride(entry, language)


def _ride(entry: EntryAnswer, language: Language) -> Iterator[str]:
    if not entry.kind.value.startswith("ride."):
        return
    say, day = _LINES[language], entry.ride_day or entry.recorded_on
    if cents := entry.changes.get(Account.SPENT, 0):
        yield say["ride"].format(day=day, cents=dollars(cents))
    elif entry.reason is not None:
        yield say["declined"].format(day=day)
