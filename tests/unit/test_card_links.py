"""Links to sheets: they open what they name, for fifteen minutes, and nobody can make one."""

import base64
from datetime import timedelta

import pytest

from builders import CODE_KEYS, NOON
from farechance import card_links
from farechance.card_links import Sheet
from farechance.errors import LinkExpired, NotFound

SHEET = Sheet("org_second_start", "cards-1", 60)
ROTATED = {**CODE_KEYS, "2": "a second key, added later and used from then on"}


def test_a_link_opens_what_it_names_for_fifteen_minutes() -> None:
    token, expires_at = card_links.written(SHEET, CODE_KEYS, NOON)

    assert expires_at == NOON + timedelta(minutes=15)
    assert card_links.read(token, CODE_KEYS, NOON) == SHEET
    assert card_links.read(token, CODE_KEYS, expires_at - timedelta(seconds=1)) == SHEET
    with pytest.raises(LinkExpired):
        card_links.read(token, CODE_KEYS, expires_at)


def test_no_sign_of_a_link_can_be_changed() -> None:
    token, _ = card_links.written(SHEET, CODE_KEYS, NOON)

    for at, sign in enumerate(token):
        for other in ("A", "B"):
            changed = token[:at] + (other if other != sign else "C") + token[at + 1 :]
            # The last sign of base 64 has bits that say nothing; compared is the text.
            with pytest.raises(NotFound):
                card_links.read(changed, CODE_KEYS, NOON)


@pytest.mark.parametrize("token", ["", ".", "1", "1.x", "2abc.def", "é.é", "1" * 400])
def test_what_was_never_a_link_opens_nothing(token: str) -> None:
    with pytest.raises(NotFound):
        card_links.read(token, CODE_KEYS, NOON)


def test_a_link_of_another_stack_opens_nothing() -> None:
    token, _ = card_links.written(SHEET, {"1": "the key of another stack"}, NOON)

    with pytest.raises(NotFound):
        card_links.read(token, CODE_KEYS, NOON)


def test_a_link_from_before_a_rotation_still_opens() -> None:
    token, _ = card_links.written(SHEET, CODE_KEYS, NOON)

    assert card_links.read(token, ROTATED, NOON) == SHEET
    assert card_links.written(SHEET, ROTATED, NOON)[0].startswith("2")


def test_a_link_of_the_longest_names_is_one_that_the_door_takes() -> None:
    longest = Sheet("org_" + "o" * 40, "c" * 64, card_links.MAX_CARDS)

    token, _ = card_links.written(longest, CODE_KEYS, NOON)

    assert len(token) <= 400
    assert card_links.read(token, CODE_KEYS, NOON) == longest


def test_a_link_holds_no_code_and_says_nothing_of_the_secret() -> None:
    token, _ = card_links.written(SHEET, CODE_KEYS, NOON)

    named = token.partition(".")[0][1:]
    content = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).decode()
    assert content == f'["org_second_start","cards-1",60,{int(NOON.timestamp()) + 900}]'


@pytest.mark.parametrize(
    ("cards", "sizes"),
    [(1, [1]), (25, [25]), (26, [25, 1]), (60, [25, 25, 10]), (100, [25, 25, 25, 25])],
)
def test_cards_are_minted_in_parts_under_keys_that_no_partner_can_have(
    cards: int, sizes: list[int]
) -> None:
    parts = list(Sheet("org_second_start", "cards-1", cards).parts())

    assert [size for _, size in parts] == sizes
    assert len({key for key, _ in parts}) == len(sizes)
    assert all(" " in key for key, _ in parts)
