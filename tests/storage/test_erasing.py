"""Erasing a person: complete, repeatable, for ever; and no entry and no report changes."""

from datetime import timedelta
from typing import Any

import pytest

import builders
import people
from builders import NOON, PARTNER
from farechance.errors import Busy, NotFound, StateForbids
from farechance.participant_api import Erased
from farechance.participants import Attestation, OutcomeKind
from farechance.store import keys
from operations.keep_house import Kept
from threads import at_once, until_answered
from wire import Wire
from world import World

REFERENCE = "planted-reference-7Q"
STAFF = "planted-staff-7Q"


def _known(world: World) -> tuple[str, list[str]]:
    """A person about whom everything was said that can be, and her cards."""
    attestation = Attestation(eligible=True, attested_by=STAFF, attested_on=NOON.date())
    person, codes = people.with_vouchers(
        world, external_ref=REFERENCE, attestation=attestation, language="es"
    )
    people.speaks(world, person, "en")
    people.outcome(world, person, OutcomeKind.JOB_STARTED)
    people.consents(world, person, people.withdrawing("sms"))
    people.leaves(world, person)
    world.request(codes[0], cents=50)
    world.complete(codes[0], cents=50)
    return person, codes


def test_after_an_erasure_nothing_leads_to_the_person(world: World) -> None:
    person, codes = _known(world)
    subject = world.participant(person).subject_id
    vouchers = [world.voucher(code).voucher_id for code in codes]

    people.erases(world, person)

    everything = str(world.everything())
    assert REFERENCE not in everything
    assert STAFF not in everything
    stored = str(world.items("people"))
    assert subject not in stored
    assert not any(voucher in stored for voucher in vouchers)
    # The enrollment's key and the mark name an id that was random and leads nowhere.
    kept = [item for item in world.items("people") if person in str(item)]
    assert [set(item) for item in kept] == [
        {"pk", "sk", "participant_id", "erased_at"},
        {"pk", "sk", "participant_id"},
    ]


def test_no_entry_and_no_count_changes_by_an_erasure(world: World) -> None:
    person, codes = _known(world)
    before = (world.items("ledger"), world.items("vouchers"), people.counted(world))

    people.erases(world, person)

    assert (world.items("ledger"), world.items("vouchers"), people.counted(world)) == before
    assert people.counted(world) == {"job_started": (1, 1)}
    assert world.request(codes[1], "ride-2", cents=50).answer["decision"] == "approved"


def test_an_erasure_may_be_repeated_and_says_when_it_was(world: World) -> None:
    person, _ = _known(world)
    first = people.erases(world, person)
    before = world.everything()

    world.clock.passes(days=400)
    again = people.erases(world, person)

    assert again == first
    assert world.everything() == before


def test_whoever_was_never_there_isnt_erased(world: World) -> None:
    person = world.enroll()
    before = world.everything()

    with pytest.raises(NotFound):
        people.erases(world, "par_nobody")
    with pytest.raises(NotFound):
        people.erases(world, person, world.other_partner_id)

    assert world.everything() == before


def test_nothing_brings_an_erased_person_back(world: World) -> None:
    request = builders.enrollment(external_ref=REFERENCE)
    enrolled, _ = world.enrolls(request, "key-1")
    person = enrolled.participant_id
    people.speaks(world, person, "es", "key-2")
    people.erases(world, person)
    before = world.everything()

    acts: list[Any] = [
        lambda: world.enrolls(request, "key-1"),
        lambda: world.enrolls(builders.enrollment(external_ref="case-other"), "key-1"),
        lambda: people.speaks(world, person, "es", "key-2"),
        lambda: people.consents(world, person, people.granting(world)),
        lambda: people.leaves(world, person),
        lambda: people.record(world, person),
        lambda: people.vouchers_for(world, person, 1),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            act()

    assert world.everything() == before


def test_the_reference_of_an_erased_person_is_free_for_a_new_enrollment(world: World) -> None:
    first = world.enroll(external_ref=REFERENCE)
    people.erases(world, first)

    second = world.enroll(external_ref=REFERENCE)

    assert second != first
    people.erases(world, first)
    assert world.participant(second).external_ref == REFERENCE


def test_the_card_of_an_erased_person_is_reissued_without_her(world: World) -> None:
    person, codes = _known(world)
    people.erases(world, person)

    new = world.reissue(codes[1])

    assert world.request(new, "ride-2", cents=50).answer["decision"] == "approved"


def test_many_calls_about_a_person_are_all_erased(world: World) -> None:
    person = world.enroll()
    for number in range(200):
        people.speaks(world, person, "es" if number % 2 else "en")

    people.erases(world, person)

    assert len([item for item in world.items("people") if person in str(item)]) == 2


def test_what_is_written_while_somebody_erases_isnt_left_behind(world: World, client: Any) -> None:
    person = world.enroll()
    bystander = world.another()

    with Wire(client) as wire:
        wire.before("TransactWriteItems", lambda: people.speaks(bystander, person, "es"))
        people.erases(world, person)

    assert len([item for item in world.items("people") if person in str(item)]) == 2


def test_a_mint_and_an_erasure_at_once_leave_nothing_behind(world: World) -> None:
    for _ in range(5):
        person = world.enroll()

        def mint(person: str = person) -> object:
            return people.vouchers_for(world, person, 1)

        def erase(person: str = person) -> object:
            return until_answered(lambda: people.erases(world, person))

        minted, erased = at_once([mint, erase])

        assert isinstance(minted, list | NotFound | Busy)
        assert isinstance(erased, Erased)
        key = keys.participant(PARTNER, person)
        assert world.store.read(key)[key] is None


def test_two_who_erase_at_once_are_told_the_same(world: World) -> None:
    person, _ = _known(world)

    told = at_once([lambda: until_answered(lambda: people.erases(world, person))] * 4)

    assert len({str(one) for one in told}) == 1
    assert isinstance(told[0], Erased)


# ── by time ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("why", "days"),
    [
        ("exit", 90),
        ("withdrawal", 90),
        ("last voucher", 97),
        ("no voucher", 365),
        ("left long after the last voucher", 140),
    ],
)
def test_a_person_is_erased_90_days_after_exit_or_the_last_voucher_or_a_year_of_waiting(
    world: World, why: str, days: int
) -> None:
    person = world.enroll() if why == "no voucher" else people.with_vouchers(world)[0]
    if why == "exit":
        people.leaves(world, person)
    elif why == "withdrawal":
        people.consents(world, person, people.withdrawing("enrollment"))
    elif why.startswith("left"):
        world.clock.passes(days=50)
        people.leaves(world, person)
    due = world.participant(person).erase_at

    world.clock.now = due - timedelta(milliseconds=1)
    before = world.keep_house().erased
    world.clock.now = due
    after = world.keep_house().erased

    # A voucher ends at a local midnight; of a withdrawal only the day is kept.
    first_day = NOON.replace(hour=0) if why == "withdrawal" else NOON
    assert timedelta(days=days) <= due - first_day < timedelta(days=days + 1)
    assert (before, after) == (0, 1)
    with pytest.raises(NotFound):
        people.record(world, person)
    assert world.keep_house().erased == 0


def test_a_new_voucher_or_consent_puts_the_end_off(world: World) -> None:
    person, codes = people.with_vouchers(world)
    first = world.participant(person).erase_at

    world.extend(codes[0], NOON + timedelta(days=20))
    extended = world.participant(person).erase_at
    world.clock.passes(days=60)
    people.consents(world, person, people.granting(world))
    granted = world.participant(person).erase_at
    people.vouchers_for(world, person, 1)
    minted = world.participant(person).erase_at

    assert first < extended < granted < minted
    assert extended == NOON + timedelta(days=20 + 90)
    assert granted == NOON + timedelta(days=60 + 90)


def test_a_consent_granted_anew_takes_the_end_of_a_withdrawal_back(world: World) -> None:
    person, _ = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))
    world.clock.passes(days=80)
    people.consents(world, person, people.granting(world))

    world.clock.passes(days=20)
    kept = world.keep_house()

    assert kept.erased == 0
    assert world.participant(person).consent.uses


def test_one_person_who_cant_be_erased_holds_nobody_up(world: World, bystander: Any) -> None:
    persons = [people.with_vouchers(world)[0] for _ in range(6)]
    poisoned = keys.participant(world.partner_id, persons[0])
    place = {"pk": {"S": poisoned.pk}, "sk": {"S": str(poisoned.sk)}}
    bystander.update_item(
        TableName=world.tables["people"],
        Key=place,
        UpdateExpression="SET enrolled_at = :nonsense",
        ExpressionAttributeValues={":nonsense": {"S": "never"}},
    )
    people.after_90_days(world)

    kept = world.keep_house()

    assert kept.erased == 5
    assert kept.failed == [(poisoned.sk, "ValidationError")]
    assert kept.is_complete
    # It is due each time, until somebody mends it.
    assert world.keep_house().failed == kept.failed


def test_a_run_without_time_leaves_people_to_the_next(world: World) -> None:
    for _ in range(5):
        people.with_vouchers(world, 1)
    people.after_90_days(world)
    # One step for the programme, and two of five people: before any voucher.
    steps = iter([True] * 3 + [False] * 100)

    cut = world.keep_house(lambda: next(steps))
    rest = world.keep_house()

    assert not cut.is_complete
    assert (cut.erased, cut.returned) == (2, 0)
    assert (rest.erased, rest.returned, rest.is_complete) == (3, 5, True)


def test_nobody_waits_for_a_run_without_time_behind_vouchers(world: World) -> None:
    for _ in range(5):
        people.with_vouchers(world, 1)
    people.after_90_days(world)
    # One step for the programme, five for the people, two for vouchers.
    steps = iter([True] * 8 + [False] * 100)

    cut = world.keep_house(lambda: next(steps))

    assert (cut.erased, cut.returned, cut.is_complete) == (5, 2, False)


def test_an_outcome_that_is_recorded_keeps_a_record_for_those_that_follow(world: World) -> None:
    person, _ = people.with_vouchers(world)
    for days, kind in (
        (60, OutcomeKind.EMPLOYED_AFTER_30_DAYS),
        (120, OutcomeKind.EMPLOYED_AFTER_90_DAYS),
        (209, OutcomeKind.EMPLOYED_AFTER_180_DAYS),
    ):
        world.clock.now = NOON + timedelta(days=days)
        assert world.keep_house().erased == 0
        people.outcome(world, person, kind, day=world.clock.now.date())

    due = NOON + timedelta(days=209 + 90)
    assert world.participant(person).erase_at == due
    world.clock.now = due
    assert world.keep_house().erased == 1


def test_two_runs_at_once_erase_each_person_once(world: World) -> None:
    for _ in range(6):
        people.with_vouchers(world, 1)
    people.after_90_days(world)

    runs = at_once([lambda: world.another().keep_house()] * 2)

    assert [run.failed for run in runs if isinstance(run, Kept)] == [[], []]
    assert sum(run.erased for run in runs if isinstance(run, Kept)) == 6


# ── by an administrator ──────────────────────────────────────────────────────────────────────────


def test_an_administrator_erases_a_person_once_and_may_ask_again(world: World) -> None:
    person, _ = _known(world)
    fields = {"partner_id": world.partner_id, "participant_id": person, "confirm": person}

    done = world.administer("erase_participant", command_id="once", **fields)
    again = world.administer("erase_participant", command_id="once", **fields)
    anew = world.administer("erase_participant", **fields)

    assert again["repeated"] is True
    assert done["participant_id"] == anew["participant_id"] == person
    assert REFERENCE not in str(world.everything())
    assert people.erases(world, person).participant_id == person


def test_an_administrator_erases_many_calls_too(world: World) -> None:
    person = world.enroll()
    for _ in range(100):
        people.speaks(world, person, "es")

    fields = {"partner_id": world.partner_id, "participant_id": person, "confirm": person}
    world.administer("erase_participant", **fields)

    assert len([item for item in world.items("people") if person in str(item)]) == 2


def test_an_administrator_is_told_of_whom_there_is_not(world: World) -> None:
    person = world.enroll()
    named = {"participant_id": person, "confirm": person}

    with pytest.raises(NotFound):
        world.administer("erase_participant", partner_id=world.other_partner_id, **named)


def test_nobody_leaves_twice(world: World) -> None:
    person, _ = people.with_vouchers(world)
    answer, _ = people.leaves(world, person)

    with pytest.raises(StateForbids) as refused:
        people.leaves(world, person)

    assert refused.value.reason == "participant_exited"
    assert answer.erase_at == NOON + timedelta(days=90)
    with pytest.raises(StateForbids):
        people.vouchers_for(world, person, 1)
