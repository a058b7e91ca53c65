"""Codes that people type, say and mishear; and what follows from one secret for ever."""

import hashlib
import hmac
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import CODE_KEYS, OTHER_PARTNER, PARTNER
from farechance import codes
from farechance.codes import ALPHABET, check_symbol, code_of, grouped, key_of, read_code

# With a key for every version, a wrong first symbol shows only by the check symbol.
EVERY_VERSION = {version: f"the key of version {version}" for version in ALPHABET}

one_key = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=64)


def voucher_id(index: int = 0, partner: str = PARTNER, key: str = "mint-1") -> str:
    return codes.voucher_id(CODE_KEYS, "1", partner, key, index)


def a_code(index: int = 0) -> str:
    code = code_of(CODE_KEYS, voucher_id(index))
    assert code is not None
    return code


def codes_of_every_version() -> list[str]:
    made = [code_of(EVERY_VERSION, f"vch_{version.lower()}{'0' * 25}") for version in ALPHABET]
    return [code for code in made if code]


def first_symbols(key: str, message: str, count: int) -> str:
    """HMAC-SHA-256 five bits at a time, from the left: written anew, bit by bit."""
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    bits = "".join(f"{byte:08b}" for byte in digest)
    return "".join(ALPHABET[int(bits[5 * i : 5 * i + 5], 2)] for i in range(count))


def test_the_alphabet_is_crockfords() -> None:
    assert ALPHABET == "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    assert not set("ILOU") & set(ALPHABET)


def test_a_code_has_16_symbols_of_which_the_first_names_the_version() -> None:
    code = a_code()

    assert len(code) == 16
    assert code[0] == "1"
    assert set(code) <= set(ALPHABET)


def test_a_code_reads_as_itself() -> None:
    for index in range(200):
        assert read_code(CODE_KEYS, a_code(index)) == a_code(index)


def test_a_code_is_shown_in_four_groups_that_read_as_the_code() -> None:
    shown = grouped("1ABCDEFGHJKMNPQR")

    assert shown == "1ABC-DEFG-HJKM-NPQR"
    assert read_code(CODE_KEYS, grouped(a_code())) == a_code()


def test_every_single_wrong_symbol_is_caught() -> None:
    for code in codes_of_every_version():
        for place in range(16):
            for wrong in set(ALPHABET) - {code[place]}:
                written = code[:place] + wrong + code[place + 1 :]
                assert read_code(EVERY_VERSION, written) is None, written


def test_every_swap_of_neighbours_is_caught() -> None:
    swaps = 0
    for code in codes_of_every_version():
        for place in range(15):
            left, right = code[place], code[place + 1]
            if left == right:
                continue
            written = code[:place] + right + left + code[place + 2 :]
            assert read_code(EVERY_VERSION, written) is None, written
            swaps += 1
    assert swaps > 400


def test_no_pair_of_neighbours_can_be_swapped_unseen() -> None:
    # What a swap changes in the sum depends on the two symbols and their place, not on the others.
    for place in range(14):
        before, after = "0" * place, "0" * (13 - place)
        for left, right in combinations(ALPHABET, 2):
            as_is = check_symbol(before + left + right + after)
            assert as_is != check_symbol(before + right + left + after)


def test_no_code_at_all_has_a_wrong_symbol_or_a_swap_that_goes_unseen() -> None:
    # The sum is linear (the test below): a wrong symbol changes it by the symbols' difference times
    # the weight of its place, a swap by the difference times that of both places, whatever the
    # other symbols are. So all codes are gone through by going through places and pairs.
    nothing, wrong, swapped = "0" * 16, 0, 0
    for place in range(16):
        for symbol in ALPHABET[1:]:
            assert not _adds_up(_with(nothing, place, symbol))
            wrong += 1
    for place in range(15):
        for difference in ALPHABET[1:]:
            assert not _adds_up(_with(_with(nothing, place, difference), place + 1, difference))
            swapped += 1
    assert (wrong, swapped) == (16 * 31, 15 * 31)


@given(one=st.text(ALPHABET, min_size=15, max_size=15), two=st.text(ALPHABET, min_size=15))
def test_the_check_symbol_of_a_sum_is_the_sum_of_the_check_symbols(one: str, two: str) -> None:
    added = "".join(map(_plus, one, two[:15]))

    assert check_symbol(added) == _plus(check_symbol(one), check_symbol(two[:15]))


def _adds_up(code: str) -> bool:
    return check_symbol(code[:15]) == code[15]


def _with(code: str, place: int, symbol: str) -> str:
    return code[:place] + symbol + code[place + 1 :]


def _plus(one: str, two: str) -> str:
    """In GF(32) adding is 'exclusive or'."""
    return ALPHABET[ALPHABET.index(one) ^ ALPHABET.index(two)]


@pytest.mark.parametrize(
    ("symbols", "check"),
    [
        # By hand in GF(32), x⁵ = x² + 1: the sum of αⁱ·sᵢ over all 16 must be 0.
        pytest.param("000000000000000", "0", id="nothing to make up for"),
        # α¹⁴·1 = α¹⁵·c, so c = α⁻¹ = x⁴ + x = 18.
        pytest.param("000000000000001", "J", id="the last is 1"),
        # α⁰·1 = α¹⁵·c, so c = α¹⁶ = x⁴ + x³ + x + 1 = 27.
        pytest.param("100000000000000", "V", id="the first is 1"),
        # α⁰·1 + α¹·1 = 3 = α¹⁸ = α¹⁵·c, so c = α³ = 8.
        pytest.param("110000000000000", "8", id="the first two are 1"),
    ],
)
def test_the_check_symbol_is_the_one_that_a_sum_by_hand_gives(symbols: str, check: str) -> None:
    assert check_symbol(symbols) == check


# Every sign of Unicode's category Zs, the tab, and two blanks of no width.
BLANKS = (
    " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
    "\u3000\u200b\ufeff"
)
# Hyphens, dashes and minuses that keyboards and word processors make.
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u00ad"


def test_blanks_and_dashes_of_all_kinds_are_passed_over() -> None:
    code = a_code()

    for between in (*BLANKS, *DASHES, "  ", " - ", "--"):
        groups = [code[start : start + 4] for start in range(0, 16, 4)]
        written = between + between.join(groups) + between
        assert read_code(CODE_KEYS, written) == code, f"U+{ord(between[0]):04X}"
    assert read_code(CODE_KEYS, " - ".join(code)) == code


def test_lower_case_reads_as_upper_case() -> None:
    for index in range(20):
        assert read_code(CODE_KEYS, a_code(index).lower()) == a_code(index)


@pytest.mark.parametrize(
    ("confused", "meant"), [("o", "0"), ("O", "0"), *((s, "1") for s in "iIlL")]
)
def test_o_reads_as_0_and_i_and_l_as_1(confused: str, meant: str) -> None:
    with_meant = [code for code in map(a_code, range(50)) if meant in code]

    for code in with_meant:
        assert read_code(CODE_KEYS, code.replace(meant, confused)) == code
    assert with_meant


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing"),
        pytest.param("-" * 16, id="dashes only"),
        pytest.param("0" * 15, id="15 symbols"),
        pytest.param("0" * 17, id="17 symbols"),
        pytest.param("U" * 16, id="a letter that is none of ours"),
        pytest.param("１" * 16, id="digits of another width"),
        pytest.param("1ABC.DEFG.HJKM.NPQR", id="points between"),
        pytest.param("\U0001f697" * 16, id="pictures"),
    ],
)
def test_what_cannot_be_a_code_is_none(written: str) -> None:
    assert read_code(EVERY_VERSION, written) is None


def test_a_code_that_is_cut_short_or_has_a_symbol_too_many_is_none() -> None:
    code = a_code()

    assert read_code(CODE_KEYS, code[:-1]) is None
    assert read_code(CODE_KEYS, code[1:]) is None
    assert read_code(CODE_KEYS, code + "0") is None
    assert read_code(CODE_KEYS, "0" + code) is None


def test_a_right_code_of_an_unknown_version_is_none() -> None:
    code = code_of(EVERY_VERSION, "vch_2" + "0" * 25)

    assert code is not None
    assert read_code(EVERY_VERSION, code) == code
    assert read_code(CODE_KEYS, code) is None


@given(st.text(max_size=70))
def test_whatever_is_written_reads_as_a_code_that_reads_as_itself_or_not_at_all(text: str) -> None:
    code = read_code(EVERY_VERSION, text)

    assert code is None or (len(code) == 16 and read_code(EVERY_VERSION, code) == code)


@given(key=one_key, index=st.integers(0, 24))
def test_the_same_mint_meets_its_own_ids_and_codes(key: str, index: int) -> None:
    first, again = (voucher_id(index, key=key) for _ in range(2))

    assert first == again
    assert code_of(CODE_KEYS, first) == code_of(CODE_KEYS, again)


def test_ids_and_codes_never_change_from_one_release_to_the_next() -> None:
    # Codes are stored nowhere: another derivation would void every voucher there is.
    secret = CODE_KEYS["1"]

    voucher = voucher_id(3)
    code = a_code(3)

    expected = "1" + first_symbols(secret, f"voucher:{PARTNER}:3:mint-1", 25)
    assert voucher == f"vch_{expected}".lower()
    symbols = "1" + first_symbols(secret, f"code:{voucher}", 14)
    assert code == symbols + check_symbol(symbols)
    assert key_of(CODE_KEYS, code) == first_symbols(secret, f"key:{code}", 32).lower()


def test_distinct_vouchers_have_distinct_ids_codes_and_keys() -> None:
    ids = {
        voucher_id(index, partner, key)
        for index in range(100)
        for partner in (PARTNER, OTHER_PARTNER)
        for key in ("mint-1", "mint-2", "1", "1:mint-1")
    }

    made = {code_of(CODE_KEYS, one) for one in ids}
    keys = {key_of(CODE_KEYS, code) for code in made if code}

    assert len(ids) == len(made) == len(keys) == 800


def test_a_partner_a_key_and_an_index_cannot_be_shifted_into_each_other() -> None:
    assert voucher_id(1, key="1:x") != voucher_id(11, key="x")
    assert voucher_id(1, key="2:x") != voucher_id(1, partner=f"{PARTNER}:1", key="x")


def test_neither_the_id_nor_the_key_shows_the_code() -> None:
    code = a_code()

    secret_part = code[1:15].lower()
    assert secret_part not in voucher_id()
    assert secret_part not in key_of(CODE_KEYS, code)


def test_another_secret_gives_other_codes() -> None:
    other = {"1": "another key that only tests know"}

    assert code_of(other, voucher_id()) != a_code()
    assert key_of(other, a_code()) != key_of(CODE_KEYS, a_code())


def test_vouchers_keep_their_codes_when_a_version_of_the_secret_is_added() -> None:
    more = {**CODE_KEYS, "2": "a newer key that only tests know"}

    assert code_of(more, voucher_id()) == a_code()
    assert read_code(more, a_code()) == a_code()
    assert key_of(more, a_code()) == key_of(CODE_KEYS, a_code())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("9XYZ", "9XYZ"),
        ("9xyz", "9XYZ"),
        ("oOiI", "0011"),
        ("lL01", "1101"),
        ("9XY", None),
        ("9XYZ0", None),
        ("9XYU", None),
        ("9X-Z", None),
        ("", None),
    ],
)
def test_the_last_4_are_read_as_a_code_is(written: str, read: str | None) -> None:
    assert codes.read_last4(written) == read


@pytest.mark.parametrize(
    ("versions", "newest"), [("1", "1"), ("12", "2"), ("9A", "A"), ("HJ", "J"), ("Z0", "Z")]
)
def test_the_newest_version_is_the_greatest_in_the_order_of_the_alphabet(
    versions: str, newest: str
) -> None:
    assert codes.newest_version(dict.fromkeys(versions, "key")) == newest


@pytest.mark.parametrize("voucher", ["", "vch_", "vch_2" + "0" * 25, "par_1" + "0" * 25])
def test_an_id_of_no_version_that_we_know_has_no_code(voucher: str) -> None:
    assert code_of(CODE_KEYS, voucher) is None
