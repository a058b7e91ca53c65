"""What needs a look: what each thing is told as."""

from datetime import date
from typing import get_args

import pytest

from builders import NOON, OTHER_PROVIDER, PROGRAM, PROVIDER
from farechance.attention import (
    WORK,
    Attention,
    Contradictions,
    GivenUpWork,
    Ringing,
    contradictions,
    ride_key_of,
)
from farechance.commands import GivenUp
from farechance.ledger import Entry, Kind
from farechance.rides import EventKind, identity_of
from infra.local import template

RUNBOOKS = template.TEMPLATE.parent / "infra" / "runbooks"


def entry(kind: Kind, identity: str, provider_id: str = PROVIDER) -> Entry:
    return Entry(
        account="voucher#" + "k" * 32,
        identity=identity,
        sequence=1,
        kind=kind,
        program_id=PROGRAM,
        provider_id=provider_id,
        recorded_at=NOON,
        month="2026-03",
    )


def test_an_alarm_is_told_by_its_runbooks_name_and_its_sentence() -> None:
    description = "A balance isn't what the ledger says. See infra/runbooks/books-differ.md"

    told = Ringing.of("farechance-books-differ", "farechance-", description, NOON)

    assert (told.name, told.sentence) == ("books-differ", "A balance isn't what the ledger says.")
    assert told.is_about_the_books
    assert not Ringing.of("farechance-batch-late", "farechance-", "", NOON).is_about_the_books


@pytest.mark.parametrize("queue", get_args(GivenUp))
def test_work_of_each_kind_has_its_runbook(queue: GivenUp) -> None:
    assert (RUNBOOKS / f"{WORK[queue].runbook}.md").is_file()
    assert WORK[queue].means.endswith(".")


def test_there_is_a_word_for_all_that_can_be_given_up() -> None:
    assert set(WORK) == set(get_args(GivenUp))


@pytest.mark.parametrize("kind", EventKind)
def test_an_entrys_ride_is_known_by_its_events_identity(kind: EventKind) -> None:
    name = f"{PROVIDER}#ride-1"

    assert ride_key_of(entry(Kind.RIDE_COMPLETED, identity_of(name, kind))) == name
    assert ride_key_of(entry(Kind.RIDE_ADJUSTED, f"{identity_of(name, kind)}#a-1")) == name
    assert ride_key_of(entry(Kind.HOLD_REPLACED, f"replace#{name}")) == name


@pytest.mark.parametrize("identity", ["minted", "key#abc", "command#c", "returned#2", "ride#"])
def test_other_entries_are_about_no_ride(identity: str) -> None:
    assert ride_key_of(entry(Kind.VOUCHER_MINTED, identity)) is None


def test_contradictions_are_added_up_by_ride_company_the_last_first() -> None:
    some = [
        (entry(Kind.RIDE_CONFLICT, "a"), date(2026, 3, 1)),
        (entry(Kind.RIDE_CONFLICT, "b"), date(2026, 3, 3)),
        (entry(Kind.RIDE_CONFLICT, "c", OTHER_PROVIDER), date(2026, 3, 4)),
        (entry(Kind.RIDE_COMPLETED, "d"), date(2026, 3, 9)),
    ]

    assert contradictions(some, {PROVIDER: "City Cabs"}) == (
        Contradictions(PROGRAM, OTHER_PROVIDER, 1, date(2026, 3, 4)),
        Contradictions(PROGRAM, "City Cabs", 2, date(2026, 3, 3)),
    )


def test_it_is_calm_only_where_there_is_nothing_at_all() -> None:
    assert Attention(program_ids=(PROGRAM,), programs_left_out=3, looked_from=NOON).is_calm
    assert not Attention(given_up=(GivenUpWork("batches", 1),)).is_calm
    assert not Attention(ringing=(Ringing("a", "b", NOON),)).is_calm
