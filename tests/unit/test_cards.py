"""What stands on a card, and that a page of them is for everybody: escaped, semantic, in its
language."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest

import builders
from builders import CODE_KEYS, NOON
from farechance import card_page, cards, codes
from farechance.card_style import STYLE
from farechance.card_words import WORDS
from farechance.cards import Card
from farechance.errors import StateForbids
from farechance.programs import WEEKDAYS, Provider, PurposeRule, RiderNeeds, WeeklyHours
from farechance.vouchers import ClosedReason, VoucherState
from unspoken import NEVER

CODE = codes.code_of(CODE_KEYS, "vch_1" + "0" * 25) or ""
# New York's midnight, once the clocks have changed.
MIDNIGHT = NOON.replace(hour=4)


def provider(**changes: Any) -> Provider:
    """A ride company whose staff books for people without a smartphone."""
    made: dict[str, Any] = {
        "provider_id": "pvd_city_cabs",
        "name": "City Cabs",
        "profile": "standard",
        "rider_needs": RiderNeeds(smartphone=True, data=True, own_payment_method=False),
        "help_phone": "555-0199",
        "staff_can_book": True,
    }
    return Provider(**{**made, **changes})


def made(*providers: Provider, rules: dict[str, Any] | None = None, **voucher: Any) -> Card:
    """The card of a voucher of 40.00."""
    return cards.card(
        builders.voucher(**{"expires_at": MIDNIGHT + timedelta(days=14), **voucher}),
        CODE,
        builders.rules(**(rules or {})),
        builders.partner(),
        providers or (provider(),),
        NOON,
    )


def test_a_card_says_what_it_is_worth_until_when_and_whom_to_call() -> None:
    card = made()

    assert (card.title, card.label, card.value) == ("City Rides", "Ride", "$40.00")
    assert card.rides == "2 rides, up to $20.00 each"
    assert card.valid == "Good from March 2 to March 15, 2026."
    assert card.steps[0] == "Ask City Cabs for a ride."
    assert "cost you nothing" in card.steps[2]
    assert card.needs == "a smartphone with mobile data"
    assert [(line.words, line.phone) for line in card.phone_lines] == [
        ("Call Second Start:", "555-0100"),
        ("City Cabs books rides with this code:", "555-0199"),
    ]


def test_a_card_speaks_the_language_of_its_voucher() -> None:
    card = made(language="es")

    assert (card.label, card.rides) == ("Viaje", "2 viajes, hasta $20.00 cada uno")
    assert card.valid == "Válido del 2 de marzo al 15 de marzo de 2026."
    assert card.steps[0] == "Pide un viaje a City Cabs."
    assert card.needs == "un teléfono inteligente con datos"
    assert card.phone_lines[1].words == "City Cabs pide viajes con este código:"


def test_a_card_that_was_used_says_what_is_left() -> None:
    card = made(available_cents=1_500, spent_cents=2_500, rides_counted=1)

    assert (card.value, card.rides) == ("$15.00", "1 ride, up to $15.00")


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (timedelta(), "to March 15, 2026."),
        (timedelta(seconds=-1), "to March 15, 2026, 11:59 PM."),
        (timedelta(hours=12), "to March 16, 2026, 12:00 PM."),
        (timedelta(minutes=1), "to March 16, 2026, 12:01 AM."),
        (timedelta(days=300), "2026 to January 9, 2027."),
    ],
)
def test_the_last_day_is_that_on_which_one_can_still_ride(ends: timedelta, said: str) -> None:
    # New York's midnight is four hours off UTC in March, and five in January.
    midnight = NOON.replace(hour=4) + timedelta(days=14)
    if ends > timedelta(days=1):
        midnight += timedelta(hours=1)

    card = made(expires_at=midnight + ends, rules={"ends_on": NOON.date().replace(year=2028)})

    assert card.valid.endswith(said)


def hours(days: int, *spans: tuple[str, str], first: int = 0) -> list[WeeklyHours]:
    """The same hours on some days in a row, from Monday on or a later day."""
    return [
        WeeklyHours.model_validate({"weekday": day, "from": start, "to": end})
        for day in WEEKDAYS[first : first + days]
        for start, end in spans
    ]


@pytest.mark.parametrize(
    ("weekly", "english", "spanish"),
    [
        (
            hours(5, ("06:00", "22:00")),
            "Monday to Friday 6:00 AM–10:00 PM",
            "lunes a viernes 06:00–22:00",
        ),
        (hours(7, ("00:00", "24:00")), "every day 12:00 AM–midnight", "todos los días 00:00–24:00"),
        (
            hours(1, ("13:00", "17:30"), ("08:00", "12:00"), first=6),
            "Sunday 8:00 AM–12:00 PM, 1:00 PM–5:30 PM",
            "domingo 08:00–12:00, 13:00–17:30",
        ),
        (
            hours(2, ("09:00", "17:00")) + hours(1, ("09:00", "17:00"), first=3),
            "Monday to Tuesday 9:00 AM–5:00 PM; Thursday 9:00 AM–5:00 PM",
            "lunes a martes 09:00–17:00; jueves 09:00–17:00",
        ),
    ],
)
def test_a_card_says_when_it_is_good(weekly: list[WeeklyHours], english: str, spanish: str) -> None:
    rules = {"weekly_hours": tuple(weekly), "return_hours": 0}

    assert made(rules=rules).limits == f"Hours: {english}."
    assert made(rules=rules, language="es").limits == f"Horas: {spanish}."


def test_a_card_says_that_the_way_home_is_paid_later_too_if_there_is_one() -> None:
    rules = {"weekly_hours": tuple(hours(5, ("06:00", "22:00")))}

    assert made(rules=rules).limits.endswith(" The ride home may be later.")
    assert "home" not in made(rules=rules, max_rides=1).limits


def test_hours_that_have_no_room_on_a_card_are_asked_for() -> None:
    many = [
        one
        for number in range(7)
        for one in hours(1, (f"0{number}:00", "12:00"), ("13:00", "22:15"), first=number)
    ]

    assert made(rules={"weekly_hours": tuple(many), "return_hours": 0}).limits == (
        "Not good at every hour: ask when."
    )


def test_a_card_says_that_it_isnt_good_everywhere_where_it_isnt() -> None:
    circle = {"latitude": 40.7, "longitude": -73.9, "radius_meters": 9_000}

    assert made(rules={"service_areas": (circle,)}).limits == "Not good everywhere: ask where."
    assert made().limits == ""
    assert "limits" not in card_page.page([made()]).partition("<article")[2]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize(
    ("overage", "words"),
    [
        ("decline", {"en": "cost you nothing", "es": "no te cuestan nada"}),
        ("rider_pays", {"en": "You pay what is above", "es": "Tú pagas el resto"}),
        ("program_pays", {"en": "is paid with this card", "es": "se pagan hasta"}),
    ],
)
def test_a_card_says_who_pays_what(language: str, overage: str, words: dict[str, str]) -> None:
    card = made(language=language, rules={"overage": overage})

    assert words[language] in card.steps[2]
    assert "$20.00" in card.steps[2]
    assert re.search("[Tt]ips?|propina", card.steps[2])


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        ((True, True, False), "a smartphone with mobile data"),
        ((True, False, False), "a smartphone"),
        ((False, True, False), "mobile data"),
        ((False, False, True), "a payment card of your own"),
        ((True, True, True), "a smartphone with mobile data and a payment card of your own"),
        ((False, False, False), "only this card"),
    ],
)
def test_a_card_says_what_the_rider_needs(needs: tuple[bool, bool, bool], said: str) -> None:
    smartphone, data, own = needs

    card = made(
        provider(rider_needs=RiderNeeds(smartphone=smartphone, data=data, own_payment_method=own))
    )

    assert card.needs == said


def test_a_company_whose_staff_cannot_book_answers_questions() -> None:
    card = made(provider(staff_can_book=False))

    assert card.phone_lines[1].words == "Questions to City Cabs:"


def test_a_card_names_three_companies_at_most_and_shortens_long_names() -> None:
    some = [provider(name=f"{number} {'Cabs' * 20}") for number in range(5)]

    card = made(*some)

    assert len(card.phone_lines) == 1 + cards.MAX_COMPANIES
    assert " or 2 Cabs" in card.steps[0]
    assert [len(name) for name in re.findall(r"\d Cabs[Cabs]*…", card.steps[0])] == [40, 40, 40]


def test_without_a_company_a_card_still_says_whom_to_ask() -> None:
    card = cards.card(builders.voucher(), CODE, builders.rules(), builders.partner(), (), NOON)

    assert card.steps[0] == "Ask City Rides for a ride."
    assert [line.phone for line in card.phone_lines] == ["555-0100"]


def test_the_label_is_the_public_one_and_never_the_purpose() -> None:
    rule = PurposeRule(name="job_interview", public_label={"en": "Errand"})

    assert made(rules={"purposes": (rule,)}).label == "Errand"
    assert made(rules={"purposes": (rule,)}, language="es").label == "Viaje"
    assert "interview" not in card_page.page([made(rules={"purposes": (rule,)})])


@pytest.mark.parametrize("language", WORDS)
def test_no_word_says_prison_or_what_a_ride_is_for(language: str) -> None:
    page = card_page.page([made(language=language)])
    words = WORDS[language]  # type: ignore[index]

    assert NEVER.search(page.replace(STYLE, "")) is None
    assert NEVER.search(" ".join(str(getattr(words, name)) for name in words._fields)) is None


@pytest.mark.parametrize(
    ("voucher", "reason"),
    [
        ({"expires_at": NOON}, "voucher_expired"),
        ({"expires_at": NOON - timedelta(days=7)}, "voucher_closed"),
        (
            {
                "state": VoucherState.CLOSED,
                "closed_reason": ClosedReason.REVOKED,
                "closed_at": NOON,
            },
            "voucher_closed",
        ),
        ({"available_cents": 0, "spent_cents": 4_000, "rides_counted": 1}, "nothing_left"),
        ({"available_cents": 1_000, "spent_cents": 3_000, "rides_counted": 2}, "nothing_left"),
        (
            {
                "available_cents": 1_000,
                "held_cents": 1_500,
                "holds": {"ride": builders.hold()},
                "rides_counted": 1,
            },
            "nothing_left",
        ),
        (
            {"available_cents": 0, "held_cents": 1_500, "holds": {"ride": builders.hold()}},
            "nothing_left",
        ),
    ],
)
def test_nobody_gets_a_card_that_pays_nothing(voucher: dict[str, Any], reason: str) -> None:
    with pytest.raises(StateForbids) as refused:
        cards.check_usable(builders.voucher(valid_from=NOON - timedelta(days=9), **voucher), NOON)

    assert refused.value.reason == reason


def test_a_blocked_voucher_may_be_printed_since_a_block_is_taken_back() -> None:
    cards.check_usable(builders.voucher(state=VoucherState.BLOCKED), NOON)


def test_what_a_dead_hold_holds_is_left() -> None:
    dead: dict[str, Any] = {"held_cents": 1_500, "holds": {"ride": builders.hold(hours=0)}}
    voucher = builders.voucher(available_cents=0, spent_cents=2_500, rides_counted=1, **dead)

    cards.check_usable(voucher, NOON)

    card = made(available_cents=0, spent_cents=2_500, rides_counted=1, **dead)
    assert (card.value, card.rides) == ("$15.00", "1 ride, up to $15.00")


def test_a_blocked_voucher_is_not_sent_since_a_message_is_read_at_once() -> None:
    with pytest.raises(StateForbids) as refused:
        cards.check_sendable(builders.voucher(state=VoucherState.BLOCKED), NOON)

    assert refused.value.reason == "voucher_blocked"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


class Outline(HTMLParser):
    """The tags of a page with their attributes, and whether each is closed in turn."""

    VOID = frozenset({"meta", "img"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes it."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It must be the last that was opened."""
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each of its kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def test_the_page_has_a_language_headings_and_a_text_for_each_picture() -> None:
    outline = Outline(card_page.page([made(), made(language="es")]))

    assert outline.open == []
    assert outline.all("html") == [{"lang": "en"}]
    assert [one["lang"] for one in outline.all("article")] == ["en", "es"]
    assert (len(outline.all("h1")), len(outline.all("h2"))) == (1, 2)
    assert len(outline.all("main")) == len(outline.all("title")) == 1
    alts = [str(one["alt"]) for one in outline.all("img")]
    assert alts == [WORDS["en"].alt, WORDS["es"].alt]


def test_a_screen_reader_hears_the_code_sign_by_sign_and_once() -> None:
    page = card_page.page([made()])

    assert page.count(", ".join(CODE)) == 1
    assert re.search(r'<p class="groups" aria-hidden="true"><span>1', page)
    assert CODE not in page


def test_nothing_is_loaded_or_run_and_no_link_leads_anywhere() -> None:
    page = card_page.page([made()])
    outline = Outline(page)

    assert {tag for tag, _ in outline.tags}.isdisjoint({"script", "a", "link", "iframe", "form"})
    assert all(str(one["src"]).startswith("data:image/svg+xml") for one in outline.all("img"))
    assert not any(
        name.startswith("on") or name == "style" for _, some in outline.tags for name in some
    )
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_whatever_somebody_typed_is_escaped() -> None:
    evil = '"><script>alert(1)</script>&'
    rule = PurposeRule(name="job_interview", public_label={"en": '<b x="1">&'})
    voucher, partner = builders.voucher(), builders.partner(help_name=evil)
    rules = builders.rules(rider_facing_name=evil, purposes=(rule,))

    card = cards.card(voucher, CODE, rules, partner, [provider(name=evil)], NOON)
    outline = Outline(card_page.page([card]))

    assert outline.open == []
    assert {tag for tag, _ in outline.tags}.isdisjoint({"script", "b"})


def test_a_page_is_black_and_white() -> None:
    colors = set(re.findall(r"#[0-9a-f]+|rgb|hsl|color: \w+", STYLE))

    assert colors == {"#fff", "#000"}


def test_four_cards_share_a_sheet() -> None:
    page = card_page.page([made()] * 9)

    sheets = re.findall(r'<section class="sheet">(.*)</section>', page)
    assert [sheet.count("<article") for sheet in sheets] == [4, 4, 1]
    assert "9 cards." in page
    assert "1 card." in card_page.page([made()])
