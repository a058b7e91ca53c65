"""HTML as it is parsed: its elements in order, with their attributes, texts and parents."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

_VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "source"})


@dataclass
class Element:
    """One element; `within` is its parent."""

    tag: str
    attributes: dict[str, str]
    within: "Element | None" = None
    children: "list[Element]" = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text in it, with single blanks."""
        return " ".join("".join(self.texts).split())

    def all(self, tag: str) -> "list[Element]":
        """The elements in it with a name, at any depth."""
        found = [child for child in self.children if child.tag == tag]
        return found + [one for child in self.children for one in child.all(tag)]


class Page(HTMLParser):
    """A parsed page. Every element must be closed where it belongs."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.elements: list[Element] = []
        self._open = [self.root]
        self.feed(html)
        self.close()
        assert self._open == [self.root], f"not closed: {self._open[-1].tag}"

    @classmethod
    def of(cls, html: str) -> Self:
        """The page, and that it begins as HTML does."""
        assert html.startswith("<!doctype html>")
        return cls(html)

    def all(self, *tags: str) -> list[Element]:
        """Elements by name, in the order of the page."""
        return [one for one in self.elements if one.tag in tags]

    def table(self, caption: str) -> list[list[str]]:
        """The rows of the table with this caption, its total at the end, without its head."""
        (found,) = (one for one in self.all("table") if one.all("caption")[0].text == caption)
        rows = [
            row for part in ("tbody", "tfoot") for body in found.all(part) for row in body.all("tr")
        ]
        return [[cell.text for cell in row.children] for row in rows]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open[-1])
        self._open[-1].children.append(element)
        self.elements.append(element)
        if tag not in _VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that holds nothing."""
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends."""
        assert self._open[-1].tag == tag, f"{tag} closes {self._open[-1].tag}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        """Text belongs to all elements around it."""
        for element in self._open:
            element.texts.append(data)
