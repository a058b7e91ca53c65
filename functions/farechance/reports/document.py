"""The frame of every page of a report: one HTML file without scripts and without anything from
outside, and its tables. It owns that frame; it must never know what a figure means."""

from collections.abc import Iterable, Sequence

import htpy as h
from markupsafe import Markup

from farechance.reports.style import STYLE


def document(title: str, *body: h.Node) -> str:
    """A whole page in English. The body brings its own landmarks (header, main, footer)."""
    page = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(name="viewport", content="width=device-width, initial-scale=1"),
            h.meta(name="robots", content="noindex"),
            h.title[title],
            # Our own words, in which nothing is to be escaped: a style sheet knows no entities.
            h.style[Markup(STYLE)],  # noqa: S704
        ],
        h.body[body],
    ]
    return f"{page}\n"


def section(id_: str, title: str, *content: h.Node, above: h.Node = None) -> h.Element:
    """A part of the page under a heading of the second rank, which names it as a landmark; `above`
    stands over the heading."""
    return h.section(id=id_, aria_labelledby=f"{id_}-heading")[
        above, h.h2(id=f"{id_}-heading")[title], content
    ]


def figure(
    caption: str, drawing: h.Node, *, note: str | None = None, is_wide: bool = False
) -> h.Element:
    """A chart under its caption; a wide one can be moved sideways on a phone, by touch or keys."""
    if is_wide:
        drawing = h.div(".sideways", tabindex="0", role="group", aria_label=caption)[drawing]
    return h.figure[h.figcaption[h.h3[caption]], drawing, h.p(".note")[note] if note else None]


def table(
    caption: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[h.Node]],
    *,
    total: Sequence[h.Node] | None = None,
    words: int = 1,
    is_long: bool = False,
) -> h.Element:
    """A table whose caption is a heading of the third rank, with a name for each row in its first
    cell. The first `words` columns are words, the others figures, which stand to the right. `total`
    closes it. Paper keeps it on one page, but if it is long: then each page repeats its head."""
    # Over a single column of figures the caption says what they are; a screen reader still says it.
    is_plain = len(columns) == 2 and not columns[0]
    # A column without a name is no header: a screen reader would say one that is empty.
    head = (
        h.th(_figure(place, words), scope="col")[h.span[name]] if name else h.td
        for place, name in enumerate(columns)
    )
    return h.table(class_={"long": is_long, "plain": is_plain})[
        h.caption[h.h3[caption]],
        h.thead[h.tr[head]],
        h.tbody[(_row(row, words) for row in rows)],
        h.tfoot[_row(total, words)] if total else None,
    ]


def part(name: str) -> h.Element:
    """The name of a row that is a part of one above it."""
    return h.span(".part")[name]


def _row(cells: Sequence[h.Node], words: int) -> h.Element:
    name, *others = cells
    return h.tr[
        h.th(scope="row")[name],
        (h.td(_figure(place, words))[cell] for place, cell in enumerate(others, start=1)),
    ]


def _figure(place: int, words: int) -> dict[str, str]:
    return {} if place < words else {"class": "n"}
