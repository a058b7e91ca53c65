"""Signatures in hex over the body alone, against published vectors and a sender of our own after
RFC 2104; and what both profiles have in common: the secrets, and that nothing is told by time."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from farechance.errors import NotAuthenticated
from farechance.programs import Profile
from farechance.signatures import (
    Verified,
    is_secret,
    new_secret,
    verify_hex,
    verify_standard,
)
from signers import signed_in_hex
from unit.test_signatures import BODY, NOW, OTHER_SECRET, SECRET, signed

TEXT = "a-secret-of-the-platform-of-City-Cabs"
OTHER_TEXT = "another-secret-of-that-same-platform"


def is_authentic(signature: str, body: bytes = BODY, secrets: tuple[str, ...] = (TEXT,)) -> bool:
    try:
        verify_hex(signature, body, secrets)
    except NotAuthenticated:
        return False
    return True


@pytest.mark.parametrize(
    ("secret", "body", "signature"),
    [
        pytest.param(
            "Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="RFC 4231, test case 2",
        ),
        pytest.param(
            "It's a Secret to Everybody",
            b"Hello, World!",
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
            id="a platform's own documentation of its webhooks",
        ),
        pytest.param(
            "key",
            b"The quick brown fox jumps over the lazy dog",
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8",
            id="the example that everybody knows",
        ),
    ],
)
def test_published_vectors_are_authentic(secret: str, body: bytes, signature: str) -> None:
    assert verify_hex(signature, body, (secret,)) == Verified(secret_index=0, skew_seconds=None)
    assert signed_in_hex(secret, body) == signature


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=200))
def test_what_another_sender_signs_is_authentic_whatever_its_secret_and_body(
    body: bytes, secret: str
) -> None:
    secret = secret.encode("utf-8", "ignore").decode()

    assert is_authentic(signed_in_hex(secret, body), body, (secret,))


def test_digits_of_the_hex_may_be_capitals_or_not() -> None:
    lower = signed_in_hex(TEXT, BODY)

    assert is_authentic(lower.upper())
    assert is_authentic(lower[:32] + lower[32:].upper())


@pytest.mark.parametrize("body", [b"", b"{}", '{"name": "Peña – 中"}'.encode(), b"\r\n"])
def test_a_signature_is_over_the_exact_bytes(body: bytes) -> None:
    signature = signed_in_hex(TEXT, body)

    assert is_authentic(signature, body)
    assert not is_authentic(signature, body + b" ")
    assert not is_authentic(signature, b" " + body)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda it: it[:-1],
        lambda it: it[:-2],
        lambda it: it + "0",
        lambda it: it * 2,
        lambda it: f"sha256={it}",
        lambda it: f" {it}",
        lambda it: f"{it}\n",
        lambda it: f"{it[:32]} {it[32:]}",
        lambda it: f"0x{it}",
        lambda it: "g" + it[1:],
        lambda it: "é" + it[1:],
        lambda _: "١" * 64,
        lambda it: f"{it},{it}",
        lambda it: base64.b64encode(bytes.fromhex(it)).decode(),
        lambda _: signed_in_hex(OTHER_TEXT, BODY),
        lambda _: signed_in_hex(TEXT, BODY + b" "),
        lambda _: hashlib.sha256(BODY).hexdigest(),
        lambda _: hmac.digest(TEXT.encode(), BODY, "sha1").hex(),
    ],
)
def test_a_signature_that_is_not_quite_right_is_wrong(change: Callable[[str], str]) -> None:
    assert not is_authentic(change(signed_in_hex(TEXT, BODY)))


@pytest.mark.parametrize(
    ("secrets", "index"), [((TEXT, OTHER_TEXT), 0), ((OTHER_TEXT, TEXT), 1), ((TEXT, TEXT), 0)]
)
def test_either_of_two_secrets_matches_and_it_is_told_which(
    secrets: tuple[str, ...], index: int
) -> None:
    assert verify_hex(signed_in_hex(TEXT, BODY), BODY, secrets).secret_index == index


def test_without_a_secret_nothing_is_authentic() -> None:
    assert not is_authentic(signed_in_hex("", BODY), secrets=())


@given(signature=st.text(max_size=80) | st.text("0123456789abcdefABCDEF", max_size=80))
def test_whatever_the_header_holds_is_not_authentic_and_raises_nothing_else(signature: str) -> None:
    with pytest.raises(NotAuthenticated):
        verify_hex(signature, BODY, (TEXT, OTHER_TEXT))


# ── both profiles ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The outcome of each comparison in constant time, and there is no other way to compare."""
    outcomes: list[bool] = []
    compare = hmac.compare_digest

    def noted(one: bytes, other: bytes) -> bool:
        outcomes.append(compare(one, other))
        return outcomes[-1]

    monkeypatch.setattr("farechance.signatures.hmac.compare_digest", noted)
    return outcomes


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("secrets", [(SECRET, OTHER_SECRET), (OTHER_SECRET, SECRET)])
def test_every_signature_is_compared_with_every_secret_wherever_the_right_one_stands(
    compared: list[bool], place: int, secrets: tuple[str, ...]
) -> None:
    offered = ["v1," + base64.b64encode(bytes([one] * 32)).decode() for one in range(3)]
    offered[place] = signed()["webhook-signature"]

    verify_standard({**signed(), "webhook-signature": " ".join(offered)}, BODY, secrets, NOW)

    assert len(compared) == 3 * 2
    assert compared.count(True) == 1


@pytest.mark.parametrize("secrets", [(TEXT, OTHER_TEXT), (OTHER_TEXT, TEXT)])
@pytest.mark.parametrize("body", [BODY, b"something else"])
def test_a_signature_in_hex_is_compared_with_every_secret(
    compared: list[bool], secrets: tuple[str, ...], body: bytes
) -> None:
    assert is_authentic(signed_in_hex(TEXT, BODY), body, secrets) is (body == BODY)

    assert len(compared) == 2


def test_a_wrong_signature_takes_as_many_comparisons_as_a_right_one(compared: list[bool]) -> None:
    right = signed_in_hex(TEXT, BODY)
    near = right[:-1] + ("0" if right[-1] != "0" else "1")
    far = "".join(f"{15 - int(digit, 16):x}" for digit in right)

    counts = []
    for signature in (right, near, far):
        compared.clear()
        is_authentic(signature, secrets=(TEXT, OTHER_TEXT))
        counts.append(len(compared))

    assert counts == [2, 2, 2]


def test_a_new_secret_of_hex_is_a_text_that_cannot_be_taken_for_hex() -> None:
    secrets = {new_secret("hmac_sha256_hex") for _ in range(20)}

    assert len(secrets) == 20
    for secret in secrets:
        assert secret.startswith("hmac_")
        assert is_secret("hmac_sha256_hex", secret)
        with pytest.raises(ValueError, match="non-hexadecimal"):
            bytes.fromhex(secret)


def _whsec(length: int) -> str:
    return "whsec_" + base64.b64encode(b"k" * length).decode()


@pytest.mark.parametrize(
    ("profile", "written", "is_one"),
    [
        ("standard", _whsec(32), True),
        ("standard", _whsec(24), True),
        ("standard", _whsec(23), False),
        ("standard", _whsec(64), True),
        ("standard", _whsec(65), False),
        ("standard", _whsec(24).removeprefix("whsec_"), False),
        ("standard", _whsec(24) + "é", False),
        ("standard", "whsec_not base 64 but long enough for it", False),
        ("standard", TEXT, False),
        ("hmac_sha256_hex", "x" * 31, False),
        ("hmac_sha256_hex", "x" * 32, True),
        ("hmac_sha256_hex", "x" * 256, True),
        ("hmac_sha256_hex", "x" * 257, False),
        ("hmac_sha256_hex", "x" * 32 + " ", False),
        ("hmac_sha256_hex", "x" * 32 + "\n", False),
        ("hmac_sha256_hex", "é" * 32, False),
    ],
)
def test_a_secret_that_a_company_made_is_long_enough_and_of_its_profile(
    profile: Profile, written: str, is_one: bool
) -> None:
    assert is_secret(profile, written) is is_one
