"""Service areas and weekly hours through the doors: an administrator sets them, a ride company and
a rider are told why a ride isn't paid, a partner what helps, and nothing keeps or logs a place."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from farechance.programs import WEEKDAYS
from functional.bodies import completed, mint_body, requested, rfc3339
from functional.players import Partner, Provider, mint_code
from functional.saved_events import event
from functional.stack import Stack

ZONE = ZoneInfo("America/New_York")
AREA = {"latitude": 40.7, "longitude": -74.0, "radius_meters": 5_000}
INSIDE = {"latitude": 40.712811, "longitude": -74.006023}
OUTSIDE = {"latitude": 41.938475, "longitude": -75.564738}
NO_PLACE_AT_ALL = {"latitude": 140.829364, "longitude": -74.006023}


DAY = (datetime.now(ZONE) + timedelta(days=3)).date()


def on_the_day(hour: int) -> datetime:
    """An hour of a day soon, by the clock on the wall in the programme's zone."""
    return datetime.combine(DAY, time(hour), ZONE).astimezone(UTC)


def ruled(stack: Stack, **rules: Any) -> None:
    """The programme has other rules from now on, set as an administrator sets them."""
    now = datetime.now(UTC).date()
    answer = stack.command(
        event(
            "set_rules",
            program_id=stack.world.program_id,
            rules={
                **event("set_rules")["rules"],
                "starts_on": str(now - timedelta(days=30)),
                "ends_on": str(now + timedelta(days=300)),
                **rules,
            },
        )
    )
    assert answer["done"] is True, answer


@pytest.mark.parametrize("kind", ["ride.requested", "voucher.checked"])
@pytest.mark.parametrize(
    ("place", "reason", "words"),
    [
        (INSIDE, None, "This ride is paid"),
        (OUTSIDE, "outside_service_area", "outside the area"),
        (None, "location_missing", "enter both"),
    ],
    ids=["inside", "outside", "missing"],
)
def test_a_request_and_a_check_are_told_the_same_about_a_place(
    stack: Stack,
    partner: Partner,
    provider: Provider,
    kind: str,
    place: dict[str, float] | None,
    reason: str | None,
    words: str,
) -> None:
    ruled(stack, service_areas=[AREA], service_area_ends="dropoff")
    asked = requested(mint_code(partner)) | ({"dropoff": place} if place else {})

    told = provider.tell(kind, asked, "authorizations").body

    assert told.get("reason") == reason
    assert told["decision"] == ("declined" if reason else "approved")
    assert words in told["rider_message"]["text"]


def test_hours_are_judged_at_the_pickup_to_the_second(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    hours = {"weekday": WEEKDAYS[DAY.weekday()], "from": "10:00", "to": "11:00"}
    ruled(stack, weekly_hours=[hours], max_rides=10)
    code = mint_code(partner, rides=10, value_cents=10_000, cap_cents=1_000)
    second = timedelta(seconds=1)

    def tell(name: str, **pickup: str) -> dict[str, Any]:
        asked = requested(code, ride_id=f"ride-{name}", estimated_fare_cents=500, **pickup)
        return provider.tell("ride.requested", asked, "authorizations").body

    told = {
        "early": tell("early", pickup_at=rfc3339(on_the_day(10) - second)),
        "first": tell("first", pickup_at=rfc3339(on_the_day(10))),
        "last": tell("last", pickup_at=rfc3339(on_the_day(11) - second)),
        "late": tell("late", pickup_at=rfc3339(on_the_day(11))),
        "now": tell("now"),
    }

    decisions = {name: one.get("reason", one["decision"]) for name, one in told.items()}
    assert decisions == {
        "early": "outside_hours",
        "first": "approved",
        "last": "approved",
        "late": "outside_hours",
        "now": "outside_hours",
    }
    assert f"{DAY:%b} {DAY.day}, 10:00 am" in told["now"]["rider_message"]["text"]
    assert stack.world.voucher(code).held_cents == 1_000


def test_a_case_worker_sees_the_true_reason_and_what_helps_and_no_place(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    ruled(stack, service_areas=[AREA])
    minted = partner.post("/vouchers", mint_body()).body["vouchers"][0]
    provider.tell("ride.requested", requested(minted["code"], pickup=OUTSIDE), "authorizations")

    shown = partner.get(f"/vouchers/{minted['voucher_id']}")
    entries = partner.get(f"/vouchers/{minted['voucher_id']}/entries")
    summary = partner.get("/whoami")

    assert shown.body["last_decline"]["reason"] == "outside_service_area"
    assert "service_areas" in shown.body["last_decline"]["what_to_do"]
    for answer in (shown, entries, summary):
        assert "712811" not in answer.text
    assert summary.body["programs"][0]["rules"]["service_areas"] == [AREA]


def test_a_direct_capture_is_checked_by_its_own_place(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    ruled(stack, service_areas=[AREA], service_area_ends="both", direct_capture=True)
    code = mint_code(partner)

    paid = provider.tell("ride.completed", completed(code, pickup=INSIDE, dropoff=INSIDE))
    refused = provider.tell(
        "ride.completed", completed(code, ride_id="ride-2", pickup=INSIDE, dropoff=OUTSIDE)
    )
    missing = provider.tell("ride.completed", completed(code, ride_id="ride-3", pickup=INSIDE))

    assert (paid.body["outcome"], paid.body["captured_cents"]) == ("captured", 1_200)
    assert (refused.body["outcome"], refused.body["reason"]) == ("refused", "outside_service_area")
    assert (missing.body["outcome"], missing.body["reason"]) == ("refused", "location_missing")
    assert stack.world.voucher(code).spent_cents == 1_200


def test_no_place_stays_in_a_table_or_a_log_whatever_becomes_of_the_ride(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    ruled(stack, service_areas=[AREA], direct_capture=True, max_rides=10, cap_cents=2_000)
    code = mint_code(partner, value_cents=10_000)
    places = {"pickup": INSIDE, "dropoff": OUTSIDE}

    def tell(kind: str, door: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = provider.tell(kind, body, door)
        assert "712811" not in answer.text
        return answer.body

    ask = ("ride.requested", "authorizations")
    told = [
        tell(*ask, requested(code, **places)),
        tell(*ask, requested(code, estimated_fare_cents=1_600, **places)),
        tell(*ask, requested(code, ride_id="ride-2", pickup=OUTSIDE)),
        tell(*ask, requested("1ABC", ride_id="ride-3", **places)),
        tell("voucher.checked", "authorizations", {"voucher_code": code, **places}),
        tell("ride.completed", "events", completed(code, **places)),
        tell("ride.completed", "events", completed(code, ride_id="ride-4", **places)),
        tell("ride.completed", "events", completed(code, ride_id="ride-5", pickup=OUTSIDE)),
        tell("ride.started", "events", {"ride_id": "ride-7", "at": INSIDE}),
    ]
    wrong = tell(*ask, requested(code, ride_id="ride-6", pickup=NO_PLACE_AT_ALL))
    _fails(stack, provider, requested(code, ride_id="ride-8", **places))

    assert [one.get("reason") or one.get("decision") or one["outcome"] for one in told] == [
        "approved",
        "event_conflict",
        "outside_service_area",
        "voucher_unknown",
        "approved",
        "captured",
        "captured",
        "outside_service_area",
        "ignored",
    ]
    assert wrong["errors"][0]["pointer"] == "/data/pickup/latitude"
    stored = str(stack.world.everything())
    # All of them as long as this: the seconds of a time may well be 41.9.
    for trace in ("712811", "006023", "829364", "938475", "564738"):
        assert trace not in stored
        assert trace not in stack.log


def _fails(stack: Stack, provider: Provider, body: dict[str, Any]) -> None:
    """A request that nobody can answer, so that its trace is logged."""
    client, table = stack.world.client, stack.world.tables["vouchers"]
    key = {"pk": {"S": f"voucher#{stack.world.voucher_key(body['voucher_code'])}"}}
    item = client.get_item(TableName=table, Key=key)["Item"]
    client.put_item(TableName=table, Item={**item, "available_cents": {"S": "none"}})
    provider.tell("ride.requested", body).problem(500, "internal_error")
    client.put_item(TableName=table, Item=item)
    assert "call_failed" in stack.log
