"""A voucher's story, as an administrator reads it who has a rider on the phone."""

from copy import replace
from datetime import timedelta
from typing import Any

import pytest

import builders
from builders import NOON, PARTNER, PROGRAM, PROVIDER
from farechance.ledger import Entry, Kind
from farechance.programs import (
    PartnerStatus,
    Program,
    Provider,
    RiderNeeds,
    Rules,
    Status,
)
from farechance.voucher_story import Known, Story, tell
from farechance.vouchers import Blocker, ClosedReason, Decline, Reason, Voucher, VoucherState

COMPANY = Provider(
    provider_id=PROVIDER,
    name="City Cabs",
    profile="standard",
    rider_needs=RiderNeeds(smartphone=True, data=True, own_payment_method=False),
    help_phone="555-0199",
    staff_can_book=True,
)
BLOCKED = {"state": VoucherState.BLOCKED, "blocked_by": Blocker.ADMINISTRATOR}
REISSUED = {
    "state": VoucherState.CLOSED,
    "closed_reason": ClosedReason.REISSUED,
    "closed_at": NOON,
    "successor_key": "n" * 32,
    "available_cents": 0,
}


def known(voucher: Voucher | None = None, *, rules: Rules | None = None, **changes: Any) -> Known:
    program = Program(
        program_id=PROGRAM,
        name="Harbor Rides Home",
        funder="Harbor Foundation",
        status=changes.pop("program_status", Status.ACTIVE),
        rules_version=1,
        time_zone="America/New_York",
    )
    fields: dict[str, Any] = {
        "voucher": voucher or builders.voucher(),
        "rules": rules or builders.rules(),
        "program": program,
        "partner": builders.partner(),
        "companies": (COMPANY,),
        "entries": (),
        "older_entries": 0,
        "successor": None,
        "now": NOON + timedelta(hours=1),
    }
    return Known(**{**fields, **changes})


def story(voucher: Voucher | None = None, **changes: Any) -> Story:
    return tell(known(voucher, **changes))


def declined(reason: Reason, **changes: Any) -> Voucher:
    return builders.voucher(last_decline=Decline(at=NOON, reason=reason), **changes)


def entry(sequence: int = 1) -> Entry:
    return Entry(
        account="voucher#" + "k" * 32,
        identity=f"entry-{sequence}",
        sequence=sequence,
        kind=Kind.VOUCHER_EXTENDED,
        program_id=PROGRAM,
        partner_id=PARTNER,
        recorded_at=NOON,
        month="2026-03",
    )


def test_it_says_what_a_voucher_is_worth_for_what_when_it_is_good_and_with_whom() -> None:
    told = story()

    assert told.heading == "The voucher that ends in 7KDM, of Second Start in Harbor Rides Home"
    assert told.what_it_is == (
        "It was minted worth $40.00, for 2 rides of up to $20.00 each. Purpose: job interview.",
        "It is good from March 2, 2026 to March 9, 2026, 1:00 PM, New York time.",
        "It pays rides with City Cabs (help line 555-0199).",
        "It is a card without a person: whoever has it may ride with it.",
    )


def test_of_a_persons_voucher_nothing_leads_to_the_person() -> None:
    told = story(builders.voucher(subject_id="sub_secret"))

    assert not any("secret" in line or "without a person" in line for line in told.lines)


def test_hours_and_area_are_told_and_no_place() -> None:
    rules = builders.rules(
        service_areas=(builders.area(),),
        service_area_ends="either",
        weekly_hours=(builders.hours("monday", "06:00", "22:00"),),
    )

    told = story(rules=rules)

    assert (
        "It pays rides at these hours: Monday 6:00 AM–10:00 PM. The way home may be later."
        in told.what_it_is
    )
    assert any("the pick-up or the drop-off must lie in it" in one for one in told.what_it_is)
    assert told.what_is_left[-1] == (
        "Asked now, it pays a ride of up to $20.00 in the programme’s area."
    )
    assert not any("40.7" in line or "-74" in line for line in told.lines)


def test_what_is_left_is_what_a_new_ride_may_draw_on() -> None:
    holds = {f"{PROVIDER}#dead": builders.hold(500, hours=0.5), f"{PROVIDER}#open": builders.hold()}
    voucher = builders.voucher_with_holds(
        holds, available_cents=1_000, spent_cents=1_000, max_rides=4, rides_counted=1
    )

    told = story(voucher)

    assert told.what_is_left == (
        "It is active.",
        "$15.00 and 2 rides are left for new rides; $10.00 is spent.",
        "$15.00 is set aside for 1 ride under way, which will be paid.",
        "Asked now, it pays a ride of up to $15.00.",
    )


def test_a_voucher_with_which_no_ride_was_declined_sends_to_the_code_that_was_typed() -> None:
    told = story()

    assert told.last_decline == "No ride was ever declined with this voucher."
    (step,) = told.what_to_do
    assert "type the code again" in step
    assert "ends in 7KDM" in step
    assert told.what_to_say == (
        "“Your voucher works. It pays a ride of up to $20.00. Please ask for the ride again.”",
    )


def test_the_last_decline_is_told_with_its_day_hour_and_true_reason() -> None:
    told = story(declined(Reason.OVER_RIDE_CAP))

    assert told.last_decline == (
        "The last time that a ride was declined was March 2, 2026, at 12:00 PM. The reason: cost "
        "more than one ride may."
    )
    assert "higher cap" in told.what_to_do[0]
    assert told.what_to_do[1].startswith("If the rider was turned away again since then: ")
    assert told.what_to_say == (
        "“This ride costs too much. A ride up to $20.00 would work. Help: Second Start 555-0100”",
    )
    assert told.in_words == (
        f"{told.last_decline} Asked now, it pays a ride of up to $20.00. {told.what_to_do[0]}"
    )


def test_what_stands_in_the_way_now_goes_before_what_did_then() -> None:
    told = story(declined(Reason.OVER_RIDE_CAP, **BLOCKED))

    assert told.last_decline.endswith("cost more than one ride may.")
    assert told.what_is_left[0] == "It is blocked by an administrator."
    assert told.what_is_left[-1] == (
        "Asked now, it pays no new ride. The reason: the voucher was blocked."
    )
    (step,) = told.what_to_do
    assert "Only an administrator unblocks it, and only if the reason is gone" in step
    assert told.what_to_say == (
        "“Your voucher cannot be used now. Please call. Help: Second Start 555-0100”",
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"program_status": Status.PAUSED}, "the programme was paused"),
        ({"program_status": Status.CLOSED}, "the programme had ended"),
        ({"program_status": Status.DRAFT}, "the programme was paused"),
        (
            {"partner": builders.partner(status=PartnerStatus.SUSPENDED)},
            "the partner was suspended",
        ),
        ({"now": NOON + timedelta(days=8)}, "the voucher had expired"),
        ({"now": NOON + timedelta(days=15)}, "the voucher had expired"),
    ],
)
def test_whatever_stops_it_now_is_told_with_what_to_do(
    changes: dict[str, Any], reason: str
) -> None:
    told = story(**changes)

    assert told.what_is_left[-1] == f"Asked now, it pays no new ride. The reason: {reason}."
    assert len(told.what_to_do) == 1
    assert "works" not in told.what_to_say[0]


@pytest.mark.parametrize("reason", [Reason.NO_RIDES_LEFT, Reason.TOO_MANY_OPEN_RIDES])
def test_what_is_gone_once_it_pays_again_is_told_as_gone(reason: Reason) -> None:
    told = story(declined(reason))

    assert told.what_to_do[0] == "What stood in the way is gone. Ask the rider to book again."
    assert "works" in told.what_to_say[0]


@pytest.mark.parametrize("reason", Reason)
def test_after_any_decline_there_is_something_to_do_and_to_say(reason: Reason) -> None:
    for changes in ({}, BLOCKED):
        told = story(declined(reason, **changes))

        assert told.what_to_do
        assert told.what_to_say
        assert not any("None" in line or "{" in line for line in told.lines)


def test_a_reissued_card_leads_to_the_new_one() -> None:
    new = builders.voucher(last4="9XYZ", voucher_id="vch_1new")

    told = story(declined(Reason.VOUCHER_CLOSED, **REISSUED), successor=new)

    assert told.what_is_left[0] == (
        "It is closed: the card was reissued. Its money is on the new card, which ends in 9XYZ and "
        "is vch_1new."
    )
    assert "ends in 9XYZ" in told.what_to_do[0]
    assert told.what_to_say == ("“Your card was replaced by a new one. Please use that one.”",)


def test_who_is_spoken_to_in_spanish_is_told_so_in_both_languages() -> None:
    told = story(builders.voucher(language="es"))

    assert told.what_to_say == (
        "In English: “Your voucher works. It pays a ride of up to $20.00. Please ask for the ride "
        "again.”",
        "In Spanish: “Tu vale funciona. Paga un viaje de hasta $20.00. Pide el viaje otra vez.”",
    )
    declined_now = story(builders.voucher(language="es", **BLOCKED))
    assert "no se puede usar" in declined_now.what_to_say[1]
    assert "cannot be used" in declined_now.what_to_say[0]


def test_only_the_newest_entries_are_told_and_that_others_are_left_out() -> None:
    some = tuple(entry(number) for number in (13, 14))

    told = story(entries=some, older_entries=12)

    assert told.left_out == "Only the newest 2 entries are told here; 12 older entries left out."
    assert told.left_out in told.lines
    assert [one.what for one in told.what_happened] == ["Second Start gave it a later end."] * 2
    assert told.lines[-1] == "March 2, 2026: Second Start gave it a later end."
    assert story(entries=some).left_out == ""


def test_every_line_is_a_whole_sentence() -> None:
    told = tell(
        replace(known(declined(Reason.INSUFFICIENT_BALANCE)), entries=(entry(),), older_entries=1)
    )

    assert all(line.endswith((".", ".”", "0100”")) for line in told.lines), told.lines
