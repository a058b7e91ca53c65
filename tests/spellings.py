"""Finds a thing in text however it may be written: plain, in percent encoding, as JSON escapes it,
in hexadecimal digits, or within base64 at any place of it, by both alphabets; a number also where
something stands between its digits. Letters are compared without their case where that is lost."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

# What is shorter may stand anywhere by chance.
LEAST = 8
# How a number is parted, and no more of it: other numbers stand beside each other by chance.
_BETWEEN_DIGITS = r"[-_. ()/+]{0,2}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `plain` is in lower case; `in_base64` is as it is written; `parted` finds
    a number's digits with something between them."""

    plain: frozenset[str]
    in_base64: frozenset[str]
    parted: re.Pattern[str] | None = None

    def is_in(self, text: str) -> bool:
        """Whether the thing stands in the text."""
        lower = text.lower()
        return (
            any(one in lower for one in self.plain)
            or any(one in text for one in self.in_base64)
            or (self.parted is not None and self.parted.search(text) is not None)
        )


def wanted(*forms: str) -> Wanted:
    """A thing that has these forms, such as a number with and without its country's."""
    if any(len(form) < LEAST for form in forms):
        raise ValueError(f"a thing of fewer than {LEAST} characters is found by chance")
    plain = {spelled.lower() for form in forms for spelled in (form, *_spelled(form))}
    cases = {case for form in forms for case in (form, form.lower())}
    numbers = [digits for form in forms if len(digits := re.sub(_BETWEEN_DIGITS, "", form)) > LEAST]
    parted = "|".join(_parted(digits) for digits in numbers if digits.isdecimal())
    return Wanted(
        frozenset(plain),
        frozenset(one for form in cases for one in in_base64(form)),
        re.compile(parted) if parted else None,
    )


def _spelled(text: str) -> Iterator[str]:
    yield from in_percents(text)
    yield quote_plus(text)
    escaped = json.dumps(text)[1:-1]
    yield escaped
    # JSON within JSON, as an answer that is kept in a message is.
    yield json.dumps(escaped)[1:-1]
    yield "".join(f"\\u{ord(sign):04x}" for sign in text)
    yield text.encode().hex()


def _parted(digits: str) -> str:
    # At its ends, so that no longer number of something else is taken for it.
    return rf"(?<!\d){_BETWEEN_DIGITS.join(digits)}(?!\d)"


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
