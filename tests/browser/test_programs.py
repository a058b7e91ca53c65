"""The widget of programmes in the browser: what it says, and what its buttons do."""

from typing import Any

import pytest

from browser.conftest import LOOKS, Desk, contrasts
from e2e.scene import Scene
from infra.local.client import keep_house

HOSTILE = "Zwei</cwdb-action><script>alert(1)</script>\"'<img src=x onerror=alert(2)>&amp;"


@pytest.fixture(scope="module")
def rides(scene: Scene) -> Scene:
    """Vouchers were minted and used, and housekeeping has added them up."""
    voucher = scene.mint()
    scene.complete(scene.request(voucher["code"]))
    scene.request(scene.mint()["code"], 1_200)
    keep_house(scene.running)
    return scene


def test_a_programme_shows_where_its_money_is(desk: Desk, rides: Scene) -> None:
    browser = desk.look("viewing", "programs")

    shown = browser.section(rides.program_id).inner_text()
    assert "Active" in shown
    assert "$20,000.00 from the funder" in shown
    assert "Spent on rides" in shown
    assert "more days" in shown


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_it_can_be_read_in_both_themes_wide_and_narrow(
    desk: Desk, rides: Scene, theme: Any, width: int
) -> None:
    desk.browser.open([desk.widget("operating", "programs", width)], theme=theme)
    desk.browser.unfold("Pause", desk.browser.section(rides.program_id))

    worst, where = contrasts(desk.browser)[0]

    desk.picture()
    assert worst >= 4.5, where


def test_a_viewer_has_no_buttons(desk: Desk, rides: Scene) -> None:
    browser = desk.look("viewing", "programs")

    assert rides.program_id in browser.text
    assert browser.page.locator("cwdb-action").count() == 0
    assert browser.page.locator("form").count() == 0


def test_an_operator_pauses_a_programme_and_resumes_it(desk: Desk, scene: Scene) -> None:
    program_id = scene.new_program("pressed")
    browser = desk.look("operating", "programs")

    form = browser.unfold("Pause", browser.section(program_id))
    browser.fill(form, requested_by="Ada, operations", reason="Rides are being looked at")
    asked = browser.press(form.get_by_role("button", name="Pause"), confirm=True)

    assert "No voucher can be minted from now on" in asked
    assert f"{program_id} is paused." in browser.answer
    assert desk.status_of(program_id) == "paused"
    assert "Paused: no mints, no new rides" in browser.section(program_id).inner_text()

    form = browser.unfold("Resume", browser.section(program_id))
    browser.fill(form, reason="All is well")
    browser.press(form.get_by_role("button", name="Resume"), confirm=True)

    assert f"{program_id} is active again" in browser.answer
    assert desk.status_of(program_id) == "active"


def test_what_isnt_confirmed_isnt_done(desk: Desk, scene: Scene) -> None:
    program_id = scene.new_program("kept")
    browser = desk.look("operating", "programs")

    form = browser.unfold("Pause", browser.section(program_id))
    browser.fill(form, requested_by="Ada", reason="A slip")
    browser.press(form.get_by_role("button", name="Pause"), confirm=False)

    assert browser.page.locator(".answer").count() == 0
    assert desk.status_of(program_id) == "active"


def test_a_second_click_is_a_repeat_and_is_on_record_once(desk: Desk, scene: Scene) -> None:
    program_id = scene.new_program("twice")
    browser = desk.look("operating", "programs")
    form = browser.unfold("Pause", browser.section(program_id))
    browser.fill(form, requested_by="Ada", reason=f"{scene.run} twice by mistake")
    browser.press(form.get_by_role("button", name="Pause"), confirm=True)

    again = desk.repeat_last_call()

    assert "This was done before, and nothing was done now." in again
    (record,) = desk.commands_with(f"{scene.run} twice by mistake")
    assert record["requested_by"] == {"S": "Ada"}


def test_what_wasnt_typed_is_said_beside_the_field_and_what_was_typed_stays(
    desk: Desk, scene: Scene
) -> None:
    program_id = scene.new_program("untyped")
    browser = desk.look("operating", "programs")
    form = browser.unfold("Pause", browser.section(program_id))
    browser.fill(form, requested_by="Ada")
    browser.press(form.get_by_role("button", name="Pause"), confirm=True)

    form = browser.section(program_id).locator("details[open]")
    assert "Nothing was done" in browser.answer
    assert "please type this" in form.locator("label", has_text="Reason").inner_text()
    assert form.locator('input[name$="_requested_by"]').input_value() == "Ada"
    assert desk.status_of(program_id) == "active"

    browser.fill(form, reason="Now with a reason")
    browser.press(form.get_by_role("button", name="Pause"), confirm=True)

    assert desk.status_of(program_id) == "paused"


def test_the_enter_key_neither_sends_the_page_away_nor_does_anything(
    desk: Desk, scene: Scene
) -> None:
    browser = desk.look("operating", "programs")
    form = browser.unfold("Pause", browser.section(scene.program_id))

    form.locator('input[name$="_reason"]').press("Enter")
    browser.settled()

    assert len(browser.frame.calls) == 1
    assert browser.page.locator(".answer").count() == 0


def test_a_hostile_name_is_only_a_name(desk: Desk, scene: Scene) -> None:
    program_id = f"{scene.program_id}_hostile"
    scene.admin.do(
        "create_program",
        program_id=program_id,
        name=HOSTILE,
        funder=HOSTILE,
        rules=scene.rules(),
    )
    scene.admin.do("fund", program_id=program_id, amount_cents=100)
    browser = desk.look("operating", "programs")

    section = browser.section(program_id)
    assert HOSTILE in section.inner_text()
    form = browser.unfold("Pause", section)
    browser.fill(form, requested_by=HOSTILE, reason=HOSTILE + scene.run)
    asked = browser.press(form.get_by_role("button", name="Pause"), confirm=True)

    assert HOSTILE in asked
    assert desk.status_of(program_id) == "paused"
    assert browser.page.locator("img").count() == 0
    (record,) = desk.commands_with(HOSTILE + scene.run)
    assert record["requested_by"] == {"S": HOSTILE}
