"""What an admin does with a dashboard, done by Chromium: looks, types, presses a button, confirms.

It owns how that is done on the page of `console_frame`; it must never know what a widget says.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, sync_playwright

from infra.local import chromium
from infra.local.console_frame import (
    ConsoleFrame,
    Framed,
    FramedWidget,
    Invoke,
    Theme,
    console_frame,
)

SECONDS = 60


class Dashboard:
    """An open dashboard. What a page of the console may not do is remembered in `complaints`:
    another page was loaded, a script of a widget ran, something failed in the page."""

    def __init__(self, page: Page, frame: ConsoleFrame) -> None:
        self.page = page
        self.frame = frame
        self.complaints: list[str] = []
        page.set_default_timeout(SECONDS * 1_000)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def open(
        self,
        widgets: Sequence[FramedWidget],
        *,
        theme: Theme = "light",
        hours: float = 3,
        offset: str = "+00:00",
    ) -> None:
        """Shows these widgets side by side, for the last hours, and waits until all are there."""
        end = int(time.time() * 1_000)
        start = end - int(hours * 3_600_000)
        widest = max(one.width for one in widgets)
        self.page.set_viewport_size({"width": widest + 60, "height": 900})
        address = self.frame.show(Framed(widgets, theme, start, end, offset))
        self.page.goto(address)
        self.settled()

    @property
    def shown(self) -> Locator:
        """The widgets' content."""
        return self.page.locator(".content")

    @property
    def text(self) -> str:
        """What is to be read, over all widgets."""
        return self.shown.first.evaluate_all("all => all.map(one => one.innerText).join('\\n')")  # type: ignore[no-any-return]

    @property
    def answer(self) -> str:
        """What came of the last button."""
        return self.page.locator(".answer").inner_text()

    def section(self, words: str) -> Locator:
        """The part of a widget in which something says exactly this, such as an id."""
        return self.page.locator("section").filter(has=self.page.get_by_text(words, exact=True))

    def unfold(self, summary: str, within: Locator | None = None) -> Locator:
        """Opens a folded form, and returns it."""
        place = (
            (within or self.page)
            .locator("details")
            .filter(has=self.page.locator("summary", has_text=summary))
        )
        place.locator("summary").first.click()
        return place.first

    def fill(self, form: Locator, **typed: str) -> None:
        """Types into the fields of a form, by the ends of their names."""
        for name, text in typed.items():
            form.locator(f'input[name$="_{name}"]').fill(text)

    def press(self, button: Locator, *, confirm: bool | None = None) -> str:
        """Presses a button; `confirm` says yes or no to what is asked first, which is returned
        ('' if nothing was to be asked)."""
        button.click()
        asked = ""
        if confirm is not None:
            dialog = self.page.locator("#confirmation")
            dialog.wait_for(state="visible")
            asked = dialog.locator("p").inner_text()
            dialog.get_by_role("button", name="OK" if confirm else "Cancel").click()
        self.settled()
        return asked

    def settled(self) -> None:
        """Waits until no function is at work."""
        self.page.locator('body[data-running="0"]').wait_for(state="attached")

    def picture(self, file: Path, *, whole: bool = True) -> Path:
        """Takes a picture of the page, with all that its boxes hold."""
        file.parent.mkdir(parents=True, exist_ok=True)
        if whole:
            self.page.add_style_tag(content=".content { height: auto !important; }")
        self.page.screenshot(path=file, full_page=True)
        return file

    def _dialog(self, dialog: Any) -> None:
        self.complaints.append(f"a script of a widget ran: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Any) -> None:
        if not request.url.startswith((self.frame.address, "data:")) or "?" in request.url:
            self.complaints.append(f"loaded {request.url}")


@contextmanager
def dashboard(invoke: Invoke) -> Iterator[Dashboard]:
    """A browser with an empty dashboard, whose widgets' functions are called by `invoke`. Raises
    chromium.NotPrinted if there is no Chromium."""
    with console_frame(invoke) as frame, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.program(), args=list(chromium.ARGUMENTS)
        )
        try:
            yield Dashboard(browser.new_page(), frame)
        finally:
            browser.close()
