"""How things are named, and which references to a person are refused, with words that help."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from farechance import identifiers
from farechance.identifiers import ExternalRef, StaffRef


def problem(kind: Any, value: str) -> str | None:
    """What is said against a value, or None."""
    try:
        TypeAdapter(kind).validate_python(value, strict=True)
    except ValidationError as error:
        return error.errors(include_input=False)[0]["msg"]
    return None


@pytest.mark.parametrize("kind", [ExternalRef, StaffRef])
@pytest.mark.parametrize(
    "value",
    [
        "ssn_123-45-6789",
        "case-123456789",
        "123-45-6789",
        "123456789",
        "123_45_6789",
        "12-345-6789",
        "000000000",
        "1-2-3-456789",
    ],
)
def test_what_looks_like_a_social_security_number_is_refused_in_words(
    kind: Any, value: str
) -> None:
    words = problem(kind, value)

    assert words is not None
    assert "social security number" in words
    assert "reference of your own" in words


@pytest.mark.parametrize(
    "value",
    [
        "212-555-0100",
        "2125550100",
        "212_555_0100",
        "1-212-555-0100",
        "12125550100",
        "+1-212-555-0100",
        "(212)555-0100",
        "(212) 555-0100",
        "212.555.0100",
        "212 555 0100",
        "555-0100",
        "555_0100",
        "491512345678",
        "tel-2125550100",
        "212-555-0100_home",
        "x-555-0100",
        "00491512345678",
    ],
)
def test_what_looks_like_a_phone_number_is_refused_in_words(value: str) -> None:
    words = problem(ExternalRef, value)

    assert words is not None
    assert "phone number" in words
    assert "reference of your own" in words


@pytest.mark.parametrize(
    "value", ["someone@example.org", "a.b+c@mail.example.org", "x@y.z", "someone_at_example_org"]
)
def test_what_looks_like_an_e_mail_address_is_refused_in_words(value: str) -> None:
    words = problem(ExternalRef, value)

    assert words is not None
    assert "e-mail address" in words
    assert "only you can resolve" in words


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("case-1", id="a word and a number"),
        pytest.param("A", id="one letter"),
        pytest.param("7", id="one digit"),
        pytest.param("12345678", id="eight digits"),
        pytest.param("1234567", id="seven digits without a dash"),
        pytest.param("2026-0001", id="a year and a number"),
        pytest.param("5550-100", id="a dash elsewhere"),
        pytest.param("c123456789", id="nine digits and a letter"),
        pytest.param("2125550100x", id="ten digits and a letter"),
        pytest.param("1234567890123", id="thirteen digits"),
        pytest.param("case-2026-000123", id="a year and a long number"),
        pytest.param("a1b2c123-4567-4a6b-8f10-5c2e7d123456789f", id="digits within letters"),
        pytest.param("_-_", id="signs only"),
        pytest.param("a" * 64, id="64 letters"),
        pytest.param("3f2b8c1e-9d47-4a6b-8f10-5c2e7d9a0b13", id="a UUID"),
    ],
)
def test_near_misses_are_accepted(value: str) -> None:
    assert problem(ExternalRef, value) is None


@pytest.mark.parametrize(
    "value",
    ["", "a" * 65, "a b", "a.b", "a/b", "a#b", "ä", "case-１", "case-1\n", "a@b", "x\u202ey", " a"],
)
def test_a_reference_is_1_to_64_letters_digits_underscores_or_dashes(value: str) -> None:
    words = problem(ExternalRef, value)

    assert words is not None
    assert "64" in words


def test_a_reference_of_a_whole_body_is_refused_at_once() -> None:
    # A search for an e-mail address in it would take minutes.
    assert problem(ExternalRef, "a" * 250_000) is not None


@given(st.text(max_size=80))
def test_words_against_a_reference_never_repeat_it(value: str) -> None:
    words = problem(ExternalRef, f"q{value}q@example.org")

    assert words is not None
    assert f"q{value}q" not in words


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        (identifiers.ProgramId, "prg_harbor_2026"),
        (identifiers.PartnerId, "org_second_start"),
        (identifiers.ProviderId, "pvd_city_cabs"),
        (identifiers.ParticipantId, "par_0a1b"),
        (identifiers.VoucherId, "vch_10a1b"),
    ],
)
def test_an_id_is_its_prefix_and_1_to_40_small_letters_and_digits(kind: Any, good: str) -> None:
    prefix = good[:4]

    assert problem(kind, good) is None
    assert problem(kind, prefix + "a" * 40) is None
    for wrong in (
        prefix,
        prefix + "a" * 41,
        prefix + "A",
        prefix + "a b",
        prefix + "a#b",
        prefix + "ä",
        prefix + "a\n",
        "x" + good,
        good[4:],
    ):
        assert problem(kind, wrong) is not None, wrong


@pytest.mark.parametrize("value", ["ride-1", "!", "a" * 64, 'R"7&(x)/~', "7f:3"])
def test_a_provider_may_name_a_ride_in_visible_ascii(value: str) -> None:
    assert problem(identifiers.RideId, value) is None


@pytest.mark.parametrize("value", ["", "a" * 65, "a b", "a#b", "#", "ä", "a\n", "\x7f"])
def test_a_rides_name_holds_no_number_sign_since_keys_are_parted_by_it(value: str) -> None:
    assert problem(identifiers.RideId, value) is not None


@pytest.mark.parametrize("value", ["555-0100", "+1 (212) 555-0100", "1-800-555-0100"])
def test_a_help_line_is_a_phone_number_as_it_is_printed(value: str) -> None:
    assert problem(identifiers.Phone, value) is None


@pytest.mark.parametrize("value", ["", "call us", "55", "5" * 25, "555-0100 ext", "555\n0100"])
def test_a_help_line_is_nothing_else(value: str) -> None:
    assert problem(identifiers.Phone, value) is not None


@pytest.mark.parametrize("value", ["usd", "US", "USDX", "", "$"])
def test_a_currency_is_three_capitals(value: str) -> None:
    assert problem(identifiers.Currency, "USD") is None
    assert problem(identifiers.Currency, value) is not None


@pytest.mark.parametrize("value", ["Job", "1job", "_job", "job interview", "", "a" * 41])
def test_a_purpose_is_a_word_in_small_letters(value: str) -> None:
    assert problem(identifiers.Purpose, "job_interview") is None
    assert problem(identifiers.Purpose, value) is not None
