"""Charts as inline SVG (SVG 2, WAI-ARIA 1.2: an image with a name and a description). It owns how
bars are drawn; it must never choose a figure. What it shows stands in a table too."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import svg
from markupsafe import Markup, escape

type Anchor = Literal["start", "middle", "end"]

_LABEL, _GAP = 14, 6
_ROW, _NOTE, _THICK = 50, 22, 14
_LEFT, _TOP, _BOTTOM = 4, 22, 26
# A column takes so much of its room.
_FILLED = 0.72


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what is written under it (or nothing), its value, and how the value is written at
    it (or nothing, where an axis says it). `note` stands under a bar that lies."""

    label: str
    value: int
    shown: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a screen reader says of a chart. `id_` is unique on the page."""

    id_: str
    title: str
    description: str


def columns(
    heading: Heading,
    bars: Sequence[Bar],
    *,
    width: int = 400,
    height: int = 220,
    axis: Callable[[int], str] | None = None,
) -> Markup:
    """Upright bars on a base line; with an axis, lines at round values, written by it."""
    marks = _marks(bars) if axis else []
    high = max([*(bar.value for bar in bars), *marks, 1])
    low = min([*(bar.value for bar in bars), *marks, 0])
    scale = (height - _TOP - _BOTTOM) / (high - low)
    left = 8 * max(len(axis(mark)) for mark in marks) + 2 * _GAP if axis else _LEFT
    room = (width - left) / max(len(bars), 1)
    base = _TOP + high * scale
    drawn: list[svg.Element] = []
    for mark in marks if axis else []:
        at = base - mark * scale
        drawn.append(_line(left, at, width, at, "grid"))
        drawn.append(_text(left - _GAP, at + 5, axis(mark) if axis else "", "end", "quiet"))
    for place, bar in enumerate(bars):
        start, middle = left + place * room, left + (place + 0.5) * room
        tall = abs(bar.value) * scale
        top = base - max(bar.value, 0) * scale
        drawn.append(_rect(start + room * (1 - _FILLED) / 2, top, room * _FILLED, tall, "bar"))
        if bar.shown:
            drawn.append(_text(middle, top - _GAP, bar.shown, "middle"))
        if bar.label:
            drawn.append(_text(middle, height - _GAP, bar.label, "middle", "quiet"))
    drawn.append(_line(left, base, width, base, "base"))
    return _drawing(heading, width, height, drawn)


def rows(heading: Heading, bars: Sequence[Bar], *, whole: int, width: int = 400) -> Markup:
    """Bars that lie under their labels, each in a frame that is as long as the whole."""
    drawn: list[svg.Element] = []
    apart = _ROW + (_NOTE if any(bar.note for bar in bars) else 0)
    for place, bar in enumerate(bars):
        top = place * apart + _LABEL
        long = width * min(max(bar.value, 0), whole) / max(whole, 1)
        drawn.append(_text(0, top, bar.label, "start"))
        drawn.append(_text(width, top, bar.shown, "end", "strong"))
        drawn.append(_rect(0.5, top + 8, width - 1, _THICK, "frame"))
        drawn.append(_rect(0.5, top + 8, max(long - 1, 0), _THICK, "bar"))
        if bar.note:
            drawn.append(_text(0, top + 8 + _THICK + 16, bar.note, "start", "quiet"))
    return _drawing(heading, width, max(len(bars), 1) * apart - _GAP, drawn)


def _marks(bars: Sequence[Bar]) -> list[int]:
    """Three to six round values, zero among them, from the least to the greatest."""
    values = [bar.value for bar in bars]
    high, low = max([*values, 1]), min([*values, 0])
    step = next(
        size * 10**power
        for power in range(15)
        for size in (1, 2, 5)
        if size * 10**power * 4 >= high - low
    )
    return [
        mark * step for mark in range(-(-low // -step) * -1 if low else 0, -(-high // step) + 1)
    ]


def _drawing(heading: Heading, width: int, height: int, drawn: list[svg.Element]) -> Markup:
    names = f"{heading.id_}-title {heading.id_}-description"
    picture = svg.SVG(
        # In HTML an svg element needs no name space.
        xmlns=None,
        viewBox=svg.ViewBoxSpec(0, 0, width, height),
        extra={"role": "img", "aria-labelledby": names},
        elements=[
            svg.Title(id=f"{heading.id_}-title", text=_escaped(heading.title)),
            svg.Desc(id=f"{heading.id_}-description", text=_escaped(heading.description)),
            *drawn,
        ],
    )
    # svg-py writes text as it is given; all of it went through `_escaped`.
    return Markup(picture.as_str())  # noqa: S704


def _text(x: float, y: float, words: str, anchor: Anchor, kind: str = "label") -> svg.Text:
    return svg.Text(
        x=_short(x),
        y=_short(y),
        text=_escaped(words),
        text_anchor=anchor,
        font_size=_LABEL,
        class_=[kind],
    )


def _rect(x: float, y: float, width: float, height: float, kind: str) -> svg.Rect:
    return svg.Rect(
        x=_short(x), y=_short(y), width=_short(width), height=_short(height), class_=[kind]
    )


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> svg.Line:
    return svg.Line(x1=_short(x1), y1=_short(y1), x2=_short(x2), y2=_short(y2), class_=[kind])


def _escaped(words: str) -> str:
    return str(escape(words))


def _short(value: float) -> float:
    """A tenth of a pixel is fine enough, and written the same on every machine."""
    return round(value, 1)
