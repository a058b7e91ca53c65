"""The widgets of programmes, partners and reports as a dashboard calls them, and the door that they
are behind."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from builders import OTHER_PARTNER, PARTNER, PROGRAM, PROVIDER
from farechance.call_metrics import CallMetrics
from farechance.edge.requests import MAX_BODY_BYTES
from farechance.errors import BooksDiffer, Busy
from farechance.report_records import PublishedFile, PublishedReport
from farechance.store import Store, keys, writes
from farechance.widgets.asked import field_name, form_of
from functional.bodies import requested
from functional.dashboard import look
from functional.players import Partner, Provider, mint_code
from functional.saved_events import event
from functional.stack import ENDPOINT, Stack
from shown import Page, words

ROLES = ("viewing", "operating", "administration")
WIDGETS = ("programs", "voucher", "attention", "partners", "reports")
ABOUT = {"program_id": PROGRAM}


def press(stack: Stack, folder: str, command: str = "pause_program", **typed: str) -> str:
    """Presses a button of the widget of programmes, after typing."""
    form = form_of(command, ABOUT)
    fields = {field_name(form, name): text for name, text in typed.items()}
    return look(
        stack,
        folder,
        "programs",
        fields=fields,
        carry_out={"command": command, "command_id": f"{command}-pressed", **ABOUT},
        form=form,
        typed=["requested_by", "reason"],
    )


def status(stack: Stack) -> str:
    """The programme's, as it is stored."""
    key = keys.program(PROGRAM)
    found = stack.world.store.read(key)[key]
    assert found is not None
    return found.status.value


@pytest.mark.parametrize("folder", ROLES)
@pytest.mark.parametrize("widget", WIDGETS)
def test_every_role_sees_every_widget_and_looking_changes_nothing(
    stack: Stack, folder: str, widget: str
) -> None:
    with stack.unchanged():
        html = look(stack, folder, widget)

    assert html.startswith('<div class="fare-chance cwdb-no-default-styles light wide"')
    shown = [line for line in stack.lines() if line.get("message") == "widget_shown"]
    assert [one["widget"] for one in shown] == [widget]


@pytest.mark.parametrize("widget", ["programs", "partners", "reports"])
def test_a_viewer_has_no_button_and_others_call_the_function_that_was_called(
    stack: Stack, widget: str
) -> None:
    viewer, administrator = (
        Page(look(stack, folder, widget)) for folder in ("viewing", "administration")
    )

    assert viewer.of("cwdb-action") == []
    actions = administrator.of("cwdb-action")
    assert actions
    assert {one["endpoint"] for one in actions} == {ENDPOINT}
    assert all(one["confirmation"] for one in actions)


def test_a_button_pauses_a_programme_and_a_second_click_is_a_repeat(stack: Stack) -> None:
    first = press(stack, "operating", requested_by="Ada", reason="To look at it")
    again = press(stack, "operating", requested_by="Ada", reason="To look at it")

    assert f"{PROGRAM} is paused." in words(first)
    assert "Paused: no mints, no new rides" in words(first)
    assert "This was done before, and nothing was done now." in words(again)
    assert status(stack) == "paused"
    key = keys.command("pause_program-pressed")
    record = stack.world.store.read(key)[key]
    assert record is not None
    assert (record.requested_by, record.reason) == ("Ada", "To look at it")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"requested_by": "Ada"}, "Reason: please type this"),
        ({"requested_by": "Ada", "reason": "  "}, "Reason: please type this"),
        ({"requested_by": "Ada", "reason": "a\nb"}, "Strings must not hold control characters"),
        ({"reason": "Because"}, "Your name: please type this"),
    ],
)
def test_what_is_missing_or_wrong_is_refused_in_words_and_nothing_is_done(
    stack: Stack, typed: dict[str, str], said: str
) -> None:
    with stack.unchanged():
        html = press(stack, "operating", **typed)

    assert said in words(html)
    assert 'role="alert"' in html
    assert status(stack) == "active"


def test_a_command_of_a_viewer_is_refused_whatever_was_typed(stack: Stack) -> None:
    with stack.unchanged():
        html = press(stack, "viewing", requested_by="Ada", reason="Because")

    assert "Not done" in words(html)
    assert status(stack) == "active"


def test_a_command_beyond_its_role_is_refused_to_an_operators_button_too(stack: Stack) -> None:
    with stack.unchanged():
        html = press(stack, "operating", "close_program", requested_by="Ada", reason="Because")

    assert "Not done" in words(html)


def test_a_partner_and_a_ride_company_that_were_just_made_are_in_the_lists(stack: Stack) -> None:
    stack.command(event("create_partner", partner_id="org_third", name="Third Door"))
    stack.command(event("register_provider", provider_id="pvd_third", name="Third Cabs"))

    text = words(look(stack, "viewing", "partners"))

    assert "Third Door org_third Active none none in this time 0 –" in text
    assert "Third Cabs pvd_third Active none none in this time 0 –" in text
    assert PARTNER in text
    assert OTHER_PARTNER in text


def test_calls_are_counted_by_who_made_them_and_those_that_were_not_done_apart(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    code = mint_code(partner)
    partner.post("/vouchers", {"nothing": "right"})
    partner.get("/vouchers/vch_nowhere")
    provider.tell("ride.requested", requested(code), "authorizations")
    provider.tell("ride.requested", {"nothing": "right"}, "authorizations")

    assert stack.counted_by("caller") == {
        (PARTNER, "Call"): 3,
        # What isn't there was asked for, and answered.
        (PARTNER, "CallNotDone"): 1,
        (PROVIDER, "Call"): 2,
        (PROVIDER, "CallNotDone"): 1,
    }


def test_nobody_unknown_makes_a_metric_that_is_paid_for(stack: Stack) -> None:
    stranger = Provider(stack, "whsec_" + "A" * 32, "pvd_stranger")
    stranger.tell("ride.requested", {}, "authorizations")
    Partner(stack, "a-client-of-nobody").get("/vouchers/vch_nowhere")

    assert stack.counted_by("caller") == {}


def test_who_only_says_that_it_is_a_ride_company_makes_none_of_its_calls(
    stack: Stack, provider: Provider
) -> None:
    provider.send(b"{}", webhook_signature="v1,wrong")
    provider.send(b"{}", webhook_signature="")
    provider.deliver(b" " * (MAX_BODY_BYTES + 1), {})

    assert stack.counted_by("caller") == {}
    assert stack.counted()["NotAuthenticated"] == 2


def test_what_vouchers_paid_is_counted_in_cents(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    asked = requested(mint_code(partner))
    approved = provider.tell("ride.requested", asked, "authorizations").body
    now = datetime.now(UTC).isoformat(timespec="seconds")
    ride = {
        "ride_id": asked["ride_id"],
        "authorization_id": approved["authorization_id"],
        "currency": "USD",
    }
    done = provider.tell("ride.completed", {**ride, "fare_cents": 1_200, "completed_at": now})
    provider.tell(
        "ride.adjusted",
        {
            **ride,
            "adjustment_id": "a-1",
            "fare_cents": 1_000,
            "adjusted_at": now,
            "why": "correction",
        },
    )

    assert done.body["captured_cents"] == 1_200
    assert stack.counted()["CoveredCents"] == 1_000


def test_housekeeping_measures_what_is_left_by_programme(stack: Stack) -> None:
    stack.job("housekeeping")

    key = keys.program(PROGRAM)
    program = stack.world.store.read(key)[key]
    assert program is not None
    assert stack.counted_by("program") == {(PROGRAM, "MoneyLeftCents"): program.funded_cents}


def test_calls_are_read_in_the_dashboards_time(stack: Stack) -> None:
    cloudwatch = boto3.client("cloudwatch")
    variables = "FareChance/farechance-test"
    for name, count, minutes in (("Call", 40, 10), ("CallNotDone", 8, 10), ("Call", 7, 600)):
        cloudwatch.put_metric_data(
            Namespace=variables,
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [
                        {"Name": "service", "Value": "any"},
                        {"Name": "caller", "Value": PARTNER},
                    ],
                    "Timestamp": datetime.now(UTC) - timedelta(minutes=minutes),
                    "Value": count,
                }
            ],
        )

    recent, today, month = (
        words(look(stack, "viewing", "partners", hours=hours)) for hours in (3, 24, 24 * 30)
    )

    assert "40 8 (20%): many" in recent
    assert "47 8 (17%): many" in today
    assert "47 8 (17%): many" in month


def test_who_takes_part_is_shown_where_calls_cannot_be_read_now(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Throttled:
        def get_paginator(self, name: str) -> "Throttled":
            assert name == "get_metric_data"
            return self

        def paginate(self, **_: Any) -> Iterator[Any]:
            # It asks when the first page is wanted.
            return map(self._page, [1])

        def _page(self, _: int) -> Any:
            raise ClientError({"Error": {"Code": "Throttling", "Message": ""}}, "GetMetricData")

    monkeypatch.setattr(CallMetrics, "_cloudwatch", Throttled())

    text = words(look(stack, "viewing", "partners"))

    assert PARTNER in text
    assert "Their calls can't be read now" in text


def test_a_published_report_is_linked_to_for_a_quarter_of_an_hour(stack: Stack) -> None:
    month = f"{datetime.now(UTC) - timedelta(hours=6):%Y-%m}"
    path = f"reports/{PROGRAM}/{month}/report.html"
    published = PublishedReport(
        program_id=PROGRAM,
        month=month,
        form=1,
        rules_version=1,
        published_at=datetime.now(UTC),
        files=(PublishedFile(path=path, size_bytes=1, sha256="0" * 64),),
    )
    stack.world.store.commit(writes.put_new(keys.report(PROGRAM, month), published))

    page = Page(look(stack, "viewing", "reports"))

    (link,) = page.of("a")
    assert path in str(link["href"])
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in str(link["href"])
    assert "X-Amz-Expires=900" in str(link["href"])


def test_a_month_that_has_not_begun_is_refused_beside_what_was_typed(stack: Stack) -> None:
    form = form_of("run_report", ABOUT)
    typed = {"month": "2099-01", "requested_by": "Ada", "reason": "Because"}

    html = look(
        stack,
        "operating",
        "reports",
        fields={field_name(form, name): text for name, text in typed.items()},
        carry_out={"command": "run_report", "command_id": "run-pressed", **ABOUT},
        form=form,
        typed=["month", "requested_by", "reason"],
    )

    assert "Month: hasn't begun yet" in words(html)
    assert 'value="2099-01"' in html
    assert stack.messages(stack.report_queue_url) == []


def test_no_field_of_a_widget_answers_with_a_pattern(stack: Stack) -> None:
    form = form_of("run_report", ABOUT)
    typed = {"month": "March", "requested_by": "Ada", "reason": "Because", "confirm": "a#b c"}

    html = look(
        stack,
        "administration",
        "reports",
        fields={field_name(form, name): text for name, text in typed.items()},
        carry_out={"command": "run_report", "command_id": "run-pressed", **ABOUT},
        form=form,
        typed=list(typed),
    )

    assert "Month: must be a year and a month, as 2026-03" in words(html)
    assert "Confirm: must be typed exactly as it is named here" in words(html)
    assert "pattern" not in words(html)


# ── the door ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("folder", ROLES)
def test_what_a_widget_is_for_is_told_in_markdown(stack: Stack, folder: str) -> None:
    told = stack.job(folder, {"describe": True})

    assert told.startswith("## Fare Chance")
    assert all(f"`{widget}`" in told for widget in WIDGETS)


@pytest.mark.parametrize(
    "context",
    [
        None,
        [],
        "x",
        {"width": "wide"},
        {"width": float("1e400")},
        {"forms": {"all": [1]}},
        {"forms": {"all": {str(number): "" for number in range(501)}}},
        {"timezone": {"offsetISO": "tomorrow"}},
        {"timeRange": {"start": "yesterday", "end": 1}},
    ],
)
def test_an_event_that_is_no_dashboards_is_refused_in_words(stack: Stack, context: Any) -> None:
    with stack.unchanged():
        said = stack.job("operating", {"widget": "programs", "widgetContext": context})

    assert "isn't an event of a dashboard" in words(said)


@pytest.mark.parametrize(
    "button",
    [{"carry_out": "pause"}, {"carry_out": {}, "form": "f" * 65}, {"carry_out": {}, "form": 7}],
)
def test_a_button_that_is_none_of_ours_does_nothing(stack: Stack, button: dict[str, Any]) -> None:
    with stack.unchanged():
        said = look(stack, "administration", "programs", **button)

    assert "isn't an event of a dashboard" in words(said)


@pytest.mark.parametrize("widget", ["", "</cwdb-action><script>", "everything"])
def test_an_unknown_widget_is_told_which_there_are(stack: Stack, widget: str) -> None:
    said = look(stack, "viewing", widget)

    assert "There are: programs, voucher, attention, partners, reports." in words(said)


@pytest.mark.parametrize(
    ("start", "end"), [(2, 1), (0, 0), (-1e300, 1e300), (float(2**63), float(2**64))]
)
def test_a_time_range_that_is_none_is_the_last_three_hours(
    stack: Stack, start: float, end: float
) -> None:
    event_ = {
        "widget": "partners",
        "widgetContext": {"timeRange": {"start": start, "end": end}},
    }

    said = words(stack.job("viewing", event_))

    end_ = datetime.now(UTC)
    assert f"to {end_:%b} {end_.day}" in said


def test_what_was_zoomed_into_is_the_time(stack: Stack) -> None:
    hour = datetime(2026, 3, 2, 17, tzinfo=UTC).timestamp() * 1_000
    context = {
        "timeRange": {"start": 0, "end": 1, "zoom": {"start": hour, "end": hour + 3_600_000}},
        "timezone": {"offsetISO": "-05:00"},
        "theme": "dark",
        "width": 380.5,
    }

    html = stack.job("viewing", {"widget": "partners", "widgetContext": context})

    assert "12:00 to" in words(html)
    assert 'class="fare-chance cwdb-no-default-styles dark narrow"' in html


def test_a_busy_store_is_said_in_words_and_a_defect_is_raised(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.handler("viewing")

    def fails(error: Exception) -> None:
        def page(*_: Any, **__: Any) -> Any:
            raise error

        monkeypatch.setattr(Store, "page", page)

    fails(Busy())
    assert "Please try again" in words(look(stack, "viewing", "programs"))
    fails(BooksDiffer("two things"))
    with pytest.raises(BooksDiffer):
        look(stack, "viewing", "programs")
    assert stack.counted()["BooksDiffer"] == 1


def test_a_widget_stays_far_below_what_lambda_answers(stack: Stack) -> None:
    began = time.monotonic()
    sizes = [len(json.dumps(look(stack, "administration", widget))) for widget in WIDGETS]

    assert max(sizes) < 100_000
    assert time.monotonic() - began < 60
