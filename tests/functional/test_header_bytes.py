"""Whatever a header holds, as the gateway hands it over, ends in a problem that the caller can
read: a door that can be broken by bytes would be a door that anybody can shut."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import OTHER_PROVIDER
from functional.gateway import proxy_event
from functional.players import HexProvider, Provider
from functional.saved_events import event
from functional.stack import Stack

HEADER = "X-Other-Cabs-Signature"
# Of one door both, and whatever else could be read on the way to an answer.
NAMES = (
    "webhook-id",
    "Webhook-Timestamp",
    "webhook-timestamp",
    "WEBHOOK-SIGNATURE",
    "webhook-signature",
    HEADER,
    HEADER.lower(),
    "Content-Type",
    "content-type",
    "Content-Length",
    "Authorization",
    "",
)
BODY = b'{"type":"webhook.test"}'

# Any bytes, as the text that the gateway makes of them; and what is nearly right.
any_text = st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")) | st.text(max_size=40)
nearly = st.sampled_from(
    ("", "v1,", "v1,AAAA", "0" * 64, "F" * 64, "9" * 12, "-1", "msg_1", "application/json", "; q=")
)
very_long = st.sampled_from(("v1,AAAA " * 1_200, "0" * 10_240, "é" * 5_000, "\x00" * 10_000))
values = st.lists(any_text | nearly | very_long, max_size=3)
sent = st.dictionaries(st.sampled_from(NAMES) | any_text, values, max_size=6)


@pytest.fixture
def companies(stack: Stack, provider: Provider) -> tuple[Provider, Provider]:
    """One of each profile."""
    answer = stack.command(
        event(
            "register_provider",
            provider_id=OTHER_PROVIDER,
            profile="hmac_sha256_hex",
            signature_header=HEADER,
        )
    )
    return provider, HexProvider(stack, str(answer["secret"]), OTHER_PROVIDER)


@settings(
    max_examples=300,
    derandomize=True,
    database=None,
    deadline=None,
    # One stack for all examples: none of them writes, which the test itself sees to.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    headers=sent,
    which=st.integers(0, 1),
    is_signed=st.booleans(),
    lacks=st.sampled_from(("", "headers", "multiValueHeaders")),
    body=st.just(BODY) | st.binary(max_size=30),
)
def test_no_header_breaks_a_door_or_opens_it(
    stack: Stack,
    companies: tuple[Provider, Provider],
    headers: dict[str, list[str]],
    which: int,
    lacks: str,
    body: bytes,
    *,
    is_signed: bool,
) -> None:
    company = companies[which]
    right = company.signed(body) if is_signed else {}
    many = {**{name: [value] for name, value in right.items()}, **headers}
    before = stack.image()

    answer = stack.send("redemption", _as_the_gateway_hands_it_over(company, body, many, lacks))

    assert answer.status in ({200, 400, 401, 415, 422} if is_signed else {401})
    if answer.status != 200:
        assert answer.body["status"] == answer.status
    assert stack.image() == before


def _as_the_gateway_hands_it_over(
    company: Provider, body: bytes, many: dict[str, list[str]], lacks: str
) -> dict[str, Any]:
    """Of a header that came several times `headers` has the last; without any both are null."""
    made = proxy_event(
        "POST",
        f"/providers/{company.provider_id}/events",
        body=body,
        path_parameters={"provider_id": company.provider_id},
    )
    made["headers"] = {name: values[-1] for name, values in many.items() if values} or None
    made["multiValueHeaders"] = many or None
    return made | ({lacks: None} if lacks else {})
