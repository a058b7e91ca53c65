"""The administration function as an admin meets it in the Lambda console: refusals to be read by a
person, commands that were cut short, and what Cognito and Secrets Manager then hold."""

import re
import sys
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import wire
from farechance.scopes import SCOPES
from functional.players import Provider
from functional.saved_events import event, reads_well
from functional.stack import PROVIDER_SECRETS, Stack
from wire import Wire

PARTNER = {"partner_id": "org_third", "command_id": "create-third"}
PROVIDER = {"provider_id": "pvd_third_cabs", "command_id": "register-third"}


def _clients(stack: Stack) -> dict[str, str]:
    """The OAuth clients of the pool: their ids by name."""
    cognito = boto3.client("cognito-idp")
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=stack.user_pool_id)
    return {
        client["ClientName"]: client["ClientId"]
        for page in pages
        for client in page["UserPoolClients"]
    }


@pytest.mark.parametrize(
    ("sent", "pointer", "words"),
    [
        ({}, "", "'command' is needed"),
        ({"command": "explode"}, "", "must be one of"),
        (event("fund", amount_cents="100"), "/amount_cents", "integer"),
        (event("fund", amount_cents=100.5), "/amount_cents", "integer"),
        (event("fund", amount_cents=0), "/amount_cents", "greater than or equal to 1"),
        (event("fund", amount=100), "/amount", "is not a field that we know"),
        (event("fund", program_id="harbor"), "/program_id", "match pattern"),
        (event("fund", reason=""), "/reason", "at least 1 character"),
        (event("fund", command_id="with blank"), "/command_id", "match pattern"),
        (
            event("create_program", rules={**event("create_program")["rules"], "color": "red"}),
            "/rules/color",
            "is not a field that we know",
        ),
        (
            event(
                "create_program",
                rules={**event("create_program")["rules"], "time_zone": "New York"},
            ),
            "/rules/time_zone",
            "IANA",
        ),
        (
            event(
                "set_rules",
                program_id="prg_harbor",
                rules={
                    **event("create_program")["rules"],
                    "weekly_hours": [{"weekday": "monday", "from": "22:00", "to": "06:00"}],
                },
            ),
            "/rules/weekly_hours/0",
            "past midnight are those of two days",
        ),
        (event("close_program", program_id="prg_harbor"), "/confirm", "typed again"),
        (event("revoke_voucher", confirm="vch_1another"), "/confirm", "typed again"),
        (event("record_payment", month="2026-13"), "/month", "as 2026-03"),
        (event("accept_overage", ride_id="a#b"), "/ride_id", "match pattern"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_command_is_refused_in_words_with_the_place(
    stack: Stack, sent: dict[str, Any], pointer: str, words: str
) -> None:
    with stack.unchanged():
        answer = stack.command(sent)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "field_errors")
    assert [error["pointer"] for error in answer["errors"]] == [pointer]
    assert words in answer["errors"][0]["detail"]


@pytest.mark.parametrize(
    ("sent", "problem", "words"),
    [
        (event("fund", program_id="prg_nowhere"), "not_found", "no such programme for you"),
        (
            event("allot", program_id="prg_harbor", partner_id="org_x"),
            "not_found",
            "no such partner",
        ),
        (event("allot", program_id="prg_harbor"), "insufficient_budget", "not allotted"),
        (event("resume_program", program_id="prg_harbor"), "program_not_paused", "not paused"),
        (event("create_partner"), "partner_exists", "there already"),
        (event("register_provider"), "provider_exists", "there already"),
        (event("create_program", program_id="prg_harbor"), "program_exists", "there already"),
        (event("unallot", program_id="prg_harbor"), "insufficient_allotment", "enough money"),
        (event("defund", program_id="prg_harbor"), "insufficient_budget", "not allotted"),
        (event("resume_partner"), "partner_not_suspended", "not suspended"),
        (event("suspend_partner", partner_id="org_x"), "not_found", "no such partner"),
        (event("block_voucher"), "not_found", "no such voucher"),
        (event("write_off", program_id="prg_harbor"), "not_found", "no such ride"),
        (event("record_payment", program_id="prg_nowhere"), "not_found", "no such programme"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_done_is_refused_in_words(
    stack: Stack, sent: dict[str, Any], problem: str, words: str
) -> None:
    with stack.unchanged():
        answer = stack.command(sent)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, problem)
    assert words in answer["in_words"]


def test_a_command_id_that_was_used_for_something_else_is_refused(stack: Stack) -> None:
    fund = event("fund", program_id="prg_harbor")
    stack.command(fund)

    with stack.unchanged():
        answer = stack.command({**fund, "amount_cents": 1})

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "command_id_reused")
    assert not answer["in_words"].startswith("Nothing was done")
    for words in ("command_id", "by your name for fund", "that was carried out"):
        assert words in answer["in_words"]


@pytest.mark.parametrize("folder", ["viewing", "operating", "administration"])
@pytest.mark.parametrize("sent", [None, 7, "fund", ["fund"], True])
def test_an_event_that_is_no_object_is_refused_in_words(
    stack: Stack, folder: str, sent: Any
) -> None:
    with stack.unchanged():
        answer = stack.command(sent, folder)

    reads_well(answer)
    assert answer["done"] is False


def test_a_partners_client_gets_tokens_for_an_hour_with_the_scopes_that_were_asked_for(
    stack: Stack,
) -> None:
    answer = stack.command(event("create_partner", **PARTNER, scopes=["vouchers:read"]))

    client = boto3.client("cognito-idp").describe_user_pool_client(
        UserPoolId=stack.user_pool_id, ClientId=answer["client_id"]
    )["UserPoolClient"]
    assert client["ClientSecret"] == answer["client_secret"]
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["AllowedOAuthScopes"] == ["farechance/vouchers:read"]
    assert (client["AccessTokenValidity"], client["TokenValidityUnits"]) == (
        60,
        {"AccessToken": "minutes"},
    )
    assert answer["client_secret"] not in str(stack.world.everything())


def test_a_partner_has_every_scope_unless_some_are_chosen(stack: Stack) -> None:
    partner = event("create_partner", **PARTNER)
    del partner["scopes"]

    answer = stack.command(partner)

    assert answer["scopes"] == list(SCOPES)


@pytest.mark.parametrize("command_id", ["2026-03-02T17:00:00Z", "a.b_c-d:e", "c" * 64])
def test_a_clients_name_is_one_that_cognito_takes_whatever_the_command_is_called(
    stack: Stack, command_id: str
) -> None:
    sent = event("create_partner", partner_id="org_" + "o" * 40, command_id=command_id)
    before = _clients(stack)

    answer = stack.command(sent)

    (name,) = _clients(stack).keys() - before.keys()
    # Amazon Cognito API reference, CreateUserPoolClient, ClientName. moto takes anything.
    assert re.fullmatch(r"[\w\s+=,.@-]{1,128}", name)
    assert answer["client_id"] == _clients(stack)[name]


def test_a_partner_that_was_cut_short_has_one_client(stack: Stack) -> None:
    before = _clients(stack)

    partner = event("create_partner", partner_id="org_fourth", command_id="create-fourth")
    _cut_short(stack, partner)
    answer = stack.command(partner)

    made = _clients(stack).items() - before.items()
    assert [client_id for _, client_id in made] == [answer["client_id"]]
    assert answer["client_secret"]


def test_a_ride_company_that_was_cut_short_has_the_secret_that_is_shown(stack: Stack) -> None:
    _cut_short(stack, event("register_provider", **PROVIDER))
    answer = stack.command(event("register_provider", **PROVIDER))

    company = Provider(stack, answer["secret"], provider_id="pvd_third_cabs")
    assert company.tell("webhook.test", {}).body["secret"] == "current"
    kept = boto3.client("secretsmanager").list_secrets()["SecretList"]
    assert f"{PROVIDER_SECRETS}pvd_third_cabs" in [secret["Name"] for secret in kept]
    assert answer["secret"] not in str(stack.world.everything())


def test_a_defect_fails_loudly_in_the_console(stack: Stack) -> None:
    with stack.unchanged(), Wire(_client(stack)) as line:
        line.disturb(wire.refused_with("AccessDeniedException"), times=100)
        with pytest.raises(ClientError):
            stack.command(event("fund", program_id="prg_harbor"))

    assert "AccessDenied" not in stack.log


def test_a_line_names_the_command_and_holds_nothing_that_was_typed(stack: Stack) -> None:
    typed = {"requested_by": "a-private-desk", "reason": "a-private-reason"}

    stack.command(event("fund", program_id="prg_harbor", command_id="fund-7", **typed))
    stack.command(event("fund", program_id="prg_nowhere", command_id="fund-8", **typed))

    done, refused = stack.lines()
    assert (done["message"], done["command"], done["command_id"]) == (
        "command_carried_out",
        "fund",
        "fund-7",
    )
    assert (refused["message"], refused["slug"]) == ("command_refused", "not_found")
    assert done["request_id"] == "an-invocation"
    assert "a-private" not in stack.log


def _client(stack: Stack) -> Any:
    stack.handler("administration")
    return sys.modules["administration.app"].tools.store._client


def _cut_short(stack: Stack, sent: dict[str, Any]) -> None:
    """The command is lost at its last step, with what lives outside of the tables made."""
    with stack.unchanged(), Wire(_client(stack)) as line:
        line.disturb(wire.lost_before_sending, "TransactWriteItems", times=100)
        answer = stack.command(sent)

    reads_well(answer)
    assert (answer["done"], answer["problem"]) == (False, "busy")
