"""What people in offices do in a history, and on which day: the funder's money, who is enrolled,
what is minted, what became of people, what is decided about debts, and payments.

It owns these days and their amounts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import batched

from farechance.enrollment_api import EnrollmentRequest
from farechance.identifiers import Language
from farechance.participant_api import OutcomeRequest
from farechance.participants import Attestation, Consent, ConsentUse, OutcomeKind
from farechance.partner_api import MAX_MINTED_AT_ONCE, MintRequest
from farechance.rides import Ride
from farechance.store import keys
from infra.local.history_plan import (
    NEW_LEAF,
    OPEN_DOOR,
    PEOPLE,
    SECOND_START,
    Card,
    Promise,
)
from infra.local.history_play import Player, ride_id
from infra.local.history_stage import PROGRAM, PROGRAM_ID, PROVIDER_ID, Stage
from operations.act_on_participant import CallAbout
from operations.enroll import enroll
from operations.mint import mint
from operations.record_outcome import record_outcome

MAX_READ_AT_ONCE = 100
LAST_COMMAND = "payment-of-march"
# What was decided of debts: who drove rides up to this number is paid for what fell short; of
# overage up to this one; and up to this one it won't be paid.
SHORTFALL_ACCEPTED, OVERAGE_ACCEPTED, OVERAGE_WRITTEN_OFF = 1_000, 400, 500

type Event = tuple[datetime, Callable[[], None]]


def calendar(stage: Stage, player: Player) -> Iterator[Event]:
    """All that happens in offices, but for what is minted."""
    yield from _money(stage)
    yield from _enrollments(stage, player)
    yield from _outcomes(stage, player)
    yield from _decisions(stage)


def _money(stage: Stage) -> Iterator[Event]:
    def command(at: datetime, name: str, command_id: str, /, **fields: object) -> Event:
        return at, lambda: stage.administer(name, command_id, at, program_id=PROGRAM_ID, **fields)

    january, middle = _noon(1, 2), _noon(3, 15)
    yield command(january, "create_program", "program", **PROGRAM)
    yield command(january, "fund", "fund-1", amount_cents=6_000_000)
    yield command(middle, "fund", "fund-2", amount_cents=4_000_000)
    allotted = {
        SECOND_START: (24_000, 10_000),
        OPEN_DOOR: (19_000, 8_000),
        NEW_LEAF: (9_000, 2_000),
    }
    for partner_id, (first, more) in allotted.items():
        for at, dollars in ((january, first), (middle, more)):
            yield command(
                at,
                "allot",
                f"allot-{partner_id}-{at:%m-%d}",
                partner_id=partner_id,
                amount_cents=dollars * 100,
            )
    back = _noon(3, 20)
    yield command(back, "unallot", "unallot", partner_id=NEW_LEAF, amount_cents=50_000)
    yield command(back, "defund", "defund", amount_cents=100_000)

    def payment(at: datetime, command_id: str, month: str, cents: int) -> Event:
        return command(
            at,
            "record_payment",
            command_id,
            provider_id=PROVIDER_ID,
            month=month,
            amount_cents=cents,
            invoice_ref=f"YT-{month}",
        )

    # In February there was one ride, for $6.30.
    yield payment(_noon(3, 12), "payment-of-february", "2019-02", 630)
    yield payment(_noon(5, 1), LAST_COMMAND, "2019-03", 2_500_000)


def _enrollments(stage: Stage, player: Player) -> Iterator[Event]:
    at = _noon(2, 20)
    for partner_id, people in PEOPLE.items():
        for person in range(people):
            yield at, partial(_enroll, stage, player, partner_id, person, at)


def _enroll(stage: Stage, player: Player, partner_id: str, person: int, at: datetime) -> None:
    uses: tuple[ConsentUse, ...] = ("enrollment", "outcomes")
    language: Language = "es" if person % 3 == 1 else "en"
    request = EnrollmentRequest(
        program_id=PROGRAM_ID,
        external_ref=f"history-{person:03d}",
        language=language,
        attestation=Attestation(eligible=True, attested_by="staff-2", attested_on=at.date()),
        consent=Consent(
            text_version="2026-01",
            language=language,
            granted_at=at,
            uses=uses if person % 3 == 0 else uses[:1],
        ),
    )
    told, _ = enroll(
        request, partner_id, f"history-enroll-{person}", store=stage.store, clock=lambda: at
    )
    player.enrolled(partner_id, person, told.participant_id)


def mints(stage: Stage, player: Player, cards: Sequence[Card]) -> Iterator[Event]:
    """A call for each kind of card and each 25 of them."""
    alike: defaultdict[Promise, list[Card]] = defaultdict(list)
    for card in cards:
        alike[card.promise].append(card)
    for kind, (promise, all_of_it) in enumerate(alike.items()):
        for call, some in enumerate(batched(all_of_it, MAX_MINTED_AT_ONCE, strict=False)):
            name = f"history-mint-{some[0].wave}-{kind}-{call}"
            yield promise.minted_at, partial(_mint, stage, player, promise, some, name)


def _mint(stage: Stage, player: Player, promise: Promise, cards: Sequence[Card], name: str) -> None:
    people = tuple(player.participant_of(card) for card in cards) if promise.is_assigned else ()
    request = MintRequest(
        program_id=PROGRAM_ID,
        purpose=promise.purpose,
        value_cents=promise.value_cents,
        rides=promise.rides,
        valid_from=promise.valid_from,
        expires_at=promise.expires_at,
        participant_ids=people,
        unassigned=None if promise.is_assigned else len(cards),
    )
    minted, _ = mint(
        request,
        promise.partner_id,
        name,
        codes_too=True,
        store=stage.store,
        remembered=stage.remembered,
        code_keys=stage.code_keys,
        clock=lambda: promise.minted_at,
    )
    for card, one in zip(cards, minted.vouchers, strict=True):
        player.minted(card, one.voucher_id, one.code or "", one.expires_at)


def _outcomes(stage: Stage, player: Player) -> Iterator[Event]:
    """Of every sixth person, who agreed to it: an interview on a day of March, or a visit; of every
    second of Second Start's, a job too."""
    for partner_id, people in PEOPLE.items():
        for person in range(0, people, 6):
            kind = OutcomeKind.FAMILY_VISIT_MADE
            if partner_id == SECOND_START:
                kind = OutcomeKind.INTERVIEW_ATTENDED
                if person % 12 == 0:
                    yield _outcome(stage, player, partner_id, person, OutcomeKind.JOB_STARTED, 25)
            yield _outcome(stage, player, partner_id, person, kind, 5 + person % 20)


def _outcome(
    stage: Stage, player: Player, partner_id: str, person: int, kind: OutcomeKind, day: int
) -> Event:
    """Recorded on the day after it."""
    at = _noon(3, day + 1)

    def record() -> None:
        request = OutcomeRequest(kind=kind, day=date(2019, 3, day))
        record_outcome(
            request,
            CallAbout(
                player.participant(partner_id, person),
                partner_id,
                f"history-{kind.value}",
                "outcome",
                request,
            ),
            store=stage.store,
            remembered=stage.remembered,
            clock=lambda: at,
        )

    return at, record


def _decisions(stage: Stage) -> Iterator[Event]:
    at = _noon(3, 28)

    def decide() -> None:
        for some in batched(range(1, SHORTFALL_ACCEPTED + 1), MAX_READ_AT_ONCE, strict=False):
            named = {number: keys.ride(f"{PROVIDER_ID}#{ride_id(number)}") for number in some}
            found = stage.store.read(*named.values())
            for number, key in named.items():
                ride = found[key]
                if ride is not None and ride.owed_cents:
                    _decide(stage, number, ride, at)

    yield at, decide


def _decide(stage: Stage, number: int, ride: Ride, at: datetime) -> None:
    def settle(name: str, cents: int, **confirm: str) -> None:
        stage.administer(
            name,
            f"{name}-{number}",
            at,
            program_id=PROGRAM_ID,
            provider_id=PROVIDER_ID,
            ride_id=ride_id(number),
            amount_cents=cents,
            **confirm,
        )

    if ride.open_shortfall_cents:
        settle("accept_shortfall", ride.open_shortfall_cents)
    if ride.open_overage_cents and number <= OVERAGE_ACCEPTED:
        settle("accept_overage", ride.open_overage_cents)
    elif ride.open_overage_cents and number <= OVERAGE_WRITTEN_OFF:
        settle("write_off", ride.open_overage_cents, confirm=ride_id(number))


def _noon(month: int, day: int) -> datetime:
    """About noon in New York."""
    return datetime(2019, month, day, 17, tzinfo=UTC)
