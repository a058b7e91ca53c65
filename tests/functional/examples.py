"""The examples of the contract, played: what a partner and a ride company send, in order, on a
stack of their own. `infra.contract.examples` keeps what they sent and what they were told."""

from copy import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from moto import mock_aws

from builders import PROGRAM
from functional.stack import forget, make_stack
from functional.story import Examples, Story, set_time

_NAMES = {"case-0001": "a_person", "case-0002": "another_person"}
_FIRST_OF_APRIL = datetime(2026, 4, 1, 14, tzinfo=UTC)


def play() -> Examples:
    """The whole story, on a stack in moto's memory."""
    with mock_aws(), pytest.MonkeyPatch.context() as monkeypatch:
        time = set_time(monkeypatch)
        story = Story(replace(make_stack(time.is_now), monkeypatch=monkeypatch), time)
        for chapter in (_people, _vouchers, _batches, _rides, _letting_go, _reports):
            chapter(story)
        # The handlers were made for this stack.
        for door in story.stack.handlers:
            forget(door)
        return story.examples


def _people(story: Story) -> None:
    story.call("who_am_i", "a_partner")
    for ref, name in _NAMES.items():
        story.call("enroll", name, _enrollment(story, ref))
    story.call("enroll", "a_second_time", _enrollment(story, "case-0001"))
    person = _person(story)
    story.call(
        "list_participants",
        "by_your_reference",
        query={"program_id": PROGRAM, "external_ref": "case-0001"},
    )
    story.call("show_participant", "a_person", participant_id=person)
    story.call("change_language", "to_spanish", {"language": "es"}, participant_id=person)
    outcome = {"kind": "job_started", "day": "2026-03-02"}
    story.call("record_outcome", "a_job", outcome, participant_id=person)
    story.call("record_outcome", "once_more", outcome, participant_id=person)


def _enrollment(story: Story, ref: str) -> dict[str, Any]:
    return {
        "program_id": PROGRAM,
        "external_ref": ref,
        "language": "en",
        "attestation": {"eligible": True, "attested_by": "staff-7", "attested_on": "2026-03-02"},
        "consent": {
            "text_version": "2026-01",
            "language": "en",
            "granted_at": story.time.text(),
            "uses": ["enrollment", "sms", "outcomes"],
        },
    }


def _person(story: Story, ref: str = "case-0001") -> str:
    return str(story.examples["enroll"][_NAMES[ref]]["answer"]["participant_id"])


def _minting(**changes: Any) -> dict[str, Any]:
    return {"program_id": PROGRAM, "purpose": "job_interview", "value_cents": 4_000, **changes}


def _vouchers(story: Story) -> None:
    person = _person(story)
    (hers,) = story.call("mint", "for_a_person", _minting(participant_ids=[person]))["vouchers"]
    one, other = story.call("mint", "cards_for_nobody_yet", _minting(unassigned=2))["vouchers"]
    story.call("mint", "more_than_is_left", _minting(value_cents=10_000, unassigned=25))
    story.call("show_voucher", "of_a_person", voucher_id=hers["voucher_id"])
    story.call("list_entries", "a_new_voucher", voucher_id=hers["voucher_id"])
    story.call("list_vouchers", "of_a_person", query={"participant_id": person})
    card = {"voucher_id": one["voucher_id"]}
    for act, name, body in (
        ("assign_voucher", "handed_over", {"participant_id": person}),
        ("assign_voucher", "handed_over_before", {"participant_id": _person(story, "case-0002")}),
        ("block_voucher", "lost", {"reason": "lost"}),
        ("block_voucher", "blocked_before", {}),
        ("unblock_voucher", "found_again", {}),
        ("unblock_voucher", "not_blocked", {}),
        ("extend_voucher", "two_more_weeks", {"expires_at": story.time.text(days=21)}),
        ("show_card", "to_print", None),
        ("send_code", "by_sms", {"phone_number": "+1 212 555 0142"}),
        ("reissue_voucher", "lost_card", {"reason": "lost"}),
        ("reissue_voucher", "of_an_old_card", {}),
        ("show_card", "of_an_old_card", None),
        ("extend_voucher", "of_an_old_card", {"expires_at": story.time.text(days=28)}),
    ):
        story.call(act, name, body, **card)
    story.call(
        "print_cards", "two_cards", {"voucher_ids": [hers["voucher_id"], other["voucher_id"]]}
    )
    story.call(
        "send_code",
        "of_nobodys_card",
        {"phone_number": "+1 212 555 0142"},
        voucher_id=other["voucher_id"],
    )
    story.call("revoke_voucher", "not_needed", {}, voucher_id=other["voucher_id"])
    story.call("revoke_voucher", "revoked_before", {}, voucher_id=other["voucher_id"])
    story.call("print_cards", "a_closed_one", {"voucher_ids": [other["voucher_id"]]})


def _batches(story: Story) -> None:
    rows = [{"external_ref": "case-0001"}, {"external_ref": "case-0009"}]
    batch = story.call("start_batch", "rows", _minting(rows=rows))
    story.call("start_batch", "the_same_again", _minting(rows=rows))
    story.call(
        "start_batch",
        "a_file",
        "external_ref\ncase-0002\n",
        query={"program_id": PROGRAM, "purpose": "family", "value_cents": "2000"},
    )
    for message in story.stack.messages():
        story.stack.job("batching", {"Records": [message]})
    story.call("show_batch", "ended", batch_id=batch["batch_id"])
    story.call("list_batch_vouchers", "rows", batch_id=batch["batch_id"])
    story.call("list_batch_vouchers", "a_file", accept="text/csv", batch_id=batch["batch_id"])


def _rides(story: Story) -> None:
    (voucher,) = story.examples["mint"]["for_a_person"]["answer"]["vouchers"]
    ask, report = "ask_for_authorization", "report_event"
    named = {"voucher_code": voucher["code"]}
    story.tell(ask, "a_question", "voucher.checked", **named, estimated_fare_cents=1_500)
    request = {**named, "estimated_fare_cents": 1_500, "currency": "USD"}
    first, second = (
        story.tell(
            ask, name, "ride.requested", **request, ride_id=ride, requested_at=story.time.text()
        )
        for name, ride in (("a_ride", "ride-1"), ("another_ride", "ride-2"))
    )
    story.tell(
        ask,
        "a_wrong_code",
        "ride.requested",
        **{**request, "voucher_code": "0000-0000-0000-0000"},
        ride_id="ride-3",
        requested_at=story.time.text(),
    )
    made = {"ride_id": "ride-1", "authorization_id": first["authorization_id"]}
    story.tell(
        report,
        "a_ride_made",
        "ride.completed",
        **made,
        fare_cents=1_320,
        currency="USD",
        completed_at=story.time.text(),
    )
    story.tell(
        report,
        "a_fare_corrected",
        "ride.adjusted",
        **made,
        adjustment_id="adj-1",
        fare_cents=1_200,
        adjusted_at=story.time.text(),
        why="correction",
    )
    story.tell(
        report,
        "a_ride_cancelled",
        "ride.cancelled",
        ride_id="ride-2",
        authorization_id=second["authorization_id"],
        cancelled_at=story.time.text(),
    )
    story.tell(report, "a_test", "webhook.test")


def _letting_go(story: Story) -> None:
    person, other = _person(story), _person(story, "case-0002")
    story.call("show_record", "to_hand_over", participant_id=person)
    story.call(
        "change_consent",
        "no_more_sms",
        {"action": "withdraw", "uses": ["sms"]},
        participant_id=person,
    )
    consent = _enrollment(story, "case-0001")["consent"]
    story.call(
        "change_consent", "granted_anew", {"action": "grant", **consent}, participant_id=person
    )
    story.call("exit_participant", "leaves", {}, participant_id=other)
    story.call("exit_participant", "left_before", {}, participant_id=other)
    story.call(
        "change_consent", "after_leaving", {"action": "grant", **consent}, participant_id=other
    )
    story.call("erase_participant", "at_her_wish", participant_id=other)


def _reports(story: Story) -> None:
    story.time.is_now = _FIRST_OF_APRIL
    story.stack.job("dispatching")
    for message in story.stack.messages(story.stack.report_queue_url):
        story.stack.job("reporting", {"Records": [message]}, seconds_left=800)
    story.call("list_reports", "of_a_month", query={"program_id": PROGRAM, "month": "2026-03"})
