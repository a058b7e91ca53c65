"""Whatever a header holds, as the gateway hands it over, ends in a problem that the caller can
read: a door that can be broken by bytes would be a door that anybody can shut."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
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


@pytest.fixture(params=["standard", "hmac_sha256_hex"])
def company(request: pytest.FixtureRequest, stack: Stack, provider: Provider) -> Provider:
    """One of each profile."""
    if request.param == "standard":
        return provider
    registered = event(
        "register_provider",
        provider_id=OTHER_PROVIDER,
        profile=request.param,
        signature_header=HEADER,
    )
    return HexProvider(stack, str(stack.command(registered)["secret"]), OTHER_PROVIDER)


def test_no_header_breaks_a_door_or_opens_it(stack: Stack, company: Provider) -> None:
    told: Counter[tuple[bool, int]] = Counter()

    # 150 for each profile; none of them writes, so they share a stack.
    @settings(max_examples=150, derandomize=True, database=None, deadline=None)
    @given(
        headers=sent,
        is_signed=st.booleans(),
        lacks=st.sampled_from(("", "headers", "multiValueHeaders")),
        body=st.just(BODY) | st.binary(max_size=30),
    )
    def send(headers: dict[str, list[str]], lacks: str, body: bytes, *, is_signed: bool) -> None:
        right = company.signed(body) if is_signed else {}
        many = {**{name: [value] for name, value in right.items()}, **headers}
        answer = stack.send("redemption", _as_the_gateway_hands_it_over(company, body, many, lacks))
        assert answer.status in ({200, 400, 401, 415, 422} if is_signed else {401})
        if answer.status != 200:
            assert answer.body["status"] == answer.status
        told[is_signed, answer.status] += 1

    with stack.unchanged():
        send()

    # The proof was met from both sides.
    assert {(True, 200), (True, 401), (False, 401)} <= told.keys(), told


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
