"""A callback is taken only with a right signature over its exact bytes, made within five minutes of
now (Standard Webhooks 1.0). Whatever is wrong looks the same."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime

import boto3
import pytest

from builders import PROVIDER
from farechance.edge.requests import MAX_BODY_BYTES
from farechance.signatures import new_secret
from farechance.store import keys
from functional.bodies import requested, rfc3339
from functional.gateway import proxy_event
from functional.players import Partner, Provider, mint_code
from functional.stack import Stack, provider_secret_id
from world import Clock

Change = Callable[[dict[str, str]], object]


def _request(code: str) -> bytes:
    body = {"type": "ride.requested", "timestamp": rfc3339(), "data": requested(code)}
    return json.dumps(body).encode()


def _test() -> bytes:
    return json.dumps({"type": "webhook.test", "timestamp": rfc3339(), "data": {}}).encode()


def _seconds_before(headers: dict[str, str], seconds: int) -> Clock:
    """Ours, so long before the second at which a delivery was signed."""
    signed_at = int(headers["webhook-timestamp"])
    return Clock(datetime.fromtimestamp(signed_at - seconds, UTC))


@pytest.mark.parametrize("door", ["authorizations", "events"])
@pytest.mark.parametrize("in_base64", [True, False], ids=["in base 64", "plain"])
def test_a_signed_callback_is_taken_at_both_doors_in_both_forms(
    stack: Stack, partner: Partner, provider: Provider, door: str, *, in_base64: bool
) -> None:
    code = mint_code(partner)
    provider.in_base64 = in_base64

    answer = provider.send(_request(code), door)

    assert (answer.status, answer.body["decision"]) == (200, "approved")
    assert stack.world.voucher(code).held_cents == 1_500


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update({"webhook-signature": "v1," + base64.b64encode(b"x" * 32).decode()}),
        lambda it: it.update({"webhook-signature": it["webhook-signature"].replace("v1,", "v2,")}),
        lambda it: it.update({"webhook-signature": it["webhook-signature"][:-2]}),
        lambda it: it.update({"webhook-signature": "v1,not base 64!"}),
        lambda it: it.update({"webhook-signature": ""}),
        lambda it: it.pop("webhook-signature"),
        lambda it: it.update({"webhook-id": "msg_another"}),
        lambda it: it.pop("webhook-id"),
        lambda it: it.update({"webhook-id": "msg with blanks"}),
        lambda it: it.update({"webhook-timestamp": str(int(it["webhook-timestamp"]) + 1)}),
        lambda it: it.update({"webhook-timestamp": "now"}),
        lambda it: it.update({"webhook-timestamp": "-1"}),
        lambda it: it.update({"webhook-timestamp": "9" * 400}),
        lambda it: it.pop("webhook-timestamp"),
        lambda it: it.clear(),
    ],
)
def test_a_wrong_proof_is_refused(
    stack: Stack, partner: Partner, provider: Provider, change: Change
) -> None:
    body = _request(mint_code(partner))
    headers = provider.signed(body)
    change(headers)

    with stack.unchanged():
        answer = provider.deliver(body, headers)

    answer.not_authenticated()


@pytest.mark.parametrize("seconds", [-300, -120, 0, 299, 300])
def test_a_clock_may_differ_by_five_minutes_and_the_test_tells_by_how_much(
    stack: Stack, provider: Provider, seconds: int
) -> None:
    body = _test()
    headers = provider.signed(body)
    stack.doors_have(_seconds_before(headers, seconds))

    with stack.unchanged():
        answer = provider.deliver(body, headers)

    assert answer.body == {
        "outcome": "ignored",
        "secret": "current",
        "clock_skew_seconds": seconds,
        "replayed": False,
    }


@pytest.mark.parametrize("seconds", [-86_400, -301, 301])
def test_one_second_more_is_refused_however_well_it_is_signed(
    stack: Stack, partner: Partner, provider: Provider, seconds: int
) -> None:
    bodies = [_test(), _request(mint_code(partner))]

    for body in bodies:
        headers = provider.signed(body)
        stack.doors_have(_seconds_before(headers, seconds))
        with stack.unchanged():
            answer = provider.deliver(body, headers)
        answer.not_authenticated()


def test_a_delivery_that_is_sent_again_gets_the_first_answer(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    body = _request(mint_code(partner))
    headers = provider.signed(body)
    first = provider.deliver(body, headers)

    with stack.unchanged():
        again = provider.deliver(body, headers, "events")

    assert again.body == {
        **first.body,
        "replayed": True,
        "ride": {"state": "held", "captured_cents": 0},
    }


def test_a_body_that_was_changed_on_the_way_is_refused(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    body = _request(mint_code(partner))
    headers = provider.signed(body)

    with stack.unchanged():
        answers = [
            provider.deliver(body.replace(b"1500", b"1501"), headers),
            provider.deliver(body.replace(b": ", b":"), headers),
            provider.deliver(body + b" ", headers),
        ]

    for answer in answers:
        answer.not_authenticated()


def test_another_providers_signature_is_refused_and_an_unknown_provider_looks_the_same(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    body = _request(mint_code(partner))
    stranger = Provider(stack, new_secret(), provider_id="pvd_nobody")
    forger = Provider(stack, new_secret(), provider_id=PROVIDER)

    with stack.unchanged():
        answers = [
            stranger.send(body),
            Provider(stack, provider.secret, provider_id="pvd_nobody").send(body),
            Provider(stack, provider.secret, provider_id="x" * 3_000).send(body),
            forger.send(body),
        ]

    for answer in answers:
        answer.not_authenticated()
    assert len({answer.text for answer in answers}) == 1


def _suspend(stack: Stack) -> None:
    """No command does so yet."""
    key, world = keys.provider(PROVIDER), stack.world
    world.client.update_item(
        TableName=world.tables[key.table],
        Key={"pk": {"S": key.pk}, "sk": {"S": str(key.sk)}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "suspended"}},
    )


@pytest.mark.parametrize("door", ["authorizations", "events"])
@pytest.mark.parametrize("who", ["known", "suspended", "unknown"])
@pytest.mark.parametrize(
    ("text", "status", "slug"),
    [
        (base64.b64encode(b" " * (MAX_BODY_BYTES + 1)).decode(), 413, "body_too_large"),
        ("no base 64", 400, "malformed_body"),
        (base64.b64encode(b" " * MAX_BODY_BYTES).decode(), 401, "not_authenticated"),
    ],
    ids=["too large", "in no base 64", "as large as may be"],
)
def test_what_is_sent_without_a_proof_does_not_tell_who_drives_for_us(
    stack: Stack, who: str, door: str, text: str, status: int, slug: str
) -> None:
    if who == "suspended":
        _suspend(stack)
    provider_id = "pvd_nobody" if who == "unknown" else PROVIDER
    path = f"/providers/{provider_id}/{door}"
    named = {"provider_id": provider_id}
    sent = proxy_event("POST", path, body=b"", path_parameters=named) | {"body": text}

    with stack.unchanged():
        answer = stack.send("redemption", sent)

    answer.problem(status, slug)
    assert stack.counted_by("caller") == {}


def test_a_suspended_company_is_refused_as_an_unknown_one_is(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    body = _request(mint_code(partner))
    _suspend(stack)
    stranger = Provider(stack, provider.secret, provider_id="pvd_nobody")

    with stack.unchanged():
        answers = [provider.send(body), stranger.send(body)]

    for answer in answers:
        answer.not_authenticated()
    assert answers[0] == answers[1]


def test_the_proof_is_looked_at_before_what_is_said(stack: Stack, provider: Provider) -> None:
    forger = Provider(stack, new_secret(), provider_id=provider.provider_id)

    with stack.unchanged():
        answers = [forger.send(b"{"), forger.send(b"[]", Content_Type="text/plain")]

    for answer in answers:
        answer.not_authenticated()


def test_one_of_several_signatures_is_enough(partner: Partner, provider: Provider) -> None:
    body = _request(mint_code(partner))
    headers = provider.signed(body)
    wrong = "v1," + base64.b64encode(b"x" * 32).decode()
    headers["webhook-signature"] = f"v1a,x {wrong} {headers['webhook-signature']}"

    answer = provider.deliver(body, headers)

    assert answer.body["decision"] == "approved"


def test_while_a_secret_is_rotated_both_are_taken_and_the_test_tells_which(
    stack: Stack, provider: Provider
) -> None:
    secrets, name = boto3.client("secretsmanager"), provider_secret_id()
    newer = Provider(stack, new_secret())
    both = {"current": newer.secret, "previous": provider.secret}
    secrets.put_secret_value(SecretId=name, SecretString=json.dumps(both))

    told = [one.tell("webhook.test", {}).body["secret"] for one in (provider, newer)]

    secrets.put_secret_value(SecretId=name, SecretString=json.dumps({"current": provider.secret}))
    assert told == ["previous", "current"]
