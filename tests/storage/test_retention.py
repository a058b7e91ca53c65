"""What is deleted when, with a moved clock: as long as the table says each thing is there, and a
moment later it isn't (infra/privacy/retention.py). Whatever no line deletes is there after many
years."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import people
from builders import NOON
from farechance import card_links
from farechance.card_links import Sheet
from farechance.errors import LinkExpired, NotFound, StateForbids
from farechance.participants import OutcomeKind, Participant
from infra.privacy.fields import ITEMS
from infra.privacy.retention import RETENTION
from operations.send_code import send_code
from operations.show_voucher import show_voucher
from world import World

A_MOMENT = timedelta(milliseconds=1)
MANY_YEARS = timedelta(days=20 * 365)


def _who_left(world: World) -> str:
    person, _ = people.with_vouchers(world)
    people.leaves(world, person)
    return person


def _who_withdrew(world: World) -> str:
    person, _ = people.with_vouchers(world)
    people.consents(world, person, people.withdrawing("enrollment"))
    return person


def _who_rode(world: World) -> str:
    return people.with_vouchers(world)[0]


def _who_waits(world: World) -> str:
    return world.enroll()


def _whose_consent_ends(world: World) -> str:
    return world.enroll(consent=people.consent(expires_at=NOON + timedelta(days=200)))


def _since_last_voucher(person: Participant) -> Any:
    return person.last_voucher_ends_at


@pytest.mark.parametrize(
    ("line", "who", "since"),
    [
        ("left", _who_left, lambda person: person.exited_at),
        ("withdrew", _who_withdrew, lambda person: person.withdrawn["enrollment"]),
        ("rode", _who_rode, _since_last_voucher),
        ("waits", _who_waits, lambda person: person.enrolled_at),
        ("consent_ends", _whose_consent_ends, lambda person: person.consent.expires_at),
    ],
)
def test_a_person_is_erased_when_the_table_says(
    world: World, line: str, who: Callable[[World], str], since: Callable[[Participant], Any]
) -> None:
    person = who(world)
    ends_at = since(world.participant(person)) + RETENTION[line].period

    world.clock.now = ends_at - A_MOMENT
    before = world.keep_house().erased
    world.clock.now = ends_at
    after = world.keep_house().erased

    assert (before, after) == (0, 1)
    assert _kinds(world).isdisjoint({"Participant", "ExternalReference", "ParticipantCall"})


def test_whoever_asks_is_erased_at_once(world: World) -> None:
    assert RETENTION["asked"].period == timedelta(0)
    by_partner, by_administrator = _who_rode(world), _who_waits(world)

    people.erases(world, by_partner)
    named = {"participant_id": by_administrator, "confirm": by_administrator}
    world.administer("erase_participant", partner_id=world.partner_id, **named)

    for person in (by_partner, by_administrator):
        with pytest.raises(NotFound):
            people.record(world, person)
    assert "Participant" not in _kinds(world)


def test_what_hangs_on_a_person_goes_with_her(world: World) -> None:
    assert RETENTION["person"].period == timedelta(0)
    person = _who_rode(world)
    people.speaks(world, person, "es")
    people.outcome(world, person, OutcomeKind.JOB_STARTED)
    assert {"ExternalReference", "ParticipantCall"} <= _kinds(world)
    assert "body_digest" in str(world.items("people"))

    people.erases(world, person)

    assert _kinds(world).isdisjoint({"ExternalReference", "ParticipantCall"})
    assert "body_digest" not in str(world.items("people"))


def test_a_batch_forgets_its_people_when_the_table_says(world: World) -> None:
    person = world.enroll(external_ref="case-x1")
    started, _ = world.starts_batch(world.batch_request("case-x1"))
    world.works_on(started.batch_id)
    ends_at = NOON + RETENTION["batch"].period

    named = []
    for moment in (ends_at - A_MOMENT, ends_at):
        world.clock.now = moment
        world.keep_house()
        for partner, batch in world.sent_batches:
            world.works_on(batch, partner=partner)
        rows = [one for one in world.items("people") if one["pk"]["S"].startswith("batch#")]
        named.append(person in str(rows))

    assert named == [True, False]


def test_the_hour_of_a_decline_is_told_as_long_as_the_table_says(world: World) -> None:
    minted = world.mint().vouchers[0]
    world.request(str(minted.code), cents=9_000)

    hours = []
    for moment in (RETENTION["decline"].period - A_MOMENT, RETENTION["decline"].period):
        world.clock.now = NOON + moment
        decline = show_voucher(
            minted.voucher_id,
            world.partner_id,
            store=world.store,
            remembered=world.remembered,
            code_keys=world.code_keys,
            now=world.clock.now,
        ).last_decline
        assert decline is not None
        hours.append(decline.at)

    assert hours == [NOON, None]


def test_a_link_to_cards_opens_as_long_as_the_table_says(world: World) -> None:
    before = world.everything()
    sheet = Sheet(world.partner_id, "a-command", 1)
    token, _ = card_links.written(sheet, world.code_keys, NOON)
    ends_at = NOON + RETENTION["link"].period

    assert card_links.read(token, world.code_keys, ends_at - A_MOMENT) == sheet
    with pytest.raises(LinkExpired):
        card_links.read(token, world.code_keys, ends_at)
    assert world.everything() == before


def test_a_batch_is_known_again_as_long_as_the_table_says(world: World) -> None:
    world.starts_batch(world.batch_request())
    ends_at = NOON + RETENTION["same_file"].period

    world.clock.now = ends_at - A_MOMENT
    with pytest.raises(StateForbids):
        world.starts_batch(world.batch_request())
    world.clock.now = ends_at
    started, is_replay = world.starts_batch(world.batch_request())

    assert (started.rows, is_replay) == (2, False)


def test_after_many_years_only_what_is_kept_for_ever_is_there(world: World) -> None:
    """Items of every kind that a person's life here makes; what is left of them has a line that
    says for ever, and nothing else has."""
    person, codes = people.with_vouchers(world)
    people.speaks(world, person, "es")
    people.outcome(world, person, OutcomeKind.JOB_STARTED)
    world.request(codes[0], cents=50)
    world.complete(codes[0], cents=50)
    send_code(world.send_call(codes[1]), world.send_tools)
    started, _ = world.starts_batch(world.batch_request("case-nobody", *_references(world)))
    world.works_on(started.batch_id)
    before = _kinds(world)

    world.clock.now = NOON + MANY_YEARS
    for _ in range(2):
        world.keep_house()
        for partner, batch in world.sent_batches:
            world.works_on(batch, partner=partner)
    after = _kinds(world)

    for_ever = {
        name for name, item in ITEMS.items() if any(RETENTION[it].days is None for it in item.kept)
    }
    # Rows stay, and name nobody.
    assert after - {"RowPage"} <= for_ever
    assert before - after == {"Participant", "ExternalReference", "ParticipantCall"}
    assert not any(name in str(world.items("people")) for name in ("subject_id", "case-x"))
    assert world.items("ledger")
    # A ride company may send again what it sent then, and is paid nothing twice.
    assert world.complete(codes[0], cents=50, completed_at=NOON).is_replay


def _references(world: World) -> list[str]:
    world.enroll(external_ref="case-x1")
    return ["case-x1"]


def _kinds(world: World) -> set[str]:
    """The models of all items that are there, by the keys that lead to them."""
    return {
        _MODEL_OF[kind]
        for table, items in world.everything().items()
        for item in items
        if (kind := _kind(table, item)) in _MODEL_OF
    }


def _kind(table: str, item: dict[str, Any]) -> str:
    pk, sk = str(item["pk"]["S"]), str(item.get("sk", {}).get("S", ""))
    if table == "ledger":
        return "entry"
    if table == "people" and not pk.startswith(("batch#", "outcomes#")):
        return sk.partition("#")[0]
    if pk.startswith("send#"):
        return "send " + pk.split("#")[2]
    return f"{table} {pk.partition('#')[0]} {sk.partition('#')[0]}".strip()


_MODEL_OF = {
    "entry": "Entry",
    "participant": "Participant",
    "reference": "ExternalReference",
    "key": "EnrollmentKey",
    "call": "ParticipantCall",
    "erased": "ErasedParticipant",
    "people batch rows": "RowPage",
    "send day": "DayOfSends",
    "send key": "SendKey",
    "vouchers voucher": "Voucher",
    "vouchers ride": "Ride",
    "vouchers key": "MintKey",
    "programs command command": "CommandRecord",
    "programs batch batch": "Batch",
    "programs batch content": "BatchContent",
    "programs program program": "Program",
    "programs program rules": "Rules",
    "programs program standing": "Standing",
}
