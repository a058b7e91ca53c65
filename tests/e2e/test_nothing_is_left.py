"""After everything that touches a person, a code or a place, all that the stack holds is searched:
the four tables, all buckets, all queues, all logs. None of it has a phone number, a code, a place,
a link that opens codes, or a reference of somebody who was erased."""

import pytest

from e2e.dump import SENT_BY_THE_EMULATOR, Document
from e2e.planting import Planted, plant
from e2e.scene import Scene
from spellings import wanted


@pytest.fixture(scope="module")
def planted(scene: Scene) -> Planted:
    """All that is held after everything."""
    return plant(scene)


def test_no_phone_number_code_place_link_or_reference_is_left(planted: Planted) -> None:
    found = {
        name: [(one.kind, one.place) for one in planted.found(thing)]
        for name, thing in planted.things.items()
    }

    assert {name: places for name, places in found.items() if places} == {}


def test_who_was_erased_stands_only_where_it_says_so(planted: Planted) -> None:
    """The mark of the erasure, the key of the enrollment, and the command of an administrator:
    each holds an id that leads nowhere (infra/decisions/0014)."""
    for person in planted.erased:
        places = planted.found(wanted(person))

        assert {one.kind for one in places} == {"tables"}
        kinds = {_kind_of_item(one) for one in places}
        assert {"People erased", "People key"} <= kinds
        assert kinds <= {"People erased", "People key", "Programs command"}


@pytest.mark.parametrize("kind", ["tables", "logs", "output", "queues"])
def test_the_search_finds_what_does_belong_there(planted: Planted, kind: str) -> None:
    belongs = planted.voucher_id if kind == "tables" else planted.batch_id

    assert planted.found(wanted(belongs), kind)


def test_the_search_looks_into_what_is_packed_in_buckets(planted: Planted) -> None:
    # The functions' own code, compressed: where this module's words come from.
    assert planted.found(wanted("class ErasedParticipant"), "buckets")


@pytest.mark.parametrize("spelled", ["plain", "in_percents", "in_base64"])
def test_the_search_finds_every_spelling(planted: Planted, spelled: str) -> None:
    """All three stand in one message that waits among those that were given up."""
    assert planted.found(wanted(f"{planted.voucher_id}-{spelled}"), "queues")


def test_only_the_line_of_the_emulators_own_phone_network_is_left_out(planted: Planted) -> None:
    left_out = [one for one in planted.documents if one.is_sms_of_the_emulator]

    sent = [one for one in left_out if f"{SENT_BY_THE_EMULATOR}{planted.number}: " in one.text]
    assert len(sent) == 3
    assert all(planted.things["phone number"].is_in(one.text) for one in sent)
    assert all(one.kind == "output" for one in left_out)


def _kind_of_item(document: Document) -> str:
    table, _, sk = document.place.split(" ", 2)
    return f"{table} {sk.partition('#')[0]}"
