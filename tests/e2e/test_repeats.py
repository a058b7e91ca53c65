"""Callbacks are delivered at least once and in any order: a repeat changes nothing, ever."""

from typing import Any

from e2e.scene import Scene, key, now
from infra.local import rides
from infra.local.client import Answer, Delivery, RideCompany
from infra.local.mint_cards import Card
from infra.local.play import Player


class Recorder(RideCompany):
    """A ride company that keeps what it has sent, with the answers."""

    deliveries: list[tuple[Delivery, Answer]]

    def deliver(self, delivery: Delivery) -> Answer:
        """Sends and keeps."""
        answer = super().deliver(delivery)
        self.deliveries.append((delivery, answer))
        return answer


def test_everything_sent_again_is_told_as_a_repeat_and_changes_no_stored_byte(
    scene: Scene,
) -> None:
    company = Recorder(scene.running, scene.provider_id, scene.provider_secret)
    company.deliveries = []
    cards = _cards(scene)
    Player(company, key()[:6], lambda: None).play(cards, rides.read()[:26])
    sent = list(company.deliveries)
    before = scene.at_rest()

    again = [(answer, company.deliver(delivery)) for delivery, answer in reversed(sent)]

    said = {_said(first.json()) for first, _ in again}
    assert {"approved", "captured", "voided", "over_ride_cap", "no_rides_left"} <= said
    assert {"event_conflict", "voucher_unknown"} <= said
    for first, second in again:
        known, told = first.expect(200), second.expect(200)
        # Answers to unknown codes are only counted, not kept: they leave nothing to repeat.
        assert told["replayed"] is (_said(known) != "voucher_unknown")
        assert _first_answer(told) == _first_answer(known)
    assert scene.stored() == before
    assert scene.books_are_right()


def test_a_repeat_tells_the_first_answer_and_where_the_ride_stands_now(scene: Scene) -> None:
    voucher, requested_at, ride_id = scene.mint(), now(), f"ride-{key()[:12]}"
    approved = scene.request(voucher["code"], ride_id=ride_id, requested_at=requested_at)
    scene.complete(approved, 1_100)

    again = scene.request(voucher["code"], ride_id=ride_id, requested_at=requested_at)

    assert again["replayed"] is True
    assert again["ride"] == {"state": "captured", "captured_cents": 1_100}
    assert _first_answer(again) == _first_answer(approved)


def test_the_same_event_with_another_fare_changes_nothing_and_is_on_record(scene: Scene) -> None:
    voucher = scene.mint()
    approved = scene.request(voucher["code"])
    scene.complete(approved, 1_000)

    contradicted = scene.complete(approved, 1_900)

    assert (contradicted["outcome"], contradicted["reason"]) == ("refused", "event_conflict")
    assert scene.show(voucher)["spent_cents"] == 1_000
    entries = scene.app().get(f"/vouchers/{voucher['voucher_id']}/entries").expect(200)["entries"]
    assert entries[-1]["kind"] == "ride.conflict"
    assert entries[-1]["changes"] == {}


def _cards(scene: Scene) -> list[Card]:
    minted = scene.app().post(
        "/vouchers", scene.minting(unassigned=11, value_cents=4_000, cap_cents=2_000), key()
    )
    return [
        Card(scene.partner_id, one["voucher_id"], one["code"], one["value_cents"])
        for one in minted.expect(201)["vouchers"]
    ]


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("reason") or answer.get("decision") or answer["outcome"])


def _first_answer(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name not in ("replayed", "ride")}
