"""HTML as a browser takes it: what is to be read, and what stands in which element."""

import json
import re
from html.parser import HTMLParser
from typing import Any


def words(html: str) -> str:
    """What is to be read: without tags, the style sheet and what buttons send."""
    plain = re.sub(r"<(style|cwdb-action).*?</\1>", " ", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", plain)
    for sign, written in (("&#39;", "'"), ("&#34;", '"'), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(sign, written)
    return " ".join(text.replace("&amp;", "&").split())


class Page(HTMLParser):
    """What a browser makes of HTML: its elements with their attributes, and the text in each kind
    of them."""

    def __init__(self, html: object) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """HTMLParser's."""
        self.elements.append((tag, dict(attrs)))
        if tag not in ("input", "img"):
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """HTMLParser's."""
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """HTMLParser's."""
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def payload(self) -> dict[str, Any]:
        """What the one button sends."""
        read: dict[str, Any] = json.loads(self.texts["cwdb-action"])
        return read
