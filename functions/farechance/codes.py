"""Voucher ids, codes and keys, all derived from one secret and stored nowhere (storage.md, 'The
code'). It owns the alphabet and the check symbol; it must never log, store or compare a code with
anything but what it derives itself.

    secret, partner, Idempotency-Key, index → voucher_id   (names the secret's version)
    secret, voucher_id                      → code         (16 symbols, 70 secret bits)
    secret, code                            → voucher_key  (the item's key: a table spends nothing)
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U.
CODE_SYMBOLS = 16
VOUCHER_KEY_SYMBOLS = 32
_VOUCHER_ID_SYMBOLS = 25

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
# Lower case, and what a hand or an eye confuses (Crockford: O is 0, I and L are 1).
_READ_AS = str.maketrans({**{s.lower(): s for s in ALPHABET}, **dict.fromkeys("oO", "0")}) | (
    str.maketrans(dict.fromkeys("iIlL", "1"))
)
# What people put between groups: blanks of every kind (Unicode's category Zs, the tab, and those of
# no width), and the dashes that keyboards and word processors make of '-'.
_BETWEEN = str.maketrans(
    dict.fromkeys(
        " \t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
        "\u202f\u205f\u3000\ufeff-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d",
        "",
    )
)

# A code within a text: four groups of four, whatever stands between them. It is looked for from the
# beginning of each word, so that words of four letters before a code don't hide it.
_GROUP, _APART = "([0-9A-Za-z]{4})", "([^0-9A-Za-z]*)"
_IN_TEXT = rf"(?<![0-9A-Za-z])(?={_APART.join([_GROUP] * 4)}(?![0-9A-Za-z]))"
# Groups of four stand in these as well; they are no codes.
_UUID = r"(?<![0-9A-Za-z])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Za-z])"
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")

CodeKeys = Mapping[str, str]
"""Version symbol → key. Versions are added, never removed; the greatest is used for new codes."""


def newest_version(keys: CodeKeys) -> str:
    """The version under which new vouchers are made."""
    return max(keys, key=lambda version: _VALUE[version])


def voucher_id(keys: CodeKeys, version: str, partner_id: str, key: str, index: int) -> str:
    """The id of the `index`-th voucher that `partner_id` mints under an Idempotency-Key: the same
    call meets its own items for ever."""
    symbols = _symbols(keys[version], f"voucher:{partner_id}:{index}:{key}", _VOUCHER_ID_SYMBOLS)
    return f"vch_{version}{symbols}".lower()


def code_of(keys: CodeKeys, voucher: str) -> str | None:
    """The 16 symbols that a rider shows, without dashes; None if the id is none of ours."""
    version = voucher.removeprefix("vch_")[:1].upper()
    if version not in keys:
        return None
    symbols = version + _symbols(keys[version], f"code:{voucher}", CODE_SYMBOLS - 2)
    return symbols + check_symbol(symbols)


def key_of(keys: CodeKeys, code: str) -> str:
    """The key of the voucher's item, from a code as `read_code` gives it."""
    return _symbols(keys[code[0]], f"key:{code}", VOUCHER_KEY_SYMBOLS).lower()


def read_code(keys: CodeKeys, written: str) -> str | None:
    """The code that somebody typed or said: lower case, blanks, dashes, o for 0, i or l for 1.
    None if it cannot be one of ours: wrong length, symbol, check symbol or version."""
    code = written.translate(_BETWEEN).translate(_READ_AS)
    if len(code) != CODE_SYMBOLS or not _VALUE.keys() >= set(code):
        return None
    if check_symbol(code[:-1]) != code[-1] or code[0] not in keys:
        return None
    return code


def read_last4(written: str) -> str | None:
    """The last 4 symbols of a code, as they are kept to find the voucher by; None if they can't be
    those of a code."""
    symbols = written.translate(_READ_AS)
    is_whole = len(symbols) == 4 and all(symbol in _VALUE for symbol in symbols)
    return symbols if is_whole else None


def is_like_code(written: str) -> bool:
    """Whether somebody typed a code, or one with a wrong symbol, where none belongs."""
    symbols = written.translate(_BETWEEN).translate(_READ_AS)
    return len(symbols) == CODE_SYMBOLS and all(symbol in _VALUE for symbol in symbols)


def holds_code(text: str) -> bool:
    """Whether a code stands within a text: in groups with dashes or another sign between them, also
    one with a wrong symbol; or with blanks or nothing, or now one and now another, then only if its
    check symbol is right, so that words are seldom taken for one."""
    for found in re.finditer(_IN_TEXT, re.sub(_UUID, "?", text)):
        groups, apart = found.groups()[::2], found.groups()[1::2]
        symbols = "".join(groups).translate(_READ_AS)
        if not is_like_code(symbols) or not any(sign.isdigit() for sign in "".join(groups)):
            continue
        if check_symbol(symbols[:-1]) == symbols[-1] or _are_in_groups(apart):
            return True
    return False


def _are_in_groups(apart: tuple[str, ...]) -> bool:
    """Whether what stands between four groups says that they belong together."""
    sign, *others = apart
    is_one_sign = len(sign) == 1 and not sign.isspace() and all(it == sign for it in others)
    return is_one_sign or any(_DASHES & set(it) for it in apart)


def grouped(code: str) -> str:
    """For people: `1ABC-DEFG-HJKM-NPQR`."""
    return "-".join(code[start : start + 4] for start in range(0, CODE_SYMBOLS, 4))


def check_symbol(symbols: str) -> str:
    """The symbol c that makes Σ αⁱ·sᵢ = 0 over GF(32), α = x, i from 0, c the last. The weights
    are distinct and not 0, so every wrong symbol and every swap of neighbours shows."""
    total = 0
    # Horner's scheme, from the last symbol to the first.
    for symbol in reversed(symbols):
        total = _TWICE[total] ^ _VALUE[symbol]
    # Dividing by α^n is multiplying by α^(31 - n): α has order 31.
    return ALPHABET[_times(_POWERS[-len(symbols) % 31], total)]


def _times(left: int, right: int) -> int:
    """The product in GF(32) with the primitive polynomial x⁵ + x² + 1."""
    product = 0
    while right:
        if right & 1:
            product ^= left
        left <<= 1
        if left & 0b100000:
            left ^= 0b100101
        right >>= 1
    return product


def _powers() -> tuple[int, ...]:
    powers = [1]
    while len(powers) < 31:
        powers.append(_times(powers[-1], 2))
    return tuple(powers)


_POWERS = _powers()
_TWICE = tuple(_times(value, 2) for value in range(32))

# From the base 32 of RFC 4648, section 6.
_IN_ALPHABET = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET)


def _symbols(key: str, message: str, count: int) -> str:
    """The first `count` ≤ 51 symbols of HMAC-SHA-256(key, message): 255 bits are 51 whole ones."""
    digest = hmac.digest(key.encode(), message.encode(), hashlib.sha256)
    return base64.b32encode(digest).decode()[:count].translate(_IN_ALPHABET)
