"""What a partner may ask a mint for, as it is sent."""

from typing import Any

import pytest

import builders
from builders import PROGRAM, refusals
from farechance.partner_api import MintRequest

SENT: dict[str, Any] = {
    "program_id": PROGRAM,
    "purpose": "job_interview",
    "value_cents": 4_000,
    "unassigned": 1,
}


def sent(**changes: Any) -> dict[str, Any]:
    """A body with some fields changed; None leaves one out."""
    fields = {**SENT, **changes}
    return {name: value for name, value in fields.items() if value is not None}


def test_the_least_that_a_mint_needs_is_taken() -> None:
    assert refusals(MintRequest, SENT) == {}


def test_all_that_a_mint_may_say_is_taken() -> None:
    everything = sent(
        rides=2,
        cap_cents=2_000,
        valid_from="2026-03-02T17:00:00Z",
        expires_at="2026-03-10T04:00:00Z",
        participant_ids=["par_1", "par_1", "par_2"],
        unassigned=None,
        language="es",
    )

    assert refusals(MintRequest, everything) == {}


@pytest.mark.parametrize("missing", ["program_id", "purpose", "value_cents"])
def test_a_mint_needs_a_programme_a_purpose_and_a_value(missing: str) -> None:
    assert refusals(MintRequest, sent(**{missing: None})) == {f"/{missing}": "is needed"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("value_cents", "4000"),
        ("value_cents", 4_000.0),
        ("value_cents", True),
        ("value_cents", 0),
        ("value_cents", -1),
        ("value_cents", 1_000_001),
        ("value_cents", 10**29),
        ("rides", "2"),
        ("rides", 2.0),
        ("rides", True),
        ("rides", 0),
        ("rides", 51),
        ("cap_cents", 0),
        ("cap_cents", "2000"),
        ("unassigned", 0),
        ("unassigned", 26),
        ("unassigned", True),
        ("unassigned", "1"),
        ("valid_from", 1_772_470_800),
        ("valid_from", "2026-03-02"),
        ("expires_at", "2026-03-10 04:00:00Z"),
        ("language", "fr"),
        ("language", "EN"),
        ("purpose", "Job interview"),
        ("purpose", 1),
        ("program_id", "harbor"),
    ],
)
def test_a_field_is_taken_only_as_what_it_is_and_within_its_bounds(field: str, value: Any) -> None:
    assert list(refusals(MintRequest, sent(**{field: value}))) == [f"/{field}"]


def test_vouchers_are_for_people_or_for_nobody_yet_and_not_both() -> None:
    neither = refusals(MintRequest, sent(unassigned=None))
    both = refusals(MintRequest, sent(participant_ids=["par_1"]))
    nobody = refusals(MintRequest, sent(unassigned=None, participant_ids=[]))

    for wrong in (neither, both, nobody):
        assert wrong == {"": "give either participant_ids or unassigned"}


@pytest.mark.parametrize(("count", "is_taken"), [(1, True), (25, True), (26, False)])
def test_25_vouchers_are_minted_at_once_and_no_more(count: int, is_taken: bool) -> None:
    people = refusals(
        MintRequest,
        sent(unassigned=None, participant_ids=[f"par_{number}" for number in range(count)]),
    )
    cards = refusals(MintRequest, sent(unassigned=count))

    assert (people == {}) is is_taken
    assert (cards == {}) is is_taken


def test_a_ride_may_not_take_more_than_the_voucher_is_worth() -> None:
    assert refusals(MintRequest, sent(cap_cents=4_000)) == {}
    assert "cap_cents must not exceed" in refusals(MintRequest, sent(cap_cents=4_001))[""]


@pytest.mark.parametrize(
    "field", ["value", "participant_id", "partner_id", "code", "phone", "rules_version"]
)
def test_a_field_that_we_do_not_know_is_refused_and_not_ignored(field: str) -> None:
    wrong = refusals(MintRequest, sent(**{field: "x"}))

    assert wrong == {f"/{field}": "is not a field that we know"}


def test_every_wrong_field_is_named_at_once() -> None:
    wrong = refusals(MintRequest, sent(value_cents="4000", rides=0, purpose="", surprise=1))

    assert set(wrong) == {"/value_cents", "/rides", "/purpose", "/surprise"}


def test_a_count_is_of_people_or_of_cards() -> None:
    cards = builders.mint_request(unassigned=25)
    people = builders.mint_request(participant_ids=("par_1", "par_1"))

    assert cards.count == 25
    assert people.count == 2
