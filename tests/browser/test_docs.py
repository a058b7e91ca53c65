"""The page of the contract in a real Chromium: it reads, fetches a token, calls as a partner and
signs as a ride company, and asks no other host for anything."""

import hmac
import json
import re
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page

from browser.conftest import PICTURES
from e2e.scene import Scene
from infra.local.console_browser import Dashboard

SECONDS = 60
HMAC_SECRET = "a secret as another platform made it"
PRODUCTION = '<body data-environment="production"'


class DocsPage:
    """The open page. What it may not do is remembered in `complaints`."""

    def __init__(self, page: Page, api_url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[Any] = []
        self._origin = "/".join(api_url.split("/")[:3])
        page.set_default_timeout(SECONDS * 1_000)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)
        self.address = f"{api_url}/docs"

    def open(self) -> None:
        """Waits until the contract is shown."""
        self.page.goto(self.address)
        self.page.locator(".opblock").first.wait_for()

    def fetch_token(self, client: dict[str, Any]) -> str:
        """What the page says then of who is calling."""
        self.page.fill("#client-id", client["client_id"])
        self.page.fill("#client-secret", client["client_secret"])
        self.page.get_by_role("button", name="Fetch a token").click()
        said = self.page.locator("#partner-says", has_text="Scopes")
        said.wait_for()
        return said.inner_text()

    def operation(self, operation_id: str) -> Locator:
        """One operation, opened."""
        found = self.page.locator(f'[id^="operations-"][id$="-{operation_id}"]')
        if "is-open" not in (found.get_attribute("class") or ""):
            found.locator(".opblock-summary-control").click()
        # It opens when the page comes to it, which isn't always before the next look.
        found.locator(".opblock-body").first.wait_for()
        return found

    def execute(
        self, operation_id: str, body: Any = None, **parameters: str
    ) -> tuple[int, dict[str, Any]]:
        """Fills an operation in, sends it, and reads status and body of what the page shows."""
        one = self.operation(operation_id)
        for name, value in parameters.items():
            one.locator(f'tr[data-param-name="{name}"] input').fill(value)
        if body is not None:
            one.locator("textarea").first.fill(json.dumps(body, indent=1))
        one.get_by_role("button", name="Execute").click()
        answer = one.locator(".live-responses-table .response")
        answer.wait_for()
        status = answer.locator(".response-col_status").inner_text().split()[0]
        shown = answer.locator(".highlight-code code").first.inner_text()
        return int(status), json.loads(shown)

    def forgive_refusals(self) -> None:
        """For a test that was refused on purpose: the browser itself complains of the status."""
        self.complaints = [one for one in self.complaints if "with a status of 4" not in one]

    def _console(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Any) -> None:
        if request.url.startswith("data:"):
            return
        self.requests.append(request)
        if not request.url.startswith(f"{self._origin}/"):
            self.complaints.append(f"asked {request.url}")


@pytest.fixture(scope="module")
def _page(scene: Scene, _browser: Dashboard) -> Iterator[DocsPage]:
    # A page of the same browser: Playwright can't be begun twice.
    browser = _browser.page.context.browser
    assert browser is not None
    page = browser.new_page()
    yield DocsPage(page, scene.running.api_url)
    page.close()


@pytest.fixture
def docs(_page: DocsPage) -> Iterator[DocsPage]:
    """The page, opened anew. After each test: no error, and no other host was asked."""
    _page.complaints.clear()
    _page.requests.clear()
    _page.page.set_viewport_size({"width": 1360, "height": 900})
    _page.open()
    yield _page
    assert _page.complaints == []


def _callback(kind: str, **data: Any) -> dict[str, Any]:
    return {"type": kind, "timestamp": _now(), "data": data}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def test_a_partner_fetches_a_token_and_mints_under_a_key_of_the_pages(
    docs: DocsPage, scene: Scene
) -> None:
    said = docs.fetch_token(scene.secrets[scene.partner_id])
    assert scene.partner_id in said
    assert scene.program_id in said

    status, whoami = docs.execute("who_am_i")
    assert (status, whoami["partner_id"]) == (200, scene.partner_id)

    mint = {"program_id": scene.program_id, "purpose": "family", "value_cents": 4_000}
    status, minted = docs.execute("mint", {**mint, "unassigned": 1})
    again, replayed = docs.execute("mint")

    assert (status, again) == (201, 201)
    assert replayed == minted
    (voucher,) = minted["vouchers"]
    assert scene.show(voucher)["status"] == "active"


def test_a_pasted_token_is_taken_as_it_is(docs: DocsPage, scene: Scene) -> None:
    docs.page.fill("#token", f"Bearer {scene.app('vouchers:read').token()}")
    docs.page.keyboard.press("Tab")
    docs.page.locator("#partner-says", has_text="vouchers:read").wait_for()

    status, listed = docs.execute("list_vouchers")

    assert status == 200
    assert "vouchers" in listed


def test_a_ride_company_signs_in_the_page_and_never_sends_its_secret(
    docs: DocsPage, scene: Scene
) -> None:
    code = scene.mint()["code"]
    docs.page.fill("#secret", scene.provider_secret)
    asked = _callback(
        "ride.requested",
        ride_id=uuid4().hex,
        voucher_code=code,
        estimated_fare_cents=1_500,
        currency="USD",
        requested_at=_now(),
    )

    status, answer = docs.execute("ask_for_authorization", asked, provider_id=scene.provider_id)

    assert (status, answer["decision"], answer["held_cents"]) == (200, "approved", 1_500)
    assert scene.show(answer)["held_cents"] == 1_500
    sent = [f"{one.url} {one.headers} {one.post_data}" for one in docs.requests]
    assert not any(scene.provider_secret in one for one in sent)


def test_the_other_profile_signs_the_very_bytes_that_are_sent(docs: DocsPage, scene: Scene) -> None:
    docs.page.select_option("#profile", "hmac_sha256_hex")
    docs.page.fill("#signature-header", "x-city-cabs-signature")
    docs.page.fill("#secret", HMAC_SECRET)

    docs.execute("report_event", _callback("webhook.test", why="é"), provider_id=scene.provider_id)

    sent = docs.requests[-1]
    signature = hmac.digest(HMAC_SECRET.encode(), sent.post_data_buffer, "sha256").hex()
    assert sent.headers["x-city-cabs-signature"] == signature
    # The company of the scene signs by the standard, so this is refused.
    docs.forgive_refusals()


def test_a_wrong_pair_of_id_and_secret_is_said_in_words(docs: DocsPage) -> None:
    docs.page.fill("#client-id", "nobody")
    docs.page.fill("#client-secret", "nothing")
    docs.page.get_by_role("button", name="Fetch a token").click()

    said = docs.page.locator("#partner-says.wrong")
    said.wait_for()

    assert re.search(r"answered 4\d\d\. Check id and secret", said.inner_text())
    docs.forgive_refusals()


def test_on_production_the_page_is_for_reading(docs: DocsPage) -> None:
    def as_production(route: Any) -> None:
        answer = route.fetch()
        text = answer.text().replace('<body data-environment="trial"', PRODUCTION)
        route.fulfill(response=answer, body=text)

    docs.page.route(docs.address, as_production)
    docs.open()
    docs.page.unroute(docs.address)

    mint = docs.operation("mint")

    assert "Idempotency-Key" in mint.inner_text()
    assert docs.page.get_by_role("button", name="Execute").count() == 0
    assert docs.page.get_by_role("button", name="Try it out").count() == 0
    assert not docs.page.locator("#token").is_visible()
    assert "pays real rides" in docs.page.locator("header").inner_text()


def test_it_fits_a_phone_and_a_desk(docs: DocsPage) -> None:
    for width in (1_360, 390):
        docs.page.set_viewport_size({"width": width, "height": 900})
        docs.operation("mint").scroll_into_view_if_needed()
        docs.page.screenshot(path=PICTURES / f"docs-{width}.png", full_page=True)

        assert docs.page.evaluate("document.documentElement.scrollWidth") == width
