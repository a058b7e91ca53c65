"""What is logged and counted: names of events and ids, and nothing that points to a person or lets
anybody ride. Each test of this folder ends with the same check."""

import pytest

from farechance import telemetry
from functional.bodies import cancelled, completed, enrollment_body, mint_body, requested
from functional.gateway import REQUEST_ID
from functional.players import Partner, Provider, mint_code
from functional.stack import Stack


def test_a_days_work_is_logged_without_anything_private(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    body = enrollment_body(external_ref="a-private-reference")
    person = partner.post("/participants", body, "a-private-key").body["participant_id"]
    partner.post("/participants", body)
    code = partner.post("/vouchers", mint_body(participant_ids=[person])).body["vouchers"][0][
        "code"
    ]
    place = {"latitude": 40.71234, "longitude": -74.00617}
    ride = requested(code, ride_id="a-private-ride", pickup=place)
    authorization = provider.tell("ride.requested", ride).body["authorization_id"]
    provider.tell("ride.completed", completed(code, ride_id="a-private-ride"))
    provider.tell("ride.cancelled", cancelled(code, ride_id="another-private-ride"))
    provider.tell("ride.requested", requested("NOT-A-CODE"))
    partner.get("/participants", external_ref="a-private-reference", program_id="prg_harbor")

    logged = stack.log

    for private in (
        "a-private-reference",
        "a-private-key",
        "a-private-ride",
        "another-private-ride",
        "staff-of-the-desk",
        "NOT-A-CODE",
        "40.71234",
        "-74.00617",
        code,
        code.replace("-", ""),
        code[-4:],
        authorization,
        stack.world.voucher_key(code),
        provider.secret,
        provider.secret.removeprefix("whsec_"),
        stack.world.participant(person).subject_id,
    ):
        assert private not in logged
    assert logged.count('"call_answered"') == 3
    assert logged.count('"ride_event_answered"') == 4


def test_a_line_is_an_event_with_ids(stack: Stack, partner: Partner, provider: Provider) -> None:
    code = mint_code(partner)
    told = provider.tell("ride.requested", requested(code)).body

    minted, ridden = [line for line in stack.lines() if "message" in line]

    assert (minted["message"], ridden["message"]) == ("call_answered", "ride_event_answered")
    assert minted["endpoint"] == "POST /vouchers"
    assert minted["partner_id"] == stack.world.partner_id
    assert (ridden["said"], ridden["voucher_id"]) == ("approved", told["voucher_id"])
    assert minted["request_id"] == ridden["request_id"] == REQUEST_ID


def test_keys_of_one_call_are_not_in_the_next(stack: Stack, partner: Partner) -> None:
    partner.get("/whoami")
    partner.call("GET", "/whoami", claims={})

    lines = [line for line in stack.lines() if "message" in line]

    assert "partner_id" in lines[0]
    assert "partner_id" not in lines[1]
    assert lines[1]["slug"] == "not_authenticated"
    assert "request_id" not in telemetry.logger.get_current_keys()


def test_a_refusal_is_logged_by_its_slug(stack: Stack, partner: Partner) -> None:
    partner.post("/vouchers", mint_body(value_cents=1))
    partner.post("/vouchers", b"{")
    partner.get("/vouchers/vch_1nothing")

    lines = [line for line in stack.lines() if "message" in line]

    assert [line["slug"] for line in lines] == ["field_errors", "malformed_body", "not_found"]
    assert {line["message"] for line in lines} == {"call_refused"}


@pytest.mark.parametrize("path", ["/participants", "/vouchers"])
def test_repeats_are_not_counted_twice(stack: Stack, partner: Partner, path: str) -> None:
    body = enrollment_body() if path == "/participants" else mint_body(unassigned=3)

    for _ in range(2):
        partner.post(path, body, "key-1")

    expected = {"ParticipantEnrolled": 1} if path == "/participants" else {"VoucherMinted": 3}
    assert stack.counted() == expected


def test_each_outcome_of_a_ride_is_counted_once(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    request = requested(code, ride_id="ride-1")
    for kind, data in (
        ("ride.requested", request),
        ("ride.requested", request),
        ("ride.requested", {**request, "estimated_fare_cents": 1_600}),
        ("ride.completed", completed(code, ride_id="ride-1")),
        ("ride.requested", requested(code, ride_id="ride-2")),
        ("ride.cancelled", cancelled(code, ride_id="ride-2")),
        ("ride.completed", completed(code, ride_id="ride-3")),
        ("ride.started", {}),
    ):
        provider.tell(kind, data)

    assert stack.counted() == {
        "VoucherMinted": 1,
        "RideApproved": 2,
        "EventReplayed": 1,
        "RideDeclined": 1,
        "EventConflict": 1,
        "RideCaptured": 1,
        "RideVoided": 1,
        "EventRefused": 1,
        "Shortfall": 1,
        "EventIgnored": 1,
        "CoveredCents": 1_200,
    }


def test_what_counts_nothing_but_a_call_sends_no_other_metrics(
    stack: Stack, partner: Partner
) -> None:
    partner.get("/whoami")

    assert stack.counted() == {}
    assert [one["message"] for one in stack.lines() if "message" in one] == ["call_answered"]
    assert len(stack.lines()) == 2
