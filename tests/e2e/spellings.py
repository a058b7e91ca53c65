"""Finds a thing in text however it may be written: plain, in percent encoding, or within base64 at
any place of it, by both alphabets. Letters are compared without their case where that is lost."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

# What is shorter may stand anywhere by chance.
LEAST = 8


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `plain` is in lower case; `in_base64` is as it is written."""

    plain: frozenset[str]
    in_base64: frozenset[str]

    def is_in(self, text: str) -> bool:
        """Whether the thing stands in the text."""
        lower = text.lower()
        return any(one in lower for one in self.plain) or any(one in text for one in self.in_base64)


def wanted(*forms: str) -> Wanted:
    """A thing that has these forms, such as a number with and without its country's."""
    if any(len(form) < LEAST for form in forms):
        raise ValueError(f"a thing of fewer than {LEAST} characters is found by chance")
    plain = {spelled.lower() for form in forms for spelled in (form, *in_percents(form))}
    cases = {case for form in forms for case in (form, form.lower())}
    return Wanted(frozenset(plain), frozenset(one for form in cases for one in in_base64(form)))


def in_percents(text: str) -> tuple[str, str]:
    """As a query has it, and with each byte encoded."""
    return quote(text, safe=""), "".join(f"%{byte:02X}" for byte in text.encode())


def in_base64(text: str) -> Iterator[str]:
    """What of the text stands in the base64 of anything that holds it: three ways, since three
    bytes are four letters. The letters that also hold a neighbour's bits are left out."""
    raw = text.encode()
    for before in range(3):
        letters = base64.b64encode(bytes(before) + raw)
        first, end = -(-before * 8 // 6), (before + len(raw)) * 8 // 6
        known = letters[first:end].decode()
        yield known
        yield known.replace("+", "-").replace("/", "_")
