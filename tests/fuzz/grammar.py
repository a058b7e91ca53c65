"""A grammar of bytes that are nearly a callback, a body of a partner, or a sheet: every rule of
JSON and of the forms is broken by itself and together with others. It owns what is generated; it
must never know what is answered."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

type Bytes = st.SearchStrategy[bytes]

# Whatever a spelling of a number may be taken for.
NUMBERS = (
    *("0", "-0", "1", "01", "+1", ".5", "5.", "1.0", "1500.0", "1e3", "1E+2", "1e-400", "1e400"),
    *("0x10", "1_000", "NaN", "Infinity", "-Infinity", "9" * 30, "9" * 31, "9" * 5_000, "-", "1-"),
    *("9007199254740993", "1000001", "-1", "\u0661\u0662", "1 500"),
)
TEXTS = (
    *('""', '"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"', '"\\uD83D\\uDE97"', '"\\x41"', '"\\u12"'),
    *('"a\nb"', '"\t"', "'a'", '"', '"\\"', f'"{"x" * 5_000}"', '"\u202e"', '"\ufeff"', '"{}"'),
    *('"2026-02-30T00:00:00Z"', '"2026-01-01T00:00:00"', '"9999-12-31T23:59:60Z"', '"now"'),
    *('"0000-00-00T00:00:00Z"', '"USD\\n"', '"ride#1"', '"../x"', '"__proto__"', '"$ne"'),
)
SHAPES = (
    *(
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        '{"a":1,"a":2}',
        '{"":{}}',
        "nul",
        "True",
    ),
    *("[" * 15 + "]" * 15, "[" * 17 + "]" * 17, "[" * 100_000, '{"a":' * 40 + "1" + "}" * 40),
    *("[1,]", '{"a":1,}', "{a:1}", "[1 2]", "undefined", "//c", "/*c*/1", '{"$ref":"#"}'),
)
# What gets past the parser, and is wrong or right only where it stands.
LIKELY = (
    *("null", "true", "0", "1", "-1", "1000000", "1000001", "1.5", '""', '"a"', '"0"', "[]", "{}"),
    *(
        '"USD"',
        '"eur"',
        '"rider"',
        '"tip"',
        '"ride-1"',
        '"ride.completed"',
        '"webhook.test"',
        '"en"',
    ),
    *('"2026-01-01T00:00:00Z"', '"2026-01-01T00:00:00+14:00"', '"2026-01-01"', '"1ABC-DEFG"'),
    *('{"latitude":90,"longitude":180}', '{"latitude":91,"longitude":0}', f'"{"x" * 65}"'),
)
_BYTES = (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x00", b"\x1f")


def values() -> st.SearchStrategy[str]:
    """One value as it is written, right or nearly."""
    anything = st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        lambda within: st.one_of(
            st.lists(within, max_size=3), st.dictionaries(st.text(max_size=5), within, max_size=3)
        ),
        max_leaves=6,
    )
    hard = st.sampled_from((*NUMBERS, *TEXTS, *SHAPES))
    return st.one_of(st.sampled_from(LIKELY), anything.map(json.dumps), hard)


@st.composite
def bodies(draw: st.DrawFn, right: Mapping[str, Any]) -> bytes:
    """A right body with up to three members, at any depth, replaced, left out, said twice or added;
    then, at times, with its bytes damaged."""
    places = [*_places(right, ())]
    changes: dict[tuple[str, ...], str] = {}
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(places))
        changes[place] = draw(
            st.sampled_from(("replaced", "replaced", "left out", "twice", "added"))
        )
    written = _written(draw, right, (), changes).encode("utf-8", "surrogatepass")
    return draw(damaged(written)) if draw(st.integers(0, 3)) == 0 else written


@st.composite
def damaged(draw: st.DrawFn, right: bytes) -> bytes:
    """Bytes cut off, doubled, put in, made long, or in another encoding."""
    at, times = draw(st.integers(0, len(right))), draw(st.integers(1, 4))
    before = draw(st.sampled_from((b"\xef\xbb\xbf", b" ", b"\n", b")]}',\n", b"\x0b", b"data=")))
    behind = draw(st.sampled_from((right, b"}", b",", b"\n\n", b"\0", b" " * 1_000)))
    encoding = draw(st.sampled_from(("utf-16", "utf-32")))
    kilobytes = draw(st.sampled_from((256, 257, 300)))
    ways = (
        right[:at],
        right[:at] + draw(st.sampled_from(_BYTES)) + right[at:],
        before + right,
        right + behind,
        right.decode("utf-8", "replace").encode(encoding),
        right.replace(b'"', b"'", times),
        right.ljust(kilobytes * 1_024),
        draw(st.binary(max_size=60)),
    )
    return draw(st.sampled_from(ways))


def sheets(right: bytes) -> Bytes:
    """Nearly a CSV file."""
    cells = st.one_of(
        st.sampled_from(
            ('"', '""', "'", "=1+1", "a,b", "a;b", "\ta", "\u202e", "x" * 5_000, "\ufeff")
        ),
        st.text(max_size=20),
    )
    lines = st.lists(st.lists(cells, max_size=3).map(",".join), max_size=6)
    ends = st.sampled_from(("\n", "\r\n", "\r", "\n\n", ""))
    heads = st.sampled_from(
        ("external_ref", "EXTERNAL_REF", '"external_ref', "name", "", "external_ref,x")
    )
    made = st.builds(lambda head, rows, end: end.join((head, *rows)), heads, lines, ends)
    return st.one_of(made.map(lambda text: text.encode("utf-8", "surrogatepass")), damaged(right))


def _places(value: Any, above: tuple[str, ...]) -> list[tuple[str, ...]]:
    if not isinstance(value, Mapping):
        return [above]
    return [above, *(one for name in value for one in _places(value[name], (*above, name)))]


def _written(
    draw: st.DrawFn, value: Any, place: tuple[str, ...], changes: Mapping[tuple[str, ...], str]
) -> str:
    """A value as JSON, changed where it shall be."""
    change = changes.get(place)
    if change == "replaced" or (change and not isinstance(value, Mapping) and not place):
        return draw(values())
    if not isinstance(value, Mapping):
        return json.dumps(value)
    members = []
    for name, member in value.items():
        of_member = changes.get((*place, name))
        written = f"{json.dumps(name)}:{_written(draw, member, (*place, name), changes)}"
        if of_member != "left out":
            members.append(written)
        if of_member == "twice":
            members.append(f"{json.dumps(name)}:{draw(values())}")
        if of_member == "added":
            members.append(f"{json.dumps(draw(st.text(max_size=8)))}:{draw(values())}")
    return "{" + ",".join(members) + "}"
