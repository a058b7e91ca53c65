"""'A rider says that the code doesn't work', in the browser: the voucher is found by each way, its
story is read, and it is blocked and unblocked."""

from typing import Any

import pytest
from playwright.sync_api import Locator

from browser.conftest import LOOKS, Desk, Folder, contrasts
from e2e.scene import Scene
from infra.local import books
from infra.local.console_browser import Dashboard

ROLES: tuple[Folder, ...] = ("viewing", "operating", "administration")


@pytest.fixture(scope="module")
def declined(scene: Scene) -> dict[str, Any]:
    """A voucher that paid a ride, and with which another one was declined; `authorization_id` is
    that of the first."""
    voucher = scene.mint()
    approved = scene.request(voucher["code"])
    scene.complete(approved)
    assert scene.request(voucher["code"], 2_500)["reason"] == "over_ride_cap"
    return {**voucher, "authorization_id": approved["authorization_id"]}


def find(browser: Dashboard, partner_id: str = "", **typed: str) -> None:
    """Types into the form and presses its button."""
    form = _finder(browser)
    for name, text in typed.items():
        form.locator(f'input[name="find_{name}"]').fill(text)
    if partner_id:
        form.locator("select").select_option(partner_id)
    browser.press(form.get_by_role("button", name="Find"))


def _finder(browser: Dashboard) -> Locator:
    folded = browser.page.locator("details", has_text="Find another voucher")
    if folded.count():
        folded.locator("summary").click()
    return browser.page.locator("form", has=browser.page.locator("select"))


@pytest.mark.parametrize("folder", ROLES)
def test_with_the_last_4_and_the_partner_the_story_is_read(
    desk: Desk, declined: dict[str, Any], folder: Folder
) -> None:
    browser = desk.look(folder, "voucher")

    find(browser, last4=declined["last4"], partner_id=desk.scene.partner_id)

    assert f"The voucher that ends in {declined['last4']}, of Second Start" in browser.text
    assert "The reason: cost more than one ride may." in browser.text
    assert "A ride up to $20.00 would work. Help: Second Start 555-0100" in browser.text
    assert "Asked now, it pays a ride of up to $20.00." in browser.text
    assert "City Cabs completed a ride that cost $15.00; the voucher paid $15.00." in browser.text
    assert declined["code"] not in browser.page.content()
    assert browser.page.locator("summary", has_text="Block").count() == (folder != "viewing")


def test_it_is_found_by_its_id_and_by_an_authorization_one_after_the_other(
    desk: Desk, declined: dict[str, Any]
) -> None:
    browser = desk.look("viewing", "voucher")

    for named in (declined["voucher_id"], declined["authorization_id"]):
        find(browser, named=named)
        assert f"The voucher that ends in {declined['last4']}" in browser.text

    find(browser, named="vch_1nothing")
    assert "There is no voucher with this id." in browser.text


def test_several_that_end_the_same_are_told_apart(desk: Desk, scene: Scene) -> None:
    one, other = scene.mint(), scene.mint(value_cents=3_000)
    key = next(
        {"pk": item["pk"]}
        for item in books.everything(scene.running)["Vouchers"]
        if item.get("voucher_id") == {"S": other["voucher_id"]}
        and item["pk"]["S"].startswith("voucher#")
    )
    # As if chance had given the two codes the same end.
    scene.running.client("dynamodb").update_item(
        TableName=books.table_names(scene.running)["Vouchers"],
        Key=key,
        UpdateExpression="SET last4 = :last4",
        ExpressionAttributeValues={":last4": {"S": one["last4"]}},
    )
    browser = desk.look("operating", "voucher")

    find(browser, last4=one["last4"], partner_id=scene.partner_id)
    row = browser.page.locator("tr", has_text="$30.00")
    assert f"2 vouchers end in {one['last4']}" in browser.text
    browser.press(row.get_by_role("button", name="This one"))

    assert "It was minted worth $30.00" in browser.text


@pytest.mark.parametrize("folder", ["operating", "administration"])
def test_a_voucher_is_blocked_and_unblocked_with_a_reason(
    desk: Desk, scene: Scene, folder: Folder
) -> None:
    voucher = scene.mint()
    reason = f"stolen: {voucher['voucher_id']}"
    browser = desk.look(folder, "voucher")
    find(browser, named=voucher["voucher_id"])

    form = browser.unfold("Block")
    browser.fill(form, requested_by="Ada", reason=reason)
    asked = browser.press(form.get_by_role("button", name="Block"), confirm=True)
    blocked = browser.text
    declined = scene.request(voucher["code"])

    assert "pays no new ride then; approved rides are still paid" in asked
    assert "is blocked: no new ride" in browser.answer
    by = "an operator" if folder == "operating" else "an administrator"
    assert f"It is blocked by {by}." in blocked
    assert declined["decision"] == "declined"

    form = browser.unfold("Unblock")
    browser.fill(form, reason="found")
    browser.press(form.get_by_role("button", name="Unblock"), confirm=True)

    assert "is active again" in browser.answer
    assert "The reason: the voucher was blocked." in browser.text
    assert "The voucher was blocked and is active again. Ask the rider to book again." in (
        browser.text
    )
    assert scene.request(voucher["code"])["decision"] == "approved"
    (record,) = desk.commands_with(reason)
    assert record["command"] == {"S": "block_voucher"}


def test_a_block_that_isnt_confirmed_isnt_done(desk: Desk, scene: Scene) -> None:
    voucher = scene.mint()
    browser = desk.look("operating", "voucher")
    find(browser, named=voucher["voucher_id"])

    form = browser.unfold("Block")
    browser.fill(form, requested_by="Ada", reason="a slip")
    browser.press(form.get_by_role("button", name="Block"), confirm=False)

    assert scene.show(voucher)["status"] == "active"


def test_a_code_that_is_pasted_is_refused_and_is_gone_from_the_page(
    desk: Desk, scene: Scene
) -> None:
    code = scene.mint()["code"]
    browser = desk.look("operating", "voucher")

    find(browser, last4=code, partner_id=scene.partner_id)

    assert "Never type a voucher's code here: the last 4 symbols suffice." in browser.text
    assert code not in browser.page.locator("body").evaluate("one => one.innerHTML")
    assert browser.page.locator('input[name="find_last4"]').input_value() == ""
    # What was chosen stays.
    assert browser.page.locator("select").input_value() == scene.partner_id


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_a_story_can_be_read_in_both_themes_wide_and_narrow(
    desk: Desk, declined: dict[str, Any], theme: Any, width: int
) -> None:
    browser = desk.browser
    browser.open([desk.widget("operating", "voucher", width)], theme=theme)
    find(browser, named=declined["voucher_id"])
    browser.unfold("Block")

    worst, where = contrasts(browser)[0]

    desk.picture()
    assert worst >= 4.5, where


@pytest.mark.parametrize(("theme", "width"), [LOOKS[0], LOOKS[3]])
def test_the_form_can_be_read_with_what_is_wrong(desk: Desk, theme: Any, width: int) -> None:
    browser = desk.browser
    browser.open([desk.widget("viewing", "voucher", width)], theme=theme)
    find(browser, last4="7KDM")

    worst, where = contrasts(browser)[0]

    desk.picture()
    assert "Choose the partner that gave out the card as well." in browser.text
    assert worst >= 4.5, where
