"""The widget of partners and ride companies in the browser, with calls that were really counted."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from browser.conftest import LOOKS, Desk, contrasts
from e2e.scene import Scene


@pytest.fixture(scope="module")
def called(scene: Scene) -> Scene:
    """The partner called ten times, and two of its calls weren't done. The emulator makes no metric
    of a log line, so the test says what the log says: which the functional tests show."""
    cloudwatch = scene.running.client("cloudwatch")
    for name, times in (("Call", 10), ("CallNotDone", 2)):
        cloudwatch.put_metric_data(
            Namespace="FareChance/farechance-trial",
            MetricData=[
                {
                    "MetricName": name,
                    "Dimensions": [
                        {"Name": "service", "Value": "any"},
                        {"Name": "caller", "Value": scene.partner_id},
                    ],
                    "Timestamp": datetime.now(UTC),
                    "Value": times,
                    "Unit": "Count",
                }
            ],
        )
    time.sleep(1)
    return scene


def _row(desk: Desk, id_: str) -> str:
    rows = desk.browser.page.locator("tr").filter(
        has=desk.browser.page.get_by_text(id_, exact=True)
    )
    return rows.inner_text()


def test_each_shows_its_state_its_programmes_and_its_calls(desk: Desk, called: Scene) -> None:
    desk.look("viewing", "partners")

    partner = _row(desk, called.partner_id)
    assert "Active" in partner
    assert "Rides of a test" in partner
    assert "10" in partner
    assert "2 (20%): many" in partner
    assert "none in this time" in _row(desk, called.other_partner_id)
    assert "Rides of a test" in _row(desk, called.provider_id)


def test_it_follows_the_time_range_of_the_dashboard(desk: Desk, called: Scene) -> None:
    desk.browser.open([desk.widget("viewing", "partners")], hours=24 * 40, offset="+02:00")
    assert "2 (20%): many" in _row(desk, called.partner_id)

    event = desk.browser.frame.calls[-1]
    context = event["widgetContext"]
    an_hour = {"start": context["timeRange"]["start"], "end": context["timeRange"]["start"] + 1}
    context["timeRange"]["zoom"] = an_hour
    html = str(desk.browser.frame.call(desk.endpoint("viewing"), event)["answer"])

    assert "many" not in html


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_partners_can_be_read_in_both_themes_wide_and_narrow(
    desk: Desk, called: Scene, theme: Any, width: int
) -> None:
    desk.browser.open([desk.widget("administration", "partners", width)], theme=theme)

    worst, where = contrasts(desk.browser)[0]

    desk.picture()
    assert called.partner_id in desk.browser.text
    assert worst >= 4.5, where


def test_only_an_administrator_suspends_a_partner_and_resumes_it(desk: Desk, scene: Scene) -> None:
    partner_id = f"{scene.partner_id}_pressed"
    scene.create_partner(partner_id, name=f"Partner {scene.run}")
    assert desk.look("operating", "partners").page.locator("form").count() == 0

    browser = desk.look("administration", "partners")
    form = browser.unfold(f"Suspend Partner {scene.run}")
    browser.fill(form, requested_by="Ada", reason="A contract ended")
    asked = browser.press(
        form.get_by_role("button", name=f"Suspend Partner {scene.run}"), confirm=True
    )

    assert "It can't mint" in asked
    assert f"({partner_id}) is suspended" in browser.answer
    assert desk.status_of_partner(partner_id) == "suspended"
    assert "Suspended" in _row(desk, partner_id)

    form = browser.unfold(f"Resume Partner {scene.run}")
    browser.fill(form, requested_by="Ada", reason="It was renewed")
    browser.press(form.get_by_role("button", name=f"Resume Partner {scene.run}"), confirm=True)

    assert desk.status_of_partner(partner_id) == "active"
