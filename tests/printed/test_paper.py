"""Cards on paper: how many sheets, nothing cut, nothing running over, everything readable by a
scanner and by eyes at arm's length."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON
from farechance import card_page, cards, codes
from farechance.cards import Card
from farechance.edge import pages as edge_pages
from farechance.programs import WEEKDAYS, Provider, PurposeRule, RiderNeeds, WeeklyHours
from infra.local import chromium
from printed.conftest import A4, LETTER, Sheet, read_sheets

type Printed = Callable[[str, str], list[Sheet]]

COMPANY = Provider(
    provider_id="pvd_city_cabs",
    name="City Cabs",
    profile="standard",
    rider_needs=RiderNeeds(smartphone=True, data=True, own_payment_method=False),
    help_phone="555-0199",
    staff_can_book=True,
)
# As long as every name, label, amount and number may be, in the language that needs more room.
LONGEST_COMPANY = COMPANY.model_copy(
    update={
        "name": "Compañía de Transportes " + "M" * 176,
        "help_phone": "+1 (212) 555-0199 999999",
        "rider_needs": RiderNeeds(smartphone=True, data=True, own_payment_method=True),
    }
)
LONGEST: dict[str, Any] = {
    "rider_facing_name": "M" * 40,
    "currency": "CAD",
    "max_value_cents": 1_000_000,
    "max_rides": 50,
    "purposes": (PurposeRule(name="job_interview", public_label={"es": "W" * 30}),),
    "ends_on": NOON.date().replace(year=2028),
}
# CSS counts 96 pixels to an inch, whatever the screen.
PIXELS_PER_MM = 96 / 25.4
MEASURE = """<script>
const cards = [...document.querySelectorAll('article')].map(card => {
  const box = card.getBoundingClientRect();
  const over = [...card.querySelectorAll('*:not(.spoken)')].filter(one => {
    const its = one.getBoundingClientRect();
    return its.right > box.right + 1 || its.bottom > box.bottom + 1
      || its.left < box.left - 1 || its.top < box.top - 1;
  });
  const size = name => parseFloat(getComputedStyle(card.querySelector(name)).fontSize);
  const written = [...card.querySelectorAll('p, li, dd, dt, h2, h3')].filter(
    one => !one.matches('.spoken'));
  return {width: box.width, height: box.height, over: over.map(one => one.outerHTML),
    code: size('.groups'), phone: size('.phones strong'),
    least: Math.min(...written.map(one => parseFloat(getComputedStyle(one).fontSize))),
    qr: card.querySelector('img').getBoundingClientRect().width};
});
document.body.innerHTML = '<pre>' + JSON.stringify(cards).replace(/</g, '\\\\u003c') + '</pre>';
</script>"""


def _cards(count: int) -> list[Card]:
    """Cards with codes of their own, every second one in Spanish."""
    return [
        cards.card(
            builders.voucher(
                language="es" if number % 2 else "en",
                expires_at=NOON.replace(hour=4) + timedelta(days=14),
            ),
            _code(number),
            builders.rules(),
            builders.partner(),
            [COMPANY],
            NOON,
        )
        for number in range(count)
    ]


def _longest(number: int) -> Card:
    voucher = builders.voucher(
        language="es",
        value_cents=1_000_000,
        available_cents=1_000_000,
        cap_cents=1_000_000,
        max_rides=50,
        expires_at=NOON + timedelta(days=300),
    )
    partner = builders.partner(help_name="M" * 40, help_phone="+1 (212) 555-0100 999999")
    rules = builders.rules(**LONGEST)
    return cards.card(voucher, _code(number), rules, partner, [LONGEST_COMPANY] * 9, NOON)


def _code(number: int) -> str:
    voucher_id = codes.voucher_id(CODE_KEYS, "1", "org_second_start", "a key", number)
    code = codes.code_of(CODE_KEYS, voucher_id)
    assert code is not None
    return code


@pytest.mark.parametrize(
    ("paper", "count", "sheets"), [(A4, 1, 1), (A4, 5, 2), (LETTER, 4, 1), (LETTER, 100, 25)]
)
def test_four_cards_come_on_a_sheet_and_every_code_is_scanned_from_it(
    printed: Printed, paper: str, count: int, sheets: int
) -> None:
    some = _cards(count)

    paper_sheets = printed(card_page.page(some), paper)

    assert len(paper_sheets) == sheets
    for number, sheet in enumerate(paper_sheets):
        on_it = some[number * 4 : number * 4 + 4]
        assert sheet.scanned == sorted(card.code for card in on_it)


@pytest.mark.parametrize("paper", [A4, LETTER])
def test_a_page_break_cuts_no_card_however_much_stands_on_it(printed: Printed, paper: str) -> None:
    some = [_longest(number) for number in range(5)]

    paper_sheets = printed(card_page.page(some), paper)

    assert sorted(one for sheet in paper_sheets for one in sheet.scanned) == sorted(
        card.code for card in some
    )
    for sheet in paper_sheets:
        # Each card has its first and its last words on the sheet on which its code is.
        flat = re.sub(r"\s+", " ", sheet.text)
        assert flat.count("50 viajes, hasta") == len(sheet.scanned) > 0
        assert flat.count("Si la pierdes, llama a") == len(sheet.scanned)


def test_cards_with_hours_and_places_are_as_large_and_four_fit_on_a_sheet(
    printed: Printed,
) -> None:
    hours = tuple(
        WeeklyHours.model_validate({"weekday": day, "from": "06:00", "to": "22:00"})
        for day in WEEKDAYS[:5]
    )
    circle = {"latitude": 40.7, "longitude": -73.9, "radius_meters": 9_000}
    rules = builders.rules(weekly_hours=hours, service_areas=(circle,))
    some = [
        cards.card(
            builders.voucher(language="es" if number % 2 else "en"),
            _code(number),
            rules,
            builders.partner(),
            [COMPANY],
            NOON,
        )
        for number in range(4)
    ]

    (sheet,) = printed(card_page.page(some), LETTER)

    flat = re.sub(r"\s+", " ", sheet.text)
    assert sheet.scanned == sorted(card.code for card in some)
    assert flat.count("Monday to Friday 6:00 AM–10:00 PM") == 2
    assert flat.count("No vale en todas partes") == 2


def test_what_is_said_to_whoever_prints_is_not_printed(printed: Printed) -> None:
    (sheet,) = printed(card_page.page(_cards(1)), A4)

    assert "Print at" not in sheet.text
    assert "City Rides" in sheet.text


@pytest.mark.parametrize("width", ["paper", "phone"])
def test_nothing_runs_over_a_cards_edge_and_all_is_large_enough(tmp_path: Path, width: str) -> None:
    file = tmp_path / "cards.html"
    page = card_page.page([*_cards(2), _longest(2)])
    file.write_text(page.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")

    shown = chromium.dump(
        file.as_uri(), round(PIXELS_PER_MM * 210) if width == "paper" else 400, 800
    )

    (measured,) = re.findall(r"<pre>(.*)</pre>", shown)
    usual, spanish, longest = json.loads(measured)
    for card in (usual, spanish, longest):
        assert card["over"] == []
        assert card["width"] == pytest.approx(94 * PIXELS_PER_MM, abs=1)
        # In points: 1 px is 0.75 pt. A code of 28 pt has capitals of 7 mm, for an arm's length.
        assert round(card["code"] * 0.75) >= 28
        assert round(card["phone"] * 0.75) >= 11
        assert card["least"] * 0.75 >= 10.5
        # Modules of more than a millimetre: any phone scans them at arm's length.
        assert card["qr"] / PIXELS_PER_MM / 29 > 1
    for card in (usual, spanish):
        assert card["height"] == pytest.approx(128 * PIXELS_PER_MM, abs=1)
    # It fits on US Letter within the margins, however long.
    assert longest["height"] / PIXELS_PER_MM < 279.4 - 16


@pytest.fixture
def served() -> Iterator[Callable[[str], str]]:
    """Serves a page on this machine with the headers that the API gives it; its address."""
    pages: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = pages[-1]
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def serving(html: str) -> str:
            pages.append(edge_pages.answer(html))
            return f"http://127.0.0.1:{server.server_port}/"

        yield serving
        server.shutdown()


def test_what_the_pages_policy_lets_in_is_its_own_style_and_its_qr_codes(
    served: Callable[[str], str], tmp_path: Path
) -> None:
    some = _cards(4)

    chromium.print_to_pdf(served(card_page.page(some)), tmp_path / "cards.pdf")

    (sheet,) = read_sheets(tmp_path / "cards.pdf")
    assert sheet.scanned == sorted(card.code for card in some)
    # With its style the words to whoever prints aren't printed.
    assert "Print at" not in sheet.text


def test_no_script_runs_on_the_page_even_if_one_got_into_it(
    served: Callable[[str], str],
) -> None:
    script = "<script>document.title = 'it ran'</script>"
    page = card_page.page(_cards(1)).replace("</body>", f"{script}</body>")

    shown = chromium.dump(served(page), 800, 800)

    assert "<title>Ride cards</title>" in shown
    assert "<title>it ran" not in shown
