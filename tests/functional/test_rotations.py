"""A partner's and a ride company's secret are rotated with two good at a time: what Cognito and
Secrets Manager hold then, and who gets through the doors with which."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import wire
from builders import OTHER_PARTNER, PROVIDER
from farechance.store import keys
from functional.players import Partner, Provider
from functional.saved_events import event, reads_well
from functional.stack import Stack, provider_secret_id
from functional.test_console import _client
from wire import Wire

CONFIRM = {"step": "finish", "command_id": "end"}


def _of_provider(stack: Stack, **changes: Any) -> dict[str, Any]:
    return stack.command(event("rotate_provider_secret", provider_id=PROVIDER, **changes))


def _gets_in(stack: Stack, client_id: str) -> bool:
    """Whether a token of the client is taken, by a function that remembers nothing."""
    stack.handlers.pop("minting", None)
    return Partner(stack, client_id).get("/whoami").status == 200


def _is_heard(stack: Stack, secret: str) -> bool:
    """Whether a signature with the secret is good to a function that remembers nothing."""
    stack.handlers.pop("redemption", None)
    return Provider(stack, secret).tell("webhook.test", {}).status == 200


def _in_cognito(stack: Stack) -> set[str]:
    cognito = boto3.client("cognito-idp")
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=stack.user_pool_id)
    return {client["ClientId"] for page in pages for client in page["UserPoolClients"]}


def _kept() -> dict[str, str]:
    secrets = boto3.client("secretsmanager")
    kept = secrets.get_secret_value(SecretId=provider_secret_id())["SecretString"]
    read: dict[str, str] = json.loads(kept)
    return read


# ── a partner's ──────────────────────────────────────────────────────────────────────────────────


class Rotating:
    """A partner of its own and what commands about its secret answer."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.partner_id = f"org_of_a_test_{len(_in_cognito(stack))}"
        made = stack.command(
            event(
                "create_partner",
                partner_id=self.partner_id,
                command_id=f"create-{self.partner_id}",
                scopes=["vouchers:read", "codes:read"],
            )
        )
        self.old = str(made["client_id"])

    def ask(self, step: str, **changes: Any) -> dict[str, Any]:
        """A step of the rotation, by a command_id of its own and confirmed where it must be."""
        named = {"partner_id": self.partner_id, "command_id": f"{step}-{self.partner_id}"}
        confirm = {} if step == "begin" else {"confirm": self.partner_id}
        sent = {**named, **confirm, **changes}
        return self.stack.command(event("rotate_partner_secret", step=step, **sent))


@pytest.fixture
def rotating(stack: Stack) -> Rotating:
    """A new partner: Cognito isn't emptied between tests."""
    return Rotating(stack)


def test_a_partners_second_client_may_what_the_first_may_and_both_get_in(
    stack: Stack, rotating: Rotating
) -> None:
    begun = rotating.ask("begin")

    reads_well(begun)
    made = boto3.client("cognito-idp").describe_user_pool_client(
        UserPoolId=stack.user_pool_id, ClientId=begun["client_id"]
    )["UserPoolClient"]
    assert made["ClientSecret"] == begun["client_secret"]
    assert made["AllowedOAuthScopes"] == ["farechance/vouchers:read", "farechance/codes:read"]
    assert begun["old_client_id"] == rotating.old
    assert _gets_in(stack, rotating.old)
    assert _gets_in(stack, begun["client_id"])
    assert begun["client_secret"] not in str(stack.world.everything())
    assert "finish" in begun["in_words"]


def test_a_finished_rotation_voids_the_old_client_at_once(stack: Stack, rotating: Rotating) -> None:
    new = rotating.ask("begin")["client_id"]

    finished = rotating.ask("finish")

    reads_well(finished)
    assert (finished["client_id"], finished["removed_client_id"]) == (new, rotating.old)
    assert not _gets_in(stack, rotating.old)
    assert _gets_in(stack, new)
    assert rotating.old not in _in_cognito(stack)
    assert new in _in_cognito(stack)


def test_an_abandoned_rotation_takes_the_new_client_back(stack: Stack, rotating: Rotating) -> None:
    new = rotating.ask("begin")["client_id"]

    abandoned = rotating.ask("abandon")

    reads_well(abandoned)
    assert not _gets_in(stack, new)
    assert _gets_in(stack, rotating.old)
    assert _in_cognito(stack) & {new, rotating.old} == {rotating.old}
    assert rotating.ask("begin", command_id="once-more")["done"] is True


def test_a_partner_has_two_clients_at_most_and_one_at_least(
    stack: Stack, rotating: Rotating
) -> None:
    with stack.unchanged():
        too_soon = [rotating.ask(step) for step in ("finish", "abandon")]
    rotating.ask("begin")
    with stack.unchanged():
        third = rotating.ask("begin", command_id="another")
        unconfirmed = rotating.ask("finish", confirm=OTHER_PARTNER)
        unsaid = rotating.ask("finish", confirm="")
    rotating.ask("finish")
    with stack.unchanged():
        late = rotating.ask("abandon")

    for answer in (*too_soon, late):
        reads_well(answer)
        assert answer["problem"] == "rotation_not_open"
    assert third["problem"] == "rotation_open"
    for answer in (unconfirmed, unsaid):
        assert [one["pointer"] for one in answer["errors"]] == ["/confirm"]


def test_a_partners_rotation_that_was_cut_short_goes_on_and_leaves_no_third_client(
    stack: Stack, rotating: Rotating
) -> None:
    before = _in_cognito(stack)

    with _cut_short(stack):
        assert rotating.ask("begin")["problem"] == "busy"
    begun = rotating.ask("begin")

    assert _in_cognito(stack) - before == {begun["client_id"]}
    assert begun["client_secret"]


def test_which_client_stays_is_decided_before_cognito_is_told(
    stack: Stack, rotating: Rotating
) -> None:
    new = rotating.ask("begin")["client_id"]

    # Its second transaction never comes through, so it is decided and no more.
    with _cut_short(stack, at=1):
        assert rotating.ask("finish")["problem"] == "busy"
    gone = not _gets_in(stack, rotating.old)
    third = rotating.ask("begin", command_id="another")
    contrary = rotating.ask("abandon")

    assert gone
    assert third["problem"] == "rotation_open"
    # Whichever step is sent now, what was decided is done and said.
    assert (contrary["client_id"], contrary["removed_client_id"]) == (new, rotating.old)
    assert _gets_in(stack, new)
    assert rotating.old not in _in_cognito(stack)


def test_a_partner_that_is_not_there_has_no_secret(stack: Stack) -> None:
    with stack.unchanged():
        answer = stack.command(event("rotate_partner_secret", partner_id="org_x"))

    assert answer["problem"] == "not_found"


# ── a ride company's ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def old(provider: Provider) -> Iterator[str]:
    """The secret that the ride company has, and will have again: the secrets aren't emptied."""
    yield provider.secret
    boto3.client("secretsmanager").put_secret_value(
        SecretId=provider_secret_id(), SecretString=json.dumps({"current": provider.secret})
    )


def test_a_ride_company_signs_with_either_secret_until_the_rotation_is_finished(
    stack: Stack, old: str
) -> None:
    begun = _of_provider(stack)
    both = _is_heard(stack, old), _is_heard(stack, begun["secret"])
    finished = _of_provider(stack, **CONFIRM, confirm=PROVIDER)

    for answer in (begun, finished):
        reads_well(answer)
    assert both == (True, True)
    assert (_is_heard(stack, old), _is_heard(stack, begun["secret"])) == (False, True)
    assert _kept() == {"current": begun["secret"]}
    assert begun["secret"] not in str(stack.world.everything())


def test_an_abandoned_rotation_leaves_the_ride_company_its_old_secret(
    stack: Stack, old: str
) -> None:
    begun = _of_provider(stack)

    abandoned = _of_provider(stack, step="abandon", confirm=PROVIDER, command_id="back")

    reads_well(abandoned)
    assert (_is_heard(stack, old), _is_heard(stack, begun["secret"])) == (True, False)
    assert _kept() == {"current": old}


def test_a_ride_company_has_two_secrets_at_most_and_one_at_least(stack: Stack, old: str) -> None:
    with stack.unchanged():
        too_soon = _of_provider(stack, **CONFIRM, confirm=PROVIDER)
    begun = _of_provider(stack)
    with stack.unchanged():
        third = _of_provider(stack, command_id="another")
        unconfirmed = _of_provider(stack, **CONFIRM)
    again = _of_provider(stack)

    assert too_soon["problem"] == "rotation_not_open"
    assert third["problem"] == "rotation_open"
    assert [one["pointer"] for one in unconfirmed["errors"]] == ["/confirm"]
    assert again["repeated"] is True
    assert "secret" not in again
    assert _kept()["previous"] == old
    assert _kept()["current"] == begun["secret"]


def test_a_secret_that_nobody_has_seen_does_not_become_the_only_one(stack: Stack, old: str) -> None:
    with _cut_short(stack, at=1):
        assert _of_provider(stack)["problem"] == "busy"
    made = _kept()["current"]

    with stack.unchanged():
        unseen = _of_provider(stack, **CONFIRM, confirm=PROVIDER)
    heard = _is_heard(stack, old)
    begun = _of_provider(stack)

    reads_well(unseen)
    assert unseen["problem"] == "rotation_unseen"
    assert unseen["command_id"] == event("rotate_provider_secret")["command_id"]
    assert heard
    # The same command goes on, and shows the one that it had made.
    assert begun["secret"] == made


@pytest.mark.usefixtures("old")
def test_the_same_command_twice_at_once_keeps_one_secret(stack: Stack) -> None:
    # Secrets Manager takes no second content by the token that the first of them came with.
    stack.handler("administration")
    client = sys.modules["administration.app"].tools.vault._client

    def is_second(**_: Any) -> None:
        code = "ResourceExistsException"
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "PutSecretValue")

    before = _kept()
    client.meta.events.register("before-call.secretsmanager.PutSecretValue", is_second, "second")
    second = _of_provider(stack)
    client.meta.events.unregister("before-call.secretsmanager.PutSecretValue", unique_id="second")
    kept, begun = _kept(), _of_provider(stack)

    assert (second["done"], second["problem"]) == (False, "busy")
    assert kept == before
    assert begun["secret"] == _kept()["current"]


@pytest.mark.usefixtures("old")
def test_a_rotation_that_is_ending_one_way_does_not_end_the_other(stack: Stack) -> None:
    begun = _of_provider(stack)
    with _cut_short(stack, at=1):
        assert _of_provider(stack, **CONFIRM, confirm=PROVIDER)["problem"] == "busy"

    with stack.unchanged():
        contrary = _of_provider(stack, step="abandon", confirm=PROVIDER, command_id="back")
    finished = _of_provider(stack, **CONFIRM, confirm=PROVIDER)

    assert (contrary["problem"], contrary["step"]) == ("rotation_ends", "finish")
    assert finished["done"] is True
    assert _kept() == {"current": begun["secret"]}


def test_a_secret_whose_rotation_was_abandoned_meanwhile_is_good_when_it_is_told(
    stack: Stack, old: str
) -> None:
    def abandoned_first(call: Any) -> Any:
        back = _of_provider(stack, step="abandon", confirm=PROVIDER, command_id="back")
        assert back["done"] is True
        return call.deliver()

    with Wire(_client(stack)) as line:
        line.disturb(abandoned_first, "TransactWriteItems", at=1, times=1)
        begun = _of_provider(stack)
    both = _is_heard(stack, old), _is_heard(stack, begun["secret"])
    finished = _of_provider(stack, **CONFIRM, confirm=PROVIDER)

    assert both == (True, True)
    assert finished["done"] is True
    assert _kept() == {"current": begun["secret"]}


def test_of_a_partner_whose_client_is_gone_a_rotation_begins_anew(
    stack: Stack, rotating: Rotating
) -> None:
    cognito = boto3.client("cognito-idp")
    # As tables of yesterday have it, after a rotation of today.
    cognito.delete_user_pool_client(UserPoolId=stack.user_pool_id, ClientId=rotating.old)

    begun = rotating.ask("begin", scopes=["vouchers:read"])
    finished = rotating.ask("finish")

    reads_well(begun)
    assert "isn't there any more" in begun["in_words"]
    assert begun["scopes"] == ["vouchers:read"]
    assert finished["done"] is True
    assert _gets_in(stack, begun["client_id"])


def test_a_second_client_has_the_scopes_of_the_first_and_no_others(
    stack: Stack, rotating: Rotating
) -> None:
    with stack.unchanged():
        answer = rotating.ask("begin", scopes=["vouchers:write"])

    assert [one["pointer"] for one in answer["errors"]] == ["/scopes"]


def test_of_two_that_begin_at_once_no_client_of_the_slower_one_is_left(
    stack: Stack, rotating: Rotating
) -> None:
    others: list[dict[str, Any]] = []

    def another_first(call: Any) -> Any:
        others.append(rotating.ask("begin", command_id="faster"))
        return call.deliver()

    before = _in_cognito(stack)
    with Wire(_client(stack)) as line:
        line.disturb(another_first, "TransactWriteItems", at=0, times=1)
        slower = rotating.ask("begin")

    assert slower["problem"] == "rotation_open"
    assert _in_cognito(stack) - before == {others[0]["client_id"]}
    assert _gets_in(stack, others[0]["client_id"])


def test_of_two_that_make_one_partner_at_once_no_client_of_the_slower_one_is_left(
    stack: Stack,
) -> None:
    named = {"partner_id": "org_made_twice"}
    others: list[dict[str, Any]] = []

    def another_first(call: Any) -> Any:
        others.append(stack.command(event("create_partner", **named, command_id="faster")))
        return call.deliver()

    before = _in_cognito(stack)
    with Wire(_client(stack)) as line:
        line.disturb(another_first, "TransactWriteItems", at=0, times=1)
        slower = stack.command(event("create_partner", **named, command_id="slower"))
    with stack.unchanged():
        tried = stack.command(event("create_partner", **named, command_id="x", dry_run=True))

    assert slower["problem"] == tried["problem"] == "partner_exists"
    assert _in_cognito(stack) - before == {others[0]["client_id"]}


def test_a_company_that_is_not_there_has_no_secret(stack: Stack) -> None:
    with stack.unchanged():
        answer = stack.command(event("rotate_provider_secret", provider_id="pvd_x"))

    assert answer["problem"] == "not_found"


def test_the_removed_clients_record_says_whose_it_was_and_opens_nothing(
    stack: Stack, rotating: Rotating
) -> None:
    rotating.ask("begin")
    rotating.ask("finish")

    key = keys.client(rotating.old)
    record = stack.world.store.read(key)[key]
    assert record is not None
    assert record.partner_id == rotating.partner_id
    assert not _gets_in(stack, rotating.old)


@contextmanager
def _cut_short(stack: Stack, at: int = 0) -> Iterator[None]:
    """Within it, all transactions of a command but the first `at` are lost before they are sent."""
    with Wire(_client(stack)) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", at=at, times=100)
        yield
