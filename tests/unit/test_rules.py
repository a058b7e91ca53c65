"""The rules that a programme can set, as an administrator sends them (domain.md, 'Rules')."""

from typing import Any

import pytest

import builders
from builders import refusals
from farechance.programs import WEEKDAYS, Rules
from farechance.strictness import stored_answer

LEAST: dict[str, Any] = {
    "time_zone": "America/New_York",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "max_value_cents": 4_000,
    "valid_days": 7,
    "purposes": [{"name": "job_interview"}],
    "provider_ids": ["pvd_city_cabs"],
    "rider_facing_name": "City Rides",
}


def sent(**changes: Any) -> dict[str, Any]:
    return {**LEAST, **changes}


def test_the_names_of_the_rules_are_those_of_the_design() -> None:
    assert set(Rules.model_fields) == {
        "currency",
        "time_zone",
        "starts_on",
        "ends_on",
        "min_value_cents",
        "max_value_cents",
        "max_rides",
        "cap_cents",
        "valid_days",
        "purposes",
        "overage",
        "max_cancellation_fee_cents",
        "hold_seconds",
        "direct_capture",
        "service_areas",
        "service_area_ends",
        "weekly_hours",
        "return_hours",
        "max_vouchers_per_participant_month",
        "max_vouchers_per_partner_hour",
        "provider_ids",
        "max_owed_cents",
        "small_count_threshold",
        "rider_facing_name",
    }


def test_what_is_left_out_is_as_the_design_says() -> None:
    assert refusals(Rules, LEAST) == {}

    rules = builders.rules()

    assert rules.max_rides == 2
    assert rules.cap_cents is None
    assert rules.overage == "decline"
    assert rules.hold_seconds == 24 * 3_600
    assert rules.return_hours == 12
    assert rules.max_vouchers_per_partner_hour == 500
    assert rules.small_count_threshold == 11
    assert rules.max_cancellation_fee_cents == 0
    assert not rules.direct_capture
    assert rules.purposes[0].public_label == {"en": "Ride", "es": "Viaje"}


AREA = {"latitude": 40.7, "longitude": -74.0, "radius_meters": 20}
HOURS = {"weekday": "monday", "from": "08:00", "to": "24:00"}
MANY_HOURS = [
    {"weekday": weekday, "from": f"{hour:02d}:00", "to": f"{hour + 1:02d}:00"}
    for weekday in WEEKDAYS
    for hour in range(8, 16)
]


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("max_rides", [1, 50], [0, 51, -1]),
        ("valid_days", [1, 366], [0, 367]),
        ("hold_seconds", [3_600, 31 * 86_400], [3_599, 31 * 86_400 + 1]),
        ("return_hours", [0, 12, 48], [-1, 49]),
        ("max_value_cents", [100, 1_000_000], [0, 1_000_001]),
        ("min_value_cents", [1, 4_000], [0, -1]),
        ("cap_cents", [1, 4_000], [0, -1]),
        ("max_cancellation_fee_cents", [0, 500], [-1, 1_000_001]),
        ("max_owed_cents", [0, 10_000_000_000], [-1, 10_000_000_001]),
        ("small_count_threshold", [1, 100], [0, 101]),
        ("max_vouchers_per_participant_month", [1, 40], [0, 41]),
        ("overage", ["decline", "rider_pays", "program_pays"], ["", "partner_pays", "DECLINE"]),
        ("service_area_ends", ["pickup", "dropoff", "either", "both"], ["", "none"]),
        ("currency", ["USD", "EUR"], ["usd", "US", "DOLLAR", ""]),
        ("rider_facing_name", ["R", "R" * 40], ["", "R" * 41]),
        (
            "provider_ids",
            [["pvd_a"], [f"pvd_{n}" for n in range(10)]],
            [[], ["city_cabs"], [f"pvd_{n}" for n in range(11)]],
        ),
        (
            "purposes",
            [
                [{"name": "job", "public_label": {"en": "R", "es": "V" * 30}}],
                [{"name": f"purpose_{n}"} for n in range(20)],
            ],
            [
                [],
                ["job"],
                [{"name": "Job"}],
                [{"name": "job", "public_label": {"en": ""}}],
                [{"name": "job", "public_label": {"en": "R" * 31}}],
                [{"name": f"purpose_{n}"} for n in range(21)],
            ],
        ),
        (
            "time_zone",
            ["America/Los_Angeles", "UTC", "Pacific/Honolulu"],
            ["", "EST5", "New York", "america/new_york", "localtime", "Factory", "../etc/passwd"],
        ),
        (
            "service_areas",
            [[], [AREA] * 20, [{"latitude": -90, "longitude": 180, "radius_meters": 500_000}]],
            [
                [AREA] * 21,
                [{**AREA, "radius_meters": 19}],
                [{**AREA, "radius_meters": 500_001}],
                [{**AREA, "latitude": 90.5}],
                [{**AREA, "latitude": -90.5}],
                [{**AREA, "longitude": 180.5}],
                [{**AREA, "longitude": -180.5}],
                [{**AREA, "latitude": "40.7"}],
                [{**AREA, "longitude": True}],
                [{**AREA, "radius_meters": 20.5}],
                [{**AREA, "name": "downtown"}],
            ],
        ),
        (
            "weekly_hours",
            [[], MANY_HOURS[:50], [{**HOURS, "from": "23:59"}], [{**HOURS, "to": "08:01"}]],
            [
                MANY_HOURS[:51],
                [{**HOURS, "from": "24:00"}],
                [{**HOURS, "to": "8:00"}],
                [{**HOURS, "to": "24:01"}],
                [{**HOURS, "to": "08:00"}],
                [{**HOURS, "to": "07:59"}],
                [{**HOURS, "from": "22:00", "to": "02:00"}],
                [{**HOURS, "weekday": "mon"}],
                [{**HOURS, "until": "24:00"}],
                [HOURS, HOURS],
            ],
        ),
        ("starts_on", ["2026-12-31", "2017-01-01"], ["2026-02-30", "1 Jan 2026", ""]),
    ],
)
def test_every_rule_has_bounds(field: str, good: list[Any], bad: list[Any]) -> None:
    for value in good:
        assert refusals(Rules, sent(**{field: value})) == {}, value
    for value in bad:
        assert any(
            pointer.startswith(f"/{field}") for pointer in refusals(Rules, sent(**{field: value}))
        ), value


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("valid_days", "7"),
        ("valid_days", 7.0),
        ("valid_days", True),
        ("max_value_cents", "4000"),
        ("max_value_cents", 4_000.0),
        ("direct_capture", 0),
        ("direct_capture", "true"),
        ("starts_on", "2026-01-01T00:00:00Z"),
        ("starts_on", 20_454),
        ("purposes", {"name": "job"}),
        ("provider_ids", "pvd_city_cabs"),
        ("currency", None),
        ("rider_facing_name", 7),
    ],
)
def test_a_rule_is_taken_only_as_what_it_is(field: str, value: Any) -> None:
    assert f"/{field}" in refusals(Rules, sent(**{field: value}))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_on": "2025-12-31"}, "ends_on must not be before starts_on"),
        ({"ends_on": "2036-01-10"}, "ten years"),
        ({"min_value_cents": 4_001}, "max_value_cents must not be less than min_value_cents"),
        ({"cap_cents": 4_001}, "cap_cents must not exceed max_value_cents"),
        ({"purposes": [{"name": "job"}, {"name": "job"}]}, "each purpose may stand once"),
        ({"provider_ids": ["pvd_a", "pvd_a"]}, "each provider may stand once"),
        ({"starts_on": "1999-12-31", "ends_on": "2000-12-31"}, "between the years 2000 and 2100"),
        ({"starts_on": "2099-01-01", "ends_on": "2101-01-01"}, "between the years 2000 and 2100"),
    ],
)
def test_rules_must_agree_with_each_other(changes: dict[str, Any], words: str) -> None:
    assert words in refusals(Rules, sent(**changes))[""]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({"starts_on": "2026-12-31", "ends_on": "2026-12-31"}, id="one day"),
        pytest.param({"starts_on": "2026-01-01", "ends_on": "2036-01-09"}, id="3,660 days"),
        pytest.param({"starts_on": "2000-01-01", "ends_on": "2000-12-31"}, id="the first year"),
        pytest.param({"starts_on": "2100-01-01", "ends_on": "2100-12-31"}, id="the last year"),
    ],
)
def test_a_programme_may_last_a_day_or_ten_years(days: dict[str, str]) -> None:
    assert refusals(Rules, sent(**days)) == {}


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ([{**HOURS, "from": "22:00", "to": "06:00"}], "past midnight are those of two days"),
        ([HOURS, {**HOURS, "from": "23:59"}], "must not overlap: monday 23:59"),
        (
            [{**HOURS, "from": "12:00"}, {**HOURS, "to": "12:01"}, {**HOURS, "weekday": "friday"}],
            "must not overlap: monday 12:00",
        ),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_in_words(hours: list[Any], words: str) -> None:
    wrong = refusals(Rules, sent(weekly_hours=hours))

    (pointer,) = wrong
    assert pointer.startswith("/weekly_hours")
    assert words in wrong[pointer]


def test_hours_of_one_day_may_touch() -> None:
    hours = [{**HOURS, "from": "12:00"}, {**HOURS, "to": "12:00"}, {**HOURS, "weekday": "friday"}]

    assert refusals(Rules, sent(weekly_hours=hours)) == {}


def test_what_is_equal_agrees() -> None:
    equal = {"min_value_cents": 4_000, "max_value_cents": 4_000, "cap_cents": 4_000}

    assert refusals(Rules, sent(**equal)) == {}


def test_a_rule_that_we_do_not_know_is_refused_and_not_ignored() -> None:
    purposes = [{"name": "family"}, {"name": "job", "label": "Ride"}]

    wrong = refusals(Rules, sent(max_value=5_000, purposes=purposes))

    assert wrong == {
        "/max_value": "is not a field that we know",
        "/purposes/1/label": "is not a field that we know",
    }


def test_rules_are_read_back_as_they_were_stored() -> None:
    rules = builders.rules(
        cap_cents=1_500,
        overage="rider_pays",
        service_areas=(builders.area(),),
        weekly_hours=(builders.hours("monday", "08:00", "24:00"),),
    )

    stored = stored_answer(rules)

    assert Rules.model_validate_json(rules.model_dump_json(by_alias=True)) == rules
    assert stored["starts_on"] == "2026-01-01"
    assert stored["time_zone"] == str(rules.zone) == "America/New_York"
