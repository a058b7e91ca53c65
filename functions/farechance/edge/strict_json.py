"""JSON only as written (api.md, 'Strictness'; RFC 8259): UTF-8, no duplicate keys, no NaN, no
control characters in strings, at most 16 levels. Numbers and lengths are the models' business."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from farechance.errors import MalformedBody

MAX_DEPTH = 16
MAX_DIGITS = 30
_NAME = re.compile(r"[A-Za-z_]{1,40}[0-9]?", re.ASCII)
# Unicode's categories Cc (control characters, line breaks too) and Cs (halves of surrogate pairs).
_UNCLEAN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def read(body: bytes) -> Any:
    """The parsed value. Raises MalformedBody."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody("not_utf8", f"byte {error.start}") from None
    # Python's parser recurses: what is nested too deep is refused before it is parsed.
    _check_depth(text)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedBody("syntax", f"line {error.lineno} column {error.colno}") from None
    # What the whole text doesn't hold, and no escape writes, stands in none of its strings.
    if "\\" in text or _UNCLEAN.search(text):
        _check_strings(value)
    return value


def is_name(text: str) -> bool:
    """Whether a field may be called so. Only such a name is repeated to whoever sent it: another
    may be anything, and anybody's."""
    return _NAME.fullmatch(text) is not None


def _check_depth(text: str) -> None:
    # Nearly every body has no more brackets than that, in strings or out of them.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth, in_string, escaped = 0, False, False
    for sign in text:
        if in_string:
            in_string = escaped or sign != '"'
            escaped = not escaped and sign == "\\"
        elif sign == '"':
            in_string = True
        elif sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedBody("too_deep", f"more than {MAX_DEPTH} levels")
        elif sign in "]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        times = Counter(name for name, _ in pairs)
        twice = next(name for name in times if times[name] > 1)
        raise MalformedBody("duplicate_key", twice if is_name(twice) else "")
    return members


def _no_constant(name: str) -> NoReturn:
    raise MalformedBody("not_a_number", name)


def _no_huge_number(digits: str) -> int:
    # Nothing here needs more; int() refuses thousands of digits with an error of its own.
    if len(digits) > MAX_DIGITS:
        raise MalformedBody("not_a_number", f"a number of more than {MAX_DIGITS} digits")
    return int(digits)


def _no_infinite_number(written: str) -> float:
    # Python reads 1e999 as infinity, which no JSON can say.
    number = float(written)
    if math.isinf(number):
        raise MalformedBody("not_a_number", "a number beyond every bound")
    return number


def _check_strings(value: Any) -> None:
    if isinstance(value, str):
        if _UNCLEAN.search(value):
            raise MalformedBody("control_character")
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_strings(name)
            _check_strings(member)
    elif isinstance(value, list):
        for member in value:
            _check_strings(member)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_duplicates,
    parse_constant=_no_constant,
    parse_int=_no_huge_number,
    parse_float=_no_infinite_number,
)
