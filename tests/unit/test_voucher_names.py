"""How an administrator names a voucher in a form, and that a code is refused and never repeated."""

import pytest

from builders import CODE_KEYS, PARTNER
from farechance.codes import code_of, grouped, holds_code, is_like_code
from farechance.errors import FieldErrors
from farechance.rides import authorization_id
from farechance.voucher_names import NEVER, Wanted, is_typed_code, read_wanted

VOUCHER = "vch_1" + "v" * 25
AUTHORIZATION = authorization_id("k" * 32, "pvd_city_cabs#ride-1")
CODE = code_of(CODE_KEYS, VOUCHER) or ""
WRITTEN = (
    CODE,
    CODE.lower(),
    grouped(CODE),
    grouped(CODE).replace("-", " "),
    grouped(CODE).replace("-", "–"),
    f"  {grouped(CODE)} ",
    # A symbol that was misheard.
    grouped(CODE)[:-1] + ("1" if CODE[-1] != "1" else "2"),
)


def refused(**fields: str) -> tuple[str, str]:
    with pytest.raises(FieldErrors) as wrong:
        read_wanted(fields)
    (one,) = wrong.value.errors
    return one.pointer, one.detail


def test_a_voucher_is_named_in_one_of_three_ways() -> None:
    assert read_wanted({}) is None
    assert read_wanted({"named": f" {VOUCHER} "}) == Wanted(voucher_id=VOUCHER)
    assert read_wanted({"named": AUTHORIZATION}) == Wanted(authorization_id=AUTHORIZATION)
    assert read_wanted({"last4": "7kdm", "partner_id": PARTNER}) == Wanted(
        partner_id=PARTNER, last4="7KDM"
    )
    # As on a card: o for 0, i and l for 1.
    typed = read_wanted({"last4": "oIl2", "partner_id": PARTNER})
    assert typed == Wanted(partner_id=PARTNER, last4="0112")


def test_an_id_goes_before_what_else_was_typed() -> None:
    both = {"named": VOUCHER, "last4": "7KDM", "partner_id": PARTNER}

    assert read_wanted(both) == Wanted(voucher_id=VOUCHER)


@pytest.mark.parametrize(
    ("fields", "pointer", "words"),
    [
        ({"last4": "7KDM"}, "/partner_id", "Choose the partner"),
        ({"partner_id": PARTNER}, "/last4", "last 4"),
        ({"last4": "7KD", "partner_id": PARTNER}, "/last4", "exactly the last 4"),
        ({"last4": "7KDMX", "partner_id": PARTNER}, "/last4", "exactly the last 4"),
        ({"last4": "7K?M", "partner_id": PARTNER}, "/last4", "letters and digits"),
        ({"last4": "7KDM", "partner_id": "Second Start"}, "/partner_id", "Choose the partner"),
        ({"named": "7KDM"}, "/named", "begins with vch_"),
        ({"named": "vch_"}, "/named", "begins with vch_"),
        ({"named": "aut_123"}, "/named", "begins with aut_"),
        ({"named": "ride-1"}, "/named", "the partner and the last 4 suffice"),
    ],
)
def test_what_is_wrong_is_told_with_what_to_type(
    fields: dict[str, str], pointer: str, words: str
) -> None:
    where, detail = refused(**fields)

    assert where == pointer
    assert words in detail


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("field", ["last4", "named", "partner_id"])
def test_a_code_is_refused_in_every_field_and_not_repeated(field: str, written: str) -> None:
    where, detail = refused(**{field: written})

    assert (where, detail.lower()) == (f"/{field}", f"{NEVER}.")
    assert CODE[:4] not in detail


@pytest.mark.parametrize("written", WRITTEN)
def test_a_code_is_seen_for_one_however_it_is_written(written: str) -> None:
    assert is_like_code(written)
    assert is_typed_code(written)


@pytest.mark.parametrize(
    "text",
    [
        f"the rider's code {grouped(CODE)} doesn't work",
        f"code:{CODE}",
        f"({grouped(CODE).lower()})",
        f"typed {grouped(CODE).replace('-', ' ')} twice",
    ],
)
def test_a_code_within_a_sentence_is_seen(text: str) -> None:
    assert holds_code(text)
    assert is_typed_code(text)


@pytest.mark.parametrize(
    "before", ["", "the ", "lost ", "card ", "was ", "a card ", "the card was "]
)
@pytest.mark.parametrize("after", ["", " was lost", " lost", " card", " card was lost"])
@pytest.mark.parametrize("between", ["", " ", "  ", "-", " - ", "–", ".", "/", "_", ", ", "\u200b"])
def test_no_word_beside_a_code_and_no_sign_within_hides_it(
    before: str, after: str, between: str
) -> None:
    written = grouped(CODE).replace("-", between)

    assert holds_code(f"{before}{written}{after}")
    assert holds_code(f"{before}{written.lower()}{after}")


@pytest.mark.parametrize("sign", ["-", ".", "/", "_"])
def test_a_code_in_groups_with_a_wrong_symbol_is_seen_behind_any_word(sign: str) -> None:
    misheard = f"{CODE[:-1]}{'1' if CODE[-1] != '1' else '2'}"

    assert holds_code(f"the lost card was {grouped(misheard).replace('-', sign)} she said")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "first instalment",
        "card lost. Ends 7KDM",
        "from 2026, then 2027, when paid",
        "the card was stolen near the station",
        "lost card called back",
        "ticket 4f8e2c1a-1234-4abc-9def-0123456789ab",
        "seen on 2026-03-02T17:00:00Z",
        VOUCHER,
        AUTHORIZATION,
        "call +1 212 555 0142",
        "this that will work",
    ],
)
def test_words_and_ids_are_not_taken_for_codes(text: str) -> None:
    assert not holds_code(text)
