"""JSON only as it is written (api.md, 'Strictness'; RFC 8259): whatever else comes is a malformed
body and never anything worse."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from farechance.edge import strict_json
from farechance.errors import MalformedBody


def malformed(body: bytes) -> MalformedBody:
    with pytest.raises(MalformedBody) as caught:
        strict_json.read(body)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '""',
        "0",
        "-0",
        "true",
        "null",
        " \t\r\n{ } \t\r\n",
        '{"a": [1, 2.5, -3e-2, "é", "\\u00e9", "\\ud83d\\ude97", true, false, null, {"b": {}}]}',
        '{"quote": "\\"", "backslash": "\\\\", "slash": "\\/", "bracket": "[{]}"}',
        '{"a": {"a": {"a": 1}}, "b": [{"a": 1}, {"a": 2}]}',
        "1e308",
        "12345678901234567890",
        "9" * 30,
    ],
)
def test_plain_json_reads_as_json_does(text: str) -> None:
    assert strict_json.read(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", ["1", "1.0", "true", '"1"'])
def test_a_number_stays_the_kind_of_number_that_it_was(text: str) -> None:
    value = strict_json.read(text.encode())

    assert type(value) is type(json.loads(text))


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        pytest.param(b"", "syntax", id="nothing"),
        pytest.param(b" ", "syntax", id="a blank"),
        pytest.param(b"{", "syntax", id="an open brace"),
        pytest.param(b'{"a": 1,}', "syntax", id="a comma too many"),
        pytest.param(b"{'a': 1}", "syntax", id="single quotes"),
        pytest.param(b"{a: 1}", "syntax", id="no quotes"),
        pytest.param(b"[1] [2]", "syntax", id="two values"),
        pytest.param(b"{} // done", "syntax", id="a comment"),
        pytest.param(b"01", "syntax", id="a leading zero"),
        pytest.param(b"+1", "syntax", id="a plus"),
        pytest.param(b".5", "syntax", id="a leading point"),
        pytest.param(b"0x10", "syntax", id="a hexadecimal number"),
        pytest.param(b"1_000", "syntax", id="a number in groups"),
        pytest.param(b"True", "syntax", id="a Python word"),
        pytest.param(b"a=1&b=2", "syntax", id="a form"),
        pytest.param(b"\xef\xbb\xbf{}", "syntax", id="a byte order mark"),
        pytest.param(b"\x00{}", "syntax", id="a zero byte"),
        pytest.param(b'"\xff"', "not_utf8", id="a byte that is not UTF-8"),
        pytest.param(b'"\xc3"', "not_utf8", id="half a letter"),
        pytest.param(b'"\xed\xa0\x80"', "not_utf8", id="a surrogate in UTF-8"),
        pytest.param(b'"\xc0\x80"', "not_utf8", id="an overlong zero"),
        pytest.param('{"a": 1}'.encode("utf-16"), "not_utf8", id="UTF-16"),
        pytest.param(b'{"a": 1, "a": 1}', "duplicate_key", id="a name twice"),
        pytest.param(b'[{"x": {"a": 1, "a": 2}}]', "duplicate_key", id="twice further in"),
        pytest.param(b'{"a": 1, "\\u0061": 2}', "duplicate_key", id="twice, once in disguise"),
        pytest.param(b"NaN", "not_a_number", id="NaN"),
        pytest.param(b"[Infinity]", "not_a_number", id="infinity"),
        pytest.param(b'{"a": -Infinity}', "not_a_number", id="minus infinity"),
        pytest.param(b"1e999", "not_a_number", id="infinity in disguise"),
        pytest.param(b'{"a": -1.5e400}', "not_a_number", id="minus infinity in disguise"),
        pytest.param(b"1" * 31, "not_a_number", id="31 digits"),
        pytest.param(b"[-" + b"9" * 5_000 + b"]", "not_a_number", id="5,000 digits"),
        pytest.param(b'"a\nb"', "syntax", id="a bare line break in a string"),
        pytest.param(b'"a\\nb"', "control_character", id="a line break in a string"),
        pytest.param(b'"\\t"', "control_character", id="a tab"),
        pytest.param(b'"\\u0000"', "control_character", id="a zero"),
        pytest.param(b'"\\u007f"', "control_character", id="DEL"),
        pytest.param(b'"\\u0085"', "control_character", id="a C1 control"),
        pytest.param('"\x85"'.encode(), "control_character", id="a C1 control, bare"),
        pytest.param(b'{"a\\u0007": 1}', "control_character", id="a bell in a name"),
        pytest.param(b'[["\\u001b[31m"]]', "control_character", id="an escape further in"),
        pytest.param(b'"\\ud83d"', "control_character", id="half a picture"),
        pytest.param(b'"\\ude97\\ud83d"', "control_character", id="its halves the wrong way"),
        pytest.param(b'{"\\udfff": 1}', "control_character", id="half a pair in a name"),
    ],
)
def test_whatever_is_not_json_as_written_is_malformed(body: bytes, problem: str) -> None:
    assert malformed(body).problem == problem


def nested(depth: int, opening: bytes = b"[", closing: bytes = b"]") -> bytes:
    return opening * depth + closing * depth


def test_sixteen_levels_are_read_and_no_more() -> None:
    objects = b'{"a":' * 16 + b"1" + b"}" * 16

    assert strict_json.read(nested(16)) == json.loads(nested(16))
    assert strict_json.read(objects) == json.loads(objects)
    assert malformed(nested(17)).problem == "too_deep"
    assert malformed(b'{"a":' + objects + b"}").problem == "too_deep"


def test_levels_are_counted_along_one_branch_only() -> None:
    wide = b"[" + b",".join([nested(15)] * 50) + b"]"

    assert strict_json.read(wide) == json.loads(wide)


def test_what_was_closed_lends_no_level_to_what_follows() -> None:
    siblings = b"[" + b"[]," * 100

    assert strict_json.read(siblings + nested(15) + b"]")
    assert malformed(siblings + nested(16) + b"]").problem == "too_deep"


def test_brackets_in_strings_are_no_levels() -> None:
    for text in ('["' + "[" * 500 + '"]', '{"' + "{" * 500 + '": "\\"[[[\\\\"}', '["\\\\", "[["]'):
        assert strict_json.read(text.encode()) == json.loads(text)


def test_a_string_cannot_hide_levels() -> None:
    deep = "[" * 20 + "]" * 20

    for text in (f'["\\\\", {deep}]', f'["\\"", {deep}]', f'["", {deep}]'):
        assert malformed(text.encode()).problem == "too_deep"


@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(b"[" * 250_000, id="opened only"),
        pytest.param(nested(120_000), id="opened and closed"),
        pytest.param(b'{"a":' * 50_000, id="objects"),
        pytest.param(b'[{"a":' * 40_000, id="both"),
    ],
)
def test_a_nesting_bomb_is_refused_before_it_is_parsed(bomb: bytes) -> None:
    assert malformed(bomb).problem == "too_deep"


def test_a_body_of_names_with_one_twice_is_refused_at_once() -> None:
    # Counting each name anew would take minutes.
    names = ",".join(f'"{number}":0' for number in range(25_000))

    assert malformed(f'{{{names},"z":0,"z":0}}'.encode()).where == "z"


def test_what_is_said_of_a_malformed_body_never_holds_a_value() -> None:
    for body in (
        b'{"pin": "hidden", "pin": "hidden"}',
        b'{"pin": "hidden\\u0007"}',
        b'{"pin": hidden}',
        b'{"pin": "hidden" \xff}',
        b'{"pin": ' + b"4" * 40 + b"}",
        b'{"pin": 4e444}',
    ):
        assert "hidden" not in malformed(body).where
        assert "444" not in malformed(body).where


@given(st.binary(max_size=80))
@example(b'{"a":1e400}')
@example(b'"\\ud800"')
def test_any_bytes_are_json_or_a_malformed_body(body: bytes) -> None:
    try:
        value = strict_json.read(body)
    except MalformedBody:
        return
    assert value == json.loads(body)


# Bytes that nearly are JSON.
NEARLY = [
    *'[]{}:,"\\ \n019.-+eEtrufalsn',
    "\\u",
    "d8",
    "00",
    "NaN",
    "Infinity",
    '"a":',
    "é",
    "\x7f",
]


@given(st.lists(st.sampled_from(NEARLY), max_size=40).map("".join))
def test_any_text_that_nearly_is_json_is_json_or_a_malformed_body(text: str) -> None:
    try:
        value = strict_json.read(text.encode())
    except MalformedBody:
        return
    assert value == json.loads(text)


clean_text = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=12)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | clean_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(clean_text, inner, max_size=4),
    max_leaves=12,
)


@given(json_values, st.booleans())
def test_any_value_without_control_characters_reads_as_it_was_written(
    value: Any, ensure_ascii: bool
) -> None:
    text = json.dumps(value, ensure_ascii=ensure_ascii)

    assert strict_json.read(text.encode()) == json.loads(text) == value
