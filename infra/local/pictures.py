"""`make pictures`: takes the pictures of `infra/guides/admin.md` from the demo's stack.

A card of the demo is blocked by mistake, its rider is declined, and an operator finds out why and
puts it right: in a real Chromium, in a page that imitates the console's frame, with the rights that
an operator has. What the console itself draws isn't in the pictures. If the demo wasn't played yet,
it is played first.
"""

import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator

from infra.local import cast, chromium, demo, emulator, mint_cards, stack
from infra.local.client import AUTHORIZATIONS, EVENTS, Admin, Refused, invoke, keep_house
from infra.local.console_browser import Dashboard, dashboard
from infra.local.console_frame import FramedWidget

FOLDER = stack.ROOT / "infra" / "guides" / "pictures"
# What a picture may weigh, for a guide that is read in a browser.
MOST_BYTES = 150_000
COLOURS = 128
WIDTH, HEIGHT = 620, 430
# As far down as a picture goes; what is below is the rest of a list.
MOST_HEIGHT = 960
WHO = "Ada, front office"


def main() -> int:
    """Returns 1, with the reason on stderr, if something is missing or went wrong."""
    missing = chromium.whats_missing()
    if missing:
        print(f"pictures: {missing}", file=sys.stderr)
        return 1
    try:
        running = stack.ensure_up()
        if not running.partners and demo.main():
            return 1
        return _take(stack.load())
    except (stack.NotUp, emulator.NotStarted, Refused, OSError) as error:
        print(f"pictures: {error}", file=sys.stderr)
        return 1


def _take(running: stack.Stack) -> int:
    players = cast.gather(running, uuid.uuid4().hex[:6])
    card = _a_card_that_was_blocked(running, players)
    keep_house(running)
    endpoint = _operators_function(running)
    too_heavy = []
    with _browser(running) as browser:
        for name, shown in _pictures(browser, endpoint, card):
            file = _kept(browser, FOLDER / f"{name}.png", shown)
            size = file.stat().st_size
            print(f"{size / 1_000:6.0f} kB  {stack.named(file)}")
            too_heavy += [file.name] if size > MOST_BYTES else []
    if too_heavy:
        print(f"pictures: heavier than {MOST_BYTES} bytes: {too_heavy}", file=sys.stderr)
    return 1 if too_heavy else 0


def _pictures(
    browser: Dashboard, endpoint: str, card: mint_cards.Card
) -> Iterator[tuple[str, Sequence[Locator]]]:
    """Does what the guide says, step by step: a picture's name, and what of the page is on it."""
    boxes = browser.page.locator(".box")
    look, find = boxes.nth(0), boxes.nth(1)
    browser.open(
        [
            _box("What needs a look", "attention", endpoint),
            _box("Find a voucher", "voucher", endpoint),
        ]
    )
    browser.page.set_viewport_size({"width": 2 * WIDTH + 80, "height": 900})
    yield "control-room", [look, find]

    browser.page.set_viewport_size({"width": WIDTH + 60, "height": 900})

    browser.fill(find, last4=card.code.replace("-", "")[-4:])
    find.locator('select[name$="_partner_id"], select[name="partner_id"]').select_option(
        card.partner_id
    )
    yield "find-a-voucher", [find]

    browser.press(find.get_by_role("button", name="Find"))
    yield "why-it-does-not-work", [find]

    form = browser.unfold("Unblock", find)
    browser.fill(form, requested_by=WHO, reason="The card was found in another coat")
    yield "unblock", [form]

    browser.press(form.get_by_role("button", name="Unblock"), confirm=True)
    yield "unblocked", [find.locator(".answer"), find.locator("blockquote").first]

    browser.open([_box("Programmes", "programs", endpoint)])
    yield "programmes", [boxes.nth(0)]


def _box(title: str, widget: str, endpoint: str) -> FramedWidget:
    return FramedWidget(title, endpoint, {"widget": widget}, WIDTH, HEIGHT)


def _a_card_that_was_blocked(running: stack.Stack, players: cast.Cast) -> mint_cards.Card:
    """One ride was paid; then the card was taken for a stolen one, and the rider stands there."""
    (card,) = mint_cards.mint_unassigned(players, cast.SECOND_START, 1)
    first, second = uuid.uuid4().hex[:8], uuid.uuid4().hex[:8]
    held = _ask(players, card, first)
    players.company.tell(
        EVENTS,
        "ride.completed",
        ride_id=first,
        authorization_id=held["authorization_id"],
        fare_cents=1_240,
        currency="USD",
        completed_at=datetime.now(UTC),
    ).expect(200)
    # By an operator: what an administrator blocked, no operator unblocks.
    Admin(running, running.output("OperatingFunctionName")).do(
        "block_voucher", voucher_id=card.voucher_id, reason="The rider's bag was stolen"
    )
    declined = _ask(players, card, second)
    if declined["decision"] != "declined":
        raise Refused(f"a blocked card was answered {declined['decision']}")
    return card


def _ask(players: cast.Cast, card: mint_cards.Card, ride_id: str) -> dict[str, Any]:
    return players.company.tell(
        AUTHORIZATIONS,
        "ride.requested",
        ride_id=ride_id,
        voucher_code=card.code,
        estimated_fare_cents=1_240,
        currency="USD",
        requested_at=datetime.now(UTC),
    ).expect(200)


def _operators_function(running: stack.Stack) -> str:
    name = running.output("OperatingFunctionName")
    found = running.client("lambda").get_function(FunctionName=name)
    return str(found["Configuration"]["FunctionArn"])


@contextmanager
def _browser(running: stack.Stack) -> Iterator[Dashboard]:
    with dashboard(lambda endpoint, event: invoke(running, endpoint, event)) as browser:
        yield browser


def _kept(browser: Dashboard, file: Path, shown: Sequence[Locator]) -> Path:
    """A picture of these parts of the page, with few colours, so that it is small."""
    browser.picture(file)
    # A part's place is told from the window's corner; the picture begins at the page's.
    browser.page.evaluate("window.scrollTo(0, 0)")
    edges = [box for one in shown if (box := one.bounding_box()) is not None]
    margin = 8
    left = max(0, min(one["x"] for one in edges) - margin)
    top = max(0, min(one["y"] for one in edges) - margin)
    right = max(one["x"] + one["width"] for one in edges) + margin
    bottom = max(one["y"] + one["height"] for one in edges) + margin
    bottom = min(bottom, top + MOST_HEIGHT)
    with Image.open(file) as whole:
        part = whole.crop((int(left), int(top), int(right), int(bottom))).convert("RGB")
    part.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    return file


if __name__ == "__main__":
    sys.exit(main())
