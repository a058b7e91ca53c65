"""A callback is believed only with a fresh signature of its own provider over its exact bytes."""

from datetime import timedelta

import pytest

from e2e.scene import Scene, key, now
from infra.local.client import AUTHORIZATIONS, Delivery, RideCompany, callback


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
