"""Pages of cards as HTML: semantic, without scripts, everything escaped. It owns the mark-up and
the QR code; it must never choose a word (`card_words`) or a fact (`cards`)."""

from collections.abc import Sequence
from html import escape
from itertools import batched

from farechance.card_style import CARDS_ON_A_SHEET, STYLE
from farechance.cards import Card, PhoneLine

_HEAD = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Ride cards</title>
<style>{STYLE}</style>
</head>
<body>
"""


def page(cards: Sequence[Card]) -> str:
    """A whole page: some words for whoever prints, which aren't printed, and the cards, four to a
    sheet of A4 or US Letter."""
    sheets = "".join(
        f'<section class="sheet">{"".join(_article(card) for card in some)}</section>\n'
        for some in batched(cards, CARDS_ON_A_SHEET, strict=False)
    )
    count = "1 card" if len(cards) == 1 else f"{len(cards)} cards"
    return (
        f"{_HEAD}<header><h1>Ride cards</h1><p>{count}. Print at 100 %, on A4 or US Letter, and "
        "cut along the lines. Then close this page: whoever sees a code can ride with it.</p>"
        f"</header>\n<main>\n{sheets}</main>\n</body>\n</html>\n"
    )


def _article(card: Card) -> str:
    words = card.words
    steps = "".join(f"<li>{escape(step)}</li>" for step in card.steps)
    lines = "".join(_phone_line(line) for line in card.phone_lines)
    # Articles stand wall to wall: a blank between inline blocks would take room.
    return (
        f'<article lang="{card.language}">'
        f'<div class="title"><h2>{escape(card.title)}</h2>'
        f'<p class="label">{escape(card.label)}</p></div>'
        f'<p class="value"><strong>{escape(card.value)}</strong> '
        f"<span>{escape(card.rides)}</span></p>"
        f'<p class="valid">{escape(card.valid)}</p>'
        f"{_limits(card)}"
        f'<div class="code">{_qr_code(card)}{_groups(card)}</div>'
        f"<ol>{steps}</ol>"
        f'<dl class="needs"><dt>{escape(words.need)}</dt> <dd>{escape(card.needs)}.</dd></dl>'
        f"<h3>{escape(words.no_phone)}</h3>"
        f'<ul class="phones">{lines}</ul>'
        f'<p class="keep">{escape(card.keep)}</p>'
        "</article>"
    )


def _limits(card: Card) -> str:
    return f'<p class="limits">{escape(card.limits)}</p>' if card.limits else ""


def _groups(card: Card) -> str:
    """In groups for the eye; sign by sign for the ear, which would hear a group as a word."""
    seen = "".join(f"<span>{escape(group)}</span> " for group in card.groups)
    heard = ", ".join("".join(card.groups))
    return (
        f'<p class="groups" aria-hidden="true">{seen}</p>'
        f'<p class="spoken">{escape(card.words.spoken_code)} {escape(heard)}.</p>'
    )


def _qr_code(card: Card) -> str:
    """The bare code (ISO/IEC 18004, alphanumeric, level Q: a quarter may be smudged), as a picture
    that is drawn from lines and so sharp at every size, with the quiet zone of four modules."""
    # Loaded when a card is drawn: a function that starts for another reason does without.
    import segno  # noqa: PLC0415

    drawn = segno.make(card.code, error="q", micro=False, boost_error=False)
    source = drawn.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
    return f'<img src="{escape(source)}" alt="{escape(card.words.alt)}">'


def _phone_line(line: PhoneLine) -> str:
    return f"<li>{escape(line.words)} <strong>{escape(line.phone)}</strong></li>"
