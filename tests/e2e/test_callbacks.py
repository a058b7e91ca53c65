"""What a ride company's callbacks do, at both doors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from e2e.scene import Scene, key, now, wait_until
from infra.local.client import AUTHORIZATIONS, EVENTS


@dataclass(frozen=True, slots=True)
class Expiring:
    """Two vouchers whose time ends at `at`; one has made a ride before."""

    used: dict[str, Any]
    unused: dict[str, Any]
    at: datetime


@pytest.fixture(scope="module", autouse=True)
def expiring(scene: Scene) -> Expiring:
    """Made before the tests of this module, so that the last ones needn't wait for long."""
    scene.mint()
    at = now() + timedelta(seconds=10)
    used, unused = (scene.mint(expires_at=at.isoformat()) for _ in range(2))
    scene.complete(scene.request(used["code"]))
    return Expiring(used, unused, at)


@pytest.mark.parametrize("door", [AUTHORIZATIONS, EVENTS])
def test_each_door_takes_every_type(scene: Scene, door: str) -> None:
    voucher = scene.mint()
    named = {"ride_id": f"ride-{key()[:12]}", "voucher_code": voucher["code"]}
    money = {"currency": "USD"}

    answers = {
        kind: scene.tell(kind, door, **data).expect(200)
        for kind, data in {
            "voucher.checked": {"voucher_code": voucher["code"]},
            "ride.requested": {
                **named,
                **money,
                "estimated_fare_cents": 900,
                "requested_at": now(),
            },
            "ride.completed": {**named, **money, "fare_cents": 950, "completed_at": now()},
            "ride.cancelled": {**named, "cancelled_at": now()},
            "ride.adjusted": {
                **named,
                "adjustment_id": "adj-1",
                "fare_cents": 900,
                "adjusted_at": now(),
                "why": "toll",
            },
            "webhook.test": {},
            "driver.sneezed": {"loudly": True},
        }.items()
    }

    said = {kind: one.get("decision") or one["outcome"] for kind, one in answers.items()}
    assert said == {
        "voucher.checked": "approved",
        "ride.requested": "approved",
        "ride.completed": "captured",
        "ride.cancelled": "refused",
        "ride.adjusted": "refunded",
        "webhook.test": "ignored",
        "driver.sneezed": "ignored",
    }
    assert answers["ride.cancelled"]["reason"] == "ride_completed"
    assert answers["ride.adjusted"]["refunded_cents"] == 50
    assert answers["webhook.test"]["secret"] == "current"
    assert abs(answers["webhook.test"]["clock_skew_seconds"]) <= 2
    assert scene.show(voucher)["spent_cents"] == 900


def test_a_check_says_what_a_request_would_be_told_and_changes_nothing(scene: Scene) -> None:
    voucher = scene.mint()
    before = scene.at_rest()

    fits = scene.tell("voucher.checked", voucher_code=voucher["code"], estimated_fare_cents=2_000)
    too_dear = scene.tell(
        "voucher.checked", voucher_code=voucher["code"], estimated_fare_cents=2_001
    )

    assert fits.expect(200)["held_cents"] == 2_000
    assert too_dear.expect(200)["reason"] == "over_ride_cap"
    assert scene.stored() == before


def test_a_code_is_read_as_people_type_it(scene: Scene) -> None:
    voucher = scene.mint()
    typed = voucher["code"].lower().replace("-", " ").replace("0", "o").replace("1", "l")

    assert scene.request(typed)["decision"] == "approved"


def test_a_mistyped_code_and_a_voucher_of_another_company_look_the_same(scene: Scene) -> None:
    voucher = scene.mint()
    before = scene.at_rest()
    last = "A" if voucher["code"][-1] != "A" else "B"

    mistyped = scene.request(voucher["code"][:-1] + last, ride_id="ride-mistyped")
    foreign = scene.other_company.tell(
        AUTHORIZATIONS,
        "ride.requested",
        ride_id="ride-mistyped",
        voucher_code=voucher["code"],
        estimated_fare_cents=1_500,
        currency="USD",
        requested_at=now(),
    ).expect(200)

    assert mistyped["reason"] == "voucher_unknown"
    assert {**foreign, "ride_id": "ride-mistyped"} == mistyped
    assert scene.stored() == before


def test_a_cancelled_ride_gives_its_hold_back(scene: Scene) -> None:
    voucher = scene.mint()
    approved = scene.request(voucher["code"])
    held = scene.show(voucher)

    cancelled = scene.cancel(approved)

    assert (held["held_cents"], held["rides_left"]) == (1_500, 1)
    assert (cancelled["outcome"], cancelled["released_cents"]) == ("voided", 1_500)
    shown = scene.show(voucher)
    assert (shown["available_cents"], shown["held_cents"], shown["rides_left"]) == (4_000, 0, 2)
    assert scene.complete(approved)["reason"] == "ride_cancelled"


def test_a_fare_that_is_corrected_takes_from_the_voucher_or_gives_back_to_it(scene: Scene) -> None:
    voucher = scene.mint()
    ride = scene.request(voucher["code"], 1_500)
    scene.complete(ride, 1_500)
    at = now()

    dearer = scene.adjust(ride, 1_800, why="toll", adjusted_at=at + timedelta(seconds=1))
    late = scene.adjust(ride, 100, adjusted_at=at)
    for_the_driver = scene.adjust(ride, 1_950, why="tip", adjusted_at=at + timedelta(seconds=2))
    nothing = scene.adjust(ride, 0, why="refund", adjusted_at=at + timedelta(seconds=3))

    assert (dearer["outcome"], dearer["captured_cents"]) == ("captured", 300)
    assert late["outcome"] == "superseded"
    assert (for_the_driver["outcome"], for_the_driver["reason"]) == ("refused", "not_covered")
    assert (nothing["outcome"], nothing["refunded_cents"]) == ("refunded", 1_800)
    shown = scene.show(voucher)
    assert (shown["available_cents"], shown["spent_cents"]) == (4_000, 0)
    assert scene.books_are_right()


def test_the_overage_of_a_ride_is_owed_by_the_programme_and_by_riders_only_where_it_says_so(
    scene: Scene,
) -> None:
    usual = scene.mint()
    other = scene.other_partner_id
    rider_pays = scene.new_program("rider_pays", partner_id=other, overage="rider_pays")
    shared = scene.mint(partner_id=other, program_id=rider_pays)

    by_program = scene.complete(scene.request(usual["code"]), 2_600)
    by_rider = scene.complete(scene.request(shared["code"], 2_600), 2_600)

    assert (by_program["captured_cents"], by_program["overage_cents"]) == (2_000, 600)
    assert by_program["overage_owed_by"] == "program"
    assert (by_rider["captured_cents"], by_rider["overage_owed_by"]) == (2_000, "rider")
    assert scene.books_are_right(rider_pays)


def test_a_fifth_open_ride_is_declined(scene: Scene) -> None:
    other = scene.other_partner_id
    program_id = scene.new_program("many", partner_id=other, max_rides=6)
    voucher = scene.mint(partner_id=other, program_id=program_id, rides=6)

    decisions = [scene.request(voucher["code"], 100)["decision"] for _ in range(4)]
    fifth = scene.request(voucher["code"], 100)

    assert decisions == ["approved"] * 4
    assert fifth["reason"] == "too_many_open_rides"


def test_a_ride_that_nobody_asked_for_is_refused_and_its_fare_is_on_record(scene: Scene) -> None:
    voucher = scene.mint()
    ride: dict[str, Any] = {
        "ride_id": f"ride-{key()[:12]}",
        "voucher_code": voucher["code"],
        "fare_cents": 1_000,
        "currency": "USD",
        "completed_at": now(),
    }

    refused = scene.tell("ride.completed", **ride).expect(200)

    assert (refused["outcome"], refused["reason"]) == ("refused", "direct_capture_not_allowed")
    assert refused["shortfall_cents"] == 1_000
    assert scene.show(voucher)["available_cents"] == 4_000


def test_a_ride_is_never_paid_by_a_second_voucher(scene: Scene) -> None:
    first, second = scene.mint(), scene.mint()
    approved = scene.request(first["code"])

    answer = scene.request(second["code"], ride_id=approved["ride_id"])
    mixed = scene.complete(approved, voucher_code=second["code"])

    assert answer["reason"] == "ride_of_other_voucher"
    assert mixed["reason"] == "ride_of_other_voucher"
    assert scene.complete(approved)["captured_cents"] == 1_500
    assert scene.show(second)["available_cents"] == 4_000


def test_a_cancellation_that_overtakes_its_request_leaves_nothing_held(scene: Scene) -> None:
    voucher = scene.mint()
    ride_id = f"ride-{key()[:12]}"

    cancelled = scene.tell(
        "ride.cancelled", ride_id=ride_id, voucher_code=voucher["code"], cancelled_at=now()
    ).expect(200)
    late = scene.request(voucher["code"], ride_id=ride_id)

    assert cancelled["outcome"] == "voided"
    assert late["reason"] == "ride_cancelled"
    assert scene.show(voucher)["held_cents"] == 0


def test_fields_that_we_do_not_know_and_places_are_dropped(scene: Scene) -> None:
    voucher = scene.mint()
    place = {"latitude": 40.748817, "longitude": -73.985428}

    approved = scene.request(
        voucher["code"], pickup=place, dropoff=place, driver={"name": "somebody"}
    )

    assert approved["decision"] == "approved"
    stored = str(scene.stored())
    assert "40.748817" not in stored
    assert "somebody" not in stored


def test_each_decline_has_its_true_reason_for_the_partner_and_words_for_the_rider(
    scene: Scene, expiring: Expiring
) -> None:
    not_started = scene.mint(valid_from=(now() + timedelta(days=1)).isoformat())
    used_up = scene.mint(rides=1)
    scene.complete(scene.request(used_up["code"]), 500)
    without_shares = scene.new_program("without_shares", cap_cents=1_000)
    poor = scene.mint(program_id=without_shares, value_cents=1_000)
    scene.complete(scene.request(poor["code"], 900), 900)

    declined = {
        "over_ride_cap": (scene.request(scene.mint()["code"], 2_001), None),
        "voucher_not_started": (scene.request(not_started["code"]), not_started),
        "no_rides_left": (scene.request(used_up["code"], 500), used_up),
        "insufficient_balance": (scene.request(poor["code"], 900), poor),
        "request_too_old": (
            scene.request(scene.mint()["code"], requested_at=now() - timedelta(minutes=6)),
            None,
        ),
        "currency_mismatch": (scene.request(scene.mint()["code"], currency="CAD"), None),
    }
    wait_until(expiring.at)
    declined["voucher_expired"] = (scene.request(expiring.unused["code"]), expiring.unused)

    for reason, (answer, voucher) in declined.items():
        assert (answer["decision"], answer["reason"]) == ("declined", reason)
        assert 0 < len(answer["rider_message"]["text"]) <= 160
        if voucher is not None:
            last = scene.show(voucher)["last_decline"]
            assert last["reason"] == reason
            assert last["what_to_do"]
    assert scene.books_are_right()


def test_the_way_home_is_paid_after_the_voucher_has_expired(
    scene: Scene, expiring: Expiring
) -> None:
    wait_until(expiring.at)

    home = scene.request(expiring.used["code"])

    assert home["decision"] == "approved"
