"""What needs a look, in the browser: what it says on the running stack, and 'try again'."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from browser.conftest import LOOKS, Desk, contrasts
from e2e.scene import Scene
from infra.local import stack
from infra.local.console_browser import Dashboard

ALARM = f"{stack.NAME}-books-differ"


@pytest.fixture(scope="module")
def troubled(scene: Scene) -> Iterator[str]:
    """A programme with a shortfall and a contradiction, and an alarm that rings."""
    program_id = scene.new_program("troubled")
    voucher = scene.mint(program_id=program_id)
    cancelled = scene.request(voucher["code"], 1_200)
    scene.cancel(cancelled)
    # It was driven nevertheless, and the company changes its mind about the fare.
    assert scene.complete(cancelled, 1_200)["reason"] == "ride_cancelled"
    assert scene.complete(cancelled, 1_300)["reason"] == "event_conflict"
    _alarm(scene, "ALARM")
    yield program_id
    _alarm(scene, "OK")


def _alarm(scene: Scene, state: str) -> None:
    scene.running.client("cloudwatch").set_alarm_state(
        AlarmName=ALARM, StateValue=state, StateReason="a test"
    )


def _given_up(scene: Scene, queue: str, body: dict[str, str]) -> None:
    url = scene.running.output(f"GivenUp{queue}QueueUrl")
    scene.running.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(body))


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_all_that_needs_a_look_can_be_read_in_both_themes_wide_and_narrow(
    desk: Desk, scene: Scene, troubled: str, theme: Any, width: int
) -> None:
    _given_up(scene, "Report", {"program_id": troubled, "month": "2020-01"})
    browser = desk.browser
    browser.open([desk.widget("operating", "attention", width)], theme=theme)

    worst, where = contrasts(browser)[0]

    desk.picture()
    text = browser.text
    assert "books-differ" in text
    assert "A balance isn't what the ledger says" in text
    assert "shortfall" in text
    assert "$12.00" in text
    assert "Messages that contradict an earlier one" in text
    assert "Monthly reports" in text
    assert troubled in text
    assert worst >= 4.5, where


def test_a_viewer_sees_it_and_has_no_buttons(desk: Desk, troubled: str) -> None:
    browser = desk.look("viewing", "attention")

    assert troubled in browser.text
    assert browser.page.locator("cwdb-action").count() == 0


def test_books_are_checked_where_an_alarm_says_that_they_differ(
    desk: Desk, scene: Scene, troubled: str
) -> None:
    browser = desk.look("operating", "attention")

    form = browser.unfold(f"Check the books of {troubled}")
    browser.fill(form, requested_by="Ada", reason="the alarm")
    browser.press(form.get_by_role("button", name="Check the books"), confirm=True)

    assert "The books balance." in browser.answer
    assert scene.books_are_right(troubled)


@pytest.mark.parametrize("folder", ["operating", "administration"])
def test_a_report_that_was_given_up_is_tried_again(
    desk: Desk, scene: Scene, troubled: str, folder: Any
) -> None:
    _given_up(scene, "Report", {"program_id": troubled, "month": "2020-01"})
    browser = desk.look(folder, "attention")

    form = browser.unfold("Try monthly reports again")
    browser.fill(form, requested_by="Ada", reason=f"mended, {folder}, {troubled}")
    asked = browser.press(
        form.get_by_role("button", name="Try monthly reports again"), confirm=True
    )

    assert "What stopped them should be mended first" in asked
    assert "tried again" in browser.answer
    assert "Monthly reports" not in _when_it_is_gone(desk, folder)
    (record,) = desk.commands_with(f"mended, {folder}, {troubled}")
    assert record["command"] == {"S": "retry_given_up"}


@pytest.mark.parametrize("decision", ["Accept", "Write off"])
def test_an_administrator_decides_about_a_shortfall(
    desk: Desk, scene: Scene, decision: str
) -> None:
    program_id = scene.new_program(decision.lower().replace(" ", "_"))
    scene.admin.do("fund", program_id=program_id, amount_cents=5_000)
    cancelled = scene.request(scene.mint(program_id=program_id)["code"], 1_200)
    scene.cancel(cancelled)
    scene.complete(cancelled, 1_200)
    browser = desk.look("operating", "attention")
    row = browser.page.locator("tr", has_text=cancelled["ride_id"])
    assert (row.count(), row.locator("summary").count()) == (1, 0)
    desk.look("administration", "attention")

    form = browser.unfold(decision, row)
    browser.fill(form, requested_by="Ada", reason=f"{decision}, {program_id}")
    if decision == "Write off":
        browser.fill(form, confirm=cancelled["ride_id"])
    asked = browser.press(form.get_by_role("button", name=decision), confirm=True)

    assert "$12.00" in asked
    assert "Done" in browser.answer
    assert browser.page.locator("tr", has_text=cancelled["ride_id"]).count() == 0
    assert scene.admin.do("check_books", program_id=program_id)["owed_cents"] == 0
    assert len(desk.commands_with(f"{decision}, {program_id}")) == 1


def _when_it_is_gone(desk: Desk, folder: Any) -> str:
    """What is shown once the queue counts no message any more: it counts only about."""
    shown: Dashboard = desk.look(folder, "attention")
    for _ in range(10):
        if "Monthly reports" not in shown.text:
            break
        time.sleep(1)
        shown = desk.look(folder, "attention")
    return shown.text
