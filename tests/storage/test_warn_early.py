"""Housekeeping tells of an allotment that is nearly used up, and of a month's report that should
have been there for a day."""

from datetime import datetime, timedelta

import pytest

from builders import NOON, OTHER_PARTNER
from operations.warn_early import LowAllotment, MissingReport
from world import World

MOMENT = timedelta(milliseconds=1)
MARCH_IS_LATE_AT = datetime.fromisoformat("2026-04-02T14:00:00Z")


def _low(world: World) -> list[LowAllotment]:
    kept = world.keep_house()
    assert kept.failed == []
    return kept.low


def _missing(world: World) -> list[MissingReport]:
    kept = world.keep_house()
    assert kept.failed == []
    return kept.missing


# ── what a partner has left ──────────────────────────────────────────────────────────────────────


def _leave(world: World, cents: int) -> None:
    """So much of the 500.00 that the partner was given; the rest is on vouchers."""
    while (left := world.allotment().available_cents - cents) > 0:
        # At most 40.00, and never less than 1.00 for the last.
        value = 4_000 if left >= 4_100 else min(left, 3_000)
        ends_at = world.clock.now + timedelta(days=60)
        world.mint(world.mint_request(value_cents=value, expires_at=ends_at))


@pytest.mark.parametrize(("left", "is_low"), [(5_000, False), (4_999, True)])
def test_a_partner_with_less_than_a_tenth_of_what_it_was_given_is_told(
    world: World, left: int, is_low: bool
) -> None:
    _leave(world, left)

    low = _low(world)

    assert low == [LowAllotment(world.program_id, world.partner_id, left, 50_000)] * is_low


def test_what_was_taken_back_was_not_given(world: World) -> None:
    _leave(world, 4_999)
    world.administer(
        "unallot", program_id=world.program_id, partner_id=world.partner_id, amount_cents=10
    )
    world.administer(
        "unallot", program_id=world.program_id, partner_id=OTHER_PARTNER, amount_cents=50_000
    )

    low = _low(world)

    # Who was left with nothing because all was taken back has nothing to run out of.
    assert low == [LowAllotment(world.program_id, world.partner_id, 4_989, 49_990)]


def test_it_is_told_from_what_was_given_in_months_that_are_closed(world: World) -> None:
    _leave(world, 3_000)
    world.clock.now = NOON + timedelta(days=40)
    world.keep_house()
    world.administer(
        "unallot", program_id=world.program_id, partner_id=OTHER_PARTNER, amount_cents=9_000
    )
    world.allot(world.partner_id, 2_000)

    low = _low(world)

    (told,) = low
    assert told.given_cents == 52_000


@pytest.mark.parametrize("why", ["paused", "closed", "suspended", "over"])
def test_where_nothing_can_be_minted_any_more_nobody_is_told(world: World, why: str) -> None:
    _leave(world, 1_000)
    match why:
        case "paused":
            world.administer("pause_program", program_id=world.program_id)
        case "closed":
            world.administer("close_program", program_id=world.program_id, confirm=world.program_id)
        case "suspended":
            world.administer("suspend_partner", partner_id=world.partner_id)
        case _:
            world.clock.now = datetime.fromisoformat("2030-01-01T12:00:00Z")

    assert _low(world) == []


# ── a report that isn't there ────────────────────────────────────────────────────────────────────


def test_a_month_is_missed_a_day_after_it_should_have_been_reported(world: World) -> None:
    world.clock.now = MARCH_IS_LATE_AT - MOMENT
    not_yet = _missing(world)
    world.clock.now = MARCH_IS_LATE_AT

    late = _missing(world)

    assert not_yet == []
    assert late == [MissingReport(world.program_id, "2026-03")]


def test_a_month_that_was_reported_is_not_missed(world: World) -> None:
    world.clock.now = MARCH_IS_LATE_AT
    world.publishes("2026-03")

    assert _missing(world) == []


def test_a_programme_that_began_after_the_month_has_nothing_to_report(world: World) -> None:
    world.clock.now = NOON + timedelta(hours=1)

    assert _missing(world) == []


def test_between_the_end_of_a_month_and_its_report_none_is_missed(world: World) -> None:
    world.clock.now = MARCH_IS_LATE_AT
    world.publishes("2026-03")
    world.clock.now = MARCH_IS_LATE_AT + timedelta(days=30) - MOMENT

    april = _missing(world)
    world.clock.now += MOMENT

    assert april == []
    assert _missing(world) == [MissingReport(world.program_id, "2026-04")]


def test_a_closed_programme_is_reported_until_nothing_happens_to_it_any_more(world: World) -> None:
    world.administer("close_program", program_id=world.program_id, confirm=world.program_id)
    world.clock.now = MARCH_IS_LATE_AT
    of_its_last_month = _missing(world)
    world.clock.now = MARCH_IS_LATE_AT + timedelta(days=31)

    assert of_its_last_month == [MissingReport(world.program_id, "2026-03")]
    assert _missing(world) == []
    assert world.publishes("2026-04").end == "nothing_to_report"
