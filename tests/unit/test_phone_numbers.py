"""Numbers that an SMS may go to, and that a refusal never quotes one."""

import pytest

from farechance.errors import FieldErrors
from farechance.phone_numbers import checked


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+12125550142", "+12125550142"),
        ("+1 (212) 555-0142", "+12125550142"),
        ("+1.212.555.0142", "+12125550142"),
        ("+34 612 34 56 78", "+34612345678"),
    ],
)
def test_a_number_is_written_as_e_164_does(written: str, number: str) -> None:
    assert checked(written) == number


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("2125550142", "exists"),
        ("+1212555014", "exists"),
        ("+1 112 555 0142", "exists"),
        ("+999 12345678", "exists"),
        ("+0", "exists"),
        ("call me", "exists"),
        ("+18005550199", "reached by SMS"),
        ("+19005550199", "reached by SMS"),
        ("+34912345678", "reached by SMS"),
    ],
)
def test_another_is_refused_without_being_quoted(written: str, words: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked(written)

    (error,) = refused.value.errors
    assert error.pointer == "/phone_number"
    assert words in error.detail
    assert written not in str(refused.value)
    assert refused.value.__cause__ is None
