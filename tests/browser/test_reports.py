"""The widget of monthly reports in the browser: its link opens the very file, and a month is run
again."""

import json
import urllib.request
from typing import Any

import pytest

from browser.conftest import LOOKS, Desk, contrasts
from e2e.published import put_report
from e2e.scene import Scene, this_month
from infra.local.client import invoke


@pytest.fixture(scope="module")
def published(scene: Scene) -> Scene:
    """A programme whose month stands there as published and corrected."""
    program_id = scene.new_program("reported")
    put_report(scene.running, program_id, this_month(), edition=1)
    return scene


def test_a_link_opens_the_report_for_whoever_only_looks(desk: Desk, published: Scene) -> None:
    browser = desk.look("viewing", "reports")

    section = browser.section(f"{published.program_id}_reported")
    link = section.get_by_role("link").get_attribute("href") or ""

    assert "Correction 1" in section.inner_text()
    assert "X-Amz-Expires=900" in link
    assert urllib.request.urlopen(link).read() == b"<p>The report</p>"
    assert browser.page.locator("form").count() == 0


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_reports_can_be_read_in_both_themes_wide_and_narrow(
    desk: Desk, published: Scene, theme: Any, width: int
) -> None:
    desk.browser.open([desk.widget("operating", "reports", width)], theme=theme)
    section = desk.browser.section(f"{published.program_id}_reported")
    desk.browser.unfold("Run a month again", section)

    worst, where = contrasts(desk.browser)[0]

    desk.picture()
    assert worst >= 4.5, where


def test_an_operator_has_a_month_run_and_its_figures_so_far_are_written(
    desk: Desk, scene: Scene
) -> None:
    program_id, month = scene.new_program("run"), this_month()
    reason = f"{scene.run} wants figures"
    browser = desk.look("operating", "reports")

    form = browser.unfold("Run a month again", browser.section(program_id))
    browser.fill(form, month=month, requested_by="Ada", reason=reason)
    asked = browser.press(form.get_by_role("button", name="Run a month again"), confirm=True)

    assert "No money moves." in asked
    assert f"{month} isn't over." in browser.answer
    (record,) = desk.commands_with(reason)
    assert record["content"]["M"]["month"] == {"S": month}


def test_a_month_that_has_not_begun_is_refused_beside_its_field(desk: Desk, scene: Scene) -> None:
    program_id = scene.new_program("early")
    browser = desk.look("operating", "reports")

    form = browser.unfold("Run a month again", browser.section(program_id))
    browser.fill(form, month="2099-01", requested_by="Ada", reason="Too early")
    browser.press(form.get_by_role("button", name="Run a month again"), confirm=True)

    form = browser.section(program_id).locator("details[open]")
    assert "hasn't begun yet" in form.locator("label", has_text="Month").inner_text()
    assert form.locator('input[name$="_month"]').input_value() == "2099-01"


def test_a_viewer_who_sends_a_command_all_the_same_is_refused(desk: Desk, scene: Scene) -> None:
    browser = desk.look("operating", "programs")
    form = browser.unfold("Pause", browser.section(scene.program_id))
    browser.fill(form, requested_by="Ada", reason=f"{scene.run} as a viewer")
    browser.press(form.get_by_role("button", name="Pause"), confirm=False)
    payload = form.locator("cwdb-action").text_content() or "{}"

    event = {**json.loads(payload), "widgetContext": browser.frame.calls[-1]["widgetContext"]}
    said = str(invoke(scene.running, desk.endpoint("viewing"), event))

    assert "Not done" in said
    assert desk.status_of(scene.program_id) == "active"
    assert desk.commands_with(f"{scene.run} as a viewer") == []
