"""The frame of every widget and what widgets are made of: tables, figures, pills, bars of money. It
owns how they are written; it must never choose a figure, and whatever it is given is escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import htpy as h
from markupsafe import Markup

from farechance.reports import phrases
from farechance.widgets.asked import Answered, Asked
from farechance.widgets.style import STYLE

Tone = Literal["good", "warn", "bad", "plain"]
_MOST_SIDE_BY_SIDE = 3
MoneyTone = Literal["spent", "held", "vouchers", "reserved", "allotted", "unallotted"]


@dataclass(frozen=True, slots=True)
class MoneyPart:
    """One part of a budget: how it is called, how much it is, and which colour it has."""

    name: str
    cents: int
    tone: MoneyTone
    note: str = ""


def widget(asked: Asked, *content: h.Node) -> h.Element:
    """A whole widget: what came of a button first, then the content. It switches the console's own
    style off, which differs between its versions."""
    classes = {"narrow": asked.is_narrow, "wide": asked.is_wide}
    return h.div(class_=["fare-chance", "cwdb-no-default-styles", asked.theme, classes], lang="en")[
        # Our own words, in which nothing is to be escaped: a style sheet knows no entities.
        h.style[Markup(STYLE)],  # noqa: S704
        _answer(asked.answered) if asked.answered else None,
        content,
    ]


def told(asked: Asked, *paragraphs: str) -> h.Element:
    """A widget that only says something."""
    return widget(asked, h.section[(h.p[words] for words in paragraphs)])


def section(title: h.Node, *content: h.Node, beside: h.Node = None) -> h.Element:
    """A part of a widget under its heading; `beside` stands in the heading's line."""
    return h.section[h.div(".heading")[h.h2[title], beside], content]


def pill(words: str, tone: Tone = "plain") -> h.Element:
    """A state, in words within a line; the colour only repeats them."""
    return h.span(class_=["pill", tone])[words]


def note(*words: h.Node) -> h.Element:
    """Said in passing."""
    return h.p(".note")[words]


def sides(words: Iterable[h.Node], figures: h.Node) -> h.Element:
    """Words, and figures beside them where there is room, else below."""
    return h.div(".sides")[h.div[words], h.div[figures]]


def facts(pairs: Iterable[tuple[str, h.Node]]) -> h.Element:
    """Figures side by side, each under what it is. Words are written smaller than figures."""
    return h.dl(".facts")[
        (
            h.div[
                h.dt[name], h.dd(class_={"words": isinstance(shown, str) and " " in shown})[shown]
            ]
            for name, shown in pairs
        )
    ]


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[h.Node]],
    *,
    figures: Sequence[int] = (),
    is_of_money: bool = False,
    is_captioned: bool = True,
) -> h.Element:
    """A table with a name for each row in its first cell. `figures` are the columns of numbers,
    which stand to the right. Too wide for its widget, it is moved sideways, by touch or keys; in a
    narrow one, many columns are stacked. One that isn't captioned says its caption to a screen
    reader only, where a heading says it."""
    # Stacked in a narrow widget, its parts are said to be what they are: the browser forgets it.
    return h.div(
        class_=["sideways", {"money": is_of_money}], role="group", aria_label=caption, tabindex="0"
    )[
        h.table(class_={"stacked": len(columns) > _MOST_SIDE_BY_SIDE}, role="table")[
            h.caption(class_={"unseen": not is_captioned})[caption],
            h.thead(role="rowgroup")[
                h.tr(role="row")[
                    (
                        h.th(class_={"n": place in figures}, scope="col", role="columnheader")[name]
                        for place, name in enumerate(columns)
                    )
                ]
            ],
            h.tbody(role="rowgroup")[(_row(row, columns, figures) for row in rows)],
        ]
    ]


def named(name: str, id_: str) -> list[h.Element]:
    """A thing by its name and, smaller, by its id."""
    return [h.strong[name], h.code[id_]]


def money_bar(caption: str, parts: Sequence[MoneyPart], currency: str) -> list[h.Element]:
    """A budget as a bar and as a table of the same parts in the same order: the bar is a picture
    for the eye only."""
    whole = sum(max(part.cents, 0) for part in parts)
    shares = [
        (part, max(part.cents, 0) * 10_000 // whole if whole else 0)
        for part in parts
        if part.cents > 0
    ]
    return [
        h.div(".bar", aria_hidden="true")[
            (
                h.span(
                    class_=part.tone,
                    style=f"width: {share // 100}.{share % 100:02d}%",
                    title=f"{part.name}: {phrases.money(part.cents, currency)}",
                )
                for part, share in shares
            )
        ],
        table(
            caption,
            ("Where it is", "Money", "Share"),
            [
                (
                    [
                        h.span(class_=["key", part.tone], aria_hidden="true"),
                        part.name,
                        h.small[f" {part.note}"] if part.note else None,
                    ],
                    phrases.money(part.cents, currency),
                    share_in_words(part.cents, whole),
                )
                for part in parts
            ],
            figures=(1, 2),
            is_of_money=True,
        ),
    ]


def share_in_words(part: int, whole: int) -> str:
    """A share in per cent; what is there and less than half of one isn't said to be nothing."""
    if whole <= 0:
        return "–"
    percent = (200 * part + whole) // (2 * whole)
    return "< 1%" if percent == 0 and part > 0 else f"{percent}%"


def _row(cells: Sequence[h.Node], columns: Sequence[str], figures: Sequence[int]) -> h.Element:
    name, *others = cells
    return h.tr(role="row")[
        h.th(scope="row", role="rowheader")[name],
        (
            h.td(class_={"n": place in figures}, role="cell", data_column=columns[place])[
                h.div[cell]
            ]
            for place, cell in enumerate(others, start=1)
        ),
    ]


def _answer(answered: Answered) -> h.Element:
    # Read out when it appears; what could not be done, at once (WAI-ARIA 1.2, 'alert').
    role, tone = ("status", "good") if answered.is_done else ("alert", "bad")
    return h.div(class_=["answer", tone], role=role)[
        h.h2["Done" if answered.is_done else "Not done"],
        h.p[answered.in_words],
        h.ul[(h.li[f"{_field(name)}: {wrong}"] for name, wrong in answered.errors.items())]
        if answered.errors
        else None,
        facts(answered.figures.items()) if answered.figures else None,
    ]


def _field(name: str) -> str:
    return "Your name" if name == "requested_by" else name.replace("_", " ").capitalize()
