"""The profile `hmac_sha256_hex`: a ride company whose platform signs the body in hex, in a header
of its own. Nothing in a delivery says when it was signed, so that whoever caught one can send it
again for ever: it has no second effect (decision 0023)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

import builders
from builders import OTHER_PROVIDER, PROVIDER
from farechance.signatures import new_secret
from farechance.store import keys
from functional.bodies import requested, rfc3339
from functional.players import HexProvider, Partner, Provider, mint_code
from functional.saved_events import event, reads_well
from functional.stack import PROVIDER_SECRETS, Stack
from world import Clock

HEADER = "X-Other-Cabs-Signature"
IN_HEX = {"profile": "hmac_sha256_hex", "signature_header": HEADER}
OWN = "a-secret-that-the-platform-of-Other-Cabs-made"
NEXT = "the-next-secret-of-that-very-same-platform"


@pytest.fixture
def company(stack: Stack) -> HexProvider:
    """Such a ride company, which the programme accepts."""
    answer = _register(stack)
    rules = builders.rules(
        starts_on=(datetime.now(UTC) - timedelta(days=30)).date(),
        ends_on=(datetime.now(UTC) + timedelta(days=300)).date(),
        provider_ids=(PROVIDER, OTHER_PROVIDER),
    )
    program_id = stack.world.program_id
    stack.world.administer("set_rules", program_id=program_id, rules=rules.model_dump())
    return HexProvider(stack, str(answer["secret"]), OTHER_PROVIDER)


def _register(stack: Stack, **changes: Any) -> dict[str, Any]:
    _forget_secret()
    return stack.command(
        event("register_provider", provider_id=OTHER_PROVIDER, **{**IN_HEX, **changes})
    )


def _forget_secret() -> None:
    """Secrets aren't emptied between tests."""
    secrets = boto3.client("secretsmanager")
    for secret in secrets.list_secrets()["SecretList"]:
        if secret["Name"] == PROVIDER_SECRETS + OTHER_PROVIDER:
            secrets.delete_secret(SecretId=secret["Name"], ForceDeleteWithoutRecovery=True)


def _kept() -> dict[str, str]:
    secrets = boto3.client("secretsmanager")
    kept = secrets.get_secret_value(SecretId=PROVIDER_SECRETS + OTHER_PROVIDER)["SecretString"]
    read: dict[str, str] = json.loads(kept)
    return read


def _callback(kind: str, data: Mapping[str, Any]) -> bytes:
    return json.dumps({"type": kind, "timestamp": rfc3339(), "data": data}).encode()


# ── how it signs ─────────────────────────────────────────────────────────────────────────────────


def test_a_whole_ride_is_played_by_a_company_that_signs_in_hex(
    stack: Stack, partner: Partner, company: HexProvider
) -> None:
    code = mint_code(partner)

    approved = company.tell("ride.requested", requested(code), "authorizations").body
    done = {
        "ride_id": "ride-1",
        "authorization_id": approved["authorization_id"],
        "fare_cents": 1_400,
        "currency": "USD",
        "completed_at": rfc3339(),
    }
    captured = company.tell("ride.completed", done).body

    assert (approved["decision"], captured["outcome"]) == ("approved", "captured")
    assert stack.world.voucher(code).spent_cents == 1_400


@pytest.mark.parametrize("written", [HEADER, HEADER.lower(), HEADER.upper()])
@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_neither_the_headers_name_nor_its_digits_know_capitals(
    company: HexProvider, written: str, change: Callable[[str], str]
) -> None:
    body = _callback("webhook.test", {})
    signature = change(company.signed(body)[HEADER])

    answer = company.deliver(body, {"Content-Type": "application/json", written: signature})

    assert answer.body == {"outcome": "ignored", "secret": "current", "replayed": False}


@pytest.mark.parametrize(
    "headers",
    [
        lambda _: {},
        lambda _: {HEADER: ""},
        lambda it: {HEADER: it[HEADER][:-1]},
        lambda _: {HEADER: "0" * 64},
        lambda it: {HEADER: f"sha256={it[HEADER]}"},
        lambda it: {"X-Another-Header": it[HEADER]},
        lambda it: {"webhook-signature": f"v1,{it[HEADER]}"},
    ],
)
def test_without_the_right_signature_in_its_header_nothing_is_taken(
    stack: Stack,
    partner: Partner,
    company: HexProvider,
    headers: Callable[[dict[str, str]], dict[str, str]],
) -> None:
    body = _callback("ride.requested", requested(mint_code(partner)))
    sent = {"Content-Type": "application/json", **headers(company.signed(body))}

    with stack.unchanged():
        answer = company.deliver(body, sent)

    answer.not_authenticated()


def test_neither_profile_takes_what_the_other_signs(
    stack: Stack, company: HexProvider, provider: Provider
) -> None:
    body = _callback("webhook.test", {})
    in_its_place = Provider(stack, new_secret(), OTHER_PROVIDER)
    in_others_place = HexProvider(stack, provider.secret, PROVIDER)

    in_its_place.send(body).not_authenticated()
    in_others_place.send(body).not_authenticated()
    assert company.send(body).status == provider.send(body).status == 200


def test_of_a_header_that_is_sent_twice_the_gateway_hands_over_the_last(
    company: HexProvider,
) -> None:
    body = _callback("webhook.test", {})
    right = company.signed(body)

    # Two names for one header: what comes last counts, as with the gateway's own `headers`.
    last = company.deliver(body, {HEADER.lower(): "0" * 64, **right})
    first = company.deliver(body, {**right, HEADER.lower(): "0" * 64})

    assert last.status == 200
    first.not_authenticated()


def test_a_bad_signature_before_a_good_one_locks_nobody_out(
    stack: Stack, partner: Partner, company: HexProvider
) -> None:
    body = _callback("ride.requested", requested(mint_code(partner)))
    forger = HexProvider(stack, new_secret("hmac_sha256_hex"), OTHER_PROVIDER)

    with stack.unchanged():
        forger.send(body).not_authenticated()

    assert company.send(body).body["decision"] == "approved"


# ── what was caught on the way ───────────────────────────────────────────────────────────────────


def test_a_delivery_that_was_caught_has_no_second_effect_whenever_it_is_sent(
    stack: Stack, partner: Partner, company: HexProvider
) -> None:
    code, clock = mint_code(partner), Clock(datetime.now(UTC))
    stack.doors_have(clock)
    asked = _callback("ride.requested", requested(code))
    caught = [(asked, company.signed(asked))]
    first = [company.deliver(*caught[0], "authorizations").body]
    done = {
        "ride_id": "ride-1",
        "authorization_id": first[0]["authorization_id"],
        "fare_cents": 1_400,
        "currency": "USD",
        "completed_at": rfc3339(clock.now),
    }
    completed = _callback("ride.completed", done)
    caught.append((completed, company.signed(completed)))
    first.append(company.deliver(*caught[1]).body)

    again = []
    with stack.unchanged():
        for _ in range(3):
            clock.passes(days=40)
            again += [company.deliver(*one).body for one in caught]

    now = {"replayed": True, "ride": {"state": "captured", "captured_cents": 1_400}}
    assert again == [{**told, **now} for told in first] * 3
    assert stack.world.voucher(code).spent_cents == 1_400


@pytest.mark.parametrize(("seconds", "is_approved"), [(300, True), (301, False)])
def test_a_request_that_was_caught_before_it_came_is_declined_once_it_is_too_old(
    stack: Stack, partner: Partner, company: HexProvider, seconds: int, *, is_approved: bool
) -> None:
    code, clock = mint_code(partner), Clock(datetime.now(UTC).replace(microsecond=0))
    stack.doors_have(clock)
    body = _callback("ride.requested", requested(code, requested_at=rfc3339(clock.now)))
    caught = company.signed(body)
    clock.passes(seconds=seconds)

    told = company.deliver(body, caught, "authorizations").body
    clock.passes(days=1)
    again = company.deliver(body, caught, "authorizations").body

    assert told.get("reason") == (None if is_approved else "request_too_old")
    assert again["decision"] == told["decision"] == ("approved" if is_approved else "declined")
    assert again["replayed"] is True
    assert stack.world.voucher(code).held_cents == (1_500 if is_approved else 0)


def test_a_question_that_was_caught_changes_nothing(
    stack: Stack, partner: Partner, company: HexProvider
) -> None:
    body = _callback("voucher.checked", {"voucher_code": mint_code(partner)})
    caught = company.signed(body)

    with stack.unchanged():
        told = [company.deliver(body, caught).body["decision"] for _ in range(3)]

    assert told == ["approved"] * 3


# ── its secret ───────────────────────────────────────────────────────────────────────────────────


def test_its_record_holds_the_header_in_lower_case_and_no_secret(stack: Stack) -> None:
    answer = _register(stack)

    reads_well(answer)
    key = keys.provider(OTHER_PROVIDER)
    stored = stack.world.store.read(key)[key]
    assert stored is not None
    assert (stored.profile, stored.signature_header) == ("hmac_sha256_hex", HEADER.lower())
    assert answer["signature_header"] == HEADER.lower()
    assert _kept() == {"current": answer["secret"]}
    assert answer["secret"].startswith("hmac_")
    assert answer["secret"] not in str(stack.world.everything())


@pytest.mark.parametrize("step", ["finish", "abandon"])
def test_while_its_secret_is_rotated_both_are_taken_and_then_one(
    stack: Stack, company: HexProvider, step: str
) -> None:
    named = {"provider_id": OTHER_PROVIDER}
    begun = stack.command(event("rotate_provider_secret", **named))
    newer = HexProvider(stack, begun["secret"], OTHER_PROVIDER)
    both = [_hears(one) for one in (company, newer)]
    done = event("rotate_provider_finish", **named, step=step, confirm=OTHER_PROVIDER)
    ended = stack.command(done)

    assert begun["secret"].startswith("hmac_")
    assert both == ["previous", "current"]
    assert ended["done"] is True
    left = [_hears(one) for one in (company, newer)]
    assert left == ([None, "current"] if step == "finish" else ["current", None])


def test_a_secret_that_its_platform_made_is_taken_and_stands_nowhere_but_in_the_vault(
    stack: Stack,
) -> None:
    stack.private |= {OWN, NEXT}
    named = {"provider_id": OTHER_PROVIDER}

    registered = _register(stack, secret=OWN)
    older = HexProvider(stack, OWN, OTHER_PROVIDER)
    heard = _hears(older)
    begun = stack.command(event("rotate_provider_secret", **named, secret=NEXT))
    both = [_hears(one) for one in (older, HexProvider(stack, NEXT, OTHER_PROVIDER))]
    with stack.unchanged():
        again = stack.command(event("rotate_provider_secret", **named, secret=NEXT))

    for answer in (registered, begun, again):
        reads_well(answer)
        assert answer["done"] is True
        assert "secret" not in answer
        assert not {OWN, NEXT} & set(str(answer).split())
    assert (heard, both) == ("current", ["previous", "current"])
    assert again["repeated"] is True
    assert (_kept()["current"], _kept()["previous"]) == (NEXT, OWN)
    for secret in (OWN, NEXT):
        assert secret not in str(stack.world.everything())


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "too short to be one"},
        {"secret": "x" * 257},
        {"secret": "é" * 40},
        {"secret": OWN, "profile": "standard", "signature_header": None},
        {"secret": ["a"]},
    ],
)
def test_what_is_no_secret_of_its_profile_is_refused_and_not_repeated(
    stack: Stack, changes: dict[str, Any]
) -> None:
    with stack.unchanged():
        answer = _register(stack, **changes)

    reads_well(answer)
    assert answer["problem"] == "field_errors"
    assert str(changes["secret"]) not in str(answer)


def test_a_rotation_takes_no_secret_that_is_in_use_or_of_another_profile(
    stack: Stack, company: HexProvider
) -> None:
    named = {"provider_id": OTHER_PROVIDER}

    with stack.unchanged():
        same = stack.command(event("rotate_provider_secret", **named, secret=company.secret))
        short = stack.command(event("rotate_provider_secret", **named, secret="x" * 20))
        late = stack.command(
            event("rotate_provider_finish", **named, confirm=OTHER_PROVIDER, secret=NEXT)
        )
        other = stack.command(event("rotate_provider_secret", provider_id=PROVIDER, secret=NEXT))

    for answer in (same, short, other):
        assert [one["pointer"] for one in answer["errors"]] == ["/secret"]
    assert late["problem"] == "field_errors"
    assert _kept() == {"current": company.secret}


def test_a_secret_that_an_attempt_before_has_kept_is_not_taken_for_the_one_that_is_given(
    stack: Stack,
) -> None:
    _forget_secret()
    # As an attempt leaves it that was cut short before its record was written.
    boto3.client("secretsmanager").create_secret(
        Name=PROVIDER_SECRETS + OTHER_PROVIDER, SecretString=json.dumps({"current": NEXT})
    )
    sent = event("register_provider", provider_id=OTHER_PROVIDER, **IN_HEX)

    with stack.unchanged():
        refused = stack.command({**sent, "secret": OWN})
    same = stack.command({**sent, "secret": NEXT})

    reads_well(refused)
    assert [one["pointer"] for one in refused["errors"]] == ["/secret"]
    assert same["done"] is True
    assert _kept() == {"current": NEXT}


def _hears(company: HexProvider) -> str | None:
    """Which of its secrets a function knows that remembers nothing, None if neither."""
    company.stack.handlers.pop("redemption", None)
    answer = company.tell("webhook.test", {})
    return str(answer.body["secret"]) if answer.status == 200 else None
