"""Cursors of lists: opaque, and harmless when somebody changes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farechance import cursors
from farechance.errors import FieldErrors


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=150))
def test_a_cursor_that_a_list_gave_says_where_the_page_ended(place: str) -> None:
    assert cursors.read(cursors.written(place)) == place


def test_a_cursor_stands_in_a_query_as_it_is() -> None:
    written = cursors.written("par_1#?&=+/ %~")

    assert set(written) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "cursor",
    [
        pytest.param("", id="nothing"),
        pytest.param("A", id="half a byte"),
        pytest.param("Aw", id="a control character"),
        pytest.param("w6k", id="not ASCII"),
        pytest.param("é", id="not base 64"),
        pytest.param("____", id="not UTF-8"),
    ],
)
def test_what_no_list_gave_is_a_wrong_field(cursor: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        cursors.read(cursor)

    assert [error.pointer for error in caught.value.errors] == ["/cursor"]


@given(st.text(max_size=60))
def test_any_cursor_is_a_place_or_a_wrong_field(cursor: str) -> None:
    try:
        place = cursors.read(cursor)
    except FieldErrors:
        return
    assert place.isascii()
    assert place.isprintable()


PATH, KEY = "/participants", "a key that only tests know"


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=100))
def test_what_was_sealed_is_opened_and_fits_a_query(place: str) -> None:
    sealed = cursors.sealed(cursors.written(place), PATH, KEY)

    assert cursors.read(cursors.opened(sealed, PATH, KEY)) == place
    assert len(sealed) <= 200
    assert set(sealed) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60))
def test_what_wasnt_sealed_isnt_opened(cursor: str) -> None:
    with pytest.raises(FieldErrors) as caught:
        cursors.opened(cursor, PATH, KEY)

    assert [error.pointer for error in caught.value.errors] == ["/cursor"]


@pytest.mark.parametrize(
    ("path", "key"), [("/vouchers", KEY), ("/participants/", KEY), (PATH, "another key")]
)
def test_a_seal_is_good_for_one_list_of_one_partner(path: str, key: str) -> None:
    sealed = cursors.sealed(cursors.written("par_1"), PATH, KEY)

    with pytest.raises(FieldErrors):
        cursors.opened(sealed, path, key)


def test_no_symbol_of_a_sealed_cursor_can_be_changed() -> None:
    sealed = cursors.sealed(cursors.written("par_1"), PATH, KEY)

    for at in range(len(sealed)):
        for symbol in "AZaz09-_":
            if symbol != sealed[at]:
                with pytest.raises(FieldErrors):
                    cursors.opened(sealed[:at] + symbol + sealed[at + 1 :], PATH, KEY)
