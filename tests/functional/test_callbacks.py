"""What ride companies are told: answers that match their models, and what then is stored."""

from typing import Any

import pytest
from pydantic import TypeAdapter

from farechance.provider_api import (
    Approved,
    CallbackAnswer,
    Declined,
    Ignored,
    Recorded,
)
from functional.bodies import cancelled, completed, requested, rfc3339
from functional.gateway import Answer
from functional.players import Partner, Provider, mint_code
from functional.stack import Stack

ANSWER: TypeAdapter[Any] = TypeAdapter(CallbackAnswer)


def _read[Model](model: type[Model], answer: Answer) -> Model:
    assert answer.status == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    told = ANSWER.validate_json(answer.text)
    assert isinstance(told, model)
    return told


def test_a_ride_from_its_request_to_its_completion(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)

    approved = _read(Approved, provider.tell("ride.requested", requested(code), "authorizations"))
    fact = completed(code, voucher_code=None, authorization_id=approved.authorization_id)
    fact.pop("voucher_code")
    captured = _read(Recorded, provider.tell("ride.completed", fact))

    assert (approved.held_cents, approved.replayed) == (1_500, False)
    assert approved.hold_expires_at is not None
    assert "15.00" in approved.rider_message.text
    assert (captured.outcome, captured.captured_cents, captured.released_cents) == (
        "captured",
        1_200,
        300,
    )
    assert captured.voucher_id == approved.voucher_id
    assert stack.world.voucher(code).spent_cents == 1_200


def test_a_ride_that_is_cancelled(stack: Stack, partner: Partner, provider: Provider) -> None:
    code = mint_code(partner)
    provider.tell("ride.requested", requested(code), "authorizations")

    voided = _read(Recorded, provider.tell("ride.cancelled", cancelled(code)))

    assert (voided.outcome, voided.released_cents) == ("voided", 1_500)
    assert stack.world.voucher(code).available_cents == 4_000


def test_each_door_takes_every_type(partner: Partner, provider: Provider) -> None:
    code = mint_code(partner)

    approved = _read(Approved, provider.tell("ride.requested", requested(code), "events"))
    captured = _read(Recorded, provider.tell("ride.completed", completed(code), "authorizations"))

    assert approved.decision == "approved"
    assert captured.outcome == "captured"


def test_a_decline_says_why_to_the_company_and_what_helps_to_the_rider(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner, language="es")

    answer = provider.tell(
        "ride.requested", requested(code, estimated_fare_cents=9_000), "authorizations"
    )

    declined = _read(Declined, answer)
    assert declined.reason == "over_ride_cap"
    assert declined.rider_message.language == "es"
    assert "Ayuda" in declined.rider_message.text
    assert stack.world.voucher(code).held_cents == 0


def test_what_stops_a_whole_voucher_is_not_the_companys_business(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    stack.world.administer("pause_program", program_id=stack.world.program_id)

    answer = provider.tell("ride.requested", requested(code), "authorizations")

    assert _read(Declined, answer).reason == "voucher_not_usable"
    assert "paused" not in answer.text
    assert stack.world.entries(code)[-1].reason == "program_paused"


def test_an_unknown_code_is_declined_refused_and_counted_and_leaves_no_trace(
    stack: Stack, provider: Provider
) -> None:
    code = stack.world.unknown_code()

    with stack.unchanged():
        declined = _read(
            Declined, provider.tell("ride.requested", requested(code), "authorizations")
        )
        refused = [
            _read(Recorded, provider.tell("ride.completed", completed(code))),
            _read(Recorded, provider.tell("ride.cancelled", cancelled(code))),
        ]

    assert declined.reason == "voucher_unknown"
    assert [one.reason for one in refused] == ["voucher_unknown"] * 2
    assert [one.voucher_id for one in refused] == [None, None]
    assert stack.counted()["CodeUnknown"] == 3


def test_a_repeat_is_marked_and_tells_where_the_ride_is_now(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    request = requested(code)
    first = provider.tell("ride.requested", request, "authorizations")
    provider.tell("ride.completed", completed(code))

    with stack.unchanged():
        answer = provider.tell("ride.requested", request, "authorizations")

    again = _read(Approved, answer)
    assert answer.body == {
        **first.body,
        "replayed": True,
        "ride": {"state": "captured", "captured_cents": 1_200},
    }
    assert again.ride is not None
    assert stack.counted()["EventReplayed"] == 1


def test_a_conflict_is_an_answer_and_no_error(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    at = rfc3339()
    provider.tell("ride.requested", requested(code, requested_at=at))
    provider.tell("ride.completed", completed(code, completed_at=at))

    declined = _read(
        Declined,
        provider.tell("ride.requested", requested(code, requested_at=at, currency="CAD")),
    )
    refused = _read(
        Recorded,
        provider.tell("ride.completed", completed(code, completed_at=at, fare_cents=1_300)),
    )

    assert (declined.reason, refused.reason) == ("event_conflict", "event_conflict")
    assert stack.world.voucher(code).spent_cents == 1_200


def test_an_adjustment_gives_back_once_and_a_repeat_gets_the_first_answer(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    provider.tell("ride.requested", requested(code))
    provider.tell("ride.completed", completed(code))
    adjustment = {
        "ride_id": "ride-1",
        "voucher_code": code,
        "adjustment_id": "adj-1",
        "fare_cents": 1_100,
        "adjusted_at": rfc3339(),
        "why": "refund",
    }

    first = _read(Recorded, provider.tell("ride.adjusted", adjustment))
    with stack.unchanged():
        repeat = _read(Recorded, provider.tell("ride.adjusted", adjustment))

    assert (first.outcome, first.refunded_cents, first.replayed) == ("refunded", 100, False)
    assert (repeat.outcome, repeat.refunded_cents, repeat.replayed) == ("refunded", 100, True)
    assert stack.world.voucher(code).spent_cents == 1_100


@pytest.mark.parametrize("with_estimate", [True, False])
def test_a_check_tells_what_a_request_would_be_told_and_changes_nothing(
    stack: Stack, partner: Partner, provider: Provider, *, with_estimate: bool
) -> None:
    code = mint_code(partner)
    asked = {"voucher_code": code} | ({"estimated_fare_cents": 1_500} if with_estimate else {})

    with stack.unchanged():
        answer = provider.tell("voucher.checked", asked, "authorizations")

    checked = _read(Approved, answer)
    assert checked.held_cents == (1_500 if with_estimate else 2_000)
    assert (checked.authorization_id, checked.hold_expires_at) == (None, None)


def test_a_check_of_what_would_not_work_is_declined(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)

    with stack.unchanged():
        too_dear = provider.tell(
            "voucher.checked", {"voucher_code": code, "estimated_fare_cents": 2_001}
        )
        unknown = provider.tell("voucher.checked", {"voucher_code": "1ABC"})

    assert _read(Declined, too_dear).reason == "over_ride_cap"
    assert _read(Declined, unknown).reason == "voucher_unknown"


@pytest.mark.parametrize("kind", ["ride.started", "driver.assigned", "x" * 64])
def test_a_type_that_we_do_not_know_is_ignored_and_counted(
    stack: Stack, provider: Provider, kind: str
) -> None:
    with stack.unchanged():
        answer = provider.tell(kind, {"ride_id": "ride-1", "driver": {"anything": [1, 2]}})

    assert _read(Ignored, answer).outcome == "ignored"
    assert answer.body == {"outcome": "ignored", "replayed": False}
    assert stack.counted() == {"EventIgnored": 1}
