"""A month added up from the ledger: what the report says, that a second count from its files comes
to the same, and that what doesn't add up is never a report."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import builders
import months
import recount
from builders import OTHER_PARTNER, PARTNER, PROVIDER
from farechance.errors import BooksDiffer
from farechance.ledger import Account
from farechance.reports.closing import Closing
from farechance.store import keys
from operations.add_up_month import OutOfTime
from world import World

MARCH = "2026-03"
IN_APRIL = datetime(2026, 4, 10, 12, tzinfo=UTC)


@pytest.fixture
def told_apart(worlds: Any) -> World:
    """A programme that tells every count of people, covers fees and lets riders pay nothing."""
    rules = builders.rules(
        provider_ids=(PROVIDER,), small_count_threshold=1, max_cancellation_fee_cents=500
    )
    made: World = worlds().with_program(200_000, rules)
    return made


def played(world: World) -> World:
    """A month in which something of everything happens, of which 'what the report says' below is
    worked out by hand."""
    person, other = world.enroll(), world.enroll()
    request = world.mint_request(participant_ids=(person, other), unassigned=None)
    first, second = (str(one.code) for one in world.mint(request).vouchers)
    card = world.code()
    # Two rides of one person, of which the second is dearer than the cap.
    world.request(first, "a", 1_500)
    world.complete(first, "a", 1_200)
    world.request(first, "b", 1_900)
    world.complete(first, "b", 2_600, tip_cents=300)
    # A cancellation, a fee, a decline, a conflict; a ride of nobody's card, of which some is given
    # back.
    world.request(second, "c", 1_000)
    world.cancel(second, "c")
    world.request(second, "d", 1_000)
    world.cancel(second, "d", cancellation_fee_cents=400)
    world.request(second, "e", 9_000)
    world.complete(first, "a", 1_300)
    world.request(card, "f", 1_000)
    world.complete(card, "f", 1_000)
    world.adjust(card, "f", 800)
    return world


def test_a_month_says_what_happened_in_it(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)

    summed = months.add_up(world, MARCH, tmp_path)

    report = summed.report
    money, rides, people = report.money, report.rides, report.people
    assert (money.opening.total_cents, money.funded_cents) == (0, 200_000)
    assert money.captured_cents == 1_200 + 2_000 + 400 + 1_000
    assert (money.refunded_cents, money.fees_cents, money.tips_cents) == (200, 400, 300)
    assert money.overage_program_cents == 300
    assert money.closing.held_cents == 0
    assert money.closing.in_vouchers_cents == 12_000 - money.net_cents
    assert money.closing.allotted_cents == 200_000 - 12_000
    assert (rides.requested, rides.approved, rides.declined) == (6, 5, 1)
    assert (rides.completed, rides.cancelled, rides.fees) == (3, 1, 1)
    assert (rides.median_fare_cents, rides.mean_fare_cents) == (1_200, 1_500)
    assert [(one.reason, one.times) for one in rides.declined_by_reason] == [("over_ride_cap", 1)]
    assert (people.riders, people.new_riders, people.rides_per_rider_hundredths) == (1, 1, 200)
    assert people.given_vouchers == 2
    vouchers = report.vouchers
    assert (vouchers.minted, vouchers.minted_unassigned, vouchers.used) == (3, 1, 2)
    assert vouchers.used_up == 1
    assert report.exceptions.conflicts == 1
    assert not report.is_complete
    assert months.differences(summed) == []


def test_what_an_adjustment_takes_for_a_fee_is_a_fee_too(told_apart: World, tmp_path: Path) -> None:
    world = told_apart
    code = world.code(expires_at=world.clock.now + timedelta(days=60))
    world.request(code, "a", 1_000)
    world.cancel(code, "a", cancellation_fee_cents=400)
    world.adjust(code, "a", 100)
    world.clock.passes(days=30)
    world.adjust(code, "a", 350, adjustment_id="2")

    march = months.add_up(world, MARCH, tmp_path)
    april = months.add_up(world, "2026-04", tmp_path, march.month.closing)

    money = march.report.money
    assert (money.captured_cents, money.refunded_cents, money.fees_cents) == (400, 300, 400)
    money = april.report.money
    assert (money.captured_cents, money.refunded_cents, money.fees_cents) == (250, 0, 250)
    assert money.ride_companies[0].fees_cents == 250
    assert (march.report.rides.fees, april.report.rides.fees) == (1, 0)
    assert months.differences(march) == months.differences(april) == []


def test_a_partners_part_is_its_own(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)
    world.mint(world.mint_request(), partner=OTHER_PARTNER)

    month = months.add_up(world, MARCH, tmp_path).month

    own, other = month.partners[PARTNER], month.partners[OTHER_PARTNER]
    assert (own.money.funded_cents, own.rides.completed) == (100_000, 3)
    assert (other.money.funded_cents, other.rides.completed) == (100_000, 0)
    assert other.money.closing.in_vouchers_cents == 4_000
    assert (own.budget, own.partner_id) == (None, PARTNER)
    # An hour could be one person's.
    assert (own.rides.by_hour, len(month.report.rides.by_hour)) == ((), 24)
    assert [row.net_cents for row in month.report.people.by_partner] == [0, 4_400]


def test_the_next_month_opens_with_what_this_one_closes(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)
    world.clock.now = IN_APRIL
    card = world.code()
    world.request(card, "g", 1_000)
    world.complete(card, "g", 1_000)
    world.administer(
        "record_payment",
        program_id=world.program_id,
        provider_id=PROVIDER,
        month=MARCH,
        amount_cents=4_000,
        invoice_ref="inv-1",
    )
    march = months.add_up(world, MARCH, tmp_path)

    april = months.add_up(world, "2026-04", tmp_path, march.month.closing)

    assert march.report.is_complete
    assert april.report.money.opening == march.report.money.closing
    (owed,) = april.report.money.ride_companies
    assert (owed.opening_cents, owed.captured_cents, owed.paid_cents) == (4_400, 1_000, 4_000)
    assert owed.closing_cents == 1_400
    assert months.differences(march) == months.differences(april) == []


def test_a_late_adjustment_stands_where_it_was_recorded_with_the_month_that_it_adjusts(
    told_apart: World, tmp_path: Path
) -> None:
    world = told_apart
    code = world.code()
    world.request(code, "a", 1_500)
    world.complete(code, "a", 1_500)
    march = months.add_up(world, MARCH, tmp_path / "before")
    world.clock.now = datetime(2026, 4, 1, 12, tzinfo=UTC)
    world.adjust(code, "a", 900)

    again = months.add_up(world, MARCH, tmp_path)
    april = months.add_up(world, "2026-04", tmp_path, again.month.closing)

    assert again.report.money == march.report.money
    (late,) = april.report.exceptions.late_adjustments
    assert (late.month, late.adjustments, late.refunded_cents) == (MARCH, 1, 600)
    assert april.report.money.refunded_cents == 600
    assert months.differences(april) == []


def test_a_ride_that_was_told_in_the_next_month_is_named_as_late(
    told_apart: World, tmp_path: Path
) -> None:
    world = told_apart
    world.clock.now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    code = world.code()
    world.request(code, "a", 1_500)
    driven_at = world.clock.now
    world.clock.passes(days=3)
    world.complete(code, "a", 1_400, completed_at=driven_at)

    march = months.add_up(world, MARCH, tmp_path)
    april = months.add_up(world, "2026-04", tmp_path, march.month.closing)

    (late,) = april.report.exceptions.late_adjustments
    assert (late.month, late.adjustments, late.captured_cents) == (MARCH, 1, 1_400)
    assert march.report.exceptions.late_adjustments == ()
    assert months.differences(april) == []


def test_an_adjustment_that_changes_nothing_is_no_late_change(
    told_apart: World, tmp_path: Path
) -> None:
    world = told_apart
    code = world.code()
    world.request(code, "a", 1_500)
    world.complete(code, "a", 1_400)
    adjusted_at = world.clock.now
    world.clock.now = datetime(2026, 4, 2, 12, tzinfo=UTC)
    world.adjust(code, "a", 1_400, adjusted_at=adjusted_at)

    *_, april, _ = months.every_month(world, tmp_path)

    assert april.report.exceptions.late_adjustments == ()
    assert months.differences(april) == []


def test_a_month_that_goes_on_is_told_beside_an_admins_command(
    told_apart: World, tmp_path: Path
) -> None:
    world = played(told_apart)
    own = keys.program_account(world.program_id)
    entries = world.store.month_entries

    def overtaken(program_id: str, month: str) -> Any:
        # The index hasn't the latest of the programme's own entries yet.
        found = list(entries(program_id, month))
        latest = max((one for one in found if one.account == own), key=lambda one: one.sequence)
        return (one for one in found if one != latest)

    world.store.month_entries = overtaken  # type: ignore[method-assign]
    try:
        summed = months.add_up(world, MARCH, tmp_path)
    finally:
        del world.store.month_entries

    assert not summed.report.is_complete


def test_who_rode_before_is_returning(told_apart: World, tmp_path: Path) -> None:
    world = told_apart
    person, new = world.enroll(), world.enroll()
    for who, month in ((person, 3), (person, 4), (new, 4)):
        world.clock.now = datetime(2026, month, 10, 12, tzinfo=UTC)
        request = world.mint_request(participant_ids=(who,), unassigned=None)
        code = str(world.mint(request).vouchers[0].code)
        world.request(code, f"{who}-{month}", 1_000)
        world.complete(code, f"{who}-{month}", 1_000)

    march, april, *_ = months.every_month(world, tmp_path)

    assert (march.report.people.new_riders, march.report.people.returning_riders) == (1, 0)
    assert (april.report.people.new_riders, april.report.people.returning_riders) == (1, 1)
    assert months.differences(april) == []


def test_a_card_that_expired_unused_is_counted_when_its_money_went_back(
    told_apart: World, tmp_path: Path
) -> None:
    world = told_apart
    used, _ = world.code(), world.code()
    world.request(used, "a", 1_000)
    world.complete(used, "a", 1_000)
    world.clock.passes(days=60)
    world.keep_house()

    *_, may, _ = months.every_month(world, tmp_path)

    assert may.report.vouchers.expired_unused == 1
    assert may.report.vouchers.returned_cents == 4_000 + 3_000
    assert months.differences(may) == []


def test_the_same_entries_make_the_same_bytes(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)

    one, other = (months.add_up(world, MARCH, tmp_path / name) for name in ("one", "other"))

    assert one.report.model_dump_json() == other.report.model_dump_json()
    assert one.month.closing.model_dump_json() == other.month.closing.model_dump_json()
    assert one.lines.entries.read_bytes() == other.lines.entries.read_bytes()
    assert one.lines.audit.read_bytes() == other.lines.audit.read_bytes()


def test_the_files_name_no_voucher_and_no_person(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)
    ids = {
        value["S"]
        for table in ("vouchers", "people")
        for item in world.items(table)
        for name, value in item.items()
        if name in ("voucher_id", "voucher_key", "subject_id", "participant_id", "external_ref")
    }

    lines = months.add_up(world, MARCH, tmp_path).lines

    assert len(ids) > 6
    for file in (lines.entries, lines.audit):
        text = file.read_text(encoding="utf-8")
        assert not [one for one in ids if one in text]
    assert "aut_" not in lines.audit.read_text(encoding="utf-8")
    hours = [row for row in recount.rows(lines.entries) if ":" in "".join(row.values())]
    assert hours == []


def test_books_that_do_not_add_up_are_no_report(told_apart: World, tmp_path: Path) -> None:
    world = played(told_apart)
    wrong = Closing(program_id=world.program_id, month="2026-02")
    moved = {Account.OUTSIDE: -100, Account.UNALLOTTED: 99}
    wrong = wrong.model_copy(update={"program": wrong.program.model_copy(update={"moved": moved})})

    with pytest.raises(BooksDiffer, match="Nothing is lost"):
        months.add_up(world, MARCH, tmp_path, wrong)


def test_a_month_that_there_is_no_time_for_is_no_report(told_apart: World, tmp_path: Path) -> None:
    with pytest.raises(OutOfTime):
        months.add_up(played(told_apart), MARCH, tmp_path, has_time=lambda: False)


def test_a_month_is_over_two_hours_after_its_last_moment(told_apart: World, tmp_path: Path) -> None:
    # New York's April begins at four in the morning, UTC.
    begins = datetime(2026, 4, 1, 4, tzinfo=UTC)
    almost = begins + timedelta(hours=2, milliseconds=-1)

    early = months.add_up(told_apart, MARCH, tmp_path, now=almost)
    late = months.add_up(told_apart, MARCH, tmp_path, now=begins + timedelta(hours=2))

    assert (early.report.is_complete, late.report.is_complete) == (False, True)
