"""A callback is believed only with a fresh signature of its own provider over its exact bytes."""

from datetime import timedelta

import pytest

from e2e.hex_company import HEADER, IN_HEX, HexCompany
from e2e.scene import Scene, key, now
from infra.local.client import AUTHORIZATIONS, EVENTS, Delivery, RideCompany, callback
from signers import signed_in_hex


@pytest.fixture(scope="module")
def request_for_a_ride(scene: Scene) -> Delivery:
    """One that would be approved, were it signed rightly."""
    return callback(
        AUTHORIZATIONS,
        "ride.requested",
        ride_id=f"ride-{key()[:12]}",
        voucher_code=scene.mint()["code"],
        estimated_fare_cents=1_500,
        currency="USD",
        requested_at=now(),
    )


def test_what_is_not_signed_rightly_is_refused_in_one_way_and_changes_nothing(
    scene: Scene, request_for_a_ride: Delivery
) -> None:
    before = scene.at_rest()
    delivery, company = request_for_a_ride, scene.company
    right = company.signed(delivery.body)
    one_more_byte = Delivery(delivery.door, delivery.body + b" ")
    nobody = RideCompany(scene.running, f"{scene.provider_id}_nobody", scene.provider_secret)

    refused = {
        "no signature": company.post(delivery, {}),
        "a wrong one": company.post(delivery, {**right, "webhook-signature": "v1,AAAA"}),
        "not base 64": company.post(delivery, {**right, "webhook-signature": "v1,!"}),
        "of another company": company.post(delivery, scene.other_company.signed(delivery.body)),
        "of another message": company.post(delivery, {**right, "webhook-id": "msg_other"}),
        "of other bytes": company.post(one_more_byte, right),
        "six minutes old": company.post(
            delivery, company.signed(delivery.body, now() - timedelta(minutes=6))
        ),
        "six minutes ahead": company.post(
            delivery, company.signed(delivery.body, now() + timedelta(minutes=6))
        ),
        "by nobody we know": nobody.deliver(delivery),
    }

    assert {name: answer.status for name, answer in refused.items()} == dict.fromkeys(refused, 401)
    problems = [{**answer.json(), "instance": ""} for answer in refused.values()]
    assert all(problem == problems[0] for problem in problems)
    assert scene.stored() == before


def test_an_old_delivery_sent_again_as_it_was_is_refused_and_signed_anew_it_is_taken(
    scene: Scene, request_for_a_ride: Delivery
) -> None:
    old = scene.company.signed(request_for_a_ride.body, now() - timedelta(minutes=5, seconds=5))
    before = scene.at_rest()

    refused = scene.company.post(request_for_a_ride, old)

    assert refused.status == 401
    assert scene.stored() == before
    taken = scene.company.deliver(request_for_a_ride)
    assert taken.expect(200)["decision"] == "approved"


def test_one_right_signature_among_others_is_enough(scene: Scene) -> None:
    delivery = callback(AUTHORIZATIONS, "webhook.test")
    headers = scene.company.signed(delivery.body)
    several = f"v1a,unknown v1,AAAA {headers['webhook-signature']}"

    answer = scene.company.post(delivery, {**headers, "webhook-signature": several})

    assert answer.expect(200)["outcome"] == "ignored"


# ── the profile hmac_sha256_hex ──────────────────────────────────────────────────────────────────


def test_a_company_that_signs_in_hex_drives_and_what_was_caught_of_it_has_no_second_effect(
    scene: Scene,
) -> None:
    provider_id = f"{scene.provider_id}_hex"
    secret = scene.register_provider(provider_id, **IN_HEX)
    company = HexCompany(scene, provider_id, secret)
    program_id = scene.new_program("hex", provider_ids=[provider_id])
    voucher = scene.mint(program_id=program_id)
    asked = callback(
        AUTHORIZATIONS,
        "ride.requested",
        ride_id="ride-in-hex",
        voucher_code=voucher["code"],
        estimated_fare_cents=1_500,
        currency="USD",
        requested_at=now(),
    )

    tested = company.send(callback(EVENTS, "webhook.test")).expect(200)
    approved = company.send(asked).expect(200)
    made = callback(
        EVENTS,
        "ride.completed",
        ride_id="ride-in-hex",
        authorization_id=approved["authorization_id"],
        fare_cents=1_400,
        currency="USD",
        completed_at=now(),
    )
    captured = company.send(made).expect(200)
    before = scene.stored()
    caught = [company.send(one).expect(200) for one in (asked, made, asked)]
    refused = [
        company.send(asked, **{HEADER: "0" * 64}),
        company.send(asked, **{"X-Another": signed_in_hex(secret, asked.body)}),
        company.send(asked, **scene.company.signed(asked.body)),
    ]

    assert tested == {"outcome": "ignored", "secret": "current", "replayed": False}
    assert (approved["decision"], captured["captured_cents"]) == ("approved", 1_400)
    assert [one["replayed"] for one in caught] == [True] * 3
    assert [one.status for one in refused] == [401] * 3
    assert scene.stored() == before
    assert scene.show(voucher)["spent_cents"] == 1_400
    assert scene.books_are_right(program_id)


def test_a_company_brings_its_own_secret_and_changes_over_to_another(scene: Scene) -> None:
    provider_id = f"{scene.provider_id}_own"
    own, following = (f"{scene.run}-{one}-secret-of-its-own-platform" for one in ("a", "b"))
    needs = {"smartphone": True, "data": True, "own_payment_method": False}
    test = callback(EVENTS, "webhook.test")

    made = scene.admin.do(
        "register_provider",
        provider_id=provider_id,
        name="City Cabs",
        rider_needs=needs,
        help_phone="555-0199",
        staff_can_book=True,
        secret=own,
        **IN_HEX,
    )
    begun = scene.admin.do(
        "rotate_provider_secret", provider_id=provider_id, step="begin", secret=following
    )
    # A function remembers secrets for a minute, but has not read this company's yet.
    told = [
        HexCompany(scene, provider_id, one).send(test).expect(200)["secret"]
        for one in (own, following)
    ]

    assert told == ["previous", "current"]
    for secret in (own, following):
        assert secret not in str((made, begun))
        assert secret not in str(scene.stored())
