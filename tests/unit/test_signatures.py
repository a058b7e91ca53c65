"""Signatures of callbacks, against the specification's own words and its own client (Standard
Webhooks 1.0): exact bytes, five minutes, two secrets, and never a hint of why one failed."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from farechance.errors import NotAuthenticated
from farechance.signatures import Verified, new_secret, verify_standard

NOW = datetime(2026, 3, 2, 17, 0, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER_SECRET = "whsec_" + base64.b64encode(b"another secret of 32 bytes......").decode()
BODY = b'{"type":"ride.completed","data":{"fare_cents":1500}}'


def signed(
    body: bytes = BODY,
    *,
    secret: str = SECRET,
    message_id: str = "msg_1",
    at: datetime = NOW,
) -> dict[str, str]:
    """Headers as the client of Standard Webhooks makes them."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body.decode()),
    }


def is_authentic(
    headers: dict[str, str],
    body: bytes = BODY,
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
) -> bool:
    try:
        verify_standard(headers, body, secrets, now)
    except NotAuthenticated:
        return False
    return True


def test_a_signature_of_the_specifications_client_is_authentic() -> None:
    assert verify_standard(signed(), BODY, (SECRET,), NOW) == Verified(
        secret_index=0, skew_seconds=0
    )


def test_the_example_of_the_specification_is_authentic() -> None:
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    body = b'{"test": 2432232314}'

    assert is_authentic(headers, body, now=datetime.fromtimestamp(1_614_265_330, UTC))


def test_the_signed_content_is_id_timestamp_and_body_parted_by_points() -> None:
    content = b"msg_1." + str(int(NOW.timestamp())).encode() + b"." + BODY
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    by_hand = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()

    assert signed()["webhook-signature"] == f"v1,{by_hand}"
    assert is_authentic({**signed(), "webhook-signature": f"v1,{by_hand}"})


@pytest.mark.parametrize("body", [b"", b"{}", '{"name": "Peña – 中"}'.encode(), b"\r\n"])
def test_a_signature_is_over_the_exact_bytes(body: bytes) -> None:
    headers = signed(body)

    assert is_authentic(headers, body)
    assert not is_authentic(headers, body + b" ")
    assert not is_authentic(headers, b" " + body)


@pytest.mark.parametrize(
    ("seconds", "is_taken"),
    [
        (0, True),
        (299, True),
        (300, True),
        (301, False),
        (-299, True),
        (-300, True),
        (-301, False),
        (86_400, False),
    ],
)
def test_a_clock_may_be_off_by_five_minutes_to_the_second(seconds: int, is_taken: bool) -> None:
    headers = signed(at=NOW + timedelta(seconds=seconds))

    assert is_authentic(headers) is is_taken
    if is_taken:
        assert verify_standard(headers, BODY, (SECRET,), NOW).skew_seconds == seconds


def test_a_part_of_a_second_on_our_clock_makes_no_difference() -> None:
    headers = signed(at=NOW - timedelta(seconds=300))

    assert is_authentic(headers, now=NOW + timedelta(milliseconds=999))


@pytest.mark.parametrize(
    ("secrets", "index"),
    [((SECRET, OTHER_SECRET), 0), ((OTHER_SECRET, SECRET), 1), ((SECRET, SECRET), 0)],
)
def test_either_of_two_secrets_matches_and_it_is_told_which(
    secrets: tuple[str, ...], index: int
) -> None:
    assert verify_standard(signed(), BODY, secrets, NOW).secret_index == index


def test_another_secret_or_none_does_not_match() -> None:
    assert not is_authentic(signed(), secrets=(OTHER_SECRET,))
    assert not is_authentic(signed(), secrets=())


def test_of_several_signatures_one_that_is_right_is_enough_wherever_it_stands() -> None:
    right = signed()["webhook-signature"]
    wrong = signed(secret=OTHER_SECRET)["webhook-signature"]

    for header in (
        f"{wrong} {right}",
        f"{right} {wrong}",
        f"v1a,AAAA {right}",
        f"v1,not-base-64! {right}",
        f"v1 {right}",
        f",, {right}",
        f"  {right}  ",
        f"{wrong} {wrong} {wrong} {right}",
    ):
        assert is_authentic({**signed(), "webhook-signature": header}), header


def test_ten_signatures_are_looked_at_and_no_more() -> None:
    right = signed()["webhook-signature"]

    # However many blanks stand between them.
    tenth = {**signed(), "webhook-signature": "  " + "v1,AAAA   " * 9 + right}
    eleventh = {**signed(), "webhook-signature": "v1,AAAA " * 10 + right}

    assert is_authentic(tenth)
    assert not is_authentic(eleventh)


def test_the_newest_secret_that_matches_is_told_whatever_the_order_of_the_signatures() -> None:
    newest, previous = signed()["webhook-signature"], signed(secret=OTHER_SECRET)
    both = f"{previous['webhook-signature']} {newest}"

    verified = verify_standard(
        {**signed(), "webhook-signature": both}, BODY, (SECRET, OTHER_SECRET), NOW
    )

    assert verified.secret_index == 0


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param("", id="nothing"),
        pytest.param("v1,", id="an empty one"),
        pytest.param("v1", id="no comma"),
        pytest.param(signed()["webhook-signature"].replace("v1,", "v2,"), id="another version"),
        pytest.param(signed()["webhook-signature"].replace("v1,", ""), id="no version"),
        pytest.param(signed()["webhook-signature"].replace("v1,", "V1,"), id="a capital"),
        pytest.param(signed()["webhook-signature"][:-2], id="cut short"),
        pytest.param(signed()["webhook-signature"] + "=", id="a sign too many"),
        pytest.param(signed()["webhook-signature"].lower(), id="in small letters"),
        pytest.param(signed()["webhook-signature"].replace(",", ", "), id="a blank in it"),
        pytest.param("v1,é" + signed()["webhook-signature"][4:], id="not ASCII"),
        pytest.param(signed(BODY + b" ")["webhook-signature"], id="of another body"),
        pytest.param(signed(message_id="msg_2")["webhook-signature"], id="of another message"),
        pytest.param(
            signed(at=NOW + timedelta(seconds=1))["webhook-signature"], id="of another time"
        ),
    ],
)
def test_a_signature_that_is_not_quite_right_is_wrong(signature: str) -> None:
    assert not is_authentic({**signed(), "webhook-signature": signature})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_of_the_three_headers_is_needed(name: str) -> None:
    headers = signed()

    del headers[name]

    assert not is_authentic(headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", ""),
        ("webhook-id", "msg 1"),
        ("webhook-id", "m" * 257),
        ("webhook-id", "msg_é"),
        ("webhook-id", "msg_1\n"),
        ("webhook-timestamp", ""),
        ("webhook-timestamp", "now"),
        ("webhook-timestamp", "1772470800.0"),
        ("webhook-timestamp", "+1772470800"),
        ("webhook-timestamp", "-1772470800"),
        ("webhook-timestamp", " 1772470800"),
        ("webhook-timestamp", "1772470800\n"),
        ("webhook-timestamp", "1_772_470_800"),
        ("webhook-timestamp", "0x69a5c2d0"),
        ("webhook-timestamp", "١٧٧٢٤٧٠٨٠٠"),
        ("webhook-timestamp", "9" * 5_000),
        ("webhook-timestamp", "1772470800000"),
    ],
)
def test_malformed_headers_are_not_authentic_and_nothing_else(name: str, value: str) -> None:
    assert NOW.timestamp() == 1_772_470_800

    assert not is_authentic({**signed(), name: value})


def test_a_failure_does_not_say_why() -> None:
    failures = []
    for headers in (signed(secret=OTHER_SECRET), signed(at=NOW - timedelta(hours=1)), {}):
        with pytest.raises(NotAuthenticated) as caught:
            verify_standard(headers, BODY, (SECRET,), NOW)
        failures.append((caught.value.args, vars(caught.value)))

    assert failures[0] == failures[1] == failures[2]


# What a header can hold once the gateway has it: any bytes, as text.
header_text = st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")) | st.text(max_size=40)
signature_like = st.lists(
    st.sampled_from(["v1", "v1,", "v2,", ",", " ", "=", "AAAA", "é", "\x00"]) | header_text,
    max_size=20,
).map("".join)


@given(
    message_id=st.just("msg_1") | header_text,
    timestamp=st.just(str(int(NOW.timestamp()))) | st.text("0123456789+-_.eE ", max_size=20),
    signature=signature_like,
    body=st.binary(max_size=40),
)
@example(message_id="msg_1", timestamp="1772470800", signature="v1,====", body=b"")
@example(message_id="msg_1", timestamp="1772470800", signature="v1,\ud800", body=b"")
def test_whatever_the_headers_hold_is_not_authentic_and_raises_nothing_else(
    message_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature,
    }

    with pytest.raises(NotAuthenticated):
        verify_standard(headers, body, (SECRET, OTHER_SECRET), NOW)


@given(body=st.text(max_size=200), message_id=st.from_regex(r"[!-~]{1,40}", fullmatch=True))
def test_whatever_the_specifications_client_signs_is_authentic(body: str, message_id: str) -> None:
    secret = new_secret()

    raw = body.encode("utf-8", "ignore")

    assert is_authentic(
        signed(raw, secret=secret, message_id=message_id), raw, secrets=(OTHER_SECRET, secret)
    )


def test_a_new_secret_is_written_as_the_specification_says_and_is_never_the_same() -> None:
    secrets = {new_secret() for _ in range(20)}

    assert len(secrets) == 20
    for secret in secrets:
        assert secret.startswith("whsec_")
        assert 24 <= len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) <= 64
