"""Values in DynamoDB's form are what boto3's own serializer makes of them, and come back as they
went: amounts of money go this way."""

from decimal import Decimal
from enum import IntEnum
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from hypothesis import example, given
from hypothesis import strategies as st

from farechance.store import attributes

MOST = 10**38 - 1
"""DynamoDB keeps 38 digits."""

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-MOST, MOST) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(min_size=1), inner),
    max_leaves=20,
)
FRACTIONS = st.floats(1e-100, 1e100) | st.floats(-1e100, -1e-100)


class Level(IntEnum):
    """A number with a name."""

    HIGH = 3


def written(value: Any) -> Any:
    return attributes.written({"it": value})["it"]


def read(form: Any) -> Any:
    return attributes.read({"it": form})["it"]


@given(PLAIN)
@example([True, 1, False, 0, None, "", [], {}])
@example({"cents": MOST, "more": [{"cents": -MOST}, [[0]]]})
def test_what_we_store_is_written_as_boto3_writes_it_and_comes_back(value: Any) -> None:
    form = written(value)

    assert form == TypeSerializer().serialize(value)
    # True equals 1, and isn't the same: so the forms are compared, which differ.
    assert written(read(form)) == form
    assert read(form) == TypeDeserializer().deserialize(form) == value


@given(FRACTIONS)
@example(0.0)
@example(0.1)
@example(-74.0060)
@example(1e3)
@example(1e22)
@example(1e23)
def test_a_float_comes_back_as_the_same_number_for_us_and_for_boto3(value: float) -> None:
    form = written(value)

    assert float(TypeDeserializer().deserialize(form)) == value
    assert read(form) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("-5", -5),
        ("100.0", 100),
        ("1E+3", 1_000),
        ("1e+22", 10**22),
        (str(MOST), MOST),
        ("40.7128", 40.7128),
        ("1.5E-7", 1.5e-7),
    ],
)
def test_a_number_without_a_fraction_is_read_as_an_int(text: str, number: float) -> None:
    found = read({"N": text})

    assert (type(found), found) == (type(number), number)


def test_truth_is_read_as_truth() -> None:
    assert read({"BOOL": True}) is True
    assert read({"L": [{"BOOL": False}, {"N": "0"}]})[0] is False


def test_a_number_with_a_name_is_written_as_the_number() -> None:
    assert written(Level.HIGH) == TypeSerializer().serialize(Level.HIGH) == {"N": "3"}


def test_a_tuple_is_written_as_a_list() -> None:
    assert written(("a", 1)) == written(["a", 1])


@pytest.mark.parametrize(
    "value", [Decimal(1), b"bytes", bytearray(b"bytes"), {"a", "b"}, frozenset({1}), object()]
)
def test_another_kind_is_never_written(value: Any) -> None:
    for place in (value, [value], {"deep": [value]}):
        with pytest.raises(TypeError, match=type(value).__name__):
            written(place)


@pytest.mark.parametrize(
    "form", [{"B": b"bytes"}, {"SS": ["a"]}, {"NS": ["1"]}, {"BS": [b"bytes"]}]
)
def test_a_kind_that_we_never_store_is_never_read(form: Any) -> None:
    for place in (form, {"L": [form]}, {"M": {"deep": form}}):
        with pytest.raises(TypeError, match=next(iter(form))):
            read(place)
