"""Codes against those who would ride on what isn't theirs: whoever has a copy of all that is stored
and logged, whoever guesses, and what a leak of the secret is answered with."""

import json
import re
from collections.abc import Iterator

import boto3
import pytest

from builders import CODE_KEYS, PROGRAM
from farechance import codes
from farechance.store import keys
from functional.bodies import cancelled, completed, enrollment_body, mint_body, requested
from functional.gateway import Answer
from functional.players import Partner, Provider, mint_code
from functional.stack import CODE_SECRET, Stack

TWO_VERSIONS = {**CODE_KEYS, "2": "the next key, which only tests know"}


@pytest.fixture
def rotated(stack: Stack) -> Iterator[None]:
    """A second version of the secret was added, as the runbook says, and functions began anew."""
    secrets = boto3.client("secretsmanager")
    secrets.put_secret_value(SecretId=CODE_SECRET, SecretString=json.dumps(TWO_VERSIONS))
    stack.handlers.clear()
    yield
    secrets.put_secret_value(SecretId=CODE_SECRET, SecretString=json.dumps(CODE_KEYS))


def _lives(stack: Stack, partner: Partner, provider: Provider) -> list[str]:
    """Everything that touches codes; the codes."""
    person = partner.post("/participants", enrollment_body()).body["participant_id"]
    body = mint_body(participant_ids=[person, person])
    minted = partner.post("/vouchers", body).body["vouchers"]
    rode, lost = minted
    provider.tell("ride.requested", requested(rode["code"]), "authorizations")
    provider.tell("ride.completed", completed(rode["code"]))
    provider.tell("voucher.checked", {"voucher_code": rode["code"][:-1] + "?"})
    reissued = partner.post(f"/vouchers/{lost['voucher_id']}/reissue", {}).body
    partner.get(f"/vouchers/{rode['voucher_id']}/card")
    partner.get(f"/vouchers/{rode['code']}")
    batch = {"program_id": PROGRAM, "purpose": "family", "value_cents": 1_000}
    started = partner.post("/voucher-batches", {**batch, "unassigned": 3}).body["batch_id"]
    stack.job("batching", {"Records": stack.messages()})
    listed = partner.get(f"/voucher-batches/{started}/vouchers").body["vouchers"]
    return [*(one["code"] for one in (*minted, reissued, *listed))]


def _held(stack: Stack) -> str:
    """All tables, the bucket, what waits in queues, and the log."""
    tables = [json.dumps(item) for items in stack.world.everything().values() for item in items]
    files = [f"{path} {content.decode('latin-1')}" for path, content in stack.files().items()]
    waiting = [message["body"] for message in stack.messages()]
    return "\n".join([*tables, *files, *waiting, stack.log])


def _read_as_codes(text: str) -> Iterator[str]:
    """Whatever in a text could be typed as a code: 16 symbols at any place of any word, in either
    case, with dashes and blanks passed over."""
    for run in re.findall(r"[0-9A-Za-z \u2010-\u2015-]+", text):
        for word in (re.sub(r"[ \u2010-\u2015-]", "", run), *re.findall(r"\w+", run)):
            for start in range(len(word) - codes.CODE_SYMBOLS + 1):
                if code := codes.read_code(CODE_KEYS, word[start : start + codes.CODE_SYMBOLS]):
                    yield code


def test_nothing_that_is_stored_or_logged_is_a_code(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    lived = {codes.read_code(CODE_KEYS, code) for code in _lives(stack, partner, provider)}
    held = _held(stack)

    found = set(_read_as_codes(held))
    tried = [
        provider.tell("voucher.checked", {"voucher_code": code}, "authorizations")
        for code in sorted(found)
    ]

    assert len(lived) == 6
    assert not found & lived
    assert {answer.body["reason"] for answer in tried} <= {"voucher_unknown"}
    # The search reads what is there: a code that is written into it would be found.
    planted = f"{held}x{'-'.join(sorted(map(str, lived))[0]).lower()}"
    assert set(_read_as_codes(planted)) == {*found, sorted(map(str, lived))[0]}


def test_nothing_that_is_stored_or_logged_makes_codes_by_the_public_algorithm(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    lived = {codes.read_code(CODE_KEYS, code) for code in _lives(stack, partner, provider)}
    held = _held(stack)
    words = {*re.findall(r"[\w:./#+-]+", held), ""}
    vouchers = set(re.findall(r"vch_[0-9a-z]{26}", held))

    made = {codes.code_of({"1": word}, voucher_id) for word in words for voucher_id in vouchers}

    assert len(vouchers) >= 6
    assert len(made) > 1_000
    assert not made & lived


def test_a_new_version_of_the_secret_voids_no_card(
    stack: Stack, partner: Partner, provider: Provider, request: pytest.FixtureRequest
) -> None:
    first = partner.post("/vouchers", mint_body(), "key-1").body
    (old,) = first["vouchers"]
    batch = {"program_id": PROGRAM, "purpose": "family", "value_cents": 1_000}
    started = partner.post("/voucher-batches", {**batch, "unassigned": 2}).body["batch_id"]

    request.getfixturevalue("rotated")
    again = partner.post("/vouchers", mint_body(), "key-1")
    stack.job("batching", {"Records": stack.messages()})
    new = mint_code(partner)
    ride = provider.tell("ride.requested", requested(old["code"]), "authorizations")
    shown = partner.get(f"/vouchers/{old['voucher_id']}").body
    card = partner.get(f"/vouchers/{old['voucher_id']}/card").text
    reissued = partner.post(f"/vouchers/{old['voucher_id']}/reissue", {}).body

    assert (again.body, again.headers["idempotency-replayed"]) == (first, "true")
    assert ride.body["decision"] == "approved"
    assert shown["held_cents"] == 1_500
    assert all(group in card for group in old["code"].split("-"))
    # What was promised before keeps its version; what is made now has the new one.
    listed = partner.get(f"/voucher-batches/{started}/vouchers").body["vouchers"]
    assert [one["code"][0] for one in (old, *listed)] == ["1", "1", "1"]
    assert (new[0], reissued["code"][0]) == ("2", "2")
    for code in (new, reissued["code"], listed[0]["code"]):
        checked = provider.tell("voucher.checked", {"voucher_code": code})
        assert checked.body["decision"] == "approved"


def test_a_code_that_is_unknown_mistyped_or_anothers_is_answered_alike_and_counted(
    stack: Stack, partner: Partner, provider: Provider
) -> None:
    foreign = _code_of_others(stack)
    own = mint_code(partner)
    written = [stack.world.unknown_code(), f"{own[:-1]}{'01'[own[-1] == '0']}", foreign, "?"]

    with stack.unchanged():
        told = [_each_type(provider, code, f"ride-{place}") for place, code in enumerate(written)]

    assert told[1:] == told[:1] * 3
    assert all("voucher_unknown" in answer.text for answer in told[0])
    assert stack.counted()["CodeUnknown"] == len(written) * len(told[0])


def _each_type(provider: Provider, code: str, ride_id: str) -> list[Answer]:
    return [
        provider.tell("ride.requested", requested(code, ride_id=ride_id), "authorizations"),
        provider.tell("voucher.checked", {"voucher_code": code}, "authorizations"),
        provider.tell("ride.completed", completed(code, ride_id=ride_id)),
        provider.tell("ride.cancelled", cancelled(code, ride_id=ride_id)),
    ]


def _code_of_others(stack: Stack) -> str:
    """Of a programme for which another ride company drives."""
    others = stack.world.another(
        program_id="prg_of_others",
        partner_id="org_of_others",
        other_partner_id="org_of_more_others",
        provider_id="pvd_other_cabs",
    )
    key = keys.rules(PROGRAM, 1)
    rules = others.store.read(key)[key]
    assert rules is not None
    theirs = rules.model_copy(update={"provider_ids": ("pvd_other_cabs",)})
    return others.with_program(rules=theirs).code()
